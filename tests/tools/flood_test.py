# SPDX-License-Identifier: GPL-2.0-or-later
"""What flood says it sent is what arrives: number, size, source ports.

usage: flood_test.py FLOOD
"""
import collections
import shutil
import socket
import subprocess
import sys
import unittest

FLOOD = sys.argv.pop()
# Small enough for every packet to wait in a socket buffer of the default size.
COUNT = 150


def receive(family, address, *arguments, count=COUNT, size=18):
    """Runs flood; the payload sizes that arrived, and packets by source port."""
    with socket.socket(family, socket.SOCK_DGRAM) as receiver:
        receiver.bind((address, 0))
        command = [FLOOD, address, str(receiver.getsockname()[1]), "-n", str(count),
                   "-s", str(size), *arguments]
        run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             check=True, timeout=60)
        receiver.setblocking(False)
        sizes, ports = set(), collections.Counter()
        try:
            while True:
                data, peer = receiver.recvfrom(65536)
                sizes.add(len(data))
                ports[peer[1]] += 1
        except BlockingIOError:
            return run.stdout, sizes, ports


class Flood(unittest.TestCase):
    def check(self, *arguments, ports=1, **keywords):
        output, sizes, by_port = receive(socket.AF_INET, "127.0.0.1", *arguments, **keywords)
        count = keywords.get("count", COUNT)
        self.assertEqual(output, f"sent {count}\n")
        self.assertEqual(sum(by_port.values()), count)
        self.assertEqual(sizes, {keywords.get("size", 18)})
        self.assertEqual(len(by_port), ports)
        return by_port

    def test_count_and_size(self):
        self.check()
        self.check(size=0)
        self.check(count=1, size=1400)

    def test_connected(self):
        self.check("--connected")

    def test_rate(self):
        self.check("--pps", "5000")

    def test_source_ports_are_used_evenly(self):
        by_port = self.check("--sources", "10", ports=10)
        self.assertEqual(set(by_port.values()), {COUNT // 10})

    def test_ipv6(self):
        try:
            output, _, by_port = receive(socket.AF_INET6, "::1")
        except OSError as error:
            self.skipTest(f"no IPv6 here: {error}")
        self.assertEqual(output, f"sent {COUNT}\n")
        self.assertEqual(sum(by_port.values()), COUNT)

    def test_nobody_listens(self):
        """ICMP errors are told to a connected socket, and cost no packet."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unused:
            unused.bind(("127.0.0.1", 0))
            port = str(unused.getsockname()[1])
        run = subprocess.run([FLOOD, "127.0.0.1", port, "-n", "1000", "--connected"],
                             capture_output=True, text=True, timeout=60)
        self.assertEqual((run.returncode, run.stdout), (0, "sent 1000\n"))

    def test_usage(self):
        for arguments in (["localhost", "9"], ["127.0.0.1"], ["127.0.0.1", "9", "--size", "70000"]):
            run = subprocess.run([FLOOD, *arguments], capture_output=True, timeout=60)
            self.assertEqual(run.returncode, 64, arguments)

    @unittest.skipUnless(shutil.which("unshare"), "no unshare")
    def test_packets_that_a_rule_drops_are_not_called_sent(self):
        script = """
            ip link set lo up
            printf '%s\\n' 'table inet t {' 'chain o {' 'type filter hook output priority 0' \
                'udp dport 9 numgen inc mod 2 0 drop' '}' '}' | nft -f - || exit 77
            exec "$0" 127.0.0.1 9 -n 1000 --batch 1
        """
        run = subprocess.run(["unshare", "-rn", "sh", "-c", script, FLOOD],
                             capture_output=True, text=True, timeout=60)
        if run.returncode in (1, 77):
            self.skipTest(f"no namespace or nft here: {run.stderr}")
        self.assertEqual((run.returncode, run.stdout), (0, "sent 500\nrefused 500\n"))


if __name__ == "__main__":
    unittest.main()
