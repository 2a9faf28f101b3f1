#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Names from a resolver on another stack: with a resolv.conf of one's own where
# that can be mounted, and by a client that asks the resolver itself.
. "$(dirname "$0")/../lib.sh"
need dnsmasq curl
enter_view

two_stacks
echo "by name" >"$tmp/file"
user=(--user="$(id -un)")
start dnsmasq vustack $a dnsmasq -k -C /dev/null -h -R --log-facility=- \
	"${user[@]}" --group= --pid-file= \
	--listen-address=10.0.0.1 --bind-interfaces \
	--address=/www.test/10.0.0.1 --address=/other.test/10.0.0.99
until_true listens a 53 || die "dnsmasq: $(cat "$tmp/dnsmasq")"
serve a 80 python3 -m http.server 80 -b 10.0.0.1 -d "$tmp"

# questions by hand, by a stub of a resolver: UDP, connected or not; who asks
# wants to know who answers in both cases
cat >"$tmp/ask.py" <<'EOF'
import socket, struct, sys
name = b"".join(bytes([len(p)]) + p.encode() for p in sys.argv[1].split("."))
query = struct.pack(">6H", 7, 0x100, 1, 0, 0, 0) + name + b"\0\0\1\0\1"
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.settimeout(10)
    if "connect" in sys.argv:
        s.connect(("10.0.0.1", 53))
        s.send(query)
    else:
        s.sendto(query, ("10.0.0.1", 53))
    answer, sender = s.recvfrom(512)
    assert sender == ("10.0.0.1", 53), sender
    print(socket.inet_ntoa(answer[-4:]))
EOF
expect 0 10.0.0.1 on b python3 "$tmp/ask.py" www.test
expect 0 10.0.0.99 on b python3 "$tmp/ask.py" other.test connect
command -v dig >/dev/null &&
	expect 0 10.0.0.99 on b dig +short @10.0.0.1 other.test

# glibc's resolver
as=()
[ "$(id -u)" = 0 ] || as=(--map-current-user --keep-caps)
if ! unshare --mount "${as[@]}" mount --bind /dev/null /etc/resolv.conf \
	2>/dev/null; then
	echo "no resolv.conf of our own here: glibc's resolver left out"
	finish
fi
echo "nameserver 10.0.0.1" >"$tmp/resolv.conf"
with_resolver() {
	unshare --mount "${as[@]}" sh -c \
		"mount --bind $tmp/resolv.conf /etc/resolv.conf && exec \"\$@\"" \
		sh "$@"
}
expect 0 "by name" with_resolver vustack $b curl -sS -m 15 http://www.test/file
expect 0 "10.0.0.1 *www.test*" with_resolver vustack $b getent ahostsv4 www.test
expect 6 "*" with_resolver vustack $b curl -sS -m 15 http://www.invalid/file
finish
