# SPDX-License-Identifier: GPL-2.0-or-later
"""Network namespaces, and the daemon inside one of them.

    namespace out                  namespace gw (router, the daemon)              namespace in
    +------------------+           +-------------------------------+           +------------------+
    | out0             |  veth     | wan0                     lan0 |  veth     | in0              |
    | 192.0.2.1/24     +-----------+ 192.0.2.254   198.51.100.254  +-----------+ 198.51.100.1/24  |
    | 2001:db8:1::1/64 |           | 2001:db8:1::fe 2001:db8:2::fe |           | 2001:db8:2::1/64 |
    +------------------+           +-------------------------------+           +------------------+

Nothing here waits for time to pass: it waits for a condition, up to a limit
that only a failure reaches.
"""
import contextlib
import ctypes
import json
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import tempfile
import threading

import yaml

NFLOGD = os.environ.get("NFLOGD", "nflogd")
FLOOD = os.environ.get("FLOOD", "flood")
LIMIT = 30.0  # seconds until a condition that should come true counts as failed

OUT4, GW4, IN4 = "192.0.2.1", "192.0.2.254", "198.51.100.1"
OUT6, GW6, IN6 = "2001:db8:1::1", "2001:db8:1::fe", "2001:db8:2::1"

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000


def run(*command, check=True, **more):
    done = subprocess.run(command, text=True, capture_output=True, **more)
    assert not check or done.returncode == 0, f"{command}: {done.stderr}"
    return done


def wait_for(condition, what):
    """Returns the first true value of condition()."""
    pause = threading.Event()
    for _ in range(int(LIMIT / 0.01)):
        value = condition()
        if value:
            return value
        pause.wait(0.01)
    raise AssertionError(f"waited in vain for {what}")


class Namespace:
    def __init__(self, name):
        self.name = f"nflogd-{os.getpid()}-{name}"
        run("ip", "netns", "add", self.name)
        self.run("ip", "link", "set", "lo", "up")

    def run(self, *command, **more):
        return run("ip", "netns", "exec", self.name, *command, **more)

    @contextlib.contextmanager
    def entered(self):
        """Sockets made inside belong to this namespace."""
        with open("/proc/self/ns/net") as home, open(f"/run/netns/{self.name}") as there:
            _setns(there.fileno())
            try:
                yield
            finally:
                _setns(home.fileno())

    def send_frames(self, interface, frames):
        """Puts whole Ethernet frames on the wire."""
        with self.entered():
            raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        with raw:
            raw.bind((interface, 0))
            for frame in frames:
                raw.send(bytes(frame))

    def mac(self, interface):
        link = json.loads(self.run("ip", "-j", "link", "show", interface).stdout)
        return link[0]["address"]

    def ruleset(self):
        """All that the operator sees of the firewall, every backend."""
        texts = [self.run("nft", "list", "ruleset").stdout]
        for program in ("iptables", "ip6tables"):
            for flavour in ("nft", "legacy"):
                save = self.run(f"{program}-{flavour}-save").stdout
                # Times and the policies' own counts change without anybody's doing.
                texts.append(re.sub(r"^#.*\n| \[\d+:\d+\]$", "", save, flags=re.M))
        return texts

    def nft(self, text):
        """Loads a ruleset; a block may be written on one line, as `{ ...; }`."""
        self.run("nft", "-f", "-", input=text.replace("; }", ";\n}"))

    def close(self):
        run("ip", "netns", "del", self.name, check=False)


def _setns(descriptor):
    if _libc.setns(descriptor, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Network:
    """The three namespaces above, with neighbours that need no discovery."""

    def __init__(self):
        self.out, self.gw, self.lan = Namespace("out"), Namespace("gw"), Namespace("in")
        for near, device, far_device in ((self.out, "out0", "wan0"), (self.lan, "in0", "lan0")):
            near.run("ip", "link", "add", device, "type", "veth", "peer", "name", far_device,
                     "netns", self.gw.name)
        for key in ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"):
            self.gw.run("sysctl", "-qw", f"{key}=1")
        self._address(self.out, "out0", f"{OUT4}/24", f"{OUT6}/64")
        self._address(self.gw, "wan0", f"{GW4}/24", f"{GW6}/64")
        self._address(self.gw, "lan0", "198.51.100.254/24", "2001:db8:2::fe/64")
        self._address(self.lan, "in0", f"{IN4}/24", f"{IN6}/64")
        self._neighbours(self.out, "out0", self.gw, "wan0", GW4, GW6, OUT4, OUT6)
        self._neighbours(self.lan, "in0", self.gw, "lan0", "198.51.100.254", "2001:db8:2::fe",
                         IN4, IN6)
        for near, gateway4, gateway6 in ((self.out, GW4, GW6),
                                         (self.lan, "198.51.100.254", "2001:db8:2::fe")):
            near.run("ip", "route", "add", "default", "via", gateway4)
            near.run("ip", "-6", "route", "add", "default", "via", gateway6)

    @staticmethod
    def _address(namespace, device, ip4, ip6):
        namespace.run("sysctl", "-qw", f"net.ipv6.conf.{device}.accept_dad=0",
                      f"net.ipv6.conf.{device}.router_solicitations=0",
                      f"net.ipv6.conf.{device}.addr_gen_mode=1")
        namespace.run("ip", "link", "set", device, "up")
        namespace.run("ip", "address", "add", ip4, "dev", device)
        namespace.run("ip", "address", "add", ip6, "dev", device, "nodad")

    @staticmethod
    def _neighbours(near, near_device, gw, gw_device, gw4, gw6, near4, near6):
        for ip in (gw4, gw6):
            near.run("ip", "neigh", "add", ip, "lladdr", gw.mac(gw_device), "dev", near_device)
        for ip in (near4, near6):
            gw.run("ip", "neigh", "add", ip, "lladdr", near.mac(near_device), "dev", gw_device)

    def close(self):
        for namespace in (self.out, self.gw, self.lan):
            namespace.close()


class Daemon:
    """nflogd in a namespace. Ready when it says so (sd_notify)."""

    def __init__(self, namespace, folder, config, start=True, **environment):
        self.namespace = namespace
        self.folder = pathlib.Path(folder)
        self.config = self.folder / "nflogd.yaml"
        self.log = self.folder / "daemon.log"
        self.environment = environment
        self.process = None
        self.write_config(config)
        if start:
            self.start()

    def prefix(self):
        """Puts a command into the daemon's namespace."""
        return ["ip", "netns", "exec", self.namespace.name]

    def write_config(self, config):
        text = config if isinstance(config, str) else yaml.safe_dump(config, sort_keys=False)
        self.config.write_text(text)

    def command(self, *arguments, **more):
        """Another nflogd command in the same namespace."""
        return self.namespace.run(NFLOGD, *arguments, check=False, **more)

    def start(self):
        # Where a daemon that has become another user can still write.
        self.notify_folder = tempfile.TemporaryDirectory(prefix="nflogd-notify-", dir="/run")
        os.chmod(self.notify_folder.name, 0o755)
        notify_path = os.path.join(self.notify_folder.name, "socket")
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(notify_path)
        os.chmod(notify_path, 0o666)
        environment = {**os.environ, "NOTIFY_SOCKET": notify_path, **self.environment}
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix(), NFLOGD, "run", "-c", self.config],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment,
                process_group=0)
        self.wait_for_notice("READY=1")

    def wait_for_notice(self, notice):
        while True:
            if not select.select([self.notify], [], [], LIMIT)[0]:
                raise AssertionError(f"no {notice} in time; log:\n{self.log.read_text()}")
            if notice in self.notify.recv(4096).decode().splitlines():
                return
            if self.process.poll() is not None:
                raise AssertionError(f"ended early; log:\n{self.log.read_text()}")

    def send(self, number):
        self.process.send_signal(number)

    def reload(self):
        self.send(signal.SIGHUP)
        self.wait_for_notice("READY=1")

    def stop(self, number=signal.SIGTERM):
        """Ends the daemon; returns its exit code."""
        self.send(number)
        code = self.process.wait(LIMIT)
        self.notify.close()
        self.notify_folder.cleanup()
        self.process = None
        return code

    def close(self):
        if self.process is not None:
            self.stop(signal.SIGKILL)


def parse(path):
    """All records of a JSON file. A line that is no record fails the test."""
    path = pathlib.Path(path)
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def packets(path):
    return [record for record in parse(path) if record["event"] == "packet"]


def final_ledger(path):
    last = parse(path)[-1]
    assert last["event"] == "ledger" and last.get("final") is True, last
    return last
