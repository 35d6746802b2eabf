# SPDX-License-Identifier: GPL-2.0-or-later
"""Completion, in a real bash and a real zsh: all that --help tells is completed."""
import os
import pathlib
import pty
import select
import shlex
import subprocess

import pytest

import cli

COMPLETION = pathlib.Path(__file__).parents[2] / "completion"
LIMIT = 10            # seconds
CLEAR_LINE = b"\x15"  # Ctrl-U
END = "end-of-offers"

BASH = """
source /usr/share/bash-completion/bash_completion
source {script}
COMP_WORDS=({words}) COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
COMP_LINE="${{COMP_WORDS[*]}}" COMP_POINT=${{#COMP_LINE}}
_nflogd 2>&1
printf '%s\\n' "${{COMPREPLY[@]}}"
"""

# As on a machine where this is the configuration.
PROGRAM = """#!/bin/sh
[ "$*" = rules ] && set -- rules -c {config}
exec {nflogd} "$@"
"""

# Notes down what is offered, and when that is all.
ZSH = """
PS1='ready-to-complete%% ' RPS1=
fpath=({folder} $fpath)
autoload -Uz compinit && compinit -u -d {work}/zcompdump
compadd() {{
    [[ " $* " == *" -"[OAD]" "* ]] && {{ builtin compadd "$@"; return }}
    typeset -a offered
    builtin compadd -O offered "$@"  # adds nothing, so its status is not 0
    print -rl -- $offered >>{work}/offered
    builtin compadd "$@"
}}
complete-and-tell() {{ zle expand-or-complete; print -- end-of-offers >>{work}/offered }}
zle -N complete-and-tell && bindkey '^I' complete-and-tell
stty rows 500 cols 200
LISTMAX=1000
"""


class Bash:
    def __init__(self, work):
        self.work = work

    def offers(self, *words):
        text = BASH.format(script=COMPLETION / "nflogd.bash",
                           words=" ".join(map(shlex.quote, ("./nflogd", *words))))
        done = cli.run("bash", "--norc", "-c", text, cwd=self.work)
        assert done.returncode == 0 and done.stderr == "", done.stderr
        return set(done.stdout.split())

    def close(self):
        pass


class Zsh:
    """One interactive shell on a terminal of its own; its start takes a second."""

    def __init__(self, work):
        self.noted = work / "offered"
        (work / "setup.zsh").write_text(ZSH.format(folder=COMPLETION, work=work))
        self.terminal, slave = pty.openpty()
        self.shell = subprocess.Popen(
            ["zsh", "-f", "-i"], stdin=slave, stdout=slave, stderr=slave, cwd=work,
            start_new_session=True,
            env={**os.environ, "TERM": "dumb", "PATH": f"{work}:{os.environ['PATH']}"})
        os.close(slave)
        os.write(self.terminal, b"source ./setup.zsh\n")
        self.read_until(lambda text: b"ready-to-complete" in text)

    def offers(self, *words):
        self.noted.unlink(missing_ok=True)
        typed = " ".join(("nflogd", *words)).encode()
        os.write(self.terminal, CLEAR_LINE + typed + b"\t")
        self.read_until(lambda _: self.noted.exists() and END in self.noted.read_text())
        return set(self.noted.read_text().split(END)[0].split())

    def read_until(self, condition):
        text = b""
        for _ in range(LIMIT * 50):
            if condition(text):
                return
            if select.select([self.terminal], [], [], 0.02)[0]:
                text += os.read(self.terminal, 65536)
        raise AssertionError(f"zsh says only: {text.decode(errors='replace')}")

    def close(self):
        self.shell.kill()
        self.shell.wait()
        os.close(self.terminal)


@pytest.fixture(scope="module", params=[Bash, Zsh])
def shell(request, tmp_path_factory):
    work = tmp_path_factory.mktemp("completion")
    config = COMPLETION.parent / "config" / "nflogd.yaml"
    (work / "nflogd").write_text(PROGRAM.format(config=config, nflogd=cli.NFLOGD))
    (work / "nflogd").chmod(0o755)
    (work / "capture.pcap").touch()
    made = request.param(work)
    yield made
    made.close()


def test_commands(shell):
    assert set(cli.commands()) <= shell.offers("")
    assert shell.offers("che") == {"check"}


@pytest.mark.parametrize("command", [(), *((name,) for name in cli.commands())])
def test_options(shell, command):
    assert cli.names(*command) <= shell.offers(*command, "-")


def test_values(shell):
    for command in cli.commands():
        for option in cli.options(command):
            if option.choices:
                offered = shell.offers(command, option.names[-1], "")
                assert offered == set(option.choices), (command, option)


def test_rules(shell):
    assert shell.offers("tail", "--rule", "") == {"input-new", "forward-new"}
    assert shell.offers("tail", "--rule", "in") == {"input-new"}


def test_files(shell):
    assert "capture.pcap" in shell.offers("replay", "")
    assert "capture.pcap" in shell.offers("check", "--config", "cap")
    assert "capture.pcap" in shell.offers("record", "-g", "5", "-o", "cap")
