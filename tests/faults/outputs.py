# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of failing outputs share: packets, disks, and sums."""
import contextlib
import json
import pathlib
import re
import subprocess
import time

from harness import FLOOD, GW4, final_ledger, run, wait_for

UDP = {"name": "udp", "hook": "input", "protocol": ["udp"]}
SUSPENDED, RESUMED = "output 'main' is suspended", "output 'main' writes again"


def open_port(network):
    """A quiet router: no ICMP answers to datagrams for a closed port."""
    network.gw.nft("table ip quiet { chain in { type filter hook input priority 10; "
                   "udp dport 1-65535 drop; }; }")


def send(network, count, pps=0):
    sent = network.out.run(FLOOD, GW4, "9", "-n", str(count), "-r", str(pps)).stdout
    assert f"sent {count}" in sent
    return count


@contextlib.contextmanager
def sending(network, count, pps):
    """Sends meanwhile; waits for the end of it."""
    flood = subprocess.Popen(["ip", "netns", "exec", network.out.name, FLOOD, GW4, "9",
                              "-n", str(count), "-r", str(pps)], stdout=subprocess.PIPE, text=True)
    try:
        yield
    finally:
        assert f"sent {count}" in flood.communicate(timeout=60)[0]


@contextlib.contextmanager
def mounted(path, kind="tmpfs", options="size=1m,mode=755", device="none"):
    path.mkdir(exist_ok=True)
    run("mount", "-t", kind, "-o", options, device, str(path))
    try:
        yield path
    finally:
        run("umount", "-l", str(path))


def mount_for(daemon, path, kind, options, device):
    """Where the daemon sees it, and nobody else: `ip netns exec` gives it a mount
    namespace of its own, which ends with it. Returns the path from outside."""
    run("nsenter", "-m", "-t", str(daemon.process.pid), "mount", "-t", kind, "-o", options, device,
        str(path))
    return pathlib.Path(f"/proc/{daemon.process.pid}/root{path}")


def fill(path):
    """Takes all the room there is."""
    with open(path / "ballast", "wb", buffering=0) as ballast, contextlib.suppress(OSError):
        while ballast.write(bytes(4096)):
            pass


def says(daemon, text):
    return daemon.log.read_text().count(text)


def wait_until_told(daemon, text, count=1):
    wait_for(lambda: says(daemon, text) >= count, f"the daemon to say: {text}")


def resume(daemon, repair):
    """Brings the medium back; returns the seconds until the output goes on."""
    before = says(daemon, RESUMED)
    repair()
    start = time.monotonic()
    wait_until_told(daemon, RESUMED, before + 1)
    seconds = time.monotonic() - start
    assert seconds <= 1.0, "the output did not go on within a second"
    return seconds


def files_of(log):
    """The log's files, oldest records first."""
    found = {}
    for path in log.parent.iterdir():
        parts = re.fullmatch(re.escape(log.name) + r"\.(\d{8}-\d{6})(?:\.(\d+))?", path.name)
        if parts:
            found[parts[1], int(parts[2] or 0)] = path
    return [found[key] for key in sorted(found)] + [log]


def records_of(log):
    """All records of all files. A line that is no record fails the test."""
    records = []
    for path in files_of(log):
        text = path.read_text()
        assert text == "" or text.endswith("\n"), f"{path.name} ends in a torn line"
        records += [json.loads(line) for line in text.splitlines()]
    return records


def check_sums(log, sent, first_kept=0, told=("output_suspended", "output_resumed")):
    """Every packet is in the files or counted, and each once. `first_kept`: files
    of older packets have been deleted. Returns the output's ledger."""
    records = records_of(log)
    packets = [record for record in records if record["event"] == "packet"]
    ledger = final_ledger(log)
    [rule], [output] = ledger["rules"], ledger["outputs"]
    print(f"sent {sent} matched {rule['matched']} suppressed {rule['suppressed']} "
          f"logged {rule['logged']} lost_kernel {rule['lost_kernel']} "
          f"written {output['written']} dropped {output['dropped']} failed {output['failed']} "
          f"in files {len(packets)}")
    assert rule["matched"] == sent
    assert rule["matched"] == rule["suppressed"] + rule["logged"] + rule["lost_kernel"]
    assert rule["logged"] == output["written"] + output["dropped"] + output["failed"]
    assert output["queued"] == 0
    if not first_kept:
        assert len(packets) == output["written"]
    seqs = [record["seq"] for record in packets]
    assert seqs == sorted(set(seqs)), "packets doubled or out of order"
    changes = [r["change"] for r in records if r["event"] == "lifecycle"]
    for change in ("output_suspended", "output_resumed"):
        assert changes.count(change) == told.count(change), changes
    return output
