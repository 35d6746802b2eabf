# SPDX-License-Identifier: GPL-2.0-or-later
"""Live records: what readers of a socket get is what the file has."""
import json
import os
import pathlib
import pwd
import shutil
import socket
import stat
import subprocess

import pytest
import yaml

from control import report
from harness import FLOOD, GW4, LIMIT, OUT4, final_ledger, packets, wait_for
from processes import kill_reader, status, writer_pid
from readers import Reader, connected
from test_syslog import lines_of, quiet, send

RULE = {"name": "first-half", "hook": "input", "in": ["wan0"], "protocol": ["udp"],
        "destination_port": [9], "action": "drop"}
NOBODY = pwd.getpwnam("nobody")


@pytest.fixture
def place():
    """A path of a socket has 107 bytes, a test's folder may have more."""
    folder = pathlib.Path(f"/run/nflogd-readers-{os.getpid()}")
    folder.mkdir(mode=0o755)
    yield folder
    shutil.rmtree(folder)


def outputs(log, place, **live):
    return [{"name": "main", "type": "file", "path": str(log)},
            {"name": "live", "type": "socket", "path": str(place / "live.sock"), **live}]


@pytest.fixture
def reader(place):
    """reader() attaches; it is attached when the daemon has sent or taken something."""
    made = []

    def attach(name="live.sock", **more):
        made.append(Reader(place / name, **more))
        return made[-1]

    yield attach
    for one in made:
        one.close()


def attached(nflogd):
    """How many connections the worker has accepted."""
    count = 0
    for entry in pathlib.Path(f"/proc/{writer_pid(nflogd)}/fd").iterdir():
        try:
            count += os.readlink(entry).startswith("socket:")
        except FileNotFoundError:
            pass
    return count


@pytest.fixture
def live(network, daemon, config, log, place, reader):
    """live(readers, **options): a daemon to which so many readers are attached."""
    quiet(network)

    def start(count=0, rules=(RULE,), **options):
        nflogd = daemon(config(*rules, outputs=outputs(log, place, **options)))
        before = attached(nflogd)
        readers = [reader() for _ in range(count)]
        wait_for(lambda: attached(nflogd) == before + count, "the readers to be attached")
        return nflogd, readers

    return start


def live_of(log):
    [output] = [o for o in final_ledger(log)["outputs"] if o["output"] == "live"]
    return output


def test_readers_get_what_the_file_gets(network, log, place, live, reader):
    nflogd, readers = live(2)
    send(network, 1000)
    wait_for(lambda: all(one.count() == 1000 for one in readers), "the records")
    late = reader()
    send(network, 1)  # a lone one comes at once
    wait_for(lambda: all(one.count() == 1001 for one in readers), "the lone record")
    send(network, 500)
    wait_for(lambda: all(one.count() == 1501 for one in readers), "the records")
    assert nflogd.stop() == 0
    for one in readers:
        one.wait_for_end()
        assert [line for line in one.lines() if '"event":"packet"' in line] == lines_of(log)
        assert one.records()[-1].get("final") is True
        assert one.missed() == 0
    late.wait_for_end()
    seen = [line for line in late.lines() if '"event":"packet"' in line]
    assert seen == lines_of(log)[-len(seen):] and 500 <= len(seen) <= 501
    assert live_of(log) == {"output": "live", "written": 1501, "filtered": 0, "dropped": 0,
                            "failed": 0, "queued": 0}
    assert not (place / "live.sock").exists()


def test_without_readers_all_is_taken(network, log, place, live):
    nflogd, _ = live()
    send(network, 2000, rate=50_000)
    assert nflogd.stop() == 0
    assert live_of(log)["written"] == 2000 == len(packets(log))
    assert "is suspended" not in nflogd.log.read_text()
    assert not (place / "live.sock").exists()


def test_a_frozen_reader_loses_only_its_own(network, log, live, reader):
    nflogd, [quick, other] = live(2, buffer="256KiB")
    before = attached(nflogd)
    frozen = reader(frozen=True)
    wait_for(lambda: attached(nflogd) == before + 1, "the third reader")
    at = len(log.read_text().splitlines())
    send(network, 5000, rate=2000)
    wait_for(lambda: quick.count() == other.count() == 5000, "the records")
    frozen.thaw()
    wait_for(lambda: b"records_missed" in frozen.bytes, "the notice")
    assert nflogd.stop() == 0
    everything = log.read_text().splitlines()
    for one in (quick, other, frozen):
        one.wait_for_end()
    for one in (quick, other):
        assert one.missed() == 0
        assert [line for line in one.lines() if '"event":"packet"' in line] == lines_of(log)
    # Each line is one of the file's, in order, and what lies between was counted.
    expected = at
    for line in frozen.lines():
        if '"records_missed"' not in line:
            assert line == everything[expected]
            expected += 1
            continue
        expected += int(json.loads(line)["missed"])
    assert expected == len(everything)
    print(f"sent 5000, the frozen one missed {frozen.missed()} records", live_of(log))
    assert frozen.missed() > 1000
    assert live_of(log)["written"] == 5000 and live_of(log)["dropped"] == 0
    assert "is suspended" not in nflogd.log.read_text()


def test_readers_that_come_and_go(network, log, place, live):
    nflogd, [stays] = live(1, readers=4)
    before = attached(nflogd)
    for i in range(100):
        with connected(place / "live.sock") as one:
            if i % 2:
                one.sendall(b"\0garbage\n" * 100)
            if i % 10 == 0:
                send(network, 10)
    wait_for(lambda: attached(nflogd) == before, "all but one to be gone")
    send(network, 10)
    assert nflogd.stop() == 0
    stays.wait_for_end()
    assert len(stays.packets()) == 110 == len(packets(log))
    told = nflogd.log.read_text()
    assert told.count("no more are taken") <= 1


def test_no_more_readers_than_allowed(network, log, place, live, reader):
    nflogd, readers = live(2, readers=2)
    refused = reader()
    refused.wait_for_end()
    assert refused.bytes == b""
    assert nflogd.log.read_text().count("2 readers are attached, no more are taken") == 1
    readers.pop().close()
    send(network, 5)
    wait_for(lambda: readers[0].count() == 5, "the records")
    assert nflogd.stop() == 0


def test_a_killed_worker_is_followed_by_one_that_takes_readers(network, log, place, live, reader):
    nflogd, [first] = live(1)
    send(network, 10)
    wait_for(lambda: first.count() == 10, "the records")
    kill_reader(nflogd)
    again = reader()  # at once: it waits for the successor
    first.wait_for_end()
    wait_for(lambda: send(network, 1) or again.count(), "a record from the successor")
    assert (place / "live.sock").exists()
    assert nflogd.stop() == 0
    again.wait_for_end()
    assert again.records()[-1].get("final") is True
    assert not (place / "live.sock").exists()


def test_a_reload_ends_connections_that_can_be_made_again(network, log, place, live, reader):
    nflogd, [first] = live(1)
    send(network, 10)
    wait_for(lambda: first.count() == 10, "the records")
    inode = (place / "live.sock").stat().st_ino
    nflogd.reload()
    first.wait_for_end()
    again = reader()
    assert (place / "live.sock").stat().st_ino == inode
    wait_for(lambda: send(network, 1) or again.count(), "a record")
    # A new configuration without it takes its name away; a socket that is gone comes back.
    (place / "live.sock").unlink()
    nflogd.reload()
    assert stat.S_ISSOCK((place / "live.sock").stat().st_mode)
    made = nflogd.config.read_text()
    nflogd.write_config(made.replace("live.sock", "other.sock"))
    nflogd.reload()
    assert [entry.name for entry in place.iterdir()] == ["other.sock"]
    nflogd.write_config(made.replace("live.sock", "no/such/directory.sock"))
    nflogd.reload()
    assert "the old one stays in force" in nflogd.log.read_text()
    assert reader("other.sock")
    assert nflogd.stop() == 0
    assert not list(place.iterdir())


def test_owner_mode_and_privileges(network, log, place, live):
    nflogd, [one] = live(1, mode="0600", owner="nobody", group="nogroup")
    info = (place / "live.sock").stat()
    assert stat.S_ISSOCK(info.st_mode) and info.st_mode & 0o7777 == 0o600
    assert (info.st_uid, info.st_gid) == (NOBODY.pw_uid, NOBODY.pw_gid)
    worker = status(writer_pid(nflogd))
    assert int(worker["CapEff"], 16) == int(worker["CapPrm"], 16) == 0
    assert worker["Seccomp"] == "2" and worker["NoNewPrivs"] == "1"
    assert nflogd.stop() == 0


def test_a_reload_that_fails_leaves_owner_and_mode(network, log, place, live):
    def seen():
        info = (place / "live.sock").stat()
        return info.st_mode & 0o7777, info.st_uid, info.st_gid

    nflogd, _ = live(1, mode="0600", owner="nobody", group="nogroup")
    before = seen()
    made = yaml.safe_load(nflogd.config.read_text())
    for name in ("mode", "owner", "group"):
        del made["outputs"][-1][name]
    refused = {**made, "control_socket": "/proc/no/control.sock"}
    nflogd.write_config(refused)
    nflogd.reload()
    assert "the old one stays in force" in nflogd.log.read_text()
    assert seen() == before
    nflogd.write_config(made)
    nflogd.reload()
    assert seen() == (0o660, 0, 0)
    assert nflogd.stop() == 0


def test_a_socket_in_use_is_left_alone(network, daemon, config, log, place):
    path = place / "live.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(path))
        listening.listen(5)
        nflogd = daemon(config(RULE, outputs=outputs(log, place)), start=False)
        done = nflogd.command("run", "-c", str(nflogd.config))
        assert done.returncode == 69, done.stderr
        assert f"process {os.getpid()}" in done.stderr and str(path) in done.stderr
        assert path.exists()
    nflogd.start()  # nobody listens any more
    with connected(path):
        pass
    assert nflogd.stop() == 0


def test_the_socket_of_a_daemon_that_was_killed(network, daemon, config, log, place, reader):
    first = daemon(config(RULE, outputs=outputs(log, place)))
    first.close()
    assert (place / "live.sock").exists()
    second = daemon(config(RULE, outputs=outputs(log, place)))
    one = reader()
    wait_for(lambda: send(network, 1) or one.count(), "a record")
    assert second.stop() == 0


def test_tcpdump_reads_live_packets(network, log, place, live):
    nflogd, _ = live(format="pcap")
    pipes = []
    before = attached(nflogd)
    for i in range(1, 3):  # each reader gets the head
        relay = connected(place / "live.sock")
        relay.setblocking(True)
        pipes.append(subprocess.Popen(["tcpdump", "-l", "-n", "-r", "-"], stdin=relay.fileno(),
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True))
        relay.close()
        wait_for(lambda: attached(nflogd) == before + i, "the reader to be attached")
        network.out.run(FLOOD, GW4, "9", "-n", "20", "-r", "5000", "-s", "64")
        wait_for(lambda: all(output["written"] == 20 * i for output in report(nflogd)["outputs"]),
                 "the records in both outputs")
    assert nflogd.stop() == 0
    texts = [pipe.communicate(timeout=LIMIT)[0].splitlines() for pipe in pipes]
    assert [len(text) for text in texts] == [40, 20]
    assert all(f"IP {OUT4}." in line and f"> {GW4}.9" in line for text in texts for line in text)


def test_a_frozen_reader_of_pcap_is_closed_behind_a_whole_packet(network, log, live, reader):
    """The format has no way to tell it that something is missing."""
    nflogd, [quick] = live(1, format="pcap", buffer="256KiB")
    before = attached(nflogd)
    frozen = reader(frozen=True)
    wait_for(lambda: attached(nflogd) == before + 1, "the second reader")
    send(network, 6000, rate=3000)
    wait_for(lambda: len(packets(log)) == 6000, "the records")
    frozen.thaw()
    wait_for(frozen.ended, "the end of its connection")
    assert nflogd.stop() == 0
    wait_for(quick.ended, "the end of the other's")
    counts = []
    for one in (quick, frozen):
        done = subprocess.run(["tcpdump", "-n", "-r", "-"], input=one.bytes, capture_output=True)
        assert done.returncode == 0, done.stderr
        counts.append(len(done.stdout.splitlines()))
    print(f"sent 6000, read {counts}")
    assert counts[0] == 6000 and 100 < counts[1] < 6000
