# SPDX-License-Identifier: GPL-2.0-or-later
"""nflogd doctor on a booted machine: what spoils the service is found, the command that
doctor prints is run, and the service logs again."""
import json

import pytest

from test_service import all_packets, flood, start, stop

DROP_IN = "/etc/systemd/system/nflogd.service.d"
LOGROTATE = "/etc/logrotate.d/nflogd-too"
SPOILT = {
    "unit-private-network": "PrivateNetwork=yes",
    "unit-private-users": "PrivateUsers=yes",
    "unit-capability": "CapabilityBoundingSet=\nCapabilityBoundingSet=CAP_CHOWN",
    "unit-families": "RestrictAddressFamilies=\nRestrictAddressFamilies=AF_UNIX",
    "unit-memory": "MemoryMax=8M",
}


def found(machine, name):
    done = machine.run("nflogd", "doctor", "--json", check=False)
    assert done.returncode in (0, 1), done.stderr
    return [row for row in json.loads(done.stdout) if row.get("finding") == name]


def repair(machine, name):
    (finding,) = found(machine, name)
    machine.run("sh", "-c", finding["repair"])
    assert not found(machine, name)


def logs_packets(network, machine):
    start(machine)
    flood(network, 100)
    stop(machine)
    assert len(all_packets(machine)) >= 100


@pytest.mark.parametrize("name", SPOILT)
def test_a_drop_in_that_spoils_the_service_is_outdone(network, machine, name):
    folder = machine.path(DROP_IN)
    folder.mkdir(parents=True)
    (folder / "override.conf").write_text(f"[Service]\n{SPOILT[name]}\n")
    machine.run("systemctl", "daemon-reload")
    repair(machine, name)
    machine.run("systemctl", "reset-failed", "nflogd", check=False)
    logs_packets(network, machine)


def test_an_output_outside_of_what_the_service_may_write(network, machine):
    machine.run("install", "-d", "-o", "nflogd", "/srv/records")
    machine.path("/etc/nflogd/conf.d/more.yaml").write_text(
        "outputs: [{name: more, type: file, path: /srv/records/more.json}]\n")
    repair(machine, "unit-read-only")
    logs_packets(network, machine)
    assert machine.path("/srv/records/more.json").stat().st_size > 0


@pytest.mark.parametrize("name,directive", [("logrotate-copytruncate", "copytruncate"),
                                            ("logrotate-too", "missingok")])
def test_a_logrotate_that_rotates_the_same_file(machine, name, directive):
    folder = machine.path("/etc/logrotate.d")
    folder.mkdir(exist_ok=True)
    file = machine.path(LOGROTATE)
    file.write_text("/var/log/nflogd/*.json {\n    daily\n    " + directive + "\n}\n")
    try:
        repair(machine, name)
    finally:
        machine.run("sh", "-c", f"rm -f {LOGROTATE}*")


def test_the_user_that_the_configuration_names(machine):
    machine.path("/etc/nflogd/conf.d/user.yaml").write_text("run_as: packets\n")
    repair(machine, "user-missing")
    assert machine.run("id", "packets").returncode == 0
    machine.run("userdel", "packets")
