# SPDX-License-Identifier: GPL-2.0-or-later
"""`nflogd top` on a terminal: over files, and over a control socket that is made here."""
import contextlib
import json
import socket
import subprocess
import threading

import pytest

from harness import NFLOGD
from live_screen import LiveScreen
from test_report import ledger, packet


@pytest.fixture
def screen():
    made = []

    def start(*arguments, **more):
        made.append(LiveScreen([NFLOGD, "top", *map(str, arguments)], **more))
        return made[-1]

    yield start
    for one in made:
        one.close()


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "nflogd.json"
    path.write_text("".join(packet(i, f"192.0.2.{1 + i % 3}") for i in range(30)) +
                    packet(31, "203.0.113.9", dest_port=53, proto="udp", proto_number=17,
                           length=9000))
    return path


class Server:
    """Answers one `tail` at a time as the daemon does."""

    def __init__(self, path):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.connection = None
        self.requests = []
        self.connected = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.requests.append(json.loads(connection.makefile().readline()))
                connection.sendall(b'{"tail":"started"}\n')
                self.connection = connection
                self.connected.set()

    def send(self, text):
        assert self.connected.wait(30)
        self.connection.sendall(text.encode())

    def hang_up(self):
        old = self.connection
        self.connected.clear()
        old.shutdown(socket.SHUT_RDWR)
        old.close()


@pytest.fixture
def server(tmp_path):
    made = Server(tmp_path / "control.sock")
    made.path = tmp_path / "control.sock"
    yield made
    made.listener.close()


def test_views_sorting_and_quit(screen, log):
    top = screen(log)
    top.wait_for("31 packets", "192.0.2.1", "lost ?")
    top.press("3")
    top.wait_for("tcp/22", "udp/53")
    assert top.lines[4].startswith("tcp/22")
    top.press("s")
    top.wait(lambda _: top.lines[4].startswith("udp/53"), "bytes first")
    for rest in ("ssh", "wan0"):
        top.press("\t")
        top.wait_for(rest)
    top.press("?")
    top.wait_for("freeze the screen")
    top.press("x1")
    top.wait_for("192.0.2.1")
    top.press("q")
    assert top.ended() == 0
    assert b"\x1b[?1049l" in top.raw  # the terminal is given back


def test_a_filter_that_is_wrong_is_told_with_its_place(screen, log):
    top = screen(log)
    top.wait_for("31 packets")
    top.press("/dst_port == 53\r")
    top.wait_for("column 1: unknown field 'dst_port'")
    top.press("\x15proto == udp\r")
    top.wait_for("1 packets", "203.0.113.9", "filter: proto == udp")
    top.press("/\x15\r")
    top.wait_for("31 packets")


@pytest.mark.parametrize("lines,columns", [(5, 20), (2, 10), (1, 1), (60, 200)])
def test_any_size(screen, log, lines, columns):
    top = screen(log)
    top.wait_for("31 packets")
    top.resize(lines, columns)
    if columns >= 20:
        top.wait(lambda _: top.lines[0].endswith("lost ?"), "the losses")
    top.settle()
    top.resize(24, 80)
    top.wait_for("31 packets", "192.0.2.1")
    top.press("q")
    assert top.ended() == 0


def test_a_small_terminal_from_the_start(screen, log):
    top = screen(log, lines=5, columns=20)
    top.wait_for("lost ?", "192.0.2.1")
    top.press("q")
    assert top.ended() == 0


def test_a_log_is_followed(screen, log):
    top = screen(log)
    top.wait_for("31 packets")
    with open(log, "a") as file:
        file.write(packet(40) + ledger(41, lost=0, dropped=0) + ledger(42, lost=4, dropped=1))
    top.wait_for("32 packets", "lost 5")


def test_live_records_losses_and_freeze(screen, server):
    top = screen("--socket", server.path)
    server.send(packet(1) + ledger(2, lost=3, dropped=0))
    top.wait_for("1 packets", "lost 0", "3 lost before", "live")
    assert server.requests[0]["request"] == "tail"
    top.press("p")
    top.wait_for("FROZEN")
    server.send(packet(3) + ledger(4, lost=9, dropped=2) +
                '{"event":"missed","packets":17}\n')
    top.wait_for("lost 8 missed 17", "1 packets")  # losses never stand still
    top.press("p")
    top.wait_for("2 packets")
    top.press("r")
    top.wait_for("0 packets", "lost 0")


def test_a_daemon_that_ends_is_asked_again(screen, server):
    top = screen("--socket", server.path)
    server.send(packet(1))
    top.wait_for("1 packets")
    server.hang_up()
    server.send(packet(2))
    top.wait_for("2 packets")


def test_hostile_names_do_not_reach_the_terminal(screen, server):
    top = screen("--socket", server.path)
    top.press("4")
    server.send(packet(1, rule="x\x1b]0;owned\x07\x9b2Jy"))
    top.wait_for("x\\x1b]0;owned\\x07")
    assert b"\x1b]0;owned" not in top.raw


def test_without_utf8_it_is_ascii(screen, log):
    top = screen(log, LC_ALL="C")
    top.wait_for("31 packets", "#")
    assert all(byte < 128 for byte in top.raw)


def test_names_are_looked_up_beside(screen, tmp_path):
    log = tmp_path / "nflogd.json"
    log.write_text(packet(1, "127.0.0.1"))
    top = screen(log)
    top.wait_for("127.0.0.1")
    top.press("n")
    top.wait_for("localhost")
    top.press("n")
    top.wait_for("127.0.0.1")


def test_without_a_terminal(log, tmp_path):
    def run(*arguments):
        return subprocess.run([NFLOGD, "top", *map(str, arguments)], text=True,
                              capture_output=True, check=False, stdin=subprocess.DEVNULL)

    done = run(log)
    assert done.returncode == 64 and "no terminal" in done.stderr
    done = run("--once", "--view", 3, log)
    assert done.returncode == 0, done.stderr
    assert "tcp/22" in done.stdout and "\x1b" not in done.stdout
    assert run("--once", "--socket", tmp_path / "none").returncode == 69
