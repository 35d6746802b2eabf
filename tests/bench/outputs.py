# SPDX-License-Identifier: GPL-2.0-or-later
"""Two outputs at once, a JSON file and syslog over UDP to an rsyslogd beside it, at
250,000 records a second: does the slower one cost the other anything? See --help."""
import argparse
import os
import pathlib

from harness import Daemon, final_ledger, run
from rsyslog import UDP_PORT, Rsyslog

import report
import trial
from readers import PORT, RECORD_BYTES

RULES = 8


def config(log):
    rules = [{"name": f"rule-{i}", "hook": "input", "in": ["wan0"], "protocol": "udp",
              "destination_port": PORT} for i in range(RULES)]
    return {"rules": {"backend": "nftables", "log": rules},
            "outputs": [{"name": "file", "type": "file", "path": str(log)},
                        {"name": "siem", "type": "syslog",
                         "address": f"udp://127.0.0.1:{UDP_PORT}"}]}


def once(rate, seconds):
    """The rows of the final ledger, and what the receiver got."""
    packets = rate * seconds // RULES
    wire = trial.Wire(trial.Load(packets, 0), log_rules=False)
    with trial.tmpfs(packets * RULES * RECORD_BYTES) as folder:
        log = pathlib.Path(folder) / "log" / "nflogd.json"
        log.parent.mkdir(mode=0o755)
        receiver = Rsyslog(wire.gw, folder).start()
        daemon = Daemon(wire.gw, folder, config(log))
        try:
            run("ip", "netns", "exec", wire.load.name, os.environ["FLOOD"], "192.0.2.254",
                str(PORT), "-n", str(packets), "-r", str(rate // RULES))
            assert daemon.stop() == 0, daemon.log.read_text()
            receiver.stop()
            ledger = final_ledger(log)
            lines = log.read_bytes().count(b'"event":"packet"')
            got = receiver.out.read_bytes().count(b"\n")
        finally:
            daemon.close()
            receiver.close()
            wire.close()
    matched = sum(rule["matched"] for rule in ledger["rules"])
    assert matched == packets * RULES
    return matched, {row["output"]: row for row in ledger["outputs"]}, lines, got


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench outputs", description=__doc__)
    parser.add_argument("--rate", type=int, default=250_000, help="records a second")
    parser.add_argument("--seconds", type=int, default=5)
    options = parser.parse_args()
    matched, outputs, lines, got = once(options.rate, options.seconds)
    print(report.markdown(
        [["output", "matched", "written", "dropped", "failed", "arrived"]] +
        [[name, *map(str, (matched, row["written"], row["dropped"], row["failed"], arrived))]
         for (name, row), arrived in zip(outputs.items(), (lines, got))]))


if __name__ == "__main__":
    main()
