# SPDX-License-Identifier: GPL-2.0-or-later
"""Flows spread over several groups, each read by a thread of its own."""
import collections
import os
import signal

import pytest
from scapy.all import ICMP, IP, TCP, UDP as ScapyUDP, Ether, IPv6, Raw, fragment

from harness import FLOOD, GW4, GW6, OUT4, OUT6, final_ledger, packets, wait_for
from processes import reader_pid
from test_ledger import UDP
from test_signals import Load

SPREAD = 4
ALL = {"name": "all", "hook": "input", "in": ["wan0"]}


def spread(config, *rules, by=SPREAD):
    return config(*rules, sources=[{"type": "nflog", "groups": [100], "spread": by,
                                    "flush_timeout": "10ms"}])


def open_port(network):
    network.gw.nft("table inet quiet { chain in { type filter hook input priority 10; "
                   "udp dport 1-65535 drop; }; }")


def flood(network, count, address=GW4, sources=64):
    sent = network.out.run(FLOOD, address, "9", "-n", str(count), "--sources", str(sources)).stdout
    assert f"sent {count}" in sent


def flow_of(record):
    ends = sorted(((record["src_ip"], record.get("src_port")),
                   (record["dest_ip"], record.get("dest_port"))), key=str)
    return (*ends, record["proto_number"])


def groups_of_flows(records):
    groups = collections.defaultdict(set)
    for record in records:
        groups[flow_of(record)].add(record["group"])
    return groups


def rule_of(log, name):
    return next(rule for rule in final_ledger(log)["rules"] if rule["rule"] == name)


@pytest.mark.parametrize("address", [GW4, GW6])
def test_each_flow_is_in_one_group_and_each_packet_is_logged_once(network, daemon, config, log,
                                                                  address):
    open_port(network)
    nflogd = daemon(spread(config, UDP))
    flood(network, 64_000, address)
    assert nflogd.stop() == 0
    rule = rule_of(log, "udp")
    assert (rule["matched"], rule["logged"], rule["lost_kernel"]) == (64_000, 64_000, 0)
    records = packets(log)
    flows = groups_of_flows(records)
    print(f"sent 64000 matched {rule['matched']} logged {len(records)} lost 0; {len(flows)} flows, "
          f"{collections.Counter(next(iter(groups)) for groups in flows.values())}")
    assert len(records) == 64_000 and len(flows) == 64
    assert all(len(groups) == 1 for groups in flows.values())
    used = {group for groups in flows.values() for group in groups}
    assert 1 < len(used) and used <= set(range(100, 100 + SPREAD))
    for group in used:
        assert [r["seq"] for r in records if r["group"] == group] == sorted(
            r["seq"] for r in records if r["group"] == group)


def frames(network):
    """One packet of each kind, and the fragments of one."""
    ether = Ether(dst=network.gw.mac("wan0"), src=network.out.mac("out0"))
    v4, v6 = IP(src=OUT4, dst=GW4), IPv6(src=OUT6, dst=GW6)
    whole = [ether / v4 / TCP(sport=1, dport=2), ether / v4 / ICMP() / (b"x" * 40),
             ether / v4 / ScapyUDP(sport=3, dport=4), ether / v6 / TCP(sport=5, dport=6),
             ether / v4 / ScapyUDP(sport=7, dport=8) / b"ab", ether / v6 / ScapyUDP(sport=9, dport=9)]
    parts = [ether / part for part in
             fragment(v4 / ScapyUDP(sport=10, dport=11) / Raw(b"f" * 3000), 1000)]
    return whole + parts


def test_every_kind_of_packet_is_logged_once(network, daemon, config, log):
    sent = frames(network)
    nflogd = daemon(spread(config, {**ALL, "hook": "prerouting"}))
    before = len(packets(log))
    network.out.send_frames("out0", sent)
    wait_for(lambda: len(packets(log)) - before >= len(sent), "the records")
    assert nflogd.stop() == 0
    rule = rule_of(log, "all")
    ours = [r for r in packets(log) if r["src_ip"] in (OUT4, OUT6) and r["proto"] != "icmpv6"]
    assert len(ours) == len(sent) and rule["matched"] == rule["logged"]


def test_both_directions_of_a_flow_are_in_one_group(network, daemon, config, log):
    ports = range(2000, 2032)
    there = [Ether(dst=network.gw.mac("wan0")) / IP(src=OUT4, dst=GW4) /
             ScapyUDP(sport=port, dport=9) for port in ports]
    back = [Ether(dst=network.gw.mac("wan0")) / IP(src=GW4, dst=OUT4) /
            ScapyUDP(sport=9, dport=port) for port in ports]
    nflogd = daemon(spread(config, {**UDP, "hook": "prerouting"}))
    network.out.send_frames("out0", there + back)
    wait_for(lambda: len(packets(log)) >= 2 * len(ports), "the records")
    assert nflogd.stop() == 0
    flows = groups_of_flows(packets(log))
    assert len(flows) == len(ports)
    assert all(len(groups) == 1 for groups in flows.values())
    assert len({group for groups in flows.values() for group in groups}) > 1


def test_a_limit_stays_exact(network, daemon, config, log):
    open_port(network)
    nflogd = daemon(spread(config, {**UDP, "limit": {"rate": "100/second", "burst": 50}}))
    flood(network, 20_000)
    assert nflogd.stop() == 0
    rule = rule_of(log, "udp")
    print(f"sent 20000 matched {rule['matched']} suppressed {rule['suppressed']} "
          f"logged {rule['logged']} lost {rule['lost_kernel']}")
    assert rule["matched"] == 20_000 and rule["suppressed"] > 0 and rule["logged"] >= 50
    assert rule["suppressed"] + rule["logged"] + rule["lost_kernel"] == 20_000
    assert rule["logged"] == len(packets(log))


def test_reload_with_another_spread_under_load_loses_nothing(network, daemon, config, log):
    open_port(network)
    before = network.gw.ruleset()
    nflogd = daemon(spread(config, UDP, by=1))
    load = Load(network, 60_000, 40_000)
    wait_for(lambda: packets(log), "the load to arrive")
    for by in (4, 2, 1, 3, 1):
        nflogd.write_config(spread(config, UDP, by=by))
        nflogd.reload()
    load.finish()
    assert nflogd.stop() == 0
    rule = rule_of(log, "udp")
    assert (rule["matched"], rule["logged"], rule["lost_kernel"]) == (60_000, 60_000, 0)
    assert len(packets(log)) == 60_000
    assert network.gw.ruleset() == before


def test_leaving_a_spread_twice_at_once_loses_nothing(network, daemon, config, log):
    """What an unbound group still holds is read although the reader is to leave."""
    open_port(network)
    nflogd = daemon(spread(config, UDP))
    reader = reader_pid(nflogd)
    os.kill(reader, signal.SIGSTOP)
    flood(network, 40_000)  # waits in four queues
    nflogd.write_config(spread(config, UDP, by=1))
    nflogd.send(signal.SIGHUP)  # the stopped reader is to leave, its successor to drain
    nflogd.wait_for_notice("RELOADING=1")
    nflogd.send(signal.SIGHUP)  # and to leave at once
    os.kill(reader, signal.SIGCONT)
    nflogd.wait_for_notice("READY=1")
    nflogd.wait_for_notice("READY=1")
    assert nflogd.stop() == 0
    rule = rule_of(log, "udp")
    print(f"sent 40000 logged {rule['logged']} lost {rule['lost_kernel']}")
    assert (rule["matched"], rule["logged"], rule["lost_kernel"]) == (40_000, 40_000, 0)


@pytest.mark.parametrize("changes, place, words", [
    ({"rules": {"backend": "iptables", "log": [UDP]}}, "spread:", "backend nftables"),
    ({"rules": {"backend": "none"}}, "spread:", "backend nftables"),
    ({"sources": [{"groups": [100, 200], "spread": 2}]}, "spread:", "one group"),
    ({"sources": [{"groups": [65535], "spread": 2}]}, "spread:", "65535"),
    ({"sources": [{"groups": [100], "spread": 2}, {"groups": [101]}]}, "101", "duplicate group"),
    ({"rules": {"backend": "nftables", "log": [{**UDP, "group": 101}]}}, "group:", "group 100 on"),
])
def test_what_cannot_be_spread_is_refused(network, daemon, config, changes, place, words):
    made = {**spread(config, UDP), **changes}
    nflogd = daemon(made, start=False)
    done = nflogd.command("check", "-c", str(nflogd.config))
    assert done.returncode == 78, done.stderr
    line = int(done.stderr.split(":")[1])
    assert words in done.stderr and place in nflogd.config.read_text().splitlines()[line - 1]
