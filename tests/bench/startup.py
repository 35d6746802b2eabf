# SPDX-License-Identifier: GPL-2.0-or-later
"""How long the daemon takes from its start to its first record, with 5 and with
500 rules of its own. See --help."""
import argparse
import os
import pathlib
import socket
import statistics
import tempfile
import time

from harness import Daemon, Namespace, packets, wait_for

import report


def config(folder, rules):
    """All but the last rule match nothing that is sent."""
    log = [{"name": f"rule-{i}", "hook": "input", "protocol": "udp", "destination_port": [10_000 + i]}
           for i in range(rules - 1)]
    log.append({"name": "first", "hook": "input", "protocol": "udp", "destination_port": [9]})
    return {"rules": {"backend": "nftables", "log": log},
            "outputs": [{"name": "main", "type": "file", "path": f"{folder}/log/nflogd.json"}]}


class Here(Daemon):
    """Started from inside its namespace: no other program takes its time."""

    def prefix(self):
        return []


def once(namespace, rules):
    """Seconds until the rules are there, and until the first record is."""
    with tempfile.TemporaryDirectory(prefix="nflogd-bench-") as folder:
        os.chmod(folder, 0o755)
        log = pathlib.Path(folder) / "log" / "nflogd.json"
        log.parent.mkdir(mode=0o755)
        daemon = Here(namespace, folder, config(folder, rules), start=False)
        with namespace.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            begin = time.monotonic()
            daemon.start()
            ready = time.monotonic() - begin
            sender.sendto(b"", ("127.0.0.1", 9))
        try:
            wait_for(lambda: packets(log), "the first record")
            return ready, time.monotonic() - begin
        finally:
            daemon.stop()


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench startup", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    namespace = Namespace("start")
    try:
        lines = [["rules", "ready", "first record"]]
        for rules in (5, 500):
            times = [once(namespace, rules) for _ in range(rounds)]
            lines.append([str(rules), *(f"{1e3 * statistics.median(column):.0f} ms"
                                        for column in zip(*times))])
        print(report.markdown(lines))
    finally:
        namespace.close()


if __name__ == "__main__":
    main()
