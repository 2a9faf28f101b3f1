#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Guests and stacks that are killed; sockets keep the stack as long as they are
# open, no longer; nothing is left of them; an idle stack uses no time.
. "$(dirname "$0")/lib.sh"
need python3
enter_view
vu_insmod vunetioth || die "no module"
listen='import socket; s = socket.socket(); s.bind(("127.0.0.1", 7)); s.listen()'
descriptors() { ls "/proc/$pid/fd" | wc -l; }
descriptors_are() { [ "$(descriptors)" = "$1" ]; }
cpu() { awk '{ print $14 + $15 }' "/proc/$pid/stat"; }

# talk_to PYTHON: at the other end of a connection; $answer is what it first says
server() {
	talk vustack -f inet $a python3 -uc "$listen
print('ready')
c = s.accept()[0]
print('accepted')
try:
	n = 0
	while d := c.recv(65536): n += len(d)
	print('end', n)
except OSError as e: print(e.strerror)
input()"
	[ "$answer" = ready ] || fail "server: $answer"
}
client() {
	start client vustack -f inet $a python3 -uc '
import socket, time
s = socket.socket(); s.connect(("127.0.0.1", 7))
'"$1"
	client_pid=${started[-1]}
	read -r -t 20 answer <&"$talk_in"
	[ "$answer" = accepted ] || fail "server: $answer"
}
hears() {
	read -r -t 20 answer <&"$talk_in"
	[ "$answer" = "$1" ] || fail "$2: the peer hears '$answer', not '$1'"
}

for options in "" ,pair ,nothing; do
	mount_old "$options" a
	pid=$(stack_pid $a)
	expect 0 "" old a python3 -c "$listen" # the pump has been started
	until_true descriptors_are $((before = $(descriptors)))

	# a guest that is killed: all that it wrote arrives, then the end
	server
	client 's.sendall(b"x" * 100000); time.sleep(99)'
	sleep 0.2
	expect 1 "*in use*" vuumount $a
	kill -9 "$client_pid"
	hears "end 100000" "$options: guest killed"
	hang_up

	# with data unread: reset
	server
	client 'time.sleep(99)'
	kill -9 "$talk_pid"
	wait "$talk_pid" 2>/dev/null
	kill "$client_pid"
	wait "$client_pid" 2>/dev/null

	# a sender that is killed while nobody reads
	talk vustack -f inet $a python3 -uc "$listen
c = s.accept; print('ready'); c = s.accept()[0]; print('accepted')
input()
n = 0
while d := c.recv(65536): n += len(d)
print(n)"
	client 's.sendall(b"x" * 10000000)'
	sleep 0.3
	kill -9 "$client_pid"
	say go
	[ "$answer" -gt 60000 ] || fail "$options: of what was sent came $answer"
	hang_up

	# nothing is left
	until_true descriptors_are "$before" ||
		fail "$options: descriptors: $before before, $(descriptors) after"

	# an idle connection; only without anything to poll it takes some time
	server
	client 'time.sleep(99)'
	sleep 0.5
	used=$(cpu)
	sleep 2
	used=$(($(cpu) - used))
	[ "$options" = ,nothing ] || [ "$used" = 0 ] ||
		fail "$options: idle for 2 s takes $used ticks"
	[ "$used" -lt 20 ] || fail "$options: idle for 2 s takes $used ticks"

	# the stack is killed
	kill -9 "$pid"
	hears "Connection reset by peer" "$options: stack killed"
	hang_up
	end_started
	unmount a
done

# umount -f ends connections, and everything else
mount_old "" a
server
client 'time.sleep(99)'
expect 0 "" vuumount -f $a
hears "Connection reset by peer" "umount -f"
hang_up
end_started

# a plug-in whose connect waits, O_NONBLOCK or not: others go on meanwhile
mount_old ,deaf,delay=3000 a
start slow vustack -f inet $a python3 -c '
import socket
s = socket.socket(); s.setblocking(False); s.connect_ex(("127.0.0.1", 7))'
slow=${started[-1]}
sleep 0.3
expect 0 "" old a python3 "$here/checks.py" datagrams datagram_sources
kill -0 "$slow" 2>/dev/null || fail "the slow connect was not slow"
end_started
unmount a
finish
