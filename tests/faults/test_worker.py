# SPDX-License-Identifier: GPL-2.0-or-later
"""The two processes: what each may do, and what happens when one dies."""
import os
import signal
import subprocess
import threading

import pytest

from harness import FLOOD, GW4, packets, parse, wait_for
from load import add_up, killed_workers, so_far, told_lost
from processes import children, kill_reader, reader_pid, status, threads, writer_pid

RULE = {"name": "all", "hook": "input", "in": ["wan0"], "protocol": ["udp"]}
KILLS = int(os.environ.get("NFLOGD_KILLS", "20"))


def flood(network, count, rate):
    return subprocess.Popen(
        ["ip", "netns", "exec", network.out.name, FLOOD, GW4, "9", "-n", str(count), "-r",
         str(rate), "-s", "64"], stdout=subprocess.DEVNULL)


def lifecycle(log, change):
    return [record for record in so_far(log)
            if record["event"] == "lifecycle" and record["change"] == change]


def test_only_the_keeper_has_a_privilege(daemon, config):
    nflogd = daemon(config(RULE))
    worker = reader_pid(nflogd)
    assert worker == writer_pid(nflogd)
    assert worker != nflogd.process.pid
    of_worker, of_keeper = status(worker), status(nflogd.process.pid)
    for key in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        assert int(of_worker[key], 16) == 0, key
    assert of_worker["NoNewPrivs"] == "1"
    assert of_worker["Seccomp"] == "2"
    assert of_keeper["Threads"] == "1"
    for name in threads(worker):
        assert name == "nflogd-worker" or name.startswith(("nflog:", "out:", "zstd")), name


def test_worker_killed_under_load(network, daemon, config, log):
    nflogd = daemon(config(RULE))
    count = KILLS * 10_000
    sender = flood(network, count, 50_000)
    for _ in range(KILLS):
        before = len(packets_so_far(log))
        wait_for(lambda: len(packets_so_far(log)) > before or sender.poll() is not None,
                 "packets from the next worker")
        kill_reader(nflogd)
    assert sender.wait() == 0
    reader_pid(nflogd)
    assert nflogd.stop() == 0
    figures = add_up(count, log).figures()
    assert len(killed_workers(log)) == KILLS
    lost = figures["lost_kernel"] + figures["failed"]
    print(f"kills {KILLS} lost {lost}")
    assert figures["dropped"] == 0
    # What was received is worked through by the successor; at most the one packet
    # in hand is lost.
    assert lost <= KILLS
    assert told_lost(log) == figures["failed"]


def packets_so_far(log):
    """Cheap: only whether more has come matters."""
    return range(log.stat().st_size if log.exists() else 0)


def test_signal_that_stopped_the_worker_is_told(network, daemon, config, log):
    nflogd = daemon(config(RULE))
    pid = kill_reader(nflogd, signal.SIGABRT)
    told = wait_for(lambda: lifecycle(log, "worker_restarted"), "the record of it")
    assert "6" in told[0]["reason"]
    assert f"worker process {pid} ended by signal 6" in nflogd.log.read_text()
    assert nflogd.stop() == 0


def test_worker_that_dies_again_and_again(network, daemon, config):
    nflogd = daemon(config(RULE))
    before = network.gw.ruleset()

    def kill_all():
        for pid in children(nflogd.process.pid) if nflogd.process.poll() is None else []:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return nflogd.process.poll() is not None

    wait_for(kill_all, "the daemon to give up")
    assert nflogd.process.returncode == 70
    assert "again and again" in nflogd.log.read_text()
    assert network.gw.ruleset() != before  # our table is gone
    assert "nflogd" not in "".join(network.gw.ruleset())


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT])
def test_keeper_dies(network, daemon, config, log, number):
    before = network.gw.ruleset()
    nflogd = daemon(config(RULE))
    worker = reader_pid(nflogd)
    count = 5000
    assert flood(network, count, 1_000_000).wait() == 0
    os.kill(nflogd.process.pid, number)
    nflogd.process.wait()
    assert network.gw.ruleset() == before  # at once, with the keeper
    wait_for(lambda: not threads(worker), "the worker's end")
    assert len(packets(log)) == count
    last = parse(log)[-1]
    assert last["event"] == "ledger" and last["final"]
    assert last["outputs"][0]["written"] == count
    assert lifecycle(log, "stopped")


def test_worker_killed_while_the_daemon_stops(network, daemon, config, log):
    """The successor does what was left to do."""
    nflogd = daemon(config(RULE))
    count = 50_000
    worker = reader_pid(nflogd)
    os.kill(worker, signal.SIGSTOP)
    assert flood(network, count, 1_000_000).wait() == 0
    nflogd.send(signal.SIGTERM)
    wait_for(lambda: "log." not in network.gw.run("nft", "list", "ruleset").stdout or
             "jump" not in network.gw.run("nft", "list", "ruleset").stdout, "quiet rules")
    os.kill(worker, signal.SIGKILL)
    assert nflogd.process.wait(30) == 0
    figures = add_up(count, log).figures()
    assert figures["logged"] == count


def test_signals_to_the_whole_group_stop_the_daemon_once(network, daemon, config, log):
    """As Ctrl-C in a terminal, or systemd's KillMode=control-group."""
    nflogd = daemon(config(RULE))
    worker = reader_pid(nflogd)
    sender = flood(network, 20_000, 100_000)
    wait_for(lambda: packets_so_far(log), "packets")
    assert sender.wait() == 0
    for pid in (worker, nflogd.process.pid):
        os.kill(pid, signal.SIGTERM)
    assert nflogd.process.wait(30) == 0
    add_up(20_000, log)


def test_a_hanging_worker_is_replaced_at_a_reload(network, daemon, config, log):
    """One that does not answer does not keep the daemon from its new configuration."""
    nflogd = daemon(config(RULE))
    worker = reader_pid(nflogd)
    os.kill(worker, signal.SIGSTOP)
    released = threading.Timer(60, os.kill, (worker, signal.SIGCONT))
    released.start()
    nflogd.write_config(config({**RULE, "name": "renamed"}))
    nflogd.reload()
    released.cancel()
    assert reader_pid(nflogd) != worker
    assert nflogd.stop() == 0
