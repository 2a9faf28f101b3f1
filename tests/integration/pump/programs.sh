#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Programs on a plug-in of the original libioth: http.server, curl, bash, nc; two
# such stacks in one view.
. "$(dirname "$0")/lib.sh"
need python3 curl nc
enter_view
vu_insmod vunetioth || die "no module"
head -c 3000000 /dev/urandom >"$tmp/file"
sum=$(sha256sum <"$tmp/file")
port=8000

answers() {
	old a curl -sf "http://10.0.0.1:$port/" -o "$tmp/index"
}

for options in "" ,pair ,pipe ,nothing ,rw; do
	mount_old "$options" a
	start server vustack -f inet $a python3 -u -m http.server $port -d "$tmp"
	until_true answers || die "$options: no answer: $(cat "$tmp/server")"
	expect 0 "$sum" old a sh -c "curl -sf http://10.0.0.1:$port/file | sha256sum"
	expect 7 "*" old a curl -s http://10.0.0.1:1/
	expect 7 "*" old a curl -s http://192.0.2.1/
	for _ in {1..10}; do
		old a curl -sf "http://10.0.0.1:$port/file" | cmp - "$tmp/file" &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || fail "$options: one of ten downloads"
	done
	pids=()
	expect 0 "HTTP/1.0 404*" old a bash -c '
		exec 3<>/dev/tcp/10.0.0.1/'$port'
		printf "GET /none HTTP/1.0\r\n\r\n" >&3
		head -n 1 <&3'
	expect 1 "*Connection refused*" old a bash -c 'exec 3<>/dev/tcp/10.0.0.1/1'
	end_started
	unmount a
done

# nc in both directions; the same port on two stacks
mount_old ,pair a
mount_old "" b
for stack in a b; do
	start "nc.$stack" vustack -f inet "/dev/net/$stack" \
		sh -c 'exec nc -l 10.0.0.1 99 2>/dev/null' # it misses SO_REUSEPORT
done
sends() {
	old "$1" nc -N 10.0.0.1 99 <"$tmp/file"
}
for stack in a b; do
	until_true sends "$stack" || fail "$stack: nobody listens"
done
for pid in "${started[@]}"; do
	wait "$pid"
done
for stack in a b; do
	cmp "$tmp/nc.$stack" "$tmp/file" || fail "$stack: nc got something else"
	unmount "$stack"
done
finish
