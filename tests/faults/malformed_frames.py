# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames that are wrong, or as nobody sends them, and what a record must say of each.

A length or an offset counts bytes from the network header on.
"""
import dataclasses
import math
import socket
import struct

from harness import GW4, GW6, OUT4, OUT6

TCP, UDP, ICMP, ICMPV6, AH, ESP, DCCP, SCTP = 6, 17, 1, 58, 51, 50, 33, 132
HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION, NO_NEXT = 0, 43, 44, 60, 59
IPV4, IPV6, ARP, VLAN = 0x0800, 0x86DD, 0x0806, 0x8100


@dataclasses.dataclass
class Frame:
    name: str
    ether_type: int
    packet: bytes
    needs: float  # truncated if fewer bytes were delivered
    malformed: str = ""  # begins the reason, which is there ...
    seen_at: float = 0  # ... if this many bytes were delivered


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip4(proto, payload, *, version=4, ihl=None, length=None, fragment=0, options=b""):
    ihl = 5 + len(options) // 4 if ihl is None else ihl
    length = 20 + len(options) + len(payload) if length is None else length
    head = struct.pack(">BBHHHBBH4s4s", version << 4 | ihl, 0, length, 7, fragment, 64, proto, 0,
                       socket.inet_aton(OUT4), socket.inet_aton(GW4)) + options
    return head[:10] + struct.pack(">H", checksum(head)) + head[12:] + payload


def ip6(following, payload, *, version=6, length=None):
    length = len(payload) if length is None else length
    return struct.pack(">IHBB16s16s", version << 28, length, following, 64,
                       socket.inet_pton(socket.AF_INET6, OUT6),
                       socket.inet_pton(socket.AF_INET6, GW6)) + payload


def udp(length=8, data=b""):
    return struct.pack(">HHHH", 1000, 9, length, 0) + data


def tcp(offset=5, flags=2, options=b""):
    return struct.pack(">HHIIBBHHH", 1000, 9, 1, 0, offset << 4, flags, 64, 0, 0) + options


def extension(following, units=0):
    return bytes([following, units]) + bytes(6 + 8 * units)


def fragment6(following, offset, more):
    return struct.pack(">BBHI", following, 0, offset << 3 | more, 5)


def unreachable(quote):
    return bytes([3, 1, 0, 0, 0, 0, 0, 0]) + quote


def arp(hardware_size=6, size=28):
    text = struct.pack(">HHBBH", 1, IPV4, hardware_size, 4, 1)
    return (text + b"\x02\0\0\0\0\x09" + socket.inet_aton(OUT4) + bytes(6) +
            socket.inet_aton(GW4))[:size]


VERSION, HEADER, TOTAL = "IP version", "IPv4 header length", "IPv4 total length"
UDP_LENGTH, TCP_LENGTH, TCP_OFFSET = "UDP length", "TCP header", "TCP data offset"
SHORT, AH_LENGTH, ALWAYS = "transport header", "AH length", math.inf

FRAMES = [
    Frame("udp", IPV4, ip4(UDP, udp()), 26),
    Frame("tcp", IPV4, ip4(TCP, tcp()), 36),
    Frame("version-5", IPV4, ip4(UDP, udp(), version=5), 1, VERSION, 1),
    Frame("version-6-as-4", IPV4, ip4(UDP, udp(), version=6), 1, VERSION, 1),
    Frame("version-4-as-6", IPV6, ip6(UDP, udp(), version=4), 1, VERSION, 1),
    Frame("version-0", IPV4, bytes(40), 1, VERSION, 1),
    Frame("one-byte", IPV4, b"\x45", ALWAYS),
    Frame("no-byte", IPV4, b"", ALWAYS),
    Frame("half-header", IPV4, ip4(UDP, b"")[:10], ALWAYS),
    Frame("ihl-0", IPV4, ip4(UDP, udp(), ihl=0), 20, HEADER, 1),
    Frame("ihl-4", IPV4, ip4(UDP, udp(), ihl=4), 20, HEADER, 1),
    Frame("ihl-15-alone", IPV4, ip4(UDP, b"", ihl=15), 20, TOTAL, 20),
    Frame("ihl-15", IPV4, ip4(UDP, udp(), options=b"\x01" * 40), 66),
    Frame("options-past-their-end", IPV4, ip4(UDP, udp(), options=b"\x01\x01\x07\x28"), 30),
    Frame("total-10", IPV4, ip4(UDP, udp(), length=10), 20, TOTAL, 20),
    Frame("total-0", IPV4, ip4(UDP, udp(), length=0), 20, TOTAL, 20),
    Frame("total-65535", IPV4, ip4(UDP, udp(), length=65535), 26),
    Frame("padded", IPV4, ip4(UDP, udp(), length=28) + b"\xff" * 30, 26),
    Frame("udp-length-0", IPV4, ip4(UDP, udp(0)), 26, UDP_LENGTH, 26),
    Frame("udp-length-7", IPV4, ip4(UDP, udp(7)), 26, UDP_LENGTH, 26),
    Frame("udp-length-9000", IPV4, ip4(UDP, udp(9000)), 26, UDP_LENGTH, 26),
    Frame("udp-4-bytes", IPV4, ip4(UDP, udp()[:4]), 24, UDP_LENGTH, 20),
    Frame("udp-0-bytes", IPV4, ip4(UDP, b""), 20, UDP_LENGTH, 20),
    Frame("tcp-offset-0", IPV4, ip4(TCP, tcp(0)), 36, TCP_OFFSET, 33),
    Frame("tcp-offset-15", IPV4, ip4(TCP, tcp(15)), 36, TCP_LENGTH, 33),
    Frame("tcp-10-bytes", IPV4, ip4(TCP, tcp()[:10]), 28, TCP_LENGTH, 20),
    Frame("tcp-all-flags", IPV4, ip4(TCP, tcp(flags=0xFF)), 36),
    Frame("tcp-options-past-their-end", IPV4, ip4(TCP, tcp(6, 2, b"\x02\xff\x00\x00")), 36),
    Frame("icmp-1-byte", IPV4, ip4(ICMP, b"\x08"), 21, SHORT, 20),
    Frame("icmp-no-quote", IPV4, ip4(ICMP, unreachable(b"")), 22),
    Frame("icmp-quote-of-3", IPV4, ip4(ICMP, unreachable(b"\x45\0\0")), 30),
    Frame("icmp-quote-of-nothing", IPV4, ip4(ICMP, unreachable(b"\xff" * 20)), 29),
    Frame("icmp-quote", IPV4, ip4(ICMP, unreachable(ip4(UDP, udp()))), 54),
    Frame("icmp-in-icmp", IPV4, ip4(ICMP, unreachable(ip4(ICMP, unreachable(ip4(UDP, udp()))))),
          50),
    Frame("tiny-first-fragment", IPV4, ip4(TCP, tcp()[:8], fragment=0x2000), 28, TCP_LENGTH, 20),
    Frame("first-fragment", IPV4, ip4(UDP, udp(4000, bytes(8)), fragment=0x2000), 26),
    Frame("later-fragment", IPV4, ip4(UDP, bytes(16), fragment=100), 20),
    Frame("fragment-past-64k", IPV4, ip4(UDP, bytes(16), fragment=0x3FFF), 20),
    Frame("ah-length-0", IPV4, ip4(AH, bytes([6, 0]) + bytes(18)), 28, AH_LENGTH, 22),
    Frame("ah-4-bytes", IPV4, ip4(AH, bytes([6, 4, 0, 0])), 20, SHORT, 20),
    Frame("esp-4-bytes", IPV4, ip4(ESP, bytes(4)), 24, SHORT, 20),
    Frame("sctp-4-bytes", IPV4, ip4(SCTP, bytes(4)), 24, SHORT, 20),
    Frame("dccp-3-bytes", IPV4, ip4(DCCP, bytes(3)), 22, SHORT, 20),
    Frame("protocol-255", IPV4, ip4(255, bytes(4)), 20),
    Frame("gre-2-bytes", IPV4, ip4(47, bytes(2)), 20),
    Frame("udp6", IPV6, ip6(UDP, udp()), 46),
    Frame("half-header6", IPV6, ip6(UDP, b"")[:30], ALWAYS),
    # The kernel cuts it behind its header, and nobody can tell that from the snaplen's cut:
    # then it is UDP's length, else IPv6's, that cannot be.
    Frame("length6-0", IPV6, ip6(UDP, udp(), length=0), 40, "length", 40),
    Frame("length6-65535", IPV6, ip6(UDP, udp(), length=65535), 46),
    Frame("jumbo-of-10", IPV6, ip6(HOP_BY_HOP, bytes([UDP, 0, 0xC2, 4, 0, 0, 0, 10]) + udp(),
                                   length=0), 54, "IPv6 payload length", 48),
    Frame("hop-by-hop-past-its-end", IPV6, ip6(HOP_BY_HOP, extension(UDP)[:1] + b"\xff" + bytes(6)),
          42, SHORT, 42),
    Frame("extensions-20", IPV6, ip6(DESTINATION, extension(DESTINATION) * 19 + extension(UDP) +
                                     udp()), ALWAYS),
    Frame("extensions-150", IPV6, ip6(DESTINATION, extension(DESTINATION) * 149 +
                                      extension(NO_NEXT)), ALWAYS),
    Frame("extension-4-bytes", IPV6, ip6(DESTINATION, bytes(4)), 40, SHORT, 40),
    Frame("routing-type-0", IPV6, ip6(ROUTING, bytes([UDP, 2, 0, 1]) + bytes(20) + udp()), 70),
    Frame("fragment-in-fragment", IPV6, ip6(FRAGMENT, fragment6(FRAGMENT, 0, 1) +
                                            fragment6(UDP, 0, 1) + udp()), 50, "IPv6 fragment", 50),
    Frame("fragment-past-64k-6", IPV6, ip6(FRAGMENT, fragment6(UDP, 8191, 1) + bytes(16)), 48),
    Frame("icmpv6-1-byte", IPV6, ip6(ICMPV6, b"\x80"), 41, SHORT, 40),
    Frame("icmp-in-ipv6", IPV6, ip6(ICMP, bytes(8)), 40),
    Frame("no-next-header", IPV6, ip6(NO_NEXT, b"more"), 40),
    Frame("ah6-length-0", IPV6, ip6(AH, bytes([UDP, 0]) + bytes(18)), 48, AH_LENGTH,
          42),
    Frame("arp", ARP, arp(), 28),
    Frame("arp-10-bytes", ARP, arp(size=10), ALWAYS),
    Frame("arp-of-another-kind", ARP, arp(hardware_size=8), 8, "ARP", 5),
    Frame("tag-of-1-byte", VLAN, b"\0", ALWAYS),
    Frame("unknown-type", 0x88B5, b"\xff", 1),
    Frame("length-instead-of-type", 20, b"\xaa\xaa\x03" + bytes(17), 1),
]
