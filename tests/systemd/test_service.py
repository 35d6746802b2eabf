# SPDX-License-Identifier: GPL-2.0-or-later
"""The service as it is shipped, under a systemd that has booted a machine.

Configuration, unit, user and directory are the installed ones; packets come
over the wire from another namespace. Every count is compared with what was sent.
"""
import errno
import json
import pathlib
import subprocess

import pytest

from harness import FLOOD, GW4, LIMIT, packets, parse, wait_for

LOG = "/var/log/nflogd/nflogd.json"
PORT = 9
NET_ADMIN, NONE = f"{1 << 12:016x}", f"{0:016x}"
HERE = pathlib.Path(__file__).parent


def start_flood(network, count, pps=0):
    return subprocess.Popen(["ip", "netns", "exec", network.out.name, FLOOD, GW4, str(PORT), "-n",
                             str(count), "-r", str(pps)], stdout=subprocess.PIPE, text=True)


def finish(load, count):
    output, _ = load.communicate(timeout=LIMIT)
    assert f"sent {count}" in output


def flood(network, count, pps=0):
    finish(start_flood(network, count, pps), count)


def files(machine):
    """The log and what was renamed away from it."""
    return sorted(machine.path("/var/log/nflogd").glob("nflogd*.json"))


def ours(records):
    """Records of what the flooder sent; a router also sees others' multicast."""
    return [r for r in records if r.get("dest_port") == PORT and r.get("dest_ip") == GW4]


def all_packets(machine):
    return [record for path in files(machine) for record in packets(path)]


def ledgers(machine):
    """The last words of every run that ended cleanly."""
    return [r for path in files(machine) for r in parse(path)
            if r["event"] == "ledger" and r.get("final")]


def changes(machine):
    return [r["change"] for path in files(machine) for r in parse(path)
            if r["event"] == "lifecycle"]


def check_sums(machine, sent):
    """What was sent is recorded or counted. Returns the sum of the rules' counts."""
    total = dict.fromkeys(("matched", "suppressed", "logged", "lost_kernel"), 0)
    for ledger in ledgers(machine):
        for rule in ledger["rules"]:
            for key in total:
                total[key] += rule[key]
        for output in ledger["outputs"]:
            assert (output["dropped"], output["failed"], output["queued"]) == (0, 0, 0)
    records = all_packets(machine)
    print(f"sent {sent} recorded {len(ours(records))} of all {len(records)}",
          *(f"{key} {count}" for key, count in total.items()))
    assert total["matched"] == total["suppressed"] + total["logged"] + total["lost_kernel"]
    assert total["logged"] == len(records)
    return total


def main_pid(machine):
    return int(machine.show("nflogd", "MainPID"))


def worker_pid(machine):
    return int(machine.run("pgrep", "--parent", main_pid(machine)).stdout)


def start(machine):
    machine.run("systemctl", "start", "nflogd")
    assert machine.show("nflogd", "ActiveState") == "active"


def stop(machine, errors=()):
    """`errors`: messages that this test has provoked."""
    machine.run("systemctl", "stop", "nflogd")
    assert machine.show("nflogd", "Result") == "success"
    assert machine.show("nflogd", "ExecMainStatus") == "0"
    assert [told for told in machine.journal("nflogd", "--priority=err")
            if told not in errors] == []


def test_enabled_it_logs_and_leaves_no_trace(network, machine):
    before = network.gw.ruleset()
    machine.run("systemctl", "enable", "--now", "nflogd")
    assert machine.show("nflogd", "UnitFileState") == "enabled"
    assert "nflogd" in network.gw.run("nft", "list", "tables").stdout
    flood(network, 20_000)
    stop(machine)
    total = check_sums(machine, 20_000)
    assert (len(ours(all_packets(machine))), total["lost_kernel"]) == (20_000, 0)
    assert changes(machine) == ["started", "stopped"]
    assert network.gw.ruleset() == before


def test_privileges_of_its_processes(machine):
    """One process has one capability, the one that sees packets has none."""
    start(machine)
    user = machine.run("id", "-u", "nflogd").stdout.strip()
    keeper, worker = map(machine.status_of, (main_pid(machine), worker_pid(machine)))
    for status, capabilities in ((keeper, NET_ADMIN), (worker, NONE)):
        assert status["Uid"].split() == [user] * 4 and user != "0"
        assert status["CapEff"] == status["CapPrm"] == capabilities
        assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert keeper["CapBnd"] == NET_ADMIN
    assert int(worker["Seccomp_filters"]) > int(keeper["Seccomp_filters"])
    assert machine.journal("nflogd", "--priority=warning") == []


def test_readers_of_logs_are_let_in_and_others_are_not(network, machine):
    start(machine)
    flood(network, 1)
    wait_for(lambda: all_packets(machine), "a record")
    stat = machine.run("stat", "-c", "%U:%G %a", "/var/log/nflogd", LOG).stdout.split("\n")
    assert stat[:2] == ["nflogd:nflogd 750", "nflogd:nflogd 640"]
    read = ["setpriv", "--reuid=nobody", "--regid=nogroup"]
    assert machine.run(*read, "--groups=adm", "head", "-n1", LOG).stdout.startswith("{")
    assert machine.run(*read, "--clear-groups", "cat", LOG, check=False).returncode != 0


def test_reload_and_logrotate_under_load_lose_nothing(network, machine):
    start(machine)
    load = start_flood(network, 60_000, pps=30_000)
    log = machine.path(LOG)
    rounds = 0
    while load.poll() is None and rounds < 5:
        wait_for(lambda: log.exists() and log.stat().st_size > 0, "records in the file")
        log.rename(log.with_name(f"nflogd-{rounds}.json"))
        machine.run("systemctl", "kill", "--signal=SIGUSR1", "--kill-whom=main", "nflogd")
        wait_for(log.exists, "the file to be opened anew")
        machine.run("systemctl", "reload", "nflogd")
        rounds += 1
        wait_for(lambda: changes(machine).count("reloaded") == rounds, "the reload")
    assert rounds > 0
    finish(load, 60_000)
    stop(machine)
    total = check_sums(machine, 60_000)
    assert (len(ours(all_packets(machine))), total["lost_kernel"]) == (60_000, 0)
    assert main_pid(machine) == 0 and machine.show("nflogd", "NRestarts") == "0"


def test_restart_under_load_loses_nothing_that_a_rule_saw(network, machine):
    """Between two runs no rule is there, as a restart is asked for: unwatched."""
    start(machine)
    load = start_flood(network, 60_000, pps=20_000)
    rounds = 0
    while load.poll() is None and rounds < 5:
        wait_for(lambda: ours(packets(machine.path(LOG))), "records")
        machine.run("systemctl", "restart", "nflogd")
        rounds += 1
    assert rounds > 0
    finish(load, 60_000)
    stop(machine)
    total = check_sums(machine, 60_000)
    recorded = len(ours(all_packets(machine)))
    print(f"restarts {rounds} unwatched {60_000 - recorded}")
    assert total["lost_kernel"] == 0 and 0 < recorded <= 60_000
    assert changes(machine) == ["started", "stopped"] * (rounds + 1)


def test_killed_it_comes_back(network, machine):
    before = network.gw.ruleset()
    start(machine)
    flood(network, 1_000)
    wait_for(lambda: len(ours(all_packets(machine))) == 1_000, "the records of the first run")
    first = main_pid(machine)
    machine.run("systemctl", "kill", "--signal=SIGKILL", "--kill-whom=main", "nflogd")
    wait_for(lambda: machine.show("nflogd", "NRestarts") == "1"
             and machine.show("nflogd", "ActiveState") == "active", "the restart")
    assert main_pid(machine) not in (0, first)
    flood(network, 2_000)
    stop(machine, errors=["the keeper is gone; writing what is left"])
    records = ours(all_packets(machine))
    print(f"sent 3000 recorded {len(records)}")
    assert len(records) == 3_000
    assert network.gw.ruleset() == before


def test_a_killed_worker_is_replaced_under_load(network, machine):
    start(machine)
    keeper, first = main_pid(machine), worker_pid(machine)
    load = start_flood(network, 40_000, pps=20_000)
    wait_for(lambda: all_packets(machine), "records")
    machine.run("kill", "-KILL", first)
    wait_for(lambda: "worker_restarted" in changes(machine), "a new worker")
    assert worker_pid(machine) != first and main_pid(machine) == keeper
    finish(load, 40_000)
    stop(machine, errors=[told for told in machine.journal("nflogd") if "worker" in told])
    [ledger] = ledgers(machine)
    [rule] = [r for r in ledger["rules"] if r["matched"]]
    [output] = ledger["outputs"]
    recorded = len(all_packets(machine))
    print(f"sent 40000 recorded {recorded}", *(f"{k} {v}" for k, v in {**rule, **output}.items()))
    assert rule["matched"] == 40_000 == rule["logged"] + rule["lost_kernel"]
    assert rule["logged"] == output["written"] + output["dropped"] + output["failed"]
    assert output["written"] == recorded


def test_the_journal_keeps_every_record(network, machine):
    """Its rate limit would drop them without telling us; the unit lifts it."""
    limit = machine.path("/etc/systemd/journald.conf.d")
    limit.mkdir()
    (limit / "limit.conf").write_text("[Journal]\nRateLimitBurst=10\nRateLimitIntervalSec=1h\n")
    machine.run("systemctl", "restart", "systemd-journald")
    machine.path("/etc/nflogd/conf.d/outputs.yaml").write_text(
        json.dumps({"outputs": [{"name": "journal", "type": "journald"}]}))
    start(machine)
    flood(network, 2_000)
    stop(machine)
    check_sums(machine, 2_000)
    text = machine.run("journalctl", "--boot", "--identifier=nflogd", "--output=json",
                       f"NFLOG_DEST_PORT={PORT}", f"NFLOG_DEST_IP={GW4}").stdout
    kept = [json.loads(line) for line in text.splitlines()]
    logged = ours(all_packets(machine))
    print(f"sent 2000 recorded {len(logged)} in the journal {len(kept)}")
    assert len(logged) == 2_000
    assert sorted(int(entry["NFLOG_SEQ"]) for entry in kept) == [r["seq"] for r in logged]
    assert machine.journal("nflogd", "--priority=warning", "--identifier=nflogd",
                           "_TRANSPORT=stdout") == []


def test_a_journal_of_its_own(network, machine):
    """As docs/configuration.md has it."""
    machine.path("/etc/systemd/journald@nflogd.conf").write_text("[Journal]\nSystemMaxUse=64M\n")
    drop_in = machine.path("/etc/systemd/system/nflogd.service.d")
    drop_in.mkdir(parents=True)
    (drop_in / "journal.conf").write_text("[Service]\nLogNamespace=nflogd\n")
    machine.run("systemctl", "daemon-reload")
    machine.path("/etc/nflogd/conf.d/outputs.yaml").write_text(
        json.dumps({"outputs": [{"name": "journal", "type": "journald"}]}))
    start(machine)
    flood(network, 500)
    stop(machine)
    check_sums(machine, 500)
    entries = {name: machine.run("journalctl", *options, "--output=json", f"NFLOG_DEST_PORT={PORT}",
                                 f"NFLOG_DEST_IP={GW4}").stdout.count("\n")
               for name, options in (("own", ["--namespace=nflogd"]), ("system", []))}
    assert entries == {"own": 500, "system": 0}


@pytest.mark.parametrize("flavour", ["nft", "legacy"])
def test_iptables_rules(network, machine, flavour):
    """iptables-nft needs nothing more than the unit gives, legacy the drop-in."""
    for program in ("iptables", "ip6tables"):  # the tables exist, as on any firewall
        network.gw.run(f"{program}-{flavour}", "-A", "INPUT", "-p", "tcp", "--dport", "22", "-j",
                       "ACCEPT")
    before = network.gw.ruleset()
    machine.path("/etc/nflogd/conf.d/rules.yaml").write_text(
        json.dumps({"rules": {"backend": "iptables", "iptables_flavour": flavour}}))
    if flavour == "legacy":
        machine.run("install", "-D", "/usr/share/doc/nflogd/examples/iptables.conf",
                    "/etc/systemd/system/nflogd.service.d/iptables.conf")
        machine.run("systemctl", "daemon-reload")
    start(machine)
    flood(network, 1_000)
    stop(machine)
    total = check_sums(machine, 1_000)
    assert (len(ours(all_packets(machine))), total["lost_kernel"]) == (1_000, 0)
    assert network.gw.ruleset() == before


def test_a_bad_configuration_is_not_tried_again(machine):
    machine.path("/etc/nflogd/conf.d/bad.yaml").write_text("outputs: [")
    assert machine.run("systemctl", "start", "nflogd", check=False).returncode != 0
    assert machine.show("nflogd", "ExecMainStatus") == "78"
    assert machine.show("nflogd", "ActiveState") == "failed"
    told = "\n".join(machine.journal("nflogd"))
    assert "/etc/nflogd/conf.d/bad.yaml:1:" in told


def test_the_unit_allows_a_worker_to_lock_itself_in(machine):
    """The sandbox must not stand in the way of stricter ones inside of it."""
    (machine.path("/usr/local/lib") / "probe.py").write_bytes((HERE / "probe.py").read_bytes())
    drop_in = machine.path("/etc/systemd/system/nflogd.service.d")
    drop_in.mkdir(parents=True)
    (drop_in / "probe.conf").write_text(
        "[Service]\nType=oneshot\nRestart=no\nExecStart=\n"
        "ExecStart=/usr/bin/python3 /usr/local/lib/probe.py\n")
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", "nflogd", check=False)
    told = next(json.loads(line) for line in machine.journal("nflogd") if line.startswith("{"))
    print(told)
    absent = {errno.ENOSYS, errno.EOPNOTSUPP}  # a kernel without Landlock
    refused = {name: code for name, code in told.items()
               if code and not (name.startswith("landlock") and told["landlock_create_ruleset"]
                                in absent)}
    assert refused == {}
