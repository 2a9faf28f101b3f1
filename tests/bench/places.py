# SPDX-License-Identifier: GPL-2.0-or-later
"""Places where things are measured: a shell natively, in a view, in a vdens.

All stay open side by side, so that measurements in them can take turns.
"""
import os
import select
import subprocess
import tempfile
import time

END = "__end_of_command__"


class Failed(Exception):
    pass


class Place:
    """A shell that runs commands, one after the other."""

    def __init__(self, argv=(), path=""):
        env = dict(os.environ, LC_ALL="C")
        env["PATH"] = path + ":/usr/sbin:/usr/bin:/sbin:/bin"
        self.started = []
        self.buffer = ""
        # What anything here complains about, to be told when a command fails.
        self.errors = tempfile.TemporaryFile()
        self.told = 0
        self.shell = subprocess.Popen(
            [*argv, "bash", "--norc"], env=env, text=False,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
            start_new_session=True)

    def complaints(self):
        """What was written to stderr since the last call, in one line."""
        fd = self.errors.fileno()
        text = os.pread(fd, 4096, self.told).decode(errors="replace")
        self.told = os.fstat(fd).st_size
        return " / ".join(text.split("\n")).strip(" /")

    def run(self, command, timeout=60):
        """What it printed. The command gets no input."""
        line = f"{{ timeout {timeout} bash -c \"$(cat <<'{END}'\n{command}\n" \
               f"{END}\n)\"; }} </dev/null; echo {END} $?\n"
        return self.send(line, command, timeout + 5)

    def send(self, line, command, timeout):
        self.shell.stdin.write(line.encode())
        self.shell.stdin.flush()
        limit = time.monotonic() + timeout
        while END not in self.buffer or not self.buffer.endswith("\n"):
            fd = self.shell.stdout.fileno()
            if not select.select([fd], [], [], max(
                    0, limit - time.monotonic()))[0]:
                raise Failed(f"{command}: no end {self.complaints()}")
            got = os.read(fd, 65536).decode(errors="replace")
            if not got:
                raise Failed(f"{command}: the shell ended "
                             f"{self.complaints()}")
            self.buffer += got
        output, _, status = self.buffer.partition(END)
        self.buffer = ""
        if int(status) != 0:
            raise Failed(f"{command}: status {int(status)} {output.strip()} "
                         f"{self.complaints()}")
        return output.strip()

    def number(self, command, timeout=60):
        return float(self.run(command, timeout).split()[0])

    def start(self, command, timeout=20):
        """In the background, until stop(). It says a line when it is ready."""
        pid = self.send(f"exec 3< <(exec {command} </dev/null); "
                        f"read -r -u 3 -t {timeout} line; set -- $?; "
                        f"exec 3<&-; echo $!; echo {END} $1\n", command,
                        timeout + 5)
        self.started.append(pid)

    def stop(self):
        if self.started:
            pids = " ".join(self.started)
            self.send(f"kill {pids} 2>/dev/null; wait {pids} 2>/dev/null; "
                      f"echo {END} 0\n", "kill", 20)
        self.started = []

    def end(self):
        try:
            self.stop()
        except (Failed, OSError):
            pass
        self.shell.stdin.close()
        self.shell.stdout.close()
        try:
            self.shell.wait(20)
        except subprocess.TimeoutExpired:
            self.shell.kill()
            self.shell.wait()
        self.errors.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


UP = "ip link set lo up; ip addr add {0}/24 dev vde0; ip link set vde0 up"


def view(bench, *options, prefix=()):
    place = Place([*prefix, "umvu", "-N", *options], bench.path)
    place.run("vu_insmod vunetioth")
    return place


def mount(place, plugin, vnl, name, address=None):
    wire = f"-o '{vnl}' " if vnl else ""
    place.run(f"vumount -t vunetioth {wire}{plugin} /dev/net/{name}")
    if address:
        place.run(f"vustack /dev/net/{name} sh -c "
                  f"'{UP.format(address)}'")


def processes(place):
    """Process numbers of a place: its first process and all descendants."""
    parents = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as f:
                parents[int(pid)] = int(f.read().rpartition(")")[2].split()[1])
        except OSError:
            pass
    found, new = set(), {place.shell.pid}
    while new:
        found |= new
        new = {pid for pid, parent in parents.items() if parent in new}
    return found


def name_of(pid):
    with open(f"/proc/{pid}/cmdline", "rb") as f:
        return f.read().replace(b"\0", b" ").decode(errors="replace").strip()


def pss(place, start):
    """Bytes of memory, shared ones in part, of the processes of a place whose
    names begin so; by name."""
    used = {}
    for pid in processes(place):
        try:
            with open(f"/proc/{pid}/smaps_rollup") as f:
                size = next(int(line.split()[1]) for line in f
                            if line.startswith("Pss:"))
            if name_of(pid).startswith(start):
                used[name_of(pid)] = size * 1024
        except (OSError, StopIteration):
            pass
    return used


def thread_ns(place):
    """{(name, tid): nanoseconds on a processor} of a place's threads."""
    used = {}
    for pid in processes(place):
        try:
            for tid in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{tid}/schedstat") as f:
                    used[name_of(pid), int(tid)] = int(f.read().split()[0])
        except OSError:
            pass
    return used
