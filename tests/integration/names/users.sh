#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Several users in one view that root started: who may do what to a name.
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || skip "only root can be several users"
need setpriv unshare
enter_view

vu_insmod vunetioth
chmod 755 "$tmp"
cd "$tmp" || exit
vumount -t vunetioth -o mode=640,uid=1001,gid=2002 null n || die "no stack"


# who may what: owner rw, group r, others nothing
may() {
	local want=$1 got= mode

	shift
	for mode in r w x; do
		"$@" test -$mode n && got+=$mode
	done
	[ "$got" = "$want" ] || fail "$*: may '$got', not '$want'"
}
owner=(setpriv --reuid 1001 --regid 9999 --clear-groups)
member=(setpriv --reuid 1002 --regid 9999 --groups 3,2002,4)
group=(setpriv --reuid 1002 --regid 2002 --clear-groups)
other=(setpriv --reuid 1002 --regid 9999 --groups 3,4)
many=(setpriv --reuid 1002 --regid 9999 --groups "$(seq -s, 100 1000),2002")
too_many=(setpriv --reuid 1002 --regid 9999 --groups "$(seq -s, 100 1000)")
capable=(setpriv --reuid 1002 --regid 9999 --clear-groups
	--inh-caps +dac_override --ambient-caps +dac_override)
weak=(setpriv --bounding-set -all --inh-caps -all)
nested=("${other[@]}" unshare -Ur)
may rw "${owner[@]}"
may r "${member[@]}"
may r "${group[@]}"
may "" "${other[@]}"
may r "${many[@]}"
may "" "${too_many[@]}"
may "" "${capable[@]}" # access(2) looks at the real user
expect 1 "*No such device or address" "${capable[@]}" cat n
may rw env
chmod 750 n
may rwx "${owner[@]}"
may rwx env
chmod 640 n
if "${nested[@]}" true 2>/dev/null; then
	may "" "${nested[@]}"
	"${nested[@]}" chmod 777 n 2>/dev/null &&
		fail "root of a user name space of its own changes the mode"
fi
"${weak[@]}" true && may "" "${weak[@]}" 

# utime COMMAND...: sets a time, which touch(1) does not try if it cannot open
utime() {
	"$@" python3 -S -c 'import os; os.utime("n", (5, 5))' 2>&1 |
		tail -n 1
}

denied="*Operation not permitted"
expect 1 "$denied" "${other[@]}" chmod 777 n
expect 1 "$denied" "${member[@]}" chmod 777 n
expect 1 "$denied" "${other[@]}" chown 1002 n
expect 1 "$denied" "${owner[@]}" chown 1002 n
expect 1 "$denied" "${owner[@]}" chgrp 2002000 n
expect 1 "*Permission denied" "${other[@]}" touch n
expect 0 "PermissionError: [[]Errno 1]*" utime "${other[@]}"
expect 1 "*Permission denied" "${other[@]}" cat n
expect 1 "*No such device or address" "${member[@]}" cat n
expect 0 640 stat -c %a n
expect 0 "" "${owner[@]}" chmod 2660 n
expect 0 660 stat -c %a n		# not in its group: no setgid bit
expect 0 "" "${group[@]}" touch n	# write permission is enough for "now"
expect 0 "PermissionError: [[]Errno 1]*" utime "${group[@]}"
expect 0 "" "${owner[@]}" touch -d @5 n
expect 0 "" setpriv --reuid 1001 --regid 9999 --groups 2003 chgrp 2003 n
expect 0 "1001 2003" stat -c '%u %g' n
expect 0 "" chown 1002:2004 n
expect 0 "1002 2004" stat -c '%u %g' n

# the way there
mkdir closed && vumount -t vunetioth null closed/n
chmod 700 closed
[ -e closed/n ] || fail "root does not see it"
expect 1 "*Permission denied" "${other[@]}" stat closed/n
expect 1 "*Permission denied" "${other[@]}" chmod 777 closed/n
expect 1 "*ermission*" "${other[@]}" vustack "$tmp/closed/n" true
chmod 711 closed
expect 0 "closed/n" "${other[@]}" stat -c %n closed/n
expect 0 "" "${other[@]}" vustack "$tmp/closed/n" true
chgrp 7777 closed && chmod 710 closed
expect 1 "*Permission denied" "${other[@]}" stat closed/n
expect 0 "closed/n" setpriv --reuid 1002 --regid 9999 --groups 3,7777 \
	stat -c %n closed/n

# using it
chown 1001:2002 n && chmod 640 n
expect 0 "" "${owner[@]}" vustack "$tmp/n" true
expect 1 "*ermission*" "${member[@]}" vustack "$tmp/n" true
chmod 660 n
expect 0 "" "${member[@]}" vustack "$tmp/n" true
expect 0 "" "${many[@]}" vustack "$tmp/n" true
expect 1 "*ermission*" "${other[@]}" vustack "$tmp/n" true
finish
