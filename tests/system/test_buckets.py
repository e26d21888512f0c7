# SPDX-License-Identifier: MIT
"""Buckets against real storages: OpenStack Swift and, in long rounds, Ceph as an S3, and the OSS that OSS's own client
passes."""
import os
import time

import pytest

import faults
from buckets import Bucket, OssSide, Refused, S3Side

ODD = ["a.mp4", "a b.mp4", "in dir/文件 (1)*~'!+.mp4", "50%25 off/100%.mp4", "😀/a b+c&d=e;f?g#h.mp4", "a<b>\"&'.mp4",
       "%2F%20.mp4", " a "]
PART = 100 << 10
MIB = 1 << 20
SIDES = ["swift-path", "swift-host", "ceph-path", "ceph-host", "oss-v4", "oss-v1"]


def make_side(request, kind):
    name, _, how = kind.partition("-")
    server = request.getfixturevalue(name)
    return OssSide(server, how.removeprefix("v")) if name == "oss" else S3Side(server, how)


@pytest.fixture(params=SIDES)
def side(request):
    return make_side(request, request.param)


@pytest.fixture
def bucket_of(tmp_path):
    """Makes buckets of sides."""
    made = []

    def make(one):
        made.append(Bucket(tmp_path, one.options))
        return made[-1]

    yield make
    for one in made:
        one.end()


@pytest.fixture
def bucket(side, bucket_of):
    return bucket_of(side)


def refused(call, *words, code):
    with pytest.raises(Refused) as caught:
        call(*words)
    assert caught.value.code == code, caught.value
    return caught.value.message


def test_objects(side, bucket):
    """Odd keys: what is written is what others read, and the other way round."""
    for number, key in enumerate(ODD):
        bucket.put(key, b"0123456789%d" % number, content_type=f"video/x-{number}")
    assert side.keys() == sorted(ODD, key=str.encode)
    assert [one["key"] for one in bucket.list()] == sorted(ODD, key=str.encode)
    for number, key in enumerate(ODD):
        data = b"0123456789%d" % number
        assert side.body(key) == data
        assert side.content_type(key) == f"video/x-{number}"
        told = bucket.head(key)
        assert (told["key"], told["size"]) == (key, len(data))
        assert abs(told["modified"] / 1000 - time.time()) < 600
        assert bucket.read(key, 8, 100, told["etag"]) == data[8:]
        assert bucket.read(key, 2, 3) == data[2:5]
        bucket.delete(key)
        bucket.delete(key)
    assert side.keys() == []


def test_list(side, bucket):
    for key in ("a/1", "a/2 +", "b/1"):
        bucket.put(key, key.encode())
    assert [(one["key"], one["size"]) for one in bucket.list("a/")] == [("a/1", 3), ("a/2 +", 5)]
    assert bucket.list("c") == []
    below = bucket.having(prefix="a/")
    assert [one["key"] for one in below.list()] == ["1", "2 +"]
    below.put("3", b"three")
    assert below.read("3", 0, 5) == side.body("a/3") == b"three"


def test_empty_object(side, bucket):
    bucket.put("empty", b"")
    assert bucket.head("empty")["size"] == 0
    assert side.body("empty") == b""


def test_parts(side, bucket):
    """Three parts, the last one short; then an upload that is given up."""
    data = os.urandom(2 * PART + 12345)
    key = ODD[2]
    bucket.put_in_parts(key, data, PART, "video/x-parts")
    assert side.body(key) == data
    assert side.content_type(key) == "video/x-parts"
    assert bucket.head(key)["size"] == len(data)
    assert bucket.read(key, PART - 1, 2) == data[PART - 1:PART + 1]
    assert bucket.uploads() == []
    upload = bucket.begin("later.mp4")
    other = bucket.begin("sooner.mp4")
    assert sorted(bucket.uploads()) == sorted([("later.mp4", upload), ("sooner.mp4", other)])
    assert bucket.uploads("later") == [("later.mp4", upload)]
    bucket.abort("later.mp4", upload)
    bucket.abort("later.mp4", upload)
    bucket.abort("sooner.mp4", other)
    assert bucket.uploads() == []
    assert side.keys() == [key]
    said = refused(bucket.finish, "later.mp4", upload, data, PART, code="InvalidParameter.ResourceNotFound")
    assert "later.mp4\" cannot be written: " in said


def test_large_object(side, bucket):
    data = os.urandom(MIB) * 20
    bucket.put("large.mp4", data)
    assert side.body("large.mp4") == data
    assert bucket.read("large.mp4", 3 * MIB + 1, 16 * MIB) == data[3 * MIB + 1:19 * MIB + 1]


def test_replaced(bucket):
    """Nobody gets the one film's beginning and the other one's end."""
    bucket.put("film.mp4", b"the first film")
    etag = bucket.head("film.mp4")["etag"]
    bucket.put("film.mp4", b"another film, longer")
    said = refused(bucket.read, "film.mp4", 4, 5, etag, code="InvalidParameter.ResourceContentBad")
    assert "film.mp4\" cannot be read: it was replaced while the job read it" in said


def test_what_is_not_there(side, bucket):
    said = refused(bucket.head, "none.mp4", code="InvalidParameter.ResourceNotFound")
    assert f"{side.options['type']}://{side.name}/none.mp4\"" in said
    refused(bucket.read, "none.mp4", 0, 5, code="InvalidParameter.ResourceNotFound")
    bucket.put("film.mp4", b"a film")
    refused(bucket.read, "film.mp4", 6, 1, code="InvalidParameter.ResourceContentBad")
    elsewhere = bucket.having(bucket="no-such-bucket")
    refused(elsewhere.put, "film.mp4", b"a film", code="InvalidParameter.ResourceNotFound")
    refused(elsewhere.list, code="InvalidParameter.ResourceNotFound")


def test_who_may_not(bucket):
    for key, value in (("secret", "another secret"), ("access_key", "nobody")):
        stranger = bucket.having(**{key: value})
        said = refused(stranger.put, "film.mp4", b"a film", code="PermissionDenied.ResourceAccess")
        assert "the storage refuses it" in said
        refused(stranger.head, "film.mp4", code="PermissionDenied.ResourceAccess")


# --- what only one of them has ---


def test_token_of_oss(oss, bucket_of):
    """Keys that were lent, in both signatures."""
    key_id, secret, token = oss.sts("a long token==")
    for signature in (1, 4):
        side = OssSide(oss, signature)
        bucket = bucket_of(side).having(access_key=key_id, secret=secret, token=token)
        bucket.put("film.mp4", b"a film")
        assert bucket.read("film.mp4", 2, 4) == b"film"
        refused(bucket.having(token="another token").head, "film.mp4", code="PermissionDenied.ResourceAccess")


def test_options_of_oss(oss, bucket_of):
    side = OssSide(oss, 4)
    bucket = bucket_of(side).having(acl="public-read", storage_class="IA")
    bucket.put("one.mp4", b"a film")
    bucket.put_in_parts("parts.mp4", b"a film", PART)
    for key in ("one.mp4", "parts.mp4"):
        made = oss.object(side.name, key)
        assert (made.acl, made.storage_class) == ("public-read", "IA")


@pytest.mark.parametrize("signature", [1, 4])
def test_pages_of_oss(oss, bucket_of, signature):
    side = OssSide(oss, signature)
    names = [f"{number:05} 影.mp4" for number in range(2345)]
    for name in names:
        oss.put(side.name, name, b"")
    assert [one["key"] for one in bucket_of(side).list()] == names


# --- bad days ---

KINDS = ["500", "503", "reset", "lost", "truncated", "torn", "short", "long", "skew", "409"]


def fail_each(failing, kind):
    """Every request once. Nothing can tell that the length is wrong which a HEAD is told."""
    failing.each(kind, match=lambda request: request.method != "HEAD" or kind not in ("short", "long"))


def a_job(bucket, side, data):
    """Everything that a job does."""
    bucket.put("whole.mp4", data)
    bucket.put_in_parts("parts.mp4", data, PART)
    told = bucket.head("whole.mp4")
    assert told["size"] == len(data)
    assert bucket.read("parts.mp4", 1000, PART) == data[1000:1000 + PART]
    assert bucket.read("whole.mp4", 0, len(data), told["etag"]) == data
    assert [one["key"] for one in bucket.list()] == ["parts.mp4", "whole.mp4"]
    upload = bucket.begin("given-up.mp4")
    assert ("given-up.mp4", upload) in bucket.uploads()
    for key, one in bucket.uploads():
        bucket.abort(key, one)
    assert bucket.uploads() == []
    assert side.body("whole.mp4") == side.body("parts.mp4") == data
    bucket.delete("whole.mp4")
    assert side.keys() == ["parts.mp4"]


@pytest.mark.parametrize("signature, kind", [(1, "500"), (1, "skew"), *((4, kind) for kind in KINDS)])
@pytest.mark.lean(2)
def test_every_request_fails_once_at_oss(oss, bucket_of, signature, kind):
    side = OssSide(oss, signature)
    fail_each(oss.faults, kind)
    a_job(bucket_of(side), side, os.urandom(2 * PART + 1))
    assert len(oss.faults.injected) > 10


@pytest.mark.parametrize("server, kind", [*(("swift", kind) for kind in KINDS), ("ceph", "500"), ("ceph", "torn")])
@pytest.mark.lean(2)
def test_every_request_fails_once_at_s3(request, bucket_of, server, kind):
    server = request.getfixturevalue(server)
    proxy = faults.Proxy(server.port)
    try:
        side = S3Side(server, "path", proxy.port)
        fail_each(proxy.faults, kind)
        a_job(bucket_of(side), side, os.urandom(2 * PART + 1))
        assert len(proxy.faults.injected) > 10
    finally:
        proxy.end()


def test_stall(oss, bucket_of):
    """A server that goes silent, in a body or before an answer, is asked again."""
    side = OssSide(oss, 4)
    bucket = bucket_of(side).having(stall=1)
    oss.faults.each("stall")
    data = os.urandom(MIB)
    bucket.put("film.mp4", data)
    assert bucket.read("film.mp4", 5, MIB) == data[5:]
    assert [kind for kind, _ in oss.faults.injected] == ["stall", "stall"]


@pytest.mark.parametrize("signature", [1, 4])
def test_wrong_clock(oss, bucket_of, signature):
    """The server's clock is an hour ahead, or behind: it is believed, from the first request on."""
    side = OssSide(oss, signature)
    bucket = bucket_of(side)
    for oss.skew in (3600, -3600):
        bucket.put("film.mp4", b"a film")
        bucket.head("film.mp4")
    assert [seen.status for seen in oss.log.all()] == [403, 200, 200] * 2


def test_no_ranges(oss, bucket_of):
    side = OssSide(oss, 4)
    bucket = bucket_of(side)
    bucket.put("film.mp4", b"a film")
    oss.faults.always("whole")
    said = refused(bucket.read, "film.mp4", 2, 4, code="InvalidParameter.NotSupported")
    assert "the storage sends no part of an object" in said


def test_gone_for_good(oss, bucket_of):
    """A storage that stays away is given up in time, and nothing is left to wait for."""
    side = OssSide(oss, 4)
    bucket = bucket_of(side).having(seconds=3)
    oss.faults.always("500")
    began = time.monotonic()
    said = refused(bucket.put, "film.mp4", b"a film", code="InternalError")
    assert time.monotonic() - began < 20
    assert "the storage answers 500 InternalError; tried " in said
    nobody = bucket.having(endpoint="http://oss-cn-test.localhost:1")
    assert "tried" in refused(nobody.head, "film.mp4", code="InternalError")


def test_final(oss, bucket_of):
    """What will hardly change is asked once more, and not again."""
    side = OssSide(oss, 4)
    bucket = bucket_of(side)
    oss.faults.always("403")
    refused(bucket.head, "film.mp4", code="PermissionDenied.ResourceAccess")
    refused(bucket.put, "film.mp4", b"a film", code="PermissionDenied.ResourceAccess")
    assert len(oss.log.all()) == 4
