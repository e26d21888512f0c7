# SPDX-License-Identifier: MIT
"""Servers that fail as a test tells them to.

    faults = Faults()
    faults.each("reset")                         # each distinct request fails once, the first time it comes
    faults.nth(3, "500")                         # the third; nth({1, 2}, ...) the first two
    faults.always("503", match=lambda request: request.method == "PUT")
    faults.release()                             # from now on nothing fails, and what stalls goes on
    faults.injected                              # [(kind, request)]

An OssServer has `faults`; `Proxy(port)` puts them before any other HTTP server: clients are given the proxy's port.
What fails is decided by the requests alone, never by time or chance. Kinds:

    "500", "403" …   that status, with S3's and OSS's kind of body; nothing is done. "503" and "429" are SlowDown with
                     Retry-After
    "skew"           403 RequestTimeTooSkewed by a server whose clock, in Date, is an hour ahead; nothing is done
    "reset"          the connection is reset, in the middle of the request's body where it has one; nothing is done
    "stall"          silence, until the client gives up or the test releases: before a request's body is read and
                     anything is done, or else in the middle of the answer's body
    "lost"           it is done, and the connection is reset instead of an answer
    "truncated"      the connection is closed in the middle of the answer's body
    "torn"           and reset there
    "short"          Content-Length, and the body, are a byte too short
    "long"           Content-Length is a byte too long, and then the connection is closed
    "whole"          the request's Range is not seen: 200 and everything
    a callable       is called with the request, which is then served as ever
"""
import os
import select
import socket
import threading
import time
import urllib.parse

from httpwire import Answer, Bytes, Gone, Seen, Service, Wire, http_date, parsed
from rawhttp import LOOPBACK

RETRY_AFTER = 1
AHEAD = 3600
CODES = {403: "AccessDenied", 404: "NoSuchKey", 409: "OperationAborted", 429: "SlowDown", 500: "InternalError",
         502: "BadGateway", 503: "SlowDown", 504: "GatewayTimeout"}
# What a signature puts into a query, which makes no other request of it.
UNSIGNED = ("signature", "expires", "ossaccesskeyid", "x-oss-", "x-amz-")


def anything(_):
    return True


def identity(request):
    """What makes a request distinct. Of a range its end: one that is read on where it broke off is no other."""
    pairs = [(k, v) for k, v in urllib.parse.parse_qsl(request.raw_query, keep_blank_values=True)
             if not k.lower().startswith(UNSIGNED)]
    end = (request.range or "").rpartition("-")[2]
    return request.method, request.headers.get("host"), request.path, tuple(sorted(pairs)), end


class Rule:
    def __init__(self, kind, match, decide):
        self.kind, self.match, self.decide, self.asked, self.known = kind, match, decide, 0, set()

    def applies(self, request):
        if not self.match(request):
            return False
        self.asked += 1
        return self.decide(self, request)


class Faults:
    """Rules, and what has come of them. The first rule that applies to a request decides."""

    def __init__(self):
        self.lock, self.rules, self.injected = threading.Lock(), [], []
        self.wake, self.waker = os.pipe()

    def add(self, kind, match, decide):
        with self.lock:
            self.rules.append(Rule(kind, match, decide))
        return self

    def each(self, kind, match=anything):
        def first_time(rule, request):
            known = identity(request) in rule.known
            rule.known.add(identity(request))
            return not known

        return self.add(kind, match, first_time)

    def nth(self, numbers, kind, match=anything):
        numbers = {numbers} if isinstance(numbers, int) else set(numbers)
        return self.add(kind, match, lambda rule, _: rule.asked in numbers)

    def always(self, kind, match=anything):
        return self.add(kind, match, lambda *_: True)

    def release(self):
        with self.lock:
            self.rules = []
            if self.waker is not None:
                os.close(self.waker)
                self.waker = None

    def pick(self, request):
        """The kind of fault for a request; None for a good day."""
        with self.lock:
            kind = next((rule.kind for rule in self.rules if rule.applies(request)), None)
            if kind is not None:
                self.injected.append((kind, repr(request)))
            return kind

    def wait(self, wire):
        """Comes back when the test has released; raises Gone when the client gave up before."""
        if wire.wait_gone(self.wake):
            raise Gone


# --- the kinds ---


def error_body(code, message):
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message>'
            f"<RequestId>fault</RequestId></Error>\n").encode()


def refusal(status, code, headers=None):
    return Answer(status, {"Content-Type": "application/xml", "Date": http_date(), **(headers or {})},
                  error_body(code, "A test asked for this."))


def instead(kind):
    """The answer that stands for the work; None when the work is to be done."""
    if kind == "skew":
        return refusal(403, "RequestTimeTooSkewed", {"Date": http_date(time.time() + AHEAD)})
    if isinstance(kind, str) and kind.isdigit():
        wait = {"Retry-After": str(RETRY_AFTER)} if kind in ("429", "503") else {}
        return refusal(int(kind), CODES.get(int(kind), "Error"), wait)
    return None


def reset_in_body(request):
    """Takes half of a request's body first. (One that waits for 100 Continue has not sent it.)"""
    if request.has_body and not request.waits:
        for _ in request.body():
            if request.received * 2 >= request.length:
                break
    request.wire.reset()
    raise Gone


def send_half(request, answer):
    """Half of the answer's body, or of its head where it has none; (bytes of the body sent, what is left to do)."""
    wire, head = request.wire, answer.head()
    size = 0 if request.method == "HEAD" else answer.body.size
    if not size:
        wire.send(head[:len(head) // 2])
        return 0, lambda: wire.send(head[len(head) // 2:]) or 0
    wire.send(head)
    return wire.send_body(answer.body, 0, size // 2), lambda: wire.send_body(answer.body, size // 2, size - size // 2)


def send_length(request, answer, by):
    """An answer whose Content-Length is not what it should be."""
    size = answer.body.size
    answer.set("Content-Length", str(max(0, size + by)))
    answer.close = by > 0
    request.wire.send(answer.head())
    if request.method == "HEAD":
        return 0
    return request.wire.send_body(answer.body, 0, min(size, max(0, size + by)))


class FaultyService(Service):
    """A service with `faults`."""

    def __init__(self, faults=None, **how):
        self.faults = faults or Faults()
        super().__init__(**how)

    def seen(self, request):
        return Seen(request, self.faults.pick(request))

    def respond(self, request):
        kind = request.seen.fault
        if callable(kind):
            kind(request)
        elif kind == "reset":
            reset_in_body(request)
        elif kind == "stall" and request.has_body:
            self.stall(request)
        elif kind == "whole":
            request.headers.pop("range", None)
        return instead(kind) or self.answer(request)

    def send(self, request, answer):
        kind = request.seen.fault
        if kind == "lost":
            request.wire.reset()
            raise Gone
        if kind in ("short", "long"):
            return send_length(request, answer, -1 if kind == "short" else 1)
        if kind in ("truncated", "torn") or (kind == "stall" and not request.has_body):
            return self.send_in_part(request, answer, kind)
        return super().send(request, answer)

    def send_in_part(self, request, answer, kind):
        sent, rest = send_half(request, answer)
        if kind == "stall":
            try:
                self.stall(request)
                return sent + rest()
            except Gone as gone:
                raise Gone(sent + (gone.args[0] if gone.args else 0)) from None
        if kind == "torn":
            request.wire.reset()
        raise Gone(sent)

    def stall(self, request):
        self.log.set_busy(request.seen, False)
        self.faults.wait(request.wire)
        self.log.set_busy(request.seen, True)

    def end(self):
        self.faults.release()
        super().end()


# --- before another server ---


class Passed:
    """A body that is read from the server behind while it is sent."""

    def __init__(self, wire, size):
        self.size, self.pieces, self.left = size, wire.exactly(size), bytearray()

    def send(self, wire, first, count):
        """In order: what was sent once does not come again."""
        while count:
            if not self.left:
                self.left += next(self.pieces)
            piece = bytes(self.left[:count])
            del self.left[:count]
            count -= len(piece)
            wire.send(piece)


class Proxy(FaultyService):
    """Hands requests on to another port of loopback, heads as they are, so that signatures stay good."""

    def __init__(self, port, **how):
        self.behind = port
        super().__init__(**how)

    def answer(self, request):
        back = self.connected(request.wire)
        self.hand_on(back, request)
        while True:
            words, pairs = parsed(back.until(b"\r\n\r\n"))
            if len(words) < 2 or not words[1].isdigit():
                raise Gone
            if not words[1].startswith("1"):
                break
        return self.handed_back(request, back, int(words[1]), pairs)

    def connected(self, wire):
        """One connection behind for each in front; a new one for a kept one that is over."""
        if getattr(wire, "back", None) is not None and self.is_over(wire.back):
            self.disconnect(wire)
        if getattr(wire, "back", None) is None:
            try:
                wire.back = Wire(socket.create_connection((LOOPBACK, self.behind)))
            except OSError:
                raise Gone from None
        return wire.back

    @staticmethod
    def is_over(back):
        """Whether it was closed, or has something to say before it is asked: what is left of another answer."""
        return bool(back.pending) or bool(select.select([back.socket], [], [], 0)[0])

    @staticmethod
    def hand_on(back, request):
        asked_whole = "range" not in request.headers
        lines = [f"{k}: {v}" for k, v in request.lines
                 if k.lower() != "expect" and not (asked_whole and k.lower() == "range")]
        first = f"{request.method} {request.target} {request.version}"
        back.send(("\r\n".join([first, *lines]) + "\r\n\r\n").encode("latin-1"))
        for piece in request.body():
            back.send(b"%x\r\n%b\r\n" % (len(piece), piece) if request.chunked else piece)
        if request.chunked:
            back.send(b"0\r\n\r\n")

    def handed_back(self, request, back, status, pairs):
        named = {k.lower(): v for k, v in pairs}
        bare = request.method == "HEAD" or status in (204, 304)
        chunked = named.get("transfer-encoding", "").lower() == "chunked"
        close = named.get("connection", "").lower() == "close"
        if bare:
            body = Bytes(b"")
            if chunked:
                # Swift sends a chunked body's end behind a head that has no body: off with it.
                self.disconnect(request.wire)
        elif "content-length" in named:
            body = Passed(back, int(named["content-length"]))
        else:
            body = Bytes(b"".join(back.body(0, True) if chunked else iter(back.receive, b"")))
            close = close or not chunked
        return Answer(status, {k: v for k, v in pairs if k.lower() != "transfer-encoding"}, body, close)

    @staticmethod
    def disconnect(wire):
        back, wire.back = getattr(wire, "back", None), None
        if back:
            back.socket.close()

    def forget(self, wire):
        self.disconnect(wire)
        super().forget(wire)
