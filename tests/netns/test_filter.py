# SPDX-License-Identifier: GPL-2.0-or-later
"""Filters of outputs: what one does not take is counted, whatever else happens."""
import json
import os
import signal

import pytest
from scapy.all import IP, UDP, Ether, wrpcap

from harness import NFLOGD, final_ledger, packets, parse, run, wait_for
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
                                "port in {22, 8000-8100} or in_iface == 'lan*'"))
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


def test_a_reload_with_a_bad_filter_is_refused(network, daemon, two_outputs, tmp_path):
    open_port(network)
    nflogd = daemon(two_outputs("dest_port == 9", None))
    nflogd.write_config(two_outputs("dest_prt == 22", None))
    nflogd.reload()
    assert "unknown field 'dest_prt' (did you mean 'dest_port'?)" in nflogd.log.read_text()
    flood(network, 100, port=9)
    flood(network, 50, port=22)
    assert nflogd.stop() == 0
    assert figures(tmp_path, 150)["a"]["written"] == 100


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


def test_check_tells_the_place_in_a_filter(tmp_path):
    path = tmp_path / "nflogd.yaml"
    path.write_text("outputs:\n- name: a\n  type: stdout\n"
                    "  filter: 'port == 22 and dst_ip == 10.0.0.1'\n"
                    "- {name: b, type: stdout, filter: \"prefix == \\\"x\\\" and\"}\n")
    done = run(NFLOGD, "check", "-c", path, check=False)
    assert done.returncode == 78
    assert done.stderr.splitlines() == [
        f"{path}:4:27: filter: unknown field 'dst_ip' (did you mean 'dest_ip'?)",
        f"{path}:5:35: filter: column 18 of it: expected a field or '(', not the end"]


def test_replay_with_a_filter(tmp_path):
    capture = tmp_path / "x.pcap"
    wrpcap(str(capture), [Ether() / IP(src="192.0.2.1") / UDP(dport=port)
                          for port in (9, 200, 9, 53)])
    done = run(NFLOGD, "replay", "--filter", "dest_port in {1-52, 200}", capture)
    assert [json.loads(line)["dest_port"] for line in done.stdout.splitlines()] == [9, 200, 9]
    done = run(NFLOGD, "replay", "--filter", "dest_port in {1-52, x}", capture, check=False)
    assert done.returncode == 64
    assert "--filter: column 21 of the filter: must be a number 0..65535, is 'x'" in done.stderr
