#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every system call with a path, on paths that are no names but end like one:
# the same results as outside of a view.
. "$(dirname "$0")/../lib.sh"

# make KIND: $tmp/w/n, of that kind
make() {
	chmod -Rf u+rwx "$tmp/w"
	rm -rf "$tmp/w"
	mkdir "$tmp/w"
	case $1 in
	file) echo text >"$tmp/w/n" ;;
	program) printf '#!/bin/true\n' >"$tmp/w/n" && chmod 755 "$tmp/w/n" ;;
	unreadable) echo text >"$tmp/w/n" && chmod 0 "$tmp/w/n" ;;
	folder) mkdir "$tmp/w/n" ;;
	full) mkdir -p "$tmp/w/n/below" ;;
	fifo) mkfifo "$tmp/w/n" ;;
	link) echo text >"$tmp/w/t" && ln -s t "$tmp/w/n" ;;
	dangling) ln -s nowhere "$tmp/w/n" ;;
	loop) ln -s n "$tmp/w/n" ;;
	none) ;;
	esac
}

all() {
	local kind

	for kind in file program unreadable folder full fifo link dangling loop \
		none; do
		echo "== $kind"
		make $kind
		"$bin/t_names_calls" "$tmp/w" n
	done
	echo "== component too long"
	make none
	"$bin/t_names_calls" "$tmp/w" "$(printf %0256d 0)/n"
	echo "== path too long"
	"$bin/t_names_calls" "$tmp/w" "$(printf './%.0s' {1..1990})n"
}

if [ -z "${VU_TEST_INSIDE-}" ]; then
	all >"$tmp/outside" 2>&1
	[ "$(grep -c == "$tmp/outside")" = 12 ] || die "the test itself failed"
fi
enter_view
vu_insmod vunetioth
vumount -t vunetioth null "$tmp/n" || die "no stack"
all >"$tmp/inside" 2>&1
diff "$tmp/outside" "$tmp/inside" || fail "not as outside, see above"
finish
