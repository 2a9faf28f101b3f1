# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# cmd_lib.sh - for scripts that check commands: sourced with their arguments
#
# expect STATUS PATTERN COMMAND [ARG]... runs a command of $bin; its exit
# status must be STATUS and all its output must match the shell PATTERN.

bin=${1:-${VU_BIN:-build/bin}}
failures=0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

[ -x "$bin/vustack" ] || { echo "$bin: no commands here"; exit 77; }

fail() {
	echo "FAIL: $*"
	failures=$((failures + 1))
}

expect() {
	status=$1 pattern=$2 command=$3
	shift 3
	output=$("$bin/$command" "$@" 2>&1 </dev/null)
	got=$?
	[ $got = "$status" ] || fail "$command $*: status $got, not $status"
	# shellcheck disable=SC2254
	case $output in
	$pattern) ;;
	*) fail "$command $*: said '$output', not '$pattern'" ;;
	esac
}

finish() {
	[ $failures = 0 ] && echo "ok"
	exit $((failures != 0))
}
