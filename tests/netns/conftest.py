# SPDX-License-Identifier: GPL-2.0-or-later
import os
import subprocess

import pytest

import harness


def pytest_collection_modifyitems(items):
    """Without namespaces there is nothing to test; that is said loudly."""
    if os.geteuid() == 0 and subprocess.run(["unshare", "-n", "true"]).returncode == 0:
        return
    print("\nSKIPPED: network namespaces are refused here; nothing was tested on real packets")
    for item in items:
        item.add_marker(pytest.mark.skip(reason="network namespaces are refused here"))


@pytest.fixture
def network():
    made = harness.Network()
    yield made
    made.close()


@pytest.fixture
def daemon(network, tmp_path):
    """daemon(config) starts nflogd on the router; all are ended with the test."""
    started = []

    def start(config, **more):
        started.append(harness.Daemon(more.pop("namespace", network.gw), tmp_path, config, **more))
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture
def log(tmp_path):
    """The log file of the usual configuration."""
    return tmp_path / "log" / "nflogd.json"


@pytest.fixture
def config(log):
    """config(rules, **sections): JSON to `log`, quick to flush."""

    def make(*rules, backend="nftables", **sections):
        made = {
            "host": "gw",
            "control_socket": str(log.parent.parent / "control.sock"),
            "sources": [{"type": "nflog", "groups": [100], "flush_timeout": "10ms"}],
            "rules": {"backend": backend, "log": list(rules)},
            "outputs": [{"name": "main", "type": "file", "path": str(log), "format": "json"}],
            "ledger": {"interval": "1s"},
        }
        if backend == "none":
            made["rules"] = {"backend": "none"}
        made.update(sections)
        return made

    return make
