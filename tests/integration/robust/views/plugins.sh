# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Plug-ins that have no newstack, fail, crash, hang.
before=$(fds)
m="vumount -t vunetioth"
gone() { [ -z "$(stack_pid "$tmp/n")" ]; }

refuse "no such plug-in" "*no plug-in named*known:*null*" $m nonesuch "$tmp/n"
refuse "no newstack" "*no ioth_empty_newstack*" $m empty "$tmp/n"
refuse "newstack fails" "*Network is down*" $m refuser "$tmp/n"
refuse "newstack crashes" "*crashed*" $m crasher "$tmp/n"
until_true 3 gone || fail "a process of a failed mount is left"
[ ! -e "$tmp/n" ] || fail "the name of a failed mount is left"

# It hangs: others go on, and the one who waits can be interrupted.
for sig in INT TERM KILL; do
	$m mute "$tmp/n" &
	pid=$!
	until_true 5 test -n "$(stack_pid "$tmp/n")" || sleep 0.3
	start=$(now)
	alive "while newstack hangs"
	[ $(($(now) - start)) -lt 1000 ] || fail "a hanging newstack slows others"
	refuse "taken while it hangs" "*busy*" $m null "$tmp/n"
	refuse "not to be used while it hangs" "*" vustack "$tmp/n" true
	# background jobs of sh ignore SIGINT
	if [ $sig = INT ]; then
		kill -TERM $pid
	else
		kill -$sig $pid
	fi
	wait $pid && fail "a hanging mount, ended by $sig, gives 0"
	until_true 3 gone || fail "newstack hangs on after $sig"
	until_true 3 $m null "$tmp/n" || fail "the name stays taken after $sig"
	check "umount after $sig" vuumount "$tmp/n"
done

# delstack hangs: others go on; -f ends it.
check "mount" $m deaf "$tmp/n"
vuumount "$tmp/n" &
pid=$!
alive "while delstack hangs"
sleep 0.2
start=$(now)
check "force" vuumount -f "$tmp/n"
wait $pid
[ $(($(now) - start)) -lt 1000 ] || fail "umount -f waits for delstack"
until_true 5 gone || fail "the process whose delstack hangs lives on"
check "mount again" $m null "$tmp/n"
check "umount again" vuumount "$tmp/n"

# kill -9 of the process of a stack
check "mount" $m kernel "$tmp/n"
kill -9 "$(stack_pid "$tmp/n")"
until_true 3 gone
refuse "a dead stack" "*died*" vustack "$tmp/n" true
check "umount of the dead" vuumount "$tmp/n"
same_fds "after the plug-ins" $((before + 2)) # we are known now
