# SPDX-License-Identifier: GPL-2.0-or-later
"""Reload and log rotation while packets come: nothing is lost in any of it."""
import json
import os
import signal
import subprocess

from harness import FLOOD, GW4, LIMIT, Daemon, final_ledger, packets, parse, wait_for
from test_ledger import UDP, check_sums, flood, open_port


class Load:
    """A flood in the background that can be waited for."""

    def __init__(self, network, count, pps):
        self.count = count
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", network.out.name, FLOOD, GW4, "9", "-n", str(count), "-r",
             str(pps)], stdout=subprocess.PIPE, text=True)

    def running(self):
        return self.process.poll() is None

    def finish(self):
        output, _ = self.process.communicate(timeout=LIMIT)
        assert f"sent {self.count}" in output


def all_packets(folder):
    return [r for path in sorted(folder.iterdir()) for r in packets(path)]


def test_external_logrotate_on_sigusr1(network, daemon, config, log):
    open_port(network)
    nflogd = daemon(config(UDP))
    load = Load(network, 60_000, 60_000)
    for number in range(5):
        wait_for(lambda: log.exists() and log.stat().st_size > 0, "records in the new file")
        log.rename(log.with_suffix(f".{number}"))
        nflogd.send(signal.SIGUSR1)
        wait_for(log.exists, "the file to be opened anew")
    load.finish()
    assert nflogd.stop() == 0
    assert final_ledger(log)["rules"][0]["lost_kernel"] == 0
    records = all_packets(log.parent)
    assert len(records) == final_ledger(log)["rules"][0]["matched"] == 60_000
    assert sorted(r["seq"] for r in records) == list(range(60_000))


def test_reload_under_load_loses_nothing(network, daemon, config, log):
    open_port(network)
    nflogd = daemon(config(UDP))
    load = Load(network, 60_000, 60_000)
    wait_for(lambda: packets(log), "the load to arrive")
    rounds = 0
    while load.running() and rounds < 20:
        rounds += 1
        changed = config(UDP, {"name": f"round-{rounds}", "hook": "output"})
        changed["outputs"][0]["rotate"] = {"keep": rounds + 1}
        nflogd.write_config(changed)
        nflogd.reload()
    load.finish()
    assert rounds > 0
    assert nflogd.stop() == 0
    rule = next(r for r in final_ledger(log)["rules"] if r["rule"] == "udp")
    assert rule["matched"] == 60_000
    assert (rule["lost_kernel"], rule["logged"]) == (0, 60_000)
    assert len([r for r in packets(log) if r.get("rule") == "udp"]) == 60_000
    changes = [r["change"] for r in parse(log) if r["event"] == "lifecycle"]
    assert changes == ["started"] + ["reloaded"] * rounds + ["stopped"]


def test_reload_takes_over_outputs_groups_and_rules(network, daemon, config, log, tmp_path):
    open_port(network)
    nflogd = daemon(config(UDP))
    flood(network, 10)
    wait_for(lambda: len(packets(log)) == 10, "the records of the first configuration")
    second = tmp_path / "log" / "second.json"
    changed = config({**UDP, "name": "moved", "group": 200, "action": "drop"},
                     sources=[{"type": "nflog", "groups": [200], "flush_timeout": "10ms"}])
    changed["outputs"].append({"name": "second", "type": "file", "path": str(second)})
    nflogd.write_config(changed)
    nflogd.reload()
    flood(network, 7)
    assert nflogd.stop() == 0
    assert [r["rule"] for r in packets(log)] == ["udp"] * 10 + ["moved"] * 7
    assert [(r["rule"], r["action"], r["group"]) for r in packets(second)] == [
        ("moved", "drop", 200)] * 7
    ledger = final_ledger(log)
    assert [(g["group"], g["received"]) for g in ledger["groups"]] == [(100, 10), (200, 7)]
    assert {r["rule"]: r["logged"] for r in ledger["rules"]} == {"udp": 10, "moved": 7}
    assert {o["output"]: o["written"] for o in ledger["outputs"]} == {"main": 17, "second": 7}


def test_a_bad_configuration_is_refused_and_the_old_one_stays(network, daemon, config, log):
    open_port(network)
    nflogd = daemon(config(UDP))
    before = network.gw.run("nft", "list", "ruleset").stdout
    for bad in ("rules: [", json.dumps(config(UDP, UDP)),
                json.dumps(config({**UDP, "match": "no such match"})),
                json.dumps(config(UDP, outputs=[{"name": "x", "type": "file",
                                                 "path": "/proc/nowhere/x.json"}]))):
        nflogd.write_config(bad)
        nflogd.reload()
    assert nflogd.log.read_text().count("the old one stays in force") == 4
    assert network.gw.run("nft", "list", "ruleset").stdout == before
    flood(network, 3)
    assert nflogd.stop() == 0
    assert len(packets(log)) == 3
    check_sums(log)


def test_internal_rotation_under_load(network, daemon, config, log):
    open_port(network)
    made = config(UDP)
    made["outputs"][0]["rotate"] = {"size": "1MiB", "compress": "zstd"}
    nflogd = daemon(made)
    flood(network, 30_000, pps=60_000)
    assert nflogd.stop() == 0
    records = []
    for path in sorted(log.parent.iterdir()):
        assert ".tmp" not in path.name
        text = (subprocess.run(["zstd", "-dc", path], check=True, capture_output=True).stdout
                if path.suffix == ".zst" else path.read_bytes())
        assert len(text) <= 1 << 20
        records += [json.loads(line) for line in text.splitlines()]
    seqs = [r["seq"] for r in records if r["event"] == "packet"]
    assert sorted(seqs) == list(range(30_000))


def test_a_torn_line_is_repaired_at_start(network, daemon, config, log):
    open_port(network)
    log.parent.mkdir(mode=0o750)
    log.write_text('{"event":"packet","seq":1}\n{"event":"pack')
    os.chmod(log, 0o640)
    nflogd = daemon(config(UDP))
    flood(network, 1)
    assert nflogd.stop() == 0
    assert len(packets(log)) == 2
    assert "14 bytes" in nflogd.log.read_text()


def test_a_full_disk_is_counted_and_left_again(network, config, tmp_path):
    """The log is on a tmpfs of 1 MiB in the daemon's own mount namespace."""
    open_port(network)
    folder = tmp_path / "small"
    folder.mkdir(mode=0o750)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=750", "none", folder], check=True)
    try:
        made = config(UDP)
        made["outputs"][0].update(path=str(folder / "log.json"), queue=1000)
        nflogd = Daemon(network.gw, tmp_path, made)
        flood(network, 20_000, pps=20_000)
        wait_for(lambda: "is suspended" in nflogd.log.read_text(), "the suspension")
        text = (folder / "log.json").read_text()
        assert text.endswith("\n")
        kept = tmp_path / "kept.json"
        kept.write_text(text)
        os.truncate(folder / "log.json", 0)
        wait_for(lambda: "writes again" in nflogd.log.read_text(), "the resumption")
        assert nflogd.stop() == 0
        ledger = final_ledger(folder / "log.json")
        [output] = ledger["outputs"]
        assert ledger["rules"][0]["lost_kernel"] == 0
        assert output["dropped"] > 0
        assert output["written"] + output["dropped"] + output["failed"] == 20_000
        assert len(packets(kept)) + len(packets(folder / "log.json")) == output["written"]
        changes = [r["change"] for r in parse(folder / "log.json") if r["event"] == "lifecycle"]
        assert changes == ["output_suspended", "output_resumed", "stopped"]
    finally:
        subprocess.run(["umount", folder], check=True)
