# SPDX-License-Identifier: GPL-2.0-or-later
"""A booted Debian without nflogd, and the packages that scripts/package has built."""
import contextlib
import os
import pathlib
import re
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "netns"), str(HERE.parent / "systemd")]

import harness  # noqa: E402
import root as roots  # noqa: E402
import fresh  # noqa: E402
from container import Container  # noqa: E402

PACKAGES = pathlib.Path(os.environ.get("NFLOGD_PACKAGES", HERE.parent.parent / "build/packages"))
OLD_VERSION = "0.0.1"


def skip(reason):
    print(f"\nSKIPPED: {reason}; no package was installed")
    pytest.skip(f"{reason}; no package was installed")


def of_an_older_version(deb, folder):
    """The same package, but for its version."""
    tree = folder / "tree"
    harness.run("dpkg-deb", "--raw-extract", str(deb), str(tree))
    control = tree / "DEBIAN/control"
    control.write_text(re.sub(r"^Version: .*$", f"Version: {OLD_VERSION}", control.read_text(),
                              flags=re.M))
    older = folder / f"nflogd_{OLD_VERSION}.deb"
    harness.run("dpkg-deb", "-Zgzip", "-z1", "--root-owner-group", "--build", str(tree), str(older))
    return older


@pytest.fixture(scope="session")
def debs():
    """Names to paths."""
    found = {path.name.split("_")[0]: path for path in PACKAGES.glob("*.deb")}
    assert {"nflogd", "nflogd-doc"} <= set(found), f"scripts/package has built nothing: {PACKAGES}"
    return found


@pytest.fixture(scope="module")
def network():
    if os.geteuid() != 0 or subprocess.run(["unshare", "-n", "-m", "true"]).returncode != 0:
        skip("namespaces are refused here")
    made = harness.Network()
    # No answers to datagrams for a closed port.
    made.gw.nft("table ip quiet { chain in { type filter hook input priority 10; "
                "udp dport 1-65535 drop; }; }")
    yield made
    made.close()


@pytest.fixture(scope="module")
def machine(network, debs, tmp_path_factory):
    """Booted, with the packages in /root."""
    top = tmp_path_factory.mktemp("top")
    os.chmod(top, 0o755)
    (top / "root").mkdir(mode=0o700)
    older = of_an_older_version(debs["nflogd"], tmp_path_factory.mktemp("older"))
    for deb in (older, *debs.values()):
        harness.run("cp", str(deb), str(top / "root"))
    with contextlib.ExitStack() as stack:
        try:
            root = fresh.cached_root([debs["nflogd"], debs["nflogd-doc"]])
        except roots.Impossible as reason:
            skip(str(reason))
        container = Container([top, root], network.gw)
        stack.callback(container.close)
        if problem := container.probe():
            skip(problem)
        container.boot()
        yield container
