# SPDX-License-Identifier: GPL-2.0-or-later
"""A flood of noise cannot hide an alarm: rules of high priority have their own socket."""
import os
import signal

import pytest

from harness import final_ledger, packets
from load import Flood, add_up, flood, quiet_port
from processes import reader_pid

NOISE = {"name": "noise", "hook": "input", "protocol": ["udp"], "destination_port": [9]}
ALARM = {"name": "alarm", "hook": "input", "protocol": ["udp"], "destination_port": [7],
         "priority": "high"}
ALARMS = 2_000


def tight(config, *rules, backend="nftables"):
    """The noise's socket holds next to nothing, that of the alarms the default."""
    made = config(*rules, backend=backend, sources=[
        {"type": "nflog", "groups": [100], "flush_timeout": "10ms", "receive_buffer": "64KiB"},
        {"type": "nflog", "groups": [200], "flush_timeout": "10ms", "priority_group": 201}])
    made["outputs"][0]["queue"] = 1 << 18  # holds all that this test can log
    return made


def figures_of(log, name):
    [rule] = [rule for rule in final_ledger(log)["rules"] if rule["rule"] == name]
    print(f"{name}: matched {rule['matched']} suppressed {rule['suppressed']} "
          f"logged {rule['logged']} lost {rule['lost_kernel']}")
    return rule


def flood_while_the_reader_stands(network, nflogd):
    """The noise is more than its socket holds before the first alarm comes."""
    reader = reader_pid(nflogd)
    os.kill(reader, signal.SIGSTOP)
    sent = flood(network, 50_000)
    assert flood(network, ALARMS, port=7) == ALARMS
    sent += flood(network, 50_000)
    os.kill(reader, signal.SIGCONT)
    return sent


@pytest.mark.parametrize("backend", ["nftables", "iptables"])
def test_every_alarm_is_logged_while_noise_overruns_its_socket(network, daemon, config, log,
                                                               backend):
    quiet_port(network)
    nflogd = daemon(tight(config, NOISE, ALARM, backend=backend))
    noise = flood_while_the_reader_stands(network, nflogd)
    assert nflogd.stop() == 0
    add_up(noise + ALARMS, log)
    alarm, other = figures_of(log, "alarm"), figures_of(log, "noise")
    assert other["lost_kernel"] > 0
    assert (alarm["matched"], alarm["logged"], alarm["lost_kernel"]) == (ALARMS, ALARMS, 0)
    found = [record for record in packets(log) if record.get("rule") == "alarm"]
    assert len(found) == ALARMS
    assert {record["group"] for record in found} == {201}


def test_alarms_of_normal_priority_are_hidden_by_the_same_noise(network, daemon, config, log):
    """What high priority is for."""
    quiet_port(network)
    nflogd = daemon(tight(config, NOISE, {**ALARM, "priority": "normal"}))
    noise = flood_while_the_reader_stands(network, nflogd)
    assert nflogd.stop() == 0
    add_up(noise + ALARMS, log)
    alarm = figures_of(log, "alarm")
    assert alarm["matched"] == ALARMS
    assert alarm["lost_kernel"] > 0


def test_alarms_amid_a_flood_that_is_read(network, daemon, config, log):
    """Without any stall: the alarms come while the noise does its worst."""
    quiet_port(network)
    nflogd = daemon(tight(config, NOISE, ALARM))
    noise = Flood(network, 100_000)
    alarms = Flood(network, ALARMS, 2_000, port=7)
    sent = noise.finish() + alarms.finish()
    assert nflogd.stop() == 0
    add_up(sent, log)
    figures_of(log, "noise")
    alarm = figures_of(log, "alarm")
    assert (alarm["matched"], alarm["logged"], alarm["lost_kernel"]) == (ALARMS, ALARMS, 0)


def test_the_group_of_high_priority_is_shown_and_checked(network, daemon, config):
    nflogd = daemon(config(NOISE, ALARM))
    printed = nflogd.command("rules", "-c", nflogd.config).stdout
    assert 'log prefix "noise" group 100' in printed
    assert 'log prefix "alarm" group 101' in printed
    nflogd.write_config(config(NOISE, {**ALARM, "group": 100}))
    refused = nflogd.command("check", "-c", nflogd.config)
    assert refused.returncode == 78
    assert "group 100 is used by a rule of normal priority, too" in refused.stderr
