# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# lib.sh - for the scripts in views/: they run inside a view (run.sh)
failures=0

fail() {
	echo "FAIL: $*"
	failures=$((failures + 1))
}

finish() {
	[ $failures = 0 ] && echo "ok"
	exit $((failures != 0))
}

skip() {
	echo "skipped: $*"
	exit 77
}

# check WHAT COMMAND...: the command succeeds
check() {
	what=$1
	shift
	"$@" || fail "$what: $* gives $?"
}

# refuse WHAT PATTERN COMMAND...: it fails, and says PATTERN
refuse() {
	what=$1 pattern=$2
	shift 2
	if said=$("$@" 2>&1); then
		fail "$what: $* succeeds"
	else
		# shellcheck disable=SC2254
		case $said in
		$pattern) ;;
		*) fail "$what: said '$said', not '$pattern'" ;;
		esac
	fi
}

# until SECONDS COMMAND...: tries until it succeeds
until_true() {
	tries=$(($1 * 50))
	shift
	while ! "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.02
	done
}

# Milliseconds since some time ago.
now() {
	date +%s%3N
}

# Descriptors of the supervisor.
fds() {
	ls "/proc/$SUPERVISOR/fd" | wc -l
}

fds_are() {
	[ "$(fds)" -le "$1" ]
}

# same_fds WHAT N: it comes back to N, or fails
same_fds() {
	until_true 5 fds_are "$2" && return
	fail "$1: the supervisor holds $(fds) descriptors, not $2:" \
		"$(readlink "/proc/$SUPERVISOR"/fd/* | sort | uniq -c)"
}

# stack_pid TARGET: pid of the process of the stack that is mounted there
stack_pid() {
	pgrep -f "^vunetioth [^ ]* $1\$" | head -n 1
}

# umvu was built with AddressSanitizer or ThreadSanitizer, which need memory.
sanitized() {
	ldd "$(command -v umvu)" | grep -q 'lib[at]san'
}

# abandon N COMMAND...: N guests that die while they wait in it
abandon() {
	killed= tries=$1
	shift
	while [ "$tries" -gt 0 ]; do
		"$@" >/dev/null &
		killed="$killed $!"
		tries=$((tries - 1))
	done
	sleep 0.3
	# shellcheck disable=SC2086
	kill -9 $killed
	# shellcheck disable=SC2086
	wait $killed 2>/dev/null
}

# The view still works.
alive() {
	vumount -t vunetioth null "$tmp/alive" && vuumount "$tmp/alive" ||
		fail "$1: the view does not mount any more"
}

vu_insmod vunetioth || exit 1
