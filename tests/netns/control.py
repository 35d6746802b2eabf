# SPDX-License-Identifier: GPL-2.0-or-later
"""The control socket and the metrics of a running daemon, asked as anybody would."""
import http.client
import json
import socket
import subprocess

from harness import LIMIT, NFLOGD


def socket_of(nflogd):
    return str(nflogd.folder / "control.sock")


def status(nflogd, *more):
    """(exit code, text) of `nflogd status`."""
    done = subprocess.run([NFLOGD, "status", "--socket", socket_of(nflogd), *more],
                          capture_output=True, text=True, timeout=LIMIT)
    return done.returncode, done.stdout, done.stderr


def report(nflogd):
    _, text, errors = status(nflogd, "--json")
    assert not errors
    return json.loads(text)


class Control:
    """A connection to the control socket, and what was asked over it."""

    def __init__(self, path, request):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(LIMIT)
        self.socket.connect(str(path))
        line = request if isinstance(request, bytes) else json.dumps(request).encode() + b"\n"
        self.socket.sendall(line)
        self.file = self.socket.makefile("rb")

    def line(self):
        """The next line; empty at the end."""
        return self.file.readline()

    def packet(self):
        """The next record of a packet, whatever events stand before it."""
        return next(record for record in map(json.loads, iter(self.line, b""))
                    if record["event"] == "packet")

    def line_with(self, text):
        """The next line with this in it."""
        return next(line for line in iter(self.line, b"") if text in line)

    def close(self):
        self.file.close()
        self.socket.close()


class UnixHttp(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=LIMIT)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(LIMIT)
        self.sock.connect(self.path)


def samples(text):
    """Of a page of metrics: {'name{labels}': value}."""
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
            for line in text.splitlines() if line and not line.startswith("#")}
