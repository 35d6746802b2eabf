#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What somebody sees who installs nflogd on a Debian that has just been set up.

Boots one, types the commands of README.md, and prints what they answered: docs/trial.md is
made of it. Any command that fails ends it.
  sudo tests/package/trial.py >docs/trial.md     after scripts/package
"""
import pathlib
import re
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "netns"), str(HERE.parent / "systemd")]

import fresh  # noqa: E402
import harness  # noqa: E402
from container import Container  # noqa: E402

PACKAGES = HERE.parent.parent / "build/packages"
LOG = "/var/log/nflogd/nflogd.json"

HEAD = """<!-- SPDX-License-Identifier: GPL-2.0-or-later -->
# From nothing to a running service

A Debian {version} as debootstrap leaves it (variant minbase with systemd: {count} packages, no nft, no iptables,
no Python) was booted, the package that `scripts/package` had built was copied to it, and this was typed.
`tests/package/trial.py` did it, and makes this page anew; the output is as it came, but for lines of apt that
only name files.

"""
TAIL = """
The rules and the processes end with the service, `apt remove nflogd` takes the program away and leaves the
configuration and the log, `apt purge nflogd` takes these too, and the user. `tests/package` holds all of that.
"""


def shortened(text):
    """Without what apt says once for each of many files, and without colours."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\r", "")
    noise = (r"^(Selecting previously|Preparing to|Unpacking lib|Setting up lib|\(Reading|Get:|Processing|"
             r"debconf: |Reading |Building )")
    lines = [line.rstrip() for line in text.splitlines() if not re.match(noise, line)]
    return "\n".join(line for line in lines if line)


class Trial:
    def __init__(self, machine):
        self.machine = machine

    def type(self, said, command):
        done = self.machine.run("sh", "-c", f"cd /root; {command} 2>&1", check=False)
        assert done.returncode == 0, done.stdout
        print(f"{said}\n\n<!-- not run: trial.py typed it -->\n```console\n# {command}\n{shortened(done.stdout)}\n```\n")


def tell(network, machine, deb):
    count = machine.run("sh", "-c", "dpkg-query -W | wc -l").stdout.strip()
    version = machine.run("cat", "/etc/debian_version").stdout.strip()
    print(HEAD.format(version=version, count=count))
    trial = Trial(machine)
    trial.type("## One: install it", f"apt-get install -qy ./{deb.name}")
    harness.run("ip", "netns", "exec", network.out.name, "bash", "-c",
                f"exec 3<>/dev/tcp/{harness.GW4}/22", check=False)
    harness.wait_for(lambda: machine.path(LOG).read_text().count('"packet"'), "a record")
    trial.type("Somebody outside now knocks at port 22.\n\n## Two: look at the first record",
               f"grep -m1 packet {LOG}")
    trial.type("## Three: the service", "systemctl status --no-pager nflogd")
    trial.type("And how it is:", "nflogd status")
    trial.type("It is enabled, so it comes back with the machine. Besides:", "nflogd check")
    print(TAIL.strip())


def main():
    deb = next(PACKAGES.glob("nflogd_*.deb"))
    doc = next(PACKAGES.glob("nflogd-doc_*.deb"))
    network = harness.Network()
    with tempfile.TemporaryDirectory() as top:
        pathlib.Path(top).chmod(0o755)
        (pathlib.Path(top) / "root").mkdir(mode=0o700)
        harness.run("cp", str(deb), f"{top}/root/")
        machine = Container([top, fresh.cached_root([deb, doc])], network.gw)
        try:
            machine.boot()
            tell(network, machine, deb)
        finally:
            machine.close()
            network.close()


main()
