# SPDX-License-Identifier: GPL-2.0-or-later
"""talk.py serve|hold ADDRESS PORT: a server that echoes, one connection at a
time; or a connection to it that talks each second and says how it ends."""
import errno
import socket
import sys
import time


def serve(where):
    with socket.create_server(where) as listener:
        print("ready", flush=True)
        while True:
            peer, _ = listener.accept()
            with peer:
                try:
                    while data := peer.recv(100):
                        peer.sendall(data)
                except OSError:
                    pass


def hold(where):
    with socket.create_connection(where, 10) as peer:
        peer.settimeout(60)
        print("ready", flush=True)
        while True:
            peer.sendall(b"x")
            if peer.recv(1) != b"x":
                print("ended", flush=True)
                return
            print("alive", flush=True)
            time.sleep(0.1)


try:
    {"serve": serve, "hold": hold}[sys.argv[1]](
        (sys.argv[2], int(sys.argv[3])))
except OSError as error:
    print(errno.errorcode.get(error.errno, error), flush=True)
