# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# A signal every millisecond. ROBUST_STORM: seconds of each of four storms.
vumount -t vunetioth vdestack "$tmp/n" || skip "no vdestack here"
check "lo" vustack "$tmp/n" ip link set lo up
check "use" vustack "$tmp/n" storm 1 restart sockets "$tmp"
before=$(fds)
for mode in interrupt restart; do
	check "sockets, $mode" vustack "$tmp/n" \
		storm "${ROBUST_STORM:-3}" $mode sockets "$tmp"
	check "mounts, $mode" timeout 30 \
		storm "${ROBUST_STORM:-3}" $mode mounts "$tmp"
done
same_fds "after the storms" $((before + 18)) # the pool
alive "after the storms"
check "umount" vuumount "$tmp/n"
[ -z "$(stack_pid "$tmp/storm")" ] || fail "a stack process is left"
