# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# A signal every millisecond, on a stack of each kind. ROBUST_STORM: seconds of
# each storm.
storms() {
	check "lo" vustack "$tmp/n" ip link set lo up
	check "use" vustack "$tmp/n" storm 1 restart sockets "$tmp"
	before=$(fds) # with the pool of sockets
	for mode in interrupt restart; do
		for what in sockets datagrams; do
			check "$1: $what, $mode" vustack "$tmp/n" \
				storm "${ROBUST_STORM:-3}" $mode $what "$tmp"
		done
	done
	same_fds "$1: after the storms" $((before + 18))
	check "umount" until_true 5 vuumount "$tmp/n"
}
for plugin in vdestack lwip; do
	if vumount -t vunetioth $plugin "$tmp/n"; then
		storms $plugin
	else
		echo "no $plugin here: left out"
	fi
done
before=$(fds)
for mode in interrupt restart; do
	check "mounts, $mode" timeout 30 \
		storm "${ROBUST_STORM:-3}" $mode mounts "$tmp"
done
same_fds "after the mounts" "$before"
alive "after the storms"
[ -z "$(stack_pid "$tmp/storm")" ] || fail "a stack process is left"
