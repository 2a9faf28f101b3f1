# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# No descriptors left: in a guest, in the session.
vumount -t vunetioth vdestack "$tmp/n" || skip "no vdestack here"
check "open" vustack "$tmp/n" open 10
before=$(fds)
said=$(vustack "$tmp/n" sh -c 'ulimit -n 40; open fill')
[ "$said" = EMFILE ] || fail "a guest without descriptors: $said"
same_fds "after a guest had none" $((before + 18))

# The supervisor: nobody may fall back to the host's network.
prlimit --pid "$SUPERVISOR" --nofile=3:
said=$(vustack "$tmp/n" open 1 2>&1)
case $said in
*ok*) fail "a socket, although umvu has no descriptors" ;;
esac
vumount -t vunetioth null "$tmp/x" 2>/dev/null &&
	fail "a mount, although umvu has no descriptors"
prlimit --pid "$SUPERVISOR" --nofile=4096:
check "once there are some" vustack "$tmp/n" open 10
alive "once there are descriptors"
same_fds "after the session had none" $((before + 18))
