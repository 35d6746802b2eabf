# SPDX-License-Identifier: GPL-2.0-or-later
"""The first and the last group; packets larger than any wire carries."""
import socket
import threading

import pytest

from harness import GW4, GW6, LIMIT, packets
from load import UDP, add_up, flood, quiet_port

BYTES = 4_000_000


@pytest.mark.parametrize("group", [0, 65535])
def test_every_size_of_both_versions(network, daemon, config, log, group):
    quiet_port(network)
    nflogd = daemon(config({**UDP, "group": group}, sources=[
        {"type": "nflog", "groups": [group], "receive_buffer": "64MiB"}]))
    sent = 0
    sizes = {0: 500, 18: 500, 1400: 5_000}
    for size, count in sizes.items():
        sent += flood(network, count, size=size, address=GW4)
        sent += flood(network, count, size=size, address=GW6)
    assert nflogd.stop() == 0
    assert add_up(sent, log).lost == 0
    records = packets(log)
    for size, count in sizes.items():
        for version, headers in ((4, 28), (6, 48)):
            mine = [r for r in records if r["length"] == headers + size
                    and r["ip_version"] == version]
            assert len(mine) == count
    assert not [r for r in records if "malformed" in r or "truncated" in r]
    assert {r["group"] for r in records} == {group}


@pytest.mark.parametrize("family,address", [(socket.AF_INET, GW4), (socket.AF_INET6, GW6)],
                         ids=["ipv4", "ipv6"])
def test_segments_put_together(network, daemon, config, log, family, address):
    """A GSO packet is one record with its real length."""
    nflogd = daemon(config({"name": "tcp", "hook": "input", "protocol": ["tcp"]}, sources=[
        {"type": "nflog", "groups": [100], "receive_buffer": "64MiB"}]))
    transfer(network, family, address)
    assert nflogd.stop() == 0
    tally = add_up(None, log)
    records = packets(log)
    assert tally.lost == 0 and len(records) == tally.figures()["matched"]
    assert not [r for r in records if "malformed" in r or "truncated" in r]
    lengths = [r["length"] for r in records]
    print(f"{len(records)} records, the longest of {max(lengths)} bytes")
    assert sum(lengths) >= BYTES
    assert 1500 < max(lengths) <= 65535 + 40


def transfer(network, family, address):
    """BYTES bytes over TCP from outside to the router."""
    with network.gw.entered():
        server = socket.create_server((address, 5001), family=family)
    received = []

    def serve():
        peer, _ = server.accept()
        with peer:
            while part := peer.recv(1 << 20):
                received.append(len(part))

    thread = threading.Thread(target=serve)
    thread.start()
    with network.out.entered():
        client = socket.socket(family, socket.SOCK_STREAM)
    with client, server:
        client.settimeout(LIMIT)
        client.connect((address, 5001))
        client.sendall(bytes(BYTES))
        client.shutdown(socket.SHUT_WR)
        thread.join(LIMIT)
    assert sum(received) == BYTES
