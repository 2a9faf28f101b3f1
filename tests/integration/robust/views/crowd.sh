# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# 1,000 guests start and die at once, each with a socket of its stack.
vumount -t vunetioth vdestack "$tmp/n" || skip "no vdestack here"
check "a first" vustack "$tmp/n" crowd 10
before=$(fds)
start=$(now)
check "1,000 at once" vustack "$tmp/n" crowd 1000
echo "1,000 guests: $(($(now) - start)) ms"
check "1,000 at once while the stack is stopped" \
	vustack "$tmp/n" crowd 1000 "$(stack_pid "$tmp/n")"
same_fds "after the crowd" $((before + 18))
check "umount" vuumount "$tmp/n"
