# SPDX-License-Identifier: GPL-2.0-or-later
"""nflogd tail: logs with their rotated files, recordings, live records."""
import contextlib
import gzip
import json
import os
import pathlib
import pty
import select
import signal
import socket
import subprocess

import pytest
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.l2 import Ether
from scapy.utils import wrpcap

from control import socket_of
from harness import FLOOD, GW4, LIMIT, NFLOGD, run, wait_for

START = 1795428000  # 2026-11-23T10:00:00Z


def stamp(seq):
    return f"2026-11-23T10:{seq // 60 % 60:02}:{seq % 60:02}.000000Z"


def packet(seq, **more):
    made = {"timestamp": stamp(seq), "event": "packet", "host": "gw", "group": 100, "seq": seq,
            "rule": ("web", "ssh", "dns")[seq % 3], "action": ("accept", "drop", "reject")[seq % 3],
            "in_iface": "wan0", "ip_version": 4, "src_ip": f"192.0.2.{seq % 256}",
            "dest_ip": "198.51.100.1", "proto": "tcp", "proto_number": 6, "src_port": 40000 + seq,
            "dest_port": (80, 22, 53)[seq % 3], "tcp_flags": ["SYN"]}
    made.update(more)
    return json.dumps(made, separators=(",", ":"))


def packets(first, last):
    return "".join(packet(seq) + "\n" for seq in range(first, last))


def ledger(seq, lost):
    return json.dumps({"timestamp": stamp(seq), "event": "ledger", "host": "gw",
                       "rules": [{"rule": "ssh", "matched": 9, "suppressed": 0, "logged": 9,
                                  "lost_kernel": lost}]}) + "\n"


def tail(*arguments, check=True, **more):
    done = run(NFLOGD, "tail", *arguments, check=False, **more)
    assert not check or done.returncode == 0, done.stderr
    return done


def seqs(text):
    return [json.loads(line)["seq"] for line in text.splitlines() if '"packet"' in line]


@contextlib.contextmanager
def running(*arguments, namespace=None, **more):
    command = [NFLOGD, "tail", *map(str, arguments)]
    if namespace:
        command = ["ip", "netns", "exec", namespace.name, *command]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    try:
        yield process
    finally:
        process.kill()
        process.wait(LIMIT)


def read_until(process, condition, what):
    """What it has printed when condition(text) holds."""
    text = b""

    def more():
        nonlocal text
        while select.select([process.stdout], [], [], 0)[0]:
            chunk = os.read(process.stdout.fileno(), 65536)
            if not chunk:
                break
            text += chunk
        return condition(text.decode())

    try:
        wait_for(more, what)
    except AssertionError as error:
        raise AssertionError(f"{error}; printed {text[-2000:]!r}") from None
    return text.decode()


@pytest.fixture
def rotated(tmp_path):
    """A log that several hands have rotated, 100 packets in all."""
    log = tmp_path / "n.json"
    (tmp_path / "n.json.2.gz").write_bytes(gzip.compress(packets(0, 20).encode()))
    (tmp_path / "n.json.1").write_text(packets(20, 40))
    run("zstd", "-q", "-o", tmp_path / "n.json.20261123-100100.zst", input=packets(40, 60))
    (tmp_path / "n.json-20261123").write_text(packets(60, 80))
    log.write_text(packets(80, 100))
    return log


def test_the_last_ones_of_a_log(rotated):
    assert seqs(tail("-o", "json", rotated).stdout) == list(range(90, 100))
    assert seqs(tail("-o", "json", "--last", "75", rotated).stdout) == list(range(25, 100))
    assert seqs(tail("-o", "json", "--all", rotated).stdout) == list(range(100))
    some = tail("-o", "json", "-n", "3", "--rule", "ssh", rotated).stdout
    assert seqs(some) == [91, 94, 97]


def test_a_glob_reads_no_file_twice(rotated):
    files = sorted(rotated.parent.iterdir())
    assert seqs(tail("-o", "json", "--all", *files).stdout) == list(range(100))


def test_since_and_until(rotated):
    done = tail("-o", "json", "--since", stamp(35), "--until", stamp(64), rotated)
    assert seqs(done.stdout) == list(range(35, 65))
    local = tail("-o", "json", "--since", "2026-11-23 10:01:35", rotated,
                 env={**os.environ, "TZ": "UTC"})
    assert seqs(local.stdout) == list(range(95, 100))
    done = tail("--since", "half past", rotated, check=False)
    assert done.returncode == 64 and "--since" in done.stderr and "10m" in done.stderr


@pytest.mark.parametrize("flags,wanted", [
    (["--from-ip", "192.0.2.7"], lambda s: s == 7),
    (["--from-ip", "192.0.2.8/29"], lambda s: 8 <= s < 16),
    (["--ip", "192.0.2.7", "--ip", "192.0.2.9"], lambda s: s in (7, 9)),
    (["--to-port", "22,53"], lambda s: s % 3),
    (["--not", "--to-port", "22"], lambda s: s % 3 != 1),
    (["--port", "22", "--not", "--from-ip", "192.0.2.0/27"], lambda s: s % 3 == 1 and s >= 32),
    (["--action", "drop", "--from-port", "40000-40010"], lambda s: s % 3 == 1 and s <= 10),
    (["--rule", "w*"], lambda s: s % 3 == 0),
    (["--iface", "wan0", "--proto", "udp"], lambda s: False),
    (["--tcp-flags", "SYN", "--filter", "src_port > 40090 or seq == 1"],
     lambda s: s > 90 or s == 1),
])
def test_filters(rotated, flags, wanted):
    done = tail("-o", "json", "--all", *flags, rotated)
    assert seqs(done.stdout) == [seq for seq in range(100) if wanted(seq)]


@pytest.mark.parametrize("flags,said", [
    (["--to-port", "ssh"], "--to-port"), (["--from-ip", "192.0.2"], "--from-ip"),
    (["--not"], "--not"), (["--filter", "ttl >"], "column"), (["-o", "xml"], "xml"),
    (["-o", "pcap"], "pcap not in"), (["--follow", "--no-follow"], "follow"), (["--lats", "3"], "--last"),
])
def test_wrong_usage(rotated, flags, said):
    done = tail(*flags, rotated, check=False)
    assert done.returncode == 64 and said in done.stderr and not done.stdout


def test_files_that_are_none(tmp_path):
    done = tail(tmp_path / "none.json", check=False)
    assert done.returncode == 65 and "none.json" in done.stderr
    (tmp_path / "bad.gz").write_bytes(gzip.compress(packets(0, 99).encode())[:200])
    done = tail("-o", "json", "--all", tmp_path / "bad.gz", check=False)
    assert done.returncode == 65 and "its end is missing" in done.stderr
    assert seqs(done.stdout) == list(range(len(seqs(done.stdout))))


def test_recordings(tmp_path):
    capture = tmp_path / "c.pcap"
    wrpcap(str(capture), [Ether() / IP(src="192.0.2.1", dst="192.0.2.2") / TCP(sport=1, dport=port)
                          for port in (22, 80, 443)] + [Ether() / IP() / UDP()])
    assert tail(capture).stdout.count("\n") == 4
    done = tail("--to-port", "80", capture)
    assert "192.0.2.1:1 -> 192.0.2.2:80" in done.stdout and done.stdout.count("\n") == 1
    assert "DPT=443" in tail("-o", "kernel", capture).stdout


def test_standard_input_as_it_comes():
    with running("-o", "json", "--rule", "web", "-", stdin=subprocess.PIPE) as process:
        process.stdin.write(packets(0, 3).encode())
        process.stdin.flush()
        read_until(process, lambda text: seqs(text) == [0], "the first record")
        process.stdin.write(packets(3, 4).encode())
        process.stdin.close()
        read_until(process, lambda text: seqs(text) == [3], "the next record")
        assert process.wait(LIMIT) == 0


def test_losses_are_told_in_line(tmp_path):
    log = tmp_path / "n.json"
    log.write_text(packets(0, 1) + ledger(1, 5) + packets(2, 3) + ledger(3, 1239) +
                   '{"event":"missed","packets":7}\n' + packets(4, 5))
    lines = tail(log).stdout.splitlines()
    assert lines[2] == "-- 1,234 records lost in the kernel (rule ssh) --"
    assert lines[3] == "-- 7 records missed: this reader was too slow --"
    assert len(lines) == 5
    assert "ledger:" in tail("--ledger", log).stdout
    assert tail("-o", "json", log).stdout == log.read_text()


def test_escapes_do_not_reach_the_terminal(tmp_path):
    log = tmp_path / "n.json"
    log.write_text(packet(0, prefix="a\x1b[31mb", rule="\x9b2J", in_iface="\u202e") + "\n" +
                   packet(1, host="\x9b", new="\x9b") .replace("\\u009b", "\x9b") + "\n")
    for form in ("line", "json", "cef", "ecs", "ocsf"):
        shown = tail("-o", form, "--color", "never", log).stdout
        assert shown.count("\n") == 2
        assert not set(shown) & {"\x1b", "\x9b", "\u202e"}, form


def on_terminal(*arguments, **environment):
    """What it writes to a terminal."""
    leader, follower = pty.openpty()
    env = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    with subprocess.Popen([NFLOGD, "tail", *map(str, arguments)], stdout=follower,
                          env={**env, "TERM": "xterm", **environment}) as process:
        os.close(follower)
        text = b""
        with contextlib.suppress(OSError):  # EIO: nobody has the other end any more
            while chunk := os.read(leader, 4096):
                text += chunk
        assert process.wait(LIMIT) == 0
    os.close(leader)
    return text.decode()


def test_colours(rotated):
    shown = on_terminal(rotated)
    assert "\x1b[31mdrop\x1b[0m" in shown
    assert "\x1b[33mreject\x1b[0m" in shown and "\x1b[32maccept\x1b[0m" in shown
    for plain in (on_terminal(rotated, NO_COLOR="1"), on_terminal(rotated, TERM="dumb"),
                  on_terminal("--color", "never", rotated), tail(rotated).stdout):
        assert "\x1b" not in plain
    assert "\x1b[31m" in on_terminal(rotated, NO_COLOR="")
    assert "\x1b[31m" in tail("--colour", "always", rotated).stdout


def test_following_over_rotations(rotated):
    with running("-f", "-n", "1", "-o", "json", rotated) as process:
        read_until(process, lambda text: seqs(text) == [99], "the last record")
        with rotated.open("a") as log:
            log.write(packets(100, 102) + packet(102)[:50])
            log.flush()
            read_until(process, lambda text: seqs(text) == [100, 101], "what was appended")
            log.write(packet(102)[50:] + "\n")
            log.flush()
            rotated.rename(rotated.with_name("n.json.3"))
            log.write(packets(103, 104))
        rotated.write_text(packets(104, 105))
        read_until(process, lambda text: seqs(text) == [102, 103, 104], "both files' records")
        rotated.with_name("n.json.4").write_text(rotated.read_text() + packets(105, 107))
        rotated.write_text(packets(107, 108))  # as logrotate's copytruncate
        read_until(process, lambda text: seqs(text) == [105, 106, 107], "the copy's records")
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT) == 0
        assert process.stderr.read() == b""


def test_a_closed_pipe_ends_it_quietly(rotated):
    big = rotated.with_name("big.json")
    big.write_text(packets(0, 20000))
    done = run("bash", "-c", f'"{NFLOGD}" tail --all {big} | head -1; echo ${{PIPESTATUS[0]}}')
    assert done.stdout.splitlines()[1] == "0" and done.stderr == ""


def test_a_closed_pipe_ends_it_while_nothing_comes(rotated):
    with running("-f", rotated) as process:
        read_until(process, lambda text: text.count("\n") == 10, "the last records")
        process.stdout.close()
        assert process.wait(LIMIT) == 0
        assert process.stderr.read() == b""


# With a daemon.

UDP_RULE = {"name": "udp", "hook": "input", "in": ["wan0"], "protocol": ["udp"], "action": "drop"}


def flood(network, count, port=9):
    network.out.run(FLOOD, GW4, str(port), "-n", str(count), "-r", "20000", "-s", "18")


def test_no_daemon(tmp_path):
    done = tail("--socket", tmp_path / "none.sock", check=False)
    assert done.returncode == 69 and "none.sock" in done.stderr
    with running("-f", "--socket", tmp_path / "none.sock") as process:
        assert b"waiting" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(LIMIT) == 0


def test_live_records_behind_those_of_the_log(network, daemon, config, log):
    nflogd = daemon(config(UDP_RULE))
    flood(network, 50)
    wait_for(lambda: log.read_text().count('"packet"') == 50, "the log")
    with running("--last", "20", "-o", "json", "--to-port", "9", "--socket",
                 socket_of(nflogd)) as process:
        got = seqs(read_until(process, lambda text: len(seqs(text)) >= 20, "those of the log"))
        flood(network, 30)
        flood(network, 5, port=10)
        flood(network, 1)
        got += seqs(read_until(process, lambda text: len(seqs(text)) >= 31, "live records"))
    assert got == list(range(30, 80)) + [85]


def test_nothing_is_missed_or_twice_while_packets_come(network, daemon, config, log):
    nflogd = daemon(config(UDP_RULE))
    flood(network, 10)
    wait_for(lambda: log.read_text().count('"packet"') == 10, "the log")
    flooding = subprocess.Popen(["ip", "netns", "exec", network.out.name, FLOOD, GW4, "9", "-n",
                                 "6000", "-r", "3000", "-s", "18"], stdout=subprocess.DEVNULL)
    with running("--all", "-f", "-o", "json", "--socket", socket_of(nflogd)) as process:
        got = seqs(read_until(process, lambda text: text.count('"packet"') >= 6010, "all"))
    assert flooding.wait(LIMIT) == 0
    assert sorted(got) == list(range(6010)) and len(set(got)) == 6010


def test_past_only(network, daemon, config, log):
    nflogd = daemon(config(UDP_RULE))
    flood(network, 30)
    wait_for(lambda: log.read_text().count('"packet"') == 30, "the log")
    done = tail("--no-follow", "-o", "json", "-c", nflogd.config)
    assert seqs(done.stdout) == list(range(20, 30))
    assert seqs(tail("--since", "1h", "--no-follow", "-o", "json", "-c",
                     nflogd.config).stdout) == list(range(30))


def test_without_a_log_in_json_it_says_so(network, daemon, config, log):
    made = config(UDP_RULE)
    made["outputs"][0]["format"] = "line"
    nflogd = daemon(made)
    done = tail("--last", "5", "--no-follow", "--socket", socket_of(nflogd), check=False)
    assert done.returncode == 69 and "no records of the past" in done.stderr


def test_a_reload_and_a_restart_are_survived(network, daemon, config, log):
    nflogd = daemon(config(UDP_RULE))
    with running("-f", "-o", "json", "--proto", "udp", "--socket", socket_of(nflogd)) as process:
        def comes(what):
            def one_more(text):
                flood(network, 1)
                return '"packet"' in text
            read_until(process, one_more, what)
        comes("a record")
        os.kill(nflogd.process.pid, signal.SIGHUP)
        assert b"again" in process.stderr.readline()
        comes("a record behind the reload")
        assert nflogd.stop() == 0
        daemon(config(UDP_RULE))
        comes("a record of the next daemon")


def test_an_ended_daemon_ends_it(network, daemon, config, log):
    nflogd = daemon(config(UDP_RULE))
    with running("-o", "json", "--socket", socket_of(nflogd)) as process:
        read_until(process, lambda text: flood(network, 1) or '"packet"' in text, "a record")
        assert nflogd.stop() == 0
        assert process.wait(LIMIT) == 69
        assert b"has ended" in process.stderr.read()


def test_a_socket_of_live_records(tmp_path):
    path = f"/run/nflogd-tail-{os.getpid()}.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        try:
            with running("-o", "json", "--action", "drop", path) as process:
                connection, _ = listener.accept()
                with connection:
                    connection.sendall(packets(0, 4).encode() + packet(4)[:9].encode())
                    read_until(process, lambda text: seqs(text) == [1], "what is wanted")
                    connection.sendall(packet(4)[9:].encode() + b"\n")
                    read_until(process, lambda text: seqs(text) == [4], "the torn line")
                assert process.wait(LIMIT) == 0
        finally:
            pathlib.Path(path).unlink()
