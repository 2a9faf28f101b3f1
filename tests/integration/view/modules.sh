#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vu_insmod, vu_lsmod, vu_rmmod, vuname, vuctl.
. "$(dirname "$0")/../lib.sh"
enter_view

expect 0 "" vu_lsmod
expect 1 "vumount: $a: * (no module vunetioth *" vumount -t vunetioth null $a
expect 1 "vu_insmod: nosuch: *" vu_insmod nosuch
expect 0 "" vu_insmod vunetioth
expect 0 "vunetioth*" vu_lsmod
expect 1 "vu_insmod: vunetioth: *" vu_insmod vunetioth
expect 0 "" vumount -t vunetioth null $a
expect 1 "vu_rmmod: vunetioth: in use*" vu_rmmod vunetioth
expect 0 "" vuumount $a
expect 0 "" vu_rmmod vunetioth
expect 0 "" vu_lsmod
expect 1 "vu_rmmod: vunetioth: *" vu_rmmod vunetioth
# again
expect 0 "" vu_insmod vunetioth
expect 0 "" vumount -t vunetioth null $a
expect 0 "" vuumount $a

expect 0 "" vuname -x
expect 0 "" vuname lab
expect 0 "lab" vuname -V
expect 0 "$(uname -n)" vuname -n
expect 0 "[0-9a-f]*" vuname -U
expect 0 "True" python3 -c "
import ctypes
print(ctypes.CDLL(None).syscall(ctypes.c_long(-4), 1, None) == 0)"
# -5 EINVAL or so, never a crash, for what there is not
expect 0 "-1" python3 -c "
import ctypes
print(ctypes.CDLL(None).syscall(ctypes.c_long(-4), 99, None))"
finish
