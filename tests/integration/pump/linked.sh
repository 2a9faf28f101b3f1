#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In a program that links libioth, an old plug-in is used as it always was.
. "$(dirname "$0")/lib.sh"
expect 0 "" "$bin/t_pump_linked"
finish
