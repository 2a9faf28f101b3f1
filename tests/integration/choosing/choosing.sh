# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# choosing.sh - for the scripts that look which stack a socket belongs to
whose=$(dirname "$0")/whose.py

# After two_stacks, or others called a and b: their networks get these names,
# the host's is called host.
learn_names() {
	WHOSE="$(on a python3 "$whose" -c udp4)=a"
	WHOSE+=" $(on b python3 "$whose" -c udp4)=b"
	WHOSE+=" $(python3 "$whose" -c udp4)=host"
	export WHOSE
}

# compose TARGET OPTIONS
compose() {
	vumount -t vunetioth -o "$2" composite "$1" ||
		die "no composite of $2"
}

# belongs STACK ANSWERS: to whom the sockets of a program belong, by socket(2)
# under vustack and by msocket(2)
belongs() {
	local kinds

	kinds=$(sed 's/=[^ ]*//g' <<<"$2")
	# shellcheck disable=SC2086
	expect 0 "$2" vustack "$1" python3 "$whose" $kinds
	# shellcheck disable=SC2086
	expect 0 "$2" python3 "$whose" -p "$1" $kinds
}

# mine ANSWERS: the same without vustack
mine() {
	# shellcheck disable=SC2046
	expect 0 "$1" python3 "$whose" $(sed 's/=[^ ]*//g' <<<"$1")
}
