# SPDX-License-Identifier: GPL-2.0-or-later
"""Links between the documents lead somewhere: to a file that is there, to a heading of it."""
import functools
import re

import pytest

import blocks

DOCUMENTS = [*blocks.GUIDES, blocks.TOP / "tests/README.md"]


def prose(path):
    return re.sub(r"^```.*?^```", "", path.read_text(), flags=re.M | re.S)


@functools.cache
def anchors(path):
    """As GitHub and others make them out of headings."""
    found = set()
    for title in re.findall(r"^#+ (.*)$", prose(path), re.M):
        title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).lower()
        found.add(re.sub(r"[^\w\- ]", "", title).replace(" ", "-"))
    return found


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(blocks.TOP)))
def test_links(path):
    wrong = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(path)):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if not there.exists() or (anchor and anchor not in anchors(there)):
            wrong.append(target)
    assert not wrong
