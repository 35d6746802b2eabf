# SPDX-License-Identifier: GPL-2.0-or-later
"""check, rules, record, replay."""
import json
import os
import pathlib
import signal
import subprocess

import pytest
import yaml
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.utils import wrpcap

from harness import LIMIT, NFLOGD, OUT4, packets, run, wait_for
from test_ledger import flood, open_port

RULE = {"name": "udp", "hook": "input", "protocol": ["udp"]}


@pytest.fixture
def write(tmp_path):
    def write_config(made):
        path = tmp_path / "nflogd.yaml"
        path.write_text(yaml.safe_dump(made))
        return path
    return write_config


def test_check_installs_nothing(network, config, write):
    before = network.gw.ruleset()
    done = network.gw.run(NFLOGD, "check", "-c", write(config(RULE)))
    assert done.returncode == 0
    assert network.gw.ruleset() == before


@pytest.mark.parametrize("backend", ["nftables", "iptables"])
def test_check_asks_the_kernel(network, config, write, backend):
    made = config({**RULE, "name": "bad", "match": "no such match"}, RULE, backend=backend)
    done = network.gw.run(NFLOGD, "check", "-c", write(made), check=False)
    assert done.returncode == 78
    assert "'bad'" in done.stderr and "nflogd.yaml:" in done.stderr
    assert "'udp'" not in done.stderr


def test_check_tells_every_problem(config, write):
    path = write({"nonsense": 1, "host": 2, "outputs": []})
    done = run(NFLOGD, "check", "-c", path, check=False)
    assert done.returncode == 78
    assert all(line.startswith(f"{path}:") for line in done.stderr.splitlines())
    assert len(done.stderr.splitlines()) >= 2


def test_the_shipped_configuration_is_good(network):
    path = pathlib.Path(__file__).parents[2] / "config" / "nflogd.yaml"
    assert network.gw.run(NFLOGD, "check", "-c", path).returncode == 0


def test_recorded_packets_replay_as_they_were_logged(network, daemon, config, log, tmp_path):
    """The same traffic, once live and once recorded and replayed."""
    open_port(network)
    network.gw.nft('table ip t { chain c { type filter hook input priority 0; udp dport 9 '
                   'log group 100 prefix "udp"; udp dport 9 log group 101 prefix "udp"; }; }')
    recording = tmp_path / "packets.nflog"
    recorder = subprocess.Popen(
        ["ip", "netns", "exec", network.gw.name, NFLOGD, "record", "--group", "101", "-o",
         recording], stderr=subprocess.PIPE, text=True)
    assert "recording group 101" in recorder.stderr.readline()
    nflogd = daemon(config(backend="none"))
    flood(network, 50)
    wait_for(lambda: len(packets(log)) == 50, "live records")
    assert nflogd.stop() == 0
    recorder.send_signal(signal.SIGINT)
    assert recorder.wait(LIMIT) == 0
    replayed = run(NFLOGD, "replay", recording)
    records = [json.loads(line) for line in replayed.stdout.splitlines()]
    of_the_ruleset = {"table", "chain", "rule_handle"}
    changing = {"timestamp", "group", "in_iface", "host"} | of_the_ruleset
    assert ([{k: v for k, v in r.items() if k not in changing} for r in records] ==
            [{k: v for k, v in r.items() if k not in changing} for r in packets(log)])
    torn = tmp_path / "torn.nflog"
    torn.write_bytes(recording.read_bytes()[:-10])
    done = run(NFLOGD, "replay", torn, check=False)
    assert done.returncode == 65
    assert len(done.stderr.splitlines()) == 1


def test_record_does_not_overwrite(network, tmp_path):
    path = tmp_path / "there.nflog"
    path.write_text("precious")
    done = network.gw.run(NFLOGD, "record", "--group", "5", "-o", path, check=False)
    assert done.returncode == 73 and path.read_text() == "precious"


def test_replay_reads_what_tcpdump_writes(network, tmp_path):
    open_port(network)
    network.gw.nft('table ip t { chain c { type filter hook input priority 0; udp dport 9 '
                   'log group 5 prefix "dump"; }; }')
    capture = tmp_path / "dump.pcap"
    dump = subprocess.Popen(["ip", "netns", "exec", network.gw.name, "tcpdump", "-i", "nflog:5",
                             "-U", "-c", "3", "-w", capture], stderr=subprocess.PIPE, text=True)
    assert any("listening" in line for line in iter(dump.stderr.readline, ""))
    flood(network, 3)
    assert dump.wait(LIMIT) == 0
    done = run(NFLOGD, "replay", capture)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(r["prefix"], r["group"], r["dest_port"], r["src_ip"]) for r in records] == [
        ("dump", 5, 9, OUT4)] * 3


def test_replay_of_ethernet_and_raw_captures(tmp_path):
    packet = IP(src="192.0.2.1", dst="192.0.2.2") / UDP(sport=1, dport=2)
    wrpcap(str(tmp_path / "ethernet.pcap"), [Ether(src="02:00:00:00:00:01") / packet])
    wrpcap(str(tmp_path / "raw.pcap"), [packet], linktype=101)
    done = run(NFLOGD, "replay", tmp_path / "ethernet.pcap", tmp_path / "raw.pcap")
    ethernet, raw = [json.loads(line) for line in done.stdout.splitlines()]
    assert ethernet["src_mac"] == "02:00:00:00:00:01" and "src_mac" not in raw
    assert ethernet["dest_port"] == raw["dest_port"] == 2


@pytest.mark.parametrize("content", [b"", b"garbage that is no capture at all", b"\x00" * 64])
def test_replay_refuses_garbage(tmp_path, content):
    path = tmp_path / "input"
    path.write_bytes(content)
    done = run(NFLOGD, "replay", path, check=False)
    assert done.returncode == 65 and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1 and str(path) in done.stderr


def test_replay_formats(tmp_path):
    wrpcap(str(tmp_path / "x.pcap"), [Ether() / IP(src="192.0.2.1", dst="192.0.2.2") /
                                      UDP(sport=1000, dport=53)])
    done = run(NFLOGD, "replay", "--format", "line", tmp_path / "x.pcap")
    assert "192.0.2.1:1000" in done.stdout and "\x1b" not in done.stdout
    assert run(NFLOGD, "replay", "--format", "no", tmp_path / "x.pcap", check=False).returncode == 64


def test_a_closed_pipe_ends_replay_quietly(tmp_path):
    frames = [Ether() / IP(src="192.0.2.1", dst="192.0.2.2") / UDP(sport=1000, dport=53)] * 5000
    wrpcap(str(tmp_path / "x.pcap"), frames)
    done = subprocess.run(f"{NFLOGD} replay {tmp_path}/x.pcap | head -n 1", shell=True, text=True,
                          capture_output=True, timeout=LIMIT, env=os.environ)
    assert len(done.stdout.splitlines()) == 1
    assert "terminate" not in done.stderr and "Broken pipe" not in done.stderr


def test_rules_without_privilege(config, write):
    done = run("setpriv", "--reuid", "65534", "--clear-groups", "--bounding-set", "-all",
               NFLOGD, "rules", check=False)
    assert done.returncode == 0 and "table inet nflogd" in done.stdout
