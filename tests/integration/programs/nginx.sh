#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nginx with several workers on one stack, wrk on another.
. "$(dirname "$0")/../lib.sh"
need nginx wrk curl
enter_view

two_stacks
mkdir "$tmp/www"
head -c 100000 /dev/urandom >"$tmp/www/file"
cat >"$tmp/nginx.conf" <<EOF
daemon off;
worker_processes 3;
pid $tmp/nginx.pid;
error_log stderr;
$([ "$(id -u)" = 0 ] && echo "user root;")
events { }
http {
	access_log off;
	client_body_temp_path $tmp/1;
	proxy_temp_path $tmp/2;
	fastcgi_temp_path $tmp/3;
	uwsgi_temp_path $tmp/4;
	scgi_temp_path $tmp/5;
	server { listen 10.0.0.1:80; root $tmp/www; }
}
EOF
serve a 80 nginx -e stderr -p "$tmp" -c "$tmp/nginx.conf"
on b curl -sS -o "$tmp/got" http://10.0.0.1/file
cmp -s "$tmp/got" "$tmp/www/file" || fail "curl got something else"
# A switch loses frames when somebody does not read in time, and lwIP sends them
# again after half a second, one, two ...: wrk's own limit is two.
expect 0 "*requests in*" on b \
	wrk -t 2 -c 20 -d 2 --timeout 30s http://10.0.0.1/file
[[ $output == *"Socket errors"* || $output == *Non-2xx* ]] &&
	fail "wrk: $output"
[[ $output =~ \ ([0-9]+)\ requests\ in ]] && [ "${BASH_REMATCH[1]}" -gt 0 ] ||
	fail "wrk had no answer: $output"
finish
