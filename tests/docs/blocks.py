# SPDX-License-Identifier: GPL-2.0-or-later
"""The examples in the documentation: fenced blocks of the guides and the man pages,
and the examples that --help begins with.

A block that is not run says so where it stands, with the reason: in Markdown a
comment before it, `<!-- not run: reason -->`, in a man page `; not run: reason`.
"""
import dataclasses
import pathlib
import re

import cli

TOP = pathlib.Path(__file__).parents[2]
GUIDES = [TOP / "README.md", *sorted((TOP / "docs").rglob("*.md"))]
PAGES = sorted((TOP / "man").glob("*.scd"))
MARKER = re.compile(r"(?:<!--|;) not run: (.+?)(?: -->)?$")


@dataclasses.dataclass
class Block:
    where: str    # README.md:5
    kind: str     # sh, yaml, ...; empty if the fence names none
    text: str
    reason: str   # why it is not run; empty if it is

    def __str__(self):
        return self.where

    @property
    def document(self):
        """Man pages are one, and so is --help."""
        return re.sub(r"^(man)/.*|^nflogd .*(--help)$|:.*$", lambda m: m[1] or m[2] or "", self.where)


def fenced(path):
    """The blocks of a file. In a man page a block without a kind is a shell's."""
    kind, lines, start, reason = None, [], 0, ""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        fence = re.match(r"```(\S*)$", line)
        if kind is not None:
            if fence:
                yield Block(f"{path.relative_to(TOP)}:{start}", kind, "\n".join(lines) + "\n", reason)
                kind, reason = None, ""
            else:
                lines.append(line)
        elif fence:
            kind, lines, start = fence[1], [], number
            if path.suffix == ".scd":
                kind = kind or "sh"
        elif found := MARKER.match(line):
            reason = found[1]
        elif line.strip():
            reason = ""


def help_examples():
    for command in ((), *((name,) for name in cli.commands())):
        for line in cli.examples(*command):
            # In the program's own help an explanation stands behind each example.
            example = re.split(r" {3,}", line)[0]
            yield Block(" ".join(("nflogd", *command, "--help")), "sh", example + "\n", "")


def everything():
    return [block for path in (*GUIDES, *PAGES) for block in fenced(path)] + list(help_examples())
