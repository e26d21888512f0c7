# SPDX-License-Identifier: MIT
"""Servers fail as the tests tell them to, and only so: what curl makes of each fault is what is meant by it."""
import http.client
import socket
import subprocess
import threading

import pytest

import faults
from httpwire import Answer, span
from rawhttp import eventually

DATA = bytes(range(256)) * 4096
PARTIAL, RESET, EMPTY, TIMEOUT, SEND = 18, 56, 52, 28, 55


class Echo(faults.FaultyService):
    """Answers a GET with DATA, by range too, and a PUT with how many bytes came."""

    def __init__(self, **how):
        self.taken = []
        super().__init__(**how)

    def answer(self, request):
        if request.method == "PUT":
            self.taken.append(sum(map(len, request.body())))
            return Answer(200, {"ETag": '"a"'}, b"%d" % self.taken[-1])
        part = span(request.headers.get("range"), len(DATA))
        if not part:
            return Answer(200, {}, DATA)
        headers = {"Content-Range": f"bytes {part[0]}-{part[1]}/{len(DATA)}"}
        return Answer(206, headers, DATA[part[0]:part[1] + 1])


class Behind:
    """The same server with its faults in itself, or in a proxy before one without."""

    def __init__(self, kind):
        self.server = Echo()
        self.front = self.server if kind == "server" else faults.Proxy(self.server.port)
        self.faults, self.log = self.front.faults, self.front.log

    def curl(self, *args, path="/film", feed=None):
        """(curl's exit status, HTTP's, body)."""
        done = subprocess.run(
            ["curl", "-sS", "--noproxy", "*", "--max-time", "60", "-o", "-", "-w", "\n%{http_code}", *args,
             f"http://127.0.0.1:{self.front.port}{path}"], capture_output=True, input=feed, timeout=90)
        body, _, status = done.stdout.rpartition(b"\n")
        return done.returncode, int(status), body

    def end(self):
        self.front.end()
        self.server.end()


@pytest.fixture(params=["server", "proxy"])
def behind(request):
    made = Behind(request.param)
    yield made
    made.end()


def test_good_days(behind):
    """Without faults nothing fails, any body comes through, and connections are kept."""
    assert behind.curl() == (0, 200, DATA)
    assert behind.curl("-r", "10-19") == (0, 206, DATA[10:20])
    assert behind.curl("-I")[:2] == (0, 200)
    for args in (["-H", "Expect:"], ["-H", "Expect: 100-continue"], ["-H", "Transfer-Encoding: chunked"]):
        assert behind.curl("-T", "-", *args, feed=DATA) == (0, 200, b"%d" % len(DATA))
    connection = http.client.HTTPConnection("127.0.0.1", behind.front.port, timeout=60)
    for _ in range(3):
        connection.request("GET", "/film")
        assert connection.getresponse().read() == DATA
    connection.close()
    seen = behind.log.all()
    assert len({one.connection for one in seen[-3:]}) == 1 and not behind.faults.injected
    assert [one.sent for one in seen] == [len(DATA), 10, 0, 7, 7, 7] + [len(DATA)] * 3
    assert [one.received for one in seen] == [0, 0, 0] + [len(DATA)] * 3 + [0] * 3


GETS = {  # kind: (curl's exit status, HTTP's status, how many bytes of the body)
    "500": (0, 500, None), "503": (0, 503, None), "403": (0, 403, None), "skew": (0, 403, None),
    "reset": (RESET, 0, 0), "lost": (RESET, 0, 0), "truncated": (PARTIAL, 200, len(DATA) // 2),
    "torn": (RESET, 200, len(DATA) // 2), "short": (0, 200, len(DATA) - 1), "long": (PARTIAL, 200, len(DATA)),
}


@pytest.mark.parametrize("kind", GETS)
def test_each_get(behind, kind):
    """Each distinct request fails once."""
    behind.faults.each(kind)
    code, status, length = GETS[kind]
    for path in ("/film", "/other"):
        told = behind.curl(path=path)
        if kind == "torn":
            # A reset drops what curl had not read yet.
            assert told[0] == code and len(told[2]) <= length
        else:
            assert told[:2] == (code, status) and (length is None or len(told[2]) == length)
        assert behind.curl(path=path) == (0, 200, DATA)
    assert [k for k, _ in behind.faults.injected] == [kind] * 2


def test_signed_again(behind):
    """A request that was only signed anew is the same one; another range is another."""
    behind.faults.each("500")
    assert [behind.curl(path=f"/f?partNumber=1&X-Amz-Date={n}")[1] for n in range(2)] == [500, 200]
    assert [behind.curl(path="/f?partNumber=2")[1] for n in range(2)] == [500, 200]
    assert [behind.curl("-r", asked)[1] for asked in ("0-1", "0-1", "0-2", "0-2")] == [500, 206, 500, 206]


PUTS = {"500": (0, 500, 0), "reset": (None, 0, 0), "lost": (RESET, 0, 1), "truncated": (None, 0, 1)}


@pytest.mark.parametrize("kind", PUTS)
def test_puts(behind, kind):
    """What fails before anything is done, and what only its answer fails."""
    behind.faults.nth(1, kind)
    code, status, done = PUTS[kind]
    # More than the sockets hold, so that a reset comes in the middle.
    told = behind.curl("-T", "-", "-H", "Expect:", feed=DATA * 16)
    assert told[1] == status or kind == "truncated"
    assert told[0] == code if code is not None else told[0] in (RESET, SEND, PARTIAL, EMPTY)
    assert len(behind.server.taken) == done
    assert behind.curl("-T", "-", feed=DATA) == (0, 200, b"%d" % len(DATA))


def test_slow_down(behind):
    """503 and 429 say how long to wait; a wrong clock says what time it is."""
    behind.faults.nth({1, 2}, "503").nth(1, "429").nth(1, "skew")
    heads = [behind.curl("-D", "-")[2] for _ in range(4)]
    assert [b"Retry-After: 1" in head for head in heads] == [True, True, True, False]
    assert [b"<Code>SlowDown</Code>" in head for head in heads[:3]] == [True] * 3
    assert b"<Code>RequestTimeTooSkewed</Code>" in heads[3]
    assert behind.curl()[1] == 200


def test_for_a_while(behind):
    behind.faults.always("500", match=lambda request: request.path == "/film")
    assert [behind.curl()[1] for _ in range(3)] == [500] * 3
    assert behind.curl(path="/other")[1] == 200
    behind.faults.release()
    assert behind.curl()[1] == 200


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_stall(behind, method):
    """Until the client gives up, or the test releases it; nothing but this request waits."""
    args, feed = ([], None) if method == "GET" else (["-T", "-"], DATA)
    behind.faults.nth(1, "stall").nth(1, "stall")
    assert behind.curl(*args, "--max-time", "1", feed=feed)[0] == TIMEOUT
    found = []
    waiting = threading.Thread(target=lambda: found.append(behind.curl(*args, feed=feed)))
    waiting.start()
    assert behind.log.wait(lambda seen: len(seen) == 2 and not seen[1].busy)
    assert behind.curl(*args, feed=feed)[1] == 200 and not found
    behind.faults.release()
    waiting.join(60)
    assert found == [(0, 200, b"%d" % len(DATA) if feed else DATA)]
    assert len(behind.server.taken) == (2 if feed else 0), "what stalled and was given up was not done"


def test_whole(behind):
    behind.faults.nth(1, "whole")
    assert behind.curl("-r", "0-9")[1:] == (200, DATA)
    assert behind.curl("-r", "0-9")[1:] == (206, DATA[:10])


def test_called(behind):
    """A test can do something at a moment of its own."""
    asked = []
    behind.faults.nth(2, lambda request: asked.append(request.path))
    assert [behind.curl(path=f"/{n}")[1] for n in range(3)] == [200] * 3
    assert asked == ["/1"]


def test_away():
    """A server that is away for a while, with a proxy before it and without."""
    server = Echo()
    proxy = faults.Proxy(server.port)
    server.end()
    with pytest.raises(ConnectionRefusedError):
        http.client.HTTPConnection("127.0.0.1", server.port, timeout=60).connect()
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=60)
    connection.request("GET", "/")
    with pytest.raises(http.client.RemoteDisconnected):
        connection.getresponse()
    server = Echo(port=server.port)
    connection.request("GET", "/")
    assert connection.getresponse().read() == DATA
    connection.close()
    proxy.end()
    server.end()


@pytest.mark.parametrize("left", [b"", b"0\r\n\r\n", b"\r\n\r\n"], ids=["closed", "end-of-chunks", "empty-head"])
def test_kept_connection_that_is_over(left):
    """A server may close a connection that it kept, or leave something in it: the next request takes a new one."""
    kept = []

    def serve(listener):
        for _ in range(2):
            kept.append(listener.accept()[0])
            asked = b""
            while b"\r\n\r\n" not in asked:
                asked += kept[-1].recv(1024)
            kept[-1].sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfilm" + left)
            if not left:
                kept[-1].close()

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, args=(listener,), daemon=True)
    thread.start()
    proxy = faults.Proxy(listener.getsockname()[1])
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=60)
    for _ in range(2):
        connection.request("GET", "/film")
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"film")
        assert eventually(lambda: all(proxy.is_over(wire.back) for wire in proxy.open))
    thread.join(60)
    assert len(proxy.log.all(status=200)) == 2 and proxy.accepted == 1
    connection.close()
    proxy.end()
    for one in (listener, *kept):
        one.close()
