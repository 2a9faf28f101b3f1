#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a user of an installed copy does: programs by pkg-config, a plug-in by one
# line of gcc. The copy is moved after it was installed.
. "$(dirname "$0")/../lib.sh"
need gcc pkg-config

if [ -z "${VU_TEST_INSIDE-}" ]; then
	if [ -d "$VU_BUILD/prefix" ]; then
		cp -R "$VU_BUILD/prefix" "$tmp/moved"
	else
		need cmake
		cmake --install "$VU_BUILD" --prefix "$tmp/first" >/dev/null ||
			die "cmake --install"
		mv "$tmp/first" "$tmp/moved"
	fi
fi
prefix=$tmp/moved
pc=$(find "$prefix" -name ioth.pc)
lib=${pc%/pkgconfig/ioth.pc}
export PKG_CONFIG_PATH=$lib/pkgconfig PATH=$prefix/bin:$PATH
if [ -e "$bin/libnodeepbind.so" ]; then
	skip "programs of gcc cannot use sanitized libraries"
fi
enter_view

examples=$VU_SOURCE/examples
cd "$tmp" || exit
for program in echo:ioth stacks:msocket; do
	name=${program%:*}
	# shellcheck disable=SC2046
	gcc -Wall -Wextra -Werror -o "$name" "$examples/$name.c" \
		$(pkg-config --define-variable=prefix="$prefix" \
			--cflags --libs "${program#*:}") \
		-Wl,-rpath,"$lib" || die "$name does not build"
done
expect 0 "echoed: hello" ./echo "$tmp/switch"
vu_insmod vunetioth || die "no module in the installed copy"
vumount -t vunetioth -o "eth4:switch://$tmp/sw" vdestack $a || die "no stack a"
vumount -t vunetioth -o "eth5:vde://$tmp/sw" vdestack $b || die "no stack b"
expect 0 "$a: lo eth4
$b: lo eth5" ./stacks $a $b

# the plug-in in ten lines, by the command that README shows
mkdir -p ~/.ioth
command=$(sed -n 's/^    \(gcc -shared .*\)/\1/p' "$VU_SOURCE/README.md")
[ "$command" ] || fail "README.md shows no command"
(cd "$VU_SOURCE" && eval "$command") || die "plug-in: $command"
vumount -t vunetioth ten /dev/net/ten || die "the plug-in cannot be mounted"
expect 0 "" vustack -f inet /dev/net/ten bash -c 'echo >/dev/udp/127.0.0.1/9'
expect 1 "*Protocol not supported*" vustack -f inet /dev/net/ten \
	bash -c 'echo >/dev/tcp/127.0.0.1/9'
finish
