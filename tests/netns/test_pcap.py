# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets as pcap files, read by tshark, tcpdump and the daemon's own replay."""
import json
import subprocess

from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether

from harness import GW4, NFLOGD, OUT4, final_ledger, packets, run, wait_for
from test_packets import PACKETS, PROTO_OF_RAW, RULE, frames

def tshark(path):
    """The fields of each packet; of a quoted packet's the first ones are the outer's."""
    text = run("tshark", "-r", str(path), "-T", "json", "-o", "udp.process_info:FALSE",
               "-J", "frame nflog ip ipv6 tcp udp sctp dccp").stdout
    # The quoted packet of an ICMP error comes as a second "ip", so keys repeat.
    return json.loads(text, object_pairs_hook=first_of_each)


def first_of_each(pairs):
    found = {}
    for key, value in pairs:
        if key == "nflog.tlv_tree":
            found.setdefault("trees", []).append(value)
        found.setdefault(key, value)
    return found


def values(packet, layer, field):
    return packet["_source"]["layers"].get(layer, {}).get(f"{layer}.{field}")


def prefix_of(packet):
    """Of an attribute, which is a tree of its own."""
    [prefix] = [tree["nflog.prefix"] for tree in packet["_source"]["layers"]["nflog"]["trees"]
                if "nflog.prefix" in tree]
    return prefix


def outputs(log, **more):
    return [{"name": "main", "type": "file", "path": str(log), "format": "json"},
            {"name": "pcap", "type": "file", "path": str(log.parent / "nflogd.pcap"),
             "format": "pcap", **more}]


def corpus(network):
    made = []
    for name, packet in PACKETS.items():
        packet = packet.copy()
        if name in PROTO_OF_RAW:
            packet.proto = PROTO_OF_RAW[name]
        made.append(packet)
    return frames(network, made)


def send(network, log, frame_list):
    network.out.send_frames("out0", frame_list)
    wait_for(lambda: len(packets(log)) >= len(frame_list), f"{len(frame_list)} records")


def epoch(timestamp):
    return run("date", "-d", timestamp, "+%s.%N").stdout.strip()


def test_tshark_agrees_with_the_records(network, daemon, config, log):
    nflogd = daemon(config(RULE, outputs=outputs(log)))
    send(network, log, corpus(network))
    assert nflogd.stop() == 0
    records, seen = packets(log), tshark(log.parent / "nflogd.pcap")
    assert len(seen) == len(records) >= len(PACKETS)
    assert epoch(records[0]["timestamp"]) == values(seen[0], "frame", "time_epoch")
    for packet, record in zip(seen, records):
        assert prefix_of(packet) == record["prefix"]
        assert values(packet, "nflog", "res_id") == str(record["group"])
        version = "ip" if record["ip_version"] == 4 else "ipv6"
        assert values(packet, version, "src") == record["src_ip"]
        assert values(packet, version, "dst") == record["dest_ip"]
        for layer in ("tcp", "udp", "sctp", "dccp"):
            if record.get("proto") == layer:
                assert values(packet, layer, "srcport") == str(record["src_port"])
                assert values(packet, layer, "dstport") == str(record["dest_port"])
    ledger = {row["output"]: row for row in final_ledger(log)["outputs"]}
    assert ledger["pcap"]["written"] == len(seen)


def test_tshark_agrees_on_the_ids_of_flows(network, daemon, config, log):
    made = outputs(log)
    made[0]["community_id"] = True
    nflogd = daemon(config(RULE, outputs=made))
    send(network, log, corpus(network))
    assert nflogd.stop() == 0
    seen = run("tshark", "-r", str(log.parent / "nflogd.pcap"), "--enable-protocol", "communityid",
               "-T", "fields", "-e", "communityid").stdout.splitlines()
    others = {}
    for theirs, record in zip(seen, packets(log), strict=True):
        assert theirs and record["community_id"].startswith("1:")
        if theirs != record["community_id"]:
            others[record["proto"]] = theirs
    # tshark takes UDP-Lite's ports into the id, against the specification, and of GRE the
    # packet within for the flow.
    assert set(others) == {"udplite", "gre"} and len(seen) >= len(PACKETS)


def test_tcpdump_reads_it(network, daemon, config, log):
    nflogd = daemon(config(RULE, outputs=outputs(log)))
    send(network, log, frames(network, [IP(src=OUT4, dst=GW4) / UDP(sport=4000, dport=53)]))
    assert nflogd.stop() == 0
    text = run("tcpdump", "-n", "-r", str(log.parent / "nflogd.pcap")).stdout
    assert f"IP {OUT4}.4000 > {GW4}.53" in text


def test_a_replay_of_it_gives_the_same_records(network, daemon, config, log):
    nflogd = daemon(config(RULE, outputs=outputs(log)))
    send(network, log, corpus(network))
    assert nflogd.stop() == 0
    again = nflogd.command("replay", "-c", str(nflogd.config),
                           str(log.parent / "nflogd.pcap")).stdout
    replayed = [json.loads(line) for line in again.splitlines()]
    live = packets(log)
    for record in live:
        name = record.pop("in_iface")
        assert name == "wan0"
    for record in replayed:
        assert record.pop("in_iface").startswith("if")
    assert replayed == live


def test_each_rotated_file_stands_on_its_own(network, daemon, config, log):
    nflogd = daemon(config(RULE, outputs=outputs(log, rotate={"size": "4KiB", "keep": 50})))
    send(network, log, frames(network, [IP(src=OUT4, dst=GW4) / UDP(sport=i, dport=9)
                                        for i in range(1, 101)]))
    assert nflogd.stop() == 0
    files = sorted(log.parent.glob("nflogd.pcap*"))
    assert len(files) > 3
    ports = [values(packet, "udp", "srcport") for path in files for packet in tshark(path)]
    assert sorted(int(port) for port in ports if port) == list(range(1, 101))


def test_whole_packets_with_a_long_snaplen(network, daemon, config, log):
    """What the kernel delivers is in the file, up to what a queue keeps of it."""
    sources = [{"type": "nflog", "groups": [100], "flush_timeout": "10ms", "snaplen": 65535}]
    network.gw.run("ip", "link", "set", "wan0", "mtu", "9500")
    network.out.run("ip", "link", "set", "out0", "mtu", "9500")
    nflogd = daemon(config(RULE, outputs=outputs(log), sources=sources))
    head = Ether(src=network.out.mac("out0"), dst=network.gw.mac("wan0"))
    send(network, log, [Ether(bytes(head / IP(src=OUT4, dst=GW4) / UDP(sport=1, dport=9) /
                                    (b"x" * size))) for size in (1400, 9000)])
    assert nflogd.stop() == 0
    seen = [packet for packet in tshark(log.parent / "nflogd.pcap")
            if values(packet, "udp", "srcport") == "1"]
    [short, long] = [int(values(packet, "frame", "cap_len")) for packet in seen]
    assert 1428 < short < 1600 and long == 8000
    assert [values(packet, "ip", "len") for packet in seen] == ["1428", "9028"]


def test_killed_while_writing(network, daemon, config, log):
    """A packet that a power cut left torn is cut off; the rest goes on behind it."""
    made = config(RULE, outputs=outputs(log))
    first = daemon(made)
    send(network, log, frames(network, [IP(src=OUT4, dst=GW4) / UDP(sport=1, dport=9)]))
    assert first.stop() == 0
    path = log.parent / "nflogd.pcap"
    whole = path.read_bytes()
    path.write_bytes(whole + whole[24:60])
    second = daemon(made)
    network.out.send_frames("out0", frames(network, [IP(src=OUT4, dst=GW4) /
                                                     UDP(sport=2, dport=9)]))
    wait_for(lambda: any(r.get("src_port") == 2 for r in packets(log)), "the record")
    assert second.stop() == 0
    assert "removed 36 bytes of a torn last record" in second.log.read_text()
    ports = [values(packet, "udp", "srcport") for packet in tshark(path)]
    assert [port for port in ports if port] == ["1", "2"]


def test_a_terminal_gets_no_pcap():
    done = subprocess.run(["script", "-qec", f"{NFLOGD} replay --format pcap /dev/null",
                           "/dev/null"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 64
    assert "not for a terminal" in done.stdout
