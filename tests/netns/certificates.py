# SPDX-License-Identifier: GPL-2.0-or-later
"""A certificate authority of the test's own, made by openssl(1) when it runs."""
import pathlib

import pytest

from harness import run


class Authority:
    def __init__(self, folder, name="test CA"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.folder.chmod(0o755)
        self.ca = self.folder / "ca.pem"
        self._key = self.folder / "ca.key"
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-subj", f"/CN={name}", "-days", "30", "-keyout", self._key, "-out", self.ca)
        self.ca.chmod(0o644)

    def issue(self, name, *alternatives, days=10):
        """(certificate, key); `alternatives` as in DNS:gw or IP:127.0.0.1. Negative `days`:
        it has expired."""
        key, request, made = (self.folder / f"{name}.{end}" for end in ("key", "csr", "pem"))
        run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={','.join(alternatives)}\n" if alternatives else "")
        # `x509` makes nothing that has expired; `ca` does.
        (self.folder / "index").write_text("")
        (self.folder / "ca.conf").write_text(
            "[ca]\ndefault_ca=test\n[test]\ndatabase={0}/index\nnew_certs_dir={0}\nrand_serial=yes\n"
            "default_md=sha256\npolicy=any\ncopy_extensions=none\nunique_subject=no\n"
            "[any]\ncommonName=supplied\n".format(self.folder))
        dates = ("-days", str(days)) if days > 0 else \
            ("-startdate", "20200101000000Z", "-enddate", "20200201000000Z")
        run("openssl", "ca", "-batch", "-notext", "-config", self.folder / "ca.conf", "-cert",
            self.ca, "-keyfile", self._key, "-in", request, "-out", made, "-extfile", extensions,
            *dates)
        made.chmod(0o644)
        key.chmod(0o600)
        return made, key


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "authority")


@pytest.fixture
def server(authority):
    """(certificate, key) of a receiver on this machine."""
    return authority.issue("server", "DNS:localhost", "IP:127.0.0.1")
