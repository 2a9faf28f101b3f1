# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Whoever loses its parent keeps its stack.
vumount -t vunetioth vdestack "$tmp/n" || skip "no vdestack here"
check "use" vustack "$tmp/n" open 100
before=$(fds)
# In a group of their own: it is what orphans of the unknown go by.
check "orphans" setsid -w vustack "$tmp/n" orphans
same_fds "after the orphans" $((before + 18)) # as many as may wait in the pool
