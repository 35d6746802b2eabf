# SPDX-License-Identifier: GPL-2.0-or-later
"""Collectors that are away, reset, talk nonsense or never read; a spool on disk keeps the records.

What a collector got is told apart by each record's id; a record may come twice, none may
be missing. Beside it a file gets everything at once.
"""
import contextlib
import json
import re
import select
import socket
import struct
import threading

import pytest

from harness import LIMIT, final_ledger, packets, wait_for
from load import add_up, flood, told_lost
from processes import kill_reader
from test_syslog import RESUMED, RULE, SUSPENDED, changes, packets_in, quiet, siem_of

PORT = 5516
_ID = re.compile(rb'boot="([^"]*)" start="(\d+)" group="(\d+)" seq="(\d+)"')


class Collector:
    """Listens on the router's loopback and does to each connection what `manner` does."""

    def __init__(self, namespace):
        self.namespace = namespace
        self.stream = {}  # connection number: bytes
        self.accepted = 0
        self._stop = None
        self._thread = None

    def start(self, manner):
        with self.namespace.entered():
            listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", PORT))
        listener.listen(16)
        stop_here, self._stop = socket.socketpair()
        self._thread = threading.Thread(target=self._serve, args=(listener, stop_here, manner),
                                        daemon=True)
        self._thread.start()

    def _serve(self, listener, stop, manner):
        open_ones = {}
        with listener, stop, contextlib.ExitStack() as stack:
            while True:
                ready, _, _ = select.select([listener, stop, *open_ones], [], [])
                if stop in ready:
                    break
                for one in ready:
                    if one is listener:
                        connection, _ = listener.accept()
                        stack.enter_context(connection)
                        open_ones[connection] = self.accepted
                        self.stream[self.accepted] = b""
                        self.accepted += 1
                        if manner.greet(connection):
                            continue
                        del open_ones[connection]
                    elif not manner.serve(self, one, open_ones[one]):
                        del open_ones[one]
            for one in open_ones:  # what has come is read
                one.setblocking(False)
                with contextlib.suppress(OSError):
                    while data := one.recv(1 << 20):
                        self.stream[open_ones[one]] += data

    def stop(self):
        if self._thread is not None:
            self._stop.close()
            self._thread.join(LIMIT)
            self._thread = None

    def ids(self):
        """Of all packets that came whole, by octet counting, over any connection."""
        out = []
        for text in list(self.stream.values()):
            at = 0
            while (space := text.find(b" ", at)) > 0 and space + 1 + int(text[at:space]) <= len(text):
                end = space + 1 + int(text[at:space])
                if found := _ID.search(text[space:end]):
                    out.append((found[2], int(found[3]), int(found[4])))
                at = end
        return out


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Reads:
    def greet(self, connection):
        return True

    def serve(self, collector, connection, number):
        data = connection.recv(1 << 20)
        collector.stream[number] += data
        return bool(data)


class NeverReads(Reads):
    def greet(self, connection):
        return False  # it stays open


class Resets(Reads):
    """The first connections, each after some bytes; more are unread then."""

    def __init__(self, times):
        self.times = times

    def serve(self, collector, connection, number):
        collector.stream[number] += connection.recv(20_000)
        if number >= self.times or len(collector.stream[number]) < 100_000:
            return True
        reset(connection)
        return False


class Nonsense(Reads):
    def greet(self, connection):
        connection.sendall(b"\x16\x03\x01\xff\xff 220 welcome\r\n" + bytes(range(256)) * 40)
        return True


@pytest.fixture
def collector(network):
    one = Collector(network.gw)
    yield one
    one.stop()


@pytest.fixture
def spool(tmp_path):
    return tmp_path / "spool"


def outputs(log, spool, scheme="tcp", **more):
    return [{"name": "main", "type": "file", "path": str(log)},
            {"name": "siem", "type": "syslog", "address": f"{scheme}://127.0.0.1:{PORT}",
             "spool": {"path": str(spool), "max": "64MiB"}, **more}]


def segments(spool):
    return sorted(spool.glob("*.spool"))


def compare(collector, sent, failed=0):
    """Each packet at least once, but for those that the ledger counts as failed."""
    ids = collector.ids()
    assert sent - failed <= len(set(ids)) <= sent, f"{len(set(ids))} of {sent}"
    firsts = list(dict.fromkeys(ids))
    assert firsts == sorted(firsts)
    print(f"sent {sent} received {len(set(ids))} of them again {len(ids) - sent}")


def all_in(log, sent):
    wait_for(lambda: len(packets_in(log)) == sent, "all packets in the file")


def test_a_collector_that_is_away_for_a_while(network, daemon, config, log, collector, spool):
    """Twenty times what its queue holds: nothing is lost, and all comes in order."""
    quiet(network)
    nflogd = daemon(config(RULE, outputs=outputs(log, spool, queue=1000)))
    sent = flood(network, 20_000, 20_000)
    all_in(log, sent)
    wait_for(lambda: SUSPENDED in nflogd.log.read_text(), "the daemon to tell")
    assert "spooling to" in nflogd.log.read_text() and segments(spool)
    assert segments(spool)[0].stat().st_mode & 0o777 == 0o600
    collector.start(Reads())
    wait_for(lambda: RESUMED in nflogd.log.read_text(), "the output to go on")
    sent += flood(network, 1000, 20_000)
    assert nflogd.stop() == 0
    collector.stop()
    add_up(sent, log)
    compare(collector, sent)
    print(siem_of(log))
    assert siem_of(log) == {"output": "siem", "written": sent, "dropped": 0, "failed": 0,
                            "queued": 0, "spooled": 0, "filtered": 0}
    assert [change for change in changes(log) if change[1]] == [
        ("output_suspended", "siem"), ("output_resumed", "siem")]
    assert not segments(spool)


@pytest.mark.parametrize("manner", [Resets(10), Nonsense()], ids=["resets", "nonsense"])
def test_a_collector_that_misbehaves(network, daemon, config, log, collector, spool, manner):
    quiet(network)
    collector.start(manner)
    nflogd = daemon(config(RULE, outputs=outputs(log, spool)))
    sent = flood(network, 20_000, 20_000)
    all_in(log, sent)
    wait_for(lambda: len(set(collector.ids())) == sent, "all records")
    assert nflogd.stop() == 0
    collector.stop()
    add_up(sent, log)
    compare(collector, sent)
    print(siem_of(log), "connections", collector.accepted)
    siem = siem_of(log)
    assert (siem["written"], siem["spooled"]) == (sent, 0)
    assert collector.accepted > 10 or not isinstance(manner, Resets)


@pytest.mark.parametrize("scheme", ["tcp", "tls"])
def test_a_collector_that_never_reads(network, daemon, config, log, collector, spool, scheme):
    """Over TLS it never shakes hands. Then the daemon is stopped, and another one delivers."""
    quiet(network)
    collector.start(NeverReads())
    more = {} if scheme == "tcp" else {"tls": {"verify": False}}
    nflogd = daemon(config(RULE, outputs=outputs(log, spool, scheme, **more)))
    sent = flood(network, 30_000, 30_000)
    all_in(log, sent)
    wait_for(lambda: SUSPENDED in nflogd.log.read_text(), "the daemon to tell")
    assert nflogd.stop() == 0
    add_up(sent, log)
    siem = siem_of(log)
    print(siem)
    assert (siem["written"], siem["dropped"], siem["failed"]) == (sent, 0, 0)
    assert 0 < siem["spooled"] <= sent and (scheme == "tcp" or siem["spooled"] == sent)
    collector.stop()
    collector.stream.clear()
    collector.start(Reads())
    nflogd = daemon(config(RULE, outputs=outputs(log, spool)))
    wait_for(lambda: len(set(collector.ids())) == siem["spooled"], "what was spooled")
    assert nflogd.stop() == 0
    after = siem_of(log)
    print(after)
    assert (after["written"], after["spooled"]) == (0, 0)


def test_a_spool_that_is_full(network, daemon, config, log, collector, spool):
    """Then, and only then, records are dropped, and counted."""
    quiet(network)
    nflogd = daemon(config(RULE, outputs=outputs(
        log, spool, queue=1000) [:1] + [{**outputs(log, spool, queue=1000)[1],
                                         "spool": {"path": str(spool), "max": "1MiB"}}]))
    sent = flood(network, 10_000, 20_000)
    all_in(log, sent)
    wait_for(lambda: "is full (1048576 bytes)" in nflogd.log.read_text(), "the daemon to tell")
    assert sum(path.stat().st_size for path in segments(spool)) <= 1 << 20
    assert nflogd.stop() == 0
    add_up(sent, log)
    siem = siem_of(log)
    print(f"sent {sent}", siem)
    assert siem["written"] + siem["dropped"] + siem["failed"] == sent and siem["queued"] == 0
    assert siem["dropped"] > 0 and siem["spooled"] == siem["written"] > 1000
    collector.start(Reads())
    nflogd = daemon(config(RULE, outputs=outputs(log, spool)))
    wait_for(lambda: not segments(spool), "the spool to be empty")
    assert nflogd.stop() == 0
    collector.stop()
    compare(collector, siem["spooled"])


def test_a_worker_killed_while_it_spools(network, daemon, config, log, collector, spool):
    quiet(network)
    nflogd = daemon(config(RULE, outputs=outputs(log, spool)))
    sent = 0
    for _ in range(5):
        sent += flood(network, 2000, 20_000)
        wait_for(lambda: segments(spool), "the spool")
        kill_reader(nflogd)
    # A kill may keep the one packet that the worker has in hand from an output, and that is told.
    wait_for(lambda: len(packets_in(log)) + told_lost(log) >= sent, "all other packets in the file")
    collector.start(Reads())
    wait_for(lambda: not segments(spool), "the spool to be empty")
    assert nflogd.stop() == 0
    collector.stop()
    lost = add_up(sent, log).lost
    siem = siem_of(log)
    print(siem)
    assert max(lost, siem["failed"]) <= told_lost(log) <= 5
    compare(collector, sent, siem["failed"])
    assert siem["written"] + siem["failed"] == sent and siem["spooled"] == 0
