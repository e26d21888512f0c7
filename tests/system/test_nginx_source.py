# SPDX-License-Identifier: MIT
"""The plain HTTP source that inputs are tested with does what its addresses say, as curl sees it."""
import subprocess

import pytest

import nginx_source

DATA = bytes(range(256)) * 1024
NAME = "dir/a b+%文件(1).mp4"
PARTIAL, TOO_MANY = 18, 47


@pytest.fixture(scope="module")
def nginx(nginx_module):
    nginx_module.put(NAME, DATA)
    return nginx_module


def curl(nginx, *args):
    """(exit status, HTTP status, redirects, body) of the last answer."""
    done = subprocess.run(["curl", "-sS", "--noproxy", "*", "--max-time", "60", "--cacert", nginx.certificate,
                           "-o", "-", "-w", "\n%{http_code} %{num_redirects}", *args], capture_output=True, timeout=90)
    body, _, told = done.stdout.rpartition(b"\n")
    return done.returncode, *map(int, told.split()), body


def head(nginx, where):
    lines = curl(nginx, "-I", nginx.url(where, NAME))[3].decode("ascii").splitlines()
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


def test_ranges(nginx):
    assert curl(nginx, nginx.url("ranges", NAME)) == (0, 200, 0, DATA)
    assert curl(nginx, "-r", "10-19", nginx.url("ranges", NAME)) == (0, 206, 0, DATA[10:20])
    assert curl(nginx, "-r", "10-19", nginx.url("plain", NAME)) == (0, 200, 0, DATA)
    for version, shown in (("--http2", b"2"), ("--http1.1", b"1.1")):
        told = curl(nginx, "-r", "10-19", version, "-w", "%{http_version}\n%{http_code} %{num_redirects}",
                    nginx.url("ranges", NAME, tls=True))
        assert told == (0, 206, 0, DATA[10:20] + shown)
    assert curl(nginx, nginx.url("ranges", "nothing"))[1] == 404 and curl(nginx, nginx.url("forbidden", NAME))[1] == 403
    seen = nginx.requests(lambda found: len(found) >= 7)
    assert [(one.status, one.sent, one.range) for one in seen[:3]] == [
        (200, len(DATA), ""), (206, 10, "bytes=10-19"), (200, len(DATA), "bytes=10-19")]


def test_validators(nginx):
    """A file that is put again is told from the old one, even with the same bytes."""
    before = head(nginx, "ranges")
    assert before["accept-ranges"] == "bytes" and "accept-ranges" not in head(nginx, "plain")
    assert not {"etag", "last-modified"} & set(head(nginx, "bare"))
    match = ["-H", f"If-Match: {before['etag']}", nginx.url("ranges", NAME)]
    assert curl(nginx, *match)[1] == 200
    nginx.put(NAME, DATA)
    after = head(nginx, "ranges")
    assert after["etag"] != before["etag"] and after["last-modified"] != before["last-modified"]
    assert curl(nginx, *match)[1] == 412


@pytest.mark.parametrize("where, length", [("cut", len(DATA) // 2), ("long", len(DATA))])
def test_cut(nginx, where, length):
    code, status, _, body = curl(nginx, nginx.url(where, NAME))
    assert (code, status) == (PARTIAL, 200) and body == DATA[:length]


def test_slow(nginx):
    """A stretch that takes half a second and more, while others go on."""
    slow = subprocess.Popen(["curl", "-sS", "--noproxy", "*", "-o", "/dev/null", "-w", "%{time_total}",
                             nginx.url("slow", NAME)], stdout=subprocess.PIPE, text=True)
    assert curl(nginx, nginx.url("ranges", NAME))[1] == 200
    assert float(slow.communicate(timeout=60)[0]) > len(DATA) / nginx_source.SLOW / 2


@pytest.mark.parametrize("count", nginx_source.HOPS)
def test_hops(nginx, count):
    args = ["-L", "--max-redirs", str(count), nginx.url(f"hop/{count}", NAME)]
    assert curl(nginx, *args) == (0, 200, count, DATA)
    assert curl(nginx, "-L", "--max-redirs", str(count - 1), nginx.url(f"hop/{count}", NAME))[0] == TOO_MANY


def test_loop(nginx):
    assert curl(nginx, "-L", "--max-redirs", "9", nginx.url("loop", NAME))[0] == TOO_MANY


def test_up_and_down(nginx):
    """From http to https and, what a careful client refuses, back."""
    assert curl(nginx, "-L", nginx.url("up", NAME)) == (0, 200, 1, DATA)
    assert curl(nginx, "-L", nginx.url("down", NAME, tls=True)) == (0, 200, 1, DATA)
    assert curl(nginx, "-L", "--proto-redir", "=https", nginx.url("down", NAME, tls=True))[0] == 1
