# SPDX-License-Identifier: MIT
"""What the OSS test server keeps: bytes in files, all else in memory, and OSS's checksum of them."""
import ctypes
import functools
import hashlib
import itertools
import os
import secrets
import threading
import time
from pathlib import Path

PIECE = 1 << 20
ONES = (1 << 64) - 1
# CRC-64 as in ECMA-182, its bits reversed. liblzma, which every Debian has, does it for .xz files.
POLYNOMIAL = 0xC96C5795D7870F42


@functools.lru_cache(maxsize=None)
def crc64_of_liblzma():
    found = ctypes.CDLL("liblzma.so.5").lzma_crc64
    found.argtypes, found.restype = (ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint64), ctypes.c_uint64
    return found


def crc64(data, before=0):
    return crc64_of_liblzma()(bytes(data), len(data), before)


def applied(matrix, value):
    """A 64 x 64 matrix over GF(2), as the images of the single bits, applied to a value."""
    found = 0
    for image in matrix:
        if value & 1:
            found ^= image
        value >>= 1
    return found


@functools.lru_cache(maxsize=None)
def shift(level):
    """The matrix that moves the register on by 2 ** level zero bytes."""
    if level == 0:
        images = []
        for bit in range(64):
            value = 1 << bit
            for _ in range(8):
                value = value >> 1 ^ (POLYNOMIAL if value & 1 else 0)
            images.append(value)
        return tuple(images)
    half = shift(level - 1)
    return tuple(applied(half, image) for image in half)


def moved(register, count):
    """The register after `count` zero bytes."""
    for level in range(count.bit_length()):
        if count >> level & 1:
            register = applied(shift(level), register)
    return register


def crc64_joined(first, second, size):
    """The checksum of two stretches of bytes behind each other; `size` is the second's."""
    return moved(first, size) ^ second


def crc64_of_file(file):
    """Of a whole file: its holes are known to be zero and are not read."""
    size, at, crc = os.fstat(file.fileno()).st_size, 0, 0
    while at < size:
        try:
            begin = os.lseek(file.fileno(), at, os.SEEK_DATA)
        except OSError:
            begin = size
        crc = moved(crc ^ ONES, begin - at) ^ ONES
        if begin == size:
            return crc
        at = os.lseek(file.fileno(), begin, os.SEEK_HOLE)
        for offset in range(begin, at, PIECE):
            crc = crc64(os.pread(file.fileno(), min(PIECE, at - offset), offset), crc)
    return crc


class Blob:
    """Bytes in files: [(path, size)] behind each other."""

    def __init__(self, files, crc, md5=None):
        self.files, self.crc, self.md5 = files, crc, md5
        self.size = sum(size for _, size in files)

    def send(self, wire, first, count):
        for path, size in self.files:
            if first < size and count:
                here = min(count, size - first)
                with open(path, "rb") as file:
                    wire.send_file(file, first, here)
                first, count = size, count - here
            first -= size

    def read(self):
        return b"".join(path.read_bytes() for path, _ in self.files)


class Part:
    """A stretch of another body."""

    def __init__(self, body, first, count):
        self.body, self.first, self.size = body, first, count

    def send(self, wire, first, count):
        self.body.send(wire, self.first + first, count)


class Thing:
    """An object, or a part of one that is being uploaded: bytes, and when they came."""

    def __init__(self, blob, etag, headers=None, kind="Normal"):
        self.blob, self.etag, self.headers, self.kind = blob, etag, dict(headers or {}), kind
        self.modified = int(time.time())

    @property
    def size(self):
        return self.blob.size

    @property
    def content_type(self):
        return self.headers.get("content-type")

    @property
    def acl(self):
        return self.headers.get("x-oss-object-acl", "default")

    @property
    def storage_class(self):
        return self.headers.get("x-oss-storage-class", "Standard")


class Upload:
    """An object that is uploaded in parts."""

    def __init__(self, key, headers):
        self.id, self.key, self.headers, self.parts = secrets.token_hex(16).upper(), key, dict(headers), {}
        self.begun = int(time.time())


class Bucket:
    def __init__(self, name, acl):
        self.name, self.acl, self.objects, self.uploads = name, acl, {}, {}


class Store:
    """All buckets. Whoever changes them holds `lock`."""

    def __init__(self, folder):
        self.folder, self.buckets, self.lock = Path(folder), {}, threading.RLock()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.numbers = itertools.count(1)

    def receive(self, pieces):
        """Bytes as they come, kept in a file of their own; what came of one that breaks off is dropped."""
        path, crc, md5, size = self.folder / f"blob-{next(self.numbers)}", 0, hashlib.md5(), 0
        try:
            with open(path, "wb") as file:
                for piece in pieces:
                    file.write(piece)
                    md5.update(piece)
                    crc, size = crc64(piece, crc), size + len(piece)
        except BaseException:
            path.unlink()
            raise
        return Blob([(path, size)], crc, md5.digest())

    @staticmethod
    def joined(blobs):
        """Blobs behind each other, without reading them."""
        crc = 0
        for blob in blobs:
            crc = crc64_joined(crc, blob.crc, blob.size)
        return Blob([file for blob in blobs for file in blob.files], crc)

    @staticmethod
    def drop(blob):
        for path, _ in blob.files:
            path.unlink(missing_ok=True)
