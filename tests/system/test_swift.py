# SPDX-License-Identifier: MIT
"""The S3 that the storage is tested against is a real one, and the tests' own signer is right."""
import http.client
import os
import shutil

import pytest

import faults
import rclone
import sigv4

# "Examples: Signature Calculations", in the S3 API's reference, "Authenticating Requests: Using the Authorization
# Header": (method, path, query, more headers, payload, signature).
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
PUBLISHED = {
    "get": ("GET", "/test.txt", {}, {"Range": "bytes=0-9"}, sigv4.EMPTY,
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
    "put": ("PUT", "/test%24file.text", {},
            {"Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
            "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
    "lifecycle": ("GET", "/", {"lifecycle": None}, {}, sigv4.EMPTY,
                  "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
    "list": ("GET", "/", {"prefix": "J", "max-keys": "2"}, {}, sigv4.EMPTY,
             "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
}
ODD = ["a b.mp4", "100%.mp4", "a+b.mp4", "文件/影片.mp4", "😀.mp4", "(1)*'!~.mp4", "%2F%20.mp4", "a//b.mp4"]
PART = 100 << 10


@pytest.mark.parametrize("name", PUBLISHED)
def test_signer(name):
    method, path, query, more, payload, signature = PUBLISHED[name]
    headers = {"Host": "examplebucket.s3.amazonaws.com", "X-Amz-Date": "20130524T000000Z",
               "X-Amz-Content-Sha256": payload, **more}
    pair = ("AKIAIOSFODNN7EXAMPLE", SECRET)
    told = sigv4.authorization(method, path, query, headers, pair, "us-east-1")
    assert told.startswith("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,")
    assert told.endswith(f",Signature={signature}")


def test_objects(swift):
    """Odd keys come back as they were put, by range too."""
    bucket = swift.bucket()
    for number, key in enumerate(ODD):
        swift.s3.put(bucket, key, b"0123456789%d" % number)
    assert sorted(swift.s3.keys(bucket)) == sorted(ODD)
    for number, key in enumerate(ODD):
        answer = swift.s3.get(bucket, key, headers={"Range": "bytes=8-"})
        assert (answer.status, answer.body) == (206, b"89%d" % number)
        swift.s3.delete(bucket, key)
    assert swift.s3.keys(bucket) == []
    assert swift.s3.request("GET", bucket, ODD[0]).status == 404


def test_multipart(swift):
    """Parts of 100 KiB, which Swift's own setting of 5 MiB would refuse."""
    bucket, parts = swift.bucket(), [os.urandom(PART), os.urandom(PART), b"the end"]
    begun = swift.s3.must("POST", bucket, "film.mp4", {"uploads": None}).body
    upload, = sigv4.names_of(begun, "UploadId")
    assert swift.s3.uploads(bucket) == [("film.mp4", upload)]
    listed = ""
    for number, part in enumerate(parts, 1):
        told = swift.s3.must("PUT", bucket, "film.mp4", {"partNumber": number, "uploadId": upload}, body=part)
        listed += f"<Part><PartNumber>{number}</PartNumber><ETag>{told.headers['ETag']}</ETag></Part>"
    order = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
    swift.s3.must("POST", bucket, "film.mp4", {"uploadId": upload}, body=order)
    assert swift.s3.get(bucket, "film.mp4").body == b"".join(parts)
    assert swift.s3.uploads(bucket) == []


@pytest.mark.parametrize("wrong", ["secret", "key", "region"])
def test_refuses(swift, wrong):
    stranger = sigv4.S3(swift.endpoint, "elsewhere" if wrong == "region" else swift.region,
                        "test:nobody" if wrong == "key" else swift.key_id,
                        "wrong" if wrong == "secret" else swift.secret)
    assert stranger.request("PUT", "mine").status in (400, 403)


def test_virtual_host(swift):
    """A bucket in the host's name is the same bucket."""
    bucket = swift.bucket()
    swift.s3.put(bucket, "a.mp4", b"film")
    answer = swift.s3.request("GET", "a.mp4", headers={"Host": f"{bucket}.swift.localhost:{swift.port}"})
    assert (answer.status, answer.body) == (200, b"film")


def test_behind_faults(swift):
    """With a proxy before it Swift fails as a test tells it to, and signatures stay good."""
    bucket = swift.bucket()
    proxy = faults.Proxy(swift.port)
    try:
        s3 = sigv4.S3(f"http://127.0.0.1:{proxy.port}", swift.region, swift.key_id, swift.secret)
        proxy.faults.each("503")
        for key in ("a b.mp4", "😀.mp4"):
            assert [s3.request("PUT", bucket, key, body=b"film").status for _ in range(2)] == [503, 200]
            assert [s3.request("GET", bucket, key).status for _ in range(2)] == [503, 200]
        assert len(proxy.log.all(status=200)) == 4 and proxy.log.received(status=200) == 8
        # A connection goes on after the head of nothing, which Swift does not end as HTTP asks for.
        connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=60)
        proxy.faults.release()
        for method, key, status in (("HEAD", "none", 404), ("GET", "none", 404), ("HEAD", "a b.mp4", 200)):
            connection.request(method, *s3.signed(method, bucket, key))
            answer = connection.getresponse()
            assert answer.status == status and bool(answer.read()) == (method == "GET")
        connection.close()
    finally:
        proxy.end()
    assert swift.s3.get(bucket, "😀.mp4").body == b"film"


@pytest.mark.skipif(shutil.which("rclone") is None, reason="no rclone: install rclone")
def test_rclone(swift, tmp_path):
    """What uploads are compared with gets along with it: five parts, four at a time."""
    bucket, data = swift.bucket(), os.urandom(22 << 20)
    (tmp_path / "film.mp4").write_bytes(data)
    rclone.upload(swift, tmp_path / "film.mp4", bucket, "dir/a b.mp4", part="5M", at_once=4)
    assert swift.s3.get(bucket, "dir/a b.mp4").body == data and not swift.s3.uploads(bucket)
