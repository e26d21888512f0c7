# SPDX-License-Identifier: MIT
"""OSS's two signatures as its server has them, out of a request's own bytes; written from Alibaba Cloud's
documentation, "Include a V1 signature" and "Include a V4 signature", each in the Authorization header and in a URL.

Everything is told as it is on the wire, so nothing that a client encodes wrongly is put right here: the path and the
query are decoded once, and for V4 encoded again by RFC 3986.
"""
import base64
import calendar
import email.utils
import hashlib
import hmac
import time
import urllib.parse

# Parameters that V1 signs; all others it does not see.
SUBRESOURCES = frozenset("""
    acl append asyncFetch bucketInfo callback callback-var cname comp continuation-token cors delete encryption endTime
    img inventory inventoryId lifecycle live location logging metaQuery objectMeta partNumber policy position qos
    qosInfo referer replication replicationLocation replicationProgress requestPayment response-cache-control
    response-content-disposition response-content-encoding response-content-language response-content-type
    response-expires restore security-token sequential startTime stat status style styleName symlink tagging
    transferAcceleration udf udfApplication udfApplicationLog udfId udfImage udfImageDesc udfName uploadId uploads
    versionId versioning versions vod website worm wormExtend wormId x-oss-ac-forward-allow x-oss-ac-source-ip
    x-oss-ac-subnet-mask x-oss-ac-vpc-id x-oss-async-process x-oss-process x-oss-request-payer x-oss-traffic-limit
""".split())
V4 = "OSS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"


def pairs_of(raw_query):
    """[(name, value)] decoded; a parameter without = has the value "". A + stays one, as in RFC 3986."""
    words = [word.partition("=") for word in raw_query.split("&") if word]
    return [(urllib.parse.unquote(name), urllib.parse.unquote(value)) for name, _, value in words]


def quoted(text, safe=""):
    return urllib.parse.quote(text, safe=safe + "-_.~")


def resource(bucket, key):
    return f"/{bucket}/{key}" if bucket else "/"


# --- V1 ---


def v1_text(method, bucket, key, raw_query, headers, date=None):
    """The string to sign. `headers` have lower-case names; `date` stands for the date line where a URL has Expires."""
    signed = sorted((k, v) for k, v in pairs_of(raw_query) if k in SUBRESOURCES)
    words = [f"{k}={v}" if v else k for k, v in signed]
    lines = [f"{k}:{v}" for k, v in sorted(headers.items()) if k.startswith("x-oss-")]
    if date is None:
        date = headers.get("x-oss-date") or headers.get("date", "")
    return "\n".join([method, headers.get("content-md5", ""), headers.get("content-type", ""), date, *lines,
                      resource(bucket, key) + ("?" + "&".join(words) if words else "")])


def v1_signature(secret, text):
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()


# --- V4 ---


def v4_canonical(method, bucket, key, raw_query, headers, additional):
    """The canonical request; `additional` are the names of the headers that are signed besides the usual ones."""
    words = sorted((quoted(k), quoted(v)) for k, v in pairs_of(raw_query) if k != "x-oss-signature")
    names = sorted({k for k in headers if k in ("content-type", "content-md5") or k.startswith("x-oss-")}
                   | set(additional))
    return "\n".join([method, quoted(resource(bucket, key), "/"), "&".join(f"{k}={v}" if v else k for k, v in words),
                      *(f"{name}:{headers.get(name, '')}" for name in names), "", ";".join(sorted(additional)),
                      headers.get("x-oss-content-sha256", UNSIGNED)])


def v4_text(canonical, moment, scope):
    return "\n".join([V4, moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])


def v4_signature(secret, scope, text):
    key = f"aliyun_v4{secret}".encode()
    for step in scope.split("/"):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


# --- to ask ---


def sign(version, method, bucket, key, raw_query, headers, pair, region, token=None, moment=None):
    """The headers, and those that sign them; names in lower case."""
    moment = time.time() if moment is None else moment
    headers = {**headers, **({"x-oss-security-token": token} if token else {})}
    if version == "v1":
        headers["x-oss-date"] = email.utils.formatdate(moment, usegmt=True)
        signature = v1_signature(pair[1], v1_text(method, bucket, key, raw_query, headers))
        return {**headers, "authorization": f"OSS {pair[0]}:{signature}"}
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))
    scope = f"{stamp[:8]}/{region}/oss/aliyun_v4_request"
    headers.update({"x-oss-date": stamp, "x-oss-content-sha256": UNSIGNED})
    text = v4_text(v4_canonical(method, bucket, key, raw_query, headers, ()), stamp, scope)
    signature = v4_signature(pair[1], scope, text)
    return {**headers, "authorization": f"{V4} Credential={pair[0]}/{scope},Signature={signature}"}


# --- who asks ---


class Claim:
    """What a request says of itself: `scheme`, `key_id`, `signature`, `token`, `moment` (seconds since 1970) and, in a
    URL, `expires`; `text_with` makes the string to sign."""

    def __init__(self, scheme, key_id, signature, token, moment, expires=None, scope=None, additional=()):
        self.scheme, self.key_id, self.signature, self.token = scheme, key_id, signature, token
        self.moment, self.expires, self.scope, self.additional = moment, expires, scope, additional
        self.stamp = self.date = None

    def text(self, method, bucket, key, raw_query, headers):
        if self.scheme == "v1":
            return v1_text(method, bucket, key, raw_query, headers, self.date)
        canonical = v4_canonical(method, bucket, key, raw_query, headers, self.additional)
        return v4_text(canonical, self.stamp, self.scope)

    def expected(self, secret, text):
        return v1_signature(secret, text) if self.scheme == "v1" else v4_signature(secret, self.scope, text)


class Unclear(Exception):
    """The request's own words about its signature cannot be read."""


def claim_of(raw_query, headers):
    """The claim of a request; None of one that is not signed."""
    query, told = dict(pairs_of(raw_query)), headers.get("authorization")
    try:
        if told is not None:
            return v4_header(told, headers) if told.startswith(V4 + " ") else v1_header(told, headers)
        if "x-oss-signature" in query:
            return v4_url(query)
        if "Signature" in query:
            return v1_url(query)
    except (LookupError, ValueError, TypeError) as error:
        raise Unclear(str(error)) from error
    return None


def v1_header(told, headers):
    scheme, _, rest = told.partition(" ")
    key_id, mark, signature = rest.rpartition(":")
    if scheme != "OSS" or not mark:
        raise ValueError("Authorization is neither OSS nor OSS4-HMAC-SHA256")
    date = headers.get("x-oss-date") or headers["date"]
    moment = calendar.timegm(email.utils.parsedate(date))
    return Claim("v1", key_id, signature, headers.get("x-oss-security-token"), moment)


def v1_url(query):
    claim = Claim("v1", query["OSSAccessKeyId"], query["Signature"], query.get("security-token"), None,
                  int(query["Expires"]))
    claim.date = query["Expires"]
    return claim


def v4_claim(credential, signature, stamp, token, additional):
    key_id, day, region, service, end = credential.rsplit("/", 4)
    if (service, end) != ("oss", "aliyun_v4_request") or not stamp.startswith(f"{day}T"):
        raise ValueError("the Credential's scope")
    moment = calendar.timegm(time.strptime(stamp, "%Y%m%dT%H%M%SZ"))
    names = [name.lower() for name in additional.split(";") if name]
    claim = Claim("v4", key_id, signature, token, moment, None, f"{day}/{region}/{service}/{end}", names)
    claim.stamp, claim.region = stamp, region
    return claim


def v4_header(told, headers):
    words = dict(word.strip().split("=", 1) for word in told[len(V4):].split(","))
    # OSS asks for it, and for this value.
    if headers["x-oss-content-sha256"] != UNSIGNED:
        raise ValueError("x-oss-content-sha256")
    return v4_claim(words["Credential"], words["Signature"], headers["x-oss-date"], headers.get("x-oss-security-token"),
                    words.get("AdditionalHeaders", ""))


def v4_url(query):
    if query["x-oss-signature-version"] != V4:
        raise ValueError("x-oss-signature-version")
    claim = v4_claim(query["x-oss-credential"], query["x-oss-signature"], query["x-oss-date"],
                     query.get("x-oss-security-token"), query.get("x-oss-additional-headers", ""))
    claim.expires = claim.moment + int(query["x-oss-expires"])
    return claim
