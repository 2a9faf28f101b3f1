# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# lib.sh - for the tests of pumped plug-ins: they are made findable
here=$(dirname "$0")
. "$here/../lib.sh"
mkdir -p "$HOME/.ioth"
ln -sf "$bin"/ioth_oldstyle.so "$bin"/ioth_nonsense.so "$HOME/.ioth/"

# mount_old OPTIONS NAME: such a stack; OPTIONS begins with a comma or is empty
mount_old() {
	vumount -t vunetioth "oldstyle$1" "/dev/net/$2" || die "no stack $2 ($1)"
}

# old NAME COMMAND...: it has IPv4 there, nothing else
old() {
	local stack=$1

	shift
	vustack -f inet "/dev/net/$stack" "$@"
}

# unmount NAME: as soon as umvu has noticed that guests have died
unmount() {
	until_true vuumount "/dev/net/$1" || fail "$1 stays in use"
}
