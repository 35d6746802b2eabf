# SPDX-License-Identifier: GPL-2.0-or-later
"""As much as the machine gives: nothing lost where buffers hold it, else all counted."""
import os
import signal
import statistics
import threading
import time

import pytest

from harness import wait_for
from load import FULL, MARGIN, UDP, Flood, add_up, flood, packets_so_far, quiet_port, so_far
from processes import reader_pid


@pytest.fixture
def start(network, daemon, config):
    """start(*rules, **source) starts the daemon with that nflog source."""
    quiet_port(network)

    def started(*rules, **source):
        return daemon(config(*rules,
                             sources=[{"type": "nflog", "groups": [100], **source}]))

    return started


def stall(nflogd, seconds):
    """Stops the process that reads packets; the returned function waits and lets it go on."""
    pid = reader_pid(nflogd)
    os.kill(pid, signal.SIGSTOP)
    end = time.monotonic() + seconds

    def release():
        threading.Event().wait(max(0.0, end - time.monotonic()))
        os.kill(pid, signal.SIGCONT)

    return release


def told_losses(log):
    """(time, lost) of every ledger record so far."""
    return [(record["timestamp"], sum(rule["lost_kernel"] for rule in record["rules"]))
            for record in so_far(log) if record["event"] == "ledger"]


def test_flood_flat_out(network, start, log):
    """300,000 packets fit into the socket's buffer, however slow the outputs are."""
    nflogd = start(UDP, receive_buffer="64MiB")
    sent = flood(network, 2_000_000 if FULL else 300_000)
    assert nflogd.stop() == 0
    assert add_up(sent, log).lost == 0


def test_reader_stalled_for_1500_ms(network, start, log):
    nflogd = start(UDP, receive_buffer="64MiB")
    release = stall(nflogd, 1.5)
    sent = flood(network, 450_000 if FULL else 300_000)
    release()
    assert nflogd.stop() == 0
    assert add_up(sent, log).lost == 0


def test_long_stall_with_a_small_buffer(network, start, log):
    """Most is lost, the end of it without a gap in the numbers; all of it is counted."""
    nflogd = start(UDP, receive_buffer="256KiB")
    release = stall(nflogd, 10 if FULL else 2)
    sent = flood(network, 200_000)
    release()
    wait_for(lambda: any(lost for _, lost in told_losses(log)), "a ledger that tells of it")
    assert nflogd.stop() == 0
    assert add_up(sent, log).lost > 100_000


def test_burst_then_silence(network, start, log):
    """The end of a burst is lost and no packet comes after it: the log says so in 2 s."""
    nflogd = start(UDP, receive_buffer="64KiB")
    release = stall(nflogd, 0)
    sent = flood(network, 20_000)
    last = time.time()
    release()
    # Without a word from us: nothing but the daemon's own clock makes it look.
    wait_for(lambda: (ledgers := told_losses(log)) and
             ledgers[-1][1] + len(packets_so_far(log)) == sent,
             "a ledger with the whole loss")
    lost = told_losses(log)[-1][1]
    when = next(when for when, count in told_losses(log) if count == lost)
    delay = timestamp(when) - last
    print(f"lost {lost} of {sent}, told {delay:.2f} s after the last packet")
    assert delay <= 2 + MARGIN
    assert nflogd.stop() == 0
    assert add_up(sent, log).lost == lost > 0


def timestamp(text):
    seconds, fraction = text.rstrip("Z").split(".")
    return (time.mktime(time.strptime(seconds, "%Y-%m-%dT%H:%M:%S")) - time.timezone
            + float(f"0.{fraction}"))


def test_eight_log_rules_for_every_packet(network, start, log):
    rules = [{**UDP, "name": f"rule-{number}"} for number in range(8)]
    nflogd = start(*rules, receive_buffer="64MiB")
    sent = flood(network, 250_000 if FULL else 25_000)
    assert nflogd.stop() == 0
    tally = add_up(sent, log, factor=8)
    if not FULL:  # fits into the buffer
        assert tally.rules == {rule["name"]: sent for rule in rules}


def test_policed_flood(network, start, log):
    """What a limit keeps out of the log is counted to the packet."""
    nflogd = start({**UDP, "limit": {"rate": "1000/second", "burst": 100}})
    sent = flood(network, 100_000)
    assert nflogd.stop() == 0
    tally = add_up(sent, log)
    assert tally.lost == 0 and tally.figures()["suppressed"] > 0


def test_idle_latency(network, start, log):
    """A packet alone is in the file within the flush timeout and 100 ms."""
    nflogd = start(UDP, flush_timeout="100ms")
    latencies = []
    pause = threading.Event()
    for number in range(1, 11):
        size = log.stat().st_size if log.exists() else 0
        flood(network, 1)
        for _ in range(30_000):
            grown = (log.stat().st_size if log.exists() else 0) > size
            if grown and len(packets_so_far(log)) == number:
                break
            pause.wait(0.001)
        seen = time.time()
        latencies.append(seen - timestamp(packets_so_far(log)[-1]["timestamp"]))
    print("latency in ms:", *(round(1000 * latency) for latency in latencies))
    assert nflogd.stop() == 0
    add_up(10, log)
    assert statistics.median(latencies) <= 0.2 + MARGIN / 10
    assert max(latencies) <= 0.2 + MARGIN


def test_two_floods_into_two_groups(network, start, daemon, config, log):
    """Each group has its socket, its thread and its books."""
    rules = [{**UDP, "name": f"to-{port}", "group": port, "destination_port": [port]}
             for port in (11, 12)]
    nflogd = daemon(config(*rules, sources=[
        {"type": "nflog", "groups": [11, 12], "receive_buffer": "64MiB"}]))
    loads = [Flood(network, 60_000, port=port) for port in (11, 12)]
    sent = sum(load.finish() for load in loads)
    assert nflogd.stop() == 0
    tally = add_up(sent, log)
    assert tally.rules == {"to-11": 60_000, "to-12": 60_000}
