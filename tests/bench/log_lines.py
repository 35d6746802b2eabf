# SPDX-License-Identifier: GPL-2.0-or-later
"""A log in the format `json` as a router at the edge of a network writes one: scans of
many ports by few, a background of many sources with one or two packets, floods of
made-up addresses, both IP versions, several rules, a ledger every ten seconds."""
import datetime
import json
import random

RULES = (("input-drop", "drop", 40), ("forward-new", "accept", 30), ("ssh-tries", "drop", 12),
         ("guest-out", "accept", 8), ("dns-reject", "reject", 6), ("bogons", "drop", 4))
PORTS = (22, 23, 25, 53, 80, 123, 443, 445, 1433, 3389, 5060, 5900, 8080, 8443)
START = datetime.datetime(2026, 11, 23, tzinfo=datetime.timezone.utc).timestamp()


class Lines:
    """Each call of next() is a line; the same ones for the same seed."""

    def __init__(self, per_second=500, seed=1):
        self.random = random.Random(seed)
        self.step = 1_000_000 // per_second
        self.at = int(START * 1_000_000)
        self.seq = 0
        self.scanners = [self._ipv4() for _ in range(200)]
        self.background = [self._ipv4() for _ in range(30_000)]
        self.clients = [f"192.168.{i // 250}.{i % 250 + 1}" for i in range(600)]
        self.six = [f"2001:db8:{self.random.randrange(65536):x}::{self.random.randrange(65536):x}"
                    for _ in range(3000)]
        self.rules = [rule for rule in RULES for _ in range(rule[2])]
        self.second = self.second_text = None

    def _ipv4(self):
        octets = self.random.randbytes(4)
        return f"{octets[0] % 223 + 1}.{octets[1]}.{octets[2]}.{octets[3]}"

    def _time(self):
        second, micro = divmod(self.at, 1_000_000)
        if second != self.second:
            self.second = second
            self.second_text = datetime.datetime.fromtimestamp(
                second, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
        return f"{self.second_text}.{micro:06d}Z"

    def _ledger(self):
        rows = [{"rule": name, "matched": self.seq, "suppressed": 0, "logged": self.seq,
                 "lost_kernel": 0} for name, _, _ in RULES]
        return json.dumps({"timestamp": self._time(), "event": "ledger", "host": "gw1",
                           "rules": rows,
                           "groups": [{"group": 100, "received": self.seq, "lost_kernel": 0}],
                           "outputs": [{"output": "main", "written": self.seq, "filtered": 0,
                                        "dropped": 0, "failed": 0, "queued": 0}],
                           "decode": {"malformed": 0, "truncated": 0},
                           "netlink": {"overruns": 0, "socket_drops": 0, "cut_datagrams": 0}},
                          separators=(",", ":")) + "\n"

    def _addresses(self, kind):
        if kind < 35:
            return self.random.choice(self.scanners), "203.0.113.7", "wan0", ""
        if kind < 65:
            return self.random.choice(self.background), "203.0.113.7", "wan0", ""
        if kind < 70:
            return self._ipv4(), "203.0.113.7", "wan0", ""
        return (self.random.choice(self.clients), self.random.choice(self.background), "lan0",
                ',"out_iface":"wan0"')

    def _layers(self, kind):
        draw = self.random.randrange
        source_port = draw(1024, 65536)
        port = draw(65536) if kind < 20 else self.random.choice(PORTS)
        if kind % 10 < 7:
            return ("tcp", 6, 60 if kind % 2 else 44,
                    f',"src_port":{source_port},"dest_port":{port},"tcp_flags":["SYN"],'
                    f'"tcp_seq":{draw(1 << 32)},"tcp_ack":0,"tcp_window":{draw(1024, 65536)}')
        if kind % 10 < 9:
            length = draw(40, 1400)
            return ("udp", 17, length, f',"src_port":{source_port},"dest_port":{port},'
                                       f'"udp_length":{length - 20}')
        return "icmp", 1, 84, f',"icmp_type":8,"icmp_code":0,"icmp_id":{port},"icmp_seq":1'

    def next(self):
        self.seq += 1
        self.at += self.step
        if self.at % 10_000_000 < self.step:
            return self._ledger()
        kind = self.random.randrange(100)
        rule, action, _ = self.random.choice(self.rules)
        source, destination, interface, out = self._addresses(kind)
        protocol, number, length, rest = self._layers(kind)
        hook = "forward" if out else "input"
        head = (f'{{"timestamp":"{self._time()}","event":"packet","host":"gw1","group":100,'
                f'"seq":{self.seq},"rule":"{rule}","action":"{action}","prefix":"{rule}",'
                f'"hook":"{hook}","in_iface":"{interface}"{out},"src_mac":"52:54:00:12:34:56",'
                f'"dest_mac":"52:54:00:ab:cd:ef","ether_type":"0x0800","payload_length":'
                f'{min(length, 128)},')
        if kind % 8 == 3:
            return (f'{head}"ip_version":6,"src_ip":"{self.random.choice(self.six)}","dest_ip":'
                    f'"2001:db8::7","proto":"{protocol}","proto_number":{number},"length":'
                    f'{length + 20},"ttl":57,"tos":0,"flow_label":{kind}{rest}}}\n')
        return (f'{head}"ip_version":4,"src_ip":"{source}","dest_ip":"{destination}",'
                f'"proto":"{protocol}","proto_number":{number},"length":{length},"ttl":'
                f'{40 + kind % 90},"tos":0,"ip_id":{self.seq % 65536},"df":true,"mf":false,'
                f'"fragment_offset":0{rest}}}\n')


def write_log(path, size, **more):
    """At least `size` bytes of lines; returns their number."""
    lines = Lines(**more)
    written = 0
    with open(path, "w", encoding="ascii", buffering=1 << 20) as out:
        while written < size:
            written += out.write(lines.next())
    return lines.seq
