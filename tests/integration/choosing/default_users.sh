#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Who may not use the session's default has no network, rather than the host's.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/choosing.sh"
need python3 setpriv
[ "$(id -u)" = 0 ] || skip "needs several users, so root"
enter_view "$@"
chmod 755 "$tmp"
cp "$whose" "$tmp/whose.py" && chmod 755 "$tmp/whose.py" && whose=$tmp/whose.py
WHOSE="$(python3 "$whose" -c udp4)=host"
vu_insmod vunetioth
vumount -t vunetioth -o mode=600 vdestack /dev/net/default
WHOSE+=" $(python3 "$whose" -c udp4)=default"
export WHOSE
nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"
mine "tcp4=default"
expect 0 "tcp4=EACCES netlink=EACCES unix=host" \
	$nobody python3 "$whose" tcp4 netlink unix
# who has chosen another one before is not concerned
vumount -t vunetioth -o mode=666 vdestack /dev/net/other
expect 0 "tcp4=[0-9]* netlink=[0-9]*" \
	$nobody vustack /dev/net/other python3 "$whose" tcp4 netlink
chmod 666 /dev/net/default
expect 0 "tcp4=default netlink=default" $nobody python3 "$whose" tcp4 netlink
finish
