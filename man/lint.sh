#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lint.sh DIR... - mandoc -Tlint is silent for all pages in these folders
#
# mandoc looks up references below /usr/share/man only. Those among our own
# pages are looked up in the folders instead; of others only what is missing
# on this machine is passed over, which says nothing about the page.
command -v mandoc >/dev/null || { echo "mandoc is not installed"; exit 77; }

failed=0
for page in $(find "$@" -maxdepth 1 -name '*.[1-8]' | sort); do
	mandoc -Tlint "$page" 2>&1 |
		grep -v -e 'outdated mandoc.db' \
			-e 'STYLE: referenced manual not found' && failed=1
	for ref in $(sed -n 's/^\.Xr \([^ ]*\) \([1-8]\).*/\1.\2/p' "$page" |
		sort -u); do
		case $ref in
		umvu.* | vu* | msocket.* | iplink.* | ioth* | libioth*) ;;
		*) continue ;;
		esac
		[ -n "$(find "$@" -maxdepth 1 -name "$ref")" ] && continue
		echo "$page: no such page of ours: $ref"
		failed=1
	done
done
exit $failed
