# SPDX-License-Identifier: GPL-2.0-or-later
"""Somebody meddles with the names of the log: nothing but our own files is ever
written to, and no packet is missing from the sums."""
import os
import shutil
import signal
import threading

import pytest

from harness import wait_for
from outputs import (RESUMED, SUSPENDED, UDP, check_sums, files_of, open_port, records_of, says,
                     send, sending, wait_until_told)


def with_file(config, **options):
    made = config(UDP)
    made["outputs"][0].update(options)
    return made


def put_symlink(path, precious):
    path.symlink_to(precious)


def put_dangling_symlink(path, precious):
    path.symlink_to(precious.parent / "new")


def put_fifo(path, precious):
    os.mkfifo(path)


def put_hard_link(path, precious):
    os.link(precious, path)


def put_directory(path, precious):
    path.mkdir()


def put_stranger(path, precious):
    path.write_text("of somebody\n")
    os.chown(path, 54321, 54321)


TRAPS = [put_symlink, put_dangling_symlink, put_fifo, put_hard_link, put_directory, put_stranger]


@pytest.fixture
def precious(log):
    """A file beside the log that must stay as it is."""
    log.parent.mkdir()
    path = log.parent / "precious"
    path.write_text("precious\n")
    path.chmod(0o600)
    yield path
    assert path.read_text() == "precious\n"
    assert path.stat().st_mode & 0o7777 == 0o600
    assert not (log.parent / "new").exists()


def clear(path):
    path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


@pytest.mark.parametrize("trap", TRAPS)
def test_at_the_start(network, daemon, config, log, precious, trap):
    trap(log, precious)
    nflogd = daemon(with_file(config), start=False)
    done = nflogd.command("run", "-c", nflogd.config, timeout=30)
    assert done.returncode == 73 and str(log) in done.stderr


@pytest.mark.parametrize("trap", TRAPS)
def test_at_reopening(network, daemon, config, log, precious, trap):
    open_port(network)
    nflogd = daemon(with_file(config))
    send(network, 500)
    wait_for(lambda: log.read_text().count('"packet"') == 500, "the first packets")
    moved = log.with_name(log.name + ".20200101-000000")  # where records_of() looks
    log.rename(moved)
    trap(log, precious)
    nflogd.send(signal.SIGUSR1)
    wait_until_told(nflogd, SUSPENDED)
    before = moved.read_text()
    send(network, 500)
    clear(log)
    wait_until_told(nflogd, RESUMED)
    assert moved.read_text() == before
    assert nflogd.stop() == 0
    assert (says(nflogd, SUSPENDED), says(nflogd, RESUMED)) == (1, 1)
    assert check_sums(log, 1000)["written"] == 1000


def test_a_link_put_at_each_rotation_under_load(network, daemon, config, log, precious):
    """A loop that puts the link wherever the name is free for a moment."""
    open_port(network)
    nflogd = daemon(with_file(config, rotate={"size": "16KiB"}, sync="never"))
    stop = threading.Event()
    caught = []

    def meddle():
        while not stop.is_set():
            try:
                log.symlink_to(precious)
                caught.append(1)
                stop.wait(0.02)
                log.unlink()
            except FileExistsError:
                stop.wait(0.0001)

    meddler = threading.Thread(target=meddle)
    meddler.start()
    sent = 0
    try:
        while sent < 20_000 or len(caught) < 3:
            sent += send(network, 2000, pps=10_000)
            assert sent < 400_000, "the link never got in the way"
    finally:
        stop.set()
        meddler.join()
    assert nflogd.stop() == 0
    told = ["output_suspended", "output_resumed"] * says(nflogd, SUSPENDED)
    print(f"links in the way {len(caught)}, suspended {says(nflogd, SUSPENDED)} times, "
          f"{len(files_of(log))} files")
    assert len(files_of(log)) > 100
    check_sums(log, sent, told=told)


def test_a_directory_swapped_for_a_link_under_load(network, daemon, config, log, tmp_path):
    open_port(network)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    moved = tmp_path / "moved"
    nflogd = daemon(with_file(config, rotate={"size": "16KiB"}))
    with sending(network, 6000, pps=3000):
        wait_for(lambda: len(files_of(log)) > 3, "rotation")
        log.parent.rename(moved)
        log.parent.symlink_to(elsewhere)
        before = len(files_of(moved / log.name))
        wait_for(lambda: len(files_of(moved / log.name)) > before + 3, "rotation to go on")
        nflogd.send(signal.SIGUSR1)
        wait_until_told(nflogd, "the log directory is a symbolic link")
    assert nflogd.stop() == 0
    assert list(elsewhere.iterdir()) == []
    assert says(nflogd, SUSPENDED) == 0
    assert check_sums(moved / log.name, 6000, told=())["written"] == 6000


def test_a_directory_that_is_removed_and_made_anew(network, daemon, config, log):
    """What was in it is gone; what comes later waits for the new one. A worker is
    confined to the directory that it began with, so another worker goes on."""
    open_port(network)
    nflogd = daemon(with_file(config))
    send(network, 100)
    wait_for(lambda: log.read_text().count('"packet"') == 100, "the first packets")
    shutil.rmtree(log.parent)
    send(network, 500)
    wait_until_told(nflogd, SUSPENDED)
    log.parent.mkdir(mode=0o750)
    wait_for(lambda: log.exists() and log.read_text().count('"packet"') == 500, "the rest")
    send(network, 500)
    assert nflogd.stop() == 0
    records = records_of(log)
    [output] = records[-1]["outputs"]
    packets = sum(record["event"] == "packet" for record in records)
    print(f"sent 1100 written {output['written']} dropped {output['dropped']} "
          f"failed {output['failed']} in the new file {packets}")
    assert (output["written"], output["dropped"], output["failed"]) == (1100, 0, 0)
    assert packets == 1000


@pytest.mark.parametrize("tail", [b'{"event":"pac', bytes(5000), bytes(range(11, 256)) * 3])
def test_a_torn_tail_is_cut_off_and_told(network, daemon, config, log, tail):
    open_port(network)
    log.parent.mkdir(mode=0o750)
    log.write_bytes(b'{"event":"packet","seq":-1}\n' + tail)
    nflogd = daemon(with_file(config))
    assert says(nflogd, f"removed {len(tail)} bytes of a torn last record") == 1
    send(network, 10)
    assert nflogd.stop() == 0
    assert sum(record["event"] == "packet" for record in records_of(log)) == 11
