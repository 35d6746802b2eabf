# SPDX-License-Identifier: GPL-2.0-or-later
"""Hand-made frames through real rules at three hooks, each logged with five snaplens.

What counts is what the rules' own counters saw: the kernel drops some frames
before a hook. Every frame has a source address of its own, by which a record is
known again.
"""
import collections
import json
import struct

import pytest

from harness import Daemon, Network, final_ledger, packets, wait_for
from malformed_frames import FRAMES, VLAN

HOOKS = ("ingress", "prerouting", "input")
SNAPLENS = (0, 20, 28, 40, 80)
TAGGED = [frame for frame in FRAMES if frame.ether_type == VLAN]  # the kernel takes the tag off
# What a cut takes away or changes beside the fields themselves.
# Each cut has a rule of its own.
OF_THE_CUT = {"payload_length", "truncated", "malformed", "seq", "group", "prefix", "timestamp",
              "rule_handle"}


def mac(number):
    return f"02:00:00:00:00:{number:02x}"


def group(hook, snaplen):
    return 1000 + 10 * HOOKS.index(hook) + SNAPLENS.index(snaplen)


def chain(hook):
    device = " device wan0" if hook == "ingress" else ""
    rules = [f'counter name {hook}-{snaplen} log prefix "{hook}-{snaplen}" '
             f"group {group(hook, snaplen)}" for snaplen in SNAPLENS]
    counters = [f"counter {hook}-{snaplen} {{ }}" for snaplen in SNAPLENS]
    return "\n".join([
        *counters,
        f"set {hook}-seen {{ type ether_addr; flags dynamic; size 1000; }}",
        f"chain {hook} {{",
        f"type filter hook {hook}{device} priority 0;",
        "ether saddr & ff:ff:ff:ff:ff:00 != 02:00:00:00:00:00 return",  # not one of ours
        f"add @{hook}-seen {{ ether saddr counter }}",
        *rules, "}"])


RULESET = f"""table netdev frames {{
{chain("ingress")}
}}
table inet frames {{
{chain("prerouting")}
{chain("input")}
}}
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """The records of all frames, and how often each frame and each rule was seen."""
    folder = tmp_path_factory.mktemp("frames")
    log = folder / "log" / "nflogd.json"
    network = Network()
    daemon = Daemon(network.gw, folder, {
        "sources": [{"type": "nflog", "groups": [group(hook, snaplen) for hook in HOOKS],
                     "snaplen": snaplen, "flush_timeout": "10ms"} for snaplen in SNAPLENS],
        "rules": {"backend": "none"},
        "outputs": [{"name": "main", "type": "file", "path": str(log), "format": "json"}],
    }, start=False)
    try:
        daemon.start()
        network.gw.nft(RULESET)
        destination = bytes.fromhex(network.gw.mac("wan0").replace(":", ""))
        network.out.send_frames("out0", [
            destination + bytes.fromhex(mac(number).replace(":", "")) +
            struct.pack(">H", frame.ether_type) + frame.packet
            for number, frame in enumerate(FRAMES)])
        wait_for(lambda: len(seen(network, "netdev", "ingress")) >= len(FRAMES) - len(TAGGED),
                 "all frames to arrive")
        assert daemon.stop() == 0
        yield {"records": packets(log), "ledger": final_ledger(log),
               "seen": {hook: seen(network, "netdev" if hook == "ingress" else "inet", hook)
                        for hook in HOOKS},
               "counters": counters(network)}
    finally:
        daemon.close()
        network.close()


def listing(network, *what):
    return json.loads(network.gw.run("nft", "-j", "list", *what).stdout)["nftables"]


def seen(network, family, hook):
    """How often each frame came to the hook, by its number."""
    found = listing(network, "set", family, "frames", f"{hook}-seen")[-1]["set"].get("elem", [])
    counts = {item["elem"]["val"]: item["elem"]["counter"]["packets"] for item in found}
    return {number: counts[mac(number)] for number in range(len(FRAMES)) if mac(number) in counts}


def counters(network):
    return {entry["counter"]["name"]: entry["counter"]["packets"]
            for entry in listing(network, "counters") if "counter" in entry}


def by_frame(result, hook, snaplen):
    """The records of one rule: frame number to record."""
    found = {}
    for record in result["records"]:
        if record["prefix"] == f"{hook}-{snaplen}":
            assert record["src_mac"] not in found, "two records of one packet"
            found[record["src_mac"]] = record
    numbers = {mac(number): number for number in range(len(FRAMES))}
    return {numbers[address]: record for address, record in found.items()}


def test_enough_frames_came_to_every_hook(result):
    counts = {hook: len(result["seen"][hook]) for hook in HOOKS}
    print(f"\n{len(FRAMES)} frames sent; came to {counts}")
    assert len(FRAMES) >= 37
    assert counts["ingress"] >= len(FRAMES) - len(TAGGED)
    assert counts["prerouting"] >= 37 and counts["input"] >= 20


def test_one_record_for_each_packet_that_a_counter_saw(result):
    logged = collections.Counter(record["prefix"] for record in result["records"])
    for hook in HOOKS:
        assert all(count == 1 for count in result["seen"][hook].values())
        for snaplen in SNAPLENS:
            found = by_frame(result, hook, snaplen)
            assert sorted(found) == sorted(result["seen"][hook]), (hook, snaplen)
    assert dict(logged) == {name: count for name, count in result["counters"].items() if count}
    ledger = result["ledger"]
    matched = sum(result["counters"].values())
    written = sum(output["written"] for output in ledger["outputs"])
    lost = sum(entry["lost_kernel"] for entry in ledger["groups"])
    print(f"\nmatched {matched}, suppressed 0, logged {sum(logged.values())}, written {written}, "
          f"lost {lost}")
    assert matched == sum(logged.values()) == written and lost == 0


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("snaplen", SNAPLENS)
def test_truncated_and_malformed_where_due(result, hook, snaplen):
    for number, record in by_frame(result, hook, snaplen).items():
        frame = FRAMES[number]
        have = record.get("payload_length", 0)
        assert have <= snaplen and have <= len(frame.packet), frame.name
        assert record.get("truncated", False) == (have < frame.needs), (frame.name, have, record)
        reason = record.get("malformed", "")
        assert bool(reason) == (frame.malformed != "" and have >= frame.seen_at), (
            frame.name, have, record)
        assert reason == "" or frame.malformed in reason, (frame.name, reason)
        assert record["hook"] == hook


@pytest.mark.parametrize("hook", HOOKS)
def test_a_shorter_snaplen_tells_less_and_nothing_else(result, hook):
    whole = by_frame(result, hook, SNAPLENS[-1])
    compared = 0
    for snaplen in SNAPLENS[:-1]:
        for number, record in by_frame(result, hook, snaplen).items():
            if FRAMES[number].malformed:
                continue
            told = {key: value for key, value in record.items() if key not in OF_THE_CUT}
            inner = told.pop("inner", {})
            assert told.items() <= whole[number].items(), FRAMES[number].name
            assert inner.items() <= whole[number].get("inner", {}).items(), FRAMES[number].name
            compared += 1
    assert compared > 0
