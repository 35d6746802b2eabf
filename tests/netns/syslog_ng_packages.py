# SPDX-License-Identifier: GPL-2.0-or-later
"""A syslog-ng that is not installed: its package conflicts with rsyslog's, which other
tests need, and would start a service.

apt downloads it, and those of its libraries that are not here, from where this machine
has all its packages from; they are unpacked once into a cache outside of the project.
Nothing of it is configured or started by a package manager.
"""
import fcntl
import os
import pathlib
import re
import shutil
import tempfile

from harness import run

CACHE = pathlib.Path(os.environ.get("NFLOGD_SYSLOG_NG", "/var/cache/nflogd-syslog-ng"))
PACKAGE = "syslog-ng-core"


class Impossible(Exception):
    """No syslog-ng can be had here."""


def cached_root():
    """The folder that holds usr/sbin/syslog-ng."""
    wanted = _needed()
    root = CACHE / next(name for name in wanted if name.startswith(PACKAGE)).replace("=", "_")
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.exists():
            _unpack(wanted, root)
    return root


def _needed():
    """What apt would install, as NAME=VERSION."""
    told = run("apt-get", "install", "--simulate", "--no-install-recommends", PACKAGE, check=False)
    found = [f"{name}={version}" for name, version in
             re.findall(r"^Inst (\S+) (?:\[\S+\] )?\((\S+)", told.stdout, re.M)]
    if not any(name.startswith(f"{PACKAGE}=") for name in found):
        raise Impossible(f"apt knows no way to {PACKAGE}: {told.stderr.strip()}")
    return found


def _unpack(packages, root):
    """Under another name until it is whole."""
    unfinished = root.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        print(f"apt-get download {' '.join(packages)} (once; kept in {root})")
        done = run("apt-get", "download", "-q", *packages, cwd=folder, check=False)
        if done.returncode != 0:
            raise Impossible(f"apt-get download failed: {done.stderr.strip()}")
        for archive in pathlib.Path(folder).glob("*.deb"):
            run("dpkg", "-x", archive, unfinished)
    unfinished.rename(root)
