# SPDX-License-Identifier: GPL-2.0-or-later
"""The man pages: made without a warning, and true to --help and to the schema."""
import json
import pathlib
import re

import pytest

import cli

TOP = pathlib.Path(__file__).parents[2]
SOURCES = {path.name.removesuffix(".scd"): path for path in sorted((TOP / "man").glob("*.scd"))}


def of_command(name):
    found = [page for page in SOURCES if re.fullmatch(rf"nflogd-{name}\.[18]", page)]
    assert len(found) == 1, f"no man page of nflogd {name}"
    return SOURCES[found[0]].read_text()


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """All pages as roff, by name; man/guide.py makes some of them."""
    folder = tmp_path_factory.mktemp("man")
    texts = {page: path.read_text() for page, path in SOURCES.items()}
    for page in ("nflogd.yaml.5", "nflogd-filter.7"):
        made = cli.run("/usr/bin/python3", TOP / "man/guide.py", page, TOP / "docs")
        assert made.returncode == 0, made.stderr
        texts[page] = made.stdout
    for page, text in texts.items():
        roff = cli.run("scdoc", input=text)
        assert roff.returncode == 0 and roff.stderr == "", f"{page}: {roff.stderr}"
        (folder / page).write_text(roff.stdout)
    return {page: folder / page for page in texts}


def test_man_has_no_warnings(pages):
    for page, path in pages.items():
        done = cli.run("man", "--warnings", "-l", path)
        assert done.returncode == 0 and done.stderr == "", f"{page}: {done.stderr}"


def test_mandoc_has_no_warnings(pages):
    for page, path in pages.items():
        found = cli.run("mandoc", "-T", "lint", "-W", "warning", path).stdout.splitlines()
        # scdoc puts a paragraph macro behind each heading, which changes nothing.
        assert [line for line in found if "skipping paragraph macro: PP" not in line] == [], page


def test_whatis_finds_them(pages):
    for page, path in pages.items():
        done = cli.run("lexgrog", path)
        assert done.returncode == 0 and f'"{page.rsplit(".", 1)[0]} - ' in done.stdout, page


def options_in(text):
    """Of each entry below OPTIONS: its names, and whether a value follows."""
    body = re.search(r"^# OPTIONS\n(.*?)^# ", text, re.M | re.S)[1]
    for line in re.findall(r"^(\*-.*)$", body, re.M):
        yield tuple(re.findall(r"\*(--?[\w-]+)\*", line)), "_" in re.sub(r"\*[^*]*\*", "", line)


@pytest.mark.parametrize("command", cli.commands())
def test_options_are_those_of_help(command):
    in_help = {(option.names, option.value != "") for option in cli.options(command)}
    assert set(options_in(of_command(command))) == in_help


def test_the_programs_page_names_options_and_commands():
    text = SOURCES["nflogd.8"].read_text()
    assert set(options_in(text)) == {(option.names, False) for option in cli.options()}
    listed = re.findall(r"^\*nflogd (\w+)\*\n.*\*nflogd-(\w+)\*\(([18])\)", text, re.M)
    assert {name for name, _, _ in listed} == set(cli.commands())
    for name, page, number in listed:
        assert name == page and f"nflogd-{name}.{number}" in SOURCES


def test_every_page_is_of_a_command():
    own = {page.removeprefix("nflogd-").rsplit(".", 1)[0] for page in SOURCES if "-" in page}
    assert own == set(cli.commands())


def keys_of(schema):
    """All keys that a configuration may have."""
    if isinstance(schema, dict):
        for name, value in schema.get("properties", {}).items():
            yield name
        for value in schema.values():
            yield from keys_of(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from keys_of(value)


def test_every_key_of_the_schema_is_explained(pages):
    schema = json.loads((TOP / "config/nflogd.schema.json").read_text())
    text = cli.run("man", "-l", pages["nflogd.yaml.5"],
                   env={"PATH": "/usr/bin:/bin", "MANWIDTH": "80", "LC_ALL": "C.UTF-8"}).stdout
    terms = set(re.findall(r"^ {7}([a-z_0-9]+)$", text, re.M))
    assert set(keys_of(schema)) - terms == set()
