#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# /proc/net, /proc/PID/net and /proc/sys/net show the stack of whoever they are
# about, by whatever path; other processes and other files are the machine's.
. "$(dirname "$0")/../lib.sh"
need ip python3
enter_view

vu_insmod vunetioth
vumount -t vunetioth -o "wire:switch://$tmp/sw" vdestack $a || die "no stack"
vumount -t vunetioth null $b || die "no null"
on a ip link set lo up
mine=$(tail -n +3 /proc/net/dev | cut -d: -f1)

# interfaces PATH [DIR]: the names in a file like /proc/net/dev
cat >"$tmp/interfaces" <<'END'
#!/bin/bash
cd "${2:-/}" && tail -n +3 "$1" | cut -d: -f1 | xargs
END
chmod +x "$tmp/interfaces"
see() {
	local want=$1

	shift
	expect 0 "$want" "$@"
}
if_a() {
	see "lo wire" on a "$tmp/interfaces" "$@"
}

# --- by whatever path
for path in /proc/net/dev /proc/self/net/dev /proc/thread-self/net/dev \
	//proc/./net//dev /proc/self/task/../net/../net/dev /proc/$$/../net/dev; do
	if_a $path
done
if_a net/dev /proc
if_a net/dev /proc/self
if_a dev /proc/net
if_a ./dev /proc/self/net
if_a ../dev /proc/self/net/stat
if_a proc/net/dev /
on a ln -s /proc/net/dev "$tmp/link"
if_a "$tmp/link"
expect 0 "lo wire" on a python3 -c "
import os, threading
def names(fd):
    return ' '.join(l.split(':')[0].strip() for l in os.fdopen(fd) if ':' in l)
d = os.open('/proc/self', os.O_PATH)
n = os.open('/proc/net', os.O_RDONLY | os.O_DIRECTORY)
seen = {names(os.open('net/dev', os.O_RDONLY, dir_fd=d)),
        names(os.open('dev', os.O_RDONLY, dir_fd=n))}
def other():
    tid = threading.get_native_id()
    seen.update(names(os.open(p, os.O_RDONLY)) for p in (
        '/proc/thread-self/net/dev', '/proc/net/dev',
        f'/proc/self/task/{tid}/net/dev', f'/proc/{os.getpid()}/task/{tid}/net/dev'))
t = threading.Thread(target=other)
t.start()
t.join()
print(*seen)"

# --- looked at
expect 0 "regular empty file 444" on a stat -c "%F %a" /proc/net/dev_snmp6/wire
expect 0 "-r--r--r-- * /proc/net/dev_snmp6/wire" on a ls -l /proc/net/dev_snmp6/wire
expect 0 /proc/sys/net/ipv4/conf/wire on a realpath -e /proc/sys/net/ipv4/conf/wire
expect 1 "*No such file*" on a stat /proc/net/dev_snmp6/wiry
expect 1 "*No such file*" stat /proc/net/dev_snmp6/wire
expect 0 "" on a test -r /proc/net/tcp
expect 1 "" on a test -x /proc/net/tcp
expect 0 self/net on a readlink /proc/net
expect 0 "symbolic link" on a stat -c %F /proc/net
expect 0 directory on b stat -c %F /proc/net/
expect 0 "*wire*" on a ls /proc/net/dev_snmp6
expect 0 "*dev*netlink*tcp*" on a ls /proc/net
few="arp dev if_inet6 ipv6_route raw raw6 route snmp sockstat sockstat6 tcp tcp6 udp udp6 unix"
expect 0 "$few" on b bash -c "ls /proc/net | xargs"
expect 0 "$few" on b bash -c "ls /proc/self/net/ | xargs"
expect 0 "$few" on b bash -c "cd /proc/net; echo *"
expect 0 "True" on b python3 -c "
import os
print('.' in os.popen('ls -a /proc/net').read().split())"
expect 0 "$(ls /proc/net)" on b ls /proc/1/net
expect 0 "444 200" on b stat -c "%a %s" /proc/net/dev
expect 1 "*No such file*" on b stat /proc/net/netlink
expect 1 "*No such file*" on b cat /proc/net/netlink
expect 1 "*Not a directory*" on a cat /proc/net/dev/
expect 1 "*Not a directory*" on b cat /proc/net/dev/
expect 1 "*" on b python3 -c "open('/proc/net/dev', 'r+')"

# --- what is in them, differs by stack
see "" on b "$tmp/interfaces" /proc/net/dev
see "$(echo $mine | xargs)" "$tmp/interfaces" /proc/net/dev
serve a 8080 python3 -m http.server 8080
grep_port() {
	grep -c ' 00000000:1F90 00000000:0000 0A ' /proc/net/tcp
}
export -f grep_port
expect 0 1 on a bash -c grep_port
expect 1 0 on b bash -c grep_port
expect 1 0 bash -c grep_port
# AF_UNIX sockets are nobody's but the machine's
expect 0 "" on a python3 -c "
import socket
s = socket.socket(socket.AF_UNIX)
s.bind('$tmp/unix')
assert '$tmp/unix' in open('/proc/net/unix').read()"

# --- of other processes
start sleeper vustack $a sleep 100
inside=${started[-1]}
until_true grep -q sleep "/proc/$inside/comm" || die "nobody sleeps"
see "lo wire" "$tmp/interfaces" "/proc/$inside/net/dev"
see "lo wire" "$tmp/interfaces" "/proc/$inside/task/$inside/net/dev"
see "lo wire" on b "$tmp/interfaces" net/dev "/proc/$inside"
see "$(echo $mine | xargs)" on a "$tmp/interfaces" "/proc/$$/net/dev"
see "$(echo $mine | xargs)" on a "$tmp/interfaces" "/proc/1/net/dev"

# --- sysctls
# of an interface that the machine has not: nothing of it may change
wire=net/ipv4/conf/wire/proxy_arp
expect 0 0 on a cat /proc/sys/$wire
on a bash -c "echo 1 >/proc/sys/$wire" || fail "no sysctl"
expect 0 1 on a cat /proc/sys/$wire
expect 0 1 on a bash -c "cd /proc/sys; cat $wire"
expect 0 1 on a bash -c "cd /proc/sys/net/ipv4; cat conf/wire/proxy_arp"
expect 1 "*No such file*" on b bash -c "cd /proc/sys/net/ipv4; cat ip_forward"
expect 0 "$(cat /proc/sys/net/ipv4/conf/lo/rp_filter)" \
	cat /proc/sys/net/ipv4/conf/lo/rp_filter
expect 0 "*wire*" on a ls /proc/sys/net/ipv4/conf
expect 1 "*No such file*" cat /proc/sys/net/ipv4/conf/wire/proxy_arp
expect 1 "*No such file*" on b cat /proc/sys/net/ipv4/ip_forward
expect 0 "$(cat /proc/sys/kernel/ostype)" on a cat /proc/sys/kernel/ostype

if command -v sysctl >/dev/null; then
	expect 0 "net.ipv4.conf.wire.proxy_arp = 0" \
		on a sysctl -w net.ipv4.conf.wire.proxy_arp=0
	expect 0 "*net.ipv4.conf.wire.proxy_arp = 0*" on a sysctl -a
fi

# --- the default for AF_INET decides, through composites; the session's, too
see "$(echo $mine | xargs)" vustack -f inet6 $a "$tmp/interfaces" /proc/net/dev
see "lo wire" vustack -f inet $a "$tmp/interfaces" /proc/net/dev
vumount -t vunetioth -o tcp=$a,udp=$b composite $c || die "no composite"
see "lo wire" on c "$tmp/interfaces" /proc/net/dev
vumount -t vunetioth -o tcp=host,udp=$a composite /dev/net/d
see "$(echo $mine | xargs)" on d "$tmp/interfaces" /proc/net/dev
vumount -t vunetioth -o udp=$a composite /dev/net/e
expect 1 "*No such file*" on e cat /proc/net/dev
vumount -t vunetioth kernel /dev/net/k || die "no kernel"
see "$(echo $mine | xargs)" on k "$tmp/interfaces" /proc/net/dev
# the kernel's network of somebody whose network is a stack, is that stack
on a vumount -t vunetioth kernel /dev/net/l || die "no kernel inside"
see "lo wire" on l "$tmp/interfaces" /proc/net/dev
on a cat /proc/net/dev_snmp6/wire >/dev/null || fail "no dev_snmp6"
vumount --bind $a /dev/net/default || die "no default"
see "lo wire" "$tmp/interfaces" /proc/net/dev
see "lo wire" "$tmp/interfaces" "/proc/$$/net/dev"
[ "$(cut -d: -f1 /proc/1/net/dev | tail -n +3 | xargs)" = "$(echo $mine | xargs)" ] ||
	fail "init has no default here"
vuumount /dev/net/default || fail "no end of the default"

# --- a process that made itself a network
if on b unshare -rn true 2>/dev/null; then
	see lo on b unshare -rn "$tmp/interfaces" /proc/net/dev
	see "lo wire" on a unshare -rpf --mount-proc "$tmp/interfaces" \
		/proc/net/dev
	# Linux 6.11 and later can tell who is 1 there
	on a unshare -rpf --mount-proc "$tmp/interfaces" /proc/1/net/dev \
		>"$tmp/one"
	grep -qxe "lo wire" -e "$(echo $mine | xargs)" "$tmp/one" ||
		fail "init of another pid name space: $(cat "$tmp/one")"
	printf '6.11\n%s\n' "$(uname -r)" | sort -CV &&
		expect 0 "lo wire" cat "$tmp/one"
fi

# --- after its last name has gone
on a bash -c "vuumount -l $a; vuumount $b; vuumount -l $c /dev/net/[delk]
	ls /dev/net/; $tmp/interfaces /proc/net/dev" >"$tmp/lazy" 2>&1
[ "$(tail -n 1 "$tmp/lazy")" = "lo wire" ] || fail "after umount -l: $(cat "$tmp/lazy")"
finish
