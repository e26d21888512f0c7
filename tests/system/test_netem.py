# SPDX-License-Identifier: MIT
"""The slow network is as slow as it says, and nothing else is wrong with it."""
import contextlib
import os
import socket
import subprocess
import threading
import time

import oss_server

DATA = os.urandom(8 << 20)


def round_trips(server, network):
    """The least that a connection, and an answer over it, took of a few, in seconds."""
    found = []
    for _ in range(10):
        with network():
            client = socket.socket()
        begun = time.monotonic()
        client.connect(server.getsockname())
        connected = time.monotonic()
        other, _ = server.accept()
        threading.Thread(target=lambda o=other: o.sendall(o.recv(4))).start()
        client.sendall(b"ping")
        client.recv(4)
        found.append((connected - begun, time.monotonic() - connected))
        client.close()
        other.close()
    return [min(each) for each in zip(*found)]


def test_delay(far):
    """A connection takes a round trip, each question another; nothing outside is slower, or gets in."""
    trip = 2 * far.delay_ms / 1000
    here = socket.create_server(("127.0.0.1", 0))
    with far.entered():
        there = socket.create_server(("127.0.0.1", 0))
    assert all(trip <= took < 3 * trip for took in round_trips(there, far.entered))
    assert all(took < trip / 2 for took in round_trips(here, contextlib.nullcontext))
    with socket.socket() as outside:
        assert outside.connect_ex(there.getsockname()) != 0
    there.close()
    here.close()


def test_bytes(far, tmp_path):
    """Megabytes come through as they were, both ways, from a server of ours to a process there."""
    with far.entered():
        oss = oss_server.OssServer(tmp_path / "oss")
        oss.make_bucket("films", acl="public-read-write")
        url = oss.url("films", "film.mp4")
        for args in (["-T", "-", url], [url], ["-r", "1000000-2999999", url]):
            done = subprocess.run(["curl", "-sS", "--noproxy", "*", "--max-time", "60", "-w",
                                   "%{stderr}%{time_connect}", *args], input=DATA, capture_output=True, check=True)
            assert float(done.stderr) >= 2 * far.delay_ms / 1000
    assert oss.body("films", "film.mp4") == DATA and done.stdout == DATA[1000000:3000000]
    oss.end()
