#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vustack: families, several stacks in one command, -s and -v.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/choosing.sh"
need python3 ip
enter_view "$@"
two_stacks
learn_names

# as in the issue
expect 0 "tcp4=a udp4=a tcp6=b udp6=b netlink=host packet=@(host|EPERM) unix=host" \
	vustack -f inet $a vustack -f inet6 $b \
	python3 "$whose" tcp4 udp4 tcp6 udp6 netlink packet unix
expect 0 "tcp4=a tcp6=b netlink=a packet=b" vustack $a \
	vustack -f ip6 -f packet $b python3 "$whose" tcp4 tcp6 netlink packet
expect 0 "tcp4=a tcp6=a netlink=b packet=a" \
	vustack --families ip,ipv4 $a vustack --family=netlink $b \
	python3 "$whose" tcp4 tcp6 netlink packet
expect 0 "tcp4=b tcp6=b" vustack $a vustack -f 2,10 $b \
	python3 "$whose" tcp4 tcp6
# real programs: addresses of b, but pages of a
echo "from a" >"$tmp/page"
serve a 80 python3 -m http.server -b 10.0.0.1 -d "$tmp" 80
vustack -f netlink $b ip -o addr >"$tmp/out"
grep -q 10.0.0.2/24 "$tmp/out" || fail "ip: $(cat "$tmp/out")"
expect 0 "from a" timeout 10 vustack -f inet $b vustack -f netlink $a \
	curl -sS --noproxy '*' http://10.0.0.1/page

# -s, -v; the errors
expect 1 "vustack: $a: family bluetooth is not supported by this stack *" \
	vustack -f inet,bluetooth $a true
expect 0 "tcp4=a" vustack -s -f inet,bluetooth $a python3 "$whose" tcp4
expect 1 "vustack: $a: the stack supports none of these families" \
	vustack -s -f bt $a true
expect 0 "vustack: $a: is the default for family inet
vustack: $a: does not support family bluetooth
vustack: $a: running true" vustack -sv -f inet,bt $a true
expect 0 "vustack: $a: is the default for all supported families*" \
	vustack -v $a true
expect 2 "vustack: 'inet5': unknown protocol family *" vustack -f inet5 $a true
expect 1 "vustack: /dev/net/no: no such stack*" vustack /dev/net/no true
expect 1 "vustack: /etc/passwd: not a stack" vustack /etc/passwd true
expect 127 "vustack: nosuchprogram: No such file or directory" \
	vustack $a nosuchprogram
expect 126 "vustack: /etc/passwd: Permission denied" vustack $a /etc/passwd
expect 3 "" vustack $a sh -c 'exit 3'
finish
