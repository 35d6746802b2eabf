#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes first inputs for the fuzz targets out of the recorded fixtures.

Usage: seeds.py FOLDER
Writes FOLDER/TARGET/NAME for every target.
"""
import pathlib
import struct
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
PACKET, PAYLOAD = 0x0400, 9  # nlmsg_type, NFULA_PAYLOAD
RAW, ETHERNET = 0, 1  # as tests/fuzz/packet.cpp counts


def datagrams():
    for path in sorted((TESTS / "fixtures/decode").glob("*.hex")):
        digits = [line for line in path.read_text().splitlines() if not line.startswith("#")]
        yield path.stem, bytes.fromhex("".join(digits))


def blocks(data, head, length_at):
    """Cuts netlink messages or attributes: (header fields, body)."""
    while len(data) >= struct.calcsize(head):
        fields = struct.unpack_from(head, data)
        length = fields[length_at]
        if not struct.calcsize(head) <= length <= len(data):
            return
        yield fields, data[struct.calcsize(head):length]
        data = data[(length + 3) & ~3:]


def messages(datagram):
    """The bodies of packet messages: nfgenmsg and attributes."""
    return [body for fields, body in blocks(datagram, "=IHHII", 0) if fields[1] == PACKET]


def packets(message):
    return [value for fields, value in blocks(message[4:], "=HH", 0) if fields[1] == PAYLOAD]


def recording(order, frames):
    text = b"\x89NFLOG\r\n" + struct.pack(order + "IHH", 0x01020304, 1, 0)
    return text + b"".join(struct.pack(order + "IQ", len(f), 10**18) + f for f in frames)


def pcap(order, magic, link_type, frames):
    text = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, link_type)
    return text + b"".join(struct.pack(order + "IIII", 1, 2, len(f), len(f)) + f for f in frames)


def write(folder, target, name, content):
    (folder / target).mkdir(parents=True, exist_ok=True)
    (folder / target / name).write_bytes(content)


def write_recorded(folder):
    """Returns some messages and packets, for the files of the target replay."""
    some_messages, some_packets = [], []
    for name, datagram in datagrams():
        write(folder, "datagram", name, datagram)
        for number, message in enumerate(messages(datagram)):
            some_messages.append(message)
            for packet in packets(message):
                some_packets.append(packet)
                frame = b"\x02\0\0\0\0\1\x02\0\0\0\0\2" + (b"\x86\xdd" if packet[0] >> 4 == 6
                                                          else b"\x08\0") + packet
                write(folder, "packet", f"{name}-{number}-raw", bytes([RAW, 30]) + packet)
                write(folder, "packet", f"{name}-{number}-ethernet", bytes([ETHERNET, 40]) + frame)
    return some_messages[:3], some_packets[:3]


def write_replays(folder, some_messages, some_packets):
    frames = [datagram for _, datagram in datagrams()][:3]
    for order, name in (("<", "little"), (">", "big")):
        write(folder, "replay", f"nflog-{name}", recording(order, frames))
        for magic in (0xA1B2C3D4, 0xA1B23C4D):
            write(folder, "replay", f"pcap-239-{name}-{magic:x}",
                  pcap(order, magic, 239, some_messages))
            write(folder, "replay", f"pcap-101-{name}-{magic:x}",
                  pcap(order, magic, 101, some_packets))
    write(folder, "replay", "pcap-1", pcap("<", 0xA1B2C3D4, 1, [b"\x02" * 12 + b"\x08\0" + p
                                                                for p in some_packets]))
    write(folder, "replay", "pcapng", b"\x0a\x0d\x0d\x0a" + bytes(24))
    recorded = (TESTS / "fixtures/source/tcpdump-nflog.pcap").read_bytes()
    write(folder, "replay", "tcpdump-nflog", recorded)


def main():
    folder = pathlib.Path(sys.argv[1])
    write_replays(folder, *write_recorded(folder))
    for path in [*TESTS.glob("fixtures/config/*/*.yaml"), TESTS.parent / "config/nflogd.yaml"]:
        write(folder, "config", path.name, path.read_bytes())
    for path in TESTS.glob("fixtures/format/*.json"):
        write(folder, "json_line", path.stem, path.read_bytes().rstrip(b"\n"))
    for stretch in (0, 1, 16383, 16384, 16385, 50000):
        for text in (b"", b"\n", b"a\nb\n", b"a\nb", b"a\n\0\0", b"\0\0\0"):
            for place in (0, 2):
                name = f"{stretch}-{text.hex()}-{place}"
                write(folder, "tail", name, struct.pack(">HB", stretch, place) + text)


if __name__ == "__main__":
    main()
