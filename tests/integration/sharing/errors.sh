#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Offers: bad options, what may be in their way, where nothing is offered.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/views.sh"
need python3
enter_view "$@"
vu_insmod vunetioth

# refuse OPTIONS SOURCE WHY
refuse() {
	expect 1 "vumount: $a: $3" vumount -t vunetioth -o "$1" "$2" $a
	[ "$(wc -l <<<"$output")" = 1 ] || fail "$1: more than a line"
	expect 1 "" test -e $a
}
refuse "offer=" null "Invalid argument (option \"offer=\": no path)"
refuse "offer=$tmp/x,offer=$tmp/y" null \
	"Invalid argument (option \"offer=$tmp/y\": given twice)"
refuse "offer-mode=600" null "Invalid argument (offer-mode= without offer=)"
refuse "offer=$tmp/x,offer-mode=1777" null \
	"Invalid argument (option \"offer-mode=1777\": bad number)"
refuse "offer=$tmp/x,offer-mode=rw" null "Invalid argument (*: bad number)"
refuse "offer=$tmp/x,offer-mode=600,offer-mode=600" null \
	"Invalid argument (*: given twice)"
refuse "offer=$tmp/$(printf 'x%.0s' {1..108})" null "File name too long (offer=*)"
refuse "offer=$tmp/no/x" null "No such file or directory (offer=$tmp/no/x)"
[ ! -e "$tmp/x" ] || fail "an offer of a stack that was not mounted"
# what is in the way stays
echo mine >"$tmp/file"
refuse "offer=$tmp/file" null "File exists (offer=$tmp/file: a file is there)"
[ "$(cat "$tmp/file")" = mine ] || fail "the file in the way is not what it was"
ln -s nowhere "$tmp/link"
refuse "offer=$tmp/link" null "File exists (*: a file is there)"
[ -L "$tmp/link" ] || fail "the link in the way has gone"
vumount -t vunetioth -o "offer=$tmp/o" null $b || fail "no offer"
refuse "offer=$tmp/o" null \
	"Address already in use (offer=$tmp/o: another stack is offered there)"
[ -S "$tmp/o" ] || fail "the offer in the way has gone"
# a server that accepts nobody, and whose queue is full, is one, too
cat >"$tmp/full.py" <<'END'
import socket, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.bind(sys.argv[1])
s.listen(0)
held = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
held.connect(sys.argv[1])
print("ready", flush=True)
time.sleep(60)
END
start full python3 "$tmp/full.py" "$tmp/full.sock"
until_true grep -q ready "$tmp/full" || die "no full server"
refuse "offer=$tmp/full.sock" null "Address already in use *"
refuse mode=600 "$tmp/full.sock" "Resource temporarily unavailable (too many *)"
end_started
# one whose server has gone is replaced
vumount -t vunetioth -o "offer=$tmp/full.sock" null $a || fail "a stale socket"
expect 0 "" vuumount $a
expect 1 "" test -e "$tmp/full.sock"

# where nothing is offered, or not to us
for options in if=vde:// vde:///tmp/sw foo offer=/tmp/x; do
	refuse $options "$tmp/o" "Invalid argument (a stack that another session *"
done
refuse mode=600 "$tmp/o,foo" "*"
refuse mode=600,mode=600 "$tmp/o" "Invalid argument (*: given twice)"
refuse mode=600 ./o "Invalid argument (an offer is an absolute path)"
refuse mode=600 "$tmp/nothing" "No such file or directory (no stack is offered *)"
refuse mode=600 "$tmp/file" "Connection refused (no stack is offered there)"
refuse mode=600 "$tmp" "Connection refused (no stack is offered there)"
refuse mode=600 "/$(printf 'x%.0s' {1..108})" "File name too long*"
# our own: another name does that, and a session must not keep itself alive
refuse mode=600 "$tmp/o" "Too many levels of symbolic links (it is a stack of this view *)"
expect 0 "" vuumount $b
expect 1 "" test -e "$tmp/o"
# a server that is none of ours: silent, garbage, gone at once
cat >"$tmp/odd.py" <<'END'
import socket, struct, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.bind(sys.argv[1])
s.listen()
print("ready", flush=True)
while True:
    c, _ = s.accept()
    c.recv(20000)
    if sys.argv[2] == "garbage":
        c.send(b"garbage")
    elif sys.argv[2] == "errno":
        c.send(struct.pack("=Ii4iI", 1, -100000, 0, 0, 0, 0, 0))
    elif sys.argv[2] == "users":
        c.send(struct.pack("=Ii4iI", 0, 7, 0, 0, 0, 0, 0))
        time.sleep(0.1)
    c.close()
END
for how in garbage errno users close; do
	start $how python3 "$tmp/odd.py" "$tmp/$how.sock" $how
	until_true grep -q ready "$tmp/$how" || die "no server for $how"
	refuse mode=600 "$tmp/$how.sock" "*"
done
# a silent one is waited for, as long as somebody waits
cat >"$tmp/silent.py" <<'END'
import socket, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.bind(sys.argv[1]); s.listen(); print("ready", flush=True)
c, _ = s.accept(); print("accepted", flush=True); time.sleep(60)
END
start silent python3 "$tmp/silent.py" "$tmp/silent.sock"
until_true grep -q ready "$tmp/silent" || die "no silent server"
start waits vumount -t vunetioth "$tmp/silent.sock" $a
until_true grep -q accepted "$tmp/silent" || fail "not connected"
expect 1 "vustack: $a: the stack has died*" vustack $a true
end_started
until_true is_gone $a || fail "the mount that nobody waits for stays"
finish
