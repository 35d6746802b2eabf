# SPDX-License-Identifier: GPL-2.0-or-later
"""Real packets through real rules: every field of the record, held against scapy."""
import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption_RR
from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6EchoRequest, ICMPv6PacketTooBig, IPv6,
                                IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop,
                                IPv6ExtHdrRouting)
from scapy.layers.l2 import Ether
from scapy.layers.sctp import SCTP, SCTPChunkInit
from scapy.packet import Raw

from expected import fields_of
from harness import GW4, GW6, IN4, IN6, OUT4, OUT6, final_ledger, packets, wait_for

IP4 = IP(src=OUT4, dst=GW4, id=7, ttl=61, tos=0x28)
IP6 = IPv6(src=OUT6, dst=GW6, hlim=63, tc=0x28, fl=0xABCDE)
QUOTED4 = IP(src=GW4, dst="203.0.113.5", id=99, ttl=3) / UDP(sport=4000, dport=53) / b"query"
QUOTED6 = IPv6(src=GW6, dst="2001:db8:f::5") / TCP(sport=4001, dport=443, flags="S")

PACKETS = {
    "tcp-syn": IP4 / TCP(sport=1025, dport=80, flags="S", seq=0xDEADBEEF, window=64240,
                         options=[("MSS", 1460), ("SAckOK", b"")]),
    "tcp-all-flags": IP4 / TCP(sport=1025, dport=80, flags="FSRPAUECN", ack=5, seq=6),
    "tcp-no-flags": IP4 / TCP(sport=1, dport=65535, flags=0),
    "udp": IP4 / UDP(sport=5353, dport=53) / b"hello",
    "udp-empty": IP4 / UDP(sport=0, dport=9),
    "icmp-echo": IP4 / ICMP(type=8, id=77, seq=3) / b"abcdefgh",
    "icmp-unreachable": IP4 / ICMP(type=3, code=3) / QUOTED4,
    "icmp-too-big": IP4 / ICMP(type=3, code=4, nexthopmtu=1280) / QUOTED4,
    "icmp-redirect": IP4 / ICMP(type=5, code=1, gw="192.0.2.77") / QUOTED4,
    "icmp-time-exceeded": IP4 / ICMP(type=11) / QUOTED4,
    "sctp": IP4 / SCTP(sport=2905, dport=2906) / SCTPChunkInit(),
    "udplite": IP4.copy() / Raw(bytes.fromhex("0fa00fa1000800002222")),
    "dccp": IP4.copy() / Raw(bytes.fromhex("13881389" + "04" + "00" * 15)),
    "esp": IP4.copy() / Raw(bytes.fromhex("0000100100000001" + "aa" * 16)),
    "ah": IP4.copy() / Raw(bytes.fromhex("11040000000020020000000100000000" + "00350035000c0000")),
    "gre": IP4.copy() / Raw(bytes.fromhex("00000800" + "45" * 20)),
    "igmp": IP4.copy() / Raw(bytes.fromhex("1664" + "0000" + "e0000001")),
    "unassigned-protocol": IP4.copy() / Raw(b"x" * 12),
    "options": IP(src=OUT4, dst=GW4, options=[IPOption_RR(length=7, routers=["0.0.0.0"])]) /
               UDP(sport=1, dport=2) / b"options",
    "df": IP(src=OUT4, dst=GW4, flags="DF") / UDP(sport=1, dport=2),
    "tcp6": IP6 / TCP(sport=1026, dport=443, flags="SEC", seq=1, window=100),
    "udp6": IP6 / UDP(sport=1026, dport=53) / b"six",
    "icmpv6-echo": IP6 / ICMPv6EchoRequest(id=9, seq=10, data=b"x"),
    "icmpv6-unreachable": IP6 / ICMPv6DestUnreach(code=4) / QUOTED6,
    "icmpv6-too-big": IP6 / ICMPv6PacketTooBig(mtu=1400) / QUOTED6,
    "extensions6": IP6 / IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt() / UDP(sport=3, dport=4) / b"ext",
    "routing6": IP6 / IPv6ExtHdrRouting(type=2, segleft=0, addresses=["2001:db8::9"]) /
                UDP(sport=3, dport=4),
}
PROTO_OF_RAW = {"udplite": 136, "dccp": 33, "esp": 50, "ah": 51, "gre": 47, "igmp": 2,
                "unassigned-protocol": 253}
EXTRA = {
    "udplite": {"src_port": 4000, "dest_port": 4001},
    "dccp": {"src_port": 5000, "dest_port": 5001},
    "esp": {"spi": 0x1001},
    "ah": {"spi": 0x2002},
}
INNER4 = {"icmp-unreachable", "icmp-too-big", "icmp-redirect", "icmp-time-exceeded"}
INNER6 = {"icmpv6-unreachable", "icmpv6-too-big"}
ENVELOPE = {"timestamp", "event", "host", "group", "seq", "rule", "action", "prefix", "hook",
            "in_iface", "src_mac", "dest_mac", "ether_type", "payload_length", "inner"}
# A veth pair hands over the sender's socket, so ingress knows its user.
SENDER = {"uid", "gid"}
# Of a rule that is not ours: known when the ruleset has been read, a moment after it was made.
ORIGIN = {"table", "chain", "rule_handle"}

RULE = {"name": "everything", "hook": "prerouting", "in": ["wan0"], "action": "accept"}


def frames(network, packet_list):
    head = Ether(src=network.out.mac("out0"), dst=network.gw.mac("wan0"))
    return [Ether(bytes(head / packet)) for packet in packet_list]


def send_and_read(network, nflogd, log, frame_list):
    """The records of these frames; neighbour discovery and the like left out."""
    network.out.send_frames("out0", frame_list)
    wanted = len(frame_list)

    def sent_ones():
        ours = [r for r in packets(log) if not r["dest_mac"].startswith("33:33:")]
        return ours if len(ours) >= wanted else None

    records = wait_for(sent_ones, f"{wanted} records")
    assert nflogd.stop() == 0
    return records


@pytest.mark.parametrize("backend", ["nftables", "iptables"])
def test_every_field(network, daemon, config, log, backend):
    nflogd = daemon(config(RULE, backend=backend))
    made = {}
    for name, packet in PACKETS.items():
        packet = packet.copy()
        if name in PROTO_OF_RAW:
            packet.proto = PROTO_OF_RAW[name]
        made[name] = packet
    sent = frames(network, made.values())
    records = send_and_read(network, nflogd, log, sent)
    assert len(records) == len(sent)
    for (name, _), frame, record in zip(made.items(), sent, records):
        ip = frame.payload
        expected = {**fields_of(ip), **EXTRA.get(name, {})}
        headers = {key: value for key, value in record.items() if key not in ENVELOPE}
        assert headers == expected, name
        assert record["payload_length"] == min(len(ip), 128), name
        assert record["src_mac"] == frame.src and record["dest_mac"] == frame.dst, name
        assert record["ether_type"] == f"0x{frame.type:04x}", name
        assert record["rule"] == record["prefix"] == "everything", name
        assert (record["action"], record["hook"], record["in_iface"], record["group"],
                record["host"]) == ("accept", "prerouting", "wan0", 100, "gw"), name
        quoted = QUOTED4 if name in INNER4 else QUOTED6 if name in INNER6 else None
        if quoted is None:
            assert "inner" not in record, name
        else:
            assert record["inner"] == fields_of(type(quoted)(bytes(quoted))), name


def test_sequence_numbers_are_whole(network, daemon, config, log):
    nflogd = daemon(config(RULE))
    records = send_and_read(network, nflogd, log,
                            frames(network, [IP4 / UDP(sport=i, dport=9) for i in range(1, 200)]))
    everything = packets(log)
    assert [r["seq"] for r in everything] == list(range(len(everything)))
    assert [r["src_port"] for r in records] == list(range(1, 200))


def test_fragments(network, daemon, config, log):
    """Later fragments have no ports, whatever their bytes look like."""
    # conntrack would put fragments together before a rule at prerouting sees
    # them; on a bridge or at ingress they are seen as they come.
    nflogd = daemon(config(backend="none"))
    network.gw.nft("table netdev t { chain c { type filter hook ingress device wan0 priority 0; "
                   'log group 100 prefix "frag"; }; }')
    payload = bytes(range(200))
    first4 = IP(src=OUT4, dst=GW4, id=5, flags="MF") / UDP(sport=7, dport=8, len=400) / payload
    later4 = IP(src=OUT4, dst=GW4, id=5, frag=26, proto=17) / payload
    first6 = (IPv6(src=OUT6, dst=GW6) / IPv6ExtHdrFragment(offset=0, m=1, id=0x12345678, nh=17) /
              UDP(sport=7, dport=8, len=400) / payload)
    later6 = (IPv6(src=OUT6, dst=GW6) / IPv6ExtHdrFragment(offset=26, m=0, id=0x12345678, nh=17) /
              payload)
    sent = frames(network, [first4, later4, first6, later6])
    records = send_and_read(network, nflogd, log, sent)
    for frame, record in zip(sent, records):
        ip = frame.payload
        expected = fields_of(ip)
        headers = {k: v for k, v in record.items() if k not in ENVELOPE | SENDER | ORIGIN}
        assert headers == expected
    assert [("src_port" in r) for r in records] == [True, False, True, False]
    assert records[2]["ip_id"] == 0x12345678 and records[2]["mf"] is True


def test_snaplen_cuts_headers_honestly(network, daemon, config, log):
    sources = [{"type": "nflog", "groups": [100], "flush_timeout": "10ms", "snaplen": 30}]
    nflogd = daemon(config(RULE, sources=sources))
    [record] = send_and_read(network, nflogd, log,
                             frames(network, [IP4 / TCP(sport=1025, dport=80, flags="S")]))
    assert record["payload_length"] == 30
    assert record["truncated"] is True
    assert record["dest_port"] == 80 and record["length"] == 40
    assert "tcp_window" not in record and "malformed" not in record


def test_output_tells_the_user(network, daemon, config, log):
    nflogd = daemon(config({"name": "out", "hook": "output", "protocol": ["udp"]}))
    network.gw.run("setpriv", "--reuid", "12345", "--regid", "54321", "--clear-groups",
                   "/usr/bin/python3", "-c",
                   "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)"
                   f".sendto(b'x', ('{OUT4}', 9))")
    [record] = wait_for(lambda: packets(log), "the record")
    assert nflogd.stop() == 0
    assert (record["uid"], record["gid"]) == (12345, 54321)
    assert record["hook"] == "output" and record["out_iface"] == "wan0"
    assert "in_iface" not in record and "src_mac" not in record


def test_mark(network, daemon, config, log):
    network.gw.nft("table ip m { chain c { type filter hook prerouting priority -300; "
                   "udp dport 9 meta mark set 0xd4; }; }")
    nflogd = daemon(config(RULE))
    marked, plain = send_and_read(
        network, nflogd, log,
        frames(network, [IP4 / UDP(sport=1, dport=9), IP4 / UDP(sport=1, dport=10)]))
    assert marked["mark"] == 0xD4 and "mark" not in plain


def test_forward_knows_both_interfaces(network, daemon, config, log):
    nflogd = daemon(config({"name": "fwd", "hook": "forward"},
                           {"name": "post", "hook": "postrouting", "out": ["lan0"]}))
    sent = frames(network, [IP(src=OUT4, dst=IN4) / UDP(sport=5, dport=6),
                            IPv6(src=OUT6, dst=IN6) / UDP(sport=5, dport=6)])
    network.out.send_frames("out0", sent)
    wait_for(lambda: len([r for r in packets(log) if r.get("dest_port") == 6]) == 4, "4 records")
    assert nflogd.stop() == 0
    records = [r for r in packets(log) if r.get("dest_port") == 6]
    forward = [r for r in records if r["rule"] == "fwd"]
    assert [(r["in_iface"], r["out_iface"], r["hook"]) for r in forward] == [
        ("wan0", "lan0", "forward")] * 2
    assert [r["ttl"] for r in forward] == [63, 63]
    assert {r["hook"] for r in records if r["rule"] == "post"} == {"postrouting"}
    assert final_ledger(log)["rules"][0]["logged"] == len(
        [r for r in packets(log) if r["rule"] == "fwd"])
