# SPDX-License-Identifier: GPL-2.0-or-later
"""A limit under a flood: what it holds back is counted exactly, by every backend."""
import os
import signal

import pytest

from harness import packets
from load import UDP, add_up, flood, quiet_port
from processes import reader_pid

BACKENDS = [("nftables", "system"), ("iptables", "nft"), ("iptables", "legacy")]


def limited(config, backend, flavour, limit, **source):
    made = config({**UDP, "limit": limit}, backend=backend,
                  sources=[{"type": "nflog", "groups": [100], "flush_timeout": "10ms", **source}])
    made["rules"]["iptables_flavour"] = flavour
    return made


@pytest.mark.parametrize("backend,flavour", BACKENDS)
def test_a_flood_over_the_limit_is_counted_as_suppressed(network, daemon, config, log, backend,
                                                         flavour):
    quiet_port(network)
    nflogd = daemon(limited(config, backend, flavour, {"rate": "1000/second", "burst": 200}))
    sent = flood(network, 100_000)
    assert nflogd.stop() == 0
    figures = add_up(sent, log).figures()
    assert figures["logged"] >= 200
    assert figures["suppressed"] > 0
    assert figures["lost_kernel"] == figures["dropped"] == 0
    assert len(packets(log)) == sent - figures["suppressed"]


@pytest.mark.parametrize("backend,flavour", BACKENDS)
def test_a_flood_over_the_limit_and_over_the_buffer(network, daemon, config, log, backend,
                                                    flavour):
    """The reader stands still, so the burst alone is more than its socket holds."""
    quiet_port(network)
    nflogd = daemon(limited(config, backend, flavour, {"rate": "10000/second", "burst": 10_000},
                            receive_buffer="64KiB"))
    reader = reader_pid(nflogd)
    os.kill(reader, signal.SIGSTOP)
    sent = flood(network, 100_000)
    os.kill(reader, signal.SIGCONT)
    assert nflogd.stop() == 0
    figures = add_up(sent, log).figures()
    assert figures["suppressed"] > 0
    assert figures["lost_kernel"] > 0
    assert figures["logged"] > 0
    assert sent == figures["suppressed"] + figures["logged"] + figures["lost_kernel"]
