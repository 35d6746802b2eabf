# SPDX-License-Identifier: GPL-2.0-or-later
"""A real receiver of syslog: rsyslogd with a configuration of its own, in a namespace.

What it has parsed of each message becomes one JSON object a line.
"""
import os
import pathlib

import pytest

from receiver import TCP_PORT, TLS_PORT, UDP_PORT, Receiver

_PROPERTIES = ("pri", "timestamp", "hostname", "app-name", "procid", "msgid", "structured-data",
               "protocol-version", "msg")

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
# A receiver that waits for a processor for a while misses no datagram.
input(type="imudp" address="127.0.0.1" port="{udp}" rcvbufSize="16m" ruleset="all")
input(type="imtcp" address="127.0.0.1" port="{tcp}" ruleset="all")
"""


_TLS = """
module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="1"
       StreamDriver.AuthMode={auth})
global(DefaultNetstreamDriverCAFile="{ca}" DefaultNetstreamDriverCertFile="{certificate}"
       DefaultNetstreamDriverKeyFile="{key}")
input(type="imtcp" address="127.0.0.1" port="{port}" ruleset="all")
"""


class Rsyslog(Receiver):
    """Over UNIX datagrams, UDP and TCP, or, after with_tls(), over TLS instead of TCP."""

    name = "rsyslog"

    def __init__(self, namespace, folder):
        super().__init__(namespace, folder)
        # A path of a socket has 107 bytes, a test's folder may have more.
        self.socket = f"/run/nflogd-rsyslog-{os.getpid()}.sock"
        properties = ' constant(value=",") '.join(
            f'property(name="{name}" outname="{name}" '
            + ('dateFormat="rfc3339" format="jsonf")' if name == "timestamp"
               else 'format="jsonf")') for name in _PROPERTIES)
        self.config.write_text(_CONFIG.format(
            folder=self.folder, out=self.out, socket=self.socket, properties=properties,
            udp=UDP_PORT, tcp=TCP_PORT))

    def with_tls(self, authority, certificate, key, client="anon"):
        """`client`: the name that the certificate of a client must have; anon: it needs none."""
        text = self.config.read_text().replace('module(load="imtcp")\n', "")
        text = text[:text.rindex('input(type="imtcp"')]
        self.config.write_text(text + _TLS.format(
            ca=authority, certificate=certificate, key=key, port=TLS_PORT,
            auth='"anon"' if client == "anon" else f'"x509/name" PermittedPeer=["{client}"]'))
        self.stream_port = TLS_PORT
        return self

    def command(self):
        return ["rsyslogd", "-n", "-C", "-f", self.config, "-i", self.folder / "pid"]

    def listens(self):
        return super().listens() and pathlib.Path(self.socket).is_socket()

    def close(self):
        super().close()
        pathlib.Path(self.socket).unlink(missing_ok=True)


@pytest.fixture
def rsyslog(network, tmp_path):
    """rsyslogd on the router, where the daemon is."""
    receiver = Rsyslog(network.gw, tmp_path)
    yield receiver
    receiver.close()
