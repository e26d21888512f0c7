# SPDX-License-Identifier: MIT
"""S3 as a test speaks it: Signature Version 4 written from AWS's documentation, and plain requests.

    s3 = S3("http://127.0.0.1:8080", "us-east-1", "test:tester", "testing")
    s3.put("films", "a b.mp4", b"...")
    s3.get("films", "a b.mp4").body
    s3.keys("films", prefix="a")

Shares no line with the product: what both agree on, they agree on through AWS's published vectors.
"""
import datetime
import hashlib
import hmac
import http.client
import urllib.parse
import xml.etree.ElementTree as tree

from server import PATIENCE, Answer

EMPTY = hashlib.sha256(b"").hexdigest()
UNSIGNED = "UNSIGNED-PAYLOAD"


def quoted(text, safe=""):
    """AWS's UriEncode: all but A-Z a-z 0-9 - _ . ~ is written %XX."""
    return urllib.parse.quote(text, safe=safe + "-_.~")


def canonical_query(query):
    """Of {name: value}; a value of None stands for a parameter without one."""
    pairs = sorted((quoted(k), quoted("" if v is None else str(v))) for k, v in query.items())
    return "&".join(f"{k}={v}" for k, v in pairs)


def canonical_request(method, path, query, headers, payload):
    """(text, list of signed headers); `path` is encoded already, `headers` are all to be signed."""
    lines = sorted((k.lower(), " ".join(v.split())) for k, v in headers.items())
    names = ";".join(k for k, _ in lines)
    text = "\n".join([method, path, canonical_query(query), *(f"{k}:{v}" for k, v in lines), "", names, payload])
    return text, names


def signing_key(secret, day, region, service):
    key = f"AWS4{secret}".encode()
    for step in (day, region, service, "aws4_request"):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return key


def authorization(method, path, query, headers, pair, region, service="s3"):
    """The header's value. `headers` are all signed and have Host, X-Amz-Date and X-Amz-Content-Sha256."""
    named = {k.lower(): v for k, v in headers.items()}
    moment, payload = named["x-amz-date"], named["x-amz-content-sha256"]
    text, names = canonical_request(method, path, query, headers, payload)
    scope = f"{moment[:8]}/{region}/{service}/aws4_request"
    told = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(text.encode()).hexdigest()])
    signature = hmac.new(signing_key(pair[1], moment[:8], region, service), told.encode(), hashlib.sha256).hexdigest()
    return f"AWS4-HMAC-SHA256 Credential={pair[0]}/{scope},SignedHeaders={names},Signature={signature}"


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")


def names_of(xml, name):
    """The texts of all elements of that name, whatever their namespace."""
    return [e.text or "" for e in tree.fromstring(xml).iter() if e.tag.rpartition("}")[2] == name]


class S3:
    """A service with a key pair, addressed by path."""

    def __init__(self, endpoint, region, key_id, secret, timeout=PATIENCE):
        self.endpoint, self.region, self.pair = endpoint, region, (key_id, secret)
        self.address, self.timeout = urllib.parse.urlsplit(endpoint), timeout

    def signed(self, method, bucket="", key="", query=None, headers=None, body=b""):
        """(request target, body, headers) of a signed request."""
        path = f"/{bucket}/{quoted(key, '/')}" if bucket and key else f"/{bucket}"
        query, payload = query or {}, hashlib.sha256(body).hexdigest()
        headers = {"Host": self.address.netloc, "X-Amz-Date": now(), "X-Amz-Content-Sha256": payload,
                   **(headers or {})}
        headers["Authorization"] = authorization(method, path, query, headers, self.pair, self.region)
        return path + ("?" + canonical_query(query) if query else ""), body or None, headers

    def request(self, method, *args, **how):
        """Sends what signed() makes; the answer, whatever its status is."""
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=self.timeout)
        try:
            connection.request(method, *self.signed(method, *args, **how))
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def must(self, *args, **how):
        """As request(), and it has to succeed."""
        answer = self.request(*args, **how)
        assert answer.status < 300, f"{args}: {answer}"
        return answer

    def make_bucket(self, bucket):
        self.must("PUT", bucket)

    def put(self, bucket, key, body, **headers):
        return self.must("PUT", bucket, key, body=body, headers=headers)

    def get(self, bucket, key, **how):
        return self.must("GET", bucket, key, **how)

    def delete(self, bucket, key):
        self.must("DELETE", bucket, key)

    def keys(self, bucket, prefix=""):
        """All keys below a prefix, page by page."""
        found, more = [], {}
        while True:
            query = {"list-type": "2", "prefix": prefix, "encoding-type": "url", **more}
            page = self.must("GET", bucket, query=query).body
            found += [urllib.parse.unquote_plus(key) for key in names_of(page, "Key")]
            if names_of(page, "IsTruncated") != ["true"]:
                return found
            more = {"continuation-token": names_of(page, "NextContinuationToken")[0]}

    def uploads(self, bucket):
        """(key, upload id) of the multipart uploads that were begun and not ended."""
        page = self.must("GET", bucket, query={"uploads": None}).body
        return list(zip(names_of(page, "Key"), names_of(page, "UploadId")))
