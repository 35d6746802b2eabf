# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemon's rules come, count and go; the operator's stay byte for byte."""
import os
import re
import signal

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether

from harness import GW4, GW6, LIMIT, OUT4, OUT6, Daemon, final_ledger, packets, wait_for

OPERATORS = """
table inet filter {
    set admins { type ipv4_addr; elements = { 192.0.2.9, 198.51.100.7 }; }
    chain input {
        type filter hook input priority 0; policy accept;
        ct state established accept
        ip saddr @admins tcp dport 22 accept comment "admins"
        log prefix "theirs " group 7
    }
}
"""
RULES = [
    {"name": "new", "hook": "input", "ct_state": ["new"]},
    {"name": "v4 only", "hook": "input", "source": ["192.0.2.0/24"], "protocol": ["udp"]},
    {"name": "v6 only", "hook": "input", "source": ["2001:db8::/32"], "protocol": ["udp"]},
    {"name": "both", "hook": "input", "source": ["192.0.2.0/24", "2001:db8::/32"],
     "destination_port": [9, "1000-2000"], "protocol": ["udp", "tcp"], "action": "drop"},
    {"name": "elsewhere", "hook": "input", "in": ["nosuch0"]},
]
BACKENDS = [("nftables", "system"), ("iptables", "nft"), ("iptables", "legacy")]


def with_flavour(made, flavour):
    made["rules"]["iptables_flavour"] = flavour
    return made


def send(network, port, count4, count6):
    head = Ether(src=network.out.mac("out0"), dst=network.gw.mac("wan0"))
    network.out.send_frames(
        "out0",
        [bytes(head / IP(src=OUT4, dst=GW4) / UDP(sport=40000 + i, dport=port))
         for i in range(count4)] +
        [bytes(head / IPv6(src=OUT6, dst=GW6) / UDP(sport=40000 + i, dport=port))
         for i in range(count6)])


@pytest.mark.parametrize("backend,flavour", BACKENDS)
def test_rules_match_what_makes_sense_and_leave_no_trace(network, daemon, config, log, backend,
                                                         flavour):
    network.gw.nft(OPERATORS)
    for program in ("iptables", "ip6tables"):
        network.gw.run(f"{program}-{flavour if flavour != 'system' else 'nft'}", "-A", "INPUT",
                       "-p", "tcp", "--dport", "22", "-j", "ACCEPT")
    before = network.gw.ruleset()
    nflogd = daemon(with_flavour(config(*RULES, backend=backend), flavour))
    assert network.gw.ruleset() != before
    send(network, 9, 5, 3)
    send(network, 10, 2, 1)

    def count(rule):
        return len([r for r in packets(log) if r["rule"] == rule and r.get("proto") == "udp"])

    wait_for(lambda: count("new") == 11 and count("both") == 8, "the records")
    assert nflogd.stop() == 0
    assert {rule["name"]: count(rule["name"]) for rule in RULES} == {
        "new": 11, "v4 only": 7, "v6 only": 4, "both": 8, "elsewhere": 0}
    for rule in final_ledger(log)["rules"]:
        assert rule["matched"] == rule["suppressed"] + rule["logged"] + rule["lost_kernel"]
        assert rule["lost_kernel"] == 0
        logged = len([r for r in packets(log) if r["rule"] == rule["rule"]])
        assert rule["logged"] == logged
    assert network.gw.ruleset() == before


@pytest.mark.parametrize("backend,flavour", BACKENDS)
def test_limits_count_what_they_suppress(network, daemon, config, log, backend, flavour):
    limited = {"name": "limited", "hook": "input", "protocol": ["udp"],
               "limit": {"rate": "1/minute", "burst": 5}}
    nflogd = daemon(with_flavour(config(limited, backend=backend), flavour))
    send(network, 9, 20, 0)
    assert nflogd.stop() == 0
    [rule] = final_ledger(log)["rules"]
    assert rule["matched"] == 20
    assert rule["logged"] == len(packets(log)) == rule["matched"] - rule["suppressed"]
    assert rule["suppressed"] >= 10 and rule["lost_kernel"] == 0


def test_killed_daemon_leaves_no_nftables_rule(network, daemon, config):
    network.gw.nft(OPERATORS)
    before = network.gw.ruleset()
    nflogd = daemon(config(*RULES))
    assert "nflogd" in network.gw.run("nft", "list", "tables").stdout
    nflogd.stop(signal.SIGKILL)
    wait_for(lambda: network.gw.ruleset() == before, "the table to vanish with its owner")


@pytest.mark.parametrize("flavour", ["nft", "legacy"])
def test_leftovers_of_a_killed_run_are_cleaned(network, daemon, config, log, flavour):
    network.gw.run(f"iptables-{flavour}", "-A", "INPUT", "-p", "tcp", "--dport", "22", "-j",
                   "ACCEPT")
    network.gw.run(f"ip6tables-{flavour}", "-A", "INPUT", "-p", "tcp", "--dport", "22", "-j",
                   "ACCEPT")
    before = network.gw.ruleset()
    made = with_flavour(config(RULES[0], backend="iptables"), flavour)
    nflogd = daemon(made)
    installed = network.gw.ruleset()
    nflogd.stop(signal.SIGKILL)
    assert network.gw.ruleset() == installed  # nobody could clean up
    nflogd.start()
    assert [strip(text) for text in network.gw.ruleset()] == [
        strip(text) for text in installed]  # once, not twice
    assert nflogd.stop() == 0
    assert network.gw.ruleset() == before


def test_others_cannot_touch_the_owned_table(network, daemon, config, log):
    nflogd = daemon(config({"name": "udp", "hook": "input", "protocol": ["udp"]}))
    network.gw.run("nft", "flush", "ruleset")
    refused = network.gw.run("nft", "delete", "table", "inet", "nflogd", check=False)
    assert refused.returncode != 0
    send(network, 9, 1, 0)
    wait_for(lambda: packets(log), "a record after the flush")
    assert nflogd.stop() == 0


@pytest.mark.parametrize("backend,flavour", BACKENDS)
def test_rules_command_prints_what_is_installed(network, daemon, config, backend, flavour):
    """Loading the printed text by hand gives the very ruleset that run installs."""
    for program in ("iptables", "ip6tables"):  # the tables exist, as on any firewall
        network.gw.run(f"{program}-{flavour if flavour != 'system' else 'nft'}", "-A", "INPUT",
                       "-p", "tcp", "--dport", "22", "-j", "ACCEPT")
    nflogd = daemon(with_flavour(config(*RULES, backend=backend), flavour))
    printed = nflogd.command("rules", "-c", nflogd.config)
    assert printed.returncode == 0
    installed = network.gw.ruleset()
    assert nflogd.stop() == 0
    if backend == "nftables":
        # The owner flag would take the table away as soon as nft ends.
        network.gw.nft(re.sub(r"flags owner;?", "", printed.stdout))
        installed[0] = re.sub(r"flags owner|# progname \S+", "", installed[0])
        assert [strip(text) for text in network.gw.ruleset()] == [
            strip(text) for text in installed]
        return
    texts = printed.stdout.split("# ip6tables-restore --noflush")
    for program, text in zip(("iptables", "ip6tables"), texts):
        network.gw.run(f"{program}-{flavour}-restore", "--noflush", input=text)
    assert [strip(text) for text in network.gw.ruleset()] == [strip(text) for text in installed]


def strip(ruleset):
    """Without counts and white space, which depend on the moment."""
    lines = []
    for line in ruleset.splitlines():
        words = line.split("[")[0] if line.startswith(":") else line
        words = " ".join(words.split())
        for marker in ("packets ", "bytes "):
            head, found, tail = words.partition(marker)
            if found and tail.split(" ")[0].isdigit():
                words = head + " ".join(tail.split(" ")[1:])
        if words:
            lines.append(words)
    return lines


def test_two_daemons_need_two_tables(network, daemon, config, tmp_path):
    daemon(config(RULES[0]))
    other = config(RULES[0], sources=[{"type": "nflog", "groups": [101]}])
    other["outputs"][0]["path"] = str(tmp_path / "other" / "log.json")
    folder = tmp_path / "second"
    folder.mkdir()
    second = Daemon(network.gw, folder, other, start=False)
    refused = second.command("run", "-c", second.config)
    assert refused.returncode == 69 and "nflogd" in refused.stderr


def test_none_leaves_the_ruleset_alone(network, daemon, config, log):
    network.gw.nft(OPERATORS.replace("group 7", "group 100"))
    before = network.gw.ruleset()
    nflogd = daemon(config(backend="none"))
    assert network.gw.ruleset() == before
    send(network, 9, 2, 0)
    wait_for(lambda: len(packets(log)) >= 2, "records of the operator's own rule")
    assert nflogd.stop() == 0
    assert packets(log)[0]["prefix"] == "theirs" and "rule" not in packets(log)[0]
    [group] = final_ledger(log)["groups"]
    assert group["received"] == len(packets(log))


def test_five_hundred_rules(network, daemon, config, log):
    many = [{"name": f"rule-{i}", "hook": "input", "protocol": ["udp"], "destination_port": [i]}
            for i in range(1, 501)]
    nflogd = daemon(config(*many))
    send(network, 250, 1, 0)
    [record] = wait_for(lambda: packets(log), "the record")
    assert record["rule"] == "rule-250"
    assert nflogd.stop() == 0
    assert len(final_ledger(log)["rules"]) == 500


def test_ctrl_c_does_not_reach_iptables(network, daemon, config, log):
    """A terminal sends SIGINT to the whole group; the clean-up must go on."""
    before = network.gw.ruleset()
    nflogd = daemon(config(RULES[0], backend="iptables"))
    before_group = os.getpgid(nflogd.process.pid)
    assert before_group == nflogd.process.pid  # a group of the daemon's own
    for _ in range(20):
        os.killpg(before_group, signal.SIGINT)
    assert nflogd.process.wait(LIMIT) == 0, nflogd.log.read_text()
    nflogd.process = None
    assert network.gw.ruleset() == before
