# SPDX-License-Identifier: GPL-2.0-or-later
"""Somebody removes our rules: within a second they are back, and the log says so."""
import datetime
import time

import pytest

from harness import packets, wait_for
from load import MARGIN, UDP, add_up, flood, quiet_port, so_far

# backend, flavour, what somebody does
REMOVALS = [
    ("nftables", "system", "nft delete table inet nflogd"),
    ("nftables", "system", "nft flush ruleset"),
    ("nftables", "system", "nft flush table inet nflogd"),
    ("nftables", "system", "nft flush chain inet nflogd input"),
    ("iptables", "nft", "iptables-nft -F"),
    ("iptables", "nft", "iptables-nft -F INPUT"),
    ("iptables", "nft", "nft flush ruleset"),
    ("iptables", "legacy", "iptables-legacy -F"),
    ("iptables", "legacy", "iptables-legacy -F INPUT"),
]
CHANGES = ("rules_missing", "rules_restored")


def unprotected(made, flavour):
    made["rules"].update(iptables_flavour=flavour, owner=False)
    return made


def changes(log):
    return [record for record in so_far(log)
            if record["event"] == "lifecycle" and record["change"] in CHANGES]


def seconds(record):
    return datetime.datetime.fromisoformat(record["timestamp"].replace("Z", "+00:00")).timestamp()


def ledger_says(log, matched):
    ledgers = [record for record in so_far(log) if record["event"] == "ledger"]
    return ledgers and ledgers[-1]["rules"][0]["matched"] == matched


@pytest.mark.parametrize("backend,flavour,removal", REMOVALS)
def test_removed_rules_are_back_within_a_second(network, daemon, config, log, backend, flavour,
                                                removal):
    if flavour == "legacy":  # a table that is there once stays, so let it be there before
        for program in ("iptables-legacy", "ip6tables-legacy"):
            network.gw.run(program, "-S")
    before = network.gw.ruleset()
    nflogd = daemon(unprotected(config(UDP, backend=backend), flavour))
    sent = flood(network, 1_000)
    wait_for(lambda: ledger_says(log, sent), "a ledger with all of them")
    removed_at = time.time()
    network.gw.run(*removal.split())
    wait_for(lambda: len(changes(log)) >= 2, "both lifecycle records")
    missing, restored = changes(log)[:2]
    assert [missing["change"], restored["change"]] == list(CHANGES)
    print(f"missing after {seconds(missing) - removed_at:.3f} s, "
          f"restored after {seconds(restored) - removed_at:.3f} s")
    assert seconds(restored) - removed_at <= MARGIN
    sent += flood(network, 5_000)
    assert nflogd.stop() == 0
    figures = add_up(sent, log).figures()
    assert figures["logged"] == len(packets(log)) == sent
    assert len(changes(log)) == 2, "told once"
    assert nflogd.log.read_text().count("is gone") <= 1
    assert network.gw.ruleset() == before


def test_rules_removed_again_and_again(network, daemon, config, log):
    """The log adds up for what the rules saw, and ends with the rules in place."""
    quiet_port(network)
    before = network.gw.ruleset()
    nflogd = daemon(unprotected(config(UDP), "system"))
    for round_ in range(1, 6):
        network.gw.run("nft", "delete", "table", "inet", "nflogd")
        wait_for(lambda: len(changes(log)) >= 2 * round_, "the next restore")
    sent = flood(network, 1_000)
    assert nflogd.stop() == 0
    add_up(sent, log)
    assert [record["change"] for record in changes(log)] == list(CHANGES) * 5
    assert network.gw.ruleset() == before
