#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes to corpus/ what the wire is fed besides the corpus of frames: empty
and cut frames, and such with headers for offloads that programs send out."""

import os
import struct

FRAME, FLOOD, WAIT, APP = range(4)


def record(op, arg, data=b""):
    return struct.pack("<BBH", op, arg, len(data)) + data


def vnet(flags, gso, hdr_len, gso_size, start, offset, frame):
    return record(APP, 0, struct.pack("<BBHHHH", flags, gso, hdr_len, gso_size,
                                      start, offset) + frame)


def tcp(size, kind=0x800):
    ip = struct.pack(">BBHHHBBH", 0x45, 0, min(40 + size, 65535), 1, 0, 64, 6,
                     0) + bytes([10, 0, 0, 1, 10, 0, 0, 9])
    head = struct.pack(">HHIIBBHHH", 1, 2, 0, 0, 0x50, 16, 9, 0, 0)
    return b"\xff" * 6 + bytes(6) + struct.pack(">H", kind) + ip + head + \
        b"x" * size


corpus = {
    "empty": record(FRAME, 0) * 40,
    "cut": b"".join(record(FRAME, 0, b"\xff" * n) for n in range(20)),
    "empty-between": (record(FRAME, 0) + record(FRAME, 7, tcp(100))) * 20,
    "sizes": b"".join(record(FRAME, 0, b"\xff" * n) for n in
                      (1514, 1515, 1518, 1519, 9018, 65483, 65534, 65535)),
    "tags": b"".join(record(FRAME, 0, b"\xff" * 12 + b"\x81\0\0\x0a" * n)
                     for n in range(8)),
    "vnet": vnet(1, 1, 54, 1400, 34, 16, tcp(20000)) +
    vnet(1, 1, 54, 1, 34, 16, tcp(1000)) +
    vnet(1, 4, 54, 1400, 54, 16, tcp(20000, 0x86dd)) +
    vnet(1, 0, 0, 0, 65535, 65535, tcp(100)) +
    vnet(0xff, 0xff, 65535, 65535, 0, 0, tcp(100)) +
    vnet(1, 1, 0, 0, 0, 0, tcp(3000)) + vnet(1, 5, 42, 1000, 34, 6, tcp(9000)) +
    vnet(0, 0, 0, 0, 0, 0, tcp(1446)) + vnet(0, 0, 0, 0, 0, 0, tcp(60000)) +
    record(APP, 0, b"\1\1"),
}


def main():
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
    os.makedirs(here, exist_ok=True)
    for name, data in corpus.items():
        with open(os.path.join(here, name), "wb") as out:
            out.write(data)


main()
