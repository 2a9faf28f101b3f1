#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# No stack can be put upon itself, however its names are moved.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/nesting.sh"
need ip ping python3
enter_view "$@"
outer_stacks
# its own name is taken, from inside too; so are others
expect 1 "vumount: /dev/net/a0: Device or resource busy *" on a0 \
	vumount -t vunetioth -o "udp://5001->10.0.0.2:5001" vdestack /dev/net/a0
expect 1 "vumount: /dev/net/a0: Invalid argument (a stack cannot be remounted)" \
	on b0 vumount -t vunetioth -o remount vdestack /dev/net/a0
# a stack is upon what its mounter had then, whatever the names are now
nest 1
on a1 vumount -M /dev/net/a0 /dev/net/x && on a1 vumount -M /dev/net/a1 /dev/net/a0 &&
	on a0 vumount -M /dev/net/x /dev/net/a1 || fail "no names changed"
reaches a0 10.1.0.2 || fail "not after the change of names: $(cat "$tmp/ping")"
reaches a1 10.0.0.2 || fail "the outer one: $(cat "$tmp/ping")"
vumount -M /dev/net/a1 /dev/net/x && vumount -M /dev/net/a0 /dev/net/a1 &&
	vumount -M /dev/net/x /dev/net/a0

# a name that went with -l can be mounted from inside of what it stood for
talk vustack /dev/net/a0 bash -c 'echo ready; while read -r line; do
	eval "$line" >/dev/null 2>&1; echo $?; done'
vuumount /dev/net/a1 && vuumount /dev/net/b1 || fail "no umount"
# keeps it alive
start keeper vustack /dev/net/a0 python3 -c 'import socket, time
s = socket.socket(); print("ready", flush=True); time.sleep(60)'
until_true grep -q ready "$tmp/keeper" || fail "no socket"
vuumount -l /dev/net/a0 || fail "no umount -l"
say 'vumount -t vunetioth -o "udp://5000->10.0.0.2:5000" vdestack /dev/net/a0'
[ "$answer" = 0 ] || fail "no mount inside the old one: $answer"
nest_one b0 b1 "udp://5000->10.0.0.1:5000" 10.1.0.2/24
on a0 sh -c "ip link set vde0 up; ip addr add 10.1.0.1/24 dev vde0"
reaches a0 10.1.0.2 || fail "new upon old: $(cat "$tmp/ping")"
hang_up
vuumount /dev/net/a0 && vuumount /dev/net/b1 || fail "no umount of the new one"
end_started

# the session's default, upon which all stacks are put that are mounted later,
# is not upon itself, nor is what a wire of it starts
cat >"$tmp/wire.py" <<'END'
import os, socket, struct, sys
def whose():
    s = socket.socket()
    return struct.unpack("Q", s.getsockopt(socket.SOL_SOCKET, 71, 8))[0]
here = int(sys.argv[2])
with open(sys.argv[1], "a") as out:
    while True: # a frame comes from the stack
        if not os.read(0, 4096): break
        print("same" if whose() == here else "other", file=out, flush=True)
END
host=$(python3 -c 'import socket, struct
print(struct.unpack("Q", socket.socket().getsockopt(socket.SOL_SOCKET, 71, 8))[0])')
vumount -t vunetioth -o "cmd://python3 $tmp/wire.py $tmp/wire.out $host" vdestack \
	/dev/net/default || fail "no default with a program as a wire"
ip link set vde0 up # a frame, of IPv6
ip addr add 10.7.0.1/24 dev vde0
ping -c 1 -W 1 10.7.0.2 >/dev/null 2>&1
until_true test -s "$tmp/wire.out" || fail "no frame reached the wire"
grep -q other "$tmp/wire.out" && fail "the default's wire goes through itself"
# what is mounted now is upon the default
vumount -t vunetioth -o "udp://5000->10.7.0.2:5000" vdestack /dev/net/upon ||
	fail "no stack upon the default"
expect 1 "vuumount: /dev/net/default: in use *" vuumount /dev/net/default
vuumount /dev/net/upon
expect 0 "" timeout 10 vuumount /dev/net/default
finish
