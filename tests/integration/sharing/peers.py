# SPDX-License-Identifier: GPL-2.0-or-later
"""peers.py HOW PATH: talks to the offer at PATH as no session would; says
"ready" when it has, and ends when its input does."""
import array
import fcntl
import os
import socket
import struct
import sys

ATTACH, SOCKET, IOCTL, CALL, DELETE, PROCFILE = range(1, 7)
HEAD = "=II4iI4x"
HEAD_SIZE = struct.calcsize(HEAD)
SYSCTL = b"sys/net/ipv4/ip_forward\0"


def request(op, *args, data=b"", number=5):
    args = (args + (0, 0, 0, 0))[:4]
    return struct.pack(HEAD, number, op, *args, len(data)) + data


def connect(path):
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    peer.connect(path)  # blocking: there may be a queue
    peer.settimeout(10)
    return peer


def ask(peer, *args, **more):
    peer.send(request(*args, **more))
    data, ancillary, _, _ = peer.recvmsg(20000, socket.CMSG_SPACE(400))
    fds = array.array("i")
    for _, _, packed in ancillary:
        fds.frombytes(packed[:len(packed) - len(packed) % 4])
    return struct.unpack(HEAD, data[:HEAD_SIZE])[1] - (1 << 32) * (data[7] >> 7), fds


def garbage(path):
    for data in (b"x", b"\0" * (HEAD_SIZE - 1), b"\xff" * HEAD_SIZE,
                 b"\xff" * (HEAD_SIZE + 12288),
                 request(IOCTL, 0x8927)[:24] + b"\xff" * (HEAD_SIZE - 24),
                 request(99), request(0, 5, -1, data=b"null\0"),
                 request(SOCKET, -1, -1, -1, -1),
                 request(SOCKET, 2, 1, 0, 1 << 30),
                 request(IOCTL, 0x8946, data=b"\xff" * 40),
                 request(CALL, 49), request(CALL, -1, data=b"\xff" * 200),
                 request(PROCFILE), request(PROCFILE, -1, data=b"net\0"),
                 request(PROCFILE, 0, data=b"n" * 12288),
                 request(DELETE, 2), request(DELETE, 0)):
        peer = connect(path)
        peer.send(data)
        peer.close()


def unread(path):
    """Asks and asks, and reads nothing."""
    peers = [connect(path) for _ in range(3)]
    for peer in peers:
        peer.setblocking(False)
        try:
            while True:
                peer.send(request(SOCKET, 2, 1, 0, 17))
        except OSError:
            pass
    return peers


def many(path):
    return [connect(path) for _ in range(64)]


def rights(path):
    """What this user gets, beyond sockets for everybody."""
    peer = connect(path)
    ifreq = struct.pack("16sh22x", b"vde0", 0)
    print("attach", *ask(peer, ATTACH)[:1])
    for what, args, data in (
            ("tcp", (SOCKET, 2, 1, 0, 1), b""),
            ("raw", (SOCKET, 2, 3, 1, 1), b""),
            ("packet", (SOCKET, 17, 3, 768, 1), b""),
            ("flags", (IOCTL, 0x8913), ifreq),
            ("down", (IOCTL, 0x8914), ifreq),
            ("short", (IOCTL, 0x8913), b"vde0"),
            ("ethtool", (IOCTL, 0x8946), ifreq),
            ("dev", (PROCFILE, os.O_RDONLY), b"net/dev\0"),
            ("look", (PROCFILE, os.O_PATH), SYSCTL),
            ("sysctl", (PROCFILE, os.O_RDONLY), SYSCTL),
            ("set", (PROCFILE, os.O_WRONLY), SYSCTL),
            ("change", (PROCFILE, os.O_RDWR), SYSCTL),
            ("secret", (PROCFILE, os.O_RDONLY),
             b"sys/net/ipv4/tcp_fastopen_key\0"),
            ("away", (PROCFILE, os.O_RDONLY), b"net/../self/environ\0"),
            ("endless", (PROCFILE, os.O_RDONLY), b"net/dev")):
        result, fds = ask(peer, *args, data=data)
        print(what, result, end="; ")
    print(flush=True)


keep = globals()[sys.argv[1]](sys.argv[2])
print("ready", flush=True)
sys.stdin.read()
