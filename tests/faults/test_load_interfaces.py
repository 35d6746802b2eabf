# SPDX-License-Identifier: GPL-2.0-or-later
"""Interfaces come, go and change their names while packets are logged."""
import os
import threading

from scapy.layers.inet import IP, UDP as Udp
from scapy.layers.l2 import Ether

from harness import GW4, OUT4, packets, wait_for
from load import FULL, UDP, Flood, add_up, packets_so_far, quiet_port

ROUNDS = int(os.environ.get("NFLOGD_CYCLES", "200" if FULL else "30"))


class Churn:
    """Adds, renames and deletes interfaces in the router until told to stop."""

    def __init__(self, namespace):
        self.rounds = 0
        self._namespace = namespace
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stop.is_set():
            self._namespace.run("ip", "-batch", "-", input="\n".join((
                "link add come0 type veth peer name come1", "link set come0 name go0",
                "link set go0 up", "link del go0")))
            self.rounds += 1

    def finish(self):
        self._stop.set()
        self._thread.join()


def test_interfaces_come_and_go_during_a_flood(network, daemon, config, log):
    quiet_port(network)
    nflogd = daemon(config(UDP, sources=[
        {"type": "nflog", "groups": [100], "receive_buffer": "64MiB"}]))
    churn = Churn(network.gw)
    load = Flood(network, 100_000, rate=50_000)
    sent = load.finish()
    wait_for(lambda: churn.rounds >= ROUNDS, "the interfaces to come and go")
    churn.finish()
    assert nflogd.stop() == 0
    tally = add_up(sent, log)
    print(f"rounds {churn.rounds}")
    assert tally.lost == 0 and tally.interfaces == {"wan0": sent}


def test_packets_say_how_their_interface_was_called_then(network, daemon, config, log):
    """The same interface index under one name after the other."""
    quiet_port(network)
    network.out.run("ip", "link", "add", "extra", "type", "veth", "peer", "name", "name0", "netns",
                    network.gw.name)
    network.out.run("ip", "link", "set", "extra", "up")
    network.gw.run("ip", "link", "set", "name0", "up")
    network.gw.run("sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0",
                   "net.ipv4.conf.name0.rp_filter=0")
    nflogd = daemon(config({"name": "udp", "hook": "prerouting", "protocol": ["udp"],
                            "source_port": [4000]}))
    for number in range(ROUNDS):
        frame = (Ether(src=network.out.mac("extra"), dst=network.gw.mac(f"name{number}")) /
                 IP(src=OUT4, dst=GW4) / Udp(sport=4000, dport=number))
        network.out.send_frames("extra", [frame])
        wait_for(lambda: len(packets_so_far(log)) == number + 1, "the record")
        network.gw.run("ip", "-batch", "-", input=f"link set name{number} down\n"
                       f"link set name{number} name name{number + 1}\n"
                       f"link set name{number + 1} up\n")
    network.out.run("ip", "link", "del", "extra")
    assert nflogd.stop() == 0
    assert add_up(ROUNDS, log).lost == 0
    names = [(record["dest_port"], record["in_iface"]) for record in packets(log)]
    print(names[:3])
    assert names == [(number, f"name{number}") for number in range(ROUNDS)]
