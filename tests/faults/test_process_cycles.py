# SPDX-License-Identifier: GPL-2.0-or-later
"""Start, stop, reload and reopen again and again while packets come."""
import os
import signal

import pytest

from harness import wait_for
from load import FULL, UDP, Stream, add_up, packets_so_far, quiet_port

CYCLES = int(os.environ.get("NFLOGD_CYCLES", "200" if FULL else "20"))
RATE = 20_000


@pytest.fixture
def start(network, daemon, config):
    quiet_port(network)
    return lambda: daemon(config(UDP))


def grown(log, size):
    return log.exists() and log.stat().st_size > size


def test_reloads_and_reopens_lose_nothing(network, start, config, log):
    """Another rule comes and goes, the file is renamed away: ours sees every packet."""
    nflogd = start()
    stream = Stream(network, RATE)
    old = []
    for cycle in range(CYCLES):
        wait_for(lambda: grown(log, 0), "records")
        old.append(log.with_suffix(f".{cycle}"))
        log.rename(old[-1])
        if cycle % 2:
            nflogd.send(signal.SIGUSR1)
            wait_for(log.exists, "the file to be opened anew")
        else:
            other = {"name": f"cycle-{cycle}", "hook": "output", "source": ["203.0.113.1"]}
            nflogd.write_config(config(UDP, other))
            nflogd.reload()
    sent = stream.finish()
    assert nflogd.stop() == 0
    tally = add_up(None, *old, log)
    assert (tally.rules["udp"], tally.lost) == (sent, 0)
    [ledger] = tally.ledgers
    assert next(r for r in ledger["rules"] if r["rule"] == "udp")["matched"] == sent
    assert tally.changes.count("reloaded") == (CYCLES + 1) // 2


def test_rules_that_go_away_keep_their_counts(network, start, config, log):
    """Each reload renames the rule: the old name's counts stay, the new one goes on."""
    nflogd = start()
    stream = Stream(network, RATE)
    wait_for(lambda: grown(log, 0), "records")
    for cycle in range(CYCLES):
        nflogd.write_config(config({**UDP, "name": f"cycle-{cycle}"}))
        nflogd.reload()
    sent = stream.finish()
    assert nflogd.stop() == 0
    assert add_up(sent, log).lost == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_restarts_lose_nothing_that_a_rule_saw(network, start, log, number):
    """Every run drains, writes its last ledger, and leaves no rule; the next one appends."""
    before = network.gw.ruleset()
    nflogd = start()
    stream = Stream(network, RATE)
    for _ in range(CYCLES // 2):
        size = log.stat().st_size if log.exists() else 0
        wait_for(lambda: grown(log, size), "records of this run")
        assert nflogd.stop(number) == 0
        assert network.gw.ruleset() == before
        nflogd.start()
    sent = stream.finish()
    assert nflogd.stop(number) == 0
    tally = add_up(None, log)
    print(f"restarts {CYCLES // 2} sent {sent} unwatched {sent - tally.packets}")
    assert tally.lost == 0 and 0 < tally.packets <= sent
    assert len(tally.ledgers) == CYCLES // 2 + 1
    assert tally.changes == ["started", "stopped"] * len(tally.ledgers)


def test_a_storm_of_signals(network, start, log):
    """Signals that come faster than they can be worked off."""
    nflogd = start()
    stream = Stream(network, RATE)
    for cycle in range(CYCLES * 10):
        nflogd.send((signal.SIGHUP, signal.SIGUSR1)[cycle % 2])
    wait_for(lambda: packets_so_far(log), "records")
    sent = stream.finish()
    assert nflogd.stop() == 0
    assert add_up(sent, log).lost == 0
