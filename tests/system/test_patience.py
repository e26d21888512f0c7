# SPDX-License-Identifier: MIT
"""Storages that fail for a while, or for good: reading goes on where it stopped, waiting is told of, and has an end."""
import os
import re
import time

import pytest

import faults
import jobs
import media
import oss_server
import peers
from buckets import Bucket, OssSide, Refused, S3Side
from rawhttp import eventually

MIB = 1 << 20
OFFSET = 5
BROKEN = ["stall", "truncated", "torn"]


def span_of(seen):
    """(first, last) of what a request asked for."""
    return tuple(map(int, re.fullmatch(r"bytes=(\d+)-(\d+)", seen.range).groups()))


# --- on the wire ---


class Failing:
    """A bucket whose storage fails as it is told to: what fails, and where requests are seen."""

    def __init__(self, request, kind, tmp_path):
        if kind == "oss":
            self.peer = request.getfixturevalue("oss")
            side = OssSide(self.peer, 4)
        else:
            swift = request.getfixturevalue("swift")
            self.peer = faults.Proxy(swift.port)
            side = S3Side(swift, "path", self.peer.port)
        self.kind, self.bucket = kind, Bucket(tmp_path, side.options)

    def end(self):
        self.bucket.end()
        if self.kind != "oss":
            self.peer.end()


@pytest.fixture(params=["oss", "s3"])
def failing(request, tmp_path):
    made = Failing(request, request.param, tmp_path)
    yield made
    made.end()


@pytest.mark.parametrize("known", [True, False], ids=["etag", "first-look"])
@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.lean(3)
def test_goes_on_where_it_stopped(failing, broken, known):
    """The second request begins with the first byte that is missing, and wants the same object."""
    bucket, data = failing.bucket, os.urandom(MIB)
    if broken == "stall":
        bucket.options["stall"] = 1
    bucket.put("film.mp4", data)
    etag = bucket.head("film.mp4")["etag"]
    failing.peer.faults.nth(1, broken, match=lambda request: request.method == "GET")
    failing.peer.log.clear()
    assert bucket.read("film.mp4", OFFSET, MIB, etag if known else "") == data[OFFSET:]
    first, second = failing.peer.log.all(method="GET")
    assert span_of(first) == (OFFSET, OFFSET + MIB - 1) and first.fault == broken and first.sent >= MIB // 4
    begin, end = span_of(second)
    assert end == OFFSET + MIB - 1
    # What a reset overtakes on its way may not arrive.
    assert begin == OFFSET + first.sent if broken != "torn" else OFFSET < begin <= OFFSET + first.sent
    assert first.headers.get("if-match") == (etag if known else None) and second.headers["if-match"] == etag


def test_never_of_two(failing):
    """The object becomes another one while its first half is on the way: nothing is made of both."""
    bucket = failing.bucket
    bucket.put("film.mp4", b"a" * MIB)
    etag = bucket.head("film.mp4")["etag"]
    others = Bucket(bucket.folder, bucket.options)

    def replace(_):
        others.put("film.mp4", b"b" * MIB)

    failing.peer.faults.nth(1, "truncated", match=lambda request: request.method == "GET")
    # Of those that the first rule leaves.
    failing.peer.faults.nth(1, replace, match=lambda request: request.method == "GET")
    with pytest.raises(Refused, match="replaced while the job read it"):
        bucket.read("film.mp4", 0, MIB, etag)
    others.end()


# --- whole jobs ---


@pytest.fixture(scope="module")
def sound(store):
    """Several blocks."""
    return store.get("patience.wav", lambda p: media.write_wav(p, media.tone(30, 500), 48000))


def group(oss):
    return (f"[storage cloud]\ntype = oss\nbucket = films\nendpoint = {oss.endpoint}\nregion = {oss.region}\n"
            f"access-key-id = {oss.key_id}\naccess-key-secret = {oss.secret}\n")


@pytest.fixture
def cloud(oss, sound):
    oss.make_bucket("films")
    oss.put("films", "sound.wav", sound.read_bytes())
    return oss


def config(tmp_path, oss, *lines):
    path = tmp_path / "polymux.conf"
    path.write_text("\n".join(["[jobs]", *lines, group(oss)]), "utf-8")
    return path


def a_job(sound="oss://films/sound.wav", base="oss://films/out", names=("a.mp4",)):
    return jobs.job({"sound": sound}, [jobs.sound_only(name, [jobs.audio("sound", "zho")]) for name in names], base=base)


def test_no_byte_is_sent_twice(cloud, polymux, tmp_path, sound):
    """Every answer breaks off once, and the source is sent once all the same."""
    polymux.run(a_job(sound, tmp_path / "local"))
    cloud.faults.each("truncated", match=lambda request: request.method == "GET")
    polymux.run(a_job(), "--config", config(tmp_path, cloud))
    assert cloud.body("films", "out/a.mp4") == (tmp_path / "local" / "a.mp4").read_bytes()
    assert len(cloud.faults.injected) > 3
    assert cloud.log.sent(method="GET", key="sound.wav") == sound.stat().st_size


# --- how long ---

DEADLINE = ["storage-patience = 1m", "storage-deadline = 2s"]
OVER = "the 2 s that the whole job may wait for storages (storage-deadline in the group [jobs]) are over"


def test_deadline_of_a_job(cloud, polymux, tmp_path):
    """Nothing can be written any more: the first output uses up what the job may wait, the last is not waited for."""
    cloud.faults.always("500", match=lambda request: request.asked.operation == "PutObject")
    names = [f"{at}.mp4" for at in range(4)]
    done = polymux.run(a_job(names=names), "-j", "1", "--config", config(tmp_path, cloud, *DEADLINE), expect=1)
    assert done.seconds < 60
    for name in names:
        text = done.outputs[name]["message"]
        assert f'"oss://films/out/{name}" cannot be written: the storage answers 500 InternalError' in text, text
        assert OVER in text and done.outputs[name]["code"] == "InternalError"
    # They were all tried, together for two seconds and not two seconds each.
    tried = [len([one for one in cloud.log.all(operation="PutObject") if one.key == f"out/{name}"]) for name in names]
    assert min(tried) >= 1 and sum(tried) <= 4 * 5, tried


def test_deadline_in_the_service(cloud, servers_made):
    server = servers_made(config="\n".join(["[jobs]", *DEADLINE, group(cloud)])).start()
    cloud.faults.nth(set(range(2, 1000)), "503", match=lambda request: request.method == "GET")
    began = time.monotonic()
    answer = server.rest("POST", "/v1/jobs", {"config": a_job()})
    told = server.wait_job(answer.json["id"])
    assert told["state"] == "Error" and time.monotonic() - began < 40
    text = told["outputs"][0]["message"]
    assert '"oss://films/sound.wav" cannot be read' in text and "503 SlowDown" in text and OVER in text, text
    # Another job has an allowance of its own.
    cloud.faults.release()
    assert server.wait_job(server.rest("POST", "/v1/jobs", {"config": a_job()}).json["id"])["state"] == "Complete"


WAITING = re.compile(r"polymux: cannot use (\S+) yet \((.*)\); trying for another (\d+) s")


def told_of(stderr):
    return [found.groups() for found in map(WAITING.fullmatch, stderr.splitlines()) if found]


@pytest.fixture
def nobody():
    ports = peers.Ports(1)
    yield f"127.0.0.1:{ports[0]}"
    ports.close()


def test_patience_with_a_request(polymux, nobody, tmp_path):
    """Said once for a host, however many addresses of it are asked for."""
    path = tmp_path / "polymux.conf"
    path.write_text("[jobs]\nstorage-patience = 1s\n[network]\nallow-hosts = 127.0.0.1\n", "utf-8")
    done = polymux.call("probe", "--config", path, f"http://{nobody}/film.mp4?sig=hush", expect=1)
    assert told_of(done.stderr) == [(nobody, "connection refused", "1")], done
    assert re.search(rf'"http://{nobody}/film.mp4\?\.\.\." cannot be read: connection refused; tried [2-9] times',
                     done.stderr), done
    assert done.seconds < 15
    job = jobs.job({name: f"http://{nobody}/{name}" for name in "abc"},
                   [jobs.sound_only("o", [jobs.audio(name, "zho") for name in "abc"])])
    done = polymux.run(job, "--config", path, expect=2)
    assert told_of(done.stderr) == [(nobody, "connection refused", "1")], done
    assert done.report["state"] == "Invalid" and done.seconds < 30


def test_patience_is_rewarded(polymux, sound, tmp_path):
    """Nobody is there when the job begins, which says so; the storage comes, and the job ends well."""
    ports = peers.Ports(1)
    made = oss_server.OssServer(tmp_path / "oss", port=ports[0])
    made.make_bucket("films")
    made.put("films", "sound.wav", sound.read_bytes())
    made.end()
    with open(tmp_path / "said", "wb") as said:
        process = polymux.start_run(a_job(), "--config", config(tmp_path, made), stderr=said)

    def told():
        return told_of((tmp_path / "said").read_text("utf-8"))

    assert eventually(told, 60)
    back = oss_server.OssServer(tmp_path / "oss", port=ports[0], store=made.store)
    try:
        assert process.wait(120) == 0, (tmp_path / "said").read_text("utf-8")
        (host, why, left), = told()
        assert host == f"films.oss-cn-test.localhost:{ports[0]}" and why == "connection refused" and 58 <= int(left) <= 60
        assert back.keys("films") == ["out/a.mp4", "sound.wav"]
    finally:
        back.end()
        ports.close()


@pytest.mark.parametrize("line, words", [("storage-patience = 0s", "storage-patience"),
                                         ("storage-deadline = soon", "storage-deadline")])
def test_wrong_patience(polymux, tmp_path, line, words):
    path = tmp_path / "polymux.conf"
    path.write_text(f"[jobs]\n{line}\n", "utf-8")
    done = polymux.call("probe", "--config", path, "a.mp4", expect=2)
    assert f"[jobs] {words}" in done.stderr and "a time such as 500ms" in done.stderr, done
