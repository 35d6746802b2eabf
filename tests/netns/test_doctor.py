# SPDX-License-Identifier: GPL-2.0-or-later
"""nflogd doctor on the real kernel: each finding is seen, its repair is run, and it is gone."""
import json
import os
import subprocess

import pytest
import yaml

from harness import LIMIT, NFLOGD, Namespace, run, wait_for


class Doctor:
    def __init__(self, namespace, folder):
        self.namespace = namespace
        self.folder = folder
        self.config = folder / "nflogd.yaml"

    def write(self, groups=(100,), **output):
        main = {"name": "main", "type": "file", "path": str(self.folder / "log" / "a.json"),
                "format": "json", "rotate": {"size": "64KiB", "keep": 2}, **output}
        self.write_outputs([main], groups)

    def write_outputs(self, outputs, groups=(100,)):
        self.config.write_text(yaml.safe_dump({
            "control_socket": str(self.folder / "control.sock"),
            "sources": [{"type": "nflog", "groups": list(groups)}],
            "rules": {"backend": "none"}, "outputs": outputs}))

    def ask(self):
        done = self.namespace.run(NFLOGD, "doctor", "-c", self.config, "--json", check=False)
        assert done.returncode in (0, 1), done.stderr
        rows = json.loads(done.stdout)
        serious = any(row["result"] in ("warning", "problem") for row in rows)
        assert done.returncode == serious
        return rows

    def found(self, name):
        return [row for row in self.ask() if row.get("finding") == name]

    def repair(self, name, **environment):
        """The finding is there; its own command makes it go."""
        (finding,) = self.found(name)
        assert finding["costs"]
        self.namespace.run("sh", "-c", finding["repair"], env={**os.environ, **environment})
        wait_for(lambda: not self.found(name), f"{name} to be repaired")
        return finding


@pytest.fixture
def doctor(tmp_path):
    namespace = Namespace("doctor")
    made = Doctor(namespace, tmp_path)
    (tmp_path / "log").mkdir(mode=0o750)
    made.write()
    yield made
    namespace.close()


def chain(doctor, *rules):
    doctor.namespace.nft("table inet filter {\nchain input {\ntype filter hook input priority 0;\n"
                         + "\n".join(rules) + "\n}\n}\n")


def editor(folder, old, new):
    """Stands for the operator: changes a configuration that it is sent to."""
    script = folder / "editor"
    script.write_text(f"#!/bin/sh\nexec sed -i 's|{old}|{new}|' \"$2\"\n")
    script.chmod(0o755)
    return str(script)


def test_all_is_well(doctor):
    rows = doctor.ask()
    assert {row["finding"] for row in rows if "finding" in row} <= {
        "not-running", "clock-unsynchronised"}
    assert not [row for row in rows if row["result"] == "skipped"]


@pytest.mark.parametrize("relative", [False, True])
def test_our_own_daemon_is_no_stranger(doctor, tmp_path, relative):
    config = doctor.config.name if relative else doctor.config
    with subprocess.Popen(["ip", "netns", "exec", doctor.namespace.name, NFLOGD, "run", "-c",
                           config], cwd=tmp_path, stderr=subprocess.DEVNULL) as daemon:
        try:
            wait_for(lambda: not doctor.found("not-running"), "the daemon to answer")
            assert (tmp_path / "log" / "a.json").exists()
            assert {row["finding"] for row in doctor.ask() if "finding" in row} <= {
                "clock-unsynchronised"}
        finally:
            daemon.terminate()


def test_nothing_is_changed(doctor):
    chain(doctor, "udp dport 9 log group 100")
    before = doctor.namespace.ruleset()
    doctor.ask()
    assert doctor.namespace.ruleset() == before


@pytest.mark.parametrize("reader", ["tcpdump", "nflogd"])
def test_a_group_that_another_process_holds(doctor, tmp_path, reader):
    command = {"tcpdump": ["tcpdump", "-i", "nflog:100", "-w", "/dev/null"],
               "nflogd": [NFLOGD, "record", "--group", "100", "-o", tmp_path / "x.nflog"]}[reader]
    with subprocess.Popen(["ip", "netns", "exec", doctor.namespace.name, *command],
                          stderr=subprocess.DEVNULL) as other:
        try:
            wait_for(lambda: doctor.found("group-held"), "the group to be held")
            finding = doctor.repair("group-held")
            assert f"{reader} (pid {other.pid})" in finding["text"]
            other.wait(LIMIT)
        finally:
            other.kill()


@pytest.mark.parametrize("name, rule", [
    ("rule-uncounted", 'udp dport 9 log prefix "it\'s `{x}` & more" group 100'),
    ("limit-uncounted", "udp dport { 9, 11 } limit rate 5/second burst 9 packets counter log group 100"),
    ("limit-behind-log", "udp dport 9 counter log group 100 limit rate 5/minute drop"),
    ("rule-threshold-low", "udp dport 9 counter log group 100 queue-threshold 1"),
    ("rule-snaplen-small", 'udp dport 9 counter log prefix "x" group 100 snaplen 20 accept'),
])
def test_a_rule_of_the_operators(doctor, name, rule):
    chain(doctor, "tcp dport 1 accept", rule, "tcp dport 2 accept")
    doctor.repair(name)
    text = doctor.namespace.run("nft", "list", "ruleset").stdout
    assert text.index("dport 1 ") < text.index("group 100") < text.index("dport 2 ")


def test_a_rule_with_all_that_is_wrong_needs_one_repair(doctor):
    chain(doctor, "udp dport 9 limit rate 5/second log group 100 queue-threshold 1 snaplen 20")
    doctor.repair("limit-uncounted")
    for name in ("rule-uncounted", "rule-threshold-low", "rule-snaplen-small"):
        assert not doctor.found(name)


def test_rules_of_other_groups_are_not_ours_to_judge(doctor):
    chain(doctor, "udp dport 9 log group 7")
    assert not doctor.found("rule-uncounted")


def test_a_group_that_nobody_reads(doctor, tmp_path):
    chain(doctor, "udp dport 9 counter log group 7", "udp dport 8 counter log group 7")
    finding = doctor.repair("group-unread", EDITOR=editor(tmp_path, "  - 100", "  - 100\\n  - 7"))
    assert "1 more" in finding["text"]


def test_a_default_logger_that_leads_nowhere(doctor):
    doctor.namespace.run("sysctl", "-w", "net.netfilter.nf_log.2=nfnetlink_log")
    doctor.repair("default-logger-changed")


def test_a_disk_that_is_smaller_than_the_retention(doctor, tmp_path):
    disk = tmp_path / "log"
    run("mount", "-t", "tmpfs", "-o", "size=1m,mode=0750", "none", disk)
    try:
        doctor.write(rotate={"size": "1MiB", "keep": 4, "max_total": "8MiB"})
        assert "size: 230KiB, max_total: 921KiB" in doctor.found("disk-small")[0]["repair"]
        doctor.write(rotate={"size": "256KiB", "keep": 4, "max_total": "8MiB"})
        doctor.repair("disk-small", EDITOR=editor(tmp_path, "8MiB", "900KiB"))
        run("mount", "-o", "remount,ro", disk)
        (finding,) = doctor.found("file-system-read-only")
        run("sh", "-c", finding["repair"])  # `ip netns exec` has mounts of its own
        assert not doctor.found("file-system-read-only")
    finally:
        run("umount", disk)


def test_two_outputs_on_one_file(doctor, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path)
    outputs = [{"name": name, "type": "file", "format": "json", "rotate": {"size": "64KiB", "keep": 2},
                "path": str(path / "log" / "a.json")}
               for name, path in (("a", tmp_path), ("b", tmp_path / "link"))]
    doctor.write_outputs(outputs)
    doctor.repair("path-shared", EDITOR=editor(tmp_path, "link/log/a.json", "log/b.json"))


def test_another_process_that_writes_to_our_file(doctor, tmp_path):
    with subprocess.Popen(["sleep", "infinity"], stdout=open(tmp_path / "log" / "a.json", "ab")) as other:
        try:
            assert f"sleep (pid {other.pid})" in doctor.repair("file-shared")["text"]
        finally:
            other.kill()


@pytest.mark.parametrize("name, break_it", [
    ("directory-unsafe", lambda log: log.chmod(0o777)),
    ("directory-unsafe", lambda log: os.chown(log, 4321, 0)),
    ("file-not-regular", lambda log: os.mkfifo(log / "a.json")),
    ("file-not-ours", lambda log: ((log / "a.json").touch(), os.chown(log / "a.json", 4321, 0))),
])
def test_a_directory_or_file_that_the_daemon_refuses(doctor, tmp_path, name, break_it):
    break_it(tmp_path / "log")
    doctor.repair(name)


def test_a_directory_that_cannot_be_made(doctor, tmp_path):
    doctor.write(path=str(tmp_path / "far" / "away" / "a.json"))
    doctor.repair("directory-missing")


def test_an_output_without_a_limit(doctor, tmp_path):
    doctor.write(rotate={"interval": "1d"})
    doctor.repair("retention-unbounded",
                  EDITOR=editor(tmp_path, "interval: 1d", "{interval: 1d, max_total: 1MiB}"
                                .strip("{}").replace(", ", "\\n    ")))


def test_without_privileges_it_says_what_it_skipped(doctor, tmp_path):
    os.chmod(tmp_path, 0o755)
    command = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", NFLOGD,
               "doctor", "--json"]
    rows = json.loads(doctor.namespace.run(*command, check=False).stdout)
    skipped = {row["check"] for row in rows if row["result"] == "skipped"}
    assert {"groups", "rule-counters", "listeners", "shared-files"} <= skipped


def test_in_a_user_namespace_the_buffer_is_limited(doctor):
    most = int(run("sysctl", "-n", "net.core.rmem_max").stdout)
    if most >= 128 << 20:
        pytest.skip("net.core.rmem_max allows every buffer here")
    rows = json.loads(run("unshare", "-rn", NFLOGD, "doctor", "-c", doctor.config, "--json",
                          check=False).stdout)
    if most >= 32 << 20:
        return
    (finding,) = [row for row in rows if row.get("finding") == "receive-buffer-limited"]
    assert finding["repair"] == f"sysctl -w net.core.rmem_max={32 << 20}"


def test_text_is_plain_without_a_terminal(doctor):
    text = doctor.namespace.run(NFLOGD, "doctor", "-c", doctor.config, check=False).stdout
    assert "\x1b" not in text and text.splitlines()[-1].endswith("skipped")
