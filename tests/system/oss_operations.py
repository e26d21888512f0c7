# SPDX-License-Identifier: MIT
"""What OSS does, an operation a function, for oss_server.py; named as in OSS's API reference."""
import base64
import hashlib

from httpwire import Answer, http_date
from oss_store import Part, Thing, Upload
from oss_words import (FROZEN, MAX_PARTS, OWNER, Problem, check_conditions, check_headers, chosen, content, described,
                       digest_of, document, encoding, flag, integer, kept_of, key_token, moment_of, object_headers,
                       page_size, parts_of, range_of, token_key, xml_answer)


def kept(thing):
    """What is answered to bytes that have been taken."""
    return Answer(200, {"ETag": f'"{thing.etag}"', "x-oss-hash-crc64ecma": str(thing.blob.crc),
                        "Content-MD5": base64.b64encode(thing.blob.md5).decode()})


class Operations:
    """Needs `store`, `region` and `object(bucket, key)`."""

    # --- objects ---

    def PutObject(self, asked):
        check_headers(asked)
        if not asked.request.chunked and "content-length" not in asked.headers:
            raise Problem(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
        self.check_overwrite(asked)
        blob = self.receive(asked)
        thing = self.whole(blob, kept_of(asked.headers))
        with self.store.lock:
            self.check_overwrite(asked)
            self.store.buckets[asked.bucket].objects[asked.key] = thing
        return kept(thing)

    @staticmethod
    def whole(blob, headers):
        return Thing(blob, blob.md5.hex().upper(), headers)

    def check_overwrite(self, asked):
        if asked.headers.get("x-oss-forbid-overwrite") == "true" and self.object(asked.bucket, asked.key):
            raise Problem(409, "FileAlreadyExists",
                          "The object you specified already exists and can not be overwritten.")

    def receive(self, asked):
        """The request's body, its digest checked."""
        told = asked.headers.get("content-md5")
        wanted = digest_of(told) if told is not None else None
        blob = self.store.receive(asked.request.body())
        if wanted and wanted != blob.md5:
            self.store.drop(blob)
            raise Problem(400, "InvalidDigest", "The Content-MD5 you specified did not match what we received.",
                          **{"Content-MD5": told})
        return blob

    def existing(self, asked):
        thing = self.object(asked.bucket, asked.key)
        if thing is None:
            raise Problem(404, "NoSuchKey", "The specified key does not exist.", Key=asked.key)
        return thing

    def GetObject(self, asked):
        thing = self.existing(asked)
        check_conditions(asked.headers, thing)
        if thing.storage_class in FROZEN and asked.method == "GET":
            raise Problem(403, "InvalidObjectState", "The operation is not valid for the object's state")
        headers = object_headers(thing)
        for name, value in asked.query.items():
            if name.startswith("response-"):
                headers[name.removeprefix("response-").title()] = value
        part = range_of(asked.request.headers, thing.size)
        if part is None:
            return Answer(200, headers, thing.blob)
        first, last = part
        headers["Content-Range"] = f"bytes {first}-{last}/{thing.size}"
        return Answer(206, headers, Part(thing.blob, first, last - first + 1))

    HeadObject = GetObject

    def GetObjectMeta(self, asked):
        thing = self.existing(asked)
        headers = {"ETag": f'"{thing.etag}"', "Last-Modified": http_date(thing.modified)}
        return Answer(200, headers, thing.blob if asked.method == "HEAD" else b"")

    def GetObjectAcl(self, asked):
        acl = ("AccessControlList", ("Grant", self.existing(asked).acl))
        return xml_answer(document("AccessControlPolicy", OWNER, acl))

    def DeleteObject(self, asked):
        with self.store.lock:
            self.store.buckets[asked.bucket].objects.pop(asked.key, None)
        return Answer(204)

    # --- uploads in parts ---

    def InitiateMultipartUpload(self, asked):
        check_headers(asked)
        self.check_overwrite(asked)
        upload = Upload(asked.key, kept_of(asked.headers))
        with self.store.lock:
            self.store.buckets[asked.bucket].uploads[upload.id] = upload
        return xml_answer(document("InitiateMultipartUploadResult", encoding(asked), ("Bucket", asked.bucket),
                                   ("Key", asked.shown(asked.key)), ("UploadId", upload.id)))

    def upload(self, asked):
        upload = self.store.buckets[asked.bucket].uploads.get(asked.query["uploadId"])
        if upload is None or upload.key != asked.key:
            raise Problem(404, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or "
                          "the upload may have been aborted or completed.", UploadId=asked.query["uploadId"])
        return upload

    def UploadPart(self, asked):
        number = integer(asked.query["partNumber"], None, 1, MAX_PARTS, "partNumber")
        if not asked.request.chunked and "content-length" not in asked.headers:
            raise Problem(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
        self.upload(asked)
        blob = self.receive(asked)
        thing = Thing(blob, blob.md5.hex().upper())
        with self.store.lock:
            self.upload(asked).parts[number] = thing
        return kept(thing)

    def CompleteMultipartUpload(self, asked):
        listed = parts_of(self.text_of(asked))
        with self.store.lock:
            upload = self.upload(asked)
            self.check_overwrite(asked)
            things = chosen(upload, listed)
            tag = hashlib.md5("".join(thing.etag for thing in things).encode()).hexdigest().upper()
            thing = Thing(self.store.joined([thing.blob for thing in things]), f"{tag}-{len(things)}", upload.headers,
                          "Multipart")
            bucket = self.store.buckets[asked.bucket]
            bucket.objects[asked.key] = thing
            del bucket.uploads[upload.id]
        told = document("CompleteMultipartUploadResult", encoding(asked),
                        ("Location", f"http://{asked.headers['host']}{asked.request.path}"), ("Bucket", asked.bucket),
                        ("Key", asked.shown(asked.key)), ("ETag", f'"{thing.etag}"'))
        return xml_answer(told, {"ETag": f'"{thing.etag}"', "x-oss-hash-crc64ecma": str(thing.blob.crc)})

    @staticmethod
    def text_of(asked):
        data, told = asked.request.text(), asked.headers.get("content-md5")
        if told is not None and digest_of(told) != hashlib.md5(data).digest():
            raise Problem(400, "InvalidDigest", "The Content-MD5 you specified did not match what we received.")
        return data

    def AbortMultipartUpload(self, asked):
        with self.store.lock:
            upload = self.upload(asked)
            del self.store.buckets[asked.bucket].uploads[upload.id]
        for part in upload.parts.values():
            self.store.drop(part.blob)
        return Answer(204)

    def ListParts(self, asked):
        most = integer(asked.query.get("max-parts"), 1000, 1, 1000, "max-parts")
        after = integer(asked.query.get("part-number-marker"), 0, 0, MAX_PARTS, "part-number-marker")
        with self.store.lock:
            parts = sorted((n, part) for n, part in self.upload(asked).parts.items() if n > after)
        page, rest = parts[:most], parts[most:]
        shown = [("Part", ("PartNumber", n), ("LastModified", moment_of(part.modified)), ("ETag", f'"{part.etag}"'),
                  ("HashCrc64ecma", part.blob.crc), ("Size", part.size)) for n, part in page]
        return xml_answer(document(
            "ListPartsResult", encoding(asked), ("Bucket", asked.bucket), ("Key", asked.shown(asked.key)),
            ("UploadId", asked.query["uploadId"]), ("StorageClass", "Standard"), ("PartNumberMarker", after),
            ("NextPartNumberMarker", page[-1][0] if page else 0), ("MaxParts", most), ("IsTruncated", flag(rest)),
            *shown))

    # --- buckets ---

    def ListBuckets(self, asked):
        with self.store.lock:
            names = sorted(self.store.buckets)
        shown = [("Bucket", ("Name", name), ("Location", f"oss-{self.region}")) for name in names]
        return xml_answer(document("ListAllMyBucketsResult", ("Buckets", *shown)))

    def ListObjectsV2(self, asked):
        token = asked.query.get("continuation-token")
        after = max(asked.query.get("start-after", ""), token_key(token) if token else "")
        page, rest = self.page(asked, after, asked.query.get("fetch-owner") == "true")
        nexts = ("NextContinuationToken", key_token(page[-1][0])) if rest else None
        return xml_answer(document(
            "ListBucketResult", encoding(asked), *described(asked, "start-after", "StartAfter"),
            ("MaxKeys", page_size(asked)), ("IsTruncated", flag(rest)), ("KeyCount", len(page)),
            ("ContinuationToken", token) if token else None, nexts, *(item for _, item in page)))

    def ListObjects(self, asked):
        page, rest = self.page(asked, asked.query.get("marker", ""), True)
        nexts = ("NextMarker", asked.shown(page[-1][0])) if rest else None
        return xml_answer(document(
            "ListBucketResult", encoding(asked), *described(asked, "marker", "Marker"),
            ("MaxKeys", page_size(asked)), ("IsTruncated", flag(rest)), nexts, *(item for _, item in page)))

    def page(self, asked, after, owner):
        """([(key or prefix, item)] behind `after`, what is left)."""
        with self.store.lock:
            objects = sorted(self.store.buckets[asked.bucket].objects.items(), key=lambda item: item[0].encode())
        found = {}
        prefix, delimiter = asked.query.get("prefix", ""), asked.query.get("delimiter", "")
        for key, thing in objects:
            if not key.startswith(prefix):
                continue
            head, mark, _ = key[len(prefix):].partition(delimiter) if delimiter else ("", "", "")
            name = prefix + head + mark if mark else key
            if name.encode() > after.encode():
                shown = ("CommonPrefixes", ("Prefix", asked.shown(name))) if mark else content(asked, thing, key, owner)
                found.setdefault(name, shown)
        items = list(found.items())
        return items[:page_size(asked)], items[page_size(asked):]

    def ListMultipartUploads(self, asked):
        most = integer(asked.query.get("max-uploads"), 1000, 1, 1000, "max-uploads")
        after = asked.query.get("key-marker", ""), asked.query.get("upload-id-marker", "")
        with self.store.lock:
            uploads = sorted(self.store.buckets[asked.bucket].uploads.values(), key=lambda one: (one.key, one.id))
        prefix = asked.query.get("prefix", "")
        uploads = [one for one in uploads if one.key.startswith(prefix)
                   and ((one.key, one.id) > after if after[1] else one.key > after[0])]
        page, rest = uploads[:most], uploads[most:]
        shown = [("Upload", ("Key", asked.shown(one.key)), ("UploadId", one.id), ("Initiated", moment_of(one.begun)))
                 for one in page]
        return xml_answer(document(
            "ListMultipartUploadsResult", encoding(asked), ("Bucket", asked.bucket),
            ("KeyMarker", asked.shown(after[0])), ("UploadIdMarker", after[1]),
            ("NextKeyMarker", asked.shown(page[-1].key) if rest else ""),
            ("NextUploadIdMarker", page[-1].id if rest else ""), ("Prefix", asked.shown(prefix)),
            ("MaxUploads", most), ("IsTruncated", flag(rest)), *shown))
