#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""whose.py [-p PATH] KIND...: opens a socket of each kind, with socket(2), or
with msocket(2) of PATH, and says whose it is: KIND=NAME, or KIND=ERRNO.

WHOSE="COOKIE=NAME ..." names the networks; -c prints the cookie of one."""
import ctypes
import errno
import os
import socket
import struct
import sys

SO_NETNS_COOKIE = 71
MSOCKET = -5
KINDS = {
    "tcp4": (socket.AF_INET, socket.SOCK_STREAM, 0),
    "tcp6": (socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP),
    "udp4": (socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_UDP),
    "udp6": (socket.AF_INET6, socket.SOCK_DGRAM, 0),
    "icmp4": (socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
    "icmp6": (socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6),
    "raw4": (socket.AF_INET, socket.SOCK_RAW, 253),
    "raw6": (socket.AF_INET6, socket.SOCK_RAW, 253),
    "netlink": (socket.AF_NETLINK, socket.SOCK_RAW, 0),
    "packet": (socket.AF_PACKET, socket.SOCK_DGRAM, 0),
    "can": (29, socket.SOCK_RAW, 1),
    "unix": (socket.AF_UNIX, socket.SOCK_STREAM, 0),
}
libc = ctypes.CDLL(None, use_errno=True)


def msocket(path, kind):
    fd = libc.syscall(ctypes.c_long(MSOCKET), path.encode(), *kind)
    if fd < 0:
        raise OSError(ctypes.get_errno(), "msocket")
    return socket.socket(fileno=fd)


def cookie(path, kind):
    sock = msocket(path, kind) if path else socket.socket(*kind)
    with sock:
        got = sock.getsockopt(socket.SOL_SOCKET, SO_NETNS_COOKIE, 8)
    return str(struct.unpack("Q", got)[0])


def main(args):
    path = args.pop(0) and args.pop(0) if args[0] == "-p" else None
    if args[0] == "-c":
        print(cookie(path, KINDS[args[1]]))
        return
    names = dict(word.split("=") for word in os.environ["WHOSE"].split())
    answers = []
    for kind in args:
        try:
            answer = cookie(path, KINDS[kind])
            answer = names.get(answer, answer)
        except OSError as error:
            answer = errno.errorcode[error.errno]
        answers.append(kind + "=" + answer)
    print(*answers)


main(sys.argv[1:])
