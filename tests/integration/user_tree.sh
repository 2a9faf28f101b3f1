#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# user_tree.sh make TREE SOURCE BUILD | run TREE SCRIPT | remove TREE
#
# An ordinary user may be unable to reach the build tree, so the user's tests
# run from an installed copy. TREE is a link to it; the copy itself lies in
# /var/tmp, since some tests hide /tmp.
uid=65534
[ "$(id -u)" = 0 ] || { echo "skipped: this is an ordinary user"; exit 77; }
command -v setpriv >/dev/null || { echo "skipped: no setpriv"; exit 77; }
set -e
tree=$2

case $1 in
make)
	"$0" remove "$tree"
	dir=$(mktemp -d /var/tmp/umvu-tests.XXXXXX)
	ln -s "$dir" "$tree"
	mkdir -p "$dir/tests"
	cmake --install "$4" --prefix "$dir/prefix" >/dev/null
	cp -R "$4/tests/bin" "$dir/tests/bin"
	cp -R "$3/tests/integration" "$3/tests/conformance" "$dir/tests/"
	cp -R "$3/examples" "$3/README.md" "$dir/"
	# programs of the build tree are found at prefix/bin
	ln -s prefix/bin "$dir/bin"
	ln -s prefix/lib "$dir/lib"
	chmod -R a+rX "$dir"
	;;
run)
	dir=$(readlink -e "$tree")
	home=$(mktemp -d /tmp/umvu-user.XXXXXX)
	trap 'rm -rf "$home"' EXIT
	chown $uid:$uid "$home"
	cd "$home"
	setpriv --reuid $uid --regid $uid --clear-groups env -i \
		PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin \
		HOME="$home" TERM=dumb VU_BUILD="$dir" VU_SOURCE="$dir" \
		VU_PLUGIN="${VU_PLUGIN-vdestack}" \
		${ASAN_OPTIONS+ASAN_OPTIONS="$ASAN_OPTIONS"} \
		"$dir/tests/integration/$3"
	;;
remove)
	dir=$(readlink -f "$tree" || :)
	case $dir in
	/var/tmp/umvu-tests.*) rm -rf "$dir" ;;
	esac
	rm -f "$tree"
	;;
esac
