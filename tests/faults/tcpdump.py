# SPDX-License-Identifier: GPL-2.0-or-later
"""What tcpdump reads in a capture file: a third decoder, which the field trusts."""
import ipaddress
import re
import struct

from harness import run

RAW, ETHERNET = 101, 1

_IPV4 = re.compile(r"IP6?,? ?.*?\(tos 0x(?P<tos>[0-9a-f]+)[^)]*?(?:, ttl (?P<ttl>\d+))?, id (?P<id>\d+), "
                   r"offset (?P<offset>\d+), flags \[(?P<flags>[^\]]*)\], "
                   r"proto [^()]* \((?P<proto>\d+)\), length (?P<length>\d+)")
_IPV6 = re.compile(r"IP6 .*?\((?:class 0x(?P<tos>[0-9a-f]+), )?(?:flowlabel 0x(?P<label>[0-9a-f]+), )?"
                   r"hlim (?P<ttl>\d+), next-header [^()]* \((?P<proto>\d+)\) "
                   r"payload length: (?P<length>\d+)\)")
_PAIR = re.compile(r"(?P<src>[0-9a-f:]*[.:][0-9a-f:.]*) > (?P<dest>[0-9a-f:]*[.:][0-9a-f:.]*):(?: |$)", re.M)
_PORTS_BEHIND_EXTENSIONS = re.compile(r"[\])]:? (?P<src>\d+) > (?P<dest>\d+): ")
# It found the headers themselves wrong or cut; payloads, options and checksums do not count.
_COMPLAINT = re.compile(r"\[\||invalid|truncated-|bad-|bad hdr|bad length \d+ >|version error|"
                        r"wrong link|missing!")
_EXTENSIONS = {0, 43, 44, 51, 60, 135, 139, 140}


def write_capture(path, link_type, packets):
    """`packets`: the bytes delivered and the length on the wire."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 0x40000, link_type))
        for data, length in packets:
            file.write(struct.pack("<IIII", 1, 0, len(data), max(length, len(data))) + data)


def read_capture(path):
    """For each packet the fields that tcpdump printed, and its text."""
    text = run("tcpdump", "-nn", "-vv", "-t", "-#", "-r", str(path)).stdout
    found = []
    for part in re.split(r"^ *\d+  (?=\S| \[\|)", text, flags=re.M)[1:]:
        found.append(({**_network(part), **_pair(part)}, part))
    return found


def complains(text):
    return _COMPLAINT.search(text) is not None


def _network(text):
    match = _IPV4.match(text)
    if match:
        ttl = {"ttl": int(match["ttl"])} if match["ttl"] else {}
        return {"ip_version": 4, "tos": int(match["tos"], 16), "ip_id": int(match["id"]), **ttl,
                "fragment_offset": int(match["offset"]) // 8, "df": "DF" in match["flags"],
                "mf": "+" in match["flags"], "proto_number": int(match["proto"]),
                "length": int(match["length"])}
    match = _IPV6.match(text)
    if not match:
        return {}
    fields = {"ip_version": 6, "tos": int(match["tos"] or "0", 16), "ttl": int(match["ttl"]),
              "flow_label": int(match["label"] or "0", 16)}
    number, length = int(match["proto"]), int(match["length"])
    if length > 0:
        fields["length"] = length + 40
    if number not in _EXTENSIONS:
        fields["proto_number"] = number
    return fields


def _pair(text):
    match = _PAIR.search(text)
    if not match:
        return {}
    fields, ports = {}, {}
    for end in ("src", "dest"):
        address, port = _address_and_port(match[end])
        fields[f"{end}_ip"] = str(ipaddress.ip_address(address))
        if port:
            ports[f"{end}_port"] = int(port)
    behind = _PORTS_BEHIND_EXTENSIONS.search(text, match.end())
    if not ports and behind:
        ports = {f"{end}_port": int(behind[end]) for end in ("src", "dest")}
    return {**fields, **ports}


def _address_and_port(text):
    """192.0.2.1[.PORT], 2001:db8::1[.PORT] or ::ffff:192.0.2.1[.PORT]"""
    dots = text[text.rfind(":") + 1:].count(".")
    if dots == 4 or (dots == 1 and ":" in text):
        return text.rsplit(".", 1)
    return text, ""
