#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# umvu killed: guests go on, what umvu did for them fails with ENOSYS; stack
# processes end.
. "$(dirname "$0")/../lib.sh"

mkfifo "$tmp/go"
umvu -N bash -c "vu_insmod vunetioth
	vumount -t vunetioth "$VU_PLUGIN" $a
	exec python3 -u -c '
import errno, os, socket
def call(f):
    try:
        f()
        return \"worked\"
    except OSError as e:
        return errno.errorcode[e.errno]
with open(\"$tmp/out\", \"w\") as out:
    print(\"ready\", call(socket.socket), file=out, flush=True)
    go = os.open(\"$tmp/go\", os.O_RDONLY)
    os.read(go, 1)
    print(\"socket\", call(socket.socket), file=out)
    print(\"again\", call(socket.socket), file=out)
    print(\"fork\", os.waitpid(os.fork() or os._exit(5), 0)[1] >> 8, file=out)
    print(\"pipe\", call(os.pipe), file=out)
'" &
front=$!
until_true grep -q ready "$tmp/out" || die "guest did not start"
supervisor=$(pgrep -P $front)
[ "$supervisor" ] || die "no supervisor"
kill -KILL "$supervisor"
until_true has_ended "$supervisor"
wait $front
status=$?
[ $status = 125 ] || fail "front: status $status"
echo go >"$tmp/go"
until_true grep -q pipe "$tmp/out"
expect 0 "ready worked
socket ENOSYS
again ENOSYS
fork 5
pipe worked" cat "$tmp/out"
nothing_left
finish
