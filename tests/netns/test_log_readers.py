# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs that read firewall logs, on lines of format kernel, and on syslog messages
that are to look like the kernel's own."""
import ipaddress
import os
import re
import subprocess

from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6

from harness import GW4, GW6, OUT4, OUT6, run, wait_for
from rsyslog import UDP_PORT, rsyslog  # noqa: F401 (a fixture)
from test_packets import frames

PORTS = range(1, 121)


def scan(network):
    """One SYN to each port, in IPv4 and in IPv6."""
    network.gw.nft('table inet t { chain c { type filter hook input priority 0; tcp dport 1-1000 '
                   'log prefix "DROP " group 100 drop; }; }')
    for ip in (IP(src=OUT4, dst=GW4), IPv6(src=OUT6, dst=GW6)):
        network.out.send_frames("out0", frames(network, [
            ip / TCP(sport=40000 + port, dport=port, flags="S") for port in PORTS]))


def kernel_file(log):
    return [{"name": "main", "type": "file", "path": str(log), "format": "kernel"}]


def scanned(network, daemon, config, log):
    nflogd = daemon(config(backend="none", outputs=kernel_file(log)))
    scan(network)
    wait_for(lambda: log.exists() and log.read_text().count(" IN=wan0 ") == 2 * len(PORTS),
             "the lines")
    assert nflogd.stop() == 0


def test_psad_finds_the_scan(network, daemon, config, log, tmp_path):
    scanned(network, daemon, config, log)
    settings = tmp_path / "psad.conf"
    text = open("/etc/psad/psad.conf", encoding="utf-8").read()
    for name in ("PSAD_DIR", "PSAD_RUN_DIR"):
        text = re.sub(rf"^({name}\s+)\S+;", rf"\g<1>{tmp_path}/{name.lower()};", text, flags=re.M)
        (tmp_path / name.lower()).mkdir()
    text = re.sub(r"^(HOSTNAME\s+)\S+;", r"\g<1>gw;", text, flags=re.M)
    text = re.sub(r"^(ENABLE_DSHIELD_ALERTS|ENABLE_EMAIL_LIMIT_PER_DST)\s+\S+;", r"\1 N;", text,
                  flags=re.M)
    settings.write_text(text)
    told = run("psad", "-A", "-m", str(log), "-c", str(settings), "--no-whois", "--no-rdns", "--no-netstat",
               check=False)
    assert f"Found {2 * len(PORTS)} iptables log messages" in told.stdout, told.stdout + told.stderr
    for address in (OUT4, ipaddress.IPv6Address(OUT6).exploded):
        assert re.search(rf"^ +{re.escape(address)} .*DL: 2, Packets: {len(PORTS)},", told.stdout,
                         re.M), told.stdout
    assert f'"DROP": {2 * len(PORTS)}' in told.stdout, told.stdout


def test_logwatch_counts_the_packets(network, daemon, config, log):
    scanned(network, daemon, config, log)
    done = subprocess.run(
        ["perl", "-I/usr/share/logwatch/lib", "/usr/share/logwatch/scripts/services/iptables"], stdin=open(log, "rb"),
        capture_output=True, text=True,
        env={**os.environ, "LOGWATCH_DETAIL_LEVEL": "5", "iptables_ip_lookup": "0"})
    assert f"{len(PORTS)} packets" in done.stdout, done.stdout + done.stderr
    assert OUT4 in done.stdout and "Dropped" in done.stdout, done.stdout


def test_fail2ban_matches_every_line(network, daemon, config, log):
    scanned(network, daemon, config, log)
    done = run("fail2ban-regex", str(log), r"^.* IN=\S* OUT=\S* .*\bSRC=<HOST> ", check=False)
    assert f"{2 * len(PORTS)} matched" in done.stdout, done.stdout


def test_a_syslog_receiver_takes_them_for_the_kernels(network, daemon, config, log, rsyslog):
    rsyslog.start()
    both = [{"name": "main", "type": "file", "path": str(log), "format": "kernel",
             "kernel": {"head": "none"}},
            {"name": "old", "type": "syslog", "format": "kernel", "protocol": "rfc3164",
             "address": f"udp://127.0.0.1:{UDP_PORT}", "facility": "kern", "severity": "warning"},
            {"name": "new", "type": "syslog", "format": "kernel",
             "address": f"unix:{rsyslog.socket}", "facility": "kern", "severity": "warning"}]
    nflogd = daemon(config(backend="none", outputs=both))
    scan(network)
    wait_for(lambda: log.read_text().count(" IN=wan0 ") == 2 * len(PORTS), "the lines")
    assert nflogd.stop() == 0
    lines = [line for line in log.read_text().splitlines() if " IN=wan0 " in line]
    messages = rsyslog.wait_for_messages(2 * len(log.read_text().splitlines()))
    packets = [message for message in messages if " IN=wan0 " in message["msg"]]
    assert {message["app-name"] for message in packets} == {"kernel"}
    for version in ("0", "1"):  # RFC 3164, RFC 5424
        seen = [message for message in packets if message["protocol-version"] == version]
        assert [message["msg"].removeprefix(" ") for message in seen] == lines
        # facility kern, severity warning; over UDP and over a UNIX socket
        assert {message["pri"] for message in seen} == {"4"}
    others = [message for message in messages if message not in packets]
    assert others and {message["app-name"] for message in others} == {"nflogd"}
