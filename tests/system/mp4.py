# SPDX-License-Identifier: MIT
"""A small reader of MP4 boxes (ISO/IEC 14496-12) for what other readers do not show."""
import struct
from pathlib import Path

CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"udta", b"dinf"}
VISUAL = {b"avc1", b"hvc1", b"hev1"}  # VisualSampleEntry: 78 bytes before its boxes


class Box:
    def __init__(self, kind, data, start):
        self.kind, self.data, self.start = kind, data, start
        self.kids = parse(data) if kind in CONTAINERS else []

    def find(self, path):
        """The first box at a path such as "mdia/mdhd", or None."""
        head, _, rest = path.partition("/")
        for kid in self.kids:
            if kid.kind == head.encode():
                found = kid.find(rest) if rest else kid
                if found is not None:
                    return found
        return None

    def u32(self, at):
        return struct.unpack_from(">I", self.data, at)[0]


def parse(data):
    boxes, at = [], 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        elif size == 0:
            size = len(data) - at
        if size < head or at + size > len(data):
            assert data[at:] == bytes(len(data) - at), f"box {kind} of {size} bytes does not fit"
            break
        boxes.append(Box(kind, data[at + head:at + size], at))
        at += size
    return boxes


class Track:
    """One trak, read into plain members."""

    def __init__(self, trak):
        tkhd, mdhd = trak.find("tkhd"), trak.find("mdia/mdhd")
        wide = tkhd.data[0] == 1
        self.flags = tkhd.u32(0) & 0xFFFFFF
        self.enabled = bool(self.flags & 1)
        self.id = tkhd.u32(20 if wide else 12)
        rest = 36 if wide else 24  # first of reserved[2], layer, alternate_group
        self.alternate_group = struct.unpack_from(">h", tkhd.data, rest + 10)[0]
        self.matrix = struct.unpack_from(">9i", tkhd.data, rest + 16)
        long_mdhd = mdhd.data[0] == 1
        self.timescale = mdhd.u32(20 if long_mdhd else 12)
        code = struct.unpack_from(">H", mdhd.data, 32 if long_mdhd else 20)[0]
        self.language = "".join(chr(0x60 + (code >> s & 31)) for s in (10, 5, 0))
        hdlr = trak.find("mdia/hdlr")
        self.kind = hdlr.data[8:12].decode()
        self.handler = hdlr.data[24:].rstrip(b"\0").decode()
        self.edits = edits(trak.find("edts/elst"))
        self._table(trak.find("mdia/minf/stbl"))

    def _table(self, stbl):
        stsd = stbl.find("stsd")
        self.entries = stsd.u32(4)
        self.entry = parse(stsd.data[8:])[0]
        self.format = self.entry.kind.decode()
        self.boxes = {b.kind.decode(): b for b in parse(self.entry.data[78:])} \
            if self.entry.kind in VISUAL else {}
        self.deltas = runs(stbl.find("stts"))
        self.offsets = runs(stbl.find("ctts"), signed=True)
        stss = stbl.find("stss")
        self.sync = [stss.u32(8 + 4 * i) - 1 for i in range(stss.u32(4))] if stss else \
            list(range(len(self.deltas)))   # no stss: every sample is one


def runs(box, signed=False):
    """The values of an stts or ctts box, one a sample."""
    values = []
    if box is not None:
        for i in range(box.u32(4)):
            count, value = struct.unpack_from(">Ii" if signed else ">II", box.data, 8 + 8 * i)
            values += [value] * count
    return values


def edits(box):
    """Edit list entries: (duration in movie time, media time, rate)."""
    if box is None:
        return []
    form, size = (">Qqi", 20) if box.data[0] == 1 else (">Iii", 12)
    return [struct.unpack_from(form, box.data, 8 + size * i) for i in range(box.u32(4))]


class File:
    def __init__(self, path):
        self.boxes = parse(Path(path).read_bytes())
        self.order = [b.kind.decode() for b in self.boxes]
        moov = next(b for b in self.boxes if b.kind == b"moov")
        mvhd = moov.find("mvhd")
        self.timescale = mvhd.u32(20 if mvhd.data[0] == 1 else 12)
        self.tracks = [Track(b) for b in moov.kids if b.kind == b"trak"]

    def of(self, kind):
        return [t for t in self.tracks if t.kind == kind]


def check(path):
    """What holds for every MP4 that Polymux makes; returns the parsed file."""
    file = File(path)
    assert file.order[0] == "ftyp" and "moof" not in file.order
    assert file.order.index("moov") < file.order.index("mdat"), file.order
    assert [t.id for t in file.tracks] == list(range(1, len(file.tracks) + 1))
    for track in file.tracks:
        assert track.entries == 1, "parameter sets differ between segments"
        assert all(d > 0 for d in track.deltas[:-1]), f"track {track.id}: DTS does not rise"
        assert all(rate == 0x10000 for _, _, rate in track.edits)
        assert track.format not in ("hev1", "avc3")
    return file
