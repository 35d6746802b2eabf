# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages as syslog-ng reads them: every message and every field is what was logged."""
import json

import pytest

from certificates import Authority, authority, server  # noqa: F401 (fixtures)
from harness import packets, wait_for
from receiver import TCP_PORT, TLS_PORT
from syslog_ng import syslog_ng, syslog_ng_root  # noqa: F401 (fixtures)
from test_packets import RULE
from test_pcap import corpus
from test_syslog import (RULES, check_equal, check_headers, hostile_rule, lines_of, outputs, quiet,
                         send)
from test_syslog_tls import is_suspended, siem_of

ADDRESS = f"tls://localhost:{TLS_PORT}"


@pytest.fixture
def client(authority):
    """What an output says of TLS to show the certificate of `gw`."""
    certificate, key = authority.issue("gw")
    return {"ca": str(authority.ca), "certificate": str(certificate), "key": str(key)}


def plain(value):
    """Types as syslog-ng 3 knows them: text, lists with commas, and what holds these."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return ",".join(map(plain, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def check_fields(syslog_ng, log):
    """What its JSON parser has found in each message."""
    wait_for(lambda: '"final":"true"' in syslog_ng.fields.read_text() or
             '"final":true' in syslog_ng.fields.read_text(), "the final ledger's fields")
    found = [json.loads(line)[".json"] for line in syslog_ng.fields.read_text().splitlines()]
    assert [plain(one) for one in found if one["event"] == "packet"] == \
        [plain(record) for record in packets(log)]


def check(syslog_ng, log, count):
    """Message by message, its header, its structured data, its fields."""
    messages = syslog_ng.wait_for_end()
    seen = check_equal(messages, log)
    check_headers(messages)
    check_fields(syslog_ng, log)
    print(f"received {len(seen)} {siem_of(log)}")
    assert count == len(seen) == siem_of(log)["written"]
    return seen


def test_every_kind_of_packet_over_tcp(network, daemon, config, log, syslog_ng):
    syslog_ng.start()
    nflogd = daemon(config(RULE, outputs=outputs(log, address=f"tcp://127.0.0.1:{TCP_PORT}")))
    frames = corpus(network)
    network.out.send_frames("out0", frames)
    wait_for(lambda: len(packets(log)) >= len(frames), "the records")
    assert nflogd.stop() == 0
    seen = check(syslog_ng, log, len(packets(log)))
    assert len(seen) >= len(frames) and any('"inner":' in message["msg"] for message in seen)
    assert "is suspended" not in nflogd.log.read_text()


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_everything_over_tls_with_our_certificate(network, daemon, config, log, syslog_ng, server,
                                                  authority, client, version):
    """Rules' names and prefixes of any bytes; they come as they were logged."""
    quiet(network)
    hostile_rule(network)
    syslog_ng.with_tls(authority.ca, *server, client="gw").start()
    nflogd = daemon(config(RULE, *RULES, outputs=outputs(
        log, address=ADDRESS, tls={**client, "minimum_version": version})))
    frames = corpus(network)
    network.out.send_frames("out0", frames)
    wait_for(lambda: len(packets(log)) >= len(frames), "the records")
    for port in (9, 10, 11):
        send(network, 500, port)
    assert nflogd.stop() == 0
    seen = check(syslog_ng, log, len(packets(log)))
    hostile = [json.loads(message["msg"]) for message in seen if "forged" in message["msg"]]
    assert len(hostile) == 500 and all("x\n<0>1 - - " in record["prefix"] for record in hostile)
    assert {json.loads(message["msg"]).get("rule") for message in seen} >= {
        one["name"] for one in RULES}
    assert "is suspended" not in nflogd.log.read_text()


@pytest.mark.parametrize("shown", ["nothing", "of another authority", "with another name"])
def test_it_takes_nothing_without_the_right_certificate(network, daemon, config, log, syslog_ng,
                                                        authority, server, client, tmp_path,
                                                        shown):
    """Once we show it, all that waited arrives."""
    quiet(network)
    syslog_ng.with_tls(authority.ca, *server, client="gw").start()
    wrong = {"ca": client["ca"]}
    if shown != "nothing":
        issuer = Authority(tmp_path / "other") if "authority" in shown else authority
        certificate, key = issuer.issue("gw" if "authority" in shown else "somebody")
        wrong |= {"certificate": str(certificate), "key": str(key)}
    nflogd = daemon(config(RULES[0], outputs=outputs(log, address=ADDRESS, tls=wrong)))
    send(network, 100)
    [line] = is_suspended(nflogd, "")
    print(line.split("suspended: ")[1])
    wait_for(lambda: len(lines_of(log)) == 100, "all packets in the file")
    assert syslog_ng.messages() == []
    nflogd.write_config(config(RULES[0], outputs=outputs(log, address=ADDRESS, tls=client)))
    nflogd.reload()
    assert nflogd.stop() == 0
    seen = [m["msg"] for m in syslog_ng.wait_for_end() if m["msgid"] == "packet"]
    check_fields(syslog_ng, log)
    print(f"received {len(seen)} {siem_of(log)}")
    assert seen == lines_of(log) and len(seen) == 100 == siem_of(log)["written"]


def test_it_may_be_restarted(network, daemon, config, log, syslog_ng, server, authority, client):
    """What it was sent before its end and what waited meanwhile: nothing is missing."""
    quiet(network)
    syslog_ng.with_tls(authority.ca, *server, client="gw").start()
    nflogd = daemon(config(RULES[0], outputs=outputs(log, address=ADDRESS, tls=client)))
    send(network, 500)
    syslog_ng.wait_for_messages(500)
    syslog_ng.stop()
    send(network, 500)
    is_suspended(nflogd, "")
    syslog_ng.start()
    assert nflogd.stop() == 0
    messages = [m["msg"] for m in syslog_ng.wait_for_end() if m["msgid"] == "packet"]
    print(f"logged {len(lines_of(log))} received {len(messages)} {siem_of(log)}")
    assert list(dict.fromkeys(messages)) == lines_of(log) and len(lines_of(log)) == 1000
