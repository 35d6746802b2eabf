# SPDX-License-Identifier: GPL-2.0-or-later
"""Counters that somebody sets back, and tables that everybody can change."""
import pathlib
import shutil
import signal

import pytest

from harness import LIMIT, packets, parse, run, wait_for
from load import UDP, Stream, add_up, flood, packets_so_far, quiet_port, so_far
from processes import reader_pid, threads

BACKENDS = [("nftables", "system", "nft reset counters"),
            ("iptables", "nft", "iptables-nft -Z"),
            ("iptables", "legacy", "iptables-legacy -Z")]


def with_rules(made, **more):
    made["rules"].update(more)
    return made


def wait_for_ledger(nflogd, log, matched):
    """The last one in the log says that so many packets matched."""
    last = []

    def says():
        last[:] = [line for line in so_far(log) if line["event"] == "ledger"][-1:]
        return last and last[0]["rules"][0]["matched"] == matched

    try:
        wait_for(says, f"a ledger with {matched} packets")
    except AssertionError as failure:
        raise AssertionError(f"{failure}; the last one: {last}\n{nflogd.log.read_text()}") from None


@pytest.mark.parametrize("backend,flavour,reset", BACKENDS)
def test_counters_set_back_at_rest_lose_nothing(network, daemon, config, log, backend, flavour,
                                                reset):
    quiet_port(network)
    nflogd = daemon(with_rules(config(UDP, backend=backend), iptables_flavour=flavour))
    sent = flood(network, 10_000)
    wait_for_ledger(nflogd, log, sent)
    network.gw.run(*reset.split())
    sent += flood(network, 4_000)
    wait_for_ledger(nflogd, log, sent)
    network.gw.run(*reset.split())
    sent += flood(network, 1_000)  # fewer than were read last: that is how one can tell
    wait_for_ledger(nflogd, log, sent)
    sent += flood(network, 20_000)
    assert nflogd.stop() == 0
    figures = add_up(sent, log).figures()
    assert figures["logged"] == len(packets(log)) == sent


@pytest.mark.parametrize("backend,flavour,reset", BACKENDS)
def test_counters_set_back_under_load_never_make_a_sum_smaller(network, daemon, config, log,
                                                               backend, flavour, reset):
    """What they counted between the last reading and then nobody knows."""
    quiet_port(network)
    nflogd = daemon(with_rules(config(UDP, backend=backend), iptables_flavour=flavour))
    sent = 0
    for _ in range(5):
        sent += flood(network, 10_000)
        network.gw.run(*reset.split())
    assert nflogd.stop() == 0
    sums = [record["rules"][0] for record in parse(log) if record["event"] == "ledger"]
    print(f"sent {sent} matched {sums[-1]['matched']} logged {sums[-1]['logged']} "
          f"lost {sums[-1]['lost_kernel']}")
    for key in ("matched", "suppressed", "logged", "lost_kernel"):
        assert all(0 <= a[key] <= b[key] for a, b in zip(sums, sums[1:])), key
    assert sums[-1]["matched"] == sent
    assert sums[-1]["logged"] == len(packets(log)) == sent


def test_counters_that_cannot_be_read_for_a_while_are_right_again(network, daemon, config, log):
    """What comes in the meantime is not taken for what a reset counter has forgotten."""
    quiet_port(network)
    nflogd = daemon(with_rules(config(UDP, backend="iptables"), iptables_flavour="legacy"))
    within = ("nsenter", "-m", "-t", str(nflogd.process.pid))
    save = "/usr/sbin/iptables-legacy-save"
    sent = flood(network, 1_000)
    wait_for_ledger(nflogd, log, sent)
    run(*within, "mount", "--bind", "/bin/false", save)
    sent += flood(network, 5_000)
    wait_for(lambda: len(packets_so_far(log)) == sent, "the records")
    failures = nflogd.log.read_text().count("reading the rules' counters")
    wait_for(lambda: nflogd.log.read_text().count("reading the rules' counters") > failures + 1,
             "two attempts in vain")
    run(*within, "umount", "--lazy", save)  # it may be running
    wait_for_ledger(nflogd, log, sent)
    sent += flood(network, 1_000)
    assert nflogd.stop() == 0
    figures = add_up(sent, log).figures()
    assert figures["matched"] == figures["logged"] == len(packets(log)) == sent


SLOW = """#!/bin/sh
echo >>{calls}
sleep 0.3
exec {folder}/$(basename "$0") "$@"
"""


def test_counters_that_take_long_to_read_are_not_asked_for_all_the_time(network, daemon, config,
                                                                        log, tmp_path):
    """As with hundreds of rules: questions must not pile up behind the first one."""
    quiet_port(network)
    nflogd = daemon(with_rules(config(UDP, backend="iptables"), iptables_flavour="legacy"))
    real, folder = pathlib.Path("/usr/sbin/xtables-legacy-multi"), tmp_path / "legacy"
    folder.mkdir()
    shutil.copy(real, folder)
    for family in ("iptables", "ip6tables"):
        for tool in ("legacy", "legacy-save", "legacy-restore"):
            (folder / f"{family}-{tool}").symlink_to(real.name)
    slow, calls = tmp_path / "slow", tmp_path / "calls"
    slow.write_text(SLOW.format(calls=calls, folder=folder))
    slow.chmod(0o755)
    calls.touch()
    run("nsenter", "-m", "-t", str(nflogd.process.pid), "mount", "--bind", str(slow), str(real))
    stream = Stream(network, 500, part=100)
    wait_for(lambda: calls.stat().st_size >= 16, "sixteen readings")
    before = calls.stat().st_size
    nflogd.send(signal.SIGTERM)
    nflogd.process.wait(LIMIT)
    sent = stream.finish()
    after = calls.stat().st_size - before
    print(f"{before} calls while it ran, {after} to end")
    assert after < 40
    assert len(packets(log)) <= sent
    assert packets(log)


def test_a_table_without_owner_goes_with_a_clean_stop(network, daemon, config, log):
    before = network.gw.ruleset()
    quiet_port(network)
    quiet = network.gw.ruleset()
    nflogd = daemon(with_rules(config(UDP), owner=False))
    listing = network.gw.run("nft", "list", "table", "inet", "nflogd").stdout
    assert "owner" not in listing
    assert "owner" not in nflogd.command("rules", "-c", nflogd.config).stdout
    sent = flood(network, 1_000)
    assert nflogd.stop() == 0
    add_up(sent, log)
    assert network.gw.ruleset() == quiet != before


def test_a_table_without_owner_that_a_killed_daemon_left_is_replaced(network, daemon, config,
                                                                     log):
    quiet_port(network)
    before = network.gw.ruleset()
    nflogd = daemon(with_rules(config(UDP), owner=False))
    flood(network, 100)
    wait_for_ledger(nflogd, log, 100)
    worker = reader_pid(nflogd)
    nflogd.stop(signal.SIGKILL)
    wait_for(lambda: not threads(worker), "the end of the worker")
    assert network.gw.ruleset() != before
    log.unlink()
    nflogd.start()
    sent = flood(network, 1_000)
    assert nflogd.stop() == 0
    add_up(sent, log)
    assert network.gw.ruleset() == before


def test_the_owned_table_stands_while_the_firewall_is_loaded_anew(network, daemon, config, log):
    nflogd = daemon(config(UDP))
    sent = 0
    for _ in range(10):
        network.gw.nft("flush ruleset")
        quiet_port(network)
        sent += flood(network, 2_000)
    assert nflogd.stop() == 0
    figures = add_up(sent, log).figures()
    assert figures["lost_kernel"] == 0
    assert not [r for r in parse(log)
                if r["event"] == "lifecycle" and r["change"].startswith("rules_")]
