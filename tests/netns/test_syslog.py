# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages as a real receiver reads them: what rsyslogd parsed is what was logged."""
import datetime
import json

import pytest

from harness import FLOOD, GW4, final_ledger, packets as records, run
from receiver import TCP_PORT, UDP_PORT, element
from rsyslog import rsyslog  # noqa: F401 (a fixture)

RULES = ({"name": "first-half", "hook": "input", "in": ["wan0"], "protocol": ["udp"],
          "destination_port": [9], "action": "drop"},
         {"name": "odd [x=y] \u00fc <1>", "hook": "input", "in": ["wan0"], "protocol": ["udp"],
          "destination_port": [10], "action": "accept"})
WARNING, NOTICE, INFO = 4, 5, 6
LOCAL0, AUTHPRIV = 16, 10


def addresses(rsyslog):
    return {"unix": {"address": f"unix:{rsyslog.socket}"},
            "udp": {"address": f"udp://127.0.0.1:{UDP_PORT}"},
            "tcp": {"address": f"tcp://127.0.0.1:{TCP_PORT}"},
            "newline": {"address": f"tcp://127.0.0.1:{TCP_PORT}", "framing": "newline"},
            "name": {"address": f"tcp://localhost:{TCP_PORT}"}}


def outputs(log, **syslog):
    return [{"name": "main", "type": "file", "path": str(log)},
            {"name": "siem", "type": "syslog", **syslog}]


def quiet(network):
    """No ICMP answers; the receiver's own port on loopback stays open."""
    network.gw.nft("table inet quiet { chain in { type filter hook input priority 10; "
                   "iifname wan0 udp dport 1-65535 drop; }; }")


def hostile_rule(network):
    """A rule of somebody else whose prefix would like to be a message of its own."""
    prefix = "x\n<0>1 - - forged - - - [a] \x1b[2J 99 \x7f\u202e"
    network.gw.nft("table inet own { chain in { type filter hook input priority 5; "
                   f'udp dport 11 log prefix "{prefix}" group 100; }}; }}')


def send(network, count, port=9, rate=5000):
    network.out.run(FLOOD, GW4, str(port), "-n", str(count), "-r", str(rate), "-s", "64")


def lines_of(log, event="packet"):
    """The file's lines as they are, packets or all the rest."""
    lines = log.read_text().splitlines()
    return [line for line in lines if (json.loads(line)["event"] == "packet") == (event == "packet")]


def check_equal(messages, log):
    """Each record came once, in order, as it is in the file."""
    packets = [m for m in messages if m["msgid"] == "packet"]
    assert [m["msg"] for m in packets] == lines_of(log)
    assert [m["msg"] for m in messages if m["msgid"] != "packet"] == lines_of(log, "events")
    return packets


def check_headers(messages):
    start = set()
    for message in messages:
        record = json.loads(message["msg"])
        severity = WARNING if record.get("action") == "drop" else \
            INFO if record["event"] == "packet" else NOTICE
        assert int(message["pri"]) == LOCAL0 * 8 + severity
        assert message["msgid"] == record["event"]
        assert message.get("protocol-version", "1") == "1"  # syslog-ng does not tell it
        assert message["hostname"] == "gw" and message["app-name"] == "nflogd"
        stamp = datetime.datetime.fromisoformat(message["timestamp"].replace("Z", "+00:00"))
        assert stamp == datetime.datetime.fromisoformat(record["timestamp"].replace("Z", "+00:00"))
        name, parameters = element(message)
        assert name == "nflogd@32473"
        start.add((parameters.pop("boot"), parameters.pop("start")))
        expected = {key: str(record[key]) for key in ("group", "seq") if key in record}
        assert parameters == expected and ("seq" in record) == (record["event"] == "packet")
    assert len(start) == 1


@pytest.mark.parametrize("transport", ["unix", "udp", "tcp", "newline", "name"])
def test_what_arrives_is_what_was_logged(network, daemon, config, log, rsyslog, transport):
    quiet(network)
    hostile_rule(network)
    rsyslog.start()
    nflogd = daemon(config(*RULES, outputs=outputs(log, **addresses(rsyslog)[transport])))
    send(network, 200, 9)
    send(network, 200, 10)
    send(network, 100, 11)
    assert nflogd.stop() == 0
    messages = rsyslog.wait_for_end()
    packets = check_equal(messages, log)
    check_headers(messages)
    [ledger] = [o for o in final_ledger(log)["outputs"] if o["output"] == "siem"]
    print(f"{transport}: sent 500 received {len(packets)} {ledger}")
    assert len(packets) == 500 == ledger["written"]
    assert len({message["procid"] for message in messages}) == 1
    assert "output 'siem' is suspended" not in nflogd.log.read_text()


def test_the_old_protocol_and_lines(network, daemon, config, log, rsyslog):
    quiet(network)
    rsyslog.start()
    siem = {**addresses(rsyslog)["tcp"], "protocol": "rfc3164", "format": "line",
            "facility": "authpriv", "severity": {"drop": "crit"}}
    nflogd = daemon(config(*RULES, outputs=outputs(log, **siem)))
    send(network, 50, 9)
    assert nflogd.stop() == 0
    messages = rsyslog.wait_for_messages(len(log.read_text().splitlines()))
    packets = [m for m in messages if int(m["pri"]) == AUTHPRIV * 8 + 2]
    assert len(packets) == 50
    for message, record in zip(packets, records(log), strict=True):
        assert message["hostname"] == "gw" and message["app-name"] == "nflogd"
        assert message["procid"].isdigit() and message["protocol-version"] == "0"
        assert f" {record['src_ip']}:{record['src_port']} " in message["msg"]
        assert " first-half " in message["msg"]
    assert {int(m["pri"]) % 8 for m in messages} == {2, NOTICE}


def test_ten_thousand_records_over_tcp(network, daemon, config, log, rsyslog):
    quiet(network)
    rsyslog.start()
    nflogd = daemon(config(RULES[0], outputs=outputs(log, **addresses(rsyslog)["tcp"])))
    send(network, 10_000, rate=50_000)
    assert nflogd.stop() == 0
    messages = rsyslog.wait_for_end()
    packets = check_equal(messages, log)
    ledger = final_ledger(log)
    print(f"sent 10000 received {len(packets)}", ledger["rules"], ledger["outputs"])
    assert len(packets) == 10_000
    assert all(o["written"] == 10_000 for o in ledger["outputs"])
    assert "is suspended" not in nflogd.log.read_text()


def test_a_receiver_may_be_named_later(network, daemon, config, log, rsyslog, tmp_path):
    """The name has no address at the start; when it has one, all that waited is sent."""
    quiet(network)
    rsyslog.start()
    address = {"address": f"tcp://receiver.nflogd.test:{TCP_PORT}"}
    nflogd = daemon(config(RULES[0], outputs=outputs(log, **address)))
    send(network, 300)
    told = nflogd.log.read_text
    assert told().count("the name receiver.nflogd.test was not found") == 1
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 receiver.nflogd.test\n")
    run("nsenter", "-m", "-t", str(nflogd.process.pid), "mount", "--bind", str(hosts), "/etc/hosts")
    rsyslog.wait_for_messages(300)  # it looks again by itself
    assert nflogd.stop() == 0
    messages = rsyslog.wait_for_end()
    packets = [m for m in messages if m["msgid"] == "packet"]
    assert [m["msg"] for m in packets] == lines_of(log)
    assert len(packets) == 300
    assert told().count("was not found") == 2  # by the look-up, and by the output
