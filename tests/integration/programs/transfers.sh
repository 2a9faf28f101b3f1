#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What carries files: curl and wget, nc, socat, git, rsync, redis, over both
# versions of IP, each where it is there; nothing is lost or damaged.
. "$(dirname "$0")/../lib.sh"
need curl python3 sha256sum
enter_view

two_stacks
on a ip -6 addr add fd00::1/64 dev vde0 nodad
on b ip -6 addr add fd00::2/64 dev vde0 nodad
cd "$tmp" || exit
head -c 100000000 /dev/urandom >large
head -c 5000000 large >small
sum_of() { sha256sum "$@" | cut -d' ' -f1; }
large=$(sum_of large) small=$(sum_of small)

# same WHAT SUM: what is on standard input has this sum
same() {
	local got

	got=$(sum_of -)
	[ "$got" = "$2" ] || fail "$1: something else came"
}
has() { command -v "$1" >/dev/null; }

serve a 80 python3 -m http.server 80 -b :: -d "$tmp"
on b curl -sS http://10.0.0.1/large | same "curl, 100 MB" "$large"
on b curl -sS "http://[fd00::1]/large" | same "curl -6, 100 MB" "$large"
# several at once
on b curl --no-progress-meter --parallel "http://10.0.0.1/small" -o 1 "http://10.0.0.1/small" -o 2 \
	"http://[fd00::1]/small" -o 3 "http://[fd00::1]/small" -o 4
for i in 1 2 3 4; do same "curl --parallel, $i" "$small" <$i; done
has wget && on b wget -q -O - http://10.0.0.1/small | same wget "$small"

# receive LISTENER SENDER...: from b to a, until the end
receive() {
	local listener=$1

	shift
	# shellcheck disable=SC2086
	start got vustack $a $listener
	until_true listens a 99 || fail "$listener: $(cat got)"
	on b "$@" <small
	wait "${started[-1]}"
	same "$listener" "$small" <got
}
has nc && receive "nc -l 10.0.0.1 99" nc -N 10.0.0.1 99
if has socat; then
	receive "socat -u TCP-LISTEN:99 STDOUT" socat -u STDIN TCP:10.0.0.1:99
	receive "socat -u TCP6-LISTEN:99 STDOUT" socat -u STDIN "TCP6:[fd00::1]:99"
	start udp vustack $a socat -T 10 UDP-LISTEN:98,fork EXEC:cat
	udp_listens() { on a ss -Hlun "sport = :98" | grep -q .; }
	until_true udp_listens || fail "socat: $(cat udp)"
	expect 0 "by UDP" on b bash -c 'echo "by UDP" | socat -t 5 -T 1 - UDP:10.0.0.1:98'
fi

if has git; then
	export GIT_CONFIG_GLOBAL=$tmp/gitconfig GIT_CONFIG_SYSTEM=/dev/null
	git config --file "$tmp/gitconfig" user.name tester
	git config --file "$tmp/gitconfig" user.email tester@test
	git init -q repo && cp small repo/ && git -C repo add small &&
		git -C repo commit -q -m one && git -C repo update-server-info &&
		touch repo/.git/git-daemon-export-ok || fail "git"
	expect 0 "" on b git clone -q http://10.0.0.1/repo/.git by_http
	same "git by http" "$small" <by_http/small
	serve a 9418 git daemon --base-path="$tmp" --listen=10.0.0.1
	expect 0 "" on b git clone -q git://10.0.0.1/repo by_git
	same "git daemon" "$small" <by_git/small
fi

if has rsync; then
	mkdir module
	printf '%s\n' "use chroot = no" "[m]" "path = $tmp/module" \
		"read only = no" >rsyncd.conf
	[ "$(id -u)" = 0 ] && printf 'uid = 0\ngid = 0\n' >>rsyncd.conf
	serve a 873 rsync --daemon --no-detach --config=rsyncd.conf \
		--address=10.0.0.1
	expect 0 "" on b rsync -a small rsync://10.0.0.1/m/
	same "rsync there" "$small" <module/small
	expect 0 "" on b rsync -a rsync://10.0.0.1/m/small back
	same "and back" "$small" <back
fi

if has redis-server; then
	serve a 6379 redis-server --bind 10.0.0.1 fd00::1 --save "" --dir "$tmp" \
		--protected-mode no
	expect 0 OK on b redis-cli -h 10.0.0.1 set key value
	expect 0 value on b redis-cli -h fd00::1 get key
	expect 0 "*per second*" on b redis-benchmark -q -h 10.0.0.1 -n 1000 -c 20 \
		-t ping,set,get
fi
finish
