# SPDX-License-Identifier: MIT
"""What takes long with a storage: uploads of a thousand parts, and one that is gone for half a minute.

Only with POLYMUX_TEST_LONG=1.
"""
import os
import subprocess
import threading

import pytest

import jobs
import media
import oss_server
import peers
from buckets import Bucket, OssSide, S3Side
from httpwire import Gone

pytestmark = pytest.mark.skipif(not os.environ.get("POLYMUX_TEST_LONG"), reason="long: set POLYMUX_TEST_LONG=1")

PARTS, PART = 1000, 100 << 10
GONE_SECONDS = 30


# --- many parts ---


def numbered(path):
    """A file of holes, but for a number at the beginning of each part: parts that are swapped are seen."""
    with open(path, "wb") as file:
        for number in range(PARTS):
            file.seek(number * PART)
            file.write(b"part %d" % number)
        file.truncate(PARTS * PART - 12345)
    return path


@pytest.mark.parametrize("kind", ["oss", "swift"])
def test_thousand_parts(request, tmp_path, kind):
    server = request.getfixturevalue(kind)
    side = OssSide(server, 4) if kind == "oss" else S3Side(server, "path")
    path, bucket = numbered(tmp_path / "large"), Bucket(tmp_path, side.options)
    bucket.run("upload", "large.mp4", "video/mp4", path, PART)
    assert side.body("large.mp4") == path.read_bytes()
    assert side.keys() == ["large.mp4"] and bucket.uploads() == []
    if kind == "oss":
        sent = server.log.all(operation="UploadPart", status=200)
        assert sorted(int(one.query["partNumber"]) for one in sent) == list(range(1, PARTS + 1))
        assert 2 <= server.log.most_at_once(operation="UploadPart") <= 4
    bucket.end()


# --- gone for a while ---


class Leaving:
    """An OSS that can leave and come back at the same port, which nobody else gets meanwhile."""

    def __init__(self, folder):
        self.folder, self.ports = folder, peers.Ports(1)
        self.oss = self.first = oss_server.OssServer(folder, port=self.ports[0])

    def leave(self):
        self.oss.end()

    def come_back(self):
        self.oss = oss_server.OssServer(self.folder, port=self.ports[0], store=self.first.store)

    def end(self):
        self.oss.end()
        self.ports.close()


@pytest.fixture
def leaving(tmp_path):
    made = Leaving(tmp_path / "leaving")
    yield made
    made.end()


def configuration(path, oss):
    path.write_text(f"[storage cloud]\ntype = oss\nbucket = films\nendpoint = {oss.endpoint}\nregion = {oss.region}\n"
                    f"access-key-id = {oss.key_id}\naccess-key-secret = {oss.secret}\n", "utf-8")
    return path


def a_job(sound, base):
    tracks = [jobs.audio("sound", language) for language in ("zho", "eng")]
    return jobs.job({"sound": sound}, [jobs.sound_only("a.mp4", tracks)], base=base)


def reads(request):
    return request.method == "GET" and request.asked.key == "sound.wav"


def writes(request):
    return request.asked.operation in ("PutObject", "UploadPart")


@pytest.mark.parametrize("moment, match, number", [("reading", reads, 2), ("writing", writes, 1)])
def test_gone_for_half_a_minute(leaving, polymux, store, tmp_path, moment, match, number):
    """Nobody listens at the storage's port for thirty seconds, and the file is that of a good day."""
    sound = store.get("long.wav", lambda p: media.write_wav(p, media.tone(60, 500), 48000))
    polymux.run(a_job(sound, tmp_path / "local"))
    oss, asked = leaving.oss, threading.Event()

    def hold(request):
        asked.set()
        oss.faults.wait(request.wire)
        raise Gone

    oss.make_bucket("films")
    oss.put("films", "sound.wav", sound.read_bytes())
    oss.faults.nth(number, hold, match)
    process = polymux.start_run(a_job("oss://films/sound.wav", "oss://films/out"), "--no-cache", "--config",
                                configuration(tmp_path / "polymux.conf", oss))
    assert asked.wait(60), moment
    leaving.leave()
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(GONE_SECONDS)
    leaving.come_back()
    _, errors = process.communicate(timeout=90)
    assert process.returncode == 0, errors
    assert oss.body("films", "out/a.mp4") == (tmp_path / "local" / "a.mp4").read_bytes()
    assert leaving.oss.log.all() and oss.uploads("films") == []
