# SPDX-License-Identifier: GPL-2.0-or-later
"""What is wrong gets one clear message and the right exit code; nothing is left behind."""
import os
import subprocess

import pytest
import yaml

from harness import NFLOGD, Daemon, run

RULE = {"name": "udp", "hook": "input", "protocol": ["udp"]}


@pytest.fixture
def attempt(network, tmp_path):
    """attempt(config) runs the daemon, which must give up by itself."""

    def start(made, *wrapper, **more):
        path = tmp_path / "nflogd.yaml"
        if made is not None:
            path.write_text(made if isinstance(made, str) else yaml.safe_dump(made))
        before = network.gw.ruleset()
        done = network.gw.run(*wrapper, NFLOGD, "run", "-c", path, check=False, timeout=30, **more)
        assert network.gw.ruleset() == before
        assert "Traceback" not in done.stderr and "terminate called" not in done.stderr
        return done

    return start


def with_path(made, path):
    made["outputs"][0]["path"] = str(path)
    return made


def test_no_configuration_file(attempt):
    done = attempt(None)
    assert done.returncode == 78 and "nflogd.yaml" in done.stderr


def test_all_mistakes_are_told_with_their_place(attempt, config, tmp_path):
    done = attempt("host: gw\nquue: 1\nrules:\n  backend: nftable\n  log:\n"
                   "    - {name: a, hook: inptu}\n    - {name: a, hook: input}\n"
                   "outputs:\n  - {name: x, type: file, path: /tmp/x, queue: many}\n")
    assert done.returncode == 78
    lines = done.stderr.splitlines()
    path = str(tmp_path / "nflogd.yaml")
    places = [line.removeprefix(path + ":").split(": ")[0] for line in lines]
    assert [place.split(":")[0] for place in places] == ["2", "4", "6", "7", "9"]
    assert "nftables" in lines[1] and "input" in lines[2]


def test_a_match_that_nft_refuses(attempt, config):
    made = yaml.safe_dump(config({**RULE, "match": "tcp dport nonsense!"}), sort_keys=False)
    done = attempt(made)
    line = 1 + next(i for i, text in enumerate(made.splitlines()) if "name: udp" in text)
    assert done.returncode == 78
    assert f"nflogd.yaml:{line}:" in done.stderr and "'udp'" in done.stderr
    assert "syntax error" in done.stderr  # nft's own words


@pytest.mark.parametrize("name", ["x" * 128, "a\nb", 'quote"', "dollar$", "esc\x1b"])
def test_names_that_cannot_be_a_prefix(attempt, config, name):
    done = attempt(config({**RULE, "name": name}))
    assert done.returncode == 78 and "name" in done.stderr


def test_missing_capability(attempt, config):
    done = attempt(config(RULE), "setpriv", "--bounding-set", "-net_admin", "--inh-caps",
                   "-net_admin")
    assert done.returncode == 77 and "CAP_NET_ADMIN" in done.stderr


def test_group_taken(network, daemon, config, tmp_path):
    holder = daemon(config(RULE))
    folder = tmp_path / "second"
    folder.mkdir()
    made = with_path(config(RULE), folder / "log" / "x.json")
    made["rules"]["table"] = "other"
    second = Daemon(network.gw, folder, made, start=False)
    before = network.gw.ruleset()
    done = second.command("run", "-c", second.config)
    assert done.returncode == 69
    children = run("ps", "-o", "pid=", "--ppid", str(holder.process.pid), check=False).stdout.split()
    assert f"nflogd (pid {holder.process.pid})" in done.stderr or any(
        f"(pid {pid})" in done.stderr for pid in children)
    assert network.gw.ruleset() == before


def unwritable(tmp_path):
    return "/proc/nflogd/x.json"


def symlinked(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    return tmp_path / "link" / "x.json"


def world_writable(tmp_path):
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    return tmp_path / "open" / "x.json"


def file_is_symlink(tmp_path):
    (tmp_path / "dir").mkdir(mode=0o750)
    (tmp_path / "dir" / "x.json").symlink_to("/etc/hostname")
    return tmp_path / "dir" / "x.json"


def missing_parents(tmp_path):
    return tmp_path / "a" / "b" / "x.json"


@pytest.mark.parametrize("place", [unwritable, symlinked, world_writable, file_is_symlink,
                                   missing_parents])
def test_log_places_that_are_refused(attempt, config, tmp_path, place):
    path = place(tmp_path)
    done = attempt(with_path(config(RULE), path))
    assert done.returncode == 73
    assert str(path) in done.stderr or str(os.path.dirname(path)) in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_disk_full_at_start(attempt, config, tmp_path):
    folder = tmp_path / "full"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,mode=750", "none", folder], check=True)
    try:
        with open(folder / "ballast", "wb", buffering=0) as ballast:
            with pytest.raises(OSError):
                while True:
                    ballast.write(bytes(4096))
        done = attempt(with_path(config(RULE), folder / "x.json"))
        assert done.returncode == 73 and "space" in done.stderr
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("arguments,code", [
    ([], 64), (["no-such-command"], 64), (["run", "--no-such-option"], 64),
    (["replay"], 64), (["--version"], 0), (["--help"], 0), (["run", "--help"], 0)])
def test_usage(arguments, code):
    assert run(NFLOGD, *arguments, check=False).returncode == code
