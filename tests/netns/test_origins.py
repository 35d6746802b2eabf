# SPDX-License-Identifier: GPL-2.0-or-later
"""What the firewall's own rules did with the packets that they logged."""
from scapy.layers.inet import IP, TCP, UDP

import processes
from harness import GW4, OUT4, packets, run, wait_for
from test_packets import frames

FIELDS = ("action", "table", "chain", "rule_handle", "rule_comment", "ruleset", "zone", "rule_id")


def send(network, log, *ports):
    """One datagram to each port; their records by port."""
    before = len(packets(log))
    network.out.send_frames("out0", frames(network, [
        IP(src=OUT4, dst=GW4) / UDP(sport=9, dport=port) for port in ports]))
    wait_for(lambda: len(packets(log)) >= before + len(ports), f"{len(ports)} records")
    return {record["dest_port"]: record for record in packets(log)[before:]
            if "dest_port" in record}


def origin(record):
    return {field: record[field] for field in FIELDS if field in record}


def handle(network, comment):
    """Of the rule with that comment."""
    text = network.gw.run("nft", "-a", "list", "ruleset").stdout
    [line] = [line for line in text.splitlines() if f'comment "{comment}"' in line]
    return line.rpartition("handle ")[2]


def test_nftables(network, daemon, config, log):
    network.gw.nft("""table inet fw { chain wan { type filter hook input priority 0;
        udp dport 1 log prefix "one " group 100 drop comment "no ones"
        udp dport 2 log prefix "two" group 100 counter accept comment "twos"
        udp dport 3 log prefix "three" group 100 reject comment "threes"
        udp dport 4 log prefix "four" group 100 comment "fours"
        udp dport 5 log prefix "five" group 100 comment "fives"
        udp dport 5 counter drop
        udp dport 6 log prefix "six" group 100 comment "sixes"
        udp dport 7 drop
        udp dport 8 log prefix "[UFW BLOCK] " group 100 drop comment "eights"
        udp dport 9 log prefix "same" group 100 drop
        udp dport 10 log prefix "same" group 100 accept
    }
    }""")
    nflogd = daemon(config(backend="none"))
    seen = send(network, log, 1, 2, 3, 4, 5, 6, 8, 9, 10)
    assert nflogd.stop() == 0
    place = {"table": "inet fw", "chain": "wan"}
    for port, action, comment in ((1, "drop", "no ones"), (2, "accept", "twos"),
                                  (3, "reject", "threes"), (4, None, "fours"),
                                  (5, "drop", "fives"), (6, None, "sixes")):
        expected = {**place, "rule_handle": handle(network, comment), "rule_comment": comment}
        if action:
            expected["action"] = action
        assert origin(seen[port]) == expected, port
    assert origin(seen[8]) == {**place, "action": "drop", "ruleset": "ufw",
                               "rule_handle": handle(network, "eights"), "rule_comment": "eights"}
    # Two rules, one prefix: only what both agree on.
    assert origin(seen[9]) == origin(seen[10]) == place
    assert all("rule" not in record for record in seen.values())


def test_iptables(network, daemon, config, log):
    """Of iptables-nft and of iptables-legacy: NFLOG, then the verdict."""
    for program in ("iptables-nft", "iptables-legacy"):
        port = 1 if program == "iptables-nft" else 2
        for target in (("NFLOG", "--nflog-group", "100", "--nflog-prefix", f"{program}: "),
                       ("DROP",)):
            network.gw.run(program, "-A", "INPUT", "-i", "wan0", "-p", "udp", "--dport", str(port),
                           "-m", "comment", "--comment", "c", "-j", *target)
    nflogd = daemon(config(backend="none"))
    seen = send(network, log, 1, 2)
    assert nflogd.stop() == 0
    for port in (1, 2):
        known = origin(seen[port])
        assert (known["action"], known["table"], known["chain"], known["rule_comment"]) == (
            "drop", "ip filter", "INPUT", "c")


def test_a_rule_that_changes(network, daemon, config, log):
    def rule(verdict):
        # In one transaction: in between there would be no rule.
        network.gw.nft("flush ruleset\ntable inet fw { chain wan { type filter hook input priority 0; "
                       f'udp dport 1 log prefix "x" group 100 {verdict}; }}; }}')

    rule("drop")
    nflogd = daemon(config(backend="none"))
    assert send(network, log, 1)[1]["action"] == "drop"
    rule("accept")
    wait_for(lambda: send(network, log, 1)[1].get("action") == "accept", "the new verdict")
    actions = [record["action"] for record in packets(log) if record.get("dest_port") == 1]
    assert nflogd.stop() == 0
    assert actions == sorted(actions, reverse=True), "drop, then accept"


def test_a_prefix_that_lies_is_told_once(network, daemon, config, log):
    network.gw.nft("table inet fw { chain wan { type filter hook input priority 0; "
                   'udp dport 1 log prefix "DROP in: " group 100 accept; }; }')
    nflogd = daemon(config(backend="none"))
    assert send(network, log, 1)[1]["action"] == "accept"
    for number in range(3):  # further changes say nothing new
        network.gw.run("nft", "add", "chain", "inet", "fw", f"other{number}")
        send(network, log, 1)
    nflogd.reload()
    assert nflogd.stop() == 0
    warnings = [line for line in nflogd.log.read_text().splitlines() if "says drop" in line]
    assert len(warnings) == 1 and "inet fw wan handle" in warnings[0], warnings


def test_patterns_of_the_operators(network, daemon, config, log):
    network.gw.nft("table inet fw { chain wan { type filter hook input priority 0; "
                   'udp dport 1 log prefix "fw/dmz/nope" group 100; }; }')
    nflogd = daemon(config(backend="none", prefixes=[
        {"pattern": "fw/{zone}/nope", "action": "reject", "ruleset": "mine"}]))
    known = origin(send(network, log, 1)[1])
    assert nflogd.stop() == 0
    assert (known["action"], known["zone"], known["ruleset"]) == ("reject", "dmz", "mine")


def test_records_that_wait_for_a_new_worker(network, daemon, config, log):
    """Labels outlive the worker that made them."""
    network.gw.nft("table inet fw { chain wan { type filter hook input priority 0; "
                   'udp dport 1 log prefix "[NET-7-D]" group 100 drop comment "c"; }; }')
    nflogd = daemon(config(backend="none"))
    assert origin(send(network, log, 1)[1])["rule_id"] == "7"
    processes.kill_reader(nflogd)
    wait_for(lambda: "worker_restarted" in log.read_text(), "a successor")
    first, second = (origin(send(network, log, 1)[1]) for _ in range(2))
    assert nflogd.stop() == 0
    assert first == second and first["action"] == "drop" and first["ruleset"] == "NET"
