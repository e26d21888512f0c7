# SPDX-License-Identifier: MIT
"""Stand-ins for polymux-runner (POLYMUX_RUNNER): they tell, crash or hang, then become the real one.

Each start of a runner is numbered by an atomic mkdir, so a rule such as "the third one crashes"
needs no clock. What is started is told through a FIFO; the tests wait for lines, not for time.
"""
import os
import select
import signal
import time
from pathlib import Path

import driver

HEAD = """#!/bin/sh
n=1
while ! mkdir "{state}/$n" 2>/dev/null; do n=$((n + 1)); done
{body}
exec "{real}" "$@"
"""

# Looks at the order (one line of JSON on the control socket, base/wire.h) without taking it.
PEEK = """
import re, socket, sys
control, size = socket.socket(fileno=3), 1 << 16
order = b""
while b"\\n" not in order:
    order = control.recv(size, socket.MSG_PEEK)
    size *= 2
    if not order:
        break
control.detach()
sys.exit(0 if re.search(sys.argv[1].encode(), order, re.S) else 1)
"""


class Runner:
    """A wrapper script and what it has told."""

    def __init__(self, home, body):
        self.state = Path(home) / "runner-state"
        self.state.mkdir(parents=True)
        self.script, self.pipe = self.state / "runner", self.state / "pipe"
        real = driver.binary().parent / "polymux-runner"
        self.script.write_text(HEAD.format(state=self.state, real=real, body=body.format(
            pipe=self.pipe, peek=self.state / "peek.py")), "ascii")
        (self.state / "peek.py").write_text(PEEK, "ascii")
        self.script.chmod(0o755)
        os.mkfifo(self.pipe)
        self.reader = os.open(self.pipe, os.O_RDONLY | os.O_NONBLOCK)
        self.writer = os.open(self.pipe, os.O_WRONLY)   # so that the reader never meets an end
        self.text = ""

    def env(self, **more):
        return {"POLYMUX_RUNNER": str(self.script), **more}

    def starts(self):
        return sum(p.is_dir() for p in self.state.iterdir())

    def line(self, process, seconds=60):
        """The next line told; None when the process ends first."""
        end = time.monotonic() + seconds
        while "\n" not in self.text:
            ready, _, _ = select.select([self.reader], [], [], 0.02)
            if ready:
                self.text += os.read(self.reader, 4096).decode()
            elif process.poll() is not None:
                return None
            assert time.monotonic() < end, "no runner was started"
        line, self.text = self.text.split("\n", 1)
        return line

    def close(self):
        os.close(self.reader)
        os.close(self.writer)


TELL = 'echo "$n $$" >"{pipe}"'


def crash_at(*numbers):
    """Crashes the n-th started runners, as a bad memory access does."""
    return f'case $n in {"|".join(map(str, numbers))}) kill -SEGV $$;; esac'


def when(pattern, action):
    """Does `action` in every runner whose order matches a regular expression."""
    return f"if /usr/bin/python3 -SE {{peek}} '{pattern}'; then {action}; fi"


def crash_when(pattern):
    return when(pattern, "kill -SEGV $$")


def hang_at(*numbers):
    """Stops for good, holding on to all it has been given."""
    return f'case $n in {"|".join(map(str, numbers))}) exec sleep 3600;; esac'


def hang_when(pattern):
    return when(pattern, "exec sleep 3600")


def kill_group(process):
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def follow(process, polymux, artifacts):
    """Waits until the cache holds that many files; False when the process ends before."""
    while process.poll() is None:
        if len(polymux.cached()) >= artifacts:
            return True
        select.select([], [], [], 0.002)
    return False
