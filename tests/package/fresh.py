# SPDX-License-Identifier: GPL-2.0-or-later
"""A Debian that has just been installed and knows nothing of nflogd.

Its apt has the lists of packages, and in its cache what the packages at hand depend on, so
that it needs no network. Made once, in the cache of the tests under systemd.
"""
import fcntl
import hashlib
import shutil
import subprocess

from harness import run
import root as roots

# What boots, and nothing else that Debian could be without.
PACKAGES = ["dbus", "systemd-sysv"]


def field(deb, name):
    return run("dpkg-deb", "--field", str(deb), name).stdout.strip()


def cached_root(debs):
    """The folder of a root file system; `debs` are those that are to be installable."""
    codename = roots.os_release()["VERSION_CODENAME"]
    needs = " ".join(field(deb, "Depends") for deb in debs)
    digest = hashlib.sha256(needs.encode()).hexdigest()[:8]
    root = roots.CACHE / f"fresh-{codename}-{digest}"
    roots.CACHE.mkdir(parents=True, exist_ok=True)
    with open(roots.CACHE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.exists():
            make(root, debs)
    return root


def make(root, debs):
    """From a base that is kept, since other libraries need no other base."""
    release = roots.os_release()
    base = roots.CACHE / f"base-{release['VERSION_CODENAME']}"
    if not base.exists():
        roots.make(base, release, PACKAGES)
    for old in roots.CACHE.glob(f"fresh-{release['VERSION_CODENAME']}-*"):
        shutil.rmtree(old, ignore_errors=True)
    unfinished = root.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    run("cp", "--archive", "--reflink=auto", str(base), str(unfinished))
    (unfinished / "var/lib/apt/lists/partial").mkdir(parents=True, exist_ok=True)
    (unfinished / "var/cache/apt/archives/partial").mkdir(parents=True, exist_ok=True)
    resolv = unfinished / "etc/resolv.conf"
    shutil.copy("/etc/resolv.conf", resolv)
    for deb in debs:
        shutil.copy(deb, unfinished / "root")
    names = [f"/root/{deb.name}" for deb in debs]
    apt = ["chroot", str(unfinished), "apt-get", "-q", "-o", "Acquire::Check-Valid-Until=false"]
    for command in (["update"], ["install", "-y", "--download-only", *names]):
        done = subprocess.run(apt + command, text=True, capture_output=True,
                              timeout=roots.SECONDS, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise roots.Impossible(f"apt-get {command[0]}: {done.stderr.strip().splitlines()[-1:]}")
    for name in names:
        (unfinished / name.lstrip("/")).unlink()
    resolv.unlink()
    unfinished.rename(root)
