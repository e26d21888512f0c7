# SPDX-License-Identifier: MIT
"""HTTP as bytes on a socket, and the server of tests/unit/http-echo.c."""
import json
import resource
import socket
import subprocess
import time

from driver import SANITIZER, binary

LOOPBACK = "127.0.0.1"


def program():
    return binary().parent / "tests" / "http-echo"


def allow_sockets(count):
    """Lets this process have `count` sockets open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count + 100:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count + 100, hard), hard))


def eventually(what, seconds=60):
    """Waits until what() is true; its value, true or not."""
    end = time.monotonic() + seconds
    while not (value := what()) and time.monotonic() < end:
        time.sleep(0.01)
    return value


class Answer:
    def __init__(self, head, body):
        first, *rest = head.decode("latin-1").split("\r\n")
        self.version, status, _ = (first + "  ").split(" ", 2)
        self.status, self.body = int(status), body
        self.headers = {}
        for line in rest:
            name, value = line.split(":", 1)
            assert name.lower() not in self.headers, line
            self.headers[name.lower()] = value.strip()

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:200]}"


class Wire:
    """A connection. Reads exactly what the answer's head announces, so that pipelining shows."""

    def __init__(self, port, timeout=30, wrap=None):
        raw = socket.create_connection((LOOPBACK, port), timeout)
        self.socket = wrap(raw) if wrap else raw
        self.pending = bytearray()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data.encode("latin-1") if isinstance(data, str) else data)

    def receive(self):
        data = self.socket.recv(65536)
        self.pending += data
        return data

    def until(self, mark):
        while mark not in self.pending:
            if not self.receive():
                raise EOFError(f"closed after {self.pending[-200:]}")
        at = self.pending.index(mark)
        found = self.exactly(at)
        del self.pending[:len(mark)]
        return found

    def exactly(self, count):
        while len(self.pending) < count:
            if not self.receive():
                raise EOFError(f"closed after {len(self.pending)} of {count} bytes")
        found = bytes(self.pending[:count])
        del self.pending[:count]
        return found

    def chunk(self):
        size = int(self.until(b"\r\n"), 16)
        data = self.exactly(size)
        assert self.exactly(2) == b"\r\n"
        return data

    def head(self):
        return Answer(self.until(b"\r\n\r\n"), b"")

    def answer(self, head_only=False):
        found = self.head()
        length = int(found.headers.get("content-length", 0))
        if found.headers.get("transfer-encoding") == "chunked":
            while data := self.chunk():
                found.body += data
        elif not head_only:
            found.body = self.exactly(length)
        return found

    def is_closed(self):
        """Waits for the other side's end; whether it came without a byte before it."""
        try:
            return not self.pending and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def ask(self, target="/", method="GET", headers="", body=b""):
        length = f"Content-Length: {len(body)}\r\n" if body or method == "POST" else ""
        self.send(f"{method} {target} HTTP/1.1\r\nHost: test\r\n{headers}{length}\r\n")
        self.send(body)
        return self.answer(head_only=method == "HEAD")


class Echo:
    """A running http-echo. Its end is checked: exit status 0 and no sanitizer's report."""

    def __init__(self, **options):
        arguments = [f"--{name}={value}" for name, value in options.items()]
        self.process = subprocess.Popen([program(), *arguments], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(self.process.communicate()[1].decode())
        self.port = int(line)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.stop()

    def wire(self, **options):
        return Wire(self.port, **options)

    def ask(self, *arguments, **options):
        with self.wire() as wire:
            return wire.ask(*arguments, **options)

    def counts(self):
        return self.ask("/counts").json

    def cpu_seconds(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def stop(self):
        if self.process.poll() is None:
            _, errors = self.process.communicate(timeout=60)
            errors = errors.decode(errors="replace")
            assert not any(mark in errors for mark in SANITIZER), errors
            assert self.process.returncode == 0, errors
