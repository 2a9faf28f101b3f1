#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Stacks of libioth meet in one process.
. "$(dirname "$0")/cells.sh"

roles() {
	local role place=()

	for role; do
		case ${!role} in
		kernel | null) place+=("$role" "${!role}") ;;
		*) place+=("$role" "${!role},$(vnl "$role")") ;;
		esac
	done
	"$bin/meet" "${place[@]}"
}

matrix "$@"
