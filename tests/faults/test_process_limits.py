# SPDX-License-Identifier: GPL-2.0-or-later
"""No more processes, threads, descriptors or kernel features: it goes on, or says why."""
import os
import pathlib
import resource
import signal
import subprocess
import sys
import threading

import pytest
import yaml

from harness import LIMIT, NFLOGD, Daemon, run, wait_for
from load import UDP, add_up, flood, packets_so_far, quiet_port
from processes import reader_pid

CLEAN = {64, 69, 70, 71, 73, 77, 78}  # sysexits: it has ended itself
# libnftables ends the process by itself if it cannot have a netlink socket.
LIBNFTABLES_EXIT = 3


def try_start(nflogd, *wrapper):
    """(exit code, messages) of a start that may fail; 0 if it got ready and was stopped."""
    command = ["ip", "netns", "exec", nflogd.namespace.name, *wrapper, NFLOGD, "run", "-c",
               str(nflogd.config)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        text = ""
        patience = threading.Timer(LIMIT, process.kill)
        patience.start()
        for line in process.stderr:
            text += line
            if "reading nfnetlink_log" in line:
                process.terminate()
        patience.cancel()
        return process.wait(), text


@pytest.mark.parametrize("limit", [4, 5, 6, 7, 8, 9, 10, 12, 16])
def test_few_descriptors_at_the_start(network, config, tmp_path, limit):
    """Either it has enough of them, or it ends cleanly and leaves nothing."""
    before = network.gw.ruleset()
    nflogd = Daemon(network.gw, tmp_path, config(UDP), start=False)
    code, text = try_start(nflogd, "prlimit", f"--nofile={limit}:{limit}")
    print(f"limit {limit}: exit {code}: {text.strip().splitlines()[-1:]}")
    assert code == 0 or (code in CLEAN | {LIBNFTABLES_EXIT} and text)
    assert network.gw.ruleset() == before


def test_no_descriptors_left_at_a_reopen(network, daemon, config, log):
    """It goes on with the file it has; the next time it is asked it opens another."""
    quiet_port(network)
    nflogd = daemon(config(UDP))
    sent = flood(network, 100)
    wait_for(lambda: len(packets_so_far(log)) == sent, "the first records")
    worker = reader_pid(nflogd)
    old = resource.prlimit(worker, resource.RLIMIT_NOFILE)
    resource.prlimit(worker, resource.RLIMIT_NOFILE, (3, old[1]))
    renamed = log.with_suffix(".old")
    log.rename(renamed)
    nflogd.send(signal.SIGUSR1)
    wait_for(lambda: "Too many open files" in nflogd.log.read_text(), "the refusal")
    sent += flood(network, 1_000)
    resource.prlimit(worker, resource.RLIMIT_NOFILE, old)
    nflogd.send(signal.SIGUSR1)
    wait_for(log.exists, "the file to be opened anew")
    sent += flood(network, 100)
    assert nflogd.stop() == 0
    tally = add_up(sent, renamed, log)
    assert tally.lost == 0 and "worker_restarted" not in tally.changes


def run_as_nobody(config):
    # The default socket, which may be missing: nobody can make none in a test's folder.
    return config(UDP, run_as="nobody", outputs=[{"name": "main", "type": "stdout"}],
                  control_socket="/run/nflogd/control.sock")


def processes_of_nobody():
    listed = run("ps", "-LU", "nobody", "-o", "lwp=", check=False)
    return len(listed.stdout.split())


@pytest.mark.parametrize("more", range(5))
def test_few_processes_at_the_start(network, config, tmp_path, more):
    """A thread is a process to this limit: the start fails at one after the other."""
    before = network.gw.ruleset()
    nflogd = Daemon(network.gw, tmp_path, run_as_nobody(config), start=False)
    tmp_path.chmod(0o755)
    limit = processes_of_nobody() + 1 + more
    code, text = try_start(nflogd, "prlimit", f"--nproc={limit}:{limit}")
    print(f"{more} more than itself: exit {code}: {text.strip()}")
    assert code == 0 or (code in CLEAN and "error: " in text)
    assert code != 0 or more > 0
    assert network.gw.ruleset() == before


@pytest.fixture
def crowd():
    """Processes of nobody's, up to a limit of `room` more of them."""
    sleepers = []

    def fill(room):
        if room is None:
            leave()
            return
        for _ in range(room):
            sleepers.append(subprocess.Popen(["setpriv", "--reuid=nobody", "--clear-groups",
                                              "sleep", "infinity"]))
        wait_for(lambda: all(pathlib.Path(f"/proc/{one.pid}").stat().st_uid for one in sleepers),
                 "them to be nobody")

    def leave():
        while sleepers:
            sleepers[-1].kill()
            sleepers.pop().wait()

    yield fill
    leave()


@pytest.fixture
def crowded(network, config, tmp_path, crowd):
    """A daemon whose worker is killed when there is no room for another process."""
    room = 40
    tmp_path.chmod(0o755)
    old = resource.getrlimit(resource.RLIMIT_NPROC)
    resource.setrlimit(resource.RLIMIT_NPROC, (processes_of_nobody() + room, old[1]))
    try:  # root itself is above it
        nflogd = Daemon(network.gw, tmp_path, run_as_nobody(config))
    finally:
        resource.setrlimit(resource.RLIMIT_NPROC, old)
    crowd(room)
    os.kill(reader_pid(nflogd), signal.SIGKILL)
    wait_for(lambda: "trying again" in nflogd.log.read_text(), "the refusal")
    yield nflogd
    nflogd.close()


def test_no_process_left_for_a_new_worker(network, crowded):
    """After some tries it ends with an error rather than to run on without logging."""
    code = crowded.process.wait(LIMIT)
    crowded.process = None
    assert code == 71 and "starting the worker process" in crowded.log.read_text()
    assert "nflogd" not in "".join(network.gw.ruleset())


def test_no_process_left_for_a_moment(network, crowded, crowd):
    sent = flood(network, 1_000)
    crowd(None)  # they leave
    assert reader_pid(crowded)
    sent += flood(network, 1_000)
    wait_for(lambda: crowded.log.read_text().count('"event":"packet"') == sent, "all packets")
    assert crowded.stop() == 0


def test_without_iptables(network, config, tmp_path):
    """The program that cannot be run is named."""
    before = network.gw.ruleset()
    nflogd = Daemon(network.gw, tmp_path, config(UDP, backend="iptables"), start=False)
    hide = "for f in /usr/sbin/xtables-*-multi; do mount --bind /dev/null $f; done; exec \"$@\""
    code, text = try_start(nflogd, "unshare", "--mount", "sh", "-c", hide, "sh")
    print(code, text)
    assert code in CLEAN and "error: " in text and "iptables" in text
    assert network.gw.ruleset() == before


@pytest.mark.parametrize("number", range(1, 6))
def test_each_socket_refused_in_turn(network, config, tmp_path, number):
    """As from a kernel without nfnetlink, nf_tables or rtnetlink."""
    before = network.gw.ruleset()
    nflogd = Daemon(network.gw, tmp_path, config(UDP), start=False)
    code, text = try_start(
        nflogd, "strace", "-D", "-f", "-qq", "-o", str(tmp_path / "trace"), "-e", "trace=socket",
        "-e", f"inject=socket:error=EPROTONOSUPPORT:when={number}")
    injected = "INJECTED" in (tmp_path / "trace").read_text()
    print(f"socket {number}: injected {injected} exit {code}: {text.strip()}")
    assert code == 0 or (code in CLEAN | {LIBNFTABLES_EXIT} and text)
    assert injected or code == 0
    assert network.gw.ruleset() == before


def test_in_a_user_namespace(config, tmp_path):
    """Root there only: no receive buffer above the limit, which is said; the rest works."""
    made = config({"name": "out", "hook": "output", "protocol": ["udp"]})
    path = tmp_path / "nflogd.yaml"
    path.write_text(yaml.safe_dump(made))
    script = (f'ip link set lo up; {NFLOGD} run -c {path} & '
              'for i in $(seq 500); do grep -qs \'"event":"packet"\' "$1" && break; sleep 0.02; '
              f'{sys.executable} -c \'import socket; socket.socket(2, 2).sendto(b"x", '
              '("127.0.0.1", 9))\'; done; kill %1; wait %1')
    done = subprocess.run(["unshare", "-rn", "bash", "-c", script, "bash",
                           str(tmp_path / "log" / "nflogd.json")], text=True, capture_output=True,
                          timeout=60)
    print(done.stderr)
    assert done.returncode == 0, done.stderr
    tally = add_up(None, tmp_path / "log" / "nflogd.json")
    assert tally.packets > 0 and tally.lost == 0
    assert "receive buffer" in done.stderr or "receive_buffer" in done.stderr
