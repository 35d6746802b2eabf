# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast the daemon works off what waits in its sockets, on all cores, with
flows spread over 1, 2 and 4 groups. See --help."""
import argparse
import os
import pathlib
import signal
import statistics
import threading
import time

from harness import Daemon, run
from processes import reader_pid

import report
import trial
from readers import PORT, RECORD_BYTES

PACKETS = 40_000  # times 8 rules: what 64 MiB of one socket hold
RULES = 8


def config(log, spread):
    rules = [{"name": f"rule-{i}", "hook": "input", "protocol": "udp", "destination_port": PORT}
             for i in range(RULES)]
    return {"sources": [{"type": "nflog", "groups": [100], "spread": spread,
                         "receive_buffer": "64MiB"}],
            "rules": {"backend": "nftables", "log": rules},
            "outputs": [{"name": "main", "type": "file", "path": str(log)}]}


LEDGER_BYTES = 4096  # more than a ledger record with these rules


def seconds_to_write(log, start):
    """Until the file has stopped growing, but for a ledger record."""
    pause, size, grown = threading.Event(), -1, start
    while time.monotonic() < grown + 0.5:
        pause.wait(0.002)
        now = log.stat().st_size
        if now > size + LEDGER_BYTES:
            size, grown = now, time.monotonic()
    return grown - start


def once(spread):
    """Records a second."""
    load = trial.Load(PACKETS, 0)
    wire = trial.Wire(load, log_rules=False)
    try:
        with trial.tmpfs(PACKETS * RULES * RECORD_BYTES) as folder:
            log = pathlib.Path(folder) / "log" / "nflogd.json"
            log.parent.mkdir(mode=0o755)
            daemon = Daemon(wire.gw, folder, config(log, spread))
            worker = reader_pid(daemon)
            os.kill(worker, signal.SIGSTOP)
            run("ip", "netns", "exec", wire.load.name, os.environ["FLOOD"], "192.0.2.254",
                str(PORT), "-n", str(PACKETS), "--sources", "64")
            start = time.monotonic()
            os.kill(worker, signal.SIGCONT)
            seconds = seconds_to_write(log, start)
            assert daemon.stop() == 0, daemon.log.read_text()
            lines = log.read_bytes().count(b'"event":"packet"')
            assert lines == PACKETS * RULES, f"{lines} of {PACKETS * RULES} records"
            return lines / seconds
    finally:
        wire.close()


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench spread", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    results = {spread: [] for spread in (1, 2, 4)}
    for _ in range(rounds):
        for spread, rates in results.items():
            rates.append(once(spread))
    print(report.markdown([["spread", "records/s", "least", "most"]] + [
        [str(spread), *(f"{value:,.0f}" for value in
                        (statistics.median(rates), min(rates), max(rates)))]
        for spread, rates in results.items()]))


if __name__ == "__main__":
    main()
