# SPDX-License-Identifier: GPL-2.0-or-later
"""--help, and what is said of a command line that is wrong."""
import pytest

import cli


def test_there_are_commands_with_options():
    assert {"run", "check", "rules", "replay", "record"} <= set(cli.commands())
    assert {"-h", "--help", "-c", "--config", "--format", "--filter"} <= cli.names("replay")


@pytest.mark.parametrize("command", [(), *((name,) for name in cli.commands())])
def test_help_begins_with_examples_of_this_command(command):
    assert cli.help_of(*command).startswith("Examples:\n")
    assert any(" ".join(("nflogd", *command)) in line for line in cli.examples(*command))


@pytest.mark.parametrize("wrong, said", [
    (["chek"], "unknown command 'chek' (did you mean 'check'?)"),
    (["rnu", "-c", "x"], "unknown command 'rnu' (did you mean 'run'?)"),
    (["--versoin"], "unknown option '--versoin' (did you mean '--version'?)"),
    (["check", "--confg", "x"], "unknown option '--confg' (did you mean '--config'?)"),
    (["record", "--gruop", "5", "-o", "x"], "unknown option '--gruop' (did you mean '--group'?)"),
    (["replay", "--fromat=line", "x"], "unknown option '--fromat' (did you mean '--format'?)"),
    (["che\x1b[31mck"], "unknown command"),
])
def test_a_typo_is_told_with_what_was_meant(wrong, said):
    done = cli.run(cli.NFLOGD, *wrong)
    assert done.returncode == 64 and done.stdout == ""
    assert said in done.stderr and "--help" in done.stderr and "\x1b" not in done.stderr


def test_a_word_like_no_command_gets_the_list():
    done = cli.run(cli.NFLOGD, "xyzzy")
    assert done.returncode == 64
    assert all(name in done.stderr for name in cli.commands())
