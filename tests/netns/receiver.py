# SPDX-License-Identifier: GPL-2.0-or-later
"""What receivers of syslog have in common: a process in a namespace that writes each
message, as it has understood it, as one JSON object a line."""
import json
import pathlib
import re
import signal
import socket
import subprocess

from harness import LIMIT, wait_for

UDP_PORT, TCP_PORT, TLS_PORT = 5514, 5515, 6514
_PARAMETER = re.compile(r' ([^ =]+)="((?:[^"\\\]]|\\.)*)"')


class Receiver:
    """Made in a folder of its own, `folder`/NAME; its configuration is NAME.conf there."""
    name = ""

    def __init__(self, namespace, folder):
        self.namespace = namespace
        self.folder = pathlib.Path(folder) / self.name
        self.folder.mkdir()
        self.config = self.folder / f"{self.name}.conf"
        self.out = self.folder / "messages.json"
        self.process = None
        self.stream_port = TCP_PORT

    def command(self):
        raise NotImplementedError

    def environment(self):
        """None: the test's own."""

    def start(self):
        with open(self.folder / "errors", "ab") as errors:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", self.namespace.name, *self.command()],
                stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, env=self.environment())
        wait_for(self.listens, f"{self.name} to listen")
        return self

    def listens(self):
        assert self.process.poll() is None, (self.folder / "errors").read_text()
        with self.namespace.entered():
            probe = socket.socket()
        with probe:
            return probe.connect_ex(("127.0.0.1", self.stream_port)) == 0

    def send(self, number):
        self.process.send_signal(number)

    def stop(self):
        """Ends it; all that it has read is then in the file."""
        self.send(signal.SIGTERM)
        self.process.wait(LIMIT)
        self.process = None

    def messages(self):
        """Those that are whole."""
        text = self.out.read_text() if self.out.exists() else ""
        return [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines()]

    def wait_for_messages(self, count):
        def there():
            return self.out.exists() and self.out.read_bytes().count(b"\n") >= count
        wait_for(there, f"{count} messages")
        return self.messages()

    def wait_for_end(self):
        """Until the final ledger is there; all else came before it."""
        wait_for(lambda: self.out.exists() and rb'\"final\":true' in self.out.read_bytes(),
                 "the final ledger")
        return self.messages()

    def close(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait(LIMIT)


def element(message):
    """The one SD-ELEMENT: its name and parameters."""
    text = message["structured-data"]
    name = re.match(r"\[([^ \]]+)", text)[1]
    parameters = _PARAMETER.findall(text)
    assert text == f"[{name}" + "".join(f' {key}="{value}"' for key, value in parameters) + "]"
    return name, dict(parameters)
