#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""TLS for servers that have none: takes connections that the firewall redirects here, and passes
what is inside on to where they were meant to go. Clients must show a certificate.

usage: tls_proxy.py CERTIFICATE KEY CA    prints its port; its own packets have mark 1
"""
import socket
import ssl
import struct
import sys
import threading

SO_ORIGINAL_DST = 80  # linux/netfilter_ipv4.h


def pass_on(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    finally:
        for one in (source, target):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def serve(plain, context):
    port, address = struct.unpack("!2xH4s8x", plain.getsockopt(socket.IPPROTO_IP, SO_ORIGINAL_DST, 16))
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, 1)
    try:
        client = context.wrap_socket(plain, server_side=True)
        server.connect((socket.inet_ntoa(address), port))
    except OSError:
        return plain.close()
    threading.Thread(target=pass_on, args=(server, client), daemon=True).start()
    pass_on(client, server)


def main():
    certificate, key, authority = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(authority)
    context.verify_mode = ssl.CERT_REQUIRED
    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)
    while True:
        plain, _ = listening.accept()
        threading.Thread(target=serve, args=(plain, context), daemon=True).start()


main()
