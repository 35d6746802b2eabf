# SPDX-License-Identifier: GPL-2.0-or-later
"""Groups that others hold: they are named, and nothing is left behind."""
import contextlib
import pathlib
import subprocess
import sys

import pytest

from harness import Daemon, wait_for
from load import UDP, add_up, flood, packets_so_far, quiet_port

HOLDER = pathlib.Path(__file__).with_name("holder.py")


@contextlib.contextmanager
def held(namespace, group, *how):
    """Yields the number of the process that holds the group."""
    holder = subprocess.Popen(
        ["ip", "netns", "exec", namespace.name, sys.executable, HOLDER, str(group), *how],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with holder:
        word, pid = holder.stdout.readline().split()
        assert word == "bound"
        yield int(pid)


@pytest.mark.parametrize("how", [(), ("fork",)], ids=["bound", "inherited"])
def test_the_holder_is_named_and_after_its_end_it_works(network, config, tmp_path, log, how):
    quiet_port(network)
    before = network.gw.ruleset()
    nflogd = Daemon(network.gw, tmp_path, config(UDP), start=False)
    with held(network.gw, 100, *how) as pid:
        done = nflogd.command("run", "-c", nflogd.config)
        print(done.stderr)
        assert done.returncode == 69
        assert f"(pid {pid})" in done.stderr and "python3" in done.stderr
        assert network.gw.ruleset() == before
    wait_for(lambda: not pathlib.Path(f"/proc/{pid}/fd/0").exists(), "the holder's end")
    nflogd.start()
    sent = flood(network, 1_000)
    assert nflogd.stop() == 0
    assert add_up(sent, log).lost == 0
    assert network.gw.ruleset() == before


def test_a_reload_onto_a_held_group_changes_nothing(network, daemon, config, log):
    quiet_port(network)
    nflogd = daemon(config(UDP))
    rules = network.gw.run("nft", "list", "ruleset").stdout
    with held(network.gw, 200) as pid:
        nflogd.write_config(config({**UDP, "group": 200}, sources=[
            {"type": "nflog", "groups": [200]}]))
        nflogd.reload()
        told = nflogd.log.read_text()
        assert f"(pid {pid})" in told and "the old one stays in force" in told
        assert network.gw.run("nft", "list", "ruleset").stdout == rules
        sent = flood(network, 1_000)
        wait_for(lambda: len(packets_so_far(log)) == sent, "records of the old configuration")
    nflogd.reload()
    sent += flood(network, 500)
    assert nflogd.stop() == 0
    tally = add_up(None, log)
    assert (tally.packets, tally.lost) == (sent, 0)
    assert tally.changes == ["started", "reloaded", "stopped"]


def test_one_of_two_groups_is_held(network, config, tmp_path):
    """The other one is let go again: somebody else can bind it."""
    made = config({**UDP, "group": 50}, sources=[{"type": "nflog", "groups": [50, 51]}])
    nflogd = Daemon(network.gw, tmp_path, made, start=False)
    with held(network.gw, 51):
        assert nflogd.command("run", "-c", nflogd.config).returncode == 69
        with held(network.gw, 50):
            pass
