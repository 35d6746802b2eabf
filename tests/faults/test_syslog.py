# SPDX-License-Identifier: GPL-2.0-or-later
"""Receivers of syslog that are stopped, gone or stuck: nothing else suffers, and the sums hold."""
import json
import signal

from harness import final_ledger, packets, parse, wait_for
from load import add_up, flood
from processes import kill_reader, stopped
from rsyslog import TCP_PORT, rsyslog  # noqa: F401 (a fixture)

RULE = {"name": "udp", "hook": "input", "in": ["wan0"], "protocol": ["udp"]}
SUSPENDED, RESUMED = "output 'siem' is suspended", "output 'siem' writes again"


def outputs(log, address, **more):
    return [{"name": "main", "type": "file", "path": str(log)},
            {"name": "siem", "type": "syslog", "address": address, **more}]


def quiet(network):
    network.gw.nft("table inet quiet { chain in { type filter hook input priority 10; "
                   "iifname wan0 udp dport 1-65535 drop; }; }")


def siem_of(log):
    return next(o for o in final_ledger(log)["outputs"] if o["output"] == "siem")


def of_packets(messages):
    return [json.loads(m["msg"]) for m in messages if m["msgid"] == "packet"]


def changes(log):
    return [(r["change"], r.get("output")) for r in parse(log) if r["event"] == "lifecycle"]


def test_a_receiver_that_comes_back_gets_all_that_waited(network, daemon, config, log, rsyslog):
    """Gone for 3000 records of a queue of 16384: told once, resumed, nothing lost or torn."""
    quiet(network)
    rsyslog.start()
    nflogd = daemon(config(RULE, outputs=outputs(log, f"tcp://127.0.0.1:{TCP_PORT}")))
    sent = flood(network, 1000, 20_000)
    wait_for(lambda: len(of_packets(rsyslog.messages())) == 1000, "the first records")
    rsyslog.stop()
    sent += flood(network, 3000, 20_000)
    wait_for(lambda: SUSPENDED in nflogd.log.read_text(), "the daemon to notice")
    rsyslog.start()
    wait_for(lambda: RESUMED in nflogd.log.read_text(), "the output to go on")
    sent += flood(network, 1000, 20_000)
    assert nflogd.stop() == 0
    received = of_packets(rsyslog.wait_for_end())
    add_up(sent, log)
    print(f"received {len(received)}", siem_of(log), changes(log))
    assert received == packets(log) and len(received) == sent == 5000
    assert siem_of(log) == {"output": "siem", "written": sent, "filtered": 0, "dropped": 0,
                            "failed": 0, "queued": 0}
    assert [change for change in changes(log) if change[1]] == [
        ("output_suspended", "siem"), ("output_resumed", "siem")]


def stuck(network, daemon, config, log, rsyslog, address):
    """A receiver that never reads again from here on: the file beside it gets every packet."""
    quiet(network)
    rsyslog.start()
    nflogd = daemon(config(RULE, outputs=outputs(log, address, queue=1000)))
    rsyslog.wait_for_messages(1)  # it was reached
    rsyslog.send(signal.SIGSTOP)
    wait_for(lambda: stopped(rsyslog.process.pid), "rsyslogd to stand still")
    sent = flood(network, 60_000, 60_000)
    wait_for(lambda: len(packets_in(log)) == sent, "all packets in the file")
    assert nflogd.stop() == 0
    tally = add_up(sent, log)
    siem = siem_of(log)
    assert tally.packets == sent
    assert sum(siem[key] for key in ("written", "dropped", "failed")) == sent
    assert siem["dropped"] > 0 and siem["failed"] > 0 and siem["queued"] == 0
    told = [change for change in changes(log) if change[1]]
    # TCP may give the receiver's socket a larger window on the way.
    assert told[::2] == [("output_suspended", "siem")] * (len(told) // 2 + 1)
    assert told[1::2] == [("output_resumed", "siem")] * (len(told) // 2)
    rsyslog.send(signal.SIGCONT)
    return siem


def packets_in(log):
    return [line for line in log.read_bytes().splitlines() if b'"event":"packet"' in line]


def test_a_receiver_that_never_reads_tcp(network, daemon, config, log, rsyslog):
    siem = stuck(network, daemon, config, log, rsyslog, f"tcp://127.0.0.1:{TCP_PORT}")
    wait_for(lambda: len(of_packets(rsyslog.messages())) >= siem["written"],
             "what the kernels held")
    received = of_packets(rsyslog.messages())
    print(f"received {len(received)}", siem)
    # What is counted as written is there; and the one that was half sent was finished.
    assert received == packets(log)[:len(received)]
    assert siem["written"] <= len(received) <= siem["written"] + 1


def test_a_receiver_that_never_reads_datagrams(network, daemon, config, log, rsyslog):
    siem = stuck(network, daemon, config, log, rsyslog, f"unix:{rsyslog.socket}")
    wait_for(lambda: len(of_packets(rsyslog.messages())) >= siem["written"],
             "what the kernel held")
    received = of_packets(rsyslog.messages())
    print(f"received {len(received)}", siem)
    assert received == packets(log)[:siem["written"]]


def test_a_worker_that_is_killed_sends_nothing_twice(network, daemon, config, log, rsyslog):
    """While the receiver is gone records wait; a successor of the worker sends them, once."""
    quiet(network)
    rsyslog.start()
    nflogd = daemon(config(RULE, outputs=outputs(log, f"tcp://127.0.0.1:{TCP_PORT}")))
    sent = flood(network, 1000, 20_000)
    wait_for(lambda: len(of_packets(rsyslog.messages())) == sent, "the first records")
    rsyslog.stop()
    sent += flood(network, 1000, 20_000)
    wait_for(lambda: SUSPENDED in nflogd.log.read_text(), "the daemon to notice")
    wait_for(lambda: len(packets_in(log)) == sent, "all packets in the file")
    kill_reader(nflogd)
    rsyslog.start()
    wait_for(lambda: len(of_packets(rsyslog.messages())) == sent, "the records that waited")
    assert nflogd.stop() == 0
    received = of_packets(rsyslog.wait_for_end())
    add_up(sent, log)
    print(f"received {len(received)}", siem_of(log))
    assert received == packets(log)
    assert siem_of(log)["written"] == sent == len(received)


def test_a_reload_goes_to_another_receiver(network, daemon, config, log, rsyslog):
    """The new process may reach the new receiver, and only what changed hands went there."""
    quiet(network)
    rsyslog.start()
    nflogd = daemon(config(RULE, outputs=outputs(log, f"unix:{rsyslog.socket}")))
    sent = flood(network, 500, 20_000)
    wait_for(lambda: len(of_packets(rsyslog.messages())) == sent, "the first records")
    nflogd.write_config(config(RULE, outputs=outputs(log, f"tcp://127.0.0.1:{TCP_PORT}")))
    nflogd.reload()
    sent += flood(network, 500, 20_000)
    assert nflogd.stop() == 0
    received = of_packets(rsyslog.wait_for_end())
    add_up(sent, log)
    print(f"received {len(received)}", siem_of(log))
    assert received == packets(log) and len(received) == sent == siem_of(log)["written"]
