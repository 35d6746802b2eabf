# SPDX-License-Identifier: GPL-2.0-or-later
"""A root file system of this machine's own distribution, to boot in a container.

debootstrap makes it once, in a cache outside of the project; nobody writes to
it any more. It holds what a small router has, and the packages of the libraries that
the nflogd at hand is linked with.
"""
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys

from harness import run

CACHE = pathlib.Path(os.environ.get("NFLOGD_ROOTS", "/var/cache/nflogd-roots"))
PACKAGES = {"systemd-sysv", "dbus", "nftables", "iptables", "iproute2", "python3", "procps", "acl"}
MIRROR = "http://deb.debian.org/debian"
SECONDS = 600  # for debootstrap; a failure only


class Impossible(Exception):
    """No root file system can be had here."""


def cached_root(program):
    """The folder of a root file system in which `program` finds its libraries."""
    packages = sorted(PACKAGES | libraries_of(program))
    release = os_release()
    digest = hashlib.sha256(" ".join(packages).encode()).hexdigest()[:8]
    root = CACHE / f"boot-{release['VERSION_CODENAME']}-{digest}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.exists():
            forget_older(release["VERSION_CODENAME"])
            make(root, release, packages)
    return root


def os_release():
    text = pathlib.Path("/etc/os-release").read_text()
    return dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', text, re.M))


def libraries_of(program):
    """Names of the packages that own the shared libraries of `program`."""
    paths = re.findall(r"=> (/\S+)", run("ldd", program).stdout)
    # The package may say /lib where the file is found in /usr/lib, and vice versa.
    others = [path.removeprefix("/usr") if path.startswith("/usr/") else f"/usr{path}"
              for path in paths]
    owned = run("dpkg", "-S", *paths, *others, check=False).stdout
    owners = {path: package for package, path in re.findall(r"^([^:,]+).*: (/\S+)$", owned, re.M)}
    for path, other in zip(paths, others):
        if path not in owners and other not in owners:
            raise Impossible(f"no package owns {path}")
    return set(owners.values())


def mirror_of(codename):
    """Where this machine's own apt gets the release from, in a way debootstrap knows."""
    listed = run("apt-get", "indextargets", "--format", "$(RELEASE) $(COMPONENT) $(REPO_URI)",
                 "Created-By: Packages", check=False).stdout
    found = re.search(rf"^{codename} main (https?://\S+)$", listed, re.M)
    return found[1] if found else MIRROR


def make(root, release, packages):
    """Under another name until it is whole, so that what is there is whole."""
    if shutil.which("debootstrap") is None:
        raise Impossible("debootstrap is not installed")
    codename = release["VERSION_CODENAME"]
    unfinished = root.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    command = ["debootstrap", "--variant=minbase", f"--include={','.join(packages)}"]
    if release["ID"] == "ubuntu":
        command.append("--components=main,universe")
    command += [codename, str(unfinished), mirror_of(codename)]
    print(f"{' '.join(command)} (once; kept in {CACHE})", file=sys.stderr)
    try:
        done = run(*command, check=False, timeout=SECONDS, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise Impossible(f"debootstrap needs more than {SECONDS} s") from None
    if done.returncode != 0:
        last = (done.stdout + done.stderr).strip().splitlines()[-1:]
        raise Impossible(f"debootstrap failed: {' '.join(last)}")
    shutil.rmtree(unfinished / "var/cache/apt", ignore_errors=True)
    shutil.rmtree(unfinished / "var/lib/apt/lists", ignore_errors=True)
    unfinished.rename(root)


def forget_older(codename):
    """Roots for other libraries than those that nflogd needs now; two may stay."""
    found = sorted(CACHE.glob(f"boot-{codename}-*"), key=lambda path: path.stat().st_mtime)
    for old in found[:-2]:
        shutil.rmtree(old, ignore_errors=True)
