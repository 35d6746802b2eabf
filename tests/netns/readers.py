# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs that read a socket of live records, each a thread with a connection."""
import contextlib
import json
import socket
import threading

from harness import LIMIT, wait_for


def connected(path):
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.settimeout(LIMIT)
    made.connect(str(path))
    return made


class Reader:
    """Reads all the time, or from thaw() on if it begins frozen."""

    def __init__(self, path, frozen=False):
        self.socket = connected(path)
        self.bytes = b""
        self.may_read = threading.Event()
        if not frozen:
            self.may_read.set()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        self.may_read.wait(LIMIT)
        with contextlib.suppress(OSError):
            while chunk := self.socket.recv(65536):
                self.bytes += chunk

    def thaw(self):
        self.may_read.set()

    def lines(self):
        """Those that are whole."""
        return self.bytes[:self.bytes.rfind(b"\n") + 1].decode().splitlines()

    def records(self, event=None):
        records = [json.loads(line) for line in self.lines()]
        return [record for record in records if event in (None, record["event"])]

    def count(self):
        """Packets in JSON, without looking at them."""
        return self.bytes.count(b'"event":"packet"')

    def packets(self):
        return self.records("packet")

    def missed(self):
        return sum(int(record["missed"]) for record in self.records("lifecycle")
                   if record["change"] == "records_missed")

    def ended(self):
        return not self.thread.is_alive()

    def wait_for_end(self):
        wait_for(self.ended, "the end of the connection")
        assert self.bytes.endswith(b"\n") or not self.bytes

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
