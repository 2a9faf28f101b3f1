#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Names seen from another root, another mount name space, through bind mounts.
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || skip "only root may mount"
need unshare chroot
unshare -m true 2>/dev/null || skip "no mount name spaces here"
# mounts of the test itself are seen by nobody else
[ "${VU_TEST_NS-}" ] || VU_TEST_NS=1 exec unshare -m "$0" "$@"
enter_view

vu_insmod vunetioth
mkdir -p "$tmp"/jail/{d,proc} "$tmp/other"
for folder in usr bin lib lib64; do
	[ -d /$folder ] || continue
	mkdir "$tmp/jail/$folder"
	mount --bind /$folder "$tmp/jail/$folder" || die "no bind mount"
done
vumount -t vunetioth null "$tmp/jail/d/n" || die "no stack"
vumount -t vunetioth null "$tmp/other/n" || die "no stack"

jailed() {
	env -u LD_PRELOAD chroot "$tmp/jail" "$@"
}
expect 0 /d/n jailed stat -c %n /d/n
expect 0 /../d/n jailed stat -c %n /../d/n
expect 0 n jailed ls /d
expect 0 n jailed sh -c 'cd d && ls ../../../d'
expect 0 n jailed sh -c 'cd d && stat -c %n n'
expect 1 "*No such file*" jailed stat /other/n
expect 1 "*No such file*" jailed stat "$tmp/other/n"
expect 1 "*No such file*" jailed cat /proc/mounts
jailed ln -s /d/n link
expect 0 /link jailed stat -L -c %n /link
expect 1 "*No such file*" stat -L "$tmp/jail/link"

# bind mounts, here and in a name space of its own
unshare -m bash -c '
	mount --bind "$1/other" "$1/jail/d" && cd "$1/jail" &&
	stat -c %n d/n && ls d && stat -c %n "$1/jail/d/../d/n" &&
	mount -t tmpfs none "$1/other" && ! stat "$1/other/n"' \
	bash "$tmp" >"$tmp/got" 2>&1 ||
	fail "in a mount name space: $(cat "$tmp/got")"
expect 0 "$tmp/other/n" ls "$tmp/other/n"
unshare -m bash -c '
	mount -t tmpfs none "$1" && mkdir -p "$1/other" && ! stat "$1/other/n" &&
	cd "$1/other" && ! stat n && ls && ! ls | grep .' bash "$tmp" \
	>"$tmp/got" 2>&1 ||
	fail "a name shows where another folder lies: $(cat "$tmp/got")"
unshare -m bash -c '
	mkdir "$1/b" && mount --rbind "$1/jail" "$1/b" && cd "$1" &&
	stat -c %n b/d/n && ls b/d | grep -q n &&
	env -u LD_PRELOAD chroot b stat -c %n /d/n' \
	bash "$tmp" >"$tmp/got" 2>&1 ||
	fail "through a bind mount: $(cat "$tmp/got")"

# the table of a process in a jail has what is in the jail
unshare -m bash -c '
	mount -t proc none "$1/jail/proc" &&
	env -u LD_PRELOAD chroot "$1/jail" cat /proc/mounts' bash "$tmp" \
	>"$tmp/got" 2>&1
grep -q '^null /d/n vunetioth' "$tmp/got" || fail "jail: $(cat "$tmp/got")"
grep -q other "$tmp/got" && fail "jail: lists what is outside"
# a pid name space with a /proc of its own
unshare -mpf --mount-proc cat /proc/self/mountinfo >"$tmp/got" 2>&1
grep -q "other/n rw - vunetioth" "$tmp/got" || fail "pid name space: $(cat "$tmp/got")"

# a file system that is read-only
mkdir "$tmp/ro" && mount -t tmpfs -o ro none "$tmp/ro" && {
	vumount -t vunetioth null "$tmp/ro/n"
	expect 0 n ls "$tmp/ro"
	expect 0 e1ff stat -c %f "$tmp/ro/n"
	expect 0 "" chmod 700 "$tmp/ro/n"
	expect 0 "" vuumount "$tmp/ro/n"
	umount "$tmp/ro"
}
finish
