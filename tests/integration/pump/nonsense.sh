#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A plug-in that returns what it must not (nonsense.c): its process lives on, and
# does not spin; guests get errors, or data that are none.
. "$(dirname "$0")/lib.sh"
need python3
enter_view
vu_insmod vunetioth || die "no module"
vumount -t vunetioth nonsense $a || die "no stack"
pid=$(stack_pid $a)

expect 0 "" timeout 60 vustack -f inet $a python3 -c '
import errno, select, socket, struct
def connected(port, kind=socket.SOCK_STREAM):
	s = socket.socket(socket.AF_INET, kind)
	s.settimeout(0.3)
	s.connect(("127.0.0.1", port))
	return s
def outcome(call, *args):
	try: return call(*args)
	except OSError as e: return type(e).__name__ if e.errno is None else errno.errorcode.get(e.errno)
def expect(got, *wanted):
	if got not in wanted: raise SystemExit(f"{got!r}, not one of {wanted}")
expect(outcome(connected, 1), "EIO")
for kind in socket.SOCK_STREAM, socket.SOCK_DGRAM:
	stream = kind == socket.SOCK_STREAM
	s = connected(2, kind) # more read than asked for
	expect(outcome(s.recv, 10), *(["ECONNRESET"] if stream else ["TimeoutError"]))
	if stream:
		expect(s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), errno.EIO)
	s = connected(4, kind) # more written than given
	outcome(s.send, b"x")
	expect(outcome(s.recv, 10), *(["ECONNRESET"] if stream else ["TimeoutError"]))
	s = connected(6, kind) # nothing written
	outcome(s.send, b"x" * 1000)
	expect(outcome(s.recv, 10), "TimeoutError")
	s = connected(8, kind) # no errno
	expect(outcome(s.recv, 10), *(["ECONNRESET"] if stream else ["TimeoutError"]))
	s = connected(10, kind) # lengths
	expect(s.recv(100) != b"", True)
	if not stream:
		expect(s.recvmsg(100, 1000)[1], [])
	expect(len(s.getsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, 1000)) <= 1000, True)
	outcome(s.getpeername)
	s = connected(12, kind) # EINTR
	expect(outcome(s.recv, 10), "TimeoutError")
	outcome(s.send, b"x")
s = socket.socket() # accept returns the listening socket
s.listen()
s.settimeout(0.3)
expect(outcome(s.accept), "TimeoutError")
s.close()
'
kill -0 "$pid" || fail "its process has died"
used=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
[ "$used" -lt 100 ] || fail "its process has used $used ticks"
unmount a

# It waits although it must not: the stack hangs, the session does not, and -f
# ends it.
vumount -t vunetioth nonsense $a || die "no second stack"
mount_old "" b
start hangs timeout 60 vustack -f inet $a python3 -c '
import socket
s = socket.socket(); s.connect(("127.0.0.1", 14))
s.getsockname()'
sleep 0.5
expect 0 "" old b python3 "$here/checks.py" talk datagrams
expect 0 "" timeout 30 vuumount -f $a
end_started
unmount b
finish
