# SPDX-License-Identifier: GPL-2.0-or-later
"""Media that have no room: the output waits, counts, and goes on by itself."""
import os
import pathlib
import re
import resource
import signal

import pytest

from harness import run, wait_for
from outputs import (RESUMED, SUSPENDED, UDP, check_sums, files_of, fill, mount_for, mounted,
                     open_port, records_of, resume, says, send, sending, wait_until_told)
from processes import family, stopped, writer_pid


@pytest.fixture
def disk(log):
    """A file system of 1 MiB where the log goes."""
    with mounted(log.parent) as path:
        yield path


def with_file(config, **options):
    made = config(UDP)
    made["outputs"][0].update(options)
    return made


@pytest.mark.parametrize("sync", ["1s", "always"])
def test_a_full_disk_that_is_freed_while_packets_flow(network, daemon, config, log, disk, sync):
    open_port(network)
    nflogd = daemon(with_file(config, queue=512, sync=sync))
    sent = send(network, 100)
    with sending(network, 6000, pps=3000):
        fill(disk)
        wait_until_told(nflogd, SUSPENDED)
        text = log.read_text()
        assert text.endswith("\n")
        wait_for(lambda: says(nflogd, "packets are being lost"), "the queue to overflow")
        seconds = resume(nflogd, lambda: (run("mount", "-o", "remount,size=64m", disk),
                                          (disk / "ballast").unlink()))
    sent += 6000
    assert nflogd.stop() == 0
    assert (says(nflogd, SUSPENDED), says(nflogd, RESUMED)) == (1, 1)
    assert says(nflogd, "No space left on device") == 1
    output = check_sums(log, sent)
    assert output["dropped"] > 0
    print(f"resumed after {seconds:.3f} s")


def test_a_disk_that_stays_full_is_counted_to_the_end(network, daemon, config, log, disk):
    """The last records cannot be written either, so the sum is taken from outside."""
    open_port(network)
    nflogd = daemon(with_file(config))
    send(network, 5000)
    wait_until_told(nflogd, SUSPENDED)
    run("mount", "-o", "remount,size=64m", disk)
    wait_until_told(nflogd, RESUMED)
    fill(disk)
    send(network, 500)
    wait_until_told(nflogd, SUSPENDED, 2)
    pid = nflogd.process.pid
    nflogd.send(signal.SIGTERM)
    wait_for(lambda: "packets are being lost" in nflogd.log.read_text(), "the end of patience")
    assert nflogd.process.pid == pid
    (disk / "ballast").unlink()
    assert nflogd.process.wait(30) == 0
    nflogd.process = None
    records = records_of(log)
    failed = int(re.findall(r"(\d+) by failing outputs", nflogd.log.read_text())[-1])
    packets = [record for record in records if record["event"] == "packet"]
    print(f"sent 5500 written {len(packets)} failed {failed}")
    assert len(packets) + failed == 5500 and failed > 0


def test_the_oldest_files_go_when_the_configuration_says_so(network, daemon, config, log, disk):
    open_port(network)
    foreign = [disk / name for name in ("nflogd.json.1", "nflogd.json.20200101-000000.gz", "x")]
    for path in foreign:
        path.write_text("of somebody\n")
    nflogd = daemon(with_file(config, on_disk_full="delete_oldest", rotate={"size": "64KiB"}))
    sent = send(network, 10_000)
    assert nflogd.stop() == 0
    output = check_sums(log, sent, first_kept=1, told=())
    assert (output["written"], output["dropped"], output["failed"]) == (sent, 0, 0)
    seqs = [record["seq"] for record in records_of(log) if record["event"] == "packet"]
    assert seqs == list(range(seqs[0], sent)) and seqs[0] > 0
    assert sum(path.stat().st_size for path in files_of(log)) > 512 << 10
    assert all(path.read_text() == "of somebody\n" for path in foreign)
    assert says(nflogd, "the oldest rotated files are being deleted") == 1
    [(files, size)] = re.findall(r"(\d+) rotated files with (\d+) bytes were deleted",
                                 nflogd.log.read_text())
    print(f"deleted {files} files with {size} bytes, kept from {seqs[0]} on")


def test_with_nothing_left_to_delete_the_output_waits(network, daemon, config, log, disk):
    open_port(network)
    (disk / "nflogd.json.20260101-000000").write_text("{}\n" * 20_000)
    nflogd = daemon(with_file(config, on_disk_full="delete_oldest", rotate={"size": "16MiB"}))
    sent = send(network, 100)
    wait_for(lambda: log.read_text().count('"packet"') == sent, "the packets")
    fill(disk)
    with sending(network, 5000, pps=5000):
        wait_until_told(nflogd, SUSPENDED)
        assert files_of(log) == [log]
        seconds = resume(nflogd, lambda: run("mount", "-o", "remount,size=64m", disk))
    assert nflogd.stop() == 0
    check_sums(log, sent + 5000)
    assert says(nflogd, "the oldest rotated files are being deleted") == 1
    assert says(nflogd, "none is left") == 1
    print(f"resumed after {seconds:.3f} s")


def test_a_file_size_limit_is_a_failure_like_others(network, daemon, config, log):
    """EFBIG, after short writes; SIGXFSZ kills nobody."""
    open_port(network)
    nflogd = daemon(with_file(config, queue=256))
    everyone = family(nflogd)
    writer = writer_pid(nflogd)
    unlimited = resource.prlimit(writer, resource.RLIMIT_FSIZE)
    resource.prlimit(writer, resource.RLIMIT_FSIZE, (200_001, unlimited[1]))
    with sending(network, 5000, pps=3000):
        wait_until_told(nflogd, SUSPENDED)
        wait_for(lambda: says(nflogd, "packets are being lost"), "the queue to overflow")
        assert 195_000 < log.stat().st_size <= 200_001
        assert log.read_text().endswith("\n")
        assert family(nflogd) == everyone
        seconds = resume(nflogd, lambda: resource.prlimit(writer, resource.RLIMIT_FSIZE, unlimited))
    assert nflogd.stop() == 0
    assert says(nflogd, "File too large") == 1
    assert check_sums(log, 5000)["dropped"] > 0
    print(f"resumed after {seconds:.3f} s")


@pytest.fixture
def ext4(tmp_path):
    """make(name): a file system in a file, without a journal."""

    def make(name):
        image = tmp_path / name
        image.write_bytes(b"")
        os.truncate(image, 16 << 20)
        run("mkfs.ext4", "-q", "-O", "^has_journal", str(image))
        return str(image)

    return make


def test_a_file_system_that_became_read_only(network, daemon, config, log, ext4):
    """ext4 after an error (EROFS); the repaired one is mounted in its place."""
    open_port(network)
    with mounted(log.parent, "ext4", "loop,errors=remount-ro", ext4("first")):
        source = run("findmnt", "-no", "SOURCE", str(log.parent)).stdout.strip()
        trigger = pathlib.Path("/sys/fs/ext4") / pathlib.Path(source).name / "trigger_fs_error"
        if not trigger.exists():
            pytest.skip("this kernel cannot make ext4 fail")
        nflogd = daemon(with_file(config, sync="never"))
        send(network, 1000)
        wait_for(lambda: log.read_text().count('"packet"') == 1000, "the packets before")
        trigger.write_text("1")
        send(network, 1000)
        wait_until_told(nflogd, SUSPENDED)
        first = log.read_text()
        assert first.endswith("\n") and "Read-only file system" in nflogd.log.read_text()
        repaired = mount_for(nflogd, log.parent, "ext4", "loop", ext4("second"))
        send(network, 1000)
        again = repaired / log.name
        wait_for(lambda: again.exists() and again.read_text().count('"packet"') == 2000, "the rest")
        kept = os.open(repaired, os.O_PATH)
        assert nflogd.stop() == 0
        records = records_of(pathlib.Path(f"/proc/self/fd/{kept}") / log.name)
        os.close(kept)
    packets = first.count('"packet"') + sum(r["event"] == "packet" for r in records)
    [output] = records[-1]["outputs"]
    print(f"sent 3000 before {first.count(chr(10))} lines, then {len(records)}; "
          f"written {output['written']} dropped {output['dropped']} failed {output['failed']}")
    assert output["written"] == packets == 3000
    assert (output["dropped"], output["failed"]) == (0, 0)


def test_all_files_together_stay_below_their_cap(network, daemon, config, log):
    """Looked at with the daemon stopped, so that no file is renamed meanwhile."""
    open_port(network)
    total, buffer = 1 << 20, 256 << 10
    nflogd = daemon(with_file(config, rotate={"size": "128KiB", "compress": "zstd",
                                              "max_total": "1MiB"}))
    samples = []

    def sample():
        pids = family(nflogd)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        for pid in pids:
            wait_for(lambda: stopped(pid), "all threads to stop")
        samples.append(sum(path.stat().st_size for path in log.parent.iterdir()))
        for pid in pids:
            os.kill(pid, signal.SIGCONT)

    sent = 0
    for _ in range(200):
        sent += send(network, 200)
        sample()
    # It is compressed when nothing else is to be done.
    wait_for(lambda: any(path.name.endswith(".zst") for path in log.parent.iterdir()), "an archive")
    assert nflogd.stop() == 0
    samples.append(sum(path.stat().st_size for path in log.parent.iterdir()))
    print(f"sent {sent}, at most {max(samples)} bytes of {total}")
    assert total // 2 < max(samples) <= total + buffer
