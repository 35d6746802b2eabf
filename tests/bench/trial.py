# SPDX-License-Identifier: GPL-2.0-or-later
"""One trial: one reader under one load, in namespaces of its own.

    namespace load                      namespace gw
    +-----------------+   veth    +------------------------------------------+
    | out0 192.0.2.1  +-----------+ wan0 192.0.2.254                         |
    | the flooder     |           | input: 8 x log group 100, then drop      |
    +-----------------+           | the reader                               |
                                  +------------------------------------------+
"""
import contextlib
import dataclasses
import mmap
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import threading

from harness import Namespace, run, wait_for

from readers import GROUP, PORT

TICK = os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass
class Load:
    packets: int
    rate: int  # packets a second; 0: as many as one core can send
    logs: int = 8
    size: int = 18  # bytes of UDP payload: frames of 60 bytes, 64 with their check sum


@dataclasses.dataclass
class Figures:
    offered: int
    kept: int
    reported: int | None
    seconds: float
    user_us: float  # per record kept
    system_us: float
    memory_mib: float
    wake_ups: float  # of all its threads, per 1,000 records kept

    @property
    def silent(self):
        return self.offered - self.kept - (self.reported or 0)

    @property
    def cpu_us(self):
        return self.user_us + self.system_us


class Wire:
    """The two namespaces above, and the log rules."""

    def __init__(self, load, log_rules):
        self.load, self.gw = Namespace("load"), Namespace("gw")
        self.load.run("ip", "link", "add", "out0", "type", "veth", "peer", "name", "wan0",
                      "netns", self.gw.name)
        for namespace, device, address in ((self.load, "out0", "192.0.2.1/24"),
                                           (self.gw, "wan0", "192.0.2.254/24")):
            namespace.run("ip", "address", "add", address, "dev", device)
            namespace.run("ip", "link", "set", device, "up")
        self.load.run("ip", "neigh", "add", "192.0.2.254", "lladdr", self.gw.mac("wan0"),
                      "dev", "out0")
        logs = "".join(f'udp dport {PORT} log prefix "bench-{i}" group {GROUP} snaplen 128 '
                       "queue-threshold 64;\n" for i in range(load.logs) if log_rules)
        self.gw.nft("table inet bench {\n counter logged { }\n chain input {\n"
                    "type filter hook input priority 50;\n" + logs +
                    f"udp dport {PORT} counter name logged drop;\n}}\n}}\n")

    def offered(self, load):
        text = self.gw.run("nft", "list", "counter", "inet", "bench", "logged").stdout
        return int(text.split("packets")[1].split()[0]) * load.logs

    def close(self):
        self.load.close()
        self.gw.close()


class Process:
    """A reader that runs, and its children."""

    def __init__(self, wire, reader, cpus):
        command = ["ip", "netns", "exec", wire.gw.name, "taskset", "-c", cpus, *reader.command()]
        with open(reader.errors, "wb") as errors, open(reader.printed, "wb") as printed:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=printed,
                                            stderr=errors, process_group=0)
        self.memory = 0

        def bound():
            assert self.process.poll() is None, reader.errors.read_text()
            return any(line.split()[0] == str(GROUP) for line in
                       wire.gw.run("cat", "/proc/net/netfilter/nfnetlink_log").stdout.splitlines())

        wait_for(lambda: bound() and reader.ready(), f"{reader.name} to be ready")
        self.before, self.slept = self.times(), self.waits()

    def pids(self):
        pids = [self.process.pid]
        for pid in pids:
            for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
                pids += [int(child) for child in task.read_text().split()]
        return pids

    def times(self):
        """User and system seconds, of all processes."""
        rows = [pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                for pid in self.pids()]
        return [sum(int(row[column]) for row in rows) / TICK for column in (11, 12)]

    def waits(self):
        """How often its threads have gone to sleep."""
        return sum(int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status.read_text(), re.M)[1])
                   for pid in self.pids()
                   for status in pathlib.Path(f"/proc/{pid}/task").glob("*/status"))

    def sample_memory(self):
        """Resident memory; what processes share is counted once."""
        def pss(pid):
            text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
            return int(text.partition("\nPss:")[2].split()[0])
        self.memory = max(self.memory, sum(pss(pid) for pid in self.pids()))

    def settle(self):
        """Waits until it has nothing to do: no tick of CPU time for half a second.
        Returns user and system seconds since it was ready."""
        pause, last, still = threading.Event(), None, 0
        while still < 5:
            pause.wait(0.1)
            now = self.times()
            still = still + 1 if now == last else 0
            last = now
        self.sample_memory()
        return [now - before for now, before in zip(last, self.before)]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


@contextlib.contextmanager
def warm_memory(size):
    """Free memory of that size, touched already: on a virtual machine a page is dear
    when it is used for the first time, or again after the hypervisor took it back,
    whoever uses it. It takes back only large free blocks (2 MiB, free page
    reporting), so one page of each MiB stays in use while the trial runs."""
    step = 1 << 20
    with mmap.mmap(-1, size // step * step, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory.madvise(mmap.MADV_NOHUGEPAGE)
        for start in range(0, len(memory), step):
            memory[start:start + step] = bytes(step)
        for start in range(0, len(memory), step):
            memory.madvise(mmap.MADV_DONTNEED, start + mmap.PAGESIZE, step - mmap.PAGESIZE)
        yield


@contextlib.contextmanager
def tmpfs(size):
    with tempfile.TemporaryDirectory(prefix="nflogd-bench-", dir="/run") as folder:
        os.chmod(folder, 0o755)
        run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", folder)
        try:
            with warm_memory(size + size // 4):
                yield folder
        finally:
            run("umount", folder)


def flood(wire, load, cpu, process):
    command = ["ip", "netns", "exec", wire.load.name, "taskset", "-c", cpu, os.environ["FLOOD"],
               "192.0.2.254", str(PORT), "-n", str(load.packets), "-s", str(load.size),
               "-r", str(load.rate), "--sources", "16"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as flooder:
        while True:
            try:
                flooder.communicate(timeout=0.5)
                break
            except subprocess.TimeoutExpired:
                process.sample_memory()
        assert flooder.returncode == 0


def trial(kind, load, flood_cpu, reader_cpus):
    """Figures of one reader under one load."""
    wire = Wire(load, log_rules=not kind.own_rules)
    try:
        with tmpfs(load.packets * load.logs * kind.record_bytes) as folder:
            reader = kind(folder)
            process = Process(wire, reader, reader_cpus)
            try:
                start = os.times().elapsed
                flood(wire, load, flood_cpu, process)
                seconds = os.times().elapsed - start
                user, system = process.settle()
                waits = process.waits() - process.slept
            finally:
                process.stop()
            kept = reader.kept()
            each = 1e6 / max(kept, 1)
            return Figures(wire.offered(load), kept, reader.lost(), seconds, user * each,
                           system * each, process.memory / 1024, 1e3 * waits / max(kept, 1))
    finally:
        wire.close()
