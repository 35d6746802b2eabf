# SPDX-License-Identifier: GPL-2.0-or-later
"""The program's command line, as --help tells it."""
import dataclasses
import functools
import os
import re
import subprocess

NFLOGD = os.path.realpath(os.environ.get("NFLOGD", "nflogd"))


@dataclasses.dataclass(frozen=True)
class Option:
    names: tuple  # "-c", "--config"
    value: str    # what follows: "FILE", "TEXT:{json,line}", or nothing

    @property
    def choices(self):
        found = re.search(r"\{([^}]*)\}", self.value)
        return found[1].split(",") if found else []


def run(*command, **more):
    return subprocess.run(command, text=True, capture_output=True, timeout=30, **more)


@functools.cache
def help_of(*command):
    done = run(NFLOGD, *command, "--help")
    assert done.returncode == 0 and done.stderr == "", done
    return done.stdout


def section(text, title):
    """The lines below `title:` up to the next title, with their indent."""
    found = re.search(rf"^{title}:\n((?:[ \t].*\n|\n(?=[ \t]))+)", text, re.M)
    return found[1].splitlines() if found else []


@functools.cache
def commands():
    return [line.split()[0] for line in section(help_of(), "Subcommands")
            if re.match(r"  \S", line)]


@functools.cache
def options(*command):
    """Of all groups of options, whatever their titles."""
    found = []
    _, _, text = help_of(*command).partition("\nOptions:\n")
    for line in text.partition("\nSubcommands:\n")[0].splitlines():
        match = re.match(r" {1,4}(-[\w-]+(?:, *-[\w-]+)*)(?: (?!Excludes:|Needs:)(\S+))?", line)
        if match:
            found.append(Option(tuple(re.split(", *", match[1])), match[2] or ""))
    return found


def names(*command):
    return {name for option in options(*command) for name in option.names}


def examples(*command):
    return [line.strip() for line in section(help_of(*command), "Examples") if line.strip()]
