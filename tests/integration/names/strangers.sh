#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Mounts are for root and for whoever started the view: a stranger in it mounts,
# binds, moves and unmounts nothing, and loads no module, but uses what is there.
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || skip "only root can be several users"
need setpriv
stranger=(setpriv --reuid 1001 --regid 1001 --clear-groups)
"${stranger[@]}" test -x "$VU_BUILD/bin/vumount" ||
	skip "another user cannot reach $VU_BUILD"
enter_view

vu_insmod vunetioth || die "no module"
chmod 777 "$tmp"
vumount -t vunetioth null $a || die "no stack"
denied="*: Operation not permitted*"
expect 1 "vumount: $b$denied" "${stranger[@]}" vumount -t vunetioth null $b
expect 1 "vumount: $tmp/n$denied" "${stranger[@]}" \
	vumount -t vunetioth null "$tmp/n"
expect 1 "vumount: $b$denied" "${stranger[@]}" vumount --bind $a $b
expect 1 "vumount: $b$denied" "${stranger[@]}" vumount --move $a $b
for how in "" -f -l; do
	# shellcheck disable=SC2086
	expect 1 "vuumount: $a$denied" "${stranger[@]}" vuumount $how $a
done
expect 1 "vu_rmmod: vunetioth$denied" "${stranger[@]}" vu_rmmod vunetioth
[ -e $b ] || [ -e "$tmp/n" ] && fail "a name that was refused is there"
# it is there still, and the stranger's to use
expect 0 "*null on $a *" bash -c "grep $a /proc/mounts | sed 's/ / on /'"
expect 0 "$a*" "${stranger[@]}" ls $a
expect 0 "" "${stranger[@]}" vustack $a true
expect 0 "" vuumount $a
finish
