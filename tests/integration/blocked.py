# SPDX-License-Identifier: GPL-2.0-or-later
"""blocked.py ADDRESS NOBODY - threads that wait in each kind of call on sockets
of the default stack, until it dies

ADDRESS is the stack's own, NOBODY one that does not answer. Says "ready" when
all wait, then, when all have ended, how; the input's end ends it.
"""
import errno
import select
import socket
import sys
import threading
import time

address, nobody = sys.argv[1:]
results = {}


def pair():
    with socket.create_server((address, 0)) as listener:
        left = socket.create_connection(listener.getsockname())
        return left, listener.accept()[0]


def fill(sock):
    sock.setblocking(False)
    try:
        while True:
            sock.send(bytes(65536))
    except BlockingIOError:
        sock.setblocking(True)


def do_write():
    left, right = pair()
    fill(left)
    return left, lambda: (left.send(bytes(1 << 20)), left.send(b"x"), right)


def do_poll():
    left, right = pair()
    poll = select.poll()
    poll.register(left, select.POLLIN | select.POLLRDHUP)

    def wait():
        events = poll.poll()[0][1]
        assert events & select.POLLIN and events & select.POLLHUP, events
        left.recv(1)
        return right
    return left, wait


def do_epoll():
    left, right = pair()
    epoll = select.epoll()
    epoll.register(left, select.EPOLLIN | select.EPOLLET)
    return left, lambda: (epoll.poll(), left.recv(1), right)


def do_select():
    left, right = pair()
    return left, lambda: (select.select([left], [], []), left.recv(1), right)


def do_read():
    left, right = pair()
    return left, lambda: (left.recv(1), right)


def do_connect():
    sock = socket.socket()
    return sock, lambda: sock.connect((nobody, 7))


def do_connect_poll():
    sock = socket.socket()
    sock.setblocking(False)
    sock.connect_ex((nobody, 7))
    poll = select.poll()
    poll.register(sock, select.POLLOUT)

    def wait():
        poll.poll()
        err = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        raise OSError(err, "")
    return sock, wait


def do_accept():
    sock = socket.create_server((address, 0))
    return sock, sock.accept


def do_datagram():
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((address, 0))
    return sock, lambda: sock.recvfrom(10)


def do_connected_datagram():
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.connect((nobody, 7))
    return sock, lambda: sock.recv(10)


def wait_in(name, wait):
    try:
        wait()
        results[name] = "returned"
    except OSError as error:
        results[name] = errno.errorcode.get(error.errno, str(error))


kinds = [name[3:] for name in list(globals()) if name.startswith("do_")]
threads, kept = [], []
for kind in kinds:
    sock, call = globals()["do_" + kind]()
    kept.append(sock)
    threads.append(threading.Thread(target=wait_in, args=(kind, call),
                                    daemon=True))
    threads[-1].start()
time.sleep(0.5)
assert not results, results
print("ready", flush=True)
for thread in threads:
    thread.join(2)
for kind in kinds:
    print(kind, results.get(kind, "still waits"))
for sock in kept:  # closing does no harm
    sock.close()
try:
    socket.socket()
except OSError as error:
    print("new", errno.errorcode[error.errno], flush=True)
