#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# umvu --stack: a whole session in one command.
. "$(dirname "$0")/../lib.sh"
need python3 curl ip

echo "a page" >"$tmp/page"
start server.log timeout 60 umvu -N \
	--stack "vdestack,switch://$tmp/sw,ip=10.0.0.1/24,ip=fd00::1/64" -- \
	python3 -u -m http.server -b 10.0.0.1 -d "$tmp" 80
until_true grep -q Serving "$tmp/server.log" || die "$(cat "$tmp/server.log")"

session() {
	local spec=$1

	shift
	timeout 20 umvu -N --stack "$spec" "$@"
}
wire=vde://$tmp/sw
expect 0 "a page" session "vdestack,$wire,ip=10.0.0.2/24" -- \
	curl -sS --noproxy '*' --retry 5 --retry-connrefused http://10.0.0.1/page
# without --, with a name for the interface, a gateway, an option of the mount
expect 0 "*default via 10.0.0.1 dev eth5*" session \
	"vdestack,eth5:$wire,mode=700,iface=eth5,ip=10.0.0.2/24,gw=10.0.0.1" \
	ip route
expect 0 "*700*" session "null,mode=700" stat -c %a /dev/net/stack0
expect 0 "*inet6 fd00::2/64*" session "vdestack,$wire,ip=fd00::2/64,gw=fd00::1" \
	ip -o -6 addr
expect 0 "*<LOOPBACK,UP,*" session vdestack ip -o link show lo
# two stacks; the first is the default
expect 0 "/dev/net/stack0
/dev/net/stack1
*10.0.0.3*" session "vdestack,$wire,ip=10.0.0.3/24" --stack null \
	sh -c 'ls -d /dev/net/stack*; ip -o -4 addr show vde0'
expect 125 "umvu: --stack vdestack,ip=10.0.0.1/8: only the first *" \
	session null --stack "vdestack,ip=10.0.0.1/8" true
# with what an rc file has mounted, at a path or as the session's default
cat >"$tmp/rc" <<END
vu_insmod vunetioth
vumount -t vunetioth -o eth3:$wire vdestack $a
END
expect 0 "*eth3*10.0.0.4/24*" timeout 20 umvu -f "$tmp/rc" \
	--stack "$a,iface=eth3,ip=10.0.0.4/24" -- ip -o -4 addr
expect 125 "umvu: --stack $a,mode=600: it is mounted already*" \
	timeout 20 umvu -f "$tmp/rc" --stack "$a,mode=600" true
expect 0 "*eth3*" timeout 20 umvu --no-paths -f "$tmp/rc" --stack "$a" ip -o link
# exit status of the command, and its absence
expect 3 "" session null -- sh -c 'exit 3'
expect 127 "umvu: nosuchprogram: No such file or directory" \
	session null nosuchprogram
expect 126 "umvu: /etc/passwd: Permission denied" session null /etc/passwd
expect 125 "umvu: no command *" session null

# refuse SPEC WHY: one line, and nothing is run
refuse() {
	expect 125 "umvu: --stack $1: $2" session "$1" -- touch "$tmp/run"
	[ "$(wc -l <<<"$output")" = 1 ] || fail "$1: more than a line"
	[ ! -e "$tmp/run" ] || fail "$1: runs the command"
}
refuse "" "no plug-in *"
refuse ",ip=10.0.0.1/8" "no plug-in *"
refuse nosuch "Operation not supported (no plug-in named 'nosuch'*"
refuse vdestack,foo "Invalid argument (foo: unknown option)"
refuse vdestack,vde:///nowhere "No such file or directory (vde:///nowhere: *"
refuse vdestack,mode=8 "Invalid argument (option \"mode=8\": bad number)"
refuse vdestack,mode=600,mode=600 "Invalid argument (*: given twice)"
for bad in 10.0.0 10.0.0.1/33 10.0.0.1/ 10.0.0.1/8x fd00::1/129 "" x \
	0000000000000000000000000000000000000000000000000000000000000000; do
	refuse "vdestack,$wire,ip=$bad" "ip=$bad: Invalid argument"
	refuse "vdestack,$wire,gw=$bad" "gw=$bad: Invalid argument"
done
refuse "vdestack,$wire,gw=10.0.0.1/24" "gw=10.0.0.1/24: Invalid argument"
refuse "vdestack,$wire,gw=10.0.0.1" "gw=10.0.0.1: Network is unreachable"
refuse "vdestack,$wire,ip=10.0.0.1/8,ip=10.0.0.1/8" "ip=10.0.0.1/8: File exists"
refuse "vdestack,ip=10.0.0.1/8" "ip=10.0.0.1/8: No such device"
refuse "vdestack,$wire,iface=eth9,ip=10.0.0.1/8" "ip=10.0.0.1/8: No such device"
refuse "vdestack,$wire,iface=" "iface=: Invalid argument"
refuse "vdestack,$wire,iface=0123456789abcdef" "iface=*: Invalid argument"
refuse "null,ip=10.0.0.1/8" "ip=10.0.0.1/8: Address family not supported*"
refuse /dev/net/nothing "No such file or directory (no stack is offered there)"
refuse "$tmp/page" "Connection refused (no stack is offered there)"
end_started
nothing_left
finish
