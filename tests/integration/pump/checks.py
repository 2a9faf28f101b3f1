# SPDX-License-Identifier: GPL-2.0-or-later
"""What a program may expect of its sockets, whoever makes them.

checks.py [NAME...]: does these checks (all), on the sockets that socket() gives.
Says which failed; the status is their number. It passes on the kernel's own
loopback, too (checks.sh).
"""
import errno
import hashlib
import os
import select
import socket
import struct
import sys
import threading
import traceback

LOCAL = "127.0.0.1"
NOBODY = (LOCAL, 1)  # nothing listens there
LIMIT = 20  # seconds: only so that nothing hangs
BIG = 6 << 20


def equal(got, wanted):
    if got != wanted:
        raise AssertionError(f"{got!r}, not {wanted!r}")


def fails(number, call, *args):
    try:
        result = call(*args)
    except OSError as e:
        equal(errno.errorcode.get(e.errno, e), errno.errorcode[number])
    else:
        raise AssertionError(f"gives {result!r}, not {errno.errorcode[number]}")


def stream():
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM)


def listening(backlog=16):
    s = stream()
    s.bind((LOCAL, 0))
    s.listen(backlog)
    return s


def pair():
    with listening() as server:
        a = stream()
        a.connect(server.getsockname())
        b, _ = server.accept()
    return a, b


def dgram():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((LOCAL, 0))
    return s


def events(s, wanted, timeout=LIMIT * 1000):
    p = select.poll()
    p.register(s, wanted)
    return p.poll(timeout)[0][1] if timeout is None or p.poll(timeout) else 0


def in_thread(work, *args):
    t = threading.Thread(target=work, args=args, daemon=True)
    t.start()
    return t


def receive(s, size):
    parts = []
    while size:
        part = s.recv(min(size, 1 << 16))
        if not part:
            raise AssertionError(f"end of stream, {size} bytes too early")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


# ---- streams ----

def check_talk():
    a, b = pair()
    a.sendall(b"hello")
    equal(receive(b, 5), b"hello")
    b.sendall(b"world")
    equal(os.read(a.fileno(), 100), b"world")


def check_names():
    with listening() as server:
        a = stream()
        a.connect(server.getsockname())
        b, addr = server.accept()
        equal(addr, a.getsockname())
        equal(b.getpeername(), a.getsockname())
        equal(a.getpeername(), server.getsockname())
        equal(b.getsockname(), server.getsockname())
    fails(errno.ENOTCONN, stream().getpeername)


def check_refused():
    fails(errno.ECONNREFUSED, stream().connect, NOBODY)


def check_refused_again():
    with listening() as server:
        s = stream()
        fails(errno.ECONNREFUSED, s.connect, NOBODY)
        s.connect(server.getsockname())
        s.sendall(b"x")
        equal(receive(server.accept()[0], 1), b"x")


def check_refused_later():
    s = stream()
    s.setblocking(False)
    err = s.connect_ex(NOBODY)
    if err == errno.EINPROGRESS:
        got = events(s, select.POLLOUT)
        equal(got & select.POLLOUT, select.POLLOUT)
        err = s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    equal(errno.errorcode.get(err), "ECONNREFUSED")
    equal(s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), 0)
    with listening() as server:
        err = s.connect_ex(server.getsockname())
        if err == errno.ECONNABORTED:  # the kernel says so once
            err = s.connect_ex(server.getsockname())
        if err:
            equal(errno.errorcode[err], "EINPROGRESS")
        equal(events(s, select.POLLOUT), select.POLLOUT)
        s.send(b"again")
        equal(receive(server.accept()[0], 5), b"again")


def check_connect_later():
    with listening() as server:
        s = stream()
        s.setblocking(False)
        err = s.connect_ex(server.getsockname())
        if err:
            equal(errno.errorcode[err], "EINPROGRESS")
        equal(events(s, select.POLLOUT), select.POLLOUT)
        equal(s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), 0)
        s.connect_ex(server.getsockname())  # 0 once, perhaps
        fails(errno.EISCONN, s.connect, server.getsockname())
        equal(s.send(b"later"), 5)
        equal(receive(server.accept()[0], 5), b"later")


def check_accept():
    with listening() as server:
        server.setblocking(False)
        fails(errno.EAGAIN, server.accept)
        equal(events(server, select.POLLIN, 0), 0)
        a = stream()
        a.connect(server.getsockname())
        equal(events(server, select.POLLIN), select.POLLIN)
        server.accept()
        fails(errno.EAGAIN, server.accept)
        equal(events(server, select.POLLIN, 0), 0)
    s = stream()
    fails(errno.EINVAL, s.accept)
    fails(errno.EOPNOTSUPP, dgram().accept)


def check_accept_waits():
    with listening() as server:
        got = []
        t = in_thread(lambda: got.append(server.accept()[0]))
        a = stream()
        a.connect(server.getsockname())
        t.join(LIMIT)
        a.sendall(b"x")
        equal(receive(got[0], 1), b"x")


def check_flags():
    with listening() as server:
        a = stream()
        a.connect(server.getsockname())
        events(server, select.POLLIN)
        b, _ = server.accept()
        equal(os.get_blocking(b.fileno()), True)
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    equal(os.get_blocking(s.fileno()), False)


def check_end():
    a, b = pair()
    a.sendall(b"last")
    a.close()
    equal(receive(b, 4), b"last")
    equal(b.recv(1), b"")
    equal(events(b, select.POLLIN) & select.POLLIN, select.POLLIN)


def check_half_close():
    a, b = pair()
    a.sendall(b"question")
    a.shutdown(socket.SHUT_WR)
    equal(receive(b, 8), b"question")
    equal(b.recv(1), b"")
    b.sendall(b"answer")
    b.close()
    equal(receive(a, 6), b"answer")
    equal(a.recv(1), b"")


def check_reset():
    a, b = pair()
    a.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    a.close()
    events(b, select.POLLIN)
    fails(errno.ECONNRESET, b.recv, 1)


def check_close_unread():
    a, b = pair()
    b.sendall(b"never read")
    equal(events(a, select.POLLIN), select.POLLIN)
    a.close()
    events(b, select.POLLIN)
    fails(errno.ECONNRESET, b.recv, 1)


def check_write_after_close():
    a, b = pair()
    a.close()
    for _ in range(200):
        try:
            b.sendall(b"x" * 1000)
        except OSError as e:
            equal(e.errno in (errno.EPIPE, errno.ECONNRESET), True)
            return
        select.select([], [], [], 0.05)
    raise AssertionError("writes to nobody succeed for ever")


def check_options():
    s = stream()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, 3)
    equal(s.getsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY), 3)
    equal(s.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE), socket.SOCK_STREAM)
    equal(s.getsockopt(socket.SOL_SOCKET, socket.SO_DOMAIN), socket.AF_INET)
    equal(s.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN), 0)
    fails(errno.ENOPROTOOPT, s.setsockopt, socket.SOL_SOCKET, 12345, 1)
    with listening() as server:
        equal(server.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN), 1)


def check_receive_timeout():
    a, _b = pair()
    a.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO,
                 struct.pack("ll", 0, 50000))
    fails(errno.EAGAIN, a.recv, 1)


def check_back_pressure():
    a, b = pair()
    a.setblocking(False)
    data = os.urandom(1 << 16)
    sent = 0
    wait = select.poll()
    wait.register(a, select.POLLOUT)
    while wait.poll(500):  # it takes what there is room for, no more
        sent += a.send(data[sent % len(data):])
        if sent > 64 << 20:
            raise AssertionError("there is no end to what it takes")
    got = 0
    while got < sent:
        part = b.recv(1 << 16)
        at = got % len(data)
        equal(part, (data[at:] + data * (len(part) // len(data) + 1))[:len(part)])
        got += len(part)
    equal(events(a, select.POLLOUT), select.POLLOUT)
    equal(a.send(b"x"), 1)
    equal(receive(b, 1), b"x")


def check_both_ways():
    a, b = pair()
    data = os.urandom(BIG)
    sums = {}

    def read_all(s):
        h = hashlib.sha256()
        while part := s.recv(1 << 18):
            h.update(part)
        sums[s] = h.hexdigest()

    def write_all(s):
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)

    threads = [in_thread(f, s) for s in (a, b) for f in (read_all, write_all)]
    for t in threads:
        t.join(LIMIT)
    wanted = hashlib.sha256(data).hexdigest()
    equal([sums.get(a), sums.get(b)], [wanted, wanted])


def check_close_after_write():
    a, b = pair()
    data = os.urandom(300000)
    t = in_thread(lambda: (a.sendall(data), a.close()))
    select.select([], [], [], 0.1)
    equal(receive(b, len(data)), data)
    equal(b.recv(1), b"")
    t.join(LIMIT)


def check_epoll_edge():
    a, b = pair()
    e = select.epoll()
    e.register(b, select.EPOLLIN | select.EPOLLET)
    for i in range(50):
        a.sendall(b"x" * 100)
        got = 0
        while got < 100:
            equal(e.poll(LIMIT)[0][1], select.EPOLLIN)
            while True:
                try:
                    got += len(b.recv(1000, socket.MSG_DONTWAIT))
                except BlockingIOError:
                    break
    equal(e.poll(0), [])


def check_fork():
    a, b = pair()
    child = os.fork()
    if child == 0:
        b.close()
        a.sendall(b"from the child" * 10000)
        os._exit(0)
    a.close()
    equal(receive(b, 140000), b"from the child" * 10000)
    equal(b.recv(1), b"")  # only now both have closed
    os.waitpid(child, 0)


def check_accept_in_children():
    with listening() as server:
        children = []
        for _ in range(4):
            pid = os.fork()
            if pid == 0:
                for _ in range(5):
                    c, _ = server.accept()
                    c.sendall(b"%d" % os.getpid())
                    c.close()
                os._exit(0)
            children.append(pid)
        for _ in range(20):
            c = stream()
            c.connect(server.getsockname())
            equal(int(c.recv(100)) in children, True)
        for pid in children:
            equal(os.waitpid(pid, 0)[1], 0)


def check_many():
    with listening(128) as server:
        clients, served = [], []
        for i in range(100):
            c = stream()
            c.connect(server.getsockname())
            clients.append(c)
            served.append(server.accept()[0])
        for i, c in enumerate(clients):
            c.sendall(b"%04d" % i * 100)
        for i, s in enumerate(served):
            equal(receive(s, 400), b"%04d" % i * 100)
            s.sendall(b"%05d" % i)
        for i, c in enumerate(clients):
            equal(receive(c, 5), b"%05d" % i)


def check_burst():
    """More connections than are accepted, for a while."""
    with listening(64) as server:
        clients = [stream() for _ in range(60)]
        for c in clients:
            c.setblocking(False)
            c.connect_ex(server.getsockname())
        for _ in clients:
            s, _ = server.accept()
            s.sendall(b"x")
            s.close()
        for c in clients:
            c.setblocking(True)
            events(c, select.POLLIN)
            equal(c.recv(1), b"x")


# ---- datagrams ----

def check_datagrams():
    a, b = dgram(), dgram()
    for text in (b"one", b"", b"x" * 30000):
        equal(a.sendto(text, b.getsockname()), len(text))
        equal(b.recvfrom(1 << 16), (text, a.getsockname()))
    a.sendto(b"cut", b.getsockname())
    equal(b.recv(1), b"c")
    b.setblocking(False)
    fails(errno.EAGAIN, b.recv, 1)


def check_datagram_sources():
    server = dgram()
    clients = [dgram() for _ in range(20)]
    for c in clients:
        c.sendto(b"%d" % c.getsockname()[1], server.getsockname())
    for _ in clients:
        text, addr = server.recvfrom(100)
        equal(addr, (LOCAL, int(text)))
        server.sendto(b"re " + text, addr)
    for c in clients:
        equal(c.recvfrom(100), (b"re %d" % c.getsockname()[1],
                                server.getsockname()))


def check_connected_datagrams():
    a, b = dgram(), dgram()
    a.connect(b.getsockname())
    equal(a.getpeername(), b.getsockname())
    a.send(b"sent")
    os.write(a.fileno(), b"written")
    equal(b.recvfrom(100), (b"sent", a.getsockname()))
    equal(os.read(b.fileno(), 100), b"written")


def check_datagram_refused():
    a = dgram()
    a.connect(NOBODY)
    a.send(b"x")
    for _ in range(200):
        err = a.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if err:
            break
        select.select([], [], [], 0.02)
    equal(err, errno.ECONNREFUSED)


def check_datagram_flood():
    """A sender that is faster than who receives loses nothing but what UDP may
    lose, and what comes is whole."""
    a, b = dgram(), dgram()
    a.connect(b.getsockname())
    t = in_thread(lambda: [a.send(b"%06d" % i * 200) for i in range(2000)])
    last = -1
    b.settimeout(1)
    try:
        while True:
            text = b.recv(10000)
            equal(len(text), 1200)
            i = int(text[:6])
            equal(text, b"%06d" % i * 200)
            equal(i > last, True)
            last = i
    except TimeoutError:
        pass
    equal(last > 100, True)
    t.join(LIMIT)


def main():
    checks = [name[6:] for name in globals() if name.startswith("check_")]
    failed = 0
    socket.setdefaulttimeout(None)
    for name in sys.argv[1:] or checks:
        if os.environ.get("VERBOSE"):
            print(name, flush=True)
        try:
            globals()["check_" + name]()
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f"FAIL: {name}:", traceback.format_exc(limit=-2), flush=True)
    sys.exit(failed)


main()
