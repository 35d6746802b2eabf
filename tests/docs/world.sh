#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A machine to try examples on: this one's files, with a layer over them that is
# thrown away, and a network of its own in which packets flow.
#
# usage: unshare --mount --net --pid --fork --uts world.sh NFLOGD TOP FOLDER SCRIPT...
#
# FOLDER is empty. Each SCRIPT is run as root, at most 20 s, in a directory with
# files that examples name: nflogd.yaml, new.yaml, packets.nflog, capture.pcap. In
# the world there are
#   nflogd     as installed, with its configuration, documentation and user; what
#              would not end by itself (run, tail, top, record) gets Ctrl-C when it
#              has shown something. The daemon runs for examples that ask it.
#   sudo, systemctl, tcpdump, socat, less   stand-ins: see below
# Tells which scripts failed, and with what; the exit code is 1 if any did.
set -euo pipefail
nflogd=$1 top=$2 layer=$3
shift 3

mount -t tmpfs layer "$layer"
mkdir "$layer"/{up,work,root}
mount -t overlay overlay -o "lowerdir=/,upperdir=$layer/up,workdir=$layer/work" "$layer/root"
root=$layer/root
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t sysfs sys "$root/sys" 2>/dev/null || mount --rbind /sys "$root/sys"
mount -t tmpfs run "$root/run"
mount -t tmpfs tmp "$root/tmp"
hostname gw1

install_nflogd() {
    rm -rf "$root"/{etc,var/log,var/lib,usr/share}/nflogd "$root/usr/share/doc/nflogd"
    install -D "$nflogd" "$root/usr/sbin/nflogd.real"
    install -D -m 644 "$top/config/nflogd.yaml" "$root/etc/nflogd/nflogd.yaml"
    mkdir -p "$root"/{etc/nflogd/conf.d,var/log/nflogd,var/lib/nflogd,run/nflogd,usr/share/doc}
    chmod 750 "$root"/{var/log,var/lib,run}/nflogd
    cp -r "$top/docs" "$root/usr/share/doc/nflogd"
    cp "$top/README.md" "$root/usr/share/doc/nflogd"
    install -D -m 644 "$top/systemd/nflogd.sysusers.conf" "$root/usr/lib/sysusers.d/nflogd.conf"
    chroot "$root" systemd-sysusers nflogd.conf 2>/dev/null || true
}

stand_in() { cat >"$root/usr/sbin/$1" && chmod 755 "$root/usr/sbin/$1"; }

stand_ins() {
    rm -f "$root"/usr/bin/{sudo,systemctl,tcpdump.real,socat.real}
    stand_in nflogd <"$top/tests/docs/nflogd_until_shown.sh"
    stand_in sudo <<<$'#!/bin/bash\nexec "$@"'
    # Only what it is asked for is judged.
    stand_in systemctl <<<$'#!/bin/bash
[[ $* =~ ^(enable --now|disable --now|restart|reload|status|edit|stop|start)\ (nflogd|ulogd2|ulogd)(\.service)?$ ]] ||
    { echo "systemctl: is that right? $*" >&2; exit 1; }'
    # They end after a few packets, or when they have shown something.
    stand_in tcpdump <<<$'#!/bin/bash\nexec /usr/bin/tcpdump --immediate-mode -c 3 "$@"'
    stand_in socat <<<$'#!/bin/bash\ntimeout 1 /usr/bin/socat "$@" 2>/tmp/socat || [[ $? == 124 ]] || grep -q "Broken pipe" /tmp/socat'
    stand_in less <<<$'#!/bin/bash\nexec cat "$@"'
    stand_in journalctl <<<$'#!/bin/bash\nexec /usr/bin/journalctl --no-pager "$@"'
}

network() {
    ip link set lo up
    ip link add wan0 type veth peer name out0 && ip link set wan0 up
    ip address add 192.0.2.254/24 dev wan0
    nft -f - <<'N'
table inet world {
    chain input {
        type filter hook input priority 0;
        counter log prefix "world" group 5
    }
}
N
}

files() {
    mkdir "$root/root/files"
    cp "$top/config/nflogd.yaml" "$root/root/files/nflogd.yaml"
    cp "$top/config/nflogd.yaml" "$root/root/files/new.yaml"
    cp "$top/tests/fixtures/source/tcpdump-nflog.pcap" "$root/root/files/capture.pcap"
    grep -q 'replay.*packets.nflog' "$@" || return 0
    chroot "$root" /usr/sbin/nflogd.real record --group 5 --count 3 -o /root/files/packets.nflog 2>/dev/null
}

# Connections, datagrams and pings to this machine, all the time.
traffic() {
    while true; do
        { : >/dev/tcp/127.0.0.1/22; } 2>/dev/null || true
        echo x 2>/dev/null >/dev/udp/127.0.0.1/53 || true
        ping -q -c 1 127.0.0.1 >/dev/null 2>&1 || true
        sleep 0.05
    done
}

start_daemon() {
    cp "$top/tests/docs/world.yaml" "$root/etc/nflogd/conf.d/"
    chroot "$root" /usr/sbin/nflogd.real run >"$root/tmp/daemon.log" 2>&1 &
    daemon=$!
    for _ in {1..500}; do
        [[ $(cat "$root"/var/log/nflogd/nflogd.json 2>/dev/null | wc -l) -gt 5 ]] && return
        sleep 0.02
    done
}

stop_daemon() {
    kill "$daemon"
    wait "$daemon" || true
    rm -rf "$root"/{etc/nflogd/conf.d/world.yaml,var/log/nflogd/*}
}

run_script() {
    local code=0 daemon=
    rm -rf "$root/root/example"
    cp -r "$root/root/files" "$root/root/example"
    cp "$1" "$root/root/script.sh"
    grep -q 'replay.*packets.nflog' "$1" || rm -f "$root/root/example/packets.nflog"
    if grep -qE 'nflogd +(status|tail|top|doctor|report)|/run/nflogd|/var/log/nflogd' "$1"; then start_daemon; fi
    chroot "$root" /usr/bin/env -i HOME=/root TERM=xterm LC_ALL=C.UTF-8 \
        PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin \
        timeout 20 bash -c 'cd /root/example && exec bash -euo pipefail ../script.sh' \
        </dev/null >"$root/tmp/said" 2>&1 || code=$?
    if [[ -n $daemon ]]; then stop_daemon; fi
    [[ $code == 0 ]] && return
    echo "FAILED with exit code $code:"
    cat "$1"
    echo 'It said:'
    cat "$root/tmp/said" "$root/tmp/daemon.log" 2>/dev/null || true
    return 1
}

install_nflogd
stand_ins
network
traffic &
files "$@"
failed=0
for script in "$@"; do run_script "$script" || failed=1; done
exit "$failed"
