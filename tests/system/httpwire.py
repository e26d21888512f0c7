# SPDX-License-Identifier: MIT
"""HTTP/1.1 as a server speaks it, with nothing hidden: for servers that also have to misbehave, see faults.py.

    class Mine(Service):
        def answer(self, request):               # in a thread of the connection's own
            return Answer(200, {"ETag": '"a"'}, b"...")

    mine = Mine(); mine.port; mine.log; mine.end()

A connection is kept alive as HTTP/1.1 asks for. Bodies are read and sent in pieces, so any size works.
"""
import email.utils
import http
import os
import re
import select
import socket
import struct
import threading
import time
import urllib.parse

from rawhttp import LOOPBACK

PIECE = 256 << 10
MAX_HEAD = 64 << 10
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class Gone(Exception):
    """The other side has closed, or is not spoken to any longer. Its argument is how much of a body arrived there."""


class Malformed(Exception):
    """This is not HTTP."""


def http_date(moment=None):
    return email.utils.formatdate(time.time() if moment is None else moment, usegmt=True)


def span(text, size):
    """(first, last) that a Range header asks for of `size` bytes, not held against it yet; None when it is no range."""
    found = RANGE.match(text or "")
    if not found or found[0] == "bytes=-":
        return None
    if not found[1]:
        return size - int(found[2]), size - 1
    return int(found[1]), int(found[2] or size - 1)


# --- what is asked ---


def parsed(head):
    """(words of the first line, [(name, value)]) of a message's head."""
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = []
    for line in lines:
        name, mark, value = line.partition(":")
        if not mark or not name or name != name.strip():
            raise Malformed(line)
        pairs.append((name, value.strip()))
    return first.split(" ", 2), pairs


class Request:
    """A request: its head, and `body()`, the pieces of its body, once."""

    def __init__(self, head, wire=None):
        words, self.lines = parsed(head)
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            raise Malformed(" ".join(words))
        self.method, self.target, self.version = words
        self.headers = {name.lower(): value for name, value in self.lines}
        self.path, _, self.raw_query = self.target.partition("?")
        self.query = dict(urllib.parse.parse_qsl(self.raw_query, keep_blank_values=True))
        self.wire, self.received, self.seen = wire, 0, None
        self.chunked = self.headers.get("transfer-encoding", "").lower() == "chunked"
        self.length = int(self.headers.get("content-length", 0))
        self.has_body = self.chunked or self.length > 0
        self.waits = self.has_body and self.headers.get("expect", "").lower() == "100-continue"
        self.pieces = self.read()

    @property
    def range(self):
        return self.headers.get("range")

    def read(self):
        if self.waits:
            self.waits = False
            self.wire.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        for piece in self.wire.body(self.length, self.chunked):
            self.received += len(piece)
            yield piece

    def body(self):
        """The same pieces for whoever asks: what one has taken another does not get."""
        return self.pieces

    def text(self, most=4 << 20):
        """A short body, whole."""
        found = bytearray()
        for piece in self.pieces:
            found += piece
            if len(found) > most:
                raise Malformed("the body is too long")
        return bytes(found)

    def drain(self):
        for _ in self.pieces:
            pass

    def __repr__(self):
        return f"{self.method} {self.target}" + (f" {self.range}" if self.range else "")


# --- what is answered ---


class Bytes:
    """A body in memory."""

    def __init__(self, data):
        self.data, self.size = data, len(data)

    def send(self, wire, first, count):
        wire.send(self.data[first:first + count])


class Answer:
    """Status, headers ({name: value}) and a body: bytes, or what has `size` and `send(wire, first, count)`."""

    def __init__(self, status, headers=None, body=b"", close=False):
        self.status, self.headers, self.close = status, dict(headers or {}), close
        self.body = Bytes(body) if isinstance(body, bytes) else body

    def set(self, name, value):
        """Puts a header in the place of one of that name."""
        self.headers = {k: v for k, v in self.headers.items() if k.lower() != name.lower()}
        self.headers[name] = value

    def has(self, name):
        return any(k.lower() == name.lower() for k in self.headers)

    def head(self):
        if self.status >= 200 and self.status not in (204, 304) and not self.has("Content-Length"):
            self.set("Content-Length", str(self.body.size))
        if self.close:
            self.set("Connection", "close")
        try:
            reason = http.HTTPStatus(self.status).phrase
        except ValueError:
            reason = "Other"
        lines = [f"HTTP/1.1 {self.status} {reason}", *(f"{k}: {v}" for k, v in self.headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


# --- a connection ---


class Wire:
    """One end of a connection; `number` counts a server's connections."""

    def __init__(self, sock, number=0):
        self.socket, self.number, self.pending, self.sent = sock, number, bytearray(), 0
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def receive(self):
        try:
            return self.socket.recv(PIECE)
        except OSError:
            raise Gone from None

    def more(self):
        """Reads on into `pending`."""
        data = self.receive()
        if not data:
            raise Gone
        self.pending += data

    def until(self, mark):
        """Bytes up to a mark, without it."""
        while (at := self.pending.find(mark)) < 0:
            if len(self.pending) > MAX_HEAD:
                raise Malformed("this line or head is too long")
            self.more()
        found = bytes(self.pending[:at])
        del self.pending[:at + len(mark)]
        return found

    def exactly(self, count):
        """That many bytes, in pieces."""
        while count:
            if not self.pending:
                self.more()
            piece = bytes(self.pending[:count])
            del self.pending[:count]
            count -= len(piece)
            yield piece

    def body(self, length, chunked):
        """The pieces of a message's body."""
        if not chunked:
            yield from self.exactly(length)
            return
        while size := int(self.until(b"\r\n").split(b";")[0], 16):
            yield from self.exactly(size)
            self.until(b"\r\n")
        while self.until(b"\r\n"):
            pass

    def request(self):
        return Request(self.until(b"\r\n\r\n"), self)

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            raise Gone from None
        self.sent += len(data)

    def send_file(self, file, first, count):
        """Out of an open file, without a copy through here."""
        try:
            while count:
                done = os.sendfile(self.socket.fileno(), file.fileno(), first, min(count, PIECE))
                if not done:
                    raise Gone
                first, count, self.sent = first + done, count - done, self.sent + done
        except OSError:
            raise Gone from None

    def send_body(self, body, first, count):
        """Returns how many bytes that were: fewer than `count` are told by Gone."""
        before = self.sent
        try:
            body.send(self, first, count)
        except Gone:
            raise Gone(max(0, self.arrived() - before)) from None
        return self.sent - before

    def arrived(self):
        """How many of the sent bytes the other side's machine has taken: tcpi_bytes_acked, see tcp(7)."""
        try:
            told = self.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        except OSError:
            return self.sent
        return min(self.sent, struct.unpack_from("=Q", told, 120)[0])

    def reset(self):
        """Ends the connection with a reset; what was not sent yet never is."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def wait_gone(self, wake):
        """Waits until the other side has closed, True, or the file `wake` can be read, False."""
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        poll.register(wake, select.POLLIN)
        return wake not in [file for file, _ in poll.poll()]


# --- what was asked and answered ---


class Seen:
    """A request, and when it is over what came of it."""

    def __init__(self, request, fault=None):
        self.request, self.connection, self.fault = request, request.wire.number, fault
        self.method, self.target, self.path, self.query = request.method, request.target, request.path, request.query
        self.headers, self.range = request.headers, request.range
        self.status, self.received, self.sent, self.busy = None, 0, 0, True
        self.begun, self.ended = time.monotonic(), None

    def finish(self, answer, sent):
        self.status, self.received, self.sent = answer.status if answer else None, self.request.received, sent
        self.ended = time.monotonic()

    def __repr__(self):
        return (f"{self.method} {self.target} {self.range or ''} -> {self.status}, {self.received} in, {self.sent} out"
                + (f", {self.fault}" if self.fault else "") + (", not over" if self.busy else ""))


class Log:
    """All requests, in the order of their beginnings. Whoever has an answer finds its request here, over: what is
    asked waits for those that are busy (not for those that a fault makes stall)."""

    def __init__(self):
        self.seen, self.changed = [], threading.Condition()

    def begin(self, seen):
        with self.changed:
            self.seen.append(seen)

    def set_busy(self, seen, busy):
        with self.changed:
            seen.busy = busy
            self.changed.notify_all()

    def clear(self):
        with self.changed:
            self.seen.clear()

    def wait(self, enough, seconds=60):
        """All, as soon as enough(them) says so, or when it takes too long."""
        with self.changed:
            self.changed.wait_for(lambda: enough(self.seen), seconds)
            return list(self.seen)

    def all(self, **wanted):
        """Those whose attributes are as wanted: all(method="GET", status=206)."""
        found = self.wait(lambda seen: not any(one.busy for one in seen))
        return [one for one in found if all(getattr(one, k) == v for k, v in wanted.items())]

    def sent(self, **wanted):
        """Bytes of bodies that reached whoever asked."""
        return sum(one.sent for one in self.all(**wanted))

    def received(self, **wanted):
        return sum(one.received for one in self.all(**wanted))

    def most_at_once(self, **wanted):
        """How many requests were under way at the same time, at most."""
        steps = [step for one in self.all(**wanted) if one.ended
                 for step in ((one.begun, 1), (one.ended, -1))]
        now = most = 0
        for _, step in sorted(steps):
            now += step
            most = max(most, now)
        return most


# --- a server ---


class Service:
    """Listens on a free port of loopback, or on that one again; a thread for each connection."""

    def __init__(self, host=LOOPBACK, port=0):
        self.listener = socket.create_server((host, port), backlog=256)
        self.port, self.log = self.listener.getsockname()[1], Log()
        self.lock, self.open, self.accepted, self.ending = threading.Lock(), set(), 0, False
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def answer(self, request):
        raise NotImplementedError

    def accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.accepted += 1
                wire = Wire(sock, self.accepted)
                if self.ending:
                    sock.close()
                    return
                self.open.add(wire)
            threading.Thread(target=self.talk, args=(wire,), daemon=True).start()

    def talk(self, wire):
        try:
            while self.serve(wire.request()):
                pass
        except Gone:
            pass
        except (Malformed, ValueError) as error:
            self.send_refusal(wire, error)
        finally:
            self.forget(wire)

    def forget(self, wire):
        with self.lock:
            self.open.discard(wire)
        wire.socket.close()

    @staticmethod
    def send_refusal(wire, error):
        try:
            refusal = Answer(400, {"Content-Type": "text/plain"}, f"{error}\n".encode(), close=True)
            wire.send(refusal.head() + refusal.body.data)
        except Gone:
            pass

    def serve(self, request):
        """One request, from its head to the end of its answer; whether the connection goes on."""
        seen = request.seen = self.seen(request)
        answer, sent = None, 0
        self.log.begin(seen)
        try:
            answer = self.respond(request)
            self.settle(request, answer)
            sent = self.send(request, answer)
        except Gone as gone:
            sent = gone.args[0] if gone.args else 0
            raise
        finally:
            seen.finish(answer, sent)
            self.log.set_busy(seen, False)
        return not answer.close

    def seen(self, request):
        return Seen(request)

    def respond(self, request):
        return self.answer(request)

    @staticmethod
    def settle(request, answer):
        """A body that nobody read is read away, unless it was not sent yet: then there will be no other request."""
        if request.waits:
            answer.close = True
        else:
            request.drain()
        if request.headers.get("connection", "").lower() == "close":
            answer.close = True

    def send(self, request, answer):
        """How many bytes of the body were sent."""
        request.wire.send(answer.head())
        if request.method == "HEAD":
            return 0
        return request.wire.send_body(answer.body, 0, answer.body.size)

    def end(self):
        with self.lock:
            self.ending = True
            left = list(self.open)
        # A thread that waits in accept() or recv() is not woken by a close.
        for sock in (self.listener, *(wire.socket for wire in left)):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.listener.close()
        self.thread.join()
