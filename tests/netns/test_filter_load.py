# SPDX-License-Identifier: GPL-2.0-or-later
"""Filters under load, over reloads and killed workers: every packet is written or filtered."""
import os
import signal

import pytest

from harness import final_ledger, packets, parse, wait_for
from processes import reader_pid
from test_ledger import flood, open_port

LOW = {"name": "low", "hook": "input", "protocol": ["udp"], "destination_port": ["1-99"],
       "action": "drop"}
HIGH = {"name": "high", "hook": "input", "protocol": ["udp"], "destination_port": ["100-65535"]}
EACH = 20_000  # packets to a port


@pytest.fixture
def two_outputs(config, tmp_path):
    """two_outputs(first, second): files a.json and b.json with these filters."""

    def make(first, second, **sections):
        made = config(LOW, HIGH, **sections)
        made["outputs"] = [
            {"name": name, "type": "file", "path": str(tmp_path / "log" / f"{name}.json"),
             **({} if expression is None else {"filter": expression})}
            for name, expression in (("a", first), ("b", second))]
        return made

    return make


def file_of(tmp_path, name):
    return tmp_path / "log" / f"{name}.json"


def figures(tmp_path, sent):
    """The outputs of the final ledger by name, after checking each sum against `sent`."""
    ledger = final_ledger(file_of(tmp_path, "a"))
    for rule in ledger["rules"]:
        assert rule["matched"] == rule["suppressed"] + rule["logged"] + rule["lost_kernel"]
    outputs = {output["output"]: output for output in ledger["outputs"]}
    for output in outputs.values():
        print("sent {} written {written} filtered {filtered} dropped {dropped} failed {failed} "
              "({output})".format(sent, **output))
        assert sent == output["written"] + output["filtered"]
        assert (output["dropped"], output["failed"], output["queued"]) == (0, 0, 0)
        assert len(packets(file_of(tmp_path, output["output"]))) == output["written"]
    return outputs


def ports(tmp_path, name):
    return {record["dest_port"] for record in packets(file_of(tmp_path, name))}


def test_two_outputs_with_filters_of_their_own_under_load(network, daemon, two_outputs, tmp_path):
    open_port(network)
    nflogd = daemon(two_outputs("action == drop and src_ip == 192.0.2.0/24",
                                "port in {22, 8000-8100} or in_iface == lan*"))
    for port in (9, 22, 8080, 9000):
        flood(network, EACH, port=port)
    assert nflogd.stop() == 0
    outputs = figures(tmp_path, 4 * EACH)
    assert (outputs["a"]["written"], outputs["a"]["filtered"]) == (2 * EACH, 2 * EACH)
    assert (outputs["b"]["written"], outputs["b"]["filtered"]) == (2 * EACH, 2 * EACH)
    assert ports(tmp_path, "a") == {9, 22} and ports(tmp_path, "b") == {22, 8080}
    events = [r.get("change", "ledger") for r in parse(file_of(tmp_path, "b"))
              if r["event"] != "packet"]
    assert events[0] == "started" and "stopped" in events and events[-1] == "ledger"


def test_reload_with_another_filter_under_load(network, daemon, two_outputs, tmp_path):
    """Each packet is judged once, by the old filter or by the new one."""
    open_port(network)
    first = two_outputs("dest_port == 9", None)
    nflogd = daemon(first)
    flood(network, EACH, port=9)
    wait_for(lambda: len(packets(file_of(tmp_path, "a"))) == EACH, "what the first filter takes")
    flood(network, EACH, port=22)
    wait_for(lambda: len(packets(file_of(tmp_path, "b"))) == 2 * EACH, "all that was sent")
    nflogd.write_config(two_outputs("dest_port == 22", "not dest_port"))
    flood(network, EACH, port=9000)  # half of it may be in the old worker's hands
    nflogd.reload()
    flood(network, EACH, port=22)
    flood(network, EACH, port=9)
    assert nflogd.stop() == 0
    outputs = figures(tmp_path, 5 * EACH)
    assert outputs["a"]["written"] == 2 * EACH and outputs["a"]["filtered"] == 3 * EACH
    assert ports(tmp_path, "a") == {9, 22}
    assert 2 * EACH <= outputs["b"]["written"] <= 3 * EACH
    assert ports(tmp_path, "b") <= {9, 22, 9000}


def test_a_killed_worker_leaves_the_sums_exact(network, daemon, two_outputs, tmp_path):
    open_port(network)
    nflogd = daemon(two_outputs("dest_port == 9", "dest_port == 1"))
    flood(network, EACH, port=9)
    flood(network, EACH, port=22)
    worker = reader_pid(nflogd)
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: "starting another" in nflogd.log.read_text(), "the death to be noticed")
    wait_for(lambda: reader_pid(nflogd) not in (None, worker), "another worker")
    flood(network, EACH, port=9)
    assert nflogd.stop() == 0
    ledger = final_ledger(file_of(tmp_path, "a"))
    received = sum(group["received"] for group in ledger["groups"])
    assert received == sum(rule["logged"] for rule in ledger["rules"])
    assert sum(rule["logged"] + rule["lost_kernel"] for rule in ledger["rules"]) == 3 * EACH
    for output in ledger["outputs"]:
        print("received {} written {written} filtered {filtered} dropped {dropped} "
              "failed {failed} ({output})".format(received, **output))
        assert received == (output["written"] + output["filtered"] + output["dropped"] +
                            output["failed"])
        assert output["queued"] == 0
        assert len(packets(file_of(tmp_path, output["output"]))) == output["written"]
    assert ledger["outputs"][1]["written"] == 0
