# SPDX-License-Identifier: GPL-2.0-or-later
"""Syslog over TLS to a real receiver, and to receivers that must be refused."""
import contextlib
import json
import os
import subprocess

import pytest
import yaml

from certificates import Authority, authority, server  # noqa: F401 (fixtures)
from harness import LIMIT, NFLOGD, final_ledger, run, wait_for
from rsyslog import TLS_PORT, rsyslog  # noqa: F401 (a fixture)
from test_syslog import RULES, check_equal, check_headers, lines_of, outputs, quiet, send

ADDRESS = f"tls://localhost:{TLS_PORT}"


def siem_of(log):
    return next(o for o in final_ledger(log)["outputs"] if o["output"] == "siem")


def is_suspended(nflogd, reason):
    return wait_for(lambda: [line for line in nflogd.log.read_text().splitlines()
                             if "'siem' is suspended" in line and reason in line],
                    f"the reason '{reason}'; log:\n{nflogd.log.read_text()}")


@pytest.mark.parametrize("address", [ADDRESS, f"tls://127.0.0.1:{TLS_PORT}"])
@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_what_arrives_over_tls_is_what_was_logged(network, daemon, config, log, rsyslog,
                                                  authority, server, address, version):
    quiet(network)
    rsyslog.with_tls(authority.ca, *server).start()
    tls = {"ca": str(authority.ca), "minimum_version": version}
    nflogd = daemon(config(*RULES, outputs=outputs(log, address=address, tls=tls)))
    send(network, 2000, 9, rate=20_000)
    send(network, 500, 10)
    assert nflogd.stop() == 0
    messages = rsyslog.wait_for_end()
    packets = check_equal(messages, log)
    check_headers(messages)
    print(f"{address}: sent 2500 received {len(packets)} {siem_of(log)}")
    assert len(packets) == 2500 == siem_of(log)["written"]
    assert "is suspended" not in nflogd.log.read_text()


def test_the_old_protocol_over_tls(network, daemon, config, log, rsyslog, authority, server):
    quiet(network)
    rsyslog.with_tls(authority.ca, *server).start()
    nflogd = daemon(config(*RULES, outputs=outputs(
        log, address=ADDRESS, protocol="rfc3164", tls={"ca": str(authority.ca)})))
    send(network, 50, 9)
    assert nflogd.stop() == 0
    messages = rsyslog.wait_for_end()
    packets = [json.loads(m["msg"]) for m in messages if '"event":"packet"' in m["msg"]]
    assert [json.dumps(p) for p in packets] == [json.dumps(json.loads(x)) for x in lines_of(log)]
    assert len(packets) == 50 and {m["protocol-version"] for m in messages} == {"0"}


def test_a_client_certificate_whose_key_only_root_reads(network, daemon, config, log, rsyslog,
                                                        authority, server):
    """The daemon is another user when it sends; a reload uses the key as it was read."""
    quiet(network)
    certificate, key = authority.issue("gw")
    assert os.stat(key).st_mode & 0o777 == 0o600 and os.stat(key).st_uid == 0
    rsyslog.with_tls(authority.ca, *server, client="gw").start()
    tls = {"ca": str(authority.ca), "certificate": str(certificate), "key": str(key)}
    folder = log.parent / "owned"
    folder.mkdir(parents=True)
    run("chown", "nobody", folder)
    for parent in [*folder.parents][:-2]:
        parent.chmod(parent.stat().st_mode | 0o055)
    log = folder / "log.json"
    settings = config(RULES[0], outputs=outputs(log, address=ADDRESS, tls=tls))
    nflogd = daemon({**settings, "run_as": "nobody",
                     "control_socket": str(folder / "control.sock")})
    send(network, 100)
    wait_for(lambda: log.exists() and len(lines_of(log)) == 100, "the first records")
    nflogd.reload()
    assert f"{key}: Permission denied; used as it was read last" in nflogd.log.read_text()
    send(network, 100)
    assert nflogd.stop() == 0
    packets = check_equal(rsyslog.wait_for_end(), log)
    print(f"sent 200 received {len(packets)} {siem_of(log)}")
    assert len(packets) == 200 == siem_of(log)["written"]


@contextlib.contextmanager
def s_server(network, *arguments):
    """openssl(1) as a receiver; yields a function that ends it and returns what it got."""
    receiver = subprocess.Popen(
        ["ip", "netns", "exec", network.gw.name, "openssl", "s_server", "-accept",
         f"127.0.0.1:{TLS_PORT}", "-quiet", *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def end():
        receiver.kill()
        return receiver.communicate(timeout=LIMIT)[0]
    try:
        wait_for(lambda: str(TLS_PORT) in network.gw.run("ss", "-ltn").stdout, "the receiver")
        yield end
    finally:
        receiver.kill()
        receiver.wait(LIMIT)


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
@pytest.mark.parametrize("shown", ["nothing", "of another authority"])
def test_a_receiver_that_refuses_our_certificate(network, daemon, config, log, authority, server,
                                                 tmp_path, version, shown):
    """With TLS 1.3 it says so only when we think that hands are shaken."""
    quiet(network)
    tls = {"ca": str(authority.ca)}
    if shown != "nothing":
        certificate, key = Authority(tmp_path / "other", "other CA").issue("gw")
        tls |= {"certificate": str(certificate), "key": str(key)}
    certificate, key = server
    with s_server(network, "-cert", certificate, "-key", key, version, "-CAfile", authority.ca,
                  "-Verify", "1", "-verify_return_error") as end:
        nflogd = daemon(config(RULES[0], outputs=outputs(log, address=ADDRESS, tls=tls)))
        send(network, 10)
        [line] = is_suspended(nflogd, "alert")
        wait_for(lambda: len(lines_of(log)) == 10, "all packets in the file")
        assert nflogd.stop() == 0
        assert b"packet" not in end()
    print(line.split("suspended: ")[1], siem_of(log))
    assert siem_of(log) == {"output": "siem", "written": 0, "dropped": 0, "failed": 10,
                            "queued": 0, "filtered": 0}


REFUSED = {
    "wrong name": "does not name localhost; set tls.server_name",
    "wrong authority": "is refused: unable to get local issuer certificate",
    "expired": "is refused: certificate has expired",
}


@pytest.mark.parametrize("fault", REFUSED)
def test_a_receiver_that_cannot_show_who_it_is_gets_nothing(network, daemon, config, log, rsyslog,
                                                            authority, tmp_path, fault):
    quiet(network)
    names = ["DNS:elsewhere", "IP:192.0.2.99"] if fault == "wrong name" else ["DNS:localhost"]
    issuer = Authority(tmp_path / "other") if fault == "wrong authority" else authority
    server = issuer.issue("server", *names, days=-1 if fault == "expired" else 10)
    rsyslog.with_tls(authority.ca, *server).start()
    nflogd = daemon(config(RULES[0], outputs=outputs(log, address=ADDRESS,
                                                     tls={"ca": str(authority.ca)})))
    send(network, 100)
    [line] = is_suspended(nflogd, REFUSED[fault])
    wait_for(lambda: len(lines_of(log)) == 100, "all packets in the file")
    # The receiver is right after all: the same records, to the same process.
    if fault == "wrong name":
        tls = {"ca": str(authority.ca), "server_name": "elsewhere"}
    else:
        tls = {"verify": False}
    nflogd.write_config(config(RULES[0], outputs=outputs(log, address=ADDRESS, tls=tls)))
    nflogd.reload()
    assert nflogd.stop() == 0
    print(line.split("suspended: ")[1])
    packets = [m["msg"] for m in rsyslog.wait_for_end() if m["msgid"] == "packet"]
    assert packets == lines_of(log) and len(packets) == 100 == siem_of(log)["written"]


@pytest.mark.parametrize("newest, minimum", [("-tls1_1", "1.2"), ("-tls1_2", "1.3")])
def test_a_receiver_of_old_tls_is_refused(network, daemon, config, log, authority, server, newest,
                                          minimum):
    quiet(network)
    certificate, key = server
    with s_server(network, "-cert", certificate, "-key", key, newest, "-cipher",
                  "ALL:@SECLEVEL=0") as end:
        tls = {"ca": str(authority.ca), "minimum_version": minimum}
        nflogd = daemon(config(RULES[0], outputs=outputs(log, address=ADDRESS, tls=tls)))
        send(network, 10)
        is_suspended(nflogd, "TLS: ")
        assert nflogd.stop() == 0
        assert b"packet" not in end()
    assert siem_of(log) == {"output": "siem", "written": 0, "dropped": 0, "failed": 10,
                            "queued": 0, "filtered": 0}


def checked(network, tmp_path, config, log, **syslog):
    path = tmp_path / "checked.yaml"
    path.write_text(json.dumps(config(RULES[0], outputs=outputs(log, **syslog))))
    return network.gw.run(os.environ["NFLOGD"], "check", "-c", path, check=False)


def test_check_tells_what_is_wrong_with_certificates(network, config, log, authority, tmp_path):
    certificate, key = authority.issue("gw")
    _, other_key = authority.issue("other")
    old, old_key = authority.issue("old", days=-1)
    rubbish = tmp_path / "rubbish"
    rubbish.write_text("no PEM")
    both = {"certificate": str(certificate), "key": str(key)}
    for tls, told in (
            ({"certificate": str(certificate)}, "certificate and key go together"),
            ({**both, "key": "/nonexistent"}, "/nonexistent: No such file or directory"),
            ({**both, "key": str(other_key)}, "is not the key of the certificate in"),
            ({**both, "key": str(rubbish)}, "holds no private key in PEM without a passphrase"),
            ({"ca": str(rubbish)}, "rubbish: holds no certificate in PEM"),
            ({"minimum_version": "1.1"}, "unknown version '1.1'"),
            ({"verify": False, "ca": str(authority.ca)}, "ca is of no use")):
        done = checked(network, tmp_path, config, log, address=ADDRESS,
                       tls={"ca": str(authority.ca), **tls})
        assert (done.returncode, told in done.stderr) == (78, True), done.stderr
        assert "checked.yaml:" in done.stderr
    done = checked(network, tmp_path, config, log, address=ADDRESS,
                   tls={"ca": str(authority.ca), "certificate": str(old), "key": str(old_key)})
    assert done.returncode == 0 and "expired" in done.stderr
    done = checked(network, tmp_path, config, log, address="tcp://127.0.0.1:1", tls={})
    assert done.returncode == 78 and "takes an address tls://" in done.stderr
    done = checked(network, tmp_path, config, log, address="udp://127.0.0.1:1",
                   spool={"path": "/var/spool/x"})
    assert done.returncode == 78 and "spool: takes an address" in done.stderr


def test_without_openssl_it_says_what_to_install(network, config, log, authority, tmp_path):
    file = tmp_path / "tls.yaml"
    file.write_text(yaml.safe_dump(config(RULES[0], outputs=outputs(
        log, address=ADDRESS, tls={"ca": str(authority.ca)}))))
    hidden = ["unshare", "--mount", "sh", "-c",
              'for file in /usr/lib/*/libssl.so.3; do mount --bind /dev/null "$file"; done; exec "$@"',
              "sh", NFLOGD]
    for command in ("run", "check"):
        done = network.gw.run(*hidden, command, "-c", file, check=False)
        assert (done.returncode, "output 'siem': TLS needs OpenSSL 3" in done.stderr) == (69, True), done.stderr
