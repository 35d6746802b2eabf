# SPDX-License-Identifier: GPL-2.0-or-later
"""A daemon that has nothing to do does nothing: a router may sleep."""
import pathlib
import threading

from harness import wait_for
from load import UDP
from processes import children

SECONDS = 30


def wakeups(daemon):
    """How often any thread of the daemon has gone to sleep so far."""
    total = 0
    for pid in (daemon.process.pid, *children(daemon.process.pid)):
        for status in pathlib.Path(f"/proc/{pid}/task").glob("*/status"):
            total += int(status.read_text().split("\nvoluntary_ctxt_switches:")[1].split()[0])
    return total


def test_less_than_one_wakeup_a_second_in_silence(daemon, config):
    made = config(UDP)
    made["ledger"] = {"interval": "1s"}
    nflogd = daemon(made)
    pause = threading.Event()

    def rests():
        before = wakeups(nflogd)
        pause.wait(1)
        return wakeups(nflogd) - before <= 1

    wait_for(rests, "the daemon to rest")
    before = wakeups(nflogd)
    pause.wait(SECONDS)
    awake = wakeups(nflogd) - before
    print(f"{awake} wake-ups in {SECONDS} s")
    assert 0 < awake <= SECONDS
