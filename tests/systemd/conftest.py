# SPDX-License-Identifier: GPL-2.0-or-later
"""A booted container with nflogd installed in it, one for all tests of a module."""
import contextlib
import os
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "netns"))

import harness  # noqa: E402
import root as roots  # noqa: E402
from container import Container  # noqa: E402

BUILD = pathlib.Path(harness.NFLOGD).parent.parent


def skip(reason):
    print(f"\nSKIPPED: {reason}; nothing was tested under systemd")
    pytest.skip(f"{reason}; nothing was tested under systemd")


def install(folder):
    os.chmod(folder, 0o755)  # it becomes the root folder
    subprocess.run(["cmake", "--install", BUILD, "--prefix", "/usr"], check=True,
                   stdout=subprocess.DEVNULL, env={**os.environ, "DESTDIR": str(folder)})


@pytest.fixture(scope="module")
def network():
    if os.geteuid() != 0 or subprocess.run(["unshare", "-n", "-m", "true"]).returncode != 0:
        skip("namespaces are refused here")
    made = harness.Network()
    # A quiet router: no ICMP answers to datagrams for a closed port.
    made.gw.nft("table ip quiet { chain in { type filter hook input priority 10; "
                "udp dport 1-65535 drop; }; }")
    yield made
    made.close()


@pytest.fixture(scope="module")
def booted(network, tmp_path_factory):
    """The container, installed into and booted as README.md says."""
    with contextlib.ExitStack() as stack:
        try:
            root = roots.cached_root(harness.NFLOGD)
        except roots.Impossible as reason:
            skip(str(reason))
        installed = tmp_path_factory.mktemp("installed")
        install(installed)
        container = Container([installed, root], network.gw)
        stack.callback(container.close)
        if problem := container.probe():
            skip(problem)
        container.boot()
        container.run("systemd-sysusers")
        container.run("systemd-tmpfiles", "--create")
        yield container


@pytest.fixture
def machine(booted):
    """The container with the service stopped and an empty log directory."""
    yield booted
    booted.run("systemctl", "stop", "nflogd", check=False)
    booted.run("systemctl", "reset-failed", "nflogd", check=False)
    booted.run("sh", "-c", "rm -rf /var/log/nflogd/* /etc/nflogd/conf.d/* "
                           "/etc/systemd/system/nflogd.service.d; systemctl daemon-reload")
    booted.run("journalctl", "--rotate")
    booted.run("journalctl", "--vacuum-time=1ms")
