#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Clients that share nothing but the kernel: glibc, static musl, Go, bash.
. "$(dirname "$0")/../lib.sh"
enter_view

two_stacks
echo "the file" >"$tmp/file"
serve a 80 python3 -m http.server 80 -b 10.0.0.1 -d "$tmp"
for client in tcpget tcpget_musl tcpget_go; do
	if [ ! -x "$bin/t_$client" ]; then
		echo "no compiler for $client here: left out"
		continue
	fi
	expect 0 "HTTP/1.0 200 OK*" on b "$bin/t_$client" 10.0.0.1 80
	# the host has no route there, or no such server
	expect 1 "*refused*" "$bin/t_$client" 127.0.0.1 1
	expect 1 "*refused*" on b "$bin/t_$client" 10.0.0.1 81
done
expect 0 "HTTP/1.0 200 OK*the file" on b bash -c 'exec 3<>/dev/tcp/10.0.0.1/80
	printf "GET /file HTTP/1.0\r\n\r\n" >&3; cat <&3'
finish
