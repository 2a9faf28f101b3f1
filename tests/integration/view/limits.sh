#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A stack in user space needs descriptors of its own. When it has none left, that
# is not the program's limit: ENFILE; and all goes on when there are some again.
. "$(dirname "$0")/../lib.sh"
need prlimit python3
enter_view "$@"

vu_insmod vunetioth || die "no module"
vumount -t vunetioth lwip "$a" || skip "no lwip here"
on a ip link set lo up || die "lo does not come up"
limit() {
	prlimit --nofile="$1:" --pid "$(stack_pid "$a")" || die "no prlimit"
}

# However low the limit of whoever started the session.
[ "$(prlimit -n -o SOFT --noheadings --pid "$(stack_pid "$a")")" = \
	"$(ulimit -Hn)" ] || fail "the stack keeps a lower limit"

cat >"$tmp/take.py" <<'END'
import errno, socket, sys
listener = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(listener.getsockname())
client.send(b"x")
taken = []
print("ready", flush=True)
for line in sys.stdin:
    try:
        if line == "give\n":
            taken.clear()
            answer = "given"
        elif line == "accept\n":
            server, _ = listener.accept()
            answer = server.recv(1).decode()
        else:
            while len(taken) < 1000:
                taken.append(socket.socket(type=socket.SOCK_DGRAM))
            answer = "there is no limit"
    except OSError as e:
        answer = errno.errorcode[e.errno]
    print(answer, flush=True)
END
talk vustack "$a" python3 "$tmp/take.py"
[ "$answer" = ready ] || die "no connection: $answer"
limit 100
say take
[ "$answer" = ENFILE ] || fail "socket at the stack's limit: $answer"
say accept
[ "$answer" = ENFILE ] || fail "accept at the stack's limit: $answer"
say give
say accept
[ "$answer" = x ] || fail "accept below the limit: $answer"
hang_up
finish
