# SPDX-License-Identifier: MIT
"""Servers that are not ours, as children of a test.

    ports = Ports(4)                             # nobody else gets them while this lives
    child = Child(["nginx", ...], tmp_path / "nginx.log")
    child.until(lambda: asks(ports[0]))
    child.end(); ports.close()
"""
import http.client
import shutil
import socket
import subprocess

from rawhttp import LOOPBACK, eventually

PATIENCE = 60


class Ports:
    """Free ports of loopback. Each stays bound, but not listening, so that it is handed to nobody else until
    the server that it is meant for (which sets SO_REUSEADDR, as they all do) listens on it."""

    def __init__(self, count, host=LOOPBACK):
        self.held = []
        for _ in range(count):
            held = socket.socket()
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.bind((host, 0))
            self.held.append(held)

    def __getitem__(self, at):
        return self.held[at].getsockname()[1]

    def close(self):
        for held in self.held:
            held.close()


class Child:
    """A process that dies with the test at the latest; what it prints goes to a file."""

    def __init__(self, command, log, **how):
        self.log = log
        with open(log, "ab") as file:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *map(str, command)], stdin=subprocess.DEVNULL,
                stdout=file, stderr=subprocess.STDOUT, **how)

    @property
    def pid(self):
        return self.process.pid

    def said(self):
        return self.log.read_text("utf-8", "replace")

    def until(self, answers, seconds=PATIENCE):
        """Waits until answers() is true; a refused connection is not."""
        def ready():
            assert self.process.poll() is None, f"it ended, {self.process.returncode}: {self.said()[-4000:]}"
            try:
                return answers()
            except (OSError, http.client.HTTPException):
                return False

        assert eventually(ready, seconds), f"no answer after {seconds} s: {self.said()[-4000:]}"
        return self

    def end(self, seconds=20):
        """Asks it to end, and makes it."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()


def program(name):
    """Where a server's program is; daemons are in folders that not every PATH has. None when it is nowhere."""
    return shutil.which(name) or shutil.which(name, path="/usr/local/sbin:/usr/sbin:/sbin")
