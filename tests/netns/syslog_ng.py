# SPDX-License-Identifier: GPL-2.0-or-later
"""Another real receiver of syslog: syslog-ng with a configuration of its own, in a
namespace. It reads RFC 5424 with octet counts (RFC 6587), over TCP or TLS (RFC 5425).

What it has parsed of each message becomes one JSON object a line; what its JSON parser
then finds in the message's text, one more in `fields`.
"""
import os
import re

import pytest

import syslog_ng_packages
from receiver import TCP_PORT, TLS_PORT, Receiver

_MACROS = {"pri": "PRI", "timestamp": "S_ISODATE", "hostname": "HOST", "app-name": "PROGRAM",
           "procid": "PID", "msgid": "MSGID", "structured-data": "SDATA", "msg": "MESSAGE"}

_CONFIG = """@version: {version}
options {{
    keep-hostname(yes); use-dns(no); chain-hostnames(no); frac-digits(6); time-zone("UTC");
    keep-timestamp(yes); log-msg-size(65536); stats-freq(0); create-dirs(no);
}};
source all {{ syslog(ip(127.0.0.1) port({port}) {transport} flags(validate-utf8)); }};
destination messages {{ file("{out}" template("$(format-json {pairs})\\n")); }};
destination fields {{ file("{fields}" template("$(format-json --leave-initial-dot .json.*)\\n")); }};
log {{ source(all); destination(messages); }};
log {{
    source(all); parser {{ json-parser(prefix(".json.")); }}; destination(fields);
}};
"""

_TLS = """transport("tls") tls(key-file("{key}") cert-file("{certificate}") ca-file("{ca}")
    peer-verify({verify}) {trusted})"""


class SyslogNg(Receiver):
    """Over TCP or, after with_tls(), over TLS instead."""
    name = "syslog-ng"

    def __init__(self, namespace, folder, root):
        super().__init__(namespace, folder)
        self.root = root
        self.fields = self.folder / "fields.json"
        self._configure('transport("tcp")')

    def with_tls(self, authority, certificate, key, client=None):
        """`client`: the name that the certificate of a client must have; None: it needs none."""
        self.stream_port = TLS_PORT
        self._configure(_TLS.format(
            ca=authority, certificate=certificate, key=key,
            verify="required-trusted" if client else "optional-untrusted",
            trusted=f'trusted-dn("CN={client}")' if client else ""))
        return self

    def _configure(self, transport):
        pairs = " ".join(f'{key}="${{{macro}}}"' for key, macro in _MACROS.items())
        self.config.write_text(_CONFIG.format(
            version=".".join(self._modules().name.split(".")[:2]), port=self.stream_port,
            transport=transport, out=self.out, fields=self.fields,
            pairs=pairs.replace('"', '\\"')))

    def _modules(self):
        """The folder of its version: …/syslog-ng/3.38."""
        [folder] = [path for path in self.root.glob("usr/lib/syslog-ng/*")
                    if re.fullmatch(r"\d+\.\d+", path.name)]
        return folder

    def command(self):
        return [self.root / "usr/sbin/syslog-ng", "--foreground", "--stderr", "--no-caps",
                "--cfgfile", self.config, "--persist-file", self.folder / "persist",
                "--control", self.folder / "control", "--pidfile", self.folder / "pid",
                f"--module-path={self._modules()}"]

    def environment(self):
        libraries = [self._modules().parent, *self.root.glob("usr/lib/*-linux-*")]
        return {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, libraries))}


@pytest.fixture(scope="session")
def syslog_ng_root():
    try:
        return syslog_ng_packages.cached_root()
    except syslog_ng_packages.Impossible as reason:
        pytest.skip(str(reason))


@pytest.fixture
def syslog_ng(network, tmp_path, syslog_ng_root):
    """syslog-ng on the router, where the daemon is."""
    receiver = SyslogNg(network.gw, tmp_path, syslog_ng_root)
    yield receiver
    receiver.close()
