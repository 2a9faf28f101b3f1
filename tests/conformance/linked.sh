#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A program that is linked to libioth sees a stack of $VU_PLUGIN like the kernel.
. "$(dirname "$0")/common.sh"

native
case $plugin in
kernel) with_wire "$conform" linked kernel >"$tmp/here" ;;
*) "$conform" linked "$plugin" >"$tmp/here" ;;
esac
compare linked
finish
