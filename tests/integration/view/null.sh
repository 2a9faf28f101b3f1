#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The null stack cuts a program off, and all that it starts.
. "$(dirname "$0")/../lib.sh"
enter_view

vu_insmod vunetioth
vumount -t vunetioth null $a || die "no stack"
refused='*Address family not supported by protocol*'
expect 1 "$refused" on a bash -c 'exec 3<>/dev/tcp/127.0.0.1/9'
expect 1 "$refused" on a bash -c 'bash -c "exec 3<>/dev/udp/127.0.0.1/9"'
# what is no network goes on
expect 0 "fine" on a python3 -c "
import socket
l, r = socket.socketpair()
l.send(b'fine')
socket.socket(socket.AF_UNIX).close()
print(r.recv(9).decode())"
# and without the stack the same program reaches the host
expect 1 "*onnection refused*" bash -c 'exec 3<>/dev/tcp/127.0.0.1/9'
finish
