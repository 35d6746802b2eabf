# SPDX-License-Identifier: GPL-2.0-or-later
"""The control socket: status of a running daemon, and live records."""
import json
import os
import signal
import subprocess
import threading

import pytest

from control import Control, report, socket_of, status
from harness import FLOOD, GW4, LIMIT, NFLOGD, final_ledger, wait_for
from processes import kill_reader, reader_pid

UDP = {"name": "udp", "hook": "input", "in": ["wan0"], "protocol": ["udp"], "action": "accept"}
NINE = {"name": "nine", "hook": "input", "in": ["wan0"], "protocol": ["udp"],
        "destination_port": [9], "action": "drop"}


def flood(network, count, port=9):
    network.out.run(FLOOD, GW4, str(port), "-n", str(count), "-r", "50000", "-s", "18")


def written(nflogd, count):
    return wait_for(lambda: (now := report(nflogd))["outputs"][0]["written"] == count and now,
                    f"{count} records")


def test_status_says_what_the_ledger_says(network, daemon, config, log):
    nflogd = daemon(config(UDP, NINE))
    pid = nflogd.process.pid
    flood(network, 200)
    flood(network, 100, port=7)
    said = written(nflogd, 500)
    code, screen, _ = status(nflogd)
    assert code == 0 and "healthy" in screen and "\x1b" not in screen
    assert nflogd.stop() == 0
    final = final_ledger(log)
    for rule, ledger in zip(said["rules"], final["rules"]):
        assert {**rule, **ledger} == rule  # and action and groups
    assert said["rules"][1]["action"] == "drop" and said["rules"][1]["groups"] == [100]
    assert said["groups"][0]["received"] == final["groups"][0]["received"]
    for key in ("written", "dropped", "failed", "queued"):
        assert said["outputs"][0][key] == final["outputs"][0][key]
    assert said["outputs"][0]["path"] == str(log)
    assert said["groups"][0]["receive_buffer"] == 32 << 20
    assert said["protection"]["rules"] == "owned"
    assert "Landlock" in said["protection"]["sandbox"]
    assert said["pid"] == pid
    assert said["rates"]["received"]["1min"] > 0


def test_no_daemon_is_69(network, daemon, config):
    nflogd = daemon(config(UDP))
    assert nflogd.stop() == 0
    code, screen, errors = status(nflogd)
    assert (code, screen) == (69, "")
    assert "no nflogd is running" in errors
    assert not os.path.exists(socket_of(nflogd))


def test_the_configuration_leads_to_the_socket(network, daemon, config):
    nflogd = daemon(config(UDP))
    assert nflogd.command("status", "-c", nflogd.config).returncode == 0


def test_a_suspended_output_is_degraded(network, daemon, config, log):
    made = config(UDP)
    made["outputs"].append({"name": "siem", "type": "syslog", "address": "tcp://127.0.0.1:9"})
    nflogd = daemon(made)
    flood(network, 10)
    said = wait_for(lambda: (now := report(nflogd))["outputs"][1]["state"] == "suspended" and now,
                    "the suspended output")
    assert said["status"] == "degraded"
    assert "refused" in said["outputs"][1]["reason"]
    assert any("siem" in warning["warning"] and warning["remedy"] for warning in said["warnings"])
    code, screen, _ = status(nflogd)
    assert code == 1 and "suspended" in screen


def test_missing_rules_are_degraded(network, daemon, config):
    made = config(UDP)
    made["rules"]["owner"] = False
    nflogd = daemon(made)
    assert report(nflogd)["protection"]["rules"] == "watched"
    os.kill(nflogd.process.pid, signal.SIGSTOP)  # nothing is put back meanwhile
    network.gw.nft("delete table inet nflogd")
    os.kill(nflogd.process.pid, signal.SIGCONT)
    wait_for(lambda: "rules_restored" in nflogd.log.read_text() or
             "log rules are there again" in nflogd.log.read_text(), "the rules' return")
    assert report(nflogd)["status"] == "healthy"


def test_losses_are_told_with_a_remedy(network, daemon, config):
    sources = [{"type": "nflog", "groups": [100], "flush_timeout": "10ms",
                "receive_buffer": "64KiB"}]
    nflogd = daemon(config(UDP, sources=sources))
    worker = reader_pid(nflogd)
    os.kill(worker, signal.SIGSTOP)
    flood(network, 5000)
    os.kill(worker, signal.SIGCONT)
    said = wait_for(lambda: (now := report(nflogd))["rules"][0].get("lost_kernel") and now,
                    "the loss")
    assert said["status"] == "degraded" and said["losing"]
    assert said["rules"][0]["matched"] == (said["rules"][0]["logged"] +
                                           said["rules"][0]["lost_kernel"])
    assert any("receive_buffer" in warning.get("remedy", "") for warning in said["warnings"])
    assert report(nflogd)["rates"]["lost"]["1min"] > 0


def test_who_asks_while_a_worker_dies_is_answered_by_its_successor(network, daemon, config):
    nflogd = daemon(config(UDP))
    flood(network, 10)
    written(nflogd, 10)
    worker = reader_pid(nflogd)
    os.kill(worker, signal.SIGSTOP)
    asked = Control(socket_of(nflogd), {"request": "status"})
    os.kill(worker, signal.SIGKILL)
    answer = asked.line()
    if answer:  # it had not been accepted by the dead one
        assert json.loads(answer)["worker_restarts"] == 1
    said = report(nflogd)
    assert said["worker_restarts"] == 1
    assert said["rules"][0]["logged"] == 10


def test_the_socket_is_for_its_group_only(network, daemon, config):
    nflogd = daemon(config(UDP))
    for parent in [nflogd.folder, *nflogd.folder.parents]:
        parent.chmod(parent.stat().st_mode | 0o055)
    done = subprocess.run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
                           NFLOGD, "status", "--socket", socket_of(nflogd)],
                          capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == 77
    assert "group" in done.stderr


@pytest.mark.parametrize("request_line", [
    b"\n", b"status\n", b"{}\n", b'{"request":"reboot"}\n', b"\x00\xff\n", b"[" * 10000 + b"\n",
    b'{"request":"tail","filter":"port =="}\n', b'{"request":"tail","format":"pcap"}\n',
    b"x" * 17_000], ids=range(9))
def test_nonsense_is_refused_and_harms_nobody(network, daemon, config, request_line):
    nflogd = daemon(config(UDP))
    asked = Control(socket_of(nflogd), request_line)
    assert "error" in json.loads(asked.line())
    assert asked.line() == b""
    assert report(nflogd)["status"] == "healthy"


def test_connections_that_say_nothing_keep_nobody_out(network, daemon, config):
    nflogd = daemon(config(UDP))
    silent = [Control(socket_of(nflogd), b"") for _ in range(50)]
    assert report(nflogd)["status"] == "healthy"
    for one in silent:
        one.close()
    assert report(nflogd)["status"] == "healthy"


def test_a_reload_moves_the_socket(network, daemon, config, tmp_path):
    made = config(UDP)
    nflogd = daemon(made)
    assert report(nflogd)["rules_installed"] == 1
    nflogd.write_config({**made, "control_socket": str(tmp_path / "other.sock")})
    nflogd.reload()
    assert not os.path.exists(socket_of(nflogd))
    done = nflogd.command("status", "--socket", tmp_path / "other.sock")
    assert done.returncode == 0


def test_a_socket_that_cannot_be_made_ends_the_start(network, daemon, config, tmp_path):
    (tmp_path / "file").write_text("")
    nflogd = daemon(config(UDP, control_socket=str(tmp_path / "file")), start=False)
    done = nflogd.command("run", "-c", nflogd.config)
    assert done.returncode == 73
    assert "control_socket" in done.stderr


def tail(nflogd, **more):
    reader = Control(socket_of(nflogd), {"request": "tail", **more})
    assert json.loads(reader.line()) == {"tail": "started"}
    return reader


def test_live_records_by_filter_and_format(network, daemon, config, log):
    nflogd = daemon(config(UDP))
    everything = tail(nflogd)
    some = tail(nflogd, filter="port == 7")
    lines = tail(nflogd, filter="port == 7", format="line")
    kernel = tail(nflogd, format="kernel", filter="port == 7")
    for port in (9, 7, 9):
        flood(network, 1, port=port)
    records = [everything.packet() for _ in range(3)]
    assert [record["dest_port"] for record in records] == [9, 7, 9]
    assert some.packet() == records[1]
    assert lines.line_with(b"192.0.2.254:7")
    assert kernel.line_with(b"DPT=7 LEN=")
    assert nflogd.stop() == 0
    events = [json.loads(line) for line in iter(everything.line, b"")]
    assert events[-1]["event"] == "ledger" and events[-1]["final"]
    in_file = [json.loads(line) for line in log.read_text().splitlines()]
    assert [r for r in in_file if r["event"] == "packet"] == records


def test_a_reader_that_is_too_slow_is_told_what_it_missed(network, daemon, config, log):
    nflogd = daemon(config(UDP))
    frozen, other = tail(nflogd), tail(nflogd)
    seen = []
    thread = threading.Thread(target=lambda: seen.extend(iter(other.line, b"")), daemon=True)
    thread.start()
    count = 20_000
    flood(network, count)
    written(nflogd, count)
    records = []

    def add_up():
        records.append(json.loads(frozen.line()))
        missed = sum(int(r["missed"]) for r in records if r.get("change") == "records_missed")
        return missed > 0 and missed + sum(r["event"] == "packet" for r in records) == count

    while not add_up():
        pass
    assert report(nflogd)["outputs"][0]["written"] == count
    assert nflogd.stop() == 0
    thread.join(LIMIT)
    others = [json.loads(line) for line in seen]
    missed = sum(int(r["missed"]) for r in others if r.get("change") == "records_missed")
    assert missed + sum(r["event"] == "packet" for r in others) == count


def test_readers_are_limited_and_make_room(network, daemon, config):
    nflogd = daemon(config(UDP))
    readers = [tail(nflogd) for _ in range(16)]
    refused = Control(socket_of(nflogd), {"request": "tail"})
    assert "16" in json.loads(refused.line())["error"]
    readers.pop().close()

    def attach():
        reader = Control(socket_of(nflogd), {"request": "tail"})
        return "tail" in json.loads(reader.line()) and reader

    newcomer = wait_for(attach, "room for a reader")
    flood(network, 1)
    assert newcomer.packet()["dest_port"] == 9


def test_nobody_reads_nothing_is_kept(network, daemon, config):
    """A reader gets what comes from its greeting on, not what an earlier one left."""
    nflogd = daemon(config(UDP))
    tail(nflogd).close()
    flood(network, 100, port=7)
    written(nflogd, 100)
    reader = tail(nflogd, filter="port in {7, 9}")
    flood(network, 1)
    assert reader.packet()["dest_port"] == 9


def test_a_killed_worker_ends_readers(network, daemon, config):
    nflogd = daemon(config(UDP))
    reader = tail(nflogd)
    kill_reader(nflogd)
    for _ in iter(reader.line, b""):
        pass
    again = wait_for(lambda: tail(nflogd), "the successor")
    flood(network, 1)
    assert again.packet()["dest_port"] == 9
