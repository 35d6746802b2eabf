# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's own log of packets, from /dev/kmsg."""
import fcntl
import os
import pathlib
import re

ALL_NETNS = pathlib.Path("/proc/sys/net/netfilter/nf_log_all_netns")


class KernelLog:
    """Lines that hold `mark`, from now on. LOG rules work in namespaces meanwhile."""

    def __init__(self, mark):
        self.mark = mark
        self.lines = []
        # Who runs beside us must not turn it off meanwhile.
        self.lock = open("/run/lock/nflogd-test-kernel-log", "w", encoding="utf-8")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.before = ALL_NETNS.read_text()
        ALL_NETNS.write_text("1")
        self.device = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
        os.lseek(self.device, 0, os.SEEK_END)

    def read(self):
        """All lines so far."""
        while True:
            try:
                record = os.read(self.device, 8192)
            except BlockingIOError:
                return self.lines
            text = record.partition(b";")[2].split(b"\n")[0]
            text = re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), text)
            if self.mark.encode() in text:
                self.lines.append(text.decode("utf-8", "backslashreplace"))

    def close(self):
        os.close(self.device)
        ALL_NETNS.write_text(self.before)
        self.lock.close()
