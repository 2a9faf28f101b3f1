#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Stacks meet in one process of a view, where the roles are their names.
. "$(dirname "$0")/cells.sh"

roles() {
	umvu -N "$0" inside "$@"
}

mount_for() {
	local n

	n=$(host "$1")
	case ${!1} in
	kernel | null) vumount -t vunetioth "${!1}" "/dev/net/$1" ;;
	*)
		VU_PLUGIN=${!1} stack "$1" "$(vnl "$1")" "10.0.0.$n/24"
		on "$1" ip addr add "fd00::$n/64" dev vde0
		;;
	esac || die "no stack for the $1"
}

inside() {
	local role place=()

	vu_insmod vunetioth || die "no module"
	for role; do
		mount_for "$role"
		place+=("$role" "/dev/net/$role")
	done
	"$bin/meet" "${place[@]}"
}

matrix "$@"
