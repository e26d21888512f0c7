# SPDX-License-Identifier: MIT
"""The OSS that the storage is tested against is right: OSS's own client passes, and the published vectors verify."""
import base64
import hashlib
import http.client
import json
import os
import subprocess
import urllib.parse
import xml.etree.ElementTree as tree

import pytest

import clients
import oss_server
import oss_signing
import oss_store
from server import Answer

# What ali-oss 6.23.0 sends with its clock stopped at 2026-01-02T03:04:05Z, for the key testAccessKeyId, the secret
# testAccessKeySecret and the bucket examplebucket in cn-hangzhou: (method, key, query, headers, V1's signature, V4's).
TYPE = {"content-type": "video/mp4"}
DIGEST = {**TYPE, "content-md5": "XUFAKrxLKna5cZ2REBfFkg=="}
ORDER = {"content-type": "application/xml", "content-md5": "9+2cyno7fSCPz4kQrT9aXA=="}
VECTORS = {
    "GetObject": ("GET", "in dir/文件+(1)*.mp4", "", {**TYPE, "range": "bytes=0-1023"},
                  "jUnBJZM5g7E/Nk+M3eIOEkF7jwU=", "267fd0ba53cab3163381385b9b60ffad5b313bec16291d98577b415e44423f12"),
    "PutObject": ("PUT", "a/b.mp4", "", DIGEST,
                  "XL9njzkC8VG6ElInTMDlkm0p7js=", "237b3c0b0adec5acee6284df1610eb1521873ab4991b09d1c6af13c59d9e3996"),
    "HeadObject": ("HEAD", "a/b.mp4", "", TYPE,
                   "sxHGllVsG4dTgQhWTBQdP28yudM=", "ce4e2f66b06c66078d92001d12e0372595d01da4bdf3ac774b005ffcfb3143d7"),
    "Initiate": ("POST", "a/b.mp4", "uploads=", TYPE,
                 "//91m81hQc+Vl9nUItOfUbynmxI=", "26bd9a1ba470d34263dca2b7f4c2223a17cfbd08c6b1c996415a44e34c27aecb"),
    "UploadPart": ("PUT", "a/b.mp4", "partNumber=1&uploadId=UP1", {**TYPE, "content-length": "5"},
                   "D6RJWsPmZXd9fTG+aqSydRNn4tc=", "d54f1f2995648289812eae89a292ef05856651402804421ce9e5d0762c41f2d8"),
    "ListParts": ("GET", "a/b.mp4", "max-parts=100&uploadId=UP1", TYPE,
                  "f5FR8RpjAw4ePzlTX3hB1g6Wg1U=", "3bf8a0312816ae79866edca6f1a72573788cb836e4a7ae62372b1a4b9a09ea0c"),
    "Complete": ("POST", "a/b.mp4", "uploadId=UP1", ORDER,
                 "I/veAVmlT+wA8S4kQjjTw/g9sqk=", "edf88771434e54956191ed38f89b6e48de06f8d20eea42a6cbeccd129a25244c"),
    "Abort": ("DELETE", "a/b.mp4", "uploadId=UP1", TYPE,
              "le0AXLMwIPOw9FPV5fdBJj1lUh4=", "eece98530588548353ee6bd061c9a14c87ad5dc1ec5940843cca5657ddd80f0b"),
}
V1_GET = "OSSAccessKeyId=testAccessKeyId&Expires=1767326645&Signature="
V4_GET = ("x-oss-credential=testAccessKeyId%2F20260102%2Fcn-hangzhou%2Foss%2Faliyun_v4_request"
          "&x-oss-date=20260102T030405Z&x-oss-expires=3600&x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-signature=")
SIGNED_URLS = {
    "v1 GET": ("GET", V1_GET + "SYQ6XLJUnLmM4yQTlEpSNWdOyI0%3D", {}),
    "v1 PUT": ("PUT", V1_GET + "Y2Dpr%2FcuQAK%2BeRzghbZK%2FDCHE7M%3D", TYPE),
    "v4 GET": ("GET", V4_GET + "415efdb840fa785b602d876caa5b64621b29376167e135ef70076589f0f94c42", {}),
    "v4 PUT": ("PUT", "x-oss-additional-headers=host&" + V4_GET
               + "5bde656bb54048b9e4403661ddabcd536cfa607ced80d462dd4dee64cc3bfa12",
               {**TYPE, "host": "examplebucket.oss-cn-hangzhou.aliyuncs.com"}),
}
SECRET, MOMENT = "testAccessKeySecret", 1767323045
ODD = ["a b.mp4", "100%.mp4", "a+b.mp4", "文件/影片.mp4", "😀.mp4", "(1)*'!~.mp4", "%2F%20.mp4", "a&b=c;d.mp4"]
MIB = 1 << 20


# --- the signatures ---


def verifies(method, key, query, headers):
    claim = oss_signing.claim_of(query, headers)
    assert claim.key_id == "testAccessKeyId" and (claim.moment or MOMENT) == MOMENT
    text = claim.text(method, "examplebucket", key, query, headers)
    return claim.expected(SECRET, text) == claim.signature


@pytest.mark.parametrize("version", ["v1", "v4"])
@pytest.mark.parametrize("name", VECTORS)
def test_vectors(name, version):
    method, key, query, headers, v1, v4 = VECTORS[name]
    if version == "v1":
        signed = {"x-oss-date": "Fri, 02 Jan 2026 03:04:05 GMT", "authorization": f"OSS testAccessKeyId:{v1}"}
    else:
        scope = "testAccessKeyId/20260102/cn-hangzhou/oss/aliyun_v4_request"
        signed = {"x-oss-date": "20260102T030405Z", "x-oss-content-sha256": "UNSIGNED-PAYLOAD",
                  "authorization": f"OSS4-HMAC-SHA256 Credential={scope},Signature={v4}"}
    assert verifies(method, key, query, {**headers, **signed})
    assert not verifies(method, key + "x", query, {**headers, **signed})
    assert not verifies(method, key, query, {**headers, **signed, "content-type": "video/webm"})


@pytest.mark.parametrize("name", SIGNED_URLS)
def test_signed_urls(name):
    method, query, headers = SIGNED_URLS[name]
    assert verifies(method, "a/b.mp4", query, headers)
    assert not verifies("DELETE", "a/b.mp4", query, headers)


# --- OSS's own client ---


class Node:
    """The process that ali-oss runs in."""

    def __init__(self, folder):
        # Modules are looked for beside the script, so it must stand where they are.
        script = folder / "oss.mjs"
        script.write_bytes((clients.SOURCE / "oss.mjs").read_bytes())
        self.process = subprocess.Popen(["node", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def order(self, options, call, args):
        sent = [{"$bytes": base64.b64encode(a).decode()} if isinstance(a, bytes) else a for a in args]
        self.process.stdin.write(json.dumps({"as": options, "call": call, "args": sent}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the client ended, {self.process.wait()}"
        return json.loads(line)

    def end(self):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()


class Ali:
    """A client: ali.put(...) tells what came of it, see npm/oss.mjs; ali.must("put", ...) has to succeed."""

    def __init__(self, node, oss, version, **options):
        self.node, self.options = node, {
            "endpoint": oss.endpoint, "region": f"oss-{oss.region}", "bucket": "films", "accessKeyId": oss.key_id,
            "accessKeySecret": oss.secret, "authorizationV4": version == "v4", **options}

    def __getattr__(self, call):
        return lambda *args: self.node.order(self.options, call, args)

    def must(self, call, *args):
        told = self.node.order(self.options, call, args)
        assert told["ok"], f"{call} {args}: {told}"
        return told


@pytest.fixture(scope="module")
def oss(tmp_path_factory):
    made = oss_server.OssServer(tmp_path_factory.mktemp("oss"))
    made.make_bucket("films")
    yield made
    made.end()


@pytest.fixture(scope="module")
def node():
    folder = clients.fetch()
    if folder is None:
        pytest.skip("no node and npm to run OSS's own client with")
    made = Node(folder)
    yield made
    made.end()


@pytest.fixture(params=["v1", "v4"])
def version(request):
    return request.param


@pytest.fixture
def ali(node, oss, version):
    made = Ali(node, oss, version)
    yield made
    for key in oss.keys("films"):
        made.must("delete", key)


def content(told):
    return base64.b64decode(told["result"]["content"])


def test_ali_objects(ali, oss):
    """put, head, get by range, list and delete of keys that are easy to encode wrongly."""
    for number, key in enumerate(ODD):
        put = ali.must("put", key, b"0123456789%d" % number, {"mime": "video/mp4"})
        assert put["headers"]["x-oss-hash-crc64ecma"] == str(oss.object("films", key).blob.crc)
        assert oss.body("films", key) == b"0123456789%d" % number
        head = ali.must("head", key)
        assert head["headers"]["content-length"] == "11" and head["headers"]["content-type"] == "video/mp4"
        part = ali.must("get", key, {"headers": {"Range": "bytes=8-10"}})
        assert (part["status"], content(part)) == (206, b"89%d" % number)
    named = [one["name"] for one in ali.must("listV2", {"max-keys": 1000})["result"]["objects"]]
    assert sorted(named) == sorted(ODD)
    for key in ODD:
        assert ali.must("delete", key)["status"] == 204
    assert not oss.keys("films")
    gone = ali.get(ODD[0])
    assert (gone["ok"], gone["status"], gone["code"]) == (False, 404, "NoSuchKey")


def test_ali_pages(ali, oss):
    for number in range(7):
        ali.must("put", f"page/{number // 3}/{number}", b"x")
    found, token = [], None
    while True:
        more = {"continuation-token": token} if token else {}
        page = ali.must("listV2", {"prefix": "page/", "max-keys": 3, **more})
        found += [one["name"] for one in page["result"]["objects"]]
        token = page["result"]["nextContinuationToken"]
        if not page["result"]["isTruncated"]:
            break
    assert found == [f"page/{n // 3}/{n}" for n in range(7)]
    folders = ali.must("listV2", {"prefix": "page/", "delimiter": "/"})["result"]
    assert folders["prefixes"] == ["page/0/", "page/1/", "page/2/"]
    assert [one["name"] for one in ali.must("list", {"prefix": "page/2"})["result"]["objects"]] == ["page/2/6"]


def test_ali_multipart(ali, oss, tmp_path):
    data = os.urandom(3 * MIB + 12345)
    (tmp_path / "film").write_bytes(data)
    done = ali.must("multipartUpload", "big film.mp4", str(tmp_path / "film"), {"partSize": MIB, "parallel": 3})
    assert oss.body("films", "big film.mp4") == data and done["result"]["etag"].endswith('-4"')
    assert content(ali.must("get", "big film.mp4")) == data
    assert done["headers"]["x-oss-hash-crc64ecma"] == str(oss_store.crc64(data))
    begun = ali.must("initMultipartUpload", "left")["result"]["uploadId"]
    ali.must("uploadPart", "left", begun, 1, str(tmp_path / "film"), 0, 100 << 10)
    assert [one["name"] for one in ali.must("listUploads", {})["result"]["uploads"]] == ["left"]
    listed = ali.must("listParts", "left", begun)["result"]["parts"]
    assert (listed["PartNumber"], listed["Size"]) == ("1", str(100 << 10))
    ali.must("abortMultipartUpload", "left", begun)
    assert not oss.uploads("films")


def test_ali_signed_url(ali, oss):
    """In a URL, which anybody may then use for what it is made for."""
    ali.must("put", "a b+.mp4", b"film")
    for call in ("signatureUrl", "signatureUrlV4"):
        args = (["a b+.mp4", {"expires": 60}] if call == "signatureUrl" else ["GET", 60, {}, "a b+.mp4"])
        url = urllib.parse.urlsplit(ali.must(call, *args)["result"])
        for method, status in (("GET", 200), ("PUT", 403)):
            connection = http.client.HTTPConnection("127.0.0.1", oss.port, timeout=60)
            connection.request(method, f"{url.path}?{url.query}", headers={"Host": url.netloc})
            assert connection.getresponse().status == status
            connection.close()


def test_ali_refused(node, oss, version):
    def code(**options):
        return Ali(node, oss, version, **options).put("a", b"x").get("code")

    wrong = Ali(node, oss, version, accessKeySecret="wrong").put("a", b"x")
    assert (wrong["ok"], wrong["status"], wrong["code"]) == (False, 403, "SignatureDoesNotMatch")
    assert code(bucket="nothing") == "NoSuchBucket"
    assert code(accessKeyId="nobody") == "InvalidAccessKeyId"
    key_id, secret, token = oss.sts()
    assert code(accessKeyId=key_id, accessKeySecret=secret) == "InvalidAccessKeyId"
    assert code(accessKeyId=key_id, accessKeySecret=secret, stsToken="other") == "InvalidSecurityToken"
    oss.skew = 16 * 60
    assert code() == "RequestTimeTooSkewed"
    oss.skew = 0
    assert oss.keys("films") == []
    assert code(accessKeyId=key_id, accessKeySecret=secret, stsToken=token) is None
    assert oss.keys("films") == ["a"]
    assert Ali(node, oss, version).delete("a")["ok"]


# --- the letter of it ---


def ask(oss, method, key="", query="", headers=None, body=b"", version="v4", host=None, bucket="films", **how):
    """A request signed by the tests' own signer."""
    headers = oss_signing.sign(version, method, bucket, key, query, {k.lower(): v for k, v in (headers or {}).items()},
                               (oss.key_id, oss.secret), oss.region, **how)
    connection = http.client.HTTPConnection("127.0.0.1", oss.port, timeout=60)
    try:
        target = "/" + urllib.parse.quote(key) + ("?" + query if query else "")
        connection.request(method, target, body=body or None,
                           headers={**headers, "Host": host or f"{bucket}.{oss.hosts[0]}:{oss.port}"})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def code_of(answer):
    return answer.status, (tree.fromstring(answer.body).findtext("Code") if answer.body else None)


@pytest.fixture
def film(oss):
    """An object of 1000 bytes."""
    data = bytes(range(250)) * 4
    oss.put("films", "film.mp4", data, content_type="video/mp4")
    oss.log.clear()
    yield data
    ask(oss, "DELETE", "film.mp4")


RANGES = {  # of 1000 bytes: (the part that comes by default, None for 200 and all; with x-oss-range-behavior: standard)
    "bytes=0-9": ((0, 10), (0, 10)), "bytes=990-999": ((990, 1000), (990, 1000)), "bytes=990-": ((990, 1000),) * 2,
    "bytes=-10": ((990, 1000),) * 2, "bytes=990-1000": (None, (990, 1000)), "bytes=1000-1001": (None, 416),
    "bytes=1000-": (None, 416), "bytes=-1001": (None, (0, 1000)), "byte=0-9": (None, None), "bytes=x-": (None, None),
}


@pytest.mark.parametrize("standard", [False, True])
@pytest.mark.parametrize("asked", RANGES)
def test_ranges(oss, film, asked, standard):
    wanted = RANGES[asked][standard]
    more = {"x-oss-range-behavior": "standard"} if standard else {}
    answer = ask(oss, "GET", "film.mp4", headers={"Range": asked, **more})
    seen, = oss.log.all(method="GET")
    if wanted == 416:
        assert code_of(answer) == (416, "InvalidRange")
    elif wanted is None:
        assert (answer.status, answer.body) == (200, film)
    else:
        assert (answer.status, answer.body) == (206, film[slice(*wanted)])
        assert answer.headers["Content-Range"] == f"bytes {wanted[0]}-{wanted[1] - 1}/1000"
    assert (seen.bucket, seen.key, seen.range, seen.status, seen.sent) == (
        "films", "film.mp4", asked, answer.status, len(answer.body))


def test_conditions(oss, film):
    tag = ask(oss, "HEAD", "film.mp4").headers["ETag"]
    assert ask(oss, "GET", "film.mp4", headers={"If-Match": tag}).body == film
    oss.put("films", "film.mp4", b"another")
    assert code_of(ask(oss, "GET", "film.mp4", headers={"If-Match": tag})) == (412, "PreconditionFailed")
    assert ask(oss, "GET", "film.mp4", headers={"If-None-Match": oss.object("films", "film.mp4").etag}).status == 304


def test_digest(oss):
    right = base64.b64encode(hashlib.md5(b"film").digest()).decode()
    assert ask(oss, "PUT", "a", body=b"film", headers={"Content-MD5": right}).status == 200
    assert code_of(ask(oss, "PUT", "a", body=b"fil!", headers={"Content-MD5": right})) == (400, "InvalidDigest")
    assert code_of(ask(oss, "PUT", "a", body=b"film", headers={"Content-MD5": "film"})) == (400, "InvalidDigest")
    assert oss.body("films", "a") == b"film"
    assert ask(oss, "DELETE", "a").status == 204


def upload(oss, key, parts, listed=None):
    """The answer to the end of an upload of numbered parts, which lists [(number, ETag)], as they are by default."""
    begun = ask(oss, "POST", key, "uploads")
    name = tree.fromstring(begun.body).findtext("UploadId")
    tags = {n: ask(oss, "PUT", key, f"partNumber={n}&uploadId={name}", body=part).headers["ETag"]
            for n, part in parts.items()}
    listed = [(n, tags[n]) for n in sorted(tags)] if listed is None else [(n, tags.get(n, '"0"')) for n in listed]
    order = "".join(f"<Part><PartNumber>{n}</PartNumber><ETag>{tag}</ETag></Part>" for n, tag in listed)
    ended = ask(oss, "POST", key, f"uploadId={name}",
                body=f"<CompleteMultipartUpload>{order}</CompleteMultipartUpload>".encode())
    again = ask(oss, "DELETE", key, f"uploadId={name}")
    assert code_of(again) == ((404, "NoSuchUpload") if ended.status == 200 else (204, None))
    return ended


def test_parts(oss):
    enough, small = os.urandom(100 << 10), os.urandom((100 << 10) - 1)
    ended = upload(oss, "b", {1: enough, 7: enough, 10000: small})
    assert ended.status == 200 and oss.body("films", "b") == enough + enough + small
    assert ended.headers["x-oss-hash-crc64ecma"] == str(oss_store.crc64(enough + enough + small))
    assert code_of(upload(oss, "c", {1: small, 2: enough})) == (400, "EntityTooSmall")
    assert code_of(upload(oss, "c", {1: enough, 2: enough}, [2, 1])) == (400, "InvalidPartOrder")
    assert code_of(upload(oss, "c", {1: enough}, [1, 2])) == (400, "InvalidPart")
    assert code_of(upload(oss, "c", {1: enough}, [])) == (400, "MalformedXML")
    for number in ("0", "10001", "x"):
        answer = ask(oss, "PUT", "c", f"partNumber={number}&uploadId=none", body=b"x")
        assert code_of(answer) == (400, "InvalidArgument")
    assert oss.keys("films") == ["b"] and not oss.uploads("films")
    assert ask(oss, "DELETE", "b").status == 204


def test_hosts(oss, film):
    """A bucket's name is in the host, and only there."""
    for name in ("oss-cn-test-internal.localhost", "oss-accelerate.aliyuncs.com"):
        assert ask(oss, "GET", "film.mp4", host=f"films.{name}").status == 200
    for host in (oss.hosts[0], "127.0.0.1"):
        assert code_of(ask(oss, "GET", "film.mp4", host=host)) == (403, "SecondLevelDomainForbidden")
    assert code_of(ask(oss, "GET", "film.mp4", host="films.example.com")) == (403, "AccessDenied")


def test_strangers(oss, film):
    """Whoever does not sign gets what is public, and that by a plain address that curl takes to loopback."""
    def curl(*args):
        return subprocess.run(["curl", "-sS", "--noproxy", "*", *args], capture_output=True, check=True,
                              timeout=60).stdout

    assert b"AccessDenied" in curl(oss.url("films", "film.mp4"))
    oss.put("films", "a b+文件.mp4", b"for all", x_oss_object_acl="public-read")
    assert curl(oss.url("films", "a b+文件.mp4")) == b"for all"
    assert b"AccessDenied" in curl("-X", "DELETE", oss.url("films", "a b+文件.mp4"))
    assert ask(oss, "DELETE", "a b+文件.mp4").status == 204


def test_sparse(oss, tmp_path):
    """5 GB of which nothing was written are one object, and what is read of it is counted."""
    with open(tmp_path / "large", "wb") as file:
        file.truncate(5 << 30)
        file.seek((5 << 30) - 4)
        file.write(b"moov")
    oss.place("films", "large", tmp_path / "large")
    assert ask(oss, "HEAD", "large").headers["Content-Length"] == str(5 << 30)
    oss.log.clear()
    assert ask(oss, "GET", "large", headers={"Range": f"bytes={(5 << 30) - 8}-"}).body == bytes(4) + b"moov"
    assert oss.log.sent() == 8
    # Somebody who asks for all, takes a little and goes costs what arrived, not what was promised.
    headers = oss_signing.sign("v4", "GET", "films", "large", "", {}, (oss.key_id, oss.secret), oss.region)
    connection = http.client.HTTPConnection("127.0.0.1", oss.port, timeout=60)
    connection.request("GET", "/large", headers={**headers, "Host": f"films.{oss.hosts[0]}"})
    taken = len(connection.getresponse().read(MIB))
    connection.sock.close()
    connection.close()
    seen = oss.log.all()[-1]
    assert taken <= seen.sent < 64 * MIB, seen
    assert ask(oss, "DELETE", "large").status == 204


def test_headers(oss):
    """What an upload says of its object is kept, and only what OSS knows is taken."""
    def put(**headers):
        return ask(oss, "PUT", "a", body=b"film", headers={k.replace("_", "-"): v for k, v in headers.items()})

    assert put(x_oss_object_acl="public-read", x_oss_storage_class="IA", x_oss_meta_title="film").status == 200
    head = ask(oss, "HEAD", "a").headers
    assert (head["x-oss-storage-class"], head["x-oss-meta-title"]) == ("IA", "film")
    assert oss.object("films", "a").acl == "public-read"
    assert code_of(put(x_oss_object_acl="everybody")) == (400, "InvalidArgument")
    assert code_of(put(x_oss_storage_class="Cheap")) == (400, "InvalidArgument")
    assert code_of(put(x_oss_forbid_overwrite="true")) == (409, "FileAlreadyExists")
    assert put(x_oss_storage_class="Archive").status == 200
    assert code_of(ask(oss, "GET", "a")) == (403, "InvalidObjectState")
    assert ask(oss, "DELETE", "a").status == 204


def test_part_pages(oss):
    """Parts and uploads are listed a page at a time."""
    uploads = [tree.fromstring(ask(oss, "POST", key, "uploads").body).findtext("UploadId") for key in ("a", "b", "b")]
    for number in (1, 2, 3):
        assert ask(oss, "PUT", "a", f"partNumber={number}&uploadId={uploads[0]}", body=b"x" * number).status == 200
    found, after = [], "0"
    while after:
        asked = f"uploadId={uploads[0]}&max-parts=2&part-number-marker={after}"
        page = tree.fromstring(ask(oss, "GET", "a", asked).body)
        found += [(part.findtext("PartNumber"), part.findtext("Size")) for part in page.iter("Part")]
        after = page.findtext("NextPartNumberMarker") if page.findtext("IsTruncated") == "true" else None
    assert found == [("1", "1"), ("2", "2"), ("3", "3")]
    found, more = [], ""
    while more is not None:
        page = tree.fromstring(ask(oss, "GET", "", "uploads&max-uploads=1" + more).body)
        found += [(one.findtext("Key"), one.findtext("UploadId")) for one in page.iter("Upload")]
        more = (f"&key-marker={page.findtext('NextKeyMarker')}&upload-id-marker={page.findtext('NextUploadIdMarker')}"
                if page.findtext("IsTruncated") == "true" else None)
    assert sorted(found) == sorted(zip(("a", "b", "b"), uploads))
    for key, upload in zip(("a", "b", "b"), uploads):
        assert ask(oss, "DELETE", key, f"uploadId={upload}").status == 204


def test_faults(node, tmp_path):
    """A client's call fails as told, and what only its answer lost was done."""
    oss = oss_server.OssServer(tmp_path / "oss")
    oss.make_bucket("films")
    ali = Ali(node, oss, "v4")
    oss.faults.each("500", match=lambda request: request.asked.operation == "GetObject").nth(2, "lost")
    assert ali.put("a", b"film")["ok"] and not ali.put("b", b"film")["ok"]
    assert oss.keys("films") == ["a", "b"]
    assert [ali.get("a").get("code") for _ in range(2)] == ["InternalError", None]
    assert [(one.operation, one.status, one.fault) for one in oss.log.all()] == [
        ("PutObject", 200, None), ("PutObject", 200, "lost"), ("GetObject", 500, "500"), ("GetObject", 200, None)]
    oss.end()
