# SPDX-License-Identifier: GPL-2.0-or-later
"""Another program that holds an nfnetlink_log group, as ulogd does.

usage: holder.py GROUP [fork]    binds, writes "bound" and holds until stdin ends
With "fork" the one that bound has gone, and a child of it holds the socket.
"""
import os
import socket
import struct
import sys

NETLINK_NETFILTER, NFNL_SUBSYS_ULOG, NFULNL_MSG_CONFIG = 12, 4, 1
NLM_F_REQUEST, NLM_F_ACK = 1, 4
NFULA_CFG_CMD, NFULNL_CFG_CMD_BIND = 1, 1


def bind(group):
    holder = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    holder.bind((0, 0))
    body = struct.pack(">BBH", 0, 0, group) + struct.pack("=HHBxxx", 5, NFULA_CFG_CMD,
                                                          NFULNL_CFG_CMD_BIND)
    kind = NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG
    holder.send(struct.pack("=IHHII", 16 + len(body), kind, NLM_F_REQUEST | NLM_F_ACK, 1, 0) + body)
    error = -struct.unpack_from("=i", holder.recv(65536), 16)[0]
    if error:
        sys.exit(os.strerror(error))
    return holder


held = bind(int(sys.argv[1]))
if "fork" in sys.argv and os.fork() != 0:
    os._exit(0)
print("bound", os.getpid(), flush=True)
sys.stdin.read()
