# SPDX-License-Identifier: GPL-2.0-or-later
"""A real systemd-journald in a mount namespace of its own."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess

from harness import LIMIT, wait_for

_CONFIG = """[Journal]
Storage=volatile
ReadKMsg=no
Audit=no
ForwardToSyslog=no
ForwardToWall=no
RateLimitIntervalSec={interval}
RateLimitBurst={burst}
"""

# Its sockets and files are on file systems that end with it.
_START = """
mount -t tmpfs none /run/systemd && mkdir /run/systemd/journal &&
mount --bind {sockets} /run/systemd/journal &&
mkdir -p /run/log && mount -t tmpfs none /run/log &&
mount -t tmpfs none /etc/systemd && cp {config} /etc/systemd/journald.conf &&
exec /lib/systemd/systemd-journald
"""


class Journald:
    def __init__(self, folder, interval="0", burst=0):
        self.config = folder / "journald.conf"
        self.config.write_text(_CONFIG.format(interval=interval, burst=burst))
        self.process = None
        # A path of a socket has 107 bytes, a test's folder may have more.
        self.sockets = pathlib.Path(f"/run/nflogd-journald-{os.getpid()}")
        self.sockets.mkdir()
        self.socket = self.sockets / "socket"

    def start(self):
        self.process = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", 
             _START.format(config=self.config, sockets=self.sockets)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self._listens, "the journal's socket")

    def _listens(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as probe:
            return probe.connect_ex(str(self.socket)) == 0

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def entries(self, *matches):
        """What journalctl tells, oldest first."""
        done = subprocess.run(
            ["nsenter", "--mount", "--target", str(self.process.pid), "journalctl", "-o", "json",
             "--all", "-D", "/run/log/journal", *matches],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=LIMIT)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def lines(self, *matches):
        done = subprocess.run(
            ["nsenter", "--mount", "--target", str(self.process.pid), "journalctl", "-o", "cat",
             "-D", "/run/log/journal", *matches],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=LIMIT)
        return done.stdout.splitlines()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        self.process.wait(LIMIT)

    def close(self):
        self.stop()
        shutil.rmtree(self.sockets)
