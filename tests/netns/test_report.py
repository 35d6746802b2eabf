# SPDX-License-Identifier: GPL-2.0-or-later
"""`nflogd report` over logs with rotated and compressed files."""
import gzip
import json
import subprocess

import pytest

from harness import NFLOGD


def packet(second, source="192.0.2.1", **more):
    record = {"timestamp": f"2026-11-23T10:00:{second:02d}.000000Z", "event": "packet",
              "host": "gw", "rule": "ssh", "action": "drop", "in_iface": "wan0", "ip_version": 4,
              "src_ip": source, "dest_ip": "198.51.100.1", "proto": "tcp", "proto_number": 6,
              "length": 60, "dest_port": 22, **more}
    return json.dumps(record, separators=(",", ":")) + "\n"


def ledger(second, lost, dropped):
    return json.dumps({
        "timestamp": f"2026-11-23T10:00:{second:02d}.500000Z", "event": "ledger", "host": "gw",
        "rules": [{"rule": "ssh", "matched": 100 + lost, "suppressed": 0, "logged": 100,
                   "lost_kernel": lost}],
        "groups": [{"group": 100, "received": 100, "lost_kernel": lost}],
        "outputs": [{"output": "main", "written": 100, "filtered": 0, "dropped": dropped,
                     "failed": 0, "queued": 0}],
        "decode": {"malformed": 0, "truncated": 0},
        "netlink": {"overruns": 0, "socket_drops": 0, "cut_datagrams": 0}}) + "\n"


def report(*arguments, code=0, **more):
    done = subprocess.run([NFLOGD, "report", *map(str, arguments)], text=True,
                          capture_output=True, check=False, **more)
    assert done.returncode == code, done.stderr
    return done.stdout


def rows(made, table):
    return [(row["name"], row["packets"]) for row in made[table]["rows"]]


@pytest.fixture
def logs(tmp_path):
    """A log of three files: zstd, gzip, and the one that is written."""
    log = tmp_path / "nflogd.json"
    oldest = packet(1) + packet(2) + ledger(3, lost=5, dropped=0)
    subprocess.run(["zstd", "-q", "-o", f"{log}.20261123-100003.zst"], input=oldest.encode(),
                   check=True)
    middle = packet(11, "203.0.113.9", dest_port=53, proto="udp", proto_number=17, length=1000)
    (tmp_path / "nflogd.json.20261123-100012.gz").write_bytes(
        gzip.compress((middle + ledger(12, lost=7, dropped=2)).encode()))
    log.write_text(packet(21) + ledger(22, lost=7, dropped=3))
    return log


def test_rotated_and_compressed_files_are_one_report(logs):
    made = json.loads(report("--json", logs))
    assert made["files"] == 3
    assert (made["packets"], made["bytes"]) == (4, 1180)
    assert (made["first"], made["last"]) == ("2026-11-23T10:00:01Z", "2026-11-23T10:00:21Z")
    assert rows(made, "sources") == [("192.0.2.1", 3), ("203.0.113.9", 1)]
    assert rows(made, "dest_ports") == [("tcp/22", 3), ("udp/53", 1)]
    assert rows(made, "actions") == [("drop", 4)]
    assert made["losses"]["total"] == {"lost_kernel": 2, "dropped": 3, "failed": 0,
                                       "suppressed": 0}
    assert made["losses"]["before"]["lost_kernel"] == 5
    # Named once more, by a shell's wildcard, it is not counted twice.
    assert json.loads(report("--json", logs, *logs.parent.glob("nflogd.json*"))) == made


def test_since_and_until(logs):
    made = json.loads(report("--json", "--since", "2026-11-23T10:00:11Z", "--until",
                             "2026-11-23T10:00:21Z", logs))
    assert rows(made, "sources") == [("203.0.113.9", 1)]
    assert made["losses"]["total"]["dropped"] <= 2


def test_filter_and_top(logs):
    assert json.loads(report("--json", "--filter", "proto == tcp", logs))["packets"] == 3
    assert len(json.loads(report("--json", "--top", 1, logs))["sources"]["rows"]) == 1
    report("--filter", "proto ==", logs, code=64)
    report("--since", "soon", logs, code=64)


def test_text_for_a_mail(logs):
    text = report(logs)
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text
    for part in ("Packets   4", "2 by the kernel, 3 dropped", "192.0.2.1", "75.0 %", "tcp/22"):
        assert part in text, text


def test_hostile_lines_stay_harmless(tmp_path):
    log = tmp_path / "nflogd.json"
    log.write_text(packet(1, rule="a\x1b[2Jb\u202e", in_iface="w\u0007") + "no record\n" +
                   "{\"event\":\"packet\"," + "\n" + packet(2)[:50])
    text = report(log)
    assert "Unread    3 lines" in text
    assert not any(ord(c) < 32 and c != "\n" or ord(c) == 0x202E for c in text)
    made = json.loads(report("--json", log))
    assert made["rules"]["rows"][0]["name"] == "a\x1b[2Jb\u202e"


def test_what_cannot_be_read_is_told_beside_the_rest(logs):
    damaged = logs.parent / "damaged.json"
    damaged.write_bytes(gzip.compress(packet(30).encode())[:-12])
    done = subprocess.run([NFLOGD, "report", "--json", str(logs), str(damaged)], text=True,
                          capture_output=True, check=False)
    assert done.returncode == 65
    assert "damaged.json" in done.stderr
    assert json.loads(done.stdout)["packets"] >= 4


def test_lines_from_standard_input(logs):
    assert json.loads(report("--json", "-", input=logs.read_text()))["packets"] == 1
