# SPDX-License-Identifier: MIT
"""Buckets as src/storage/bucket.h has them, driven by tests/unit/bucket-tool.c; and the storages to drive them at.

    bucket = Bucket(tmp_path, {"type": "oss", "endpoint": ..., ...})
    bucket.put("a b.mp4", b"..."); bucket.head("a b.mp4")["size"]; bucket.read("a b.mp4", 0, 10)
    bucket.list("a"), bucket.uploads(""), bucket.put_in_parts("k", data, 100 << 10), bucket.delete("k")
    bucket.end()

A call that fails raises Refused, with the code of the error and its message.
"""
import itertools
import json
import subprocess
from pathlib import Path

from driver import binary

PATIENCE = 120


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


class Bucket:
    def __init__(self, folder, options):
        self.folder, self.options, self.numbers, self.others = folder, dict(options), itertools.count(), []
        self.child = None

    def having(self, **more):
        """The same, with other options; those that are None go."""
        options = {**self.options, **{k.replace("_", "-"): v for k, v in more.items()}}
        other = Bucket(self.folder, {k: v for k, v in options.items() if v is not None})
        other.numbers = self.numbers
        self.others.append(other)
        return other

    def start(self):
        options = [f"{k}={v}" for k, v in self.options.items()]
        with open(self.file(), "wb") as self.errors:
            self.child = subprocess.Popen([binary().parent / "tests" / "bucket-tool", *options],
                                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True)

    def run(self, *words):
        """What it tells."""
        if self.child is None:
            self.start()
        self.child.stdin.write(json.dumps([str(word) for word in words]) + "\n")
        self.child.stdin.flush()
        line = self.child.stdout.readline()
        assert line, Path(self.errors.name).read_text("utf-8", "replace")
        assert not any(secret in line for secret in self.secrets()), line
        told = json.loads(line)
        if "code" in told:
            raise Refused(told["code"], told["message"])
        return told["told"]

    def end(self):
        """It has to end well: status 0 and no sanitizer's report."""
        for other in self.others:
            other.end()
        if self.child is not None:
            self.child.stdin.close()
            self.child.stdout.close()
            said = self.child.wait(PATIENCE), Path(self.errors.name).read_text("utf-8", "replace")
            assert said == (0, "")

    def secrets(self):
        return [self.options[name] for name in ("secret", "token") if len(self.options.get(name, "")) > 5]

    def file(self, data=None):
        """The name of a new file, with `data` in it."""
        path = self.folder / f"file-{next(self.numbers)}"
        if data is not None:
            path.write_bytes(data)
        return path

    def put(self, key, data, content_type="video/mp4"):
        self.run("put", key, content_type, self.file(data))

    def head(self, key):
        told, = self.run("head", key)
        return told

    def read(self, key, offset, length, etag=""):
        path = self.file()
        self.run("read", key, offset, length, etag, path)
        return path.read_bytes()

    def begin(self, key, content_type="video/mp4"):
        told, = self.run("begin", key, content_type)
        return told["id"]

    def finish(self, key, upload, data, size):
        self.run("finish", key, upload, size, self.file(data))

    def put_in_parts(self, key, data, size, content_type="video/mp4"):
        self.finish(key, self.begin(key, content_type), data, size)

    def abort(self, key, upload):
        self.run("abort", key, upload)

    def uploads(self, prefix=""):
        return [(one["key"], one["id"]) for one in self.run("uploads", prefix)]

    def delete(self, key):
        self.run("delete", key)

    def list(self, prefix=""):
        return self.run("list", prefix)


# --- a storage, and how a test looks behind it ---


class S3Side:
    """A bucket of a real S3 server (swift_server.py, ceph_server.py), seen with the tests' own client."""

    def __init__(self, server, style, port=None):
        self.s3, self.name = server.s3, server.bucket()
        host = "127.0.0.1" if style == "path" else server.domain
        self.options = {"type": "s3", "endpoint": f"http://{host}:{port or server.port}", "region": server.region,
                        "bucket": self.name, "access-key": server.key_id, "secret": server.secret}
        if style == "path":
            self.options["path-style"] = "yes"

    def body(self, key):
        return self.s3.get(self.name, key).body

    def content_type(self, key):
        return self.s3.get(self.name, key).headers["content-type"]

    def keys(self):
        return self.s3.keys(self.name)


class OssSide:
    """A bucket of an OssServer (oss_server.py)."""

    def __init__(self, oss, signature):
        self.oss, self.name = oss, "films"
        oss.make_bucket(self.name)
        self.options = {"type": "oss", "endpoint": oss.endpoint, "region": oss.region, "bucket": self.name,
                        "access-key": oss.key_id, "secret": oss.secret, "signature": signature}

    def body(self, key):
        return self.oss.body(self.name, key)

    def content_type(self, key):
        return self.oss.object(self.name, key).headers["content-type"]

    def keys(self):
        return self.oss.keys(self.name)
