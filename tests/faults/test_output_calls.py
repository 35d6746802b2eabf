# SPDX-License-Identifier: GPL-2.0-or-later
"""System calls of the running daemon that fail, injected with strace. (That each
call may fail at each of its times is tested in tests/unit/sink.)"""
import re
import resource
import signal

import pytest

from harness import final_ledger, wait_for
from outputs import (RESUMED, SUSPENDED, UDP, check_sums, files_of, open_port, records_of, resume,
                     says, send, sending, wait_until_told)
from processes import writer_pid
from strace import tampered


def with_file(config, **options):
    made = config(UDP)
    made["outputs"][0].update(options)
    return made


@pytest.mark.parametrize("error", ["EIO", "EROFS", "EDQUOT", "ENOSPC", "EAGAIN", "EPERM"])
def test_writes_that_fail_for_a_while(network, daemon, config, log, error):
    open_port(network)
    nflogd = daemon(with_file(config))
    with sending(network, 5000, pps=5000):
        wait_for(lambda: log.stat().st_size > 50_000, "some packets")
        with tampered(nflogd, log, f"write:error={error}:when=3..12") as failures:
            wait_until_told(nflogd, SUSPENDED)
            wait_until_told(nflogd, RESUMED)
            injected = failures()
    assert nflogd.stop() == 0
    assert (says(nflogd, SUSPENDED), says(nflogd, RESUMED), injected) == (1, 1, 10)
    output = check_sums(log, 5000)
    assert (output["dropped"], output["failed"]) == (0, 0)


def test_interrupted_writes_are_nothing_to_tell(network, daemon, config, log):
    open_port(network)
    nflogd = daemon(with_file(config))
    with sending(network, 5000, pps=5000):
        wait_for(lambda: log.stat().st_size > 50_000, "some packets")
        # All over before strace lets go: a call that it lets go half way is ENOSYS.
        with tampered(nflogd, log, "write:error=EINTR:when=1..21+2") as failures:
            wait_for(lambda: failures() == 11, "interrupted writes")
    assert nflogd.stop() == 0
    assert says(nflogd, SUSPENDED) == 0
    assert check_sums(log, 5000, told=())["written"] == 5000


def test_a_torn_record_that_cannot_be_cut_off_at_once(network, daemon, config, log):
    """Short writes at a file size limit, while ftruncate fails as well."""
    open_port(network)
    nflogd = daemon(with_file(config))
    writer = writer_pid(nflogd)
    unlimited = resource.prlimit(writer, resource.RLIMIT_FSIZE)
    with tampered(nflogd, log, "ftruncate:error=EIO:when=1..3") as failures:
        resource.prlimit(writer, resource.RLIMIT_FSIZE, (100_001, unlimited[1]))
        send(network, 1000)
        wait_until_told(nflogd, SUSPENDED)
        wait_for(lambda: failures() == 3, "the torn record to stay for a while")
        wait_for(lambda: log.read_text().endswith("\n"), "the torn record to go")
        seconds = resume(nflogd, lambda: resource.prlimit(writer, resource.RLIMIT_FSIZE, unlimited))
    assert nflogd.stop() == 0
    assert check_sums(log, 1000)["written"] == 1000
    print(f"resumed after {seconds:.3f} s")


def test_a_sync_that_fails(network, daemon, config, log):
    """What it was to make durable is told in numbers, the file is put aside, and
    nothing else is taken for written until a sync works."""
    open_port(network)
    nflogd = daemon(with_file(config, sync="100ms"))
    with tampered(nflogd, log, "fdatasync:error=EIO:when=2..6") as failures:
        with sending(network, 6000, pps=3000):
            wait_until_told(nflogd, SUSPENDED)
            wait_until_told(nflogd, RESUMED)
            assert failures() == 5
    assert nflogd.stop() == 0
    lost = re.findall(r"(\d+) packets in \d+ bytes may be missing", nflogd.log.read_text())
    assert len(lost) == 1 and int(lost[0]) > 0
    assert says(nflogd, "fdatasync works again") == 1
    assert len(files_of(log)) == 2
    check_sync_sums(log, int(lost[0]))


def check_sync_sums(log, lost):
    """The files may hold what counts as failed; they hold all that is written."""
    packets = [record for record in records_of(log) if record["event"] == "packet"]
    [rule], [output] = final_ledger(log)["rules"], final_ledger(log)["outputs"]
    print(f"sent 6000 matched {rule['matched']} logged {rule['logged']} written "
          f"{output['written']} dropped {output['dropped']} failed {output['failed']} "
          f"told as lost {lost} in files {len(packets)}")
    assert rule["matched"] == rule["logged"] == 6000
    assert output["written"] + output["dropped"] + output["failed"] == 6000
    assert output["failed"] == lost
    assert len(packets) == output["written"] + output["failed"]


@pytest.mark.parametrize("call", ["renameat2", "openat"])
def test_a_rotation_that_fails_for_a_while(network, daemon, config, log, call):
    open_port(network)
    nflogd = daemon(with_file(config, rotate={"size": "64KiB"}))
    with tampered(nflogd, log, f"{call}:error=EIO:when=1..2"):
        with sending(network, 3000, pps=1500):
            wait_for(lambda: len(files_of(log)) > 5, "rotated files")
    assert nflogd.stop() == 0
    told = ("output_suspended", "output_resumed") if says(nflogd, SUSPENDED) else ()
    assert check_sums(log, 3000, told=told)["written"] == 3000


def test_no_descriptor_left_at_rotation_and_at_reopen(network, daemon, config, log):
    """EMFILE: the file grows on and is rotated when that is possible again."""
    open_port(network)
    nflogd = daemon(with_file(config, rotate={"size": "64KiB"}))
    writer = writer_pid(nflogd)
    unlimited = resource.prlimit(writer, resource.RLIMIT_NOFILE)
    resource.prlimit(writer, resource.RLIMIT_NOFILE, (3, unlimited[1]))
    with sending(network, 4000, pps=2000):
        wait_for(lambda: log.stat().st_size > 200_000, "the file to grow past its size")
        wait_until_told(nflogd, "cannot rotate: Too many open files")
        nflogd.send(signal.SIGUSR1)
        wait_until_told(nflogd, "going on with the file that is open")
        assert len(files_of(log)) == 1
        resource.prlimit(writer, resource.RLIMIT_NOFILE, unlimited)
        wait_for(lambda: len(files_of(log)) > 2, "rotation to go on")
    assert nflogd.stop() == 0
    assert says(nflogd, SUSPENDED) == 0
    assert says(nflogd, "cannot rotate") == 1
    assert check_sums(log, 4000, told=())["written"] == 4000
