# SPDX-License-Identifier: GPL-2.0-or-later
"""The processes of a running daemon."""
import os
import pathlib
import signal

from harness import wait_for


def children(pid):
    return [int(child) for child in
            pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def threads(pid):
    """The names of a process's threads; none if it is gone."""
    try:
        return [(task / "comm").read_text().strip()
                for task in pathlib.Path(f"/proc/{pid}/task").iterdir()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def family(daemon):
    """The daemon's process and its children."""
    return [daemon.process.pid, *children(daemon.process.pid)]


def _with_thread(daemon, prefix):
    for pid in family(daemon):
        if any(name.startswith(prefix) for name in threads(pid)):
            return pid
    return None


def reader_pid(daemon):
    """The process that reads packets."""
    return wait_for(lambda: _with_thread(daemon, "nflog:"), "a process that reads packets")


def writer_pid(daemon):
    """The process that writes the outputs."""
    return wait_for(lambda: _with_thread(daemon, "out:"), "a process that writes outputs")


def stopped(pid):
    """Whether SIGSTOP has reached every thread."""
    return all("State:\tT" in (task / "status").read_text()
               for task in pathlib.Path(f"/proc/{pid}/task").iterdir())


def status(pid):
    """/proc/PID/status as a dictionary."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return {key: value.strip() for key, value in (line.split(":", 1) for line in lines)}


def kill_reader(daemon, number=signal.SIGKILL):
    """Ends the process that reads packets; returns its pid once it is gone."""
    pid = reader_pid(daemon)
    os.kill(pid, number)
    wait_for(lambda: not threads(pid), "its end")
    return pid
