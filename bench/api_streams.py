# SPDX-License-Identifier: MIT
"""Many readers of Server-Sent Events at once. Called by api.py; opens sockets to this machine only."""
import resource
import select
import socket
import time

PATIENCE = 60


def raise_files_limit(wanted):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))


class Streams:
    """`count` connections, each with an answer that does not end."""

    def __init__(self, port, request, count):
        raise_files_limit(count + 256)
        self.poll, self.sockets, self.begun = select.epoll(), {}, set()
        self.events = self.bytes = 0
        for _ in range(count):
            one = socket.create_connection(("127.0.0.1", port), PATIENCE)
            one.sendall(request)
            self.sockets[one.fileno()] = one
            self.poll.register(one.fileno(), select.EPOLLIN)
        self.wait_begun()

    def wait_begun(self):
        """Until every stream has told of something."""
        end = time.monotonic() + PATIENCE
        while len(self.begun) < len(self.sockets):
            if time.monotonic() > end:
                raise TimeoutError(f"only {len(self.begun)} of {len(self.sockets)} streams began")
            self.read(1)
        self.events = self.bytes = 0

    def read(self, seconds):
        for number, _ in self.poll.poll(seconds, 256):
            piece = self.sockets[number].recv(1 << 16)
            if not piece:
                raise ConnectionError("the server ended a stream")
            if number not in self.begun and not piece.startswith(b"HTTP/1.1 200"):
                raise ConnectionError(f"no stream: {piece[:500]!r}")
            self.begun.add(number)
            self.bytes += len(piece)
            self.events += piece.count(b"event: ")

    def go(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read(left)

    def close(self):
        for one in self.sockets.values():
            one.close()
        self.poll.close()
