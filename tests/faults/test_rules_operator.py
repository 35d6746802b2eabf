# SPDX-License-Identifier: GPL-2.0-or-later
"""Backend none: the operator's own rules log, and their counters are in the ledger."""
import pytest

from harness import final_ledger, parse, wait_for
from load import add_up, flood, so_far

NFT = """table inet theirs { chain in { type filter hook input priority 0;
udp dport 9 counter log prefix "theirs " group 100
udp dport 8 counter limit rate 1/minute burst 5 packets counter log prefix "limited" group 100
%s
udp dport 1-65535 drop; }; }"""
MUTE = 'udp dport 7 log prefix "mute" group 100'
IPTABLES = "-A INPUT -p udp --dport 9 -j NFLOG --nflog-group 100 --nflog-prefix theirs"


def watching(made, *prefixes):
    made["rules"] = {"backend": "none",
                     "log": [{"name": prefix, "hook": "input"} for prefix in prefixes]}
    return made


def ledger_says(log, matched):
    ledgers = [record for record in so_far(log) if record["event"] == "ledger"]
    return ledgers and sum(rule.get("matched", 0) for rule in ledgers[-1]["rules"]) == matched


def test_operators_nftables_rules_are_counted(network, daemon, config, log):
    network.gw.nft(NFT % "")
    flood(network, 300)  # before the daemon: none of its business
    nflogd = daemon(watching(config(backend="none"), "theirs", "limited"))
    sent = flood(network, 5_000) + flood(network, 2_000, port=8)
    assert nflogd.stop() == 0
    figures = add_up(sent, log).figures()
    assert figures["suppressed"] >= 1_990 and figures["lost_kernel"] == 0


@pytest.mark.parametrize("flavour", ["nft", "legacy"])
def test_operators_iptables_rules_are_counted(network, daemon, config, log, flavour):
    network.gw.run(f"iptables-{flavour}", *IPTABLES.split())
    nflogd = daemon(watching(config(backend="none"), "theirs"))
    sent = flood(network, 5_000)
    assert nflogd.stop() == 0
    assert add_up(sent, log).lost == 0


def test_a_firewall_that_is_loaded_anew_goes_on_with_its_sums(network, daemon, config, log):
    network.gw.nft(NFT % "")
    nflogd = daemon(watching(config(backend="none"), "theirs"))
    sent = 0
    for _ in range(3):
        sent += flood(network, 1_000)
        wait_for(lambda: ledger_says(log, sent), "a ledger with all so far")
        network.gw.nft("flush ruleset\n" + NFT % "")
    assert nflogd.stop() == 0
    assert add_up(sent, log).lost == 0


def test_a_rule_that_does_not_count_is_named_once(network, daemon, config, log):
    network.gw.nft(NFT % MUTE)
    nflogd = daemon(watching(config(backend="none"), "theirs", "mute"))
    flood(network, 100, port=7)
    sent = flood(network, 1_000)
    wait_for(lambda: ledger_says(log, sent), "a ledger")
    assert nflogd.stop() == 0
    told = nflogd.log.read_text()
    print(f"sent {sent}, and 100 through the rule that does not count")
    assert told.count("without counting") == 1 and "inet theirs in handle" in told
    [rule] = [rule for rule in final_ledger(log)["rules"] if rule["rule"] == "theirs"]
    assert (rule["matched"], rule["logged"]) == (sent, sent)
    assert len([r for r in parse(log) if r.get("rule") == "mute"]) == 100
