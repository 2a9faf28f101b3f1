#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# 20 shells on 20 stacks, each a server on the same address and port.
. "$(dirname "$0")/../lib.sh"
enter_view

vu_insmod vunetioth
for ((i = 0; i < 20; i++)); do
	vumount -t vunetioth "$VU_PLUGIN" "/dev/net/n$i" || die "no stack $i"
	on n$i sh -c 'ip addr add 10.0.0.1/32 dev lo; ip link set lo up'
	mkdir "$tmp/$i"
	echo "I am $i" >"$tmp/$i/who"
	start "log.$i" vustack "/dev/net/n$i" bash -c \
		"cd $tmp/$i && exec python3 -m http.server -b 10.0.0.1 80"
done
for ((i = 0; i < 20; i++)); do
	until_true listens n$i 80 || die "stack $i: $(cat "$tmp/log.$i")"
	expect 0 "I am $i" on n$i curl -sS http://10.0.0.1/who
done
finish
