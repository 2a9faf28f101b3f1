# SPDX-License-Identifier: GPL-2.0-or-later
"""pair.py - a TCP connection of this process with itself, in its default stack

For each line on standard input, sends it through the connection and prints what
arrives; or prints the name of the error. A line "new" makes a new socket.
"""
import errno
import socket
import sys

listener = socket.create_server(("127.0.0.1", 0))
left = socket.create_connection(listener.getsockname())
right, _ = listener.accept()
print("ready", flush=True)
for line in sys.stdin:
    try:
        if line == "new\n":
            socket.socket()
            answer = "opened"
        else:
            left.sendall(line.encode())
            answer = right.recv(100).decode().strip() or "end"
    except OSError as e:
        answer = errno.errorcode[e.errno]
    print(answer, flush=True)
