# SPDX-License-Identifier: MIT
"""Sends requests over connections that are kept, each client its next one when the last is answered.

One thread and epoll, so that the load costs little beside what is measured; what it does cost is
measured too. Requests are bytes made before the clock starts. Called by api.py; opens sockets to this
machine only.
"""
import collections
import gc
import itertools
import math
import re
import select
import socket
import time
from dataclasses import dataclass

PATIENCE = 30
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass
class Load:
    """What came of it. Seconds; latencies in order of size."""
    wall: float
    latencies: list
    statuses: collections.Counter
    cpu: float  # of this process

    @property
    def rate(self):
        return len(self.latencies) / self.wall


def rank(ordered, share):
    """The smallest value that at least this share of all does not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


class Client:
    """A connection with at most one request under way."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.began = None

    def send(self, request):
        self.answer, self.whole = b"", None
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def receive(self):
        """The status when the answer is whole, else None."""
        piece = self.socket.recv(1 << 18)
        if not piece:
            raise ConnectionError(f"the server closed a connection: {self.answer[:200]!r}")
        self.answer += piece
        if self.whole is None:
            end = self.answer.find(b"\r\n\r\n")
            if end < 0:
                return None
            self.whole = end + 4 + int(LENGTH.search(self.answer, 0, end)[1])
        return int(self.answer[9:12]) if len(self.answer) >= self.whole else None


class Run:
    def __init__(self, port, requests, clients):
        self.requests, self.poll = requests, select.epoll()
        self.clients = [Client(port) for _ in range(clients)]
        self.by_number = {client.socket.fileno(): client for client in self.clients}
        for number in self.by_number:
            self.poll.register(number, select.EPOLLIN)
        self.latencies, self.statuses, self.busy = [], collections.Counter(), 0

    def begin(self, client):
        request = next(self.requests, None)
        if request is not None:
            client.send(request)
            self.busy += 1

    def take(self, client):
        status = client.receive()
        if status is None:
            return False
        self.latencies.append(time.perf_counter() - client.began)
        self.statuses[status] += 1
        self.busy -= 1
        return True

    def go(self, seconds):
        """Until the time is up or the requests are, and all answers are there; returns how long it took."""
        start = time.perf_counter()
        for client in self.clients:
            self.begin(client)
        while self.busy:
            ready = self.poll.poll(PATIENCE)
            if not ready:
                raise TimeoutError(f"no answer for {PATIENCE} s")
            for number, _ in ready:
                client = self.by_number[number]
                if self.take(client) and time.perf_counter() - start < seconds:
                    self.begin(client)
        return time.perf_counter() - start

    def close(self):
        for client in self.clients:
            client.socket.close()
        self.poll.close()


def run(port, requests, seconds, clients=8):
    """Sends for so long; `requests` is an iterable of bytes. Returns a Load."""
    load = Run(port, iter(requests), clients)
    gc.disable()
    try:
        cpu = time.process_time()
        wall = load.go(seconds)
        cpu = time.process_time() - cpu
    finally:
        gc.enable()
        load.close()
    return Load(wall, sorted(load.latencies), load.statuses, cpu)


def again_and_again(requests):
    return itertools.cycle(requests)
