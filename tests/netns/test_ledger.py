# SPDX-License-Identifier: GPL-2.0-or-later
"""The log adds up: what the kernel's rules counted is in the file, or counted as lost."""
import os
import signal

import pytest

from harness import FLOOD, GW4, OUT4, final_ledger, packets, parse, wait_for
from processes import reader_pid

UDP = {"name": "udp", "hook": "input", "protocol": ["udp"]}


def flood(network, count, port=9, pps=0):
    """Sends exactly `count` datagrams; the receiver drops them after the log rule."""
    sent = network.out.run(FLOOD, GW4, str(port), "-n", str(count), "-r", str(pps)).stdout
    assert f"sent {count}" in sent
    return count


def open_port(network):
    """A quiet router: no ICMP answers to datagrams for a closed port."""
    network.gw.nft("table ip quiet { chain in { type filter hook input priority 10; "
                   "udp dport 1-65535 drop; }; }")


def check_sums(log):
    ledger = final_ledger(log)
    file_count = len(packets(log))
    for rule in ledger["rules"]:
        assert rule["matched"] == rule["suppressed"] + rule["logged"] + rule["lost_kernel"]
    received = sum(group["received"] for group in ledger["groups"])
    for output in ledger["outputs"]:
        assert received == output["written"] + output["dropped"] + output["failed"]
        assert output["queued"] == 0
    assert ledger["outputs"][0]["written"] == file_count
    return ledger


def test_200000_packets_flat_out_with_the_default_settings(network, daemon, config, log):
    """Default snaplen, thresholds, buffers and queue: nothing may be lost."""
    open_port(network)
    nflogd = daemon(config(UDP, sources=[{"type": "nflog", "groups": [100]}]))
    sent = flood(network, 200_000)
    assert nflogd.stop() == 0
    ledger = check_sums(log)
    [rule] = ledger["rules"]
    [output] = ledger["outputs"]
    print(f"sent {sent} matched {rule['matched']} logged {rule['logged']} "
          f"lost_kernel {rule['lost_kernel']} written {output['written']} "
          f"dropped {output['dropped']} failed {output['failed']}")
    assert rule["matched"] == sent
    assert (rule["lost_kernel"], output["dropped"], output["failed"]) == (0, 0, 0)
    assert len(packets(log)) == sent


def test_200000_packets_through_buffers_that_are_too_small(network, daemon, config, log):
    """Losses in the kernel and in the output's queue: every one is counted."""
    open_port(network)
    tight = config(UDP, sources=[{"type": "nflog", "groups": [100], "receive_buffer": "64KiB"}])
    tight["outputs"][0]["queue"] = 64
    nflogd = daemon(tight)
    sent = flood(network, 200_000)
    assert nflogd.stop() == 0
    ledger = check_sums(log)
    [rule] = ledger["rules"]
    [output] = ledger["outputs"]
    print(f"sent {sent} logged {rule['logged']} lost_kernel {rule['lost_kernel']} "
          f"written {output['written']} dropped {output['dropped']}")
    assert rule["matched"] == sent
    assert rule["lost_kernel"] + output["dropped"] > 0
    assert len(packets(log)) + rule["lost_kernel"] + output["dropped"] == sent


def test_a_stalled_reader_loses_exactly_what_it_says(network, daemon, config, log):
    """Stopped for the whole burst: the end of it leaves no gap in the numbers."""
    open_port(network)
    nflogd = daemon(config(UDP, sources=[{"type": "nflog", "groups": [100],
                                          "receive_buffer": "64KiB"}]))
    reader = reader_pid(nflogd)
    os.kill(reader, signal.SIGSTOP)
    sent = flood(network, 20_000)
    os.kill(reader, signal.SIGCONT)

    def loss_is_told():
        ledgers = [r for r in parse(log) if r["event"] == "ledger"]
        return ledgers and ledgers[-1]["rules"][0]["lost_kernel"] > 0

    wait_for(loss_is_told, "a ledger that tells the loss while running")
    assert nflogd.stop() == 0
    [rule] = check_sums(log)["rules"]
    assert rule["matched"] == sent
    assert rule["lost_kernel"] == sent - len(packets(log)) > 0
    text = nflogd.log.read_text()
    assert text.count("warning: packets are being lost") == 1


def test_a_lone_packet_arrives_without_company(network, daemon, config, log):
    """The kernel's default settings would hold it back for a second."""
    open_port(network)
    nflogd = daemon(config(UDP, sources=[{"type": "nflog", "groups": [100]}]))
    flood(network, 1)
    [record] = wait_for(lambda: packets(log), "the record")
    assert record["dest_port"] == 9
    assert nflogd.stop() == 0


def test_stop_asks_the_kernel_for_what_it_still_batches(network, daemon, config, log):
    """With a long flush timeout nearly everything is in the kernel's batch."""
    open_port(network)
    nflogd = daemon(config(UDP, sources=[{"type": "nflog", "groups": [100],
                                          "flush_timeout": "10s", "queue_threshold": 1024}]))
    flood(network, 300)
    assert nflogd.stop() == 0
    assert len(packets(log)) == 300
    check_sums(log)


def test_several_groups_have_books_of_their_own(network, daemon, config, log):
    open_port(network)
    rules = [{**UDP, "name": f"g{group}", "group": group, "destination_port": [port]}
             for group, port in ((0, 10), (100, 11), (65535, 12))]
    nflogd = daemon(config(*rules, sources=[{"type": "nflog", "groups": [0, 100]},
                                            {"type": "nflog", "groups": [65535]}]))
    for port, count in ((10, 1000), (11, 2000), (12, 3000)):
        flood(network, count, port=port)
    assert nflogd.stop() == 0
    ledger = check_sums(log)
    assert [(g["group"], g["received"]) for g in ledger["groups"]] == [
        (0, 1000), (100, 2000), (65535, 3000)]
    assert [(r["rule"], r["logged"]) for r in ledger["rules"]] == [
        ("g0", 1000), ("g100", 2000), ("g65535", 3000)]
    for group in (0, 100, 65535):
        seqs = [r["seq"] for r in packets(log) if r["group"] == group]
        assert seqs == list(range(len(seqs)))


def test_ledger_only_when_something_moved(network, daemon, config, log):
    open_port(network)
    nflogd = daemon(config(UDP))
    flood(network, 5)
    wait_for(lambda: len([r for r in parse(log) if r["event"] == "ledger"]) >= 1, "a ledger")
    assert nflogd.stop() == 0
    events = [r for r in parse(log) if r["event"] != "packet"]
    assert [e["change"] for e in events if e["event"] == "lifecycle"] == ["started", "stopped"]
    ledgers = [e for e in events if e["event"] == "ledger"]
    without_time = [{k: v for k, v in e.items() if k not in ("timestamp", "final")}
                    for e in ledgers[:-1]]
    assert all(a != b for a, b in zip(without_time, without_time[1:]))
    assert ledgers[-1]["final"] is True and OUT4 == packets(log)[0]["src_ip"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop_under_load_loses_nothing(network, daemon, config, log, number):
    open_port(network)
    nflogd = daemon(config(UDP))
    flood(network, 50_000)
    assert nflogd.stop(number) == 0
    ledger = check_sums(log)
    assert ledger["rules"][0]["lost_kernel"] == 0
    assert len(packets(log)) == ledger["rules"][0]["matched"] == 50_000
