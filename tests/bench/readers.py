# SPDX-License-Identifier: GPL-2.0-or-later
"""The programs that are compared. Each reads the same nfnetlink_log group and
writes into a folder on tmpfs; afterwards it is asked what it kept and what it
says it lost."""
import json
import os
import pathlib
import re
import subprocess

GROUP = 100
PORT = 5999
RECORD_BYTES = 480  # that a record takes as JSON


class Reader:
    """One program for one round."""
    name = ""
    own_rules = False  # else those of the trial
    record_bytes = RECORD_BYTES  # that a record takes at most

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.errors = self.folder / "stderr.txt"
        self.printed = self.folder / "stdout.txt"

    def command(self):
        raise NotImplementedError

    def ready(self):
        """Whether it works, once its group is bound."""
        return True

    def kept(self):
        raise NotImplementedError

    def lost(self):
        """What it says it lost; None: it never says."""
        return None

    @staticmethod
    def missing():
        """The program that is not installed; None: it is."""
        return None


def _lines(path, text):
    """Lines that hold `text`."""
    done = subprocess.run(["grep", "-cF", text, path], capture_output=True, text=True)
    return int(done.stdout or 0)


def _pcap_packets(path):
    done = subprocess.run(["tcpdump", "-r", path, "--count"], capture_output=True, text=True,
                          check=True)
    return int(re.search(r"(\d+) packet", done.stdout + done.stderr)[1])


class Floor(Reader):
    """Receives and counts."""
    name = "floor"

    def command(self):
        return [os.environ["FLOOR"], str(GROUP)]

    def _count(self, word):
        return int(re.search(rf"{word} (\d+)", self.printed.read_text())[1])

    def kept(self):
        return self._count("kept")

    def lost(self):
        return self._count("lost")


class Nflogd(Reader):
    format = "json"

    def rules(self):
        return {"backend": "none"}

    def command(self):
        config = {"sources": [{"type": "nflog", "groups": [GROUP]}], "rules": self.rules(),
                  "outputs": [{"name": "main", "type": "file", "path": str(self._log),
                               "format": self.format}]}
        path = self.folder / "nflogd.yaml"
        path.write_text(json.dumps(config))
        (self.folder / "log").mkdir(mode=0o755)
        return [os.environ["NFLOGD"], "run", "-c", str(path)]

    @property
    def _log(self):
        return self.folder / "log" / "main.log"

    def ready(self):
        return "reading nfnetlink_log" in self.errors.read_text()

    def _last(self):
        with open(self._log, "rb") as log:
            log.seek(max(0, self._log.stat().st_size - (1 << 20)))
            return log.read().splitlines()[-1]


class NflogdJson(Nflogd):
    name = "nflogd json"
    packet = '"event":"packet"'  # what a packet's line holds and no other

    def kept(self):
        return _lines(self._log, self.packet)

    def _ledger(self):
        return json.loads(self._last())

    def lost(self):
        ledger = self._ledger()
        assert ledger["final"], ledger
        output = ledger["outputs"][0]
        return (sum(group["lost_kernel"] for group in ledger["groups"]) +
                output["dropped"] + output["failed"])


class NflogdEcs(NflogdJson):
    name = "nflogd ecs"
    format = "ecs"
    packet = '"dataset":"nflogd.packet"'
    record_bytes = 1100

    def _ledger(self):
        return json.loads(self._last())["nflogd"]["ledger"]


class NflogdOcsf(NflogdJson):
    name = "nflogd ocsf"
    format = "ocsf"
    packet = '"class_uid":4001'
    record_bytes = 1300

    def _ledger(self):
        return json.loads(self._last())["unmapped"]["ledger"]


class NflogdRules(NflogdJson):
    """With rules of its own: as many as the trial's that match, and others."""
    name = "nflogd 8 rules"
    own_rules = True
    others = 0

    def rules(self):
        log = [{"name": f"other-{i}", "hook": "input", "protocol": "udp",
                "destination_port": 10_000 + i} for i in range(self.others)]
        log += [{"name": f"bench-{i}", "hook": "input", "protocol": "udp",
                 "destination_port": PORT} for i in range(8)]
        return {"backend": "nftables", "log": log}


class NflogdManyRules(NflogdRules):
    name = "nflogd 500 rules"
    others = 492


class NflogdLine(Nflogd):
    name = "nflogd line"
    format = "line"
    packet = " udp "

    def kept(self):
        return _lines(self._log, self.packet)

    def lost(self):
        last = self._last().decode()
        assert "final ledger" in last, last
        return sum(map(int, re.findall(r"(?:group \d+ LOST|dropped|failed) (\d+)", last)))


class NflogdCef(NflogdLine):
    name = "nflogd cef"
    format = "cef"
    packet = "|packet"

    def lost(self):
        last = self._last().decode()
        assert "|ledger|" in last and "final" in last, last
        return sum(map(int, re.findall(r" cn[23]=(\d+)", last)))


class NflogdKernel(NflogdLine):
    name = "nflogd kernel"
    format = "kernel"
    packet = "IN=wan0 "


class NflogdPcap(Nflogd):
    """Its file has no place for a ledger."""
    name = "nflogd pcap"
    format = "pcap"

    def kept(self):
        return _pcap_packets(self._log)


class Ulogd(Reader):
    """With every buffer as large as the daemon's own."""
    filters = "base1:BASE,ifi1:IFINDEX,ip2str1:IP2STR"
    plugins = ["inppkt_NFLOG", "raw2packet_BASE", "filter_IFINDEX", "filter_IP2STR",
               "filter_PRINTPKT", "output_JSON", "output_LOGEMU"]
    output = ""

    def command(self):
        folder = next(pathlib.Path("/usr/lib").glob("*/ulogd"))
        (self.folder / "ulogd.conf").write_text("\n".join([
            "[global]", f'logfile="{self.folder}/ulogd.log"', "loglevel=5",
            *(f'plugin="{folder}/ulogd_{plugin}.so"' for plugin in self.plugins),
            f"stack=log1:NFLOG,{self.filters},{self.output}",
            "[log1]", f"group={GROUP}", "bufsize=262144", "netlink_socket_buffer_size=33554432",
            "netlink_socket_buffer_maxsize=67108864", "netlink_qthreshold=64",
            "[out1]", f'file="{self.folder}/out.log"', "sync=0", ""]))
        return ["ulogd", "-c", str(self.folder / "ulogd.conf")]

    @staticmethod
    def missing():
        return _missing("ulogd")


class UlogdJson(Ulogd):
    name = "ulogd2 JSON"
    output = "out1:JSON"

    def kept(self):
        return _lines(self.folder / "out.log", '"dest_ip"')


class UlogdLogemu(Ulogd):
    name = "ulogd2 LOGEMU"
    output = "print1:PRINTPKT,out1:LOGEMU"

    def kept(self):
        return _lines(self.folder / "out.log", "PROTO=UDP")


class Tcpdump(Reader):
    name = "tcpdump -w"

    def command(self):
        return ["tcpdump", "-i", f"nflog:{GROUP}", "-s", "128", "-Z", "root", "-w",
                str(self.folder / "out.pcap")]

    def kept(self):
        return _pcap_packets(self.folder / "out.pcap")

    def lost(self):
        return int(re.search(r"(\d+) packets? dropped", self.errors.read_text())[1])

    @staticmethod
    def missing():
        return _missing("tcpdump")


def _missing(program):
    found = subprocess.run(["which", program], capture_output=True, check=False).returncode == 0
    return None if found else program


READERS = [Floor, NflogdJson, NflogdLine, NflogdEcs, NflogdCef, NflogdOcsf, NflogdKernel, NflogdPcap,
           NflogdRules, NflogdManyRules, UlogdJson, UlogdLogemu, Tcpdump]
