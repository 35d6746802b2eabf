#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes man pages out of the guides that are their only sources.

usage: guide.py PAGE FOLDER > PAGE.scd

FOLDER is docs/. A table becomes a list: the first cell is the term, the others stand
below it. Links lose their target, but a link to another guide names it.
"""
import dataclasses
import pathlib
import re
import sys


@dataclasses.dataclass(frozen=True)
class Page:
    guide: str
    what: str
    synopsis: str
    files: str
    also: str


PAGES = {
    "nflogd.yaml.5": Page(
        "configuration.md", "configuration of nflogd",
        "_/etc/nflogd/nflogd.yaml_, _/etc/nflogd/conf.d/\\*.yaml_",
        """_/usr/share/doc/nflogd/examples/nflogd.yaml_
	Every key with its default and an explanation.

_/usr/share/nflogd/nflogd.schema.json_
	The same for editors.

_/usr/share/doc/nflogd/_
	The guides that are named above.""",
        "*nflogd*(8), *nflogd-filter*(7), *nflogd-check*(8), *nflogd-rules*(8)"),
    "nflogd-filter.7": Page(
        "filter.md", "which packets an output or a command takes",
        "*filter:* _EXPRESSION_++\n*nflogd replay --filter* _EXPRESSION_",
        """_/usr/share/doc/nflogd/record.md_
	The fields that can be tested.""",
        "*nflogd*(8), *nflogd.yaml*(5), *nflogd-replay*(1)"),
}

LITERAL = re.compile(r"[\\*_#~<>\[\]|]")


def escape(text):
    return LITERAL.sub(lambda found: "\\" + found[0], text)


def link(found):
    """[text](target): the text, and the guide's name if it is another one."""
    text, target = found[1], found[2].split("#")[0]
    return text if not target or target in text or "://" in target else f"{text} ({target})"


def inline(text):
    """Markdown's code and bold become bold, all the rest is literal."""
    text = re.sub(r"\[([^\]]+)\]\(([^)]+)\)", link, text)
    pieces = re.split(r"(`[^`]+`|\*\*.+?\*\*)", text)
    return "".join(mark(piece) for piece in pieces)


def mark(piece):
    if piece.startswith("`"):
        return f"*{escape(piece[1:-1])}*"
    if piece.startswith("**"):
        return f"*{escape(piece[2:-2].replace('`', ''))}*"
    return escape(piece)


def cells(row):
    parts = re.split(r"(?<!\\)\|", row.strip().strip("|"))
    return [part.replace("\\|", "|").strip() for part in parts]


def table(rows):
    """Rows with their heads: [term, value, default, meaning] or any other columns."""
    heads = cells(rows[0])
    for row in rows[2:]:
        term, *rest = cells(row)
        yield inline(term)
        named = dict(zip(heads[1:], rest))
        default = named.pop("default", "")
        first = [named.pop(head) for head in ("value", "values") if named.get(head)]
        if default:
            first.append(default if default.startswith("required") else f"default: {default}")
        meaning = [sentence(text) for text in named.values() if text]
        yield "\t" + "++\n".join(([inline("; ".join(first))] if first else []) + meaning)
        yield ""


def sentence(text):
    return inline(text[0].upper() + text[1:] + ("" if text.endswith(".") else "."))


def literal(lines):
    yield "```"
    yield from lines
    yield "```"
    yield ""


def blocks(lines):
    """(kind, lines): heading, code, table, item, text."""
    kind, held = "", []
    for line in lines + [""]:
        if kind == "code":
            if line.startswith("```"):
                yield kind, held
                kind, held = "", []
            else:
                held.append(line)
            continue
        here = ("code" if line.startswith("```") else "heading" if line.startswith("#") else
                "table" if line.startswith("|") else "item" if line.startswith(("* ", "- ")) else
                "" if not line.strip() or line.startswith("<!--") else "text")
        joins = here == kind in ("table", "item", "text") or (kind, here) == ("item", "text")
        if not joins:
            if kind:
                yield kind, held
            kind, held = here, []
        if here != "code" and here:
            held.append(line)


def heading(line):
    marks, text = line.split(" ", 1)
    plain = text.replace("`", "")
    return {"#": "", "##": "# " + plain.upper()}.get(marks, "## " + plain)


def page(lines):
    for kind, held in blocks(lines):
        if kind == "heading":
            yield heading(held[0])
            yield ""
        elif kind == "code":
            yield from literal(held)
        elif kind == "table":
            yield from table(held)
        elif kind == "item":
            for item in re.split(r"\n(?=[*-] )", "\n".join(held)):
                yield "- " + inline(" ".join(item[2:].split("\n")))
            yield ""
        else:
            yield inline(" ".join(held))
            yield ""


def main(name, folder):
    made = PAGES[name]
    title, section = name.rsplit(".", 1)
    lines = (pathlib.Path(folder) / made.guide).read_text(encoding="utf-8").splitlines()
    print(f"{title}({section})\n\n; SPDX-License-Identifier: GPL-2.0-or-later\n")
    print(f"# NAME\n\n{title} - {made.what}\n\n# SYNOPSIS\n\n{made.synopsis}\n\n# DESCRIPTION\n")
    print("\n".join(page(lines)))
    print(f"# FILES\n\n{made.files}\n\n# SEE ALSO\n\n{made.also}")


if __name__ == "__main__":
    main(*sys.argv[1:])
