#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes the first inputs of this target to corpus/ (records.h, repair.h).

Files whose names do not begin with a digit were found by fuzzing; they stay.
"""

import os
import struct

FRAME, FLOOD, WAIT, APP = range(4)
ETHER, LENGTHS, SUMS, TCP = 1, 2, 4, 8
READ, WRITE, SHUTDOWN, CLOSE, CONNECT, SEND, LOOK = range(7)
FIX = ETHER | LENGTHS | SUMS

US = bytes([2, 0, 0, 0, 0, 1])
PEER = bytes([2, 0, 0, 0, 0, 2])
ALL = b"\xff" * 6
US4, PEER4 = bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])


def ip6(text):
    import socket
    return socket.inet_pton(socket.AF_INET6, text)


US6, PEER6 = ip6("fd00::1"), ip6("fd00::2")
LL_PEER = ip6("fe80::2")


# --- records

def record(op, arg, data=b""):
    return struct.pack("<BBH", op, arg, len(data)) + data


def frame(data, fix=FIX, flow=None):
    if flow is not None:
        fix |= TCP | flow << 4
    return record(FRAME, fix, data)


def flood(count, offset, size, data, fix=FIX):
    return record(FLOOD, fix, struct.pack("<HHB", count, offset, size) + data)


def wait(ms):
    return record(WAIT, max(0, (ms - 1).bit_length()))


def app(what, data=b""):
    return record(APP, what, data)


# --- frames

def ether(kind, data, dst=US):
    return dst + PEER + struct.pack(">H", kind) + data


def arp(op, sender, target, mac=PEER, dst=ALL):
    return ether(0x806, struct.pack(">HHBBH", 1, 0x800, 6, 4, op) + mac +
                 sender + bytes(6) + target, dst)


def v4(proto, data, src=PEER4, dst=US4, ident=1, frag=0, opts=b"", ttl=64,
       mac=US):
    ihl = 5 + len(opts) // 4
    head = struct.pack(">BBHHHBBH", 0x40 | ihl, 0, 20 + len(opts) + len(data),
                       ident, frag, ttl, proto, 0) + src + dst + opts
    return ether(0x800, head + data, mac)


def v6(proto, data, src=PEER6, dst=US6, hops=255, mac=US):
    return ether(0x86dd, struct.pack(">IHBB", 0x60000000, len(data), proto,
                                     hops) + src + dst + data, mac)


def udp(data, sport=99, dport=7):
    return struct.pack(">HHHH", sport, dport, 8 + len(data), 0) + data


def tcp(flags, data=b"", seq=0, ack=0, opts=b"", sport=1000, dport=7,
        window=0xffff, urgent=0, off=None):
    opts += bytes(-len(opts) % 4)
    off = (5 + len(opts) // 4) if off is None else off
    return struct.pack(">HHIIBBHHH", sport, dport, seq & 0xffffffff,
                       ack & 0xffffffff, off << 4, flags, window, 0,
                       urgent) + opts + data


def icmp(kind, code=0, rest=bytes(4), data=b""):
    return struct.pack(">BBH", kind, code, 0) + rest + data


def fragment6(more, offset, data, ident=7, proto=17):
    return struct.pack(">BBHI", proto, 0, offset | more, ident) + data


def hop(proto, opts=b"\x01\x04\0\0\0\0", length=0):
    return bytes([proto, length]) + opts


def option(kind, data, length=None):
    size = (2 + len(data) + 7) // 8
    data += bytes(size * 8 - 2 - len(data))
    return bytes([kind, size if length is None else length]) + data


def prefix(text, plen=64, flags=0xc0, valid=3600, preferred=1800):
    return option(3, struct.pack(">BBIII", plen, flags, valid, preferred, 0) +
                  ip6(text))


def ra(*options, lifetime=1800, hops=64, src=LL_PEER):
    body = icmp(134, 0, struct.pack(">BBH", hops, 0, lifetime),
                struct.pack(">II", 0, 0) + b"".join(options))
    return v6(58, body, src, ip6("ff02::1"), mac=b"\x33\x33\0\0\0\1")


def solicitation(target, src=PEER6, dst=US6, opts=None):
    opts = option(1, PEER) if opts is None else opts
    return v6(58, icmp(135, 0, bytes(4), target + opts), src, dst)


def advertisement(target, flags=0x60, src=PEER6, dst=US6):
    return v6(58, icmp(136, 0, bytes([flags, 0, 0, 0]),
                       target + option(2, PEER)), src, dst)


SYN_OPTS = (b"\x02\x04\x05\xb4" b"\x04\x02" b"\x08\x0a\0\0\0\1\0\0\0\0"
            b"\x01\x03\x03\x07")

corpus = {
    "01-nothing": b"",
    "02-short": b"".join(frame(bytes(n), 0) for n in
                         (0, 1, 12, 13, 14, 15, 20, 33, 34, 53, 54)),
    "03-ether-types": b"".join(
        frame(ether(kind, bytes(46)), ETHER) for kind in
        (0, 5, 46, 0x800, 0x806, 0x8100, 0x86dd, 0x8863, 0x8864, 0xffff)),
    "04-vlan": frame(ether(0x8100, b"\0\5\x08\0" + v4(17, udp(b"x"))[14:])) +
    frame(ether(0x8100, b"\0\5"), ETHER) + frame(ether(0x8100, b""), ETHER),
    "05-large": frame(v4(17, udp(b"x" * 65000))) +
    frame(v6(17, udp(b"y" * 65000))) +
    frame(ether(0x800, b"\x45" + b"z" * 65520), ETHER) + app(READ),
    "10-arp": frame(arp(1, PEER4, US4)) + frame(arp(2, PEER4, US4, dst=US)) +
    frame(arp(1, PEER4, bytes([10, 0, 1, 1]))) +
    frame(arp(1, bytes(4), US4)) + frame(arp(1, US4, US4)) +
    frame(arp(2, US4, US4, ALL)) + frame(arp(1, b"\xff" * 4, US4)) +
    frame(arp(3, PEER4, US4)) + frame(arp(1, PEER4, US4)[:30]) + app(SEND) +
    app(LOOK) + wait(400000),
    "11-arp-shape": b"".join(
        frame(ether(0x806, struct.pack(">HHBBH", *shape) + bytes(60)), ETHER)
        for shape in ((1, 0x800, 6, 4, 1), (2, 0x800, 6, 4, 1),
                      (1, 0x86dd, 6, 4, 1), (1, 0x800, 255, 255, 1),
                      (1, 0x800, 0, 0, 2))),
    "12-arp-flood": flood(50000, 28, 4, arp(1, bytes([10, 0, 0, 3]), US4)) +
    app(LOOK) +
    flood(50000, 28, 4, arp(2, bytes([10, 1, 0, 3]), US4, dst=US)) +
    app(LOOK),
    "20-ping": frame(v4(1, icmp(8, data=b"abc"))) +
    frame(v4(1, icmp(8, data=b"abc"), dst=b"\x0a\0\0\xff")) +
    frame(v4(1, icmp(8, data=b"x" * 60000))) + app(READ),
    "21-icmp-kinds": b"".join(
        frame(v4(1, icmp(kind, code, bytes(4), v4(17, udp(b"x"), US4,
                                                  PEER4)[14:42])))
        for kind in (0, 3, 4, 5, 11, 12, 13, 15, 17, 40, 255)
        for code in (0, 3, 4, 255)) + app(READ),
    "22-icmp-short": b"".join(frame(v4(1, icmp(3)[:n])) for n in range(9)),
    "23-ip-options": b"".join(
        frame(v4(17, udp(b"x"), opts=o)) for o in
        (b"\1\1\1\0", b"\x94\4\0\0", b"\x44\x28" + bytes(38), b"\7\x27" +
         bytes(38), b"\x83\xff\4\0", b"\x83\0\4\0")) + app(READ),
    "24-ip-lengths": b"".join(
        frame(v4(17, udp(b"x" * 20))[:14] + bytes([first]) +
              v4(17, udp(b"x" * 20))[15:16] + struct.pack(">H", total) +
              v4(17, udp(b"x" * 20))[18:], ETHER | SUMS)
        for first in (0x40, 0x41, 0x44, 0x45, 0x46, 0x4f, 0x35, 0x65)
        for total in (0, 19, 20, 21, 27, 28, 48, 49, 65535)),
    "25-addresses": b"".join(
        frame(v4(17, udp(b"x"), src, dst)) for src in
        (bytes(4), b"\xff" * 4, US4, b"\x7f\0\0\1", b"\xe0\0\0\1",
         b"\x0a\0\0\xff") for dst in
        (US4, b"\xff" * 4, b"\x7f\0\0\1", b"\xe0\0\0\1", b"\xef\1\2\3",
         b"\x0a\0\0\xff")) + app(READ),
    "30-fragments": b"".join(
        frame(v4(17, (udp(b"x" * 4000))[at:at + 1480],
                 frag=(0x2000 if at < 2900 else 0) | at // 8))
        for at in (2960, 0, 1480)) + app(READ),
    "31-overlapping": b"".join(
        frame(v4(17, udp(b"x" * 200)[:size], ident=9, frag=0x2000 | at // 8))
        for at, size in ((0, 64), (32, 64), (0, 128), (64, 8), (120, 64))) +
    frame(v4(17, b"y" * 64, ident=9, frag=16)) + wait(70000),
    "32-odd-fragments": b"".join(
        frame(v4(17, b"x" * size, ident=at, frag=more | at)) for more in
        (0, 0x2000) for at in (0, 1, 0x1ffd, 0x1fff) for size in
        (0, 1, 7, 8, 1480)) + wait(40000),
    "33-past-the-end": frame(v4(17, b"x" * 60000, ident=3, frag=0x2000)) +
    frame(v4(17, b"x" * 6000, ident=3, frag=60000 // 8)) + wait(20000),
    "34-fragment-flood": flood(20000, 18, 2, v4(17, b"x" * 1000,
                                                frag=0x2000)) +
    flood(20000, 21, 1, v4(17, b"x" * 8, ident=5, frag=0x2000)) + app(LOOK) +
    wait(70000),
    "35-fragment6-flood": flood(
        20000, 58, 4, v6(44, fragment6(1, 0, b"x" * 1000))) +
    flood(5000, 56, 2, v6(44, fragment6(1, 8, b"x" * 8))) + wait(70000),
    "36-fragments6": b"".join(
        frame(v6(44, fragment6(at < 2000, at, udp(b"x" * 3000)[at:at + 1024])))
        for at in (2048, 0, 1024)) + app(READ),
    "37-overlapping6": b"".join(
        frame(v6(44, fragment6(1, at, b"x" * size))) for at, size in
        ((0, 64), (32, 64), (0, 128), (64, 8), (120, 64), (0, 0), (8, 0),
         (65528, 8), (65528, 64), (65528, 0))) +
    frame(v6(44, fragment6(0, 128, b"y" * 64))) +
    frame(v6(44, fragment6(0, 0, b"whole"))) + frame(v6(44, b"\x11\0")) +
    wait(70000),
    "38-timeout": frame(v4(17, udp(b"x" * 600)[:512], frag=0x2000)) +
    frame(v6(44, fragment6(1, 0, udp(b"x" * 600)[:512]))) + wait(100000),
    "40-udp": frame(v4(17, udp(b"hello"))) + frame(v6(17, udp(b"hello"))) +
    frame(v4(17, udp(b"x", dport=8))) + frame(v6(17, udp(b"x", dport=8))) +
    b"".join(frame(v4(17, udp(b"abc")[:n]), ETHER | SUMS) for n in range(10)) +
    frame(v4(17, udp(b"group"), dst=b"\xef\1\2\3", mac=b"\1\0\x5e\1\2\3")) +
    app(READ),
    "41-udp-lengths": b"".join(
        frame(v4(17, struct.pack(">HHHH", 9, 7, n, 0) + b"0123456789"),
              ETHER | SUMS) for n in (0, 7, 8, 9, 18, 19, 65535)) + app(READ),
    "42-udp-flood": flood(20000, 34, 2, v4(17, udp(b"x" * 1400))) + app(READ),
    "50-tcp-syn": frame(v4(6, tcp(2, seq=1, opts=SYN_OPTS))) +
    frame(v4(6, tcp(2, seq=1, opts=SYN_OPTS, dport=99))) +
    frame(v6(6, tcp(2, seq=1, opts=SYN_OPTS))) + wait(8000),
    "51-tcp-options": b"".join(
        frame(v4(6, tcp(2, seq=1, opts=o, sport=port + 2000)))
        for port, o in enumerate(
            (b"\2", b"\2\0\0\0", b"\2\1\0\0", b"\2\4\0\0", b"\2\4\0\1",
             b"\2\3\5\0", b"\3\3\xff\0", b"\3\2\0\0", b"\x08\x0a\0\0",
             b"\5\0\0\0", b"\5\xff\0\0", b"\xfe\2\1\1", b"\1" * 40,
             b"\0" * 40, b"\2\4\xff\xff\2\4\0\0\2\4\5\xb4"))) + wait(100),
    "52-tcp-offset": b"".join(
        frame(v4(6, tcp(16, b"abc", off=off)), flow=0) for off in range(16)) +
    b"".join(frame(v4(6, tcp(16)[:n])) for n in range(20)),
    "53-tcp-data": frame(v4(6, tcp(24, b"hello")), flow=0) +
    app(WRITE, b"answer") + frame(v4(6, tcp(16)), flow=0) + app(READ) +
    frame(v4(6, tcp(17)), flow=0) + app(SHUTDOWN) +
    frame(v4(6, tcp(16)), flow=0) + app(CLOSE) + wait(120000),
    "54-tcp-order": b"".join(
        frame(v4(6, tcp(24, b"x" * size, seq=at)), flow=0) for at, size in
        ((1000, 500), (500, 500), (200, 2000), (-5, 10), (4000, 100),
         (70000, 10), (0, 200), (-100000, 5))) + app(READ) + wait(2000),
    "55-tcp-ends": frame(v4(6, tcp(17, b"bye")), flow=0) +
    frame(v4(6, tcp(4, seq=1)), flow=1) + frame(v4(6, tcp(4)), flow=1) +
    app(CONNECT) + frame(v4(6, tcp(20, ack=0)), flow=2) + app(CONNECT) +
    frame(v4(6, tcp(2)), flow=3) + frame(v4(6, tcp(18)), flow=3) +
    frame(v4(6, tcp(2, seq=0)), flow=0) + app(CLOSE) + wait(300000),
    "56-tcp-flags": b"".join(
        frame(v4(6, tcp(flags, b"x", urgent=1)), flow=flags & 1)
        for flags in range(64)) + app(READ),
    "57-tcp-window": app(WRITE, b"w" * 60000) +
    frame(v4(6, tcp(16, window=0)), flow=0) + wait(60000) +
    frame(v4(6, tcp(16, window=1)), flow=0) + wait(500) +
    frame(v4(6, tcp(16, ack=-30000, window=100)), flow=0) * 5 + wait(9000) +
    frame(v4(6, tcp(16, ack=1)), flow=0) +
    frame(v4(6, tcp(16, ack=-1)), flow=0) + wait(1000000),
    "58-syn-flood": flood(20000, 26, 4, v4(6, tcp(2, seq=1, opts=SYN_OPTS),
                                           src=bytes([10, 0, 0, 3]))) +
    app(LOOK) + wait(30000),
    "59-syn-flood-here": flood(20000, 34, 2, v4(6, tcp(2, seq=1))) +
    app(LOOK) + flood(10000, 62, 2, v6(6, tcp(2, seq=1))),
    "5a-order-flood": flood(
        20000, 40, 2, v4(6, tcp(16, b"x", seq=2)), FIX | TCP) + app(READ),
    "5c-tiny-segments": flood(
        60000, 45, 0, v4(6, tcp(16, b"x")), FIX | TCP) + app(READ) +
    frame(v4(6, tcp(24, b"more")), flow=0) + app(READ),
    "5d-no-neighbour": app(SEND, b"x" * 1000) * 60 + wait(10000),
    "5b-time-wait": app(SHUTDOWN) + frame(v4(6, tcp(17)), flow=0) +
    frame(v4(6, tcp(16)), flow=0) + frame(v4(6, tcp(2, seq=9)), flow=0) +
    wait(1000) + frame(v4(6, tcp(17)), flow=0) + wait(200000),
    "60-nd": frame(solicitation(US6)) + frame(solicitation(US6, bytes(16))) +
    frame(solicitation(PEER6)) + frame(advertisement(PEER6)) +
    frame(advertisement(US6)) + frame(advertisement(PEER6, 0xe0)) +
    frame(advertisement(PEER6, 0, dst=ip6("ff02::1"))) + app(SEND) +
    app(LOOK) + wait(60000),
    "61-nd-options": b"".join(
        frame(solicitation(US6, opts=o)) for o in
        (b"", b"\1", b"\1\0", bytes(8), b"\1\1", b"\1\2" + PEER,
         b"\1\xff" + PEER, option(9, b"x" * 30), option(1, PEER) * 20)) +
    b"".join(frame(v6(58, icmp(135, 0, bytes(4), US6)[:n]))
             for n in range(0, 28, 3)),
    "62-ra": frame(ra(option(1, PEER), prefix("2001:db8::"),
                      option(5, struct.pack(">HI", 0, 1280)))) + app(LOOK) +
    wait(4000) + frame(ra(lifetime=0)) + app(LOOK) + wait(4000000) +
    app(LOOK),
    "63-ra-prefixes": frame(ra(*[
        prefix("2001:db8:%x::" % i, plen, flags, valid, preferred)
        for i, (plen, flags, valid, preferred) in enumerate(
            ((64, 0xc0, 0xffffffff, 0xffffffff), (64, 0xc0, 0, 0),
             (0, 0xc0, 100, 100), (128, 0xc0, 100, 100), (255, 0xff, 9, 9),
             (64, 0xc0, 1, 2), (64, 0x40, 7200, 1), (63, 0x80, 5, 5)))])) +
    frame(ra(prefix("fe80::"), prefix("ff02::"), prefix("::"),
             prefix("fd00::"), prefix("fd00::", valid=1, preferred=1))) +
    app(LOOK) + wait(60000) + app(LOOK),
    "64-ra-options": b"".join(
        frame(ra(o)) for o in
        (b"", b"\1", b"\3\4", b"\3\0" + bytes(6), b"\3\1" + bytes(6),
         option(5, b"\0\0\0\0\0\0"), option(5, b"\0\0\xff\xff\xff\xff"),
         option(5, b"\0\0\0\0\0\1"), b"\5\0", option(25, bytes(30), 1),
         option(25, b"\0\0\0\0\0\1" + PEER6 * 4), option(24, bytes(6), 9),
         option(31, bytes(14)), option(14, bytes(6)) * 100)) + app(LOOK),
    "65-ra-flood": flood(10000, 101, 2, ra(option(1, PEER),
                                          prefix("2001:db8::"))) +
    flood(10000, 34, 4, ra(option(1, PEER), src=ip6("fe80::9:0:0"))) +
    app(LOOK) + wait(5000000) + app(LOOK),
    "66-nd-flood": flood(20000, 34, 4, solicitation(US6, ip6("fd00::9:0:0"))) +
    flood(20000, 34, 4, advertisement(PEER6, src=ip6("fd00::9:0:0"))) +
    app(LOOK) + wait(30000),
    "67-dad": frame(advertisement(ip6("fe80::ff:fe00:1"), 0x20, dst=ip6(
        "ff02::1"))) + frame(solicitation(ip6("fe80::ff:fe00:1"), bytes(16),
                                          ip6("ff02::1:ff00:1"), b"")) +
    wait(3000) + app(LOOK),
    "68-redirect": b"".join(
        frame(v6(58, icmp(137, 0, bytes(4), target + PEER6 + o), LL_PEER))
        for target in (LL_PEER, PEER6) for o in
        (b"", option(2, PEER), option(4, bytes(60)), b"\4\0", b"\2\1\2")) +
    app(SEND),
    "69-icmp6-kinds": b"".join(
        frame(v6(58, icmp(kind, code, struct.pack(">I", value),
                          v6(17, udp(b"x"), US6, PEER6)[14:])))
        for kind in (1, 2, 3, 4, 127, 128, 129, 130, 131, 132, 133, 143, 255)
        for code, value in ((0, 0), (1, 1279), (4, 0xffffffff))) +
    b"".join(frame(v6(58, icmp(2)[:n])) for n in range(9)) + app(SEND),
    "6a-mld": frame(v6(0, hop(58, b"\5\2\0\0\1\0") + icmp(130, 0, bytes(4),
                                                          bytes(16)),
                       LL_PEER, ip6("ff02::1"), 1)) +
    frame(v6(58, icmp(131, 0, bytes(4), ip6("ff02::4242")), LL_PEER)) +
    frame(v6(58, icmp(130, 0, b"\xff\xff\0\0", ip6("ff02::4242")), LL_PEER)) +
    wait(20000),
    "6b-igmp": b"".join(
        frame(v4(2, bytes([kind, t, 0, 0]) + group, dst=dst, opts=o))
        for kind in (0x11, 0x12, 0x16, 0x17, 0x22) for t in (0, 1, 255)
        for group, dst, o in
        ((bytes(4), b"\xe0\0\0\1", b""), (b"\xef\1\2\3", b"\xef\1\2\3",
                                         b"\x94\4\0\0"),
         (b"", b"\xe0\0\0\1", b""), (b"\xef\1\2", US4, b""))) + wait(20000),
    "70-extensions": frame(v6(0, hop(17) + udp(b"x"))) +
    frame(v6(60, hop(60) * 20 + hop(17) + udp(b"x"))) +
    frame(v6(0, hop(0) * 40 + hop(59))) +
    frame(v6(43, bytes([17, 0, 0, 0, 0, 0, 0, 0]) + udp(b"x"))) +
    frame(v6(43, bytes([17, 2, 0, 1, 0, 0, 0, 0]) + PEER6 + udp(b"x"))) +
    frame(v6(43, bytes([17, 200, 2, 255, 0, 0, 0, 0]))) +
    frame(v6(0, bytes([17, 255]) + bytes(30))) + frame(v6(0, b"\x11")) +
    frame(v6(0, b"")) + frame(v6(51, bytes(16))) + frame(v6(50, bytes(16))) +
    frame(v6(135, bytes(16))) + frame(v6(59, b"")) + app(READ),
    "71-hop-options": b"".join(
        frame(v6(0, hop(17, o) + udp(b"x"))) for o in
        (b"\0" * 6, b"\1\xff\0\0\0\0", b"\xc2\4\0\1\0\0", b"\x3e\4\0\0\0\0",
         b"\x7e\4\0\0\0\0", b"\xbe\4\0\0\0\0", b"\xfe\4\0\0\0\0",
         b"\5\2\0\0\1", b"\5\2\0\0\1\xff")) + app(READ),
    "72-lengths6": b"".join(
        frame(v6(17, udp(b"x" * 30))[:18] + struct.pack(">H", n) +
              v6(17, udp(b"x" * 30))[20:], ETHER | SUMS)
        for n in (0, 1, 7, 8, 38, 39, 65535)) + frame(v6(17, b"")[:40]),
    "73-addresses6": b"".join(
        frame(v6(17, udp(b"x"), ip6(src), ip6(dst))) for src in
        ("::", "::1", "fd00::1", "ff02::1", "fe80::1", "::ffff:10.0.0.2")
        for dst in ("fd00::1", "::1", "ff02::1", "ff01::1", "ff02::4242",
                    "::ffff:10.0.0.1", "fe80::ff:fe00:1")) + app(READ),
    "74-fragment-chain": frame(v6(0, hop(44) + fragment6(
        1, 0, hop(17) + udp(b"x" * 40)[:16], proto=60))) +
    frame(v6(0, hop(44) + fragment6(0, 24, b"x" * 32, proto=60))) +
    frame(v6(44, fragment6(1, 0, bytes([44, 0, 0, 1, 0, 0, 0, 9]),
                           proto=44))) +
    frame(v6(44, fragment6(0, 8, b"z" * 16, proto=44))) + app(READ) +
    wait(70000),
}


def main():
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
    os.makedirs(here, exist_ok=True)
    for name, data in corpus.items():
        with open(os.path.join(here, name), "wb") as out:
            out.write(data)


main()
