# SPDX-License-Identifier: GPL-2.0-or-later
"""System calls of the running daemon that fail as a test tells them to."""
import contextlib
import pathlib
import signal
import subprocess

from harness import LIMIT, wait_for
from processes import writer_pid


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
