# SPDX-License-Identifier: GPL-2.0-or-later
"""Outputs that get a part of the packets: what they did not get is counted."""
import json

from scapy.layers.inet import IP, TCP, UDP

from harness import GW4, OUT4, final_ledger, packets, wait_for
from test_packets import RULE, frames


def outputs(log, **filters):
    made = [{"name": "main", "type": "file", "path": str(log), "format": "json"}]
    made += [{"name": name, "type": "file", "path": str(log.parent / f"{name}.json"),
              "format": "json", "filter": text} for name, text in filters.items()]
    return made


def mixed(network, count):
    """Half TCP to port 22, half UDP to 53."""
    return frames(network, [packet for i in range(1, count // 2 + 1) for packet in (
        IP(src=OUT4, dst=GW4) / TCP(sport=i, dport=22), IP(src=OUT4, dst=GW4) /
        UDP(sport=i, dport=53))])


def rows(log):
    return {row["output"]: row for row in final_ledger(log)["outputs"]}


def test_each_output_gets_what_it_wants(network, daemon, config, log):
    nflogd = daemon(config(RULE, outputs=outputs(
        log, ssh="proto == tcp and dest_port == 22", dns="dest_port in {53, 853}",
        none="src_ip == 203.0.113.0/24")))
    network.out.send_frames("out0", mixed(network, 400))
    wait_for(lambda: len([r for r in packets(log) if "dest_port" in r]) == 400, "400 records")
    assert nflogd.stop() == 0
    received = len(packets(log))
    seen = {name: packets(log.parent / f"{name}.json") for name in ("ssh", "dns", "none")}
    assert [r["dest_port"] for r in seen["ssh"]] == [22] * 200
    assert [r["dest_port"] for r in seen["dns"]] == [53] * 200
    assert seen["none"] == []
    for name, row in rows(log).items():
        assert row["written"] + row["filtered"] == received, name
        assert row["dropped"] == row["failed"] == row["queued"] == 0, name
    assert [rows(log)[name]["written"] for name in ("ssh", "dns", "none")] == [200, 200, 0]
    assert rows(log)["main"]["filtered"] == 0


def test_a_reload_takes_another_filter(network, daemon, config, log):
    nflogd = daemon(config(RULE, outputs=outputs(log, part="dest_port == 22")))
    network.out.send_frames("out0", mixed(network, 100))
    wait_for(lambda: len([r for r in packets(log) if "dest_port" in r]) == 100, "100 records")
    nflogd.write_config(config(RULE, outputs=outputs(log, part="dest_port == 53")))
    nflogd.reload()
    network.out.send_frames("out0", mixed(network, 100))
    wait_for(lambda: len([r for r in packets(log) if "dest_port" in r]) == 200, "200 records")
    assert nflogd.stop() == 0
    ports = [r["dest_port"] for r in packets(log.parent / "part.json")]
    assert ports == [22] * 50 + [53] * 50
    row = rows(log)["part"]
    assert (row["written"], row["written"] + row["filtered"]) == (100, len(packets(log)))


def test_a_bad_filter_is_told_with_its_place(network, daemon, config, log):
    nflogd = daemon(config(RULE, outputs=outputs(log, part="proto == tcp and dst_port == 22")),
                    start=False)
    done = nflogd.command("check", "-c", str(nflogd.config))
    assert done.returncode == 78
    assert "filter: column 18: unknown field 'dst_port' (did you mean 'dest_port'?)" in done.stderr


def test_replay_takes_a_filter(network, daemon, config, log):
    made = config(RULE, outputs=[{"name": "main", "type": "file", "path": str(log),
                                  "format": "json"},
                                 {"name": "pcap", "type": "file", "format": "pcap",
                                  "path": str(log.parent / "all.pcap")}])
    nflogd = daemon(made)
    network.out.send_frames("out0", mixed(network, 20))
    wait_for(lambda: len([r for r in packets(log) if "dest_port" in r]) == 20, "20 records")
    assert nflogd.stop() == 0
    text = nflogd.command("replay", "-c", str(nflogd.config), "--filter", "proto == udp",
                          str(log.parent / "all.pcap")).stdout
    assert [json.loads(line)["dest_port"] for line in text.splitlines()] == [53] * 10
    done = nflogd.command("replay", "--filter", "proto ==", str(log.parent / "all.pcap"))
    assert done.returncode == 64
    assert "--filter: column 9: the end where a value is expected" in done.stderr
