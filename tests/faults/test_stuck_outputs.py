# SPDX-License-Identifier: GPL-2.0-or-later
"""An output that takes nothing costs the others nothing."""
import json
import os
import signal
import subprocess

from harness import FLOOD, GW4, Daemon, final_ledger, wait_for
from load import add_up

RULE = {"name": "all", "hook": "input", "in": ["wan0"], "protocol": ["udp"]}


def test_a_pipe_that_nobody_reads(network, config, log, tmp_path):
    """stdout blocks for ever; the file gets every packet."""
    outputs = [{"name": "main", "type": "file", "path": str(log), "format": "json"},
               {"name": "pipe", "type": "stdout", "format": "line", "queue": 1000}]
    reading, writing = os.pipe()
    nflogd = StuckStdout(network.gw, tmp_path, config(RULE, outputs=outputs), writing)
    try:
        count = 100_000
        network.out.run(FLOOD, GW4, "9", "-n", str(count), "-r", "100000", "-s", "64")
        wait_for(lambda: log.exists() and log.read_bytes().count(b'"packet"') == count,
                 "all packets in the file")
        nflogd.send(signal.SIGTERM)
        assert nflogd.process.wait(30) == 0
        ledger = final_ledger(log)
        pipe = next(o for o in ledger["outputs"] if o["output"] == "pipe")
        print(json.dumps(pipe))
        assert pipe["dropped"] + pipe["failed"] > 0
        assert sum(pipe[key] for key in ("written", "dropped", "failed", "queued")) == count
        figures = add_up(count, log).figures()
        assert figures["written"] == count
    finally:
        nflogd.close()
        os.close(reading)
        os.close(writing)


class StuckStdout(Daemon):
    """Writes its records into a pipe that stays unread."""

    def __init__(self, namespace, folder, config, pipe):
        self.pipe = pipe
        super().__init__(namespace, folder, config)

    def start(self):
        original = subprocess.Popen

        def with_pipe(*arguments, **more):
            more["stdout"] = self.pipe
            return original(*arguments, **more)

        subprocess.Popen = with_pipe
        try:
            super().start()
        finally:
            subprocess.Popen = original
