#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nflogd for examples: the commands that go on until Ctrl-C get it as soon as they
# have shown something.
real=/usr/sbin/nflogd.real
case "$1 $*" in
    *\ -h | *\ --help | *\ -h\ * | *\ --help\ *) exec "$real" "$@" ;;
    run\ *) shown='reading nfnetlink_log' ;;
    record\ *--count*) exec "$real" "$@" ;;
    record\ *) shown='recording group' ;;
    tail\ *) shown='.' ;;
    top\ *)
        script -qec "timeout --foreground -s INT --preserve-status 2 $real $(printf '%q ' "$@")" /dev/null || [[ $? == 130 ]]
        exit
        ;;
    # What they have to find fault with is no fault of the example.
    doctor\ * | status\ *)
        "$real" "$@" || [[ $? == 1 ]]
        exit
        ;;
    *) exec "$real" "$@" ;;
esac
said=$(mktemp)
coproc env --default-signal=INT "$real" "$@" > >(tee -a "$said") 2> >(tee -a "$said" >&2)
pid=$COPROC_PID
for _ in {1..500}; do
    grep -q "$shown" "$said" && break
    kill -0 "$pid" 2>/dev/null || { ended=yes && break; }
    sleep 0.02
done
kill -INT "$pid" 2>/dev/null
wait "$pid" || [[ $? == 130 ]] || exit
# What ends by itself may have nothing to show; what goes on must have shown something.
[[ -n ${ended:-} ]] || grep -q "$shown" "$said"
