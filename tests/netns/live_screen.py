# SPDX-License-Identifier: GPL-2.0-or-later
"""A program on a terminal of its own: what it shows, and keys for it."""
import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

import pyte

from harness import LIMIT


class LiveScreen:
    """Reads what the program draws only while it waits for something: never in between."""

    def __init__(self, command, lines=24, columns=80, **environment):
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        self.master, slave = pty.openpty()
        self._set_size(slave, lines, columns)
        self.raw = b""
        made = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **environment}
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=made, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)

    @staticmethod
    def _set_size(descriptor, lines, columns):
        fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def resize(self, lines, columns):
        self.screen.resize(lines, columns)
        self.screen.reset()
        self._set_size(self.master, lines, columns)

    def press(self, keys):
        os.write(self.master, keys.encode())

    def _read(self, seconds):
        if not select.select([self.master], [], [], seconds)[0]:
            return
        with contextlib.suppress(OSError):  # EIO: the program has ended
            data = os.read(self.master, 65536)
            self.raw += data
            self.stream.feed(data)

    @property
    def lines(self):
        return [line.rstrip() for line in self.screen.display]

    def text(self):
        return "\n".join(self.lines)

    def wait(self, condition, what):
        """Until condition(text of the screen) is true; returns its value."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            value = condition(self.text())
            if value:
                return value
            self._read(0.05)
        raise AssertionError(f"waited in vain for {what}; the screen:\n{self.text()}")

    def wait_for(self, *parts):
        self.wait(lambda text: all(part in text for part in parts), parts)

    def settle(self):
        """Two whole refreshes."""
        end = time.monotonic() + 0.6
        while time.monotonic() < end:
            self._read(0.05)

    def ended(self):
        """Waits for its end; returns the exit code."""
        end = time.monotonic() + LIMIT
        while self.process.poll() is None and time.monotonic() < end:
            self._read(0.05)
        self._read(0)
        return self.process.wait(1)

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        os.close(self.master)
