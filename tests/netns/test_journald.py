# SPDX-License-Identifier: GPL-2.0-or-later
"""What systemd-journald keeps is what was logged, field by field."""
import codecs
import json

import pytest

from harness import FLOOD, GW4, final_ledger, packets as records, wait_for
from journald import Journald
from test_pcap import RULE, corpus
from test_syslog import hostile_rule, quiet, send

RULES = ({"name": "first-half", "hook": "input", "in": ["wan0"], "protocol": ["udp"],
          "destination_port": [9], "action": "drop"},
         {"name": "odd [x=y] \u00fc <1>", "hook": "input", "in": ["wan0"], "protocol": ["tcp"],
          "action": "reject"})
WARNING, NOTICE, INFO = "4", "5", "6"

# Bytes that are no UTF-8 are in JSON as the character of their value.
codecs.register_error("value", lambda error: (
    "".join(chr(byte) for byte in error.object[error.start:error.end]), error.end))


@pytest.fixture
def journald(tmp_path):
    receiver = Journald(tmp_path)
    receiver.start()
    yield receiver
    receiver.close()


def outputs(log, journald):
    return [{"name": "main", "type": "file", "path": str(log)},
            {"name": "journal", "type": "journald", "socket": str(journald.socket)}]


def text_of(value):
    """journalctl prints as numbers what is no plain text."""
    return bytes(value).decode("utf-8", "value") if isinstance(value, list) else value


def fields_of(record, prefix="NFLOG_"):
    """What the journal has to say of a record of the file."""
    fields = {}
    for name, value in record.items():
        if name in ("event", "host"):
            continue
        if name == "inner":
            fields |= fields_of(value, "NFLOG_INNER_")
        elif isinstance(value, bool):
            fields[prefix + name.upper()] = str(value).lower()
        elif isinstance(value, list):
            fields[prefix + name.upper()] = " ".join(value)
        else:
            fields[prefix + name.upper()] = str(value)
    return fields


def fields_in(entry):
    return {name: text_of(value) for name, value in entry.items() if name.startswith("NFLOG_")}


def packets_in(journald):
    return journald.entries("MESSAGE_ID=8d0a4c2be3c14f0f9a5d6f5b1c7e2a41")


def journal_of(log):
    [output] = [o for o in final_ledger(log)["outputs"] if o["output"] == "journal"]
    return output


def check_fields(journald, log):
    logged = records(log)
    wait_for(lambda: len(packets_in(journald)) >= len(logged), "the journal's entries")
    entries = packets_in(journald)
    assert [fields_in(entry) for entry in entries] == [fields_of(record) for record in logged]
    assert {entry["SYSLOG_IDENTIFIER"] for entry in entries} == {"nflogd"}
    return zip(entries, logged)


def test_every_field_of_every_kind_of_packet_arrives(network, daemon, config, log, journald):
    nflogd = daemon(config(RULE, outputs=outputs(log, journald)))
    frames = corpus(network)
    network.out.send_frames("out0", frames)
    wait_for(lambda: len(records(log)) >= len(frames), "the records")
    assert nflogd.stop() == 0
    checked = list(check_fields(journald, log))
    assert any("NFLOG_INNER_SRC_IP" in entry for entry, _ in checked)


def test_hostile_prefixes_priorities_and_events(network, daemon, config, log, journald):
    quiet(network)
    hostile_rule(network)
    nflogd = daemon(config(*RULES, outputs=outputs(log, journald)))
    send(network, 20)
    send(network, 5, port=11)
    wait_for(lambda: len(records(log)) == 25, "the records")
    assert nflogd.stop() == 0
    prefixes = set()
    for entry, record in check_fields(journald, log):
        assert entry["PRIORITY"] == (WARNING if record.get("action") == "drop" else INFO)
        prefixes.add(text_of(entry["NFLOG_PREFIX"])[:2])
    assert "x\n" in prefixes
    events = [entry for entry in journald.entries() if "NFLOG_EVENT" in entry]
    assert {entry["PRIORITY"] for entry in events} == {NOTICE}
    told = [json.loads(text_of(entry["NFLOG_JSON"])) for entry in events]
    assert told[0]["change"] == "started"
    assert not [entry for entry in journald.entries() if "<0>1" in text_of(entry["MESSAGE"])
                and "NFLOG_PREFIX" not in entry]


def test_a_message_reads_well(network, daemon, config, log, journald):
    quiet(network)
    nflogd = daemon(config(*RULES, outputs=outputs(log, journald)))
    send(network, 1)
    wait_for(lambda: packets_in(journald), "the entry")
    [record] = records(log)
    [line] = journald.lines("NFLOG_DEST_PORT=9")
    assert nflogd.stop() == 0
    assert line.split()[:2] == ["drop", "first-half"]
    assert f"{record['src_ip']}:{record['src_port']}" in line


def test_a_journal_that_stops_and_comes_back(network, daemon, config, log, journald):
    quiet(network)
    nflogd = daemon(config(*RULES, outputs=outputs(log, journald)))
    send(network, 1000)
    wait_for(lambda: len(packets_in(journald)) == 1000, "the first entries")
    journald.freeze()
    send(network, 3000)
    wait_for(lambda: "output 'journal' is suspended" in nflogd.log.read_text(),
             "the daemon to notice")
    assert len(records(log)) > 1000
    journald.thaw()
    wait_for(lambda: "output 'journal' writes again" in nflogd.log.read_text(), "the output to go on")
    send(network, 1000)
    assert nflogd.stop() == 0
    logged = records(log)
    wait_for(lambda: len(packets_in(journald)) == 5000, "the entries")
    print(f"sent 5000 logged {len(logged)}", journal_of(log))
    assert len(logged) == 5000
    assert [entry["NFLOG_SEQ"] for entry in packets_in(journald)] == \
        [str(record["seq"]) for record in logged]
    assert journal_of(log) == {"output": "journal", "written": 5000, "filtered": 0, "dropped": 0,
                               "failed": 0, "queued": 0}


def test_a_flood_within_the_queue(network, daemon, config, log, journald):
    """Nothing of it is lost: what the journal does not take in time waits."""
    quiet(network)
    nflogd = daemon(config(*RULES, outputs=outputs(log, journald)))
    network.out.run(FLOOD, GW4, "9", "-n", "15000", "-s", "64")
    assert nflogd.stop() == 0
    assert journal_of(log)["written"] == 15000 == len(records(log))
    wait_for(lambda: len(packets_in(journald)) == 15000, "the entries")
