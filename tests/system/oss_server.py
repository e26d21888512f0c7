# SPDX-License-Identifier: MIT
"""An OSS to test against, as strict as the real one: no such server can be installed.

    oss = OssServer(tmp_path / "oss")
    oss.make_bucket("films")
    oss.put("films", "a.mp4", b"...")            # as if somebody had uploaded it; place() takes a file as it is
    oss.endpoint, oss.region, oss.key_id, oss.secret
    oss.body("made", "b.mp4"), oss.object("made", "b.mp4").etag, oss.keys("made"), oss.uploads("made")
    oss.log.all(method="GET", bucket="films")    # each with status, range, sent, received … (httpwire.Seen)
    oss.faults.each("500")                       # see faults.py; a request has `asked`, with bucket, key, operation
    oss.skew = 3600                              # its clock is an hour ahead
    oss.end()

A bucket has its own host, http://BUCKET.oss-cn-test.localhost:PORT, which curl takes to loopback by itself. The public,
the internal and the accelerated endpoint are the same server, under `.localhost` and, for clients that are told
where to connect or send the Host by themselves, under `.aliyuncs.com`. Signatures (oss_signing.py) of both versions, in
headers and URLs, are checked to the letter, as are dates, digests, parts and conditions.
"""
import base64
import hashlib
import hmac
import itertools
import os
import time
import urllib.parse
from pathlib import Path

import oss_signing
from faults import FaultyService
from httpwire import Answer, Seen, http_date
from oss_operations import Operations
from oss_store import Blob, Bucket, Store, Thing, crc64_of_file
from oss_words import MAX_KEY, Asked, Problem, document, is_address, moment_of, operation_of

REGION = "cn-test"
KEY_ID, SECRET = "testAccessKeyId", "testAccessKeySecret"
SKEW = 15 * 60


class OssSeen(Seen):
    """With `bucket`, `key`, `operation` (PutObject …), `scheme` (v1, v4) and, where it failed, `code` (NoSuchKey …)."""

    def __init__(self, request, fault):
        super().__init__(request, fault)
        asked = request.asked
        self.bucket, self.key, self.operation, self.code, self.scheme = (
            asked.bucket, asked.key, asked.operation, None, None)

    def finish(self, answer, sent):
        asked = self.request.asked
        self.code, self.scheme = asked.code, asked.claim.scheme if asked.claim else None
        super().finish(answer, sent)


class OssServer(Operations, FaultyService):
    def __init__(self, folder, region=REGION, store=None, **how):
        self.store, self.region, self.skew = store or Store(folder), region, 0
        self.key_id, self.secret = KEY_ID, SECRET
        # Key id → (secret, the token that has to come along or None).
        self.pairs = {KEY_ID: (SECRET, None)}
        self.hosts = [f"{name}.{domain}" for domain in ("localhost", "aliyuncs.com")
                      for name in (f"oss-{region}", f"oss-{region}-internal", "oss-accelerate")]
        self.numbers = itertools.count(1)
        super().__init__(**how)

    # --- for tests ---

    @property
    def endpoint(self):
        return f"http://{self.hosts[0]}:{self.port}"

    def url(self, bucket, key):
        """The address of an object."""
        return f"http://{bucket}.{self.hosts[0]}:{self.port}/{urllib.parse.quote(key)}"

    def make_bucket(self, name, acl="private"):
        with self.store.lock:
            self.store.buckets[name] = Bucket(name, acl)

    def sts(self, token="token"):
        """A key pair that needs a security token: (key id, secret, token)."""
        self.pairs["STS.testAccessKeyId"] = ("temporarySecret", token)
        return "STS.testAccessKeyId", "temporarySecret", token

    def put(self, bucket, key, data, **headers):
        """Makes or replaces an object; headers as content_type="video/mp4"."""
        thing = self.whole(self.store.receive([data]), {k.replace("_", "-"): v for k, v in headers.items()})
        with self.store.lock:
            self.store.buckets[bucket].objects[key] = thing
        return thing

    def place(self, bucket, key, path, **headers):
        """An object out of a file that stays where it is, however large: as if uploaded in parts."""
        with open(path, "rb") as file:
            blob = Blob([(Path(path), os.path.getsize(path))], crc64_of_file(file))
        tag = hashlib.md5(f"{path}{blob.size}{blob.crc}".encode()).hexdigest().upper()
        thing = Thing(blob, f"{tag}-1", {k.replace("_", "-"): v for k, v in headers.items()}, "Multipart")
        with self.store.lock:
            self.store.buckets[bucket].objects[key] = thing
        return thing

    def object(self, bucket, key):
        """An oss_store.Thing; None when there is none."""
        return self.store.buckets[bucket].objects.get(key)

    def body(self, bucket, key):
        return self.object(bucket, key).blob.read()

    def keys(self, bucket):
        return sorted(self.store.buckets[bucket].objects)

    def uploads(self, bucket):
        """Keys of the uploads that were begun and neither completed nor aborted."""
        return sorted(upload.key for upload in self.store.buckets[bucket].uploads.values())

    def now(self):
        return time.time() + self.skew

    # --- a request's way ---

    def seen(self, request):
        asked = request.asked = Asked(request)
        try:
            self.find(asked)
        except Problem as problem:
            asked.problem = problem
        return OssSeen(request, self.faults.pick(request))

    def answer(self, request):
        asked = request.asked
        try:
            if asked.problem:
                raise asked.problem
            self.admit(asked)
            with self.store.lock:
                self.check_bucket(asked)
            answer = getattr(self, asked.operation)(asked)
        except Problem as problem:
            answer = self.refusal(asked, problem)
        answer.headers = {"Server": "AliyunOSS", "Date": http_date(self.now()),
                          "x-oss-request-id": f"{next(self.numbers):024X}", **answer.headers}
        return answer

    def refusal(self, asked, problem):
        asked.code = problem.code
        if problem.status == 304:
            return Answer(304, problem.more)
        body = document("Error", ("Code", problem.code), ("Message", problem.message), ("RequestId", "0"),
                        ("HostId", asked.headers.get("host", "")),
                        *((k, v if v is not None else "") for k, v in problem.more.items()))
        # What a HEAD cannot carry is told in a header.
        told = {"x-oss-err": base64.b64encode(body).decode()} if asked.method == "HEAD" else {}
        return Answer(problem.status, {"Content-Type": "application/xml", "x-oss-ec": "0000-00000001", **told}, body)

    def find(self, asked):
        """Bucket, key and operation."""
        self.find_bucket(asked)
        try:
            path = urllib.parse.unquote(asked.request.path, errors="strict")
        except UnicodeDecodeError:
            raise Problem(400, "InvalidObjectName", "The specified object is not valid.") from None
        if not path.startswith("/"):
            raise Problem(400, "InvalidURI", "Couldn't parse the specified URI.")
        asked.key = path[1:]
        if not asked.bucket and asked.key:
            raise Problem(403, "SecondLevelDomainForbidden",
                          "The bucket you are attempting to access must be addressed using OSS third level domain.")
        if len(asked.key.encode()) > MAX_KEY or asked.key.startswith(("/", "\\")):
            raise Problem(400, "InvalidObjectName", "The specified object is not valid.")
        asked.operation = operation_of(asked)
        if asked.operation is None:
            raise Problem(501, "NotImplemented", f"{asked.request} is not implemented.")

    def find_bucket(self, asked):
        host = asked.headers.get("host", "").lower().rpartition(":")
        host = host[0] if host[1] and host[2].isdigit() else "".join(host)
        for name in self.hosts:
            if host == name:
                asked.bucket = ""
            elif host.endswith("." + name):
                asked.bucket = host[:-len(name) - 1]
        if asked.bucket is None and is_address(host):
            asked.bucket = ""
        if asked.bucket is None:
            raise Problem(403, "AccessDenied", f"No bucket is at the host {host}.")

    def check_bucket(self, asked):
        if asked.bucket and asked.bucket not in self.store.buckets and asked.operation != "PutBucket":
            raise Problem(404, "NoSuchBucket", "The specified bucket does not exist.", BucketName=asked.bucket)

    # --- who asks ---

    def admit(self, asked):
        request = asked.request
        try:
            asked.claim = claim = oss_signing.claim_of(request.raw_query, asked.headers)
        except oss_signing.Unclear as error:
            raise Problem(400, "InvalidArgument", f"The signature cannot be read: {error}.") from None
        if claim is None:
            self.admit_anybody(asked)
            return
        secret = self.secret_of(claim)
        self.check_time(claim)
        if claim.scheme == "v4" and claim.region != self.region:
            raise Problem(400, "InvalidArgument", "Invalid signing region in Authorization header.",
                          Region=self.region)
        text = claim.text(request.method, asked.bucket, asked.key, request.raw_query, asked.headers)
        if not hmac.compare_digest(claim.expected(secret, text), claim.signature):
            raise Problem(403, "SignatureDoesNotMatch",
                          "The request signature we calculated does not match the signature you provided. Check your "
                          "key and signing method.", OSSAccessKeyId=claim.key_id, SignatureProvided=claim.signature,
                          StringToSign=text)

    def admit_anybody(self, asked):
        bucket = self.store.buckets.get(asked.bucket)
        acl = bucket.acl if bucket else "private"
        thing = bucket.objects.get(asked.key) if bucket else None
        if thing and thing.acl != "default":
            acl = thing.acl
        reads = asked.method in ("GET", "HEAD") and asked.key
        if not (acl == "public-read-write" or acl == "public-read" and reads):
            raise Problem(403, "AccessDenied", "You have no right to access this object because of bucket acl.")

    def secret_of(self, claim):
        secret, token = self.pairs.get(claim.key_id, (None, None))
        if secret is None or (token and not claim.token):
            raise Problem(403, "InvalidAccessKeyId",
                          "The OSS Access Key Id you provided does not exist in our records.",
                          OSSAccessKeyId=claim.key_id)
        if claim.token and claim.token != token:
            raise Problem(403, "InvalidSecurityToken", "The security token you provided is invalid.")
        return secret

    def check_time(self, claim):
        now = self.now()
        if claim.expires is not None:
            if claim.expires < now:
                raise Problem(403, "AccessDenied", "Request has expired.", Expires=moment_of(claim.expires),
                              ServerTime=moment_of(now))
        elif abs(now - claim.moment) > SKEW:
            raise Problem(403, "RequestTimeTooSkewed",
                          "The difference between the request time and the current time is too large.",
                          MaxAllowedSkewMilliseconds=SKEW * 1000, RequestTime=moment_of(claim.moment),
                          ServerTime=moment_of(now))
