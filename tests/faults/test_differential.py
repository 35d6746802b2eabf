# SPDX-License-Identifier: GPL-2.0-or-later
"""Every header that `nflogd replay` reads, against tcpdump's reading of the same file.

Where a record says that its packet is whole and right, every field that both
tell must agree; where it says malformed, tcpdump must complain too, but for a few
reasons. Recorded packets, the malformed frames and the corpus of the
fuzzer go through both.
"""
import dataclasses
import ipaddress
import json
import pathlib
import struct
import sys

import pytest

import tcpdump
from harness import NFLOGD, run
from malformed_frames import FRAMES

FUZZ = pathlib.Path(__file__).resolve().parents[1] / "fuzz"
sys.path.insert(0, str(FUZZ))
import seeds  # noqa: E402: needs the line above

IPV4, IPV6 = b"\x08\x00", b"\x86\xdd"
HEADER_ATTRIBUTE = 1  # NFULA_PACKET_HDR
MACS = b"\x02\0\0\0\0\1\x02\0\0\0\0\2"
# What a record calls malformed and tcpdump prints without a word.
STRICTER = {"wrong IP version", "IPv6 payload length 0", "too many IPv6 extension headers",
            "IPv6 fragment header twice", "AH length below 12",
            "ARP for addresses that are not Ethernet and IPv4"}
WITH_PORTS = {6, 17, 33, 132}  # tcpdump reads no UDP-Lite


@dataclasses.dataclass
class Packet:
    name: str
    link_type: int
    data: bytes
    length: int = 0  # on the wire, if that is more than was delivered


def ip_length(packet):
    if packet[0] >> 4 == 4 and len(packet) >= 4:
        return struct.unpack_from(">H", packet, 2)[0]
    if packet[0] >> 4 == 6 and len(packet) >= 6:
        return 40 + struct.unpack_from(">H", packet, 4)[0]
    return 0


def recorded():
    """The packets of the recorded datagrams, with the link layer that they came without."""
    for name, datagram in seeds.datagrams():
        for message in seeds.messages(datagram):
            header = [value for fields, value in seeds.blocks(message[4:], "=HH", 0)
                      if fields[1] == HEADER_ATTRIBUTE]
            for packet in seeds.packets(message):
                if name.startswith("netdev_egress") and not name.endswith("tun"):
                    yield Packet(name, tcpdump.ETHERNET, packet)
                    continue
                by_version = IPV6 if packet[0] >> 4 == 6 else IPV4
                kind = header[0][:2] if header and header[0][:2] != b"\0\0" else by_version
                is_ip = kind in (IPV4, IPV6)
                yield Packet(name, tcpdump.ETHERNET, MACS + kind + packet,
                             14 + ip_length(packet) if is_ip else 0)


def hand_made():
    for frame in FRAMES:
        yield Packet(frame.name, tcpdump.ETHERNET,
                     MACS + struct.pack(">H", frame.ether_type) + frame.packet)


def corpus():
    for path in sorted((FUZZ / "corpus/packet").iterdir()):
        content = path.read_bytes()
        link_type = tcpdump.ETHERNET if content[:1] and content[0] % 2 else tcpdump.RAW
        if len(content) > 2:
            yield Packet(path.name, link_type, content[2:])


def read_both(packets, folder):
    """Each packet, its record, and what tcpdump says of it."""
    for link_type in (tcpdump.RAW, tcpdump.ETHERNET):
        chosen = [packet for packet in packets if packet.link_type == link_type]
        path = folder / f"{link_type}.pcap"
        tcpdump.write_capture(path, link_type, [(p.data, p.length) for p in chosen])
        records = [json.loads(line) for line in run(NFLOGD, "replay", path).stdout.splitlines()]
        others = tcpdump.read_capture(path)
        assert len(records) == len(others) == len(chosen)
        yield from zip(chosen, records, others)


def is_whole(record):
    return "malformed" not in record and "truncated" not in record


def value_of(key, fields):
    """Addresses are compared as such: ::ffff:192.0.2.1 may be written otherwise."""
    return ipaddress.ip_address(fields[key]) if key.endswith("_ip") else fields[key]


def difference(record, fields, text):
    """What one of the two says and the other does not; nothing if they agree."""
    both = record.keys() & fields.keys()
    wrong = {key: (record[key], fields[key]) for key in both
             if value_of(key, record) != value_of(key, fields)}
    if wrong:
        return wrong
    if tcpdump.complains(text):
        return None  # it read less than we did
    if "src_ip" in record and "src_ip" not in fields:
        return "no addresses"
    # Only tcpdump looks behind an authentication header of IPv4; the kernel's LOG does not either.
    if record.get("proto_number") in WITH_PORTS and ("src_port" in record) != ("src_port" in fields):
        return "ports"
    return None


@pytest.mark.parametrize("source", [recorded, hand_made, corpus])
def test_same_as_tcpdump(source, tmp_path):
    packets = list(source())
    compared, skipped, fields_compared, differences = 0, 0, 0, []
    for packet, record, (fields, text) in read_both(packets, tmp_path):
        if not is_whole(record):
            skipped += 1
            reason = record.get("malformed", "")
            if reason and not tcpdump.complains(text) and reason not in STRICTER:
                differences.append((packet.name, reason, record, text))
            continue
        compared += 1
        fields_compared += len(record.keys() & fields.keys())
        found = difference(record, fields, text)
        if found:
            differences.append((packet.name, found, record, text))
    print(f"\n{source.__name__}: {len(packets)} packets, {compared} whole and right, {skipped} not; "
          f"{fields_compared} fields compared, {len(differences)} differences")
    assert differences == []
    assert compared >= 20 and fields_compared > 5 * compared
