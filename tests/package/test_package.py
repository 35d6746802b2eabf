# SPDX-License-Identifier: GPL-2.0-or-later
"""The life of the package on one machine: these tests are to run in their order.

The machine is a Debian with nothing on it, booted by systemd; its own apt installs, upgrades,
removes and purges.
"""
import re
import subprocess

from conftest import OLD_VERSION
from harness import FLOOD, GW4, packets, parse, run, wait_for

LOG = "/var/log/nflogd/nflogd.json"
CONFIG = "/etc/nflogd/nflogd.yaml"
PORT = 9
OURS = "/etc/nflogd /var/log/nflogd /var/lib/nflogd /usr/sbin/nflogd /usr/share/nflogd".split()


def apt(machine, *arguments):
    return machine.run("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-y", "--no-install-recommends",
                       *arguments, stdin=subprocess.DEVNULL).stdout


def flood(network, count):
    sent = run("ip", "netns", "exec", network.out.name, FLOOD, GW4, str(PORT), "-n", str(count))
    assert f"sent {count}" in sent.stdout


def ours(machine):
    """Records of what flood() sent."""
    return [record for record in packets(machine.path(LOG)) if record.get("dest_port") == PORT]


def check_running(network, machine, version, recorded):
    """As it is after an installation or an upgrade, without anybody's doing."""
    assert machine.show("nflogd", "ActiveState") == "active"
    assert machine.show("nflogd", "UnitFileState") == "enabled"
    status = machine.run("dpkg-query", "-W", "-f", "${Status} ${Version}", "nflogd").stdout
    assert status == f"install ok installed {version}"
    assert "table inet nflogd" in network.gw.run("nft", "list", "tables").stdout
    flood(network, 100)
    wait_for(lambda: len(ours(machine)) == recorded, f"{recorded} records")


def daemons(machine):
    return machine.run("sh", "-c", "cat /proc/[0-9]*/comm 2>/dev/null | grep -c ^nflogd || true").stdout.strip()


def left_behind(machine):
    return [path for path in OURS if machine.path(path).exists()]


def test_what_it_depends_on(debs):
    """A small router gets no library that only some outputs need."""
    depends = run("dpkg-deb", "--field", str(debs["nflogd"]), "Depends").stdout
    assert "libnftables1" in depends
    assert not re.search("ssl|rdkafka|python|perl", depends), depends


def test_installed_it_runs_and_logs(network, machine):
    apt(machine, "install", f"/root/nflogd_{OLD_VERSION}.deb")
    check_running(network, machine, OLD_VERSION, 100)
    stat = machine.run("stat", "-c", "%U:%G %a", "/var/log/nflogd", LOG, CONFIG, "/etc/nflogd/conf.d").stdout
    assert stat.split("\n")[:4] == ["nflogd:nflogd 750", "nflogd:nflogd 640", "root:root 644", "root:root 755"]
    assert machine.run("dpkg", "--verify", "nflogd").stdout == ""
    assert machine.run("getfacl", "-c", "/var/log/nflogd", check=False).returncode in (0, 127)
    assert [line for line in machine.journal("nflogd", "--priority=warning")] == []


def test_an_upgrade_restarts_it_and_keeps_the_configuration(network, machine, debs):
    config = machine.path(CONFIG)
    changed = config.read_text().replace("#host: gw1", "host: changed")
    config.write_text(changed)
    before = machine.show("nflogd", "MainPID")
    apt(machine, "install", f"/root/{debs['nflogd'].name}")
    assert machine.show("nflogd", "MainPID") != before
    check_running(network, machine, "0.1.0", 200)
    assert config.read_text() == changed
    assert ours(machine)[-1]["host"] == "changed"
    final = [record for record in parse(machine.path(LOG)) if record.get("final")]
    assert len(final) == 1  # the older one ended in order
    assert sum(rule["lost_kernel"] for rule in final[0]["rules"]) == 0


def test_the_documentation_is_a_package_of_its_own(machine, debs):
    apt(machine, "install", f"/root/{debs['nflogd-doc'].name}")
    for file in ("configuration.md.gz", "examples/small-router.yaml", "examples/nflogd.yaml"):
        assert machine.path(f"/usr/share/doc/nflogd/{file}").exists(), file
    apt(machine, "purge", "nflogd-doc")


def test_removed_it_leaves_the_log_and_nothing_that_runs(network, machine):
    apt(machine, "remove", "nflogd")
    assert daemons(machine) == "0"
    assert "nflogd" not in network.gw.run("nft", "list", "ruleset").stdout
    assert left_behind(machine) == ["/etc/nflogd", "/var/log/nflogd"]
    final = [record for record in parse(machine.path(LOG)) if record.get("final")]
    assert len(final) == 2
    assert machine.run("systemctl", "is-system-running", check=False).stdout.strip() == "running"


def test_purged_it_leaves_nothing(machine):
    apt(machine, "purge", "nflogd")
    assert left_behind(machine) == []
    assert machine.run("getent", "passwd", "nflogd", check=False).returncode == 2
    assert machine.run("getent", "group", "nflogd", check=False).returncode == 2
    traces = machine.run("find", "/etc", "/var/lib/systemd", "/run/nflogd", "/usr/lib/systemd", "-name", "*nflogd*",
                         check=False).stdout
    assert traces == ""
