#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Sockets of an old plug-in are sockets (checks.py), whatever its descriptors
# tell, and whatever functions it has.
. "$(dirname "$0")/lib.sh"
need python3
enter_view
# the checks themselves: on the host's loopback
expect 0 "" timeout 60 python3 "$here/checks.py"

vu_insmod vunetioth || die "no module"
for options in "" ,pair ,pipe ,nothing ,delay=5 ,pair,delay=5 ,deaf,delay=5; do
	mount_old "$options" a
	expect 0 "" timeout 60 vustack -f inet $a python3 "$here/checks.py"
	unmount a
done

# with sockets of the kernel's beside them, in a name space (so that sockets are
# made in advance)
if unshare -n true 2>/dev/null; then
	mount_old ,netns a
	expect 0 "" timeout 60 vustack -f inet $a python3 "$here/checks.py"
	expect 0 "*LOOPBACK*" vustack -f netlink $a ip link
	unmount a
fi

# without addresses, datagrams have none
mapfile -t streams < <(sed -n '/^# ---- datagrams/q; s/^def check_\(.*\)():/\1/p' \
	"$here/checks.py")
[ ${#streams[@]} -gt 10 ] || die "the names of the checks: ${streams[*]}"
mount_old ,rw a
expect 0 "" timeout 60 vustack -f inet $a python3 "$here/checks.py" "${streams[@]}"
unmount a
finish
