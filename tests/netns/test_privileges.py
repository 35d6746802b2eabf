# SPDX-License-Identifier: GPL-2.0-or-later
"""CAP_NET_ADMIN is enough, and run_as leaves nothing else."""
import os
import pathlib
import pwd
import shutil

import pytest

from harness import packets
from test_ledger import UDP, check_sums, flood, open_port

NOBODY = pwd.getpwnam("nobody")


@pytest.fixture
def public(tmp_path):
    """A folder that another user can reach; pytest's own is root's alone."""
    folder = pathlib.Path("/run") / f"nflogd-test-{os.getpid()}"
    folder.mkdir()
    os.chown(folder, NOBODY.pw_uid, NOBODY.pw_gid)
    yield folder
    shutil.rmtree(folder)


def status_of(nflogd):
    """/proc/PID/status of the daemon; `ip netns exec` has become it."""
    lines = pathlib.Path(f"/proc/{nflogd.process.pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


@pytest.mark.parametrize("backend", ["nftables", "iptables"])
def test_run_as(network, daemon, config, public, backend):
    open_port(network)
    log = public / "log" / "nflogd.json"
    made = config(UDP, backend=backend, run_as="nobody",
                  control_socket=str(public / "control.sock"))
    made["outputs"][0]["path"] = str(log)
    before = network.gw.ruleset()
    nflogd = daemon(made)
    status = status_of(nflogd)
    assert status["Uid"].split() == [str(NOBODY.pw_uid)] * 4
    only_net_admin = f"{1 << 12:016x}"
    assert status["CapEff"] == status["CapPrm"] == only_net_admin
    assert int(status["CapBnd"], 16) == 0
    flood(network, 1000)
    assert nflogd.stop() == 0
    assert len(packets(log)) == 1000
    assert log.stat().st_uid == NOBODY.pw_uid and log.stat().st_mode & 0o777 == 0o640
    check_sums(log)
    assert network.gw.ruleset() == before


def test_run_as_a_user_that_does_not_exist(network, daemon, config, log):
    open_port(network)
    nflogd = daemon(config(UDP, run_as="nosuchuser"))
    flood(network, 3)
    assert nflogd.stop() == 0
    assert len(packets(log)) == 3
    assert "there is no user 'nosuchuser'; running as root" in nflogd.log.read_text()
