#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Ctrl-C, Ctrl-Z, fg, bg on a terminal: for umvu as a job of a shell outside,
and for jobs of a shell inside of a view."""
import os
import pty
import re
import select
import signal
import sys
import time

PROMPT = "PROMPT> "
failures = 0


class Terminal:
    def __init__(self, *command):
        env = dict(os.environ, PS1=PROMPT, LC_ALL="C", TERM="dumb",
                   PATH=os.environ["VU_BUILD"] + "/bin:/usr/bin:/bin")
        self.text = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            # a shell cannot undo that they are ignored
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.signal(signal.SIGQUIT, signal.SIG_DFL)
            os.execvpe(command[0], command, env)

    def expect(self, pattern):
        """Reads until pattern comes; forgets the text up to its end."""
        give_up = time.monotonic() + 15
        while not (found := re.search(pattern, self.text)):
            ready, _, _ = select.select([self.fd], [], [], 0.2)
            try:
                self.text += os.read(self.fd, 4096).decode() if ready else ""
            except OSError:  # the other side is closed
                give_up = 0
            if time.monotonic() > give_up:
                sys.exit(f"FAIL: no {pattern!r} in {self.text!r}")
        self.text = self.text[found.end():]

    def type(self, text):
        os.write(self.fd, text.encode())

    def interrupt(self):
        """Ctrl-C until the prompt comes: also with no view, the very first one
        is sometimes without effect when it follows the start at once."""
        give_up = time.monotonic() + 15
        while PROMPT not in self.text and time.monotonic() < give_up:
            self.type("\x03")
            if select.select([self.fd], [], [], 2)[0]:
                time.sleep(0.2)
                self.text += os.read(self.fd, 4096).decode()
        self.expect(re.escape(PROMPT))

    def run(self, line):
        self.type(line + "\n")
        self.expect(re.escape(line) + "\r\n")

    def end(self):
        global failures
        give_up = time.monotonic() + 15
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > give_up:
                print("FAIL: the shell does not end")
                failures += 1
                os.kill(self.pid, 9)
                _, status = os.waitpid(self.pid, 0)
                break
            time.sleep(0.02)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


def jobs(t, prefix):
    """prefix: what runs the jobs; the shell is at its prompt."""
    t.run(f"{prefix}sh -c 'echo run; read x; echo not reached'")
    t.expect("run\r\n")
    t.interrupt()
    t.run("echo status $?")
    t.expect("status 130\r\n")
    t.expect(re.escape(PROMPT))

    t.run(f"{prefix}sh -c 'echo start; read x; echo got $x'")
    t.expect("start\r\n")
    t.type("\x1a")
    t.expect("Stopped")
    t.expect(re.escape(PROMPT))
    t.run("jobs")
    t.expect("Stopped")
    t.expect(re.escape(PROMPT))
    t.type("fg\n")
    t.expect("read x; echo got.*\r\n")
    t.type("input\n")
    t.expect("got input\r\n")
    t.expect(re.escape(PROMPT))

    t.run(f"{prefix}sleep 1000 &")
    t.expect(re.escape(PROMPT))
    t.run("kill %1; wait %1; echo status $?")
    t.expect("status 143\r\n")
    t.expect(re.escape(PROMPT))


def shell(*command):
    t = Terminal(*command)
    t.expect(re.escape(PROMPT))
    # else Ctrl-C takes away what is on its way, sometimes the next prompt
    t.run("stty noflsh")
    t.expect(re.escape(PROMPT))
    return t


outside = shell("bash", "--norc", "-i")
jobs(outside, "umvu -N ")
outside.type("exit 3\n")
if outside.end() != 3:
    print("FAIL: exit status of the shell outside")
    failures += 1

inside = shell("umvu", "-N", "bash", "--norc", "-i")
jobs(inside, "")
inside.interrupt()
inside.type("exit 4\n")
if inside.end() != 4:
    print("FAIL: exit status of the shell inside")
    failures += 1

# stopped as a whole: a view in the background that reads the terminal
outside = shell("bash", "--norc", "-i")
outside.run("umvu -N sh -c 'read x; echo got $x' &")
outside.expect(re.escape(PROMPT))
outside.run("while ! jobs | grep -q Stopped; do sleep 0.1; done; echo is stopped")
outside.expect("is stopped\r\n")
outside.type("fg\n")
outside.expect("read x; echo got.*\r\n")
outside.type("line\n")
outside.expect("got line\r\n")
outside.type("exit\n")
outside.end()
sys.exit(failures != 0)
