# SPDX-License-Identifier: GPL-2.0-or-later
"""Which process and which thread of the daemon does what."""
import contextlib
import pathlib
import signal
import subprocess

from harness import LIMIT, wait_for


def _parent(pid):
    text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    return int(text.rpartition(")")[2].split()[1])


def family(daemon):
    """The daemon's process and all below it."""
    found = [daemon.process.pid]
    pids = [int(path.name) for path in pathlib.Path("/proc").glob("[0-9]*")]
    for _ in range(3):  # generations
        for pid in pids:
            with contextlib.suppress(OSError):
                if pid not in found and _parent(pid) in found:
                    found.append(pid)
    return found


def _threads(pid):
    """Thread ids by name."""
    names = {}
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*"):
        with contextlib.suppress(OSError):
            names[(task / "comm").read_text().strip()] = int(task.name)
    return names


def writer_pid(daemon):
    """The process that owns the files of the outputs: it has their threads. Where
    it may not name its threads it is known by its own name."""

    def find():
        for pid in family(daemon):
            names = _threads(pid)
            if "nflogd-worker" in names or any(name.startswith("out:") for name in names):
                return pid
        return None

    return wait_for(find, "a process that writes outputs")


@contextlib.contextmanager
def tampered(daemon, path, *injections):
    """System calls of the writer on `path` fail as strace is told, say
    "fdatasync:error=EIO:when=2+1". Gives a function that counts those that did."""
    pid = writer_pid(daemon)
    trace = daemon.folder / "strace.txt"
    trace.unlink(missing_ok=True)
    calls = ",".join(injection.partition(":")[0] for injection in injections)
    command = ["strace", "-f", "-qq", "-p", str(pid), "-P", str(path), "-e", f"trace={calls}",
               "-e", "signal=none", "-o", str(trace)]
    for injection in injections:
        command += ["-e", f"inject={injection}"]
    strace = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)

    def traced_by(tracer):
        return all(f"TracerPid:\t{tracer}\n" in (task / "status").read_text()
                   for task in pathlib.Path(f"/proc/{pid}/task").iterdir())

    wait_for(lambda: strace.poll() is not None or traced_by(strace.pid), "strace to attach")
    assert strace.poll() is None, strace.stderr.read()
    try:
        yield lambda: trace.read_text().count("(INJECTED)") if trace.exists() else 0
    finally:
        strace.send_signal(signal.SIGINT)
        strace.wait(LIMIT)
        wait_for(lambda: traced_by(0), "strace to let go")
