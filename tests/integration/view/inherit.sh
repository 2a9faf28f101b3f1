#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Defaults go to children, programs executed, threads and daemons; not to
# parents and siblings.
. "$(dirname "$0")/../lib.sh"
enter_view

vu_insmod vunetioth
vumount -t vunetioth vdestack $a || die "no stack"
"$bin/t_inherit" $a || fail "inheritance of defaults"
finish
