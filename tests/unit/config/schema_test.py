#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The schema, the installed file and the reference against the loader's keys.

usage: schema_test.py CONFIG_KEYS SOURCE_DIRECTORY
CONFIG_KEYS prints every key that the loader knows, as outputs[].rotate.size.
"""

import json
import pathlib
import re
import subprocess
import sys
import unittest

import jsonschema
import yaml

KEYS_PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
FIXTURES = SOURCE / "tests/fixtures/config"
SCHEMA = json.loads((SOURCE / "config/nflogd.schema.json").read_text())
SHIPPED = (SOURCE / "config/nflogd.yaml").read_text()
REFERENCE = (SOURCE / "docs/configuration.md").read_text()
COMMENTED_KEY = re.compile(r"^( *)#(?! \S)(.+)", re.MULTILINE)


def loader_keys():
    done = subprocess.run([KEYS_PROGRAM], check=True, capture_output=True, text=True)
    return done.stdout.split()


def schema_keys(node, prefix=""):
    """Every path of properties below a schema, through $ref and alternatives."""
    if not isinstance(node, dict):
        return
    if "$ref" in node:
        yield from schema_keys(SCHEMA["definitions"][node["$ref"].rsplit("/", 1)[1]], prefix)
    for name in ("if", "then", "else"):
        yield from schema_keys(node.get(name), prefix)
    for alternative in node.get("anyOf", []) + node.get("allOf", []):
        yield from schema_keys(alternative, prefix)
    dot = prefix + "." if prefix else ""
    for name, child in node.get("properties", {}).items():
        yield dot + name
        yield from schema_keys(child, dot + name)
    if "items" in node:
        yield from schema_keys(node["items"], prefix + "[]")


def yaml_keys(node, prefix=""):
    """Every path of keys in a document."""
    if isinstance(node, dict):
        dot = prefix + "." if prefix else ""
        for name, child in node.items():
            yield dot + name
            yield from yaml_keys(child, dot + name)
    elif isinstance(node, list):
        for child in node:
            yield from yaml_keys(child, prefix + "[]")


def reference_keys():
    """The first column of each table, under the prefix that its heading tells."""
    prefix = ""
    for line in REFERENCE.splitlines():
        if line.startswith("#"):
            heading = re.search(r"`([^`]+)`", line)
            prefix = heading[1] + "." if heading else ""
        row = re.match(r"\| `([a-z0-9_]+)` \|", line)
        if row:
            yield prefix + row[1]


def problems(text):
    return list(jsonschema.Draft7Validator(SCHEMA).iter_errors(yaml.safe_load(text)))


def with_output(text):
    return text + "\noutputs: [{name: a, type: stdout}]\n"


class Schema(unittest.TestCase):
    def test_is_a_schema(self):
        jsonschema.Draft7Validator.check_schema(SCHEMA)

    def test_has_the_keys_of_the_loader(self):
        self.assertGreater(len(loader_keys()), 40)
        self.assertEqual(sorted(set(schema_keys(SCHEMA))), sorted(set(loader_keys())))

    def test_describes_every_key(self):
        def walk(node, path):
            for name, child in node.get("properties", {}).items() if isinstance(node, dict) else ():
                if child is not True:
                    self.assertIn("description", child, path + name)
            if isinstance(node, dict):
                for name, child in node.items():
                    if name != "if":
                        walk(child, path + name + "/")
        walk(SCHEMA, "/")

    def test_takes_what_is_shipped(self):
        self.assertEqual(problems(SHIPPED), [])
        self.assertEqual(problems(COMMENTED_KEY.sub(r"\1\2", SHIPPED)), [])

    def test_takes_good_examples(self):
        for path in sorted((FIXTURES / "good").glob("*.yaml")):
            with self.subTest(path.name):
                self.assertEqual(problems(path.read_text(encoding="utf-8-sig")), [])

    def test_refuses_bad_examples(self):
        for name in ("many", "missing", "unknown_keys", "values", "wrong_types",
                     "wrong_types_inside", "hostile_strings", "kafka", "socket", "syslog"):
            with self.subTest(name):
                self.assertNotEqual(problems((FIXTURES / "bad" / (name + ".yaml")).read_text()), [])

    def test_refuses_each_of_these(self):
        rule = "rules: {log: [{name: a, hook: input, %s}]}"
        syslog = "outputs: [{name: a, type: syslog, %s}]"
        journald = "outputs: [{name: a, type: journald, %s}]"
        socket = "outputs: [{name: a, type: socket, path: /a, %s}]"
        output = "outputs: [{name: a, type: file, path: /a, %s}]"
        for text in (
            "hosts: a", "host: 'a b'", "run_as: -x", "control_socket: run/x", "sources: {}",
            "sources: [{type: pcap}]", "sources: [{groups: 65536}]", "sources: [{groups: []}]",
            "sources: [{snaplen: -1}]", "sources: [{queue_threshold: 1025}]",
            "sources: [{flush_timeout: 100}]", "sources: [{netlink_buffer: 64KB}]",
            "rules: {backend: nft}", "rules: {table: 1a}", "rules: {iptables_flavour: x}",
            "rules: {log: [{name: a}]}", "rules: {log: [{hook: input}]}",
            "rules: {log: [{name: 'a$', hook: input}]}", "rules: {log: [{name: ' a', hook: input}]}",
            rule % "in: []", rule % "in: 'a b'", rule % "source: example.org",
            rule % "protocol: quic", rule % "destination_port: 65536",
            rule % "destination_port: '80:90'", rule % "ct_state: NEW", rule % "action: deny",
            rule % "limit: {burst: 5}", rule % "limit: {rate: 5/s}",
            rule % "priority: urgent", "sources: [{priority_group: 65536}]",
            "rules: {owner: 'true'}", rule % "limit: {rate: 0/second}", rule % "match: [a]",
            "outputs: [{name: a}]", "outputs: [{name: a, type: file}]",
            "outputs: [{name: a, type: stdout, path: /a}]", "outputs: [{name: a, type: pigeon}]",
            "outputs: [{name: a, type: kafka}]", "outputs: [{name: a, type: kafka, topic: t, brokers: h}]",
            syslog % "address: /dev/log", syslog % "address: 'udp://h'", syslog % "framing: octets",
            syslog % "protocol: bsd", syslog % "facility: local8", syslog % "severity: warn",
            syslog % "severity: {deny: info}", syslog % "severity: {drop: 4}",
            journald % "socket: journal", journald % "facility: kern", journald % "severity: 4",
            syslog % "enterprise_number: 0", syslog % "path: /a", syslog % "max_message: 1KB",
            "outputs: [{name: a, type: socket}]", socket % "readers: 0", socket % "mode: '0670'",
            socket % "buffer: 1MB", socket % "rotate: {keep: 1}",
            "outputs: [{name: a, type: socket, path: a}]",
            "outputs: [{name: a, type: stdout, format: xml}]", "internal_networks: [example.org]",
            output % "fields: {include: [colour]}", output % "fields: {include: []}",
            output % "fields: {include: [mark], exclude: [uid]}", output % "community_id: maybe",
            output % "community_id_seed: 65536", output % "cef: {strict: true}",
            "outputs: [{name: a, type: stdout, queue: 63}]",
            output % "mode: '0777'", output % "mode: '0642'", output % "sync: sometimes",
            output % "rotate: {compress: gzip}", output % "rotate: {keep: -1}",
            output % "rotate: {interval: 5}", output % "on_disk_full: delete",
            "ledger: {interval: 10}", "metrics: {listen: '0.0.0.0:9477'}",
            "metrics: {listen: 'unix:run'}", "metrics: {textfile: run}", "metrics: {interval: 5}",
        ):
            with self.subTest(text):
                self.assertNotEqual(problems(text if "outputs" in text else with_output(text)), [])


class Shipped(unittest.TestCase):
    def test_shows_every_key(self):
        document = yaml.safe_load(COMMENTED_KEY.sub(r"\1\2", SHIPPED))
        self.assertEqual(sorted(set(yaml_keys(document))), sorted(loader_keys()))

    def test_leads_the_editor_to_the_schema(self):
        self.assertRegex(SHIPPED, r"(?m)^# yaml-language-server: \$schema=\S*nflogd\.schema\.json$")


class Reference(unittest.TestCase):
    def test_has_a_row_for_every_key(self):
        self.assertEqual(sorted(reference_keys()), sorted(loader_keys()))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
