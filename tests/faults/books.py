# SPDX-License-Identifier: GPL-2.0-or-later
"""Does the log add up?"""
import collections
import pathlib

from harness import final_ledger, packets


def require_sums(path, sent=None, output="main"):
    """Checks the final ledger of a log that holds all outputs' packets against its
    own records; prints the figures and returns them."""
    ledger = final_ledger(path)
    records = packets(path)
    rules = ledger["rules"]
    figures = {key: sum(rule[key] for rule in rules)
               for key in ("matched", "suppressed", "logged", "lost_kernel")}
    mine = next(entry for entry in ledger["outputs"] if entry["output"] == output)
    figures.update({key: mine[key] for key in ("written", "dropped", "failed", "queued")})
    print(" ".join(f"{key} {value}" for key, value in
                   ([("sent", sent)] if sent is not None else []) + list(figures.items())))
    if sent is not None:
        assert figures["matched"] == sent
    for rule in rules:
        assert rule["matched"] == rule["suppressed"] + rule["logged"] + rule["lost_kernel"], rule
    received = sum(group["received"] for group in ledger["groups"])
    assert received == sum(mine[key] for key in ("written", "dropped", "failed", "queued"))
    assert mine["queued"] == 0
    assert len(records) == mine["written"], "the file holds what the ledger says is written"
    seen = collections.Counter((record["group"], record["seq"]) for record in records)
    assert not [key for key, count in seen.items() if count > 1], "a packet is there twice"
    assert pathlib.Path(path).read_bytes().endswith(b"\n")
    return figures
