# SPDX-License-Identifier: GPL-2.0-or-later
"""Format kernel, held against what the kernel itself prints for the same packet: each
rule below logs twice, once to nfnetlink_log and once to the kernel's log."""
import itertools
import os
import re

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption_RR
from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6EchoReply, ICMPv6EchoRequest,
                                ICMPv6PacketTooBig, ICMPv6ParamProblem, ICMPv6TimeExceeded, IPv6,
                                IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop,
                                IPv6ExtHdrRouting)
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.packet import Raw

from harness import GW4, GW6, OUT4, OUT6, wait_for
from kernel_log import KernelLog
from test_packets import PACKETS, PROTO_OF_RAW

IP4 = IP(src=OUT4, dst=GW4, id=7, ttl=61)
IP6 = IPv6(src=OUT6, dst=GW6, hlim=63, tc=0x28, fl=0xABCDE)
QUOTE4 = IP(src=GW4, dst="203.0.113.5", id=99, ttl=3, options=[IPOption_RR(length=7)])
QUOTE6 = IPv6(src=GW6, dst="2001:db8:f::5")


def tcp():
    for flags in range(0, 512, 5):
        yield IP4 / TCP(sport=1025 + flags, dport=80, flags=flags, seq=flags, ack=7, window=flags,
                        urgptr=flags, reserved=flags % 8)
    options = [[("MSS", 1460)], [("SAckOK", b""), ("Timestamp", (1, 2)), ("WScale", 7)],
               [("NOP", None)] * 4, [("MSS", 1), ("NOP", None), ("NOP", None)]]
    for ip, option in itertools.product((IP4, IP6), options):
        yield ip / TCP(sport=1, dport=2, flags="S", options=option)
    yield IP4 / TCP(dataofs=15)  # options that are not there


def ip4():
    for tos in range(0, 256, 37):
        yield IP(src=OUT4, dst=GW4, tos=tos) / UDP(sport=tos, dport=9)
    for flags in range(8):
        yield IP(src=OUT4, dst=GW4, flags=flags, id=flags) / UDP(sport=flags, dport=9)
    for offset in (1, 2, 185, 8190):
        for proto in (1, 6, 17, 50, 51, 132, 136):
            yield IP(src=OUT4, dst=GW4, frag=offset, proto=proto) / Raw(b"x" * 40)
    for proto in (0, 2, 4, 33, 41, 47, 50, 51, 89, 103, 112, 132, 136, 253, 255):
        yield IP(src=OUT4, dst=GW4, proto=proto) / Raw(bytes(range(40)))
    for length in (4, 20, 40):
        yield IP(src=OUT4, dst=GW4, options=[IPOption_RR(length=length - 1,
                                                         routers=["0.0.0.0"] * ((length - 4) // 4))
                                             ]) / UDP(sport=length, dport=9)
    for cut in range(0, 20, 3):  # headers that end early
        for proto in (1, 6, 17, 50, 51, 136):
            yield IP(src=OUT4, dst=GW4, proto=proto) / Raw(bytes([8, 1, 2, 3] * 5)[:cut])


def icmp4():
    for kind in range(20):
        yield IP4 / ICMP(type=kind, code=kind % 5) / Raw(b"\x45" + b"\0" * 40)
    for kind, code in ((3, 0), (3, 4), (4, 0), (5, 1), (11, 0), (12, 0)):
        for inner in (QUOTE4 / TCP(sport=1, dport=2, flags="S"), QUOTE4 / UDP(sport=3, dport=4),
                      QUOTE4 / ICMP(type=3) / QUOTE4 / UDP(), QUOTE4):
            yield IP4 / ICMP(type=kind, code=code, nexthopmtu=1280, gw="192.0.2.77") / inner


def ip6():
    for inner in (QUOTE6 / TCP(sport=1, dport=2, flags="S"), QUOTE6 / UDP(sport=3, dport=4),
                  QUOTE6 / IPv6ExtHdrFragment(offset=9, nh=17) / Raw(b"x" * 8), QUOTE6):
        for error in (ICMPv6DestUnreach(code=4), ICMPv6PacketTooBig(mtu=1400),
                      ICMPv6TimeExceeded(), ICMPv6ParamProblem(ptr=40)):
            yield IP6 / error / inner
    yield IP6 / ICMPv6EchoRequest(id=9, seq=10)
    yield IP6 / ICMPv6EchoReply(id=9, seq=10)
    for kind in (130, 131, 132, 133, 134, 135, 136, 137, 143, 200):
        yield IPv6(src=OUT6, dst=GW6, nh=58) / Raw(bytes([kind, 1]) + bytes(30))
    for offset, more in ((0, 1), (1, 1), (185, 0)):
        for nh, body in ((6, b"x" * 20), (17, b"x" * 8), (58, b"\x80" + b"x" * 9), (51, b"x" * 12),
                         (60, b"\x11" + b"\0" * 15)):
            yield IP6 / IPv6ExtHdrFragment(offset=offset, m=more, id=0x1234, nh=nh) / Raw(body)
    extensions = [IPv6ExtHdrHopByHop(), IPv6ExtHdrDestOpt(),
                  IPv6ExtHdrRouting(type=2, segleft=0, addresses=["2001:db8::9"])]
    for chain in itertools.permutations(extensions, 2):
        yield IP6 / chain[0] / chain[1] / UDP(sport=3, dport=4)
    ah = Raw(bytes.fromhex("11040000000020020000000100000000" + "0000000000000000") +
             bytes.fromhex("00350035000c0000"))
    yield IPv6(src=OUT6, dst=GW6, nh=51) / ah
    yield IPv6(src=OUT6, dst=GW6, nh=50) / Raw(bytes.fromhex("00001001") + b"x" * 20)
    for nh in (59, 132, 47, 103, 253):
        yield IPv6(src=OUT6, dst=GW6, nh=nh) / Raw(b"x" * 20)
    for nh in (0, 6, 17, 43, 44, 50, 51, 58, 60, 136):  # that end early
        for cut in (0, 1, 3, 7, 11, 19):
            yield IPv6(src=OUT6, dst=GW6, nh=nh) / Raw(b"\x3b" * cut)


def others():
    yield ARP(op=1, psrc=OUT4, pdst=GW4)
    yield ARP(op=2, psrc=OUT4, pdst=GW4, hwsrc="02:00:00:00:00:01")
    yield ARP(hwtype=6, op=1, hwlen=6, plen=4)
    for name, packet in PACKETS.items():
        packet = packet.copy()
        if name in PROTO_OF_RAW:
            packet.proto = PROTO_OF_RAW[name]
        yield packet


CORPUS = [*tcp(), *ip4(), *icmp4(), *ip6(), *others()]
# Without the user: a packet that comes over a veth pair carries its sender's socket, and
# LOG looks whether that is of another namespace; nfnetlink_log does not say.
FLAGS = ["tcp_sequence", "tcp_options", "ip_options", "ether"]
NFT_FLAGS = "flags tcp sequence,options flags ip options flags ether"


@pytest.fixture
def kernel():
    """A prefix that nobody else uses, and the kernel's lines with it."""
    mark = f"nflogd-{os.getpid()}-"
    log = KernelLog(mark)
    yield log
    log.close()


def statements(mark, flags=NFT_FLAGS):
    """Four log statements: with and without flags, for us and for the kernel."""
    return (f'log group 100 snaplen 1500 prefix "{mark}plain: " log prefix "{mark}plain: " '
            f'log group 100 snaplen 1500 prefix "{mark}FLAGS " log prefix "{mark}FLAGS " {flags}')


def speak(network, address, *wrapper):
    """The router itself sends a datagram."""
    network.gw.run(*wrapper, "/usr/bin/python3", "-c",
                   "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)"
                   f".sendto(b'x', ('{address}', 9))")


def outputs(log, mark, flags=FLAGS):
    both = [("plain", {"head": "none"}, f'prefix == "{mark}plain:"'),
            ("FLAGS", {"head": "none", "flags": flags}, f'prefix == "{mark}FLAGS"')]
    return [{"name": "main", "type": "file", "path": str(log)}] + [
        {"name": name, "type": "file", "path": str(log.parent / name), "format": "kernel",
         "kernel": options, "filter": wanted} for name, options, wanted in both]


def lines_of(log, name):
    path = log.parent / name
    text = path.read_text() if path.exists() else ""
    return [line for line in text.splitlines() if " ledger:" not in line and "IN=" in line]


def compare(kernel, log, least):
    """Both have printed the same lines, in the same order; returns how many."""
    wait_for(lambda: len(lines_of(log, "plain")) >= least, f"{least} lines")
    total = 0
    for name in ("plain", "FLAGS"):
        theirs = [line for line in kernel.read() if f"{kernel.mark}{name}" in line]
        ours = lines_of(log, name)
        assert len(ours) == len(theirs) >= least
        for number, (our, their) in enumerate(zip(ours, theirs)):
            assert our == their, f"line {number}"
        total += len(ours)
    return total


def test_every_packet_as_it_comes_in(network, daemon, config, log, kernel):
    nflogd = daemon(config(backend="none", outputs=outputs(log, kernel.mark)))
    network.gw.nft("table netdev t { chain c { type filter hook ingress device wan0 priority 0; "
                   f"{statements(kernel.mark)}; drop; }}; }}")
    head = Ether(src=network.out.mac("out0"), dst=network.gw.mac("wan0"))
    sent = [Ether(bytes(head / packet)) for packet in CORPUS]
    assert len(sent) > 400
    for start in range(0, len(sent), 50):
        network.out.send_frames("out0", sent[start:start + 50])
        wait_for(lambda: len(kernel.read()) >= 2 * min(start + 50, len(sent)), "the kernel's lines")
    lines = compare(kernel, log, len(sent))
    print(f"{len(sent)} packets, {lines} lines")
    assert nflogd.stop() == 0


def test_packets_in_the_ip_hooks(network, daemon, config, log, kernel):
    """With marks; received, forwarded and sent, which tells the user."""
    nflogd = daemon(config(backend="none", outputs=outputs(log, kernel.mark, FLAGS + ["skuid"])))
    say = statements(kernel.mark)
    tell = statements(kernel.mark, "flags all")
    network.gw.nft(f"""table inet t {{
        chain c_mark {{ type filter hook prerouting priority -310; meta mark set 0x1f; }}
        chain c_pre {{ type filter hook prerouting priority -300; {say}; }}
        chain c_in {{ type filter hook input priority 0; {say}; }}
        chain c_fwd {{ type filter hook forward priority 0; {say}; }}
        chain c_out {{ type filter hook output priority 0; {tell}; }}
        chain c_post {{ type filter hook postrouting priority 0; oif != wan0 {tell}; }}
    }}""")
    head = Ether(src=network.out.mac("out0"), dst=network.gw.mac("wan0"))
    network.out.send_frames("out0", [Ether(bytes(head / packet)) for packet in CORPUS[:150:3]])
    speak(network, OUT4, "setpriv", "--reuid", "12345", "--regid", "54321", "--clear-groups")

    def settled():
        """What a packet makes others do is over when nothing comes any more."""
        before = len(kernel.read())
        speak(network, "127.0.0.1")
        return wait_for(lambda: len(kernel.read()) >= before + 8, "the last packet's lines")

    settled()
    network.gw.run("nft", "flush", "ruleset")
    assert nflogd.stop() == 0
    assert compare(kernel, log, 100) > 200
    text = "\n".join(lines_of(log, "FLAGS"))
    assert "UID=12345 GID=54321 " in text and "MARK=0x1f " in text


def test_a_bridge_names_its_ports(network, daemon, config, log, kernel):
    nflogd = daemon(config(backend="none", outputs=outputs(log, kernel.mark)))
    network.gw.run("ip", "link", "add", "br0", "type", "bridge")
    network.gw.run("ip", "link", "set", "wan0", "master", "br0")
    network.gw.run("ip", "link", "set", "br0", "up")
    network.gw.nft("table bridge t { chain c { type filter hook input priority 0; "
                   f"{statements(kernel.mark)}; }}; }}")
    head = Ether(src=network.out.mac("out0"), dst=network.gw.mac("br0"))
    sent = [Ether(bytes(head / packet)) for packet in (IP4 / UDP(sport=1, dport=2), IP6 / UDP(),
                                                       ARP(op=1, psrc=OUT4, pdst=GW4))]
    sent.append(Ether(bytes(head / Dot1Q(vlan=7, prio=3) / IP4 / UDP(sport=3, dport=4))))
    network.out.send_frames("out0", sent)
    wait_for(lambda: len(kernel.read()) >= 8, "the kernel's lines")
    network.gw.run("nft", "flush", "ruleset")
    compare(kernel, log, 4)
    assert nflogd.stop() == 0


def test_heads(network, daemon, config, log):
    heads = {"bsd": r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d gw kernel: x IN=wan0 OUT= MAC=",
             "iso": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z gw kernel: x IN=wan0 OUT= MAC="}
    nflogd = daemon(config(backend="none", outputs=[
        {"name": name, "type": "file", "path": str(log.parent / name), "format": "kernel",
         "kernel": {"head": name}} for name in heads]))
    network.gw.nft("table netdev t { chain c { type filter hook ingress device wan0 priority 0; "
                   'udp dport 9 log group 100 prefix "x "; }; }')
    head = Ether(src=network.out.mac("out0"), dst=network.gw.mac("wan0"))
    network.out.send_frames("out0", [Ether(bytes(head / IP4 / UDP(sport=1, dport=9)))])
    wait_for(lambda: all(lines_of(log, name) for name in heads), "the lines")
    assert nflogd.stop() == 0
    for name, pattern in heads.items():
        [line] = lines_of(log, name)
        assert re.match(pattern, line), line
        assert line.endswith("LEN=8 ")
        last = (log.parent / name).read_text().splitlines()[-1]
        assert " gw nflogd: final ledger: received 1" in last
