# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# lib.sh - for the scripts that test a view
#
# A script sources it and then either runs views itself, or says `enter_view`:
# then the rest of the script runs inside of a view, and the whole test fails
# unless everything of that view is gone afterwards.
#
# VU_BUILD: the build tree, or a folder with bin/ lib/ tests/bin/ like it
# $tmp: a folder of this test; $bin: the test programs; $a $b $c: names of stacks

set -u
: "${VU_BUILD:?run by ctest, or say where the build tree is}"
PATH=$VU_BUILD/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C
bin=$VU_BUILD/tests/bin
# Only a sanitized build has it (tests/support/nodeepbind.c).
if [ -e "$bin/libnodeepbind.so" ]; then
	export LD_PRELOAD=$bin/libnodeepbind.so
	# The leak checker stops its process as a debugger does, and reads /proc
	# by calls that nobody answers when a test has killed umvu.
	export ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0
fi
: "${VU_PLUGIN:=vdestack}" # what `stack` mounts
a=/dev/net/a b=/dev/net/b c=/dev/net/c
failures=0
started=()

fail() {
	printf 'FAIL: %s\n' "$*" >&2
	failures=$((failures + 1))
}

# Problems that make the rest pointless.
die() {
	fail "$@"
	exit 1
}

skip() {
	echo "skipped: $*"
	exit 77
}

need() {
	local program

	for program; do
		command -v "$program" >/dev/null || skip "no $program here"
	done
}

# expect STATUS PATTERN COMMAND [ARG...]: status and whole output (of both
# streams) are as given; the output stays in $output.
expect() {
	local status=$1 pattern=$2 got

	shift 2
	output=$("$@" 2>&1)
	got=$?
	[ "$got" = "$status" ] ||
		fail "$*: status $got, not $status; said: $output"
	# shellcheck disable=SC2053
	[[ $output == $pattern ]] ||
		fail "$*: said '$output', not '$pattern'"
}

# until_true COMMAND...: waits for it; a limit only so that nothing hangs.
until_true() {
	local i

	for ((i = 0; i < 400; i++)); do
		"$@" >/dev/null 2>&1 && return
		sleep 0.05
	done
	return 1
}

# start LOG COMMAND...: a program in the background, ended with the test.
start() {
	local log=$1

	shift
	"$@" >"$tmp/$log" 2>&1 </dev/null &
	started+=($!)
}

end_started() {
	local pid

	for pid in "${started[@]}"; do
		kill "$pid" 2>/dev/null
	done
	for pid in "${started[@]}"; do
		wait "$pid" 2>/dev/null
	done
	started=()
}

at_exit() {
	local status=$?

	[ "$BASHPID" = $$ ] || exit $status
	end_started
	[ "${own_tmp-}" ] && rm -rf "$own_tmp"
	exit $status
}

# The last line of each test.
finish() {
	exit $((failures != 0))
}
trap at_exit EXIT
trap 'exit 1' TERM

if [ -z "${VU_TEST_TMP-}" ]; then
	own_tmp=$(mktemp -d /tmp/umvu-test.XXXXXX) || exit 1
	export VU_TEST_TMP=$own_tmp VU_TEST_MARK=$own_tmp
	mkdir "$own_tmp/home"
	export HOME=$own_tmp/home
fi
tmp=$VU_TEST_TMP

# The processes of this test's views: all inherit its environment.
marked() {
	local pid

	for pid in $(grep -slzxF "VU_TEST_MARK=$VU_TEST_MARK" \
		/proc/[0-9]*/environ | cut -d/ -f3); do
		case $(cat "/proc/$pid/comm" 2>/dev/null) in
		umvu | vunet*) echo "$pid" ;;
		*) [ "${1-}" = all ] && in_a_view "$pid" && echo "$pid" ;;
		esac
	done
}

# Guests are under a filter, or were until their hypervisor died.
in_a_view() {
	grep -q '^Seccomp:.*2' "/proc/$1/status" 2>/dev/null
}

none_marked() {
	[ -z "$(marked all)" ]
}

# Fails unless the views of this test, all their guests and stacks, have ended.
nothing_left() {
	local pid

	until_true none_marked && return
	for pid in $(marked all); do
		fail "left: $(ps -o pid=,ppid=,args= -p "$pid")"
		kill -KILL "$pid"
	done
}

# Goes on in a view; the caller's arguments are passed on.
enter_view() {
	[ -n "${VU_TEST_INSIDE-}" ] && return
	export VU_TEST_INSIDE=1
	timeout -k 5 100 umvu -N bash "$0" "$@" </dev/null
	local status=$?

	unset VU_TEST_INSIDE
	[ $status = 124 ] && fail "the view did not end by itself"
	nothing_left
	[ $failures = 0 ] || status=1
	exit $status
}

on() {
	local stack=$1

	shift
	vustack "/dev/net/$stack" "$@"
}

# stack NAME VNL [ADDRESS]: mounts a stack of $VU_PLUGIN, interfaces up
stack() {
	vumount -t vunetioth -o "$2" "$VU_PLUGIN" "/dev/net/$1" ||
		die "no stack $1"
	on "$1" sh -c 'ip link set lo up; ip link set vde0 up' ||
		die "stack $1: interfaces don't come up"
	[ -z "${3-}" ] || on "$1" ip addr add "$3" dev vde0 ||
		die "stack $1: no address"
}

# Two stacks on one wire, a with the address 10.0.0.1, b with 10.0.0.2.
two_stacks() {
	vu_insmod vunetioth || die "no module"
	stack a "switch://$tmp/sw" 10.0.0.1/24
	stack b "vde://$tmp/sw" 10.0.0.2/24
}

listens() {
	on "$1" ss -Hltn "sport = :$2" | grep -q .
}

# serve STACK PORT COMMAND...: starts it, waits until it listens on the port
serve() {
	local stack=$1 port=$2

	shift 2
	start "serve.$port" vustack "/dev/net/$stack" "$@"
	until_true listens "$stack" "$port" ||
		die "nothing listens on port $port: $(cat "$tmp/serve.$port")"
}

# talk COMMAND...: starts it; `say LINE` writes to it and puts its answer into
# $answer, `hang_up` ends its input and gives its exit status. One at a time.
talk() {
	coproc TALK { exec "$@" 2>&1; }
	talk_pid=$TALK_PID
	exec {talk_in}<&"${TALK[0]}" {talk_out}>&"${TALK[1]}"
	exec {TALK[0]}<&- {TALK[1]}>&-
	started+=("$talk_pid")
	read -r -t 20 answer <&"$talk_in"
}

say() {
	echo "$1" >&"$talk_out"
	answer=
	read -r -t 20 answer <&"$talk_in"
}

hang_up() {
	exec {talk_out}>&- {talk_in}<&-
	wait "$talk_pid"
}

# The processes of the stack mounted at $1, one pid a line.
stack_pids() {
	local pid line

	for pid in $(marked); do
		line=$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)
		[[ $line == "vunetioth "*" $1 " ]] && echo "$pid"
	done
}

# The stack's process that umvu talks to: the parent of all others.
stack_pid() {
	stack_pids "$1" | head -n 1
}

has_ended() {
	! kill -0 "$1" 2>/dev/null
}
