# SPDX-License-Identifier: GPL-2.0-or-later
"""Hours of steady load. usage: soak.py SECONDS [PACKETS_PER_SECOND]

The log is renamed away every 10 s and counted. Fails unless every packet sent is
recorded or counted as lost, memory has stopped growing after the first third,
and the number of open files is the same at the end as then.
"""
import pathlib
import signal
import statistics
import sys
import tempfile
import threading
import time

from harness import Daemon, Network, wait_for
from load import UDP, Stream, Tally, quiet_port
from processes import children

ROTATE_SECONDS = 10
SLOPE = 64  # KiB a minute that the resident memory may grow by


class Usage:
    """Memory and open files of all processes of the daemon, second by second."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.samples = []  # (seconds, KiB, files)
        self.begin = time.monotonic()

    def sample(self):
        pids = [self.daemon.process.pid, *children(self.daemon.process.pid)]
        files = sum(len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir())) for pid in pids)
        resident = sum(private_kib(pid) for pid in pids)
        self.samples.append((time.monotonic() - self.begin, resident, files))

    def settled(self):
        """The samples behind the first third."""
        end = self.samples[-1][0]
        return [sample for sample in self.samples if sample[0] >= end / 3]

    def slope(self):
        """KiB a minute."""
        seconds, resident, _ = zip(*self.settled())
        return 60 * statistics.linear_regression(seconds, resident).slope

    def files(self):
        return [files for _, _, files in self.settled()]


def private_kib(pid):
    """Without what the processes share, which would be counted twice."""
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(line.split()[1]) for line in text.splitlines()
               if line.startswith(("Private_Dirty:", "Private_Clean:")))


class Books:
    """Adds up the files that were renamed away, so that the disk does not fill."""

    def __init__(self):
        self.packets = 0

    def close(self, path):
        tally = Tally(path)
        assert tally.twice == 0, "a packet is there twice"
        self.packets += tally.packets
        path.unlink()
        return tally


def rotate(daemon, log, books):
    full = log.with_suffix(".full")
    wait_for(log.exists, "a file to rename")
    log.rename(full)
    daemon.send(signal.SIGUSR1)
    wait_for(log.exists, "the file to be opened anew")
    books.close(full)


def soak(daemon, network, log, seconds, rate):
    usage, books = Usage(daemon), Books()
    stream = Stream(network, rate, part=max(1_000, rate // 5))
    pause, end, rotation = threading.Event(), time.monotonic() + seconds, time.monotonic()
    while time.monotonic() < end:
        pause.wait(1)
        usage.sample()
        if time.monotonic() >= rotation + ROTATE_SECONDS:
            rotation = time.monotonic()
            rotate(daemon, log, books)
    sent = stream.finish()
    assert daemon.stop() == 0, daemon.log.read_text()
    return usage, books, sent, books.close(log).figures()


def report(usage, books, sent, figures, seconds):
    lost = figures["lost_kernel"] + figures["dropped"] + figures["failed"]
    files = usage.files()
    print(f"{seconds} s, {sent / seconds:.0f} packets/s: sent {sent} recorded {books.packets} "
          f"lost {lost}", *(f"{key} {value}" for key, value in figures.items()))
    print(f"memory {usage.settled()[0][1]} KiB, then {usage.settled()[-1][1]} KiB, "
          f"slope {usage.slope():+.1f} KiB/min; open files {min(files)}..{max(files)}")
    assert figures["matched"] == sent == books.packets + lost
    assert figures["written"] == books.packets and figures["queued"] == 0
    assert files[0] == files[-1] or statistics.mode(files[len(files) // 2:]) == files[0]
    # In a short run one page more is a steep slope.
    assert usage.slope() <= max(SLOPE, 60 * 1024 / seconds), "memory grows"


def main(seconds, rate):
    network = Network()
    with tempfile.TemporaryDirectory(prefix="nflogd-soak-") as folder:
        log = pathlib.Path(folder) / "log" / "nflogd.json"
        quiet_port(network)
        daemon = Daemon(network.gw, folder, {
            "sources": [{"type": "nflog", "groups": [100], "receive_buffer": "64MiB"}],
            "rules": {"backend": "nftables", "log": [UDP]},
            "outputs": [{"name": "main", "type": "file", "path": str(log)}]})
        try:
            report(*soak(daemon, network, log, seconds, rate), seconds)
        finally:
            daemon.close()
            network.close()


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 50_000)
