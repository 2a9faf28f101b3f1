# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# A stack process that lies: the hypervisor survives it, keeps nothing, and the
# other stacks of the view go on. FUZZ_SECONDS, FUZZ_SEED: for how long, and how.
seed=${FUZZ_SEED:-1}

# But for those that say who a guest is: some are kept, never many.
held() {
	find "/proc/$SUPERVISOR/fd" ! -lname '*\[pidfd\]' -type l | wc -l
}

held_are() {
	[ "$(held)" -le "$1" ]
}

mkdir "$tmp/names"
before=$(held)
mkfifo "$tmp/end"
hostile "$tmp/offer" "$seed" <"$tmp/end" >"$tmp/ready" &
hostile=$!
exec 9>"$tmp/end"
until_true 5 grep -q ready "$tmp/ready" || fail "the hostile stack offers nothing"

pids=
for n in 1 2 3; do
	timeout -k 5 $((${FUZZ_SECONDS:-4} + 20)) victim "$tmp/offer" \
		"$tmp/names" "${FUZZ_SECONDS:-4}" $((seed * 10 + n)) 9>&- &
	pids="$pids $!"
done
for pid in $pids; do
	wait "$pid" || fail "a victim ends with $?"
done

exec 9>&-
wait "$hostile" || fail "the hostile stack ends with $?"
for name in "$tmp"/names/*; do
	[ -e "$name" ] && vuumount -l "$name"
done
until_true 5 held_are "$before" || fail "$(held) descriptors, not $before:" \
	"$(readlink "/proc/$SUPERVISOR"/fd/* | sort | uniq -c)"
alive "after the lies"
