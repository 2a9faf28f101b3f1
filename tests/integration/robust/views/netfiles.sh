# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# /proc/net of stacks that stop, die or know nothing of it; odd paths.
command -v python3 >/dev/null || skip "no python3 here"
vumount -t vunetioth vdestack "$tmp/n" || skip "no vdestack here"
check "mount" vumount -t vunetioth vdestack "$tmp/m"
check "mount" vumount -t vunetioth blind "$tmp/b"
refuse "a plug-in without" "*No such file*" vustack "$tmp/b" cat /proc/net/dev
refuse "a plug-in without" "*No such file*" vustack "$tmp/b" stat /proc/net/dev

# Odd paths give what they give without a view.
cat >"$tmp/odd.py" <<'END'
import os
net = b"/proc/net/"
dots = b"/proc/self/" + b"net/../" * 500
paths = [net + b"a" * n for n in (254, 255, 256, 3000, 4084, 4085, 5000)]
paths += [net + name for name in (
    b"", b".", b"..", b"/", b"//dev", b"dev/", b"dev//", b"dev/.", b"dev/..",
    b"dev/x", b"dev/../dev", b"\n", b"%s%n%99999d", b"\xff\xfe", b" ", b"dev ",
    b"DEV", b"../net/dev", b"../../net/dev", b"../../../proc/net/dev",
    b"stat/", b"stat/../dev", b"stat/../../status", b"nope/../dev")]
paths += [dots + b"net/dev", dots + b"net/nope", b"/proc/99999999/net/dev",
          b"/proc/self/task/1/net/dev", b"/proc/sys/net/",
          b"/proc/sys/net/nope/x", b"/proc/sys/net/ipv4/../core/somaxconn",
          b"/proc/sys/net/../../sys/net/ipv4/ip_forward", b"/proc/netnet/net",
          b"/proc/-1/net/dev", b"/proc/0x1/net/dev", b"/proc/self/net/net/net"]
calls = [os.stat, os.lstat, os.readlink, os.listdir, os.listxattr,
         lambda p: os.getxattr(p, "user.x"),
         # not W_OK: only who tries knows what may be written
         *(lambda p, m=m: os.access(p, m) for m in (0, 1, 4, 5, 8, 64)),
         *(lambda p, f=f: os.close(os.open(p, f)) for f in (
             os.O_RDONLY, os.O_WRONLY, os.O_RDWR, os.O_RDONLY | os.O_DIRECTORY,
             os.O_RDONLY | os.O_NOFOLLOW, os.O_PATH, 3,
             os.O_RDONLY | os.O_CREAT | os.O_EXCL, os.O_RDWR | os.O_TRUNC))]
os.chdir("/proc/self")
for path in paths:
    for at in (path, path.replace(b"/proc/self/", b""), path.replace(b"/proc/net", b"net")):
        said = []
        for call in calls:
            try:
                result = call(at)
                said.append(result if isinstance(result, bool) else 0)
            except OSError as e:
                said.append(e.errno)
        print(at[:40], len(at), *said)
END
python3 "$tmp/odd.py" >"$tmp/native"
vustack "$tmp/n" python3 "$tmp/odd.py" >"$tmp/odd"
diff "$tmp/native" "$tmp/odd" >"$tmp/diff" || fail "odd paths: $(cat "$tmp/diff")"
# a call with addresses that are none
check "bad addresses" vustack "$tmp/n" python3 -c "
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
path = b'/proc/net/dev'
for nr, args in ((2, (1, 0)), (4, (path, 1)), (262, (-100, path, 1, 0)),
                 (332, (-100, path, 0, 0x7ff, 1)), (437, (-100, path, 1, 24))):
    assert libc.syscall(nr, *args) == -1 and ctypes.get_errno() == 14, nr"

# Stopped: it alone stands still.
before=$(fds)
pid=$(stack_pid "$tmp/n")
kill -STOP "$pid"
vustack "$tmp/n" cat /proc/net/dev >"$tmp/out" 2>&1 &
waiting=$!
vustack "$tmp/n" stat /proc/net/dev >"$tmp/out.stat" 2>&1 &
looking=$!
check "the other stack" vustack "$tmp/m" cat /proc/net/dev >"$tmp/other"
check "no stack" cat /proc/net/dev >/dev/null
alive "while a stack is stopped"
abandon 10 vustack "$tmp/n" cat /proc/net/dev
kill -CONT "$pid"
check "the call that waited" wait $waiting
grep -q lo: "$tmp/out" || fail "the call that waited: $(cat "$tmp/out")"
check "the stat that waited" wait $looking
same_fds "after calls were dropped" "$before"

# So does a listing, which asks for each entry.
check "mount" vumount -t vunetioth null "$tmp/z"
pid0=$(stack_pid "$tmp/z")
mkfifo "$tmp/list.go"
vustack "$tmp/z" python3 -c "
import os, sys
d = os.open('/proc/net', os.O_RDONLY)
print('ready', flush=True)
sys.stdin.readline()
print(sorted(os.listdir(d))[0])" <"$tmp/list.go" >"$tmp/list" 2>&1 &
listing=$!
exec 7>"$tmp/list.go"
until_true 5 grep -q ready "$tmp/list" || fail "no directory"
before0=$(fds)
kill -STOP "$pid0"
abandon 5 vustack "$tmp/z" ls /proc/net
echo >&7
exec 7>&-
sleep 0.2
alive "while a listing waits"
kill -CONT "$pid0"
check "the listing that waited" wait $listing
[ "$(tail -n 1 "$tmp/list")" = arp ] || fail "listing: $(cat "$tmp/list")"
same_fds "after listings" "$before0"
check "umount" vuumount "$tmp/z"

# Many at once.
check "a crowd" vustack "$tmp/n" python3 -c "
import threading
def read():
    for i in range(50):
        assert 'lo:' in open('/proc/net/dev').read()
        open('/proc/thread-self/net/tcp').close()
threads = [threading.Thread(target=read) for i in range(20)]
[t.start() for t in threads]
[t.join() for t in threads]"
same_fds "after a crowd" "$before"

# It dies while somebody waits, and is dead.
kill -STOP "$pid"
vustack "$tmp/n" cat /proc/net/dev >"$tmp/out" 2>&1 &
waiting=$!
mkfifo "$tmp/go"
vustack "$tmp/n" sh -c "read x <$tmp/go; cat /proc/net/tcp; stat /proc/net/tcp" \
	>"$tmp/later" 2>&1 &
later=$!
exec 8>"$tmp/go"
sleep 0.3
kill -9 "$pid"
wait $waiting && fail "the dead stack's file can be read"
grep -q "No such device" "$tmp/out" || fail "of the dead: $(cat "$tmp/out")"
echo x >&8
exec 8>&-
wait $later
[ "$(grep -c "No such device" "$tmp/later")" = 2 ] ||
	fail "of the dead: $(cat "$tmp/later")"
check "of the living" vustack "$tmp/m" cat /proc/net/dev >/dev/null
check "umount of the dead" vuumount "$tmp/n"
check "umount" vuumount "$tmp/m"
check "umount" vuumount "$tmp/b"
finish
