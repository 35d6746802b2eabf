# SPDX-License-Identifier: GPL-2.0-or-later
"""Every example in the documentation is run, or says why not.

What is done with a block depends on its kind:

    yaml      `nflogd check`; a part of a configuration is completed by complete()
    sh        a script, run as root in world.sh
    nft       `nft -c`; rules alone are put into a chain
    iptables  `iptables-restore` in a namespace of its own; rules alone are put into
              the filter table
    json      its members are fields of records or of events
    ini       a drop-in of the unit, by `systemd-analyze verify`
    rsyslog   `rsyslogd -N1`

A block of any other kind has to say that it is not run. Those are printed (pytest -rs).
"""
import re
import subprocess

import pytest
import yaml

import blocks
import cli

TOP = blocks.TOP


def complete(text):
    """A configuration out of a part of one:
    a list of outputs or of rules goes below its key, and what has no outputs gets one.
    """
    part = yaml.safe_load(text)
    if isinstance(part, list):
        part = {"rules": {"log": part}} if "hook" in part[0] else {"outputs": part}
    elif "outputs" in part:
        return text  # as it is, so that its very characters are read
    part.setdefault("outputs", [{"name": "main", "type": "stdout"}])
    return yaml.safe_dump(part, sort_keys=False)


def in_namespace(*command, **more):
    done = subprocess.run(["unshare", "-n", *map(str, command)], text=True, capture_output=True,
                          timeout=30, **more)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done


def run_yaml(text, folder):
    """Paths that it names are put below `folder`, where what has to be there is made."""
    text = complete(text)
    for path in set(re.findall(r"/etc/nflogd/[\w./-]+\.(?:pem|crt|key)", text)):
        text = text.replace(path, str(certificate(folder, path)))
    config = folder / "nflogd.yaml"
    config.write_text(text)
    in_namespace(cli.NFLOGD, "check", "-c", config)


def certificate(folder, path):
    """One self-signed certificate stands for all."""
    pem, key = folder / "it.pem", folder / "it.key"
    if not pem.exists():
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=it", "-days", "30",
                        "-keyout", key, "-out", pem], check=True, capture_output=True)
    return key if path.endswith(".key") else pem


def run_nft(text, folder):
    if not re.match(r"\s*(#.*\s+)*(table|add|include|define|flush|delete)\b", text):
        text = f"table inet t {{\nchain c {{\ntype filter hook input priority 0\n{text}}}\n}}\n"
    in_namespace("nft", "-c", "-f", "-", input=text)


def run_iptables(text, folder):
    if not text.lstrip().startswith("*"):
        own = {name for name in re.findall(r"-A (\S+)", text) if not name.isupper()}
        heads = "".join(f":{name} - [0:0]\n" for name in sorted(own))
        text = f"*filter\n{heads}{text}COMMIT\n"
    in_namespace("iptables-restore", input=text)


def fields_of_records():
    table = (TOP / "lib/core/fields.def").read_text()
    return set(re.findall(r"^(?:ENVELOPE|HEADER)\((\w+)", table, re.M)) | {
        "event", "host", "community_id", "inner"}


def run_json(text, folder):
    fields = fields_of_records()
    for events in ("lib/format/event_json.cpp", "lib/pipeline/registry.cpp"):
        fields |= set(re.findall(r'\\?"([a-z_]+)\\?"', (TOP / events).read_text()))
    used = set(re.findall(r'"(\w+)":', text))
    assert used and used <= fields, used - fields


def run_ini(text, folder):
    """A drop-in of our unit, beside which the program exists."""
    assert "[Service]" in text
    unit = (TOP / "systemd/nflogd.service").read_text().replace("/usr/sbin/nflogd", "/bin/true")
    (folder / "nflogd.service").write_text(unit)
    (folder / "nflogd.service.d").mkdir()
    (folder / "nflogd.service.d/override.conf").write_text(text)
    done = cli.run("systemd-analyze", "verify", "--man=no", folder / "nflogd.service")
    assert done.returncode == 0 and "nflogd" not in done.stderr, done.stderr


def run_rsyslog(text, folder):
    for path in set(re.findall(r"/etc/ssl/[\w.-]+\.(?:pem|key)", text)):
        text = text.replace(path, str(certificate(folder, path)))
    config = folder / "rsyslog.conf"
    config.write_text(text)
    done = cli.run("rsyslogd", "-N1", "-f", config)
    assert done.returncode == 0, done.stderr


def run_sh(texts, folder):
    """All scripts in one world, one after the other."""
    scripts = []
    for number, text in enumerate(texts):
        scripts.append(folder / f"{number}.sh")
        scripts[-1].write_text(text)
    layer = folder / "layer"
    layer.mkdir()
    done = subprocess.run(
        ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--uts",
         TOP / "tests/docs/world.sh", cli.NFLOGD, TOP, layer, *scripts],
        text=True, capture_output=True, timeout=300, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr


KINDS = {"yaml": run_yaml, "nft": run_nft, "iptables": run_iptables,
         "json": run_json, "ini": run_ini, "rsyslog": run_rsyslog}


ALL = blocks.everything()
SHELL = {}  # of each document
for _block in ALL:
    if _block.kind == "sh" and not _block.reason:
        SHELL.setdefault(_block.document, []).append(_block.text)


@pytest.mark.parametrize("block", [block for block in ALL if block.kind != "sh" or block.reason],
                         ids=str)
def test_example(block, tmp_path):
    if block.reason:
        pytest.skip(f"{block.where}: not run: {block.reason}")
    assert block.kind in KINDS, f"a block of kind '{block.kind}' has to say why it is not run"
    KINDS[block.kind](block.text, tmp_path)


@pytest.mark.parametrize("document", SHELL)
def test_commands(document, tmp_path):
    run_sh(SHELL[document], tmp_path)


@pytest.mark.parametrize("kind, text", [
    ("yaml", "outputs: [{name: x, tpye: stdout}]\n"), ("yaml", "- {name: x, hook: nowhere}\n"),
    ("nft", "tcp dport 22 loog group 100\n"), ("iptables", "-A INPUT -j NFLOGG\n"),
    ("json", '{"timestmap":"…"}\n'), ("ini", "[Service]\nStateDirectoryy=nflogd\n"),
    ("rsyslog", 'module(load="no-such-module")\n')])
def test_a_wrong_example_is_found(kind, text, tmp_path):
    with pytest.raises(AssertionError):
        KINDS[kind](text, tmp_path)


def test_wrong_commands_are_found(tmp_path):
    wrong = ["nflogd chekc\n", "nflogd replay no-such.pcap\n", "sudo systemctl relod nflogd\n",
             "nflogd replay packets.nflog | false\n", "nflogd run --no-such-option\n"]
    with pytest.raises(AssertionError) as found:
        run_sh(["nflogd rules\n", *wrong], tmp_path)
    assert str(found.value).count("FAILED with exit code") == len(wrong)


def test_fields_that_ulogd2s_become_are_fields():
    page = (TOP / "docs/migrating-from-ulogd2.md").read_text()
    rows = re.search(r"^## The fields of JSON\n.*?(?=^## )", page, re.M | re.S)[0]
    become = re.findall(r"^\|[^|]*\|([^|]*)\|", rows, re.M)[2:]
    names = {name for cell in become for name in re.findall(r"`(\w+)`", cell)}
    assert len(names) > 40 and names <= fields_of_records() | {"if12"}, names - fields_of_records()
