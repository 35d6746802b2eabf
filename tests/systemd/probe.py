# SPDX-License-Identifier: GPL-2.0-or-later
"""Does under the service's own sandbox what a worker process needs to do there.

Run by a test in place of nflogd. Prints a line of JSON: the name of each call
with its errno, 0 if it was allowed.
"""
import ctypes
import errno
import json
import mmap
import os
import socket
import struct
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
# linux/seccomp.h, landlock.h, prctl.h, capability.h, sched.h; numbers of x86-64
# and of the generic table agree for all but these two.
SYS_CAPSET, SYS_SECCOMP = {"x86_64": (126, 317)}.get(os.uname().machine, (91, 277))
SYS_LANDLOCK_CREATE_RULESET, SYS_LANDLOCK_ADD_RULE, SYS_LANDLOCK_RESTRICT_SELF = 444, 445, 446
PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4
SECCOMP_SET_MODE_FILTER, SECCOMP_RET_ALLOW = 1, 0x7FFF0000
LANDLOCK_ACCESS_FS_WRITE_FILE, LANDLOCK_RULE_PATH_BENEATH = 1 << 1, 1
CAPABILITY_VERSION_3 = 0x20080522
P_PIDFD = 3

results = {}


def note(name, value):
    results[name] = ctypes.get_errno() if value < 0 else 0
    return value


def call(name, number, *arguments):
    return note(name, LIBC.syscall(ctypes.c_long(number), *arguments))


def attempt(name, function):
    try:
        results[name] = 0
        return function()
    except OSError as error:
        results[name] = error.errno or errno.EIO


def worker(log):
    LIBC.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    header = struct.pack("Ii", CAPABILITY_VERSION_3, 0)
    call("capset", SYS_CAPSET, header, bytes(24))
    note("no_new_privs", LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    attempt("sched_setscheduler", lambda: os.sched_setscheduler(
        0, os.SCHED_IDLE, os.sched_param(0)))
    attempt("setpriority", lambda: os.setpriority(os.PRIO_PROCESS, 0, 19))
    attempt("fchown", lambda: os.fchown(log, os.getuid(), os.getgid()))
    attempt("fchmod", lambda: os.fchmod(log, 0o640))
    restrict()
    attempt("write after the filters", lambda: os.write(log, b"probe\n"))


def restrict():
    """Landlock to the log directory, then a seccomp filter that allows all."""
    ruleset = call("landlock_create_ruleset", SYS_LANDLOCK_CREATE_RULESET,
                   struct.pack("Q", LANDLOCK_ACCESS_FS_WRITE_FILE), ctypes.c_size_t(8), 0)
    folder = os.open("/var/log/nflogd", os.O_PATH)
    rule = struct.pack("=Qi", LANDLOCK_ACCESS_FS_WRITE_FILE, folder)
    call("landlock_add_rule", SYS_LANDLOCK_ADD_RULE, ruleset, LANDLOCK_RULE_PATH_BENEATH, rule, 0)
    call("landlock_restrict_self", SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0)
    allow = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, SECCOMP_RET_ALLOW))
    program = struct.pack("HxxxxxxQ", 1, ctypes.addressof(allow))
    call("seccomp", SYS_SECCOMP, SECCOMP_SET_MODE_FILTER, 0, program)


def keeper():
    shared = attempt("memfd_create", lambda: os.memfd_create("counters"))
    os.ftruncate(shared, 4096)
    attempt("mmap shared", lambda: mmap.mmap(shared, 4096, mmap.MAP_SHARED))
    attempt("socketpair", lambda: [end.close() for end in socket.socketpair()])
    attempt("netlink", lambda: socket.socket(
        socket.AF_NETLINK, socket.SOCK_RAW, 12).close())  # NETLINK_NETFILTER
    log = os.open("/var/log/nflogd/probe", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o640)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        worker(log)
        os.write(writer, json.dumps(results).encode())
        os._exit(0)
    os.close(writer)
    results.update(json.loads(os.read(reader, 65536)))
    process = attempt("pidfd_open", lambda: os.pidfd_open(child))
    attempt("waitid", lambda: os.waitid(P_PIDFD, process, os.WEXITED))


keeper()
print(json.dumps(results))
sys.exit(any(results.values()))
