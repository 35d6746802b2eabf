# SPDX-License-Identifier: GPL-2.0-or-later
"""The power fails: what was synced is there after the next mount.

A real ext4 on a loop device is shut down under the daemon without writing its
journal (EXT4_IOC_SHUTDOWN), unmounted and mounted again. NFLOGD_CUTS=N repeats it.
"""
import calendar
import contextlib
import ctypes
import fcntl
import json
import os
import signal
import struct
import subprocess
import time

import pytest

from harness import FLOOD, GW4, run, wait_for
from processes import reader_pid, threads

RULE = {"name": "all", "hook": "input", "in": ["wan0"], "protocol": ["udp"]}
CUTS = int(os.environ.get("NFLOGD_CUTS", "2"))
EXT4_IOC_SHUTDOWN, NO_LOG_FLUSH = 0x8004587D, 2
SYNC = 1.0  # seconds, as configured below
PARTIAL = ".zst.tmp"  # an archive that is being made


CLONE_NEWNS = 0x00020000


@contextlib.contextmanager
def own_mounts():
    """What is mounted meanwhile nobody else can hold on to."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/mnt") as home:
        assert libc.unshare(CLONE_NEWNS) == 0, os.strerror(ctypes.get_errno())
        run("mount", "--make-rprivate", "/")
        try:
            yield
        finally:
            assert libc.setns(home.fileno(), CLONE_NEWNS) == 0


@pytest.fixture
def disk(tmp_path):
    """A file system of its own that can lose its power."""
    with own_mounts():
        yield from a_disk(tmp_path)


def a_disk(tmp_path):
    image, mounted = tmp_path / "disk.img", tmp_path / "disk"
    mounted.mkdir()
    with open(image, "wb") as file:
        file.truncate(256 << 20)
    run("mkfs.ext4", "-q", "-F", str(image))

    class Disk:
        path = mounted

        @staticmethod
        def mount():
            run("mount", "-o", "loop", str(image), str(mounted))

        @staticmethod
        def cut():
            descriptor = os.open(mounted, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.ioctl(descriptor, EXT4_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
            os.close(descriptor)

    Disk.mount()
    yield Disk
    run("umount", str(mounted), check=False)


def seconds(record):
    """The time of a record, UNIX time."""
    text = record["timestamp"]
    whole = calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))
    return whole + float("0" + text[19:-1])


def records_of(path):
    """All whole lines of the log and its rotated files. Where an archive was
    complete and its original not yet gone, they are the same."""
    lines = []
    for file in path.parent.iterdir():
        if file.name.endswith(PARTIAL):
            continue
        if file.suffix == ".zst" and file.with_suffix("").exists():
            continue
        text = (run("zstdcat", str(file)).stdout if file.suffix == ".zst" else file.read_text())
        lines += text[:text.rfind("\n") + 1].splitlines()
    return [json.loads(line) for line in lines]


def test_power_cut(network, daemon, config, disk):
    log = disk.path / "log" / "nflogd.json"
    output = {"name": "main", "type": "file", "path": str(log), "format": "json", "sync": "1s",
              "rotate": {"size": "2MiB", "keep": 100, "compress": "zstd"}}
    for cut in range(CUTS):
        nflogd = daemon(config(RULE, outputs=[output]))
        worker = reader_pid(nflogd)
        # Its mount namespace holds the disk, too: it has to end before umount.
        sender = subprocess.Popen(
            ["ip", "netns", "exec", network.out.name, FLOOD, GW4, "9", "-n", "100000000", "-r",
             "5000", "-s", "64"], stdout=subprocess.DEVNULL)
        started = time.time()
        try:
            # Longer than the interval, at a different moment of it every time.
            wait_for(lambda: time.time() > started + 1.5 * SYNC + (cut % 10) / 10, "some seconds")
            moment = time.time()
            disk.cut()
        finally:
            sender.kill()
            sender.wait()
        nflogd.stop(signal.SIGKILL)
        wait_for(lambda: not threads(worker), "the worker's end")
        run("umount", str(disk.path))
        disk.mount()
        check(log, started, moment)


def check(log, started, moment):
    """Numbers without a gap from the start to what the interval guarantees."""
    packets = [record for record in records_of(log)
               if record["event"] == "packet" and seconds(record) >= started]
    assert packets, "something was synced"
    packets.sort(key=lambda record: record["seq"])
    numbers = [record["seq"] for record in packets]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "without a gap"
    last = seconds(packets[-1])
    print(f"records {len(packets)}; the last is {moment - last:.3f} s older than the cut")
    assert last > moment - SYNC - 0.5, "no older than the interval"
