#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Composites: bad options, parts that go, composites that go.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/choosing.sh"
need python3
enter_view "$@"
two_stacks
learn_names

# refuse OPTIONS WHY
refuse() {
	expect 1 "vumount: $c: $2" vumount -t vunetioth -o "$1" composite $c
	[ "$(wc -l <<<"$output")" = 1 ] || fail "$1: more than a line"
	expect 1 "" test -e $c
}
word="no such word (*) or no =)"
refuse "" "Invalid argument (a composite needs parts *)"
refuse "tpc=$a" "Invalid argument (option \"tpc=$a\": $word"
refuse "tcp" "Invalid argument (option \"tcp\": $word"
refuse "tcp5=$a" "Invalid argument (option \"tcp5=$a\": $word"
refuse "=$a" "Invalid argument (option \"=$a\": $word"
refuse "ip=$a" "Invalid argument (option \"ip=$a\": $word"
refuse "unix=$a" "Invalid argument (option \"unix=$a\": $word"
refuse "0=$a" "Invalid argument (option \"0=$a\": $word"
refuse "64=$a" "Invalid argument (option \"64=$a\": $word"
refuse "tcp=$a,tcp=$b" "Invalid argument (option \"tcp=$b\": given twice)"
refuse "inet=none,inet=$b" "Invalid argument (option \"inet=$b\": given twice)"
refuse "2=$a,inet=$a" "Invalid argument (option \"inet=$a\": given twice)"
refuse "all=$a,all=host" "Invalid argument (option \"all=host\": given twice)"
refuse "tcp=$a,mode=99" "Invalid argument (option \"mode=99\": bad number)"
refuse "tcp=" "No such file or directory (option \"tcp=\": no such stack)"
refuse "tcp=/dev/net/no" "No such file * (option \"tcp=/dev/net/no\": no such stack)"
refuse "tcp=HOST" "No such file or directory (*: no such stack)"
refuse "tcp=/etc/passwd" "Operation not supported (*: not a stack)"
refuse "tcp=/dev/$(printf 'x%.0s' {1..300})" "File name too long (*"
refuse "tcp=$a,vde:///tmp/sw" "Invalid argument (*no interfaces*)"
refuse "tcp=$a,offer=$tmp/offer" "Invalid argument (*no offer*)"
# a cycle needs a part that is not there yet, or a name that is taken
refuse "tcp=$c" "No such file or directory (option \"tcp=$c\": no such stack)"
compose $c tcp=$a
compose /dev/net/d udp=$c
expect 1 "vumount: $c: Device or resource busy *" \
	vumount -t vunetioth -o udp=/dev/net/d composite $c
expect 1 "vumount: $c: Device or resource busy*" vumount -M /dev/net/d $c
# names don't matter once it is made: no cycle by moving them
vumount -M $c /dev/net/e && vumount -M /dev/net/d $c || fail "no move"
belongs $c "udp4=EPROTONOSUPPORT tcp4=EPROTONOSUPPORT"
belongs /dev/net/e "tcp4=a"
vuumount $c && vuumount /dev/net/e || fail "no umount"

# a part is in use as long as the composite is
compose $c tcp=$a,udp=$b
expect 1 "vuumount: $a: *part of a composite stack*" vuumount $a
belongs $c "tcp4=a udp4=b"
# by force it goes; the others go on
vuumount -f $b || fail "no umount -f"
belongs $c "tcp4=a udp4=ENODEV"
kill -KILL "$(stack_pid $a)"
until_true vustack $c python3 -c 'import errno, socket, sys
try: socket.socket()
except OSError as e: sys.exit(e.errno != errno.ENODEV)
sys.exit(1)' || fail "a dead part goes on"
refuse_dead=$(vumount -t vunetioth -o tcp=$a composite /dev/net/d 2>&1)
[[ $refuse_dead == *"No such device (option \"tcp=$a\": "* ]] ||
	fail "a dead part: $refuse_dead"
vuumount $a && vuumount $c || fail "no umount of the dead"

# the end of a composite: its processes don't fall back to the host's network
stack a "switch://$tmp/sw"
stack b "vde://$tmp/sw"
for how in "" -f; do
	compose $c tcp=$a,udp=$b
	talk vustack $c python3 -c '
import errno, os, socket
while True:
    try: socket.socket(); print("socket", flush=True)
    except OSError as e: print(errno.errorcode[e.errno], flush=True)
    input()'
	[ "$answer" = socket ] || fail "said $answer"
	# shellcheck disable=SC2086
	vuumount $how $c || fail "vuumount $how: composite"
	say again
	[ "$answer" = ENODEV ] || fail "after vuumount $how: $answer"
	vuumount $a && vuumount $b || fail "its parts are not free"
	hang_up
	stack a "switch://$tmp/sw"
	stack b "vde://$tmp/sw"
done
# only a name is gone with -l
learn_names
compose $c tcp=$a,udp=$b
talk vustack $c python3 -c '
import os, subprocess, sys
while True:
    subprocess.run([sys.executable, sys.argv[1], "tcp4", "udp4"])
    input()' "$whose"
vuumount -l $c || fail "no umount -l"
expect 1 "" test -e $c
say again
[ "$answer" = "tcp4=a udp4=b" ] || fail "after vuumount -l: $answer"
hang_up
until_true vuumount $a || fail "its part is not free"
finish
