#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# umvu -v says what the kernel lacks and what is done instead, and nothing else
# does; a view works all the same.
. "$(dirname "$0")/../lib.sh"

lacks="umvu: this kernel has no pidfds of threads (Linux 6.9): those of processes *
umvu: this kernel has no SYNC_WAKE_UP (Linux 6.6): trapped calls are slower"
release=$(uname -r)
case $(printf '%s\n' 6.9 "$release" | sort -V | head -n 1) in
6.9) expect 0 "" umvu -N -v true ;;
*) expect 0 "umvu: this kernel has no *" umvu -N -v true ;;
esac
expect 0 "" umvu -N true
if [ "$(id -u)" != 0 ]; then
	echo "an older kernel can be pretended by root only: left out"
	finish
fi
expect 0 "$lacks" "$bin/t_oldkernel" umvu -N -v true
expect 0 "$lacks" "$bin/t_oldkernel" umvu -N -l 6 true
expect 0 "" "$bin/t_oldkernel" umvu -N true
finish
