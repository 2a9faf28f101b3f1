# SPDX-License-Identifier: GPL-2.0-or-later
pids=
# shellcheck shell=sh
# isolate
# Calls of the table with arguments drawn by chance. ROBUST_FUZZ: how many.
mkdir "$tmp/d"
for seed in 1 2 3 4; do
	timeout 60 fuzz "${ROBUST_FUZZ:-4000}" $seed "$tmp/d" </dev/null &
	pids="$pids $!"
done
for pid in $pids; do
	wait "$pid" || fail "fuzz ends with $?"
done
vu_lsmod | grep -q vunetioth || vu_insmod vunetioth
fuzz 1 1 "$tmp/d" # unmounts what another one left
alive "after the fuzz"
# No count of descriptors: folders were renamed under what is mounted in them.
