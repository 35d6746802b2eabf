# SPDX-License-Identifier: GPL-2.0-or-later
"""Traffic with known counts, and logs that are too large to be held in memory."""
import array
import collections
import json
import os
import pathlib
import subprocess
import threading

from harness import FLOOD, GW4, LIMIT

FULL = os.environ.get("NFLOGD_FULL") == "1"
# Seconds that a busy machine may add to what is promised for an idle one.
MARGIN = float(os.environ.get("NFLOGD_MARGIN", "1"))
UDP = {"name": "udp", "hook": "input", "in": ["wan0"], "protocol": ["udp"]}
COUNTS = ("matched", "suppressed", "logged", "lost_kernel")


def quiet_port(network):
    """No ICMP answers to datagrams for a closed port."""
    network.gw.nft("table inet quiet { chain in { type filter hook input priority 10; "
                   "udp dport 1-65535 drop; }; }")


def flood(network, count, rate=0, address=GW4, port=9, size=18):
    """Sends exactly `count` datagrams; returns that number."""
    return Flood(network, count, rate, address, port, size).finish()


class Flood:
    """The same in the background."""

    def __init__(self, network, count, rate=0, address=GW4, port=9, size=18):
        self.count = count
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", network.out.name, FLOOD, address, str(port), "-n", str(count),
             "-r", str(rate), "-s", str(size)], stdout=subprocess.PIPE, text=True)

    def running(self):
        return self.process.poll() is None

    def finish(self):
        output, _ = self.process.communicate(timeout=LIMIT * (20 if FULL else 4))
        assert f"sent {self.count}" in output, output
        return self.count


class Stream:
    """Datagrams without an end until finish(), which tells how many they were."""

    def __init__(self, network, rate, part=2_000):
        self.sent = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(network, rate, part), daemon=True)
        self._thread.start()

    def _run(self, network, rate, part):
        while not self._stop.is_set():
            self.sent += flood(network, part, rate)

    def finish(self):
        self._stop.set()
        self._thread.join(LIMIT)
        assert not self._thread.is_alive()
        return self.sent


def so_far(log):
    """The records of a file that is being written: of the lines that are whole."""
    text = log.read_text() if log.exists() else ""
    return [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines()]


def packets_so_far(log):
    return [record for record in so_far(log) if record["event"] == "packet"]


def killed_workers(log):
    """Of each the record that tells. One that was just told when the next was killed is told twice."""
    return {record["timestamp"]: record for record in so_far(log)
            if record.get("change") == "worker_restarted"}.values()


def told_lost(log):
    """What killed workers lost."""
    return sum(int(record["lost"]) for record in killed_workers(log))


class Tally:
    """What log files hold, read once from front to back, in order of writing."""

    def __init__(self, *paths):
        self.rules = collections.Counter()  # records of each rule
        self.packets = 0
        self.ledgers = []  # the final ones
        self.changes = []
        self.interfaces = collections.Counter()
        self._seqs = {}
        for path in paths:
            self._read(pathlib.Path(path))
        self.twice = sum(len(seqs) - len(set(seqs)) for seqs in self._seqs.values())

    def _read(self, path):
        run = 0
        with open(path) as lines:
            for line in lines:
                record = json.loads(line)
                if record["event"] == "packet":
                    self.packets += 1
                    self.rules[record.get("rule")] += 1
                    self.interfaces[record.get("in_iface")] += 1
                    key = (path if run else None, run, record["group"])
                    self._seqs.setdefault(key, array.array("I")).append(record["seq"])
                elif record["event"] == "lifecycle":
                    self.changes.append(record["change"])
                elif record.get("final"):
                    self.ledgers.append(record)
                    run += 1

    def figures(self):
        """Sums over all rules and, of the first output, over all runs."""
        sums = dict.fromkeys((*COUNTS, "written", "dropped", "failed", "queued"), 0)
        for ledger in self.ledgers:
            for entry in (*ledger["rules"], ledger["outputs"][0]):
                for key in sums:
                    sums[key] += entry.get(key, 0)
        return sums


def add_up(sent, *paths, factor=1):
    """Fails unless everything is accounted for; prints the figures, returns the tally.

    `factor`: how many rules see each packet. `sent` is None if rules were not
    there all the time.
    """
    tally = Tally(*paths)
    figures = tally.figures()
    tally.lost = figures["lost_kernel"] + figures["dropped"] + figures["failed"]
    print(f"sent {sent}", *(f"{key} {value}" for key, value in figures.items()),
          f"recorded {tally.packets} lost {tally.lost}")
    for ledger in tally.ledgers:
        for rule in ledger["rules"]:
            assert rule["matched"] == rule["suppressed"] + rule["logged"] + rule["lost_kernel"]
    if sent is not None:
        assert figures["matched"] == sent * factor
    assert figures["logged"] == figures["written"] + figures["dropped"] + figures["failed"]
    assert tally.packets == figures["written"] and figures["queued"] == 0
    assert tally.packets + figures["suppressed"] + tally.lost == figures["matched"]
    assert tally.twice == 0, "a packet is there twice"
    return tally
