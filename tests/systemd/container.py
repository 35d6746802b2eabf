# SPDX-License-Identifier: GPL-2.0-or-later
"""A container with systemd as its first process, in a given network namespace.

It ends with the test, whatever happens: systemd-nspawn is killed with us, and is
the first process of a process namespace, so that the container goes with it.
Nothing of it is on a disk.
"""
import ctypes
import json
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import tempfile

from harness import LIMIT, run, wait_for

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)

# The root file system is put together in a mount namespace of its own, with what
# is written in memory. systemd-nspawn keeps its things in the same folder, and
# where /run is on a disk it would not dare to remove them.
_START = """
mkdir -p /run/systemd/nspawn && mount -t tmpfs none /run/systemd/nspawn &&
cd /run/systemd/nspawn && mkdir upper work root &&
mount -t overlay -o "lowerdir=$1,upperdir=upper,workdir=work" overlay root &&
shift && exec systemd-nspawn --directory root "$@"
"""

# Of which systemd-nspawn knew nothing before systemd 254; a real machine has them.
_MORE_CALLS = "landlock_create_ruleset landlock_add_rule landlock_restrict_self"


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def children(pid):
    return [int(word) for word in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Cgroups:
    """Control groups for systemd-nspawn where no systemd of the host makes them."""

    def __init__(self, name):
        self.folders, self.options = [], []
        if os.path.isdir("/run/systemd/system"):
            return
        self.options = ["--keep-unit"]
        mounts = pathlib.Path("/proc/self/mounts").read_text()
        for path, kind, options in re.findall(r"^\S+ (\S+) (cgroup2?) (\S+)", mounts, re.M):
            if kind == "cgroup2" or "name=systemd" in options.split(","):
                self.folders.append(pathlib.Path(path) / name)

    def enter(self):
        """Called in the process that is to be in them."""
        for folder in self.folders:
            folder.mkdir(exist_ok=True)
            (folder / "cgroup.procs").write_text(str(os.getpid()))

    def removed(self):
        """Whether they are gone now: not while a process is left in them."""
        try:
            for folder in self.folders:
                for path, _, _ in os.walk(folder, topdown=False):
                    os.rmdir(path)
        except OSError:
            return False
        return True


class Container:
    """`roots`: folders that lie upon each other, the first one on top."""

    def __init__(self, roots, namespace):
        self.roots = ":".join(map(str, roots))
        self.namespace = namespace
        self.process = None
        self.nspawn = self.leader = None  # process numbers
        self.console = tempfile.TemporaryFile()
        self.cgroups = Cgroups(f"nflogd-test-{os.getpid()}")

    def _nspawn(self, *arguments):
        return ["unshare", "--mount", "--pid", "--mount-proc", "--fork", "--kill-child", "sh", "-c", _START, "sh", self.roots, "--register=no",
                "--machine", f"nflogd-{os.getpid()}", "--link-journal=no",
                f"--network-namespace-path=/run/netns/{self.namespace.name}",
                "--capability=CAP_NET_ADMIN", f"--system-call-filter={_MORE_CALLS}",
                *self.cgroups.options, *arguments]

    def probe(self):
        """Whether a container can be had at all: an error message, or nothing."""
        done = subprocess.run(self._nspawn("--pipe", "/bin/true"), text=True, capture_output=True,
                              stdin=subprocess.DEVNULL, preexec_fn=self._prepare, timeout=LIMIT)
        return f"systemd-nspawn: {done.stderr.strip()}" if done.returncode else ""

    def _prepare(self):
        _die_with_parent()
        self.cgroups.enter()

    def boot(self):
        """Returns when everything in the container has started."""
        with tempfile.TemporaryDirectory(prefix="nflogd-boot-", dir="/run") as folder, \
                socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(f"{folder}/notify")
            environment = {**os.environ, "NOTIFY_SOCKET": f"{folder}/notify",
                           "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "yes"}
            self.process = subprocess.Popen(
                self._nspawn("--boot", "--notify-ready=yes", "--console=pipe"),
                stdin=subprocess.DEVNULL, stdout=self.console, stderr=self.console, env=environment,
                preexec_fn=self._prepare)
            self._wait_for_ready(notify)
        state = self.run("systemctl", "is-system-running", "--wait", check=False).stdout.strip()
        assert state == "running", self.run("systemctl", "--failed", check=False).stdout

    def _wait_for_ready(self, notify):
        ready = False
        while not ready:
            told = select.select([notify], [], [], LIMIT)[0]
            if not told or self.process.poll() is not None:
                self.console.seek(0)
                raise AssertionError(f"the container did not boot: {self.console.read()}")
            ready = "READY=1" in notify.recv(4096).decode().splitlines()
        [self.nspawn] = children(self.process.pid)
        [self.leader] = children(self.nspawn)

    def run(self, *command, **more):
        return run("nsenter", "--target", str(self.leader), "--all", *map(str, command), **more)

    def path(self, path):
        """A path inside, as it can be opened from here."""
        return pathlib.Path(f"/proc/{self.leader}/root") / str(path).lstrip("/")

    def show(self, unit, key):
        return self.run("systemctl", "show", "--value", "--property", key, unit).stdout.strip()

    def status_of(self, pid):
        """/proc/PID/status of a process by its number inside."""
        text = self.run("cat", f"/proc/{pid}/status").stdout
        return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)

    def journal(self, unit, *more):
        """Messages of this boot, one line each."""
        text = self.run("journalctl", "--boot", "--unit", unit, "--output=json", *more).stdout
        return [json.loads(line)["MESSAGE"] for line in text.splitlines()]

    def close(self):
        """Ends it in order; by force if it takes too long."""
        if self.process is not None:
            if self.nspawn is not None:
                os.kill(self.nspawn, signal.SIGTERM)
            try:
                self.process.wait(LIMIT if self.nspawn else 0)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        wait_for(self.cgroups.removed, "the last process to end")
        self.console.close()
