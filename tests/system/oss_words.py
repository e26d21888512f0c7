# SPDX-License-Identifier: MIT
"""What requests to OSS and its answers say, for oss_server.py."""
import base64
import binascii
import email.utils
import ipaddress
import time
import urllib.parse
import xml.etree.ElementTree as tree
from xml.sax.saxutils import escape

import oss_signing
from httpwire import Answer, http_date, span

MIN_PART, MAX_PARTS, MAX_KEY = 100 << 10, 10000, 1023
ACLS = ("private", "public-read", "public-read-write", "default")
CLASSES = ("Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive")
FROZEN = CLASSES[2:]
# Headers of an upload that its object keeps, and answers a GET with.
KEPT = ("content-type", "cache-control", "content-disposition", "content-encoding", "content-language", "expires")
OWNER = ("Owner", ("ID", "1"), ("DisplayName", "1"))


class Problem(Exception):
    """An error answer: status, code, message, and what else its XML has."""

    def __init__(self, status, code, message, **more):
        super().__init__(code)
        self.status, self.code, self.message, self.more = status, code, message, more


def xml(name, *items):
    """<name> around texts, or around (name, item …) again; an item that is None is left out."""
    parts = [xml(*item) if isinstance(item, tuple) else escape(str(item)) for item in items if item is not None]
    return f"<{name}>{''.join(parts)}</{name}>"


def document(name, *items):
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{xml(name, *items)}\n'.encode()


def moment_of(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))


def integer(text, default, least, most, name):
    """A parameter that is a number."""
    try:
        value = int(text) if text is not None else default
    except ValueError:
        value = None
    if value is None or not least <= value <= most:
        raise Problem(400, "InvalidArgument", f"Argument {name} must be an integer between {least} and {most}.",
                      ArgumentName=name, ArgumentValue=text)
    return value


class Asked:
    """A request as OSS understands it."""

    def __init__(self, request):
        self.request, self.method, self.query = request, request.method, dict(oss_signing.pairs_of(request.raw_query))
        # Their bytes are UTF-8, whatever HTTP says.
        self.headers = {k: v.encode("latin-1").decode("utf-8", "replace") for k, v in request.headers.items()}
        self.bucket = self.key = self.operation = self.claim = self.code = self.problem = None

    def shown(self, text):
        """A name in an answer, under the caller's encoding-type."""
        return urllib.parse.quote(text, safe="/-_.*") if self.query.get("encoding-type") == "url" else text


# --- which operation ---

OPERATIONS = {
    ("GET", ""): (("uploads", "ListMultipartUploads"), (None, "ListObjects")),
    ("GET", "key"): (("uploadId", "ListParts"), ("acl", "GetObjectAcl"), ("objectMeta", "GetObjectMeta"),
                     (None, "GetObject")),
    ("HEAD", "key"): (("objectMeta", "GetObjectMeta"), (None, "HeadObject")),
    ("PUT", "key"): (("uploadId", "UploadPart"), (None, "PutObject")),
    ("POST", "key"): (("uploads", "InitiateMultipartUpload"), ("uploadId", "CompleteMultipartUpload")),
    ("DELETE", "key"): (("uploadId", "AbortMultipartUpload"), (None, "DeleteObject")),
}
# Sub-resources that are known and not served: they would change what a request means.
OTHERS = oss_signing.SUBRESOURCES - {"uploads", "uploadId", "partNumber", "acl", "objectMeta", "continuation-token",
                                     "security-token"}


def operation_of(asked):
    """None for what this server does not do."""
    if not asked.bucket:
        return "ListBuckets" if asked.method == "GET" else None
    if any(name in OTHERS and not name.startswith("response-") for name in asked.query):
        return None
    if "x-oss-copy-source" in asked.headers:
        return None
    if asked.method == "GET" and not asked.key and asked.query.get("list-type") == "2":
        return "ListObjectsV2"
    found = OPERATIONS.get((asked.method, "key" if asked.key else ""), ())
    name = next((name for marker, name in found if marker is None or marker in asked.query), None)
    if name == "UploadPart" and "partNumber" not in asked.query or name == "PutObject" and "partNumber" in asked.query:
        raise Problem(400, "InvalidArgument", "partNumber and uploadId belong together.")
    return name


def is_address(host):
    try:
        return bool(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return False


# --- what requests say ---


def check_headers(asked):
    for name, known in (("x-oss-object-acl", ACLS), ("x-oss-storage-class", CLASSES)):
        if asked.headers.get(name, known[0]) not in known:
            raise Problem(400, "InvalidArgument", f"The {name} is not valid.", ArgumentName=name,
                          ArgumentValue=asked.headers[name])


def kept_of(headers):
    return {k: v for k, v in headers.items()
            if k in KEPT or k.startswith("x-oss-meta-") or k in ("x-oss-object-acl", "x-oss-storage-class")}


def digest_of(text):
    """The 16 bytes of a Content-MD5."""
    try:
        found = base64.b64decode(text, validate=True)
    except binascii.Error:
        found = b""
    if len(found) != 16:
        raise Problem(400, "InvalidDigest", "The Content-MD5 you specified was invalid.", **{"Content-MD5": text})
    return found


def check_conditions(headers, thing):
    tag, match, none = thing.etag.strip('"'), headers.get("if-match"), headers.get("if-none-match")
    if match is not None and match != "*" and match.strip('"') != tag:
        raise Problem(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold.",
                      Condition="If-Match")
    before = headers.get("if-unmodified-since")
    if before and thing.modified > seconds_of(before):
        raise Problem(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold.",
                      Condition="If-Unmodified-Since")
    since = headers.get("if-modified-since")
    if (none and (none == "*" or none.strip('"') == tag)) or (since and thing.modified <= seconds_of(since)):
        raise Problem(304, "NotModified", "", ETag=f'"{tag}"')


def seconds_of(date):
    return email.utils.parsedate_to_datetime(date).timestamp()


def range_of(headers, size):
    """(first, last) of what is to be sent; None for everything. OSS without `standard` takes a range that is not wholly
    inside for none at all."""
    part = span(headers.get("range"), size)
    if part is None:
        return None
    first, last = part
    if 0 <= first <= last < size:
        return part
    if headers.get("x-oss-range-behavior") != "standard":
        return None
    if last < first or first >= size:
        raise Problem(416, "InvalidRange", "The requested range cannot be satisfied",
                      ActualObjectSize=size, RangeRequested=headers["range"])
    return max(0, first), min(last, size - 1)


def object_headers(thing):
    kept = {k.title() if k in KEPT else k: v for k, v in thing.headers.items() if k != "x-oss-object-acl"}
    md5 = {"Content-MD5": base64.b64encode(thing.blob.md5).decode()} if thing.blob.md5 else {}
    return {"Content-Type": "application/octet-stream", "x-oss-storage-class": "Standard", **kept, **md5,
            "ETag": f'"{thing.etag}"', "Last-Modified": http_date(thing.modified), "Accept-Ranges": "bytes",
            "x-oss-object-type": thing.kind, "x-oss-hash-crc64ecma": str(thing.blob.crc)}


def parts_of(data):
    """[(number, ETag)] of a CompleteMultipartUpload."""
    try:
        root = tree.fromstring(data)
        listed = [(int(part.findtext("PartNumber")), part.findtext("ETag").strip('"')) for part in root.findall("Part")]
    except (tree.ParseError, AttributeError, TypeError, ValueError):
        raise Problem(400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our "
                      "published schema.") from None
    if root.tag != "CompleteMultipartUpload" or not listed:
        raise Problem(400, "MalformedXML", "The XML you provided did not validate against our published schema.")
    if any(a >= b for (a, _), (b, _) in zip(listed, listed[1:])):
        raise Problem(400, "InvalidPartOrder", "The list of parts was not in ascending order.")
    return listed


def chosen(upload, listed):
    """The parts that a CompleteMultipartUpload names."""
    things = []
    for number, tag in listed:
        thing = upload.parts.get(number)
        if thing is None or thing.etag != tag.upper():
            raise Problem(400, "InvalidPart", "One or more of the specified parts could not be found or the specified "
                          "entity tag might not have matched the part's entity tag.", ETag=tag, PartNumber=number)
        things.append(thing)
    for thing, (number, tag) in list(zip(things, listed))[:-1]:
        if thing.size < MIN_PART:
            raise Problem(400, "EntityTooSmall", "Your proposed upload smaller than the minimum allowed size.",
                          ETag=tag, MinSizeAllowed=MIN_PART, ProposedSize=thing.size, PartNumber=number)
    return things


# --- what answers say ---


def xml_answer(data, headers=None):
    return Answer(200, {"Content-Type": "application/xml", **(headers or {})}, data)


def flag(rest):
    return "true" if rest else "false"


def encoding(asked):
    return ("EncodingType", "url") if asked.query.get("encoding-type") == "url" else None


def page_size(asked):
    return integer(asked.query.get("max-keys"), 100, 1, 1000, "max-keys")


def described(asked, after, shown_after):
    """What a listing repeats of the question; `after` is the parameter that says where it begins."""
    return (("Name", asked.bucket), *((name, asked.shown(asked.query.get(parameter, ""))) for name, parameter in (
        ("Prefix", "prefix"), ("Delimiter", "delimiter"), (shown_after, after))))


def content(asked, thing, key, owner):
    return ("Contents", ("Key", asked.shown(key)), ("LastModified", moment_of(thing.modified)),
            ("ETag", f'"{thing.etag}"'), ("Type", thing.kind), ("Size", thing.size),
            ("StorageClass", thing.storage_class), OWNER if owner else None)


def key_token(key):
    return base64.urlsafe_b64encode(key.encode()).decode()


def token_key(token):
    try:
        return base64.urlsafe_b64decode(token).decode()
    except ValueError:
        raise Problem(400, "InvalidArgument", "The continuation-token is not valid.") from None
