# SPDX-License-Identifier: MIT
"""The HTTP server, by bytes: limits, bad requests, slow and many peers, streams, TLS, the end."""
import hashlib
import http.client
import ssl
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import rawhttp
from rawhttp import Echo, eventually

MIB = 1 << 20


@pytest.fixture(scope="module")
def echo():
    """One server for the tests that leave it as it was."""
    with Echo() as server:
        yield server


def assert_refused(answer, status, path="/", says=""):
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json["Status"] == status
    assert answer.json["Path"] == path
    assert says in answer.json["Message"]


# --- what a handler sees, and what it answers ---

def test_request(echo):
    answer = echo.ask("/a%20b/%E6%96%87?x=%41+b&y=(*)'!&z", "POST", "X-One: 1\r\nx-two:  2 \r\n", b"abc")
    assert answer.status == 200 and answer.version == "HTTP/1.1"
    seen = answer.json
    assert seen["method"] == "POST"
    assert seen["path"] == "/a%20b/%E6%96%87"
    assert seen["query"] == "x=%41+b&y=(*)'!&z"
    assert seen["sha256"] == hashlib.sha256(b"abc").hexdigest()
    assert seen["peer"] == "127.0.0.1" and seen["ended"]
    assert seen["headers"]["X-One"] == "1" and seen["headers"]["x-two"].strip() == "2"
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-echo"] == "yes"


@pytest.mark.parametrize("target,path,query", [
    ("/", "/", ""), ("/?", "/", ""), ("/??a?", "/", "?a?"), ("//x//", "//x//", ""),
    ("/a?b=%zz%", "/a", "b=%zz%"), ("/../%2e%2e?/../", "/../%2e%2e", "/../")])
def test_target_as_on_the_wire(echo, target, path, query):
    seen = echo.ask(target).json
    assert (seen["path"], seen["query"]) == (path, query)


def test_no_answer_is_500(echo):
    with echo.wire() as wire:
        assert_refused(wire.ask("/nothing"), 500, "/nothing")
        assert wire.ask("/").status == 200


def test_head(echo):
    with echo.wire() as wire:
        answer = wire.ask("/x", "HEAD", "X-Size: 1000\r\n")
        assert answer.status == 200 and answer.headers["content-length"] == "1000"
        assert wire.ask("/nothing", "HEAD").status == 500
        assert wire.ask("/empty").status == 204
        assert wire.ask("/y").json["path"] == "/y"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "BREW"])
def test_methods(echo, method):
    assert echo.ask("/m", method).json["method"] == method


def test_http_1_0(echo):
    with echo.wire() as wire:
        wire.send("GET /old HTTP/1.0\r\n\r\n")
        answer = wire.answer()
        assert answer.status == 200 and answer.json["path"] == "/old"
        assert wire.is_closed()


def test_keep_alive_and_pipelining(echo):
    with echo.wire() as wire:
        wire.send("".join(f"POST /p{i} HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc" if i % 2 else
                          f"GET /p{i} HTTP/1.1\r\nHost: t\r\n\r\n" for i in range(200)))
        for i in range(200):
            assert wire.answer().json["path"] == f"/p{i}"


def test_pipelined_behind_a_wait():
    with Echo() as server, server.wire() as wire:
        wire.send("GET /later HTTP/1.1\r\nHost: t\r\n\r\nGET /next HTTP/1.1\r\nHost: t\r\n\r\n")
        assert eventually(lambda: server.ask("/release").body == b"1")
        assert wire.answer().body == b"released"
        assert wire.answer().json["path"] == "/next"


def test_expect_continue(echo):
    with echo.wire() as wire:
        wire.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert wire.head().status == 100
        wire.send("abc")
        assert wire.answer().json["length"] == 3


def test_a_large_answer(echo):
    answer = echo.ask("/", headers="X-Size: 20000000\r\n")
    assert len(answer.body) == 20_000_000 and set(answer.body) == {ord("x")}


# --- limits ---

@pytest.mark.parametrize("length", [250_000, 256 * 1024])
def test_long_target(echo, length):
    target = "/?Config=" + "a" * (length - 9)
    answer = echo.ask(target)
    assert answer.status == 200 and answer.json["query"] == target[2:]


@pytest.mark.parametrize("length", [256 * 1024 + 1, 400_000, 900_000, 10 * MIB])
def test_too_long_target(echo, length):
    assert_refused(echo.ask("/" + "a" * (length - 1)), 414,
                   "/" if length > 450_000 else "/" + "a" * 99)


@pytest.mark.parametrize("length", [900_000, 10 * MIB])
def test_too_long_target_is_told_to_plain_clients(echo, length):
    """A client that does not read before it has written everything."""
    client = http.client.HTTPConnection("127.0.0.1", echo.port, timeout=30)
    client.request("POST", "/?" + "a" * length, body=b"")
    answer = client.getresponse()
    assert answer.status == 414 and answer.read()[:1] == b"{"
    client.close()


def test_headers_within_the_limit(echo):
    headers = "".join(f"X-{i}: {'v' * 1000}\r\n" for i in range(60))
    assert len(echo.ask("/?" + "a" * 250_000, headers=headers).json["headers"]) == 61


@pytest.mark.parametrize("headers", [
    f"X-One: {'v' * 70_000}\r\n", "X-Many: vvvvvvvvvvvvvvvvvvvvvvv\r\n" * 3000, "a:b\r\n" * 12_000,
    f"X-One: {'v' * MIB}\r\n", "X-Many: v\r\n" * 100_000])
def test_too_large_headers(echo, headers):
    assert_refused(echo.ask("/p", headers=headers), 431, "/p")


def test_very_many_parameters(echo):
    """libmicrohttpd itself would keep a record of each, and hang without room for them."""
    assert len(echo.ask("/?" + "a&" * 125_000).json["query"]) == 250_000


@pytest.mark.parametrize("cookies", ["a=b;" * 15_000, "a" * 60_000, "a=b;" * 60_000, "a" * 300_000])
def test_very_many_cookies(echo, cookies):
    """They are parsed by libmicrohttpd, which goes on after it has refused them."""
    assert echo.ask("/", headers=f"Cookie: {cookies}\r\n").status in (200, 431)
    assert echo.ask("/after").status == 200


def test_body_of_4_mib(echo):
    body = bytes(range(256)) * (4 * MIB // 256)
    seen = echo.ask("/", "POST", body=body).json
    assert seen["length"] == 4 * MIB and seen["sha256"] == hashlib.sha256(body).hexdigest()


@pytest.mark.parametrize("length", [4 * MIB + 1, 10 * MIB, 100 * MIB])
def test_too_large_body(echo, length):
    """Refused by its length alone, before a byte of it; also to who waits to be asked for it."""
    for expect in ("", "Expect: 100-continue\r\n"):
        with echo.wire() as wire:
            wire.send(f"POST /b HTTP/1.1\r\nHost: t\r\n{expect}Content-Length: {length}\r\n\r\n")
            assert_refused(wire.answer(), 413, "/b", "4 MiB")
            assert wire.is_closed()


def test_too_large_body_is_told_to_plain_clients(echo):
    client = http.client.HTTPConnection("127.0.0.1", echo.port, timeout=30)
    client.request("POST", "/", body=b"x" * (10 * MIB))
    answer = client.getresponse()
    assert answer.status == 413 and answer.read()[:1] == b"{"
    client.close()


def chunked(body, size):
    pieces = [body[i:i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@pytest.mark.parametrize("size", [1, 7, 4096, 3 * MIB])
def test_chunked_body(echo, size):
    body = bytes(range(256)) * (16 if size == 1 else 4 * MIB // 256)
    with echo.wire() as wire:
        wire.send("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n")
        wire.send(chunked(body, size))
        assert wire.answer().json["sha256"] == hashlib.sha256(body).hexdigest()
        assert wire.ask("/next").json["path"] == "/next"


def test_too_large_chunked_body(echo):
    with echo.wire() as wire:
        wire.send("POST /c HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n")
        wire.send(chunked(b"x" * (4 * MIB + 1), 100_000))
        assert_refused(wire.answer(), 413, "/c", "4 MiB")
        assert wire.ask("/next").json["path"] == "/next"


def test_chunked_body_without_an_end(echo):
    """Read to a limit, then cut off."""
    chunk = b"100000\r\n" + b"x" * MIB + b"\r\n"
    with echo.wire() as wire:
        wire.send("POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n")
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            for _ in range(200):
                wire.send(chunk)


# --- bad requests ---

@pytest.mark.parametrize("request_text,status", [
    ("GET / HTTP/1.1\r\n\r\n", 400),                                        # no Host
    ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: a\r\nX-Space : x\r\n\r\n", 400),
    ("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET /\tx HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET / HTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET /\r\nHost: a\r\n\r\n", 400),
    ("GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505),
    ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1 2\r\n\r\nab", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", 413),
])
def test_bad_request(echo, request_text, status):
    with echo.wire() as wire:
        wire.send(request_text)
        answer = wire.answer()
        assert answer.status == status, answer
        assert answer.headers["content-type"] == "application/json"
        assert answer.json["Status"] == status and answer.json["Path"].startswith("/")
        assert wire.is_closed()
    assert echo.ask("/after").status == 200


@pytest.mark.parametrize("bytes_sent", [
    b"GARBAGE\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"])
def test_no_http_at_all_is_dropped(echo, bytes_sent):
    with echo.wire() as wire:
        wire.send(bytes_sent)
        assert wire.is_closed()


def test_requests_cut_off(echo):
    for cut in ("GET", "GET / HTTP/1.1\r\nHost", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"):
        with echo.wire() as wire:
            wire.send(cut)
    assert echo.ask("/after").status == 200


# --- slow and many peers ---

def drip_until_closed(wire, text, pause):
    """Sends a byte every `pause` seconds; seconds until the other side has had enough."""
    began = time.monotonic()
    wire.socket.settimeout(pause)
    for byte in text:
        try:
            wire.send(byte)
            if wire.socket.recv(1) == b"":
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - began


HEAD_DRIP = "GET / HTTP/1.1\r\nHost: a\r\n" + "X-Slow: v\r\n" * 100
BODY_DRIP = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + "x" * 1000


@pytest.mark.parametrize("text", [HEAD_DRIP, BODY_DRIP, "G" * 1000])
def test_slow_senders_are_dropped_while_others_are_served(text):
    with Echo(idle=3, request=1) as server, ThreadPoolExecutor() as pool, server.wire() as wire:
        dripping = pool.submit(drip_until_closed, wire, text, 0.1)
        served = 0
        while not dripping.done():
            served += server.ask("/other").status == 200
        assert 3.5 < dripping.result() < 12
        assert served > 20


def test_idle_connections_are_dropped():
    with Echo(idle=4) as server, server.wire() as used:
        assert used.ask("/x").status == 200
        with server.wire() as silent:
            assert silent.is_closed() and used.is_closed()
            assert eventually(lambda: server.counts()["connections"] == 1)


def test_a_thousand_idle_connections():
    rawhttp.allow_sockets(1000)
    with Echo(idle=120) as server:
        wires = [server.wire() for _ in range(1000)]
        assert eventually(lambda: server.counts()["connections"] >= 1001)
        began = time.monotonic()
        for _ in range(100):
            assert server.ask("/busy").status == 200
        assert time.monotonic() - began < 5
        with ThreadPoolExecutor(8) as pool:
            assert all(answer.status == 200 for answer in pool.map(lambda wire: wire.ask("/i"), wires))
        for wire in wires:
            wire.close()
        assert eventually(lambda: server.counts()["connections"] == 1)


def test_few_connections_are_kept():
    """Each costs its block of memory: beyond a number they are closed with the answer."""
    rawhttp.allow_sockets(300)
    with Echo() as server:
        wires = [server.wire() for _ in range(200)]
        answers = [wire.ask("/x") for wire in wires]
        closed = sum(answer.headers.get("connection") == "close" for answer in answers)
        assert all(answer.status == 200 for answer in answers)
        assert closed == 200 - 32
        for wire in wires:
            wire.close()


def test_connection_limit():
    """Who comes too late waits, and is served when somebody leaves."""
    with Echo(connections=16) as server, ThreadPoolExecutor() as pool:
        held = [server.wire() for _ in range(64)]
        waiting = pool.submit(server.ask, "/wait")
        for wire in held:
            wire.close()
        assert waiting.result(timeout=30).status == 200


# --- answers given later ---

def test_answered_later():
    with Echo() as server, ThreadPoolExecutor(50) as pool:
        waiting = [pool.submit(server.ask, "/later") for _ in range(50)]
        released = 0
        while released < 50:
            released += int(server.ask("/release").body)
        assert {future.result().body for future in waiting} == {b"released"}
        assert eventually(lambda: server.counts()["connections"] == 1)


def test_answered_later_to_nobody():
    with Echo() as server:
        with server.wire() as wire:
            wire.send("GET /later HTTP/1.1\r\nHost: t\r\n\r\n")
            assert eventually(lambda: server.counts()["connections"] == 2)
        assert eventually(lambda: server.ask("/release").body == b"1")
        assert eventually(lambda: server.counts()["connections"] == 1)


# --- streams ---

def open_stream(server, version="1.1"):
    wire = server.wire()
    wire.send(f"GET /stream HTTP/{version}\r\nHost: t\r\n\r\n")
    return wire


def pushed(server, body, times=1):
    return int(server.ask(f"/push?{times}", "POST", body=body).body)


def test_stream():
    with Echo() as server, open_stream(server) as wire:
        head = wire.head()
        assert head.status == 200 and head.headers["content-type"] == "text/event-stream"
        assert head.headers["cache-control"] == "no-store"
        assert eventually(lambda: server.counts()["streams"] == 1)
        for i in range(20):
            assert pushed(server, b"event %d\n" % i) == 1
            assert wire.chunk() == b"event %d\n" % i
        assert server.ask("/close").body == b"1"
        assert wire.chunk() == b"" and wire.is_closed()
        assert eventually(lambda: server.counts()["streams"] == 0)
        assert server.counts()["gone"] == 0


def test_stream_keeps_what_was_pushed_before_close():
    with Echo() as server, open_stream(server) as wire:
        assert eventually(lambda: server.counts()["streams"] == 1)
        assert pushed(server, b"x" * 1000, 500) == 500
        server.ask("/close")
        assert wire.answer().body == b"x" * 500_000


def test_stream_of_http_1_0():
    with Echo() as server, open_stream(server, "1.0") as wire:
        assert eventually(lambda: server.counts()["streams"] == 1)
        assert pushed(server, b"x" * 1000, 300) == 300
        server.ask("/close")
        assert wire.head().status == 200
        while wire.receive():
            pass
        assert wire.pending == b"x" * 300_000


def test_stream_to_head():
    with Echo() as server, server.wire() as wire:
        wire.send("HEAD /stream HTTP/1.1\r\nHost: t\r\n\r\n")
        assert wire.head().status == 200
        assert eventually(lambda: server.counts()["gone"] == 1)
        assert pushed(server, b"x") == 0


def test_reader_that_leaves():
    """Noticed without a push; told once."""
    with Echo() as server:
        with open_stream(server) as wire:
            assert wire.head().status == 200
        assert eventually(lambda: server.counts()["gone"] == 1)
        assert server.counts()["streams"] == 0
        assert pushed(server, b"x") == 0
        assert server.ask("/close").body == b"1"


def test_reader_that_stops():
    """What waits for it is bounded; it is dropped after a while, and holds up nobody."""
    with Echo(idle=3) as server, open_stream(server) as stuck, open_stream(server) as reader:
        assert stuck.head().status == 200 and reader.head().status == 200
        assert eventually(lambda: server.counts()["streams"] == 2)
        block, taken, seen = b"x" * 100_000, [], [0]
        with ThreadPoolExecutor() as pool:
            def read_all():
                while seen[0] < 15_000_000 and (data := reader.receive()):
                    seen[0] += len(data)
                    reader.pending.clear()
                return seen[0]
            reading = pool.submit(read_all)
            for number in range(150):
                taken.append(pushed(server, block))
                # No more may wait for it than the server keeps for one.
                assert eventually(lambda sure=(number - 4) * len(block): seen[0] >= sure)
            assert reading.result() >= 15_000_000
        assert taken[0] == 2 and taken[-1] == 1
        assert eventually(lambda: server.counts()["gone"] == 1)
        assert server.counts()["streams"] == 1


def test_push_is_bounded():
    with Echo() as server, open_stream(server) as wire:
        assert wire.head().status == 200
        assert eventually(lambda: server.counts()["streams"] == 1)
        wire.socket.settimeout(5)
        # Far more than 1 MiB and what sockets hold; nobody reads.
        assert 10 <= pushed(server, b"x" * 100_000, 1000) < 1000


def test_a_thousand_streams():
    rawhttp.allow_sockets(1000)
    with Echo() as server:
        wires = [open_stream(server) for _ in range(1000)]
        assert all(wire.head().status == 200 for wire in wires)
        assert eventually(lambda: server.counts()["streams"] == 1000)
        before, began = server.cpu_seconds(), time.monotonic()
        for round_number in range(3):
            event = b"event: progress\ndata: {\"percent\": %d}\n\n" % round_number
            assert pushed(server, event) == 1000
            assert all(wire.chunk() == event for wire in wires)
        spent, passed = server.cpu_seconds() - before, time.monotonic() - began
        counts = server.counts()
        print(f"{counts['resident'] // 1024} MiB with 1000 streams, {spent:.2f} s CPU in {passed:.2f} s")
        assert counts["resident"] < 100 * 1024
        for wire in wires[:500]:
            wire.close()
        assert eventually(lambda: server.counts()["gone"] == 500)
        assert server.ask("/close").body == b"1000"
        assert all(wire.chunk() == b"" for wire in wires[500:])
        assert eventually(lambda: server.counts()["connections"] == 1)


def test_idle_streams_cost_no_time():
    with Echo() as server:
        wires = [open_stream(server) for _ in range(200)]
        assert all(wire.head().status == 200 for wire in wires)
        assert eventually(lambda: server.counts()["streams"] == 200)
        before = server.cpu_seconds()
        time.sleep(2)
        assert server.cpu_seconds() - before < 0.4


# --- TLS ---

@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                    "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key


def test_tls(certificate):
    trusted = ssl.create_default_context(cafile=certificate[0])
    with Echo(certificate=certificate[0], key=certificate[1]) as server:
        def wrap(raw):
            return trusted.wrap_socket(raw, server_hostname="localhost")
        with server.wire(wrap=wrap) as wire:
            assert wire.socket.version() in ("TLSv1.2", "TLSv1.3")
            for size in (0, 1, 100_000):
                body = b"x" * size
                assert wire.ask("/s", "POST", body=body).json["length"] == size
            assert len(wire.ask("/", headers="X-Size: 5000000\r\n").body) == 5_000_000
            assert_refused(wire.ask("/" + "a" * 300_000), 414, "/" + "a" * 99)
        with server.wire() as plain:
            plain.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
            plain.socket.settimeout(10)
            assert b"HTTP" not in plain.socket.recv(100)
        with server.wire(wrap=wrap) as stream, server.wire(wrap=wrap) as other:
            stream.send("GET /stream HTTP/1.1\r\nHost: t\r\n\r\n")
            assert stream.head().status == 200
            assert eventually(lambda: other.ask("/counts").json["streams"] == 1)
            assert other.ask("/push", "POST", body=b"event").body == b"1"
            assert stream.chunk() == b"event"


def test_old_tls_is_refused(certificate):
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.options |= ssl.OP_NO_TLSv1_2 | ssl.OP_NO_TLSv1_3
    with Echo(certificate=certificate[0], key=certificate[1]) as server:
        with pytest.raises((ssl.SSLError, OSError)):
            server.wire(wrap=old.wrap_socket)


# --- start and end ---

def test_port_in_use(echo):
    with pytest.raises(RuntimeError, match="in use"):
        Echo(port=echo.port)


def test_bad_certificate(tmp_path):
    bad = tmp_path / "bad.pem"
    bad.write_text("no certificate")
    with pytest.raises(RuntimeError, match="certificate"):
        Echo(certificate=bad, key=bad)


def test_stop_waits_for_answers_under_way():
    with Echo(grace=20_000) as server, server.wire() as waiting, server.wire() as other:
        waiting.send("GET /later HTTP/1.1\r\nHost: t\r\n\r\n")
        assert other.ask("/x").status == 200
        assert eventually(lambda: server.counts()["later"] == 1)
        server.process.stdin.close()
        # No connection is taken any more, those that are open are served.
        assert eventually(lambda: not accepts(server))
        assert other.ask("/release").body in (b"0", b"1")
        assert waiting.answer().body == b"released"
        server.process.stdin = None


def accepts(server):
    try:
        return server.ask("/").status == 200
    except OSError:
        return False
    except EOFError:
        return False


def test_stop_ends_streams_and_refuses_the_rest():
    with Echo(grace=1000) as server, open_stream(server) as stream, server.wire() as waiting:
        assert stream.head().status == 200
        waiting.send("GET /later HTTP/1.1\r\nHost: t\r\n\r\n")
        assert eventually(lambda: server.counts()["streams"] == 1)
        assert eventually(lambda: server.counts()["later"] == 1)
        assert pushed(server, b"last") == 1
        server.stop()
        assert stream.chunk() == b"last" and stream.chunk() == b""
        assert_refused(waiting.answer(), 503, "/later")


def test_stop_with_everything_open():
    """Idle, half a request, an unread answer: none holds up the end."""
    with Echo(grace=100) as server:
        wires = [server.wire() for _ in range(30)]
        for number, wire in enumerate(wires):
            wire.send(["", "GET / HT", "GET / HTTP/1.1\r\nHost: t\r\nX-Size: 30000000\r\n\r\n"][number % 3])
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 10
