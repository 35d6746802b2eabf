# SPDX-License-Identifier: GPL-2.0-or-later
"""Metrics over HTTP and as a file, read by promtool and by Prometheus itself."""
import http.client
import json
import pathlib
import re
import signal
import subprocess
import urllib.parse

import pytest
import yaml

from control import UnixHttp, report, samples
from harness import FLOOD, GW4, LIMIT, NFLOGD, final_ledger, wait_for

UDP = {"name": "udp", "hook": "input", "in": ["wan0"], "protocol": ["udp"], "action": "accept"}
CONFIG = pathlib.Path(__file__).resolve().parents[2] / "config"


def flood(network, count):
    network.out.run(FLOOD, GW4, "9", "-n", str(count), "-r", "50000", "-s", "18")


def get(connection, method="GET", path="/metrics"):
    connection.request(method, path)
    answer = connection.getresponse()
    return answer, answer.read().decode()


def scrape(network, port=9477):
    with network.gw.entered():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)
        return get(connection)


def lint(text):
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True,
                          text=True)
    return done.returncode, done.stdout + done.stderr


def test_metrics_say_what_the_ledger_says(network, daemon, config, log):
    nflogd = daemon(config(UDP, metrics={"listen": "127.0.0.1:9477"}))
    flood(network, 300)
    wait_for(lambda: report(nflogd)["outputs"][0]["written"] == 300, "the records")
    answer, text = scrape(network)
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert lint(text) == (0, "")
    counted = samples(text)
    assert nflogd.stop() == 0
    rule = final_ledger(log)["rules"][0]
    for name in ("matched", "suppressed", "logged"):
        assert counted[f'nflogd_rule_{name}_total{{rule="udp"}}'] == rule[name]
    assert counted['nflogd_rule_lost_total{rule="udp"}'] == rule["lost_kernel"] == 0
    assert counted['nflogd_packets_total{group="100",action="accept"}'] == 300
    assert counted['nflogd_sink_records_total{sink="main"}'] == 300
    assert counted['nflogd_sink_last_success_timestamp_seconds{sink="main"}'] > 1.7e9
    assert counted["nflogd_degraded"] == 0


def test_promtool_complains_of_bad_metrics():
    """Or its silence above would mean nothing."""
    assert lint("# TYPE nflogd_x counter\nnflogd_x 1\n")[0] != 0


def test_http_over_a_unix_socket(network, daemon, config, tmp_path):
    path = tmp_path / "metrics.sock"
    nflogd = daemon(config(UDP, metrics={"listen": f"unix:{path}"}))
    assert get(UnixHttp(path))[0].status == 200
    assert get(UnixHttp(path), "HEAD")[1] == ""
    assert get(UnixHttp(path), path="/")[0].status == 404
    assert get(UnixHttp(path), "POST")[0].status == 405
    assert nflogd.stop() == 0
    assert not path.exists()


def test_a_taken_port_ends_the_start(network, daemon, config, tmp_path):
    daemon(config(UDP, metrics={"listen": "127.0.0.1:9477"}))
    other = tmp_path / "other"
    other.mkdir()
    settings = config(metrics={"listen": "127.0.0.1:9477"},
                      control_socket=str(other / "control.sock"),
                      sources=[{"type": "nflog", "groups": [101]}], backend="none")
    (other / "nflogd.yaml").write_text(yaml.safe_dump(settings))
    done = network.gw.run(NFLOGD, "run", "-c", other / "nflogd.yaml", check=False)
    assert done.returncode == 69
    assert "metrics.listen" in done.stderr and "9477" in done.stderr


def test_textfile(network, daemon, config, tmp_path):
    path = tmp_path / "collector" / "nflogd.prom"
    path.parent.mkdir()
    daemon(config(UDP, metrics={"textfile": str(path), "interval": "1s"}))
    flood(network, 50)
    wait_for(lambda: path.exists() and samples(path.read_text()).get(
        'nflogd_sink_records_total{sink="main"}') == 50, "the counts in the file")
    assert lint(path.read_text()) == (0, "")
    assert path.stat().st_mode & 0o777 == 0o644


def test_textfile_that_cannot_be_written_is_told_once(network, daemon, config, tmp_path):
    path = tmp_path / "none" / "nflogd.prom"
    nflogd = daemon(config(UDP, metrics={"textfile": str(path), "interval": "1s"}))
    wait_for(lambda: "metrics.textfile" in nflogd.log.read_text(), "the complaint")
    flood(network, 50)
    wait_for(lambda: report(nflogd)["outputs"][0]["written"] == 50, "the records")
    assert nflogd.stop() == 0
    assert nflogd.log.read_text().count("metrics.textfile") == 1


def test_a_reload_adds_and_removes_the_metrics(network, daemon, config):
    made = config(UDP)
    nflogd = daemon(made)
    nflogd.write_config({**made, "metrics": {"listen": "127.0.0.1:9478"}})
    nflogd.reload()
    assert scrape(network, 9478)[0].status == 200
    nflogd.reload()  # the same address again
    assert scrape(network, 9478)[0].status == 200
    nflogd.write_config(made)
    nflogd.reload()
    with pytest.raises(ConnectionRefusedError):
        scrape(network, 9478)


@pytest.fixture
def prometheus(network, tmp_path):
    """A Prometheus in the daemon's namespace, with the rules that are shipped."""
    rules = sorted((CONFIG / "prometheus").glob("*.yml"))
    assert rules
    settings = {"global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
                "rule_files": [str(path) for path in rules],
                "scrape_configs": [{"job_name": "nflogd", "static_configs": [
                    {"targets": ["127.0.0.1:9477"]}]}]}
    path = tmp_path / "prometheus.yml"
    path.write_text(yaml.safe_dump(settings))
    with open(tmp_path / "prometheus.log", "wb") as log:
        process = subprocess.Popen(
            ["ip", "netns", "exec", network.gw.name, "prometheus", f"--config.file={path}",
             f"--storage.tsdb.path={tmp_path / 'tsdb'}", "--web.listen-address=127.0.0.1:9090"],
            stdout=log, stderr=log)

    def ask(kind, **query):
        with network.gw.entered():
            connection = http.client.HTTPConnection("127.0.0.1", 9090, timeout=LIMIT)
            try:
                answer, text = get(
                    connection, path=f"/api/v1/{kind}?{urllib.parse.urlencode(query)}")
            except OSError:
                return None
        return json.loads(text)["data"] if answer.status == 200 else None  # it is starting

    yield ask
    process.send_signal(signal.SIGTERM)
    assert process.wait(LIMIT) == 0


def test_prometheus_scrapes_it(network, daemon, config, prometheus):
    made = config(UDP, metrics={"listen": "127.0.0.1:9477"})
    made["outputs"].append({"name": "siem", "type": "syslog", "address": "tcp://127.0.0.1:9"})
    daemon(made)
    flood(network, 70)

    def value(query):
        data = prometheus("query", query=query)
        return float(data["result"][0]["value"][1]) if data and data["result"] else None

    wait_for(lambda: value('nflogd_sink_records_total{sink="main"}') == 70, "the scraped count")
    assert value("up") == 1
    assert value('nflogd_sink_suspended{sink="siem"}') == 1
    alerts = wait_for(lambda: (data := prometheus("alerts")) and data["alerts"], "an alert")
    assert "NflogdOutputSuspended" in {alert["labels"]["alertname"] for alert in alerts}
    groups = prometheus("rules")["groups"]
    assert groups and all(rule["health"] == "ok" for group in groups for rule in group["rules"])


def names_in(text):
    return set(re.findall(r"\bnflogd_[a-z_]+", text)) - {"nflogd_x"}


def test_what_is_shipped_and_documented_speaks_of_metrics_that_are_there(network, daemon, config,
                                                                         tmp_path):
    made = config(UDP, metrics={"listen": "127.0.0.1:9477"})
    made["outputs"].append({"name": "siem", "type": "syslog", "address": "tcp://127.0.0.1:9",
                            "spool": {"path": str(tmp_path / "spool")}})
    daemon(made)
    served = set(re.findall(r"^# TYPE (\S+)", scrape(network)[1], re.M))
    rules = "".join(path.read_text() for path in (CONFIG / "prometheus").glob("*.yml"))
    board = json.loads((CONFIG / "grafana" / "nflogd.json").read_text())
    queries = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    assert len(queries) > 10
    assert names_in(rules) <= served
    assert names_in("".join(queries)) <= served
    documented = (CONFIG.parent / "docs" / "metrics.md").read_text()
    rows = dict(re.findall(r"^\| `(nflogd_\w+)` \| (counter|gauge) ", documented, re.M))
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)", scrape(network)[1], re.M))
    assert rows == types


def test_queries_of_the_dashboard_are_understood(network, daemon, config, prometheus):
    daemon(config(UDP, metrics={"listen": "127.0.0.1:9477"}))
    board = json.loads((CONFIG / "grafana" / "nflogd.json").read_text())
    wait_for(lambda: prometheus("query", query="up"), "Prometheus")
    for panel in board["panels"]:
        for target in panel["targets"]:
            query = (target["expr"].replace("$instance", ".*").replace("$__rate_interval", "1m")
                     .replace("$__range", "1h"))
            assert prometheus("query", query=query) is not None, query
