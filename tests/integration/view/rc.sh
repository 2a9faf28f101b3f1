#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# rc files run in the view before the command; their failure ends nothing.
. "$(dirname "$0")/../lib.sh"

printf 'vu_insmod vunetioth\nvumount -t vunetioth null %s\n' $a >~/.vurc
expect 0 "vunetioth*" umvu vu_lsmod
expect 0 "" umvu test -e $a
expect 0 "" umvu -N vu_lsmod
expect 1 "" umvu -N test -e $a
echo 'echo other file' >"$tmp/rc"
expect 0 "other file" umvu -f "$tmp/rc" true
printf '#!/usr/bin/env python3\nprint("as a program")\n' >"$tmp/rc"
chmod +x "$tmp/rc"
expect 0 "as a program
command" umvu --rc "$tmp/rc" echo command
echo 'exit 3' >~/.vurc
expect 0 "umvu: $HOME/.vurc: exit status 3
command" umvu echo command
expect 0 "umvu: $tmp/none: *
command" umvu -f "$tmp/none" echo command
expect 0 "lab" umvu -N -V lab vuname -V
nothing_left
finish
