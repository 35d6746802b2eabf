# SPDX-License-Identifier: GPL-2.0-or-later
"""What a consumer reads from a Kafka cluster (librdkafka's mock, three brokers) is what was logged."""
import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import threading

import pytest
import yaml

from certificates import authority, server  # noqa: F401 (fixtures)
from harness import FLOOD, LIMIT, NFLOGD, final_ledger, packets as records, wait_for
from processes import kill_reader, reader_pid
from test_syslog import quiet, send

MOCK = os.environ.get("MOCK_KAFKA", str(pathlib.Path(FLOOD).parent / "mock_kafka"))
PROXY = pathlib.Path(__file__).parent / "tls_proxy.py"
RULE = {"name": "udp", "hook": "input", "in": ["wan0"], "protocol": ["udp"],
        "destination_port": [9], "action": "drop"}
TOPIC = "nflog"


class Cluster:
    def __init__(self, namespace):
        self.namespace = namespace
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", namespace.name, MOCK, TOPIC, "4"], text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.brokers = self.process.stdout.readline().strip()

    def tell(self, command):
        print(command, file=self.process.stdin)
        assert self.process.stdout.readline() == "ok\n"

    def messages(self):
        done = self.namespace.run("timeout", str(LIMIT), "kcat", "-C", "-e", "-q", "-o", "beginning",
                                  "-J", "-t", TOPIC, "-b", self.brokers)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def close(self):
        self.process.stdin.close()
        self.process.wait(LIMIT)


@pytest.fixture
def cluster(network):
    one = Cluster(network.gw)
    yield one
    one.close()


def outputs(log, cluster, **more):
    return [{"name": "main", "type": "file", "path": str(log)},
            {"name": "bus", "type": "kafka", "brokers": cluster.brokers.split(","),
             "topic": TOPIC, **more}]


def bus_of(log):
    [output] = [o for o in final_ledger(log)["outputs"] if o["output"] == "bus"]
    return output


def arrived(cluster):
    return [json.loads(message["payload"]) for message in cluster.messages()
            if json.loads(message["payload"])["event"] == "packet"]


def compare(cluster, log, sent):
    logged, got = records(log), sorted(arrived(cluster), key=lambda record: record["seq"])
    print(f"sent {sent} logged {len(logged)} arrived {len(got)}", bus_of(log))
    unique = {record["seq"]: record for record in got}
    assert list(unique.values()) == logged and len(logged) == sent
    assert (bus_of(log)["written"], bus_of(log)["dropped"], bus_of(log)["failed"]) == (sent, 0, 0)


def test_keys_headers_and_every_field(network, daemon, config, log, cluster):
    quiet(network)
    nflogd = daemon(config(RULE, outputs=outputs(log, cluster, compression="lz4")))
    send(network, 500)
    wait_for(lambda: len(records(log)) == 500, "the records")
    assert nflogd.stop() == 0
    compare(cluster, log, 500)
    messages = cluster.messages()
    assert {message["key"] for message in messages} == {"gw"}
    assert {tuple(message["headers"]) for message in messages} == \
        {("schema", "nflogd/json/1", "host", "gw")}


def test_a_broker_that_goes_and_comes_back(network, daemon, config, log, cluster):
    quiet(network)
    nflogd = daemon(config(RULE, outputs=outputs(log, cluster, key="community_id")))
    send(network, 2000)
    cluster.tell("down 2")
    send(network, 2000)
    wait_for(lambda: len(records(log)) == 4000, "the file, which does not wait")
    cluster.tell("up 2")
    send(network, 2000)
    wait_for(lambda: len(records(log)) == 6000, "the records")
    assert nflogd.stop() == 0
    compare(cluster, log, 6000)


def test_no_broker_at_the_start(network, daemon, config, log, cluster, tmp_path):
    """Twenty times what the queue holds waits in the spool."""
    quiet(network)
    cluster.tell("down 0")
    nflogd = daemon(config(RULE, outputs=outputs(
        log, cluster, queue=200, spool={"path": str(tmp_path / "spool")})))
    send(network, 100)
    wait_for(lambda: "output 'bus' is suspended" in nflogd.log.read_text(), "the daemon to tell")
    send(network, 4000, rate=2000)
    wait_for(lambda: len(records(log)) == 4100, "the file")
    cluster.tell("up 0")
    wait_for(lambda: "output 'bus' writes again" in nflogd.log.read_text(), "the output to go on")
    assert nflogd.stop() == 0
    compare(cluster, log, 4100)
    assert bus_of(log)["spooled"] == 0


def test_a_full_queue_and_a_full_spool(network, daemon, config, log, cluster, tmp_path):
    """What neither of them holds is counted, exactly; the file lacks nothing."""
    quiet(network)
    cluster.tell("down 0")
    nflogd = daemon(config(RULE, outputs=outputs(
        log, cluster, queue=64, spool={"path": str(tmp_path / "spool"), "max": "1MiB"})))
    send(network, 100)
    wait_for(lambda: "output 'bus' is suspended" in nflogd.log.read_text(), "the daemon to tell")
    send(network, 6000, rate=2000)
    wait_for(lambda: len(records(log)) == 6100, "the file")
    cluster.tell("up 0")
    wait_for(lambda: "output 'bus' writes again" in nflogd.log.read_text(), "the output to go on")
    assert nflogd.stop() == 0
    bus = bus_of(log)
    got = {record["seq"] for record in arrived(cluster)}
    print(f"sent 6100 arrived {len(got)}", bus)
    assert bus["dropped"] > 1000 and bus["written"] + bus["dropped"] + bus["failed"] == 6100
    assert len(got) == bus["written"] and (bus["failed"], bus["spooled"]) == (0, 0)


def test_a_killed_worker_sends_again_what_nobody_acknowledged(network, daemon, config, log, cluster):
    quiet(network)
    nflogd = daemon(config(RULE, outputs=outputs(log, cluster)))
    send(network, 1000)
    cluster.tell("down 0")
    send(network, 1000)
    wait_for(lambda: len(records(log)) == 2000, "the file")
    kill_reader(nflogd)
    cluster.tell("up 0")
    send(network, 1000)
    wait_for(lambda: len(records(log)) == 3000, "the records")
    assert nflogd.stop() == 0
    compare(cluster, log, 3000)


def test_without_the_library_it_says_what_to_install(network, config, log, cluster, tmp_path):
    file = tmp_path / "kafka.yaml"
    file.write_text(yaml.safe_dump(config(RULE, outputs=outputs(log, cluster))))
    hidden = ["unshare", "--mount", "sh", "-c",
              'for file in /usr/lib/*/librdkafka.so.1; do mount --bind /dev/null "$file"; done; exec "$@"',
              "sh", NFLOGD]
    for command in ("run", "check"):
        done = network.gw.run(*hidden, command, "-c", file, check=False)
        assert (done.returncode, "output 'bus': librdkafka is not installed" in done.stderr) == \
            (69, True), done.stderr
    assert "nflogd" not in network.gw.run("nft", "list", "tables").stdout


def test_a_topic_that_is_away_for_a_while(network, daemon, config, log, cluster, tmp_path):
    quiet(network)
    cluster.tell("topic 3")
    nflogd = daemon(config(RULE, outputs=outputs(
        log, cluster, spool={"path": str(tmp_path / "spool")},
        librdkafka={"topic.metadata.propagation.max.ms": 200})))
    worker = reader_pid(nflogd)
    send(network, 500)
    wait_for(lambda: "Unknown topic" in nflogd.log.read_text(), "the daemon to tell")
    send(network, 500)
    wait_for(lambda: len(records(log)) == 1000, "the file")
    cluster.tell("topic 0")
    wait_for(lambda: "output 'bus' writes again" in nflogd.log.read_text(), "the output to go on")
    assert reader_pid(nflogd) == worker
    assert nflogd.stop() == 0
    compare(cluster, log, 1000)


def test_a_refused_batch_costs_no_record_that_is_good(network, daemon, config, log, cluster):
    quiet(network)
    nflogd = daemon(config(RULE, outputs=outputs(log, cluster)))
    send(network, 500)
    wait_for(lambda: len(arrived(cluster)) == 500, "the first messages")
    cluster.tell("refuse 1")
    send(network, 500)
    wait_for(lambda: "message size" in nflogd.log.read_text().lower(), "the daemon to tell")
    assert nflogd.stop() == 0
    compare(cluster, log, 1000)


class NameServer:
    """Answers every question for an IPv4 address with 127.0.0.1, and no other."""

    def __init__(self, namespace):
        self.folder = pathlib.Path("/etc/netns") / namespace.name  # `ip netns exec` mounts it
        self.folder.mkdir(parents=True)
        (self.folder / "resolv.conf").write_text("nameserver 127.0.0.1\n")
        self.asked = set()
        with namespace.entered():
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.bind(("127.0.0.1", 53))
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self):
        while True:
            question, client = self.socket.recvfrom(512)
            if not question:
                return
            end = question.index(0, 12) + 5
            self.asked.add(question[13:end - 5])
            address = question[end - 4:end - 2] == b"\0\1"
            answer = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\1" if address else b""
            self.socket.sendto(question[:2] + b"\x81\x80\0\1" + bytes([0, address]) + b"\0\0\0\0" +
                               question[12:end] + answer, client)

    def close(self, namespace):
        with namespace.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", 53))
        self.thread.join()
        self.socket.close()
        shutil.rmtree(self.folder)


def test_brokers_by_name(network, daemon, config, log, cluster):
    """Names are looked up by the process that is confined."""
    quiet(network)
    server = NameServer(network.gw)
    try:
        chosen = outputs(log, cluster)
        chosen[1]["brokers"] = [f"broker.example.net:{cluster.brokers.rsplit(':', 1)[1]}"]
        nflogd = daemon(config(RULE, outputs=chosen))
        send(network, 200)
        wait_for(lambda: len(arrived(cluster)) == 200, "the messages")
        assert nflogd.stop() == 0
        compare(cluster, log, 200)
        assert server.asked == {b"broker\7example\3net"}
    finally:
        server.close(network.gw)


@contextlib.contextmanager
def brokers_with_tls(namespace, cluster, authority, server):
    """The brokers as they look to clients meanwhile."""
    proxy = subprocess.Popen(["ip", "netns", "exec", namespace.name, sys.executable, PROXY, *server,
                              authority.ca], text=True, stdout=subprocess.PIPE)
    port = int(proxy.stdout.readline())
    brokers = ", ".join(broker.rsplit(":", 1)[1] for broker in cluster.brokers.split(","))
    namespace.nft("table ip tls { chain out { type nat hook output priority -100; "
                  f"tcp dport {{ {brokers} }} meta mark != 1 redirect to :{port}; }}; }}")
    try:
        yield
    finally:
        namespace.run("nft", "delete", "table", "ip", "tls")
        proxy.kill()
        proxy.wait(LIMIT)


def test_tls_with_a_certificate_of_ours(network, daemon, config, log, cluster, authority, server):
    """By librdkafka's own properties; a broker that another authority vouches for gets nothing."""
    quiet(network)
    certificate, key = authority.issue("client")
    key.chmod(0o644)
    chosen = outputs(log, cluster, librdkafka={
        "security.protocol": "ssl", "ssl.ca.location": "/etc/ssl/certs/ca-certificates.crt",
        "ssl.certificate.location": str(certificate), "ssl.key.location": str(key)})
    with brokers_with_tls(network.gw, cluster, authority, server):
        nflogd = daemon(config(RULE, outputs=chosen))
        send(network, 100)
        wait_for(lambda: "output 'bus' is suspended" in nflogd.log.read_text(), "the refusal")
        assert "certificate verify failed" in nflogd.log.read_text()
        chosen[1]["librdkafka"]["ssl.ca.location"] = str(authority.ca)
        nflogd.write_config(config(RULE, outputs=chosen))
        nflogd.reload()
        send(network, 400)
        wait_for(lambda: len(records(log)) == 500, "the records")
        assert nflogd.stop() == 0
    compare(cluster, log, 500)
