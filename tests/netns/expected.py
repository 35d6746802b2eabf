# SPDX-License-Identifier: GPL-2.0-or-later
"""What a record must say of a packet, worked out by scapy: a second decoder."""
import ipaddress

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import IPv6, IPv6ExtHdrFragment, _ICMPv6
from scapy.layers.sctp import SCTP

PROTO_NAMES = {1: "icmp", 2: "igmp", 6: "tcp", 17: "udp", 33: "dccp", 47: "gre", 50: "esp",
               51: "ah", 58: "icmpv6", 132: "sctp", 136: "udplite"}
FLAG_NAMES = [("S", "SYN"), ("A", "ACK"), ("F", "FIN"), ("R", "RST"), ("P", "PSH"), ("U", "URG"),
              ("E", "ECE"), ("C", "CWR"), ("N", "AE")]
ICMP_WITH_ID = {0, 8, 13, 14, 15, 16, 17, 18}
IPV6_EXTENSIONS = {0, 43, 44, 51, 60}


def fields_of(packet):
    """All header fields that the record of `packet` has, and no others.

    `packet` is an IP or IPv6 packet as scapy reads it from the wire.
    """
    if packet.version == 4:
        fields = _ipv4(packet)
        later_fragment = packet.frag > 0
    else:
        fields = _ipv6(packet)
        fragment = packet.getlayer(IPv6ExtHdrFragment)
        later_fragment = fragment is not None and fragment.offset > 0
    if not later_fragment:
        fields.update(_transport(packet))
    return fields


def _protocol(number):
    named = {"proto": PROTO_NAMES[number]} if number in PROTO_NAMES else {}
    return {"proto_number": number, **named}


def _ipv4(ip):
    return {"ip_version": 4, "src_ip": ip.src, "dest_ip": ip.dst, "length": ip.len, "ttl": ip.ttl,
            "tos": ip.tos, "ip_id": ip.id, "df": bool(ip.flags & 2), "mf": bool(ip.flags & 1),
            "fragment_offset": ip.frag, **_protocol(ip.proto)}


def _ipv6(ip):
    fields = {"ip_version": 6, "src_ip": str(ipaddress.ip_address(ip.src)),
              "dest_ip": str(ipaddress.ip_address(ip.dst)), "length": ip.plen + 40,
              "ttl": ip.hlim, "tos": ip.tc, "flow_label": ip.fl}
    number, layer = ip.nh, ip.payload
    while number in IPV6_EXTENSIONS:
        fragment = layer.getlayer(IPv6ExtHdrFragment) if number == 44 else None
        if fragment is not None:
            fields.update(fragment_offset=fragment.offset, mf=bool(fragment.m), ip_id=fragment.id)
        number, layer = layer.nh, layer.payload
    return {**fields, **_protocol(number)}


def _transport(packet):
    if TCP in packet:
        tcp = packet[TCP]
        flags = [name for letter, name in FLAG_NAMES if letter in str(tcp.flags)]
        return {"src_port": tcp.sport, "dest_port": tcp.dport, "tcp_flags": flags,
                "tcp_seq": tcp.seq, "tcp_ack": tcp.ack, "tcp_window": tcp.window}
    if UDP in packet:
        udp = packet[UDP]
        return {"src_port": udp.sport, "dest_port": udp.dport, "udp_length": udp.len}
    if SCTP in packet:
        return {"src_port": packet[SCTP].sport, "dest_port": packet[SCTP].dport}
    if ICMP in packet:
        icmp = packet[ICMP]
        fields = {"icmp_type": icmp.type, "icmp_code": icmp.code}
        if icmp.type in ICMP_WITH_ID:
            fields.update(icmp_id=icmp.id, icmp_seq=icmp.seq)
        if icmp.type == 5:
            fields["icmp_gateway"] = icmp.gw
        if icmp.type == 3 and icmp.code == 4:
            fields["icmp_mtu"] = icmp.nexthopmtu
        return fields
    return _icmpv6(packet)


def _icmpv6(packet):
    for layer in packet.layers():
        if not issubclass(layer, _ICMPv6):
            continue
        icmp = packet[layer]
        fields = {"icmp_type": icmp.type, "icmp_code": icmp.code}
        if icmp.type in (128, 129):
            fields.update(icmp_id=icmp.id, icmp_seq=icmp.seq)
        if icmp.type == 2:
            fields["icmp_mtu"] = icmp.mtu
        return fields
    return {}
