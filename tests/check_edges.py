#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds the direction of the code: core <- stages <- pipeline <- daemon.

A file in lib/X may include its own folder, what EDGES allows, and libraries.
Also: every source file starts with its licence.
Usage: check_edges.py [ROOT]
"""
import pathlib
import re
import sys

STAGES = {"source", "decode", "enrich", "filter", "format", "sink", "rules", "config", "summary",
          "screen", "control", "doctor"}
EDGES = {stage: {"core"} for stage in STAGES}
EDGES["core"] = set()
EDGES["pipeline"] = {"core"} | STAGES
EDGES["daemon"] = {"core", "pipeline"} | STAGES

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
SUFFIXES = {".cpp", ".hpp", ".def", ".py", ".sh"}


def folder_of(path, root):
    parts = path.relative_to(root).parts
    return parts[1] if parts[0] == "lib" else parts[0]


def check_file(path, root):
    text = path.read_text()
    if "SPDX-License-Identifier: GPL-2.0-or-later" not in "\n".join(text.splitlines()[:3]):
        yield f"{path}: no SPDX line"
    folder = folder_of(path, root)
    if folder not in EDGES:
        if path.relative_to(root).parts[0] == "lib":
            yield f"{path}: folder lib/{folder} is not in the table of edges"
        return
    for included in INCLUDE.findall(text):
        target = included.split("/")[0] if "/" in included else folder
        if target != folder and target not in EDGES[folder]:
            yield f"{path}: {folder} must not include {included}"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1])
    files = [
        path
        for top in ("lib", "daemon", "tests", "scripts")
        for path in sorted((root / top).rglob("*"))
        if path.suffix in SUFFIXES and path.is_file()
    ]
    faults = [fault for path in files for fault in check_file(path, root)]
    print("\n".join(faults) or f"{len(files)} files keep the edges")
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main())
