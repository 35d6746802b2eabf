# SPDX-License-Identifier: GPL-2.0-or-later
"""A real receiver of syslog: rsyslogd with a configuration of its own, in a namespace.

What it has parsed of each message becomes one JSON object a line.
"""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess

import pytest

from harness import LIMIT, wait_for

UDP_PORT, TCP_PORT, TLS_PORT = 5514, 5515, 6514
_PROPERTIES = ("pri", "timestamp", "hostname", "app-name", "procid", "msgid", "structured-data",
               "protocol-version", "msg")
_PARAMETER = re.compile(r' ([^ =]+)="((?:[^"\\\]]|\\.)*)"')

_CONFIG = """
global(workDirectory="{folder}" maxMessageSize="64k" net.enableDNS="off"
       parser.permitSlashInProgramName="on")
module(load="imuxsock" SysSock.Use="off")
module(load="imudp")
module(load="imtcp")
template(name="parsed" type="list") {{ constant(value="{{") {properties} constant(value="}}\\n") }}
ruleset(name="all") {{
    action(type="omfile" file="{out}" template="parsed")
}}
input(type="imuxsock" Socket="{socket}" ParseHostname="on" UseSpecialParser="off"
      RateLimit.Interval="0" UseSysTimeStamp="off" IgnoreTimestamp="off"
      ruleset="all")
input(type="imudp" address="127.0.0.1" port="{udp}" ruleset="all")
input(type="imtcp" address="127.0.0.1" port="{tcp}" ruleset="all")
"""


_TLS = """
module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="1"
       StreamDriver.AuthMode={auth})
global(DefaultNetstreamDriverCAFile="{ca}" DefaultNetstreamDriverCertFile="{certificate}"
       DefaultNetstreamDriverKeyFile="{key}")
input(type="imtcp" address="127.0.0.1" port="{port}" ruleset="all")
"""


class Rsyslog:
    """Over UNIX datagrams, UDP and TCP, or, after with_tls(), over TLS instead of TCP."""

    def __init__(self, namespace, folder):
        self.namespace = namespace
        self.folder = pathlib.Path(folder) / "rsyslog"
        self.folder.mkdir()
        self.out = self.folder / "messages.json"
        # A path of a socket has 107 bytes, a test's folder may have more.
        self.socket = f"/run/nflogd-rsyslog-{os.getpid()}.sock"
        properties = ' constant(value=",") '.join(
            f'property(name="{name}" outname="{name}" '
            + ('dateFormat="rfc3339" format="jsonf")' if name == "timestamp"
               else 'format="jsonf")') for name in _PROPERTIES)
        (self.folder / "rsyslog.conf").write_text(_CONFIG.format(
            folder=self.folder, out=self.out, socket=self.socket, properties=properties,
            udp=UDP_PORT, tcp=TCP_PORT))
        self.process = None
        self.stream_port = TCP_PORT

    def with_tls(self, authority, certificate, key, client="anon"):
        """`client`: the name that the certificate of a client must have; anon: it needs none."""
        path = self.folder / "rsyslog.conf"
        text = path.read_text().replace('module(load="imtcp")\n', "")
        text = text[:text.rindex('input(type="imtcp"')]
        path.write_text(text + _TLS.format(
            ca=authority, certificate=certificate, key=key, port=TLS_PORT,
            auth='"anon"' if client == "anon" else f'"x509/name" PermittedPeer=["{client}"]'))
        self.stream_port = TLS_PORT
        return self

    def start(self):
        errors = open(self.folder / "errors", "ab")
        with errors:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", self.namespace.name, "rsyslogd", "-n", "-C",
                 "-f", self.folder / "rsyslog.conf", "-i", self.folder / "pid"],
                stdin=subprocess.DEVNULL, stdout=errors, stderr=errors)
        wait_for(self.listens, "rsyslogd to listen")
        return self

    def listens(self):
        assert self.process.poll() is None, (self.folder / "errors").read_text()
        with self.namespace.entered():
            probe = socket.socket()
        with probe:
            return pathlib.Path(self.socket).is_socket() and \
                probe.connect_ex(("127.0.0.1", self.stream_port)) == 0

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
        pathlib.Path(self.socket).unlink(missing_ok=True)


@pytest.fixture
def rsyslog(network, tmp_path):
    """rsyslogd on the router, where the daemon is."""
    receiver = Rsyslog(network.gw, tmp_path)
    yield receiver
    receiver.close()


def element(message):
    """The one SD-ELEMENT: its name and parameters."""
    text = message["structured-data"]
    name = re.match(r"\[([^ \]]+)", text)[1]
    parameters = _PARAMETER.findall(text)
    assert text == f"[{name}" + "".join(f' {key}="{value}"' for key, value in parameters) + "]"
    return name, dict(parameters)
