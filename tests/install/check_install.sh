#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs into a temporary directory and looks at what is there: all of it, in
# its place, and the operator's configuration left alone the second time.
#
# usage: check_install.sh CMAKE BUILD_DIRECTORY
set -u

readonly CMAKE=$1 BUILD=$2
WORK=$(mktemp -d) || exit 1
readonly WORK
trap 'rm -rf "$WORK"' EXIT
failures=0

fail() {
    echo "FAILED: $*" >&2
    failures=$((failures + 1))
}

install_into() {
    DESTDIR=$WORK/$1 "$CMAKE" --install "$BUILD" --prefix "$2" >"$WORK/log" 2>&1 || {
        cat "$WORK/log" >&2
        fail "cmake --install --prefix $2"
    }
}

# expect ROOT MODE PATH
expect() {
    local mode
    mode=$(stat -c %a "$WORK/$1$3" 2>&1) || { fail "$1: no $3" && return; }
    [[ $mode == "$2" ]] || fail "$1: $3 has mode $mode instead of $2"
}

expect_files() {
    local root=$1 prefix=$2
    expect "$root" 755 "$prefix/sbin/nflogd"
    expect "$root" 644 "$prefix/lib/systemd/system/nflogd.service"
    expect "$root" 644 "$prefix/lib/sysusers.d/nflogd.conf"
    expect "$root" 644 "$prefix/lib/tmpfiles.d/nflogd.conf"
    expect "$root" 644 "$prefix/share/man/man8/nflogd.8"
    expect "$root" 644 "$prefix/share/man/man5/nflogd.yaml.5"
    expect "$root" 644 "$prefix/share/man/man1/nflogd-replay.1"
    expect "$root" 644 "$prefix/share/bash-completion/completions/nflogd"
    expect "$root" 644 "$prefix/share/nflogd/nflogd.schema.json"
    expect "$root" 644 "$prefix/share/nflogd/small-router.yaml"
    expect "$root" 644 "$prefix/share/doc/nflogd/LICENSE"
    expect "$root" 644 "$prefix/share/doc/nflogd/nflog-recording.md"
    expect "$root" 644 "$prefix/share/doc/nflogd/examples/nflogd.yaml"
    expect "$root" 644 "$prefix/share/doc/nflogd/examples/iptables.conf"
    expect "$root" 644 /etc/nflogd/nflogd.yaml
    expect "$root" 755 /etc/nflogd/conf.d
    compgen -G "$WORK/$root$prefix/share/zsh/*/_nflogd" >/dev/null || fail "$root: no completion for zsh"
    local unit=$WORK/$root$prefix/lib/systemd/system/nflogd.service
    grep -qx "ExecStart=$prefix/sbin/nflogd run" "$unit" ||
        fail "$root: the unit starts something else: $(grep ExecStart= "$unit")"
}

expect_operators_file_kept() {
    local config=$WORK/system/etc/nflogd/nflogd.yaml
    echo '# mine' >"$config"
    install_into system /usr
    [[ $(cat "$config") == '# mine' ]] || fail "the operator's nflogd.yaml was overwritten"
}

umask 022
install_into system /usr
expect_files system /usr
install_into local /usr/local
expect_files local /usr/local
expect_operators_file_kept
((failures == 0))
