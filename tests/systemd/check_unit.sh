#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The unit, its drop-in example, the user and the log directory, as systemd's own
# tools see them. Nothing is started and nothing outside a temporary directory is
# changed.
#
# usage: check_unit.sh DIRECTORY    exit: 0 good, 1 not, 77 cannot be told here
set -u

# Tenths of the exposure that "systemd-analyze security" may find.
readonly THRESHOLD=17
readonly UNITS=$1
WORK=$(mktemp -d) || exit 1
readonly WORK
trap 'rm -rf "$WORK"' EXIT
failures=0

fail() {
    echo "FAILED: $*" >&2
    failures=$((failures + 1))
}

# With a program that exists, whether or not nflogd is installed here.
stage_unit() {
    mkdir "$WORK/$1"
    sed 's|/usr/sbin/nflogd|/bin/true|' "$UNITS/nflogd.service" >"$WORK/$1/nflogd.service"
}

verify() {
    local output
    output=$(systemd-analyze verify --man=no "$WORK/$1/nflogd.service" 2>&1) ||
        fail "$1: systemd-analyze verify: $output"
    # An unknown key is only a line of warning.
    if grep nflogd <<<"$output"; then fail "$1: systemd-analyze verify has complaints"; fi
}

check_exposure() {
    local output
    output=$(systemd-analyze security --offline=true --threshold="$THRESHOLD" --no-pager \
        "$UNITS/nflogd.service" 2>&1) || fail "exposure is above $THRESHOLD tenths: $output"
    tail -n 1 <<<"$output"
}

# NFLOG cannot be bound inside either of them.
check_forbidden() {
    if grep -nE '^(PrivateUsers|PrivateNetwork)=' "$UNITS/nflogd.service"; then
        fail "the unit takes away what NFLOG needs"
    fi
}

check_user_and_directory() {
    local root=$WORK/root
    mkdir -p "$root/etc" "$root/var/log" "$root/usr/lib/"{sysusers,tmpfiles}.d
    cp "$UNITS/nflogd.sysusers.conf" "$root/usr/lib/sysusers.d/nflogd.conf"
    cp "$UNITS/nflogd.tmpfiles.conf" "$root/usr/lib/tmpfiles.d/nflogd.conf"
    echo 'root:x:0:0::/:/bin/sh' >"$root/etc/passwd"
    printf 'root:x:0:\nadm:x:4:\n' >"$root/etc/group"
    systemd-sysusers --root="$root" || fail "systemd-sysusers"
    grep -q '^nflogd:.*:/usr/sbin/nologin$' "$root/etc/passwd" || fail "no user nflogd"
    systemd-tmpfiles --root="$root" --create || fail "systemd-tmpfiles"
    local mode
    mode=$(stat -c %a "$root/var/log/nflogd") || fail "no log directory"
    [[ $mode == 750 ]] || fail "the log directory has mode $mode"
}

for tool in systemd-analyze systemd-sysusers systemd-tmpfiles; do
    if ! command -v "$tool" >/dev/null; then
        echo "SKIPPED: $tool is not installed, the unit was NOT checked" >&2
        exit 77
    fi
done

stage_unit plain
verify plain
stage_unit iptables
mkdir "$WORK/iptables/nflogd.service.d"
cp "$UNITS/iptables.conf" "$WORK/iptables/nflogd.service.d/"
verify iptables
check_exposure
check_forbidden
if ((EUID == 0)); then
    check_user_and_directory
else
    echo "not root: user and log directory were not tried"
fi
((failures == 0))
