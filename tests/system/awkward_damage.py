# SPDX-License-Identifier: MIT
"""Rows of awkward media (awkward.py): damaged files."""
import random

from awkward_content import SOUND
from awkward_row import BAD, BOTH, row, rows_of
from driver import ROOT

# --- damage ---


def front(kit):
    return kit.get("awk-front.mp4", *BOTH, "-movflags", "+faststart")


def cut(share, source):
    def make(path, kit):
        data = source(kit).read_bytes()
        path.write_bytes(data[:int(len(data) * share)])
    return make


def whole(extension, *more):
    return lambda kit: kit.whole(extension, *more)


def overwritten(source, what, share=0.6, length=400):
    """`length` bytes in the middle are noise, or nothing."""
    def make(path, kit):
        data = bytearray(source(kit).read_bytes())
        at = int(len(data) * share)
        data[at:at + length] = random.Random(4).randbytes(length) if what == "noise" else bytes(length)
        path.write_bytes(data)
    return make


def flipped(source, count, skip=0.2):
    def make(path, kit):
        data, dice = bytearray(source(kit).read_bytes()), random.Random(9)
        for _ in range(count):
            data[dice.randrange(int(len(data) * skip), len(data))] ^= 1 << dice.randrange(8)
        path.write_bytes(data)
    return make


def written(data):
    return lambda path, kit: path.write_bytes(data)


def fragmented(kit):
    return kit.get("awk-frag.mp4", *BOTH, "-movflags", "frag_keyframe+empty_moov+default_base_moof")


SOME = {"numbers": "some", "times": None, "sync": None, "quiet": False, "audio": None}
DAMAGE = rows_of(
    "Damage",
    row("empty.mp4", "no bytes", written(b""), error=(BAD, "empty")),
    row("zeros.mp4", "nothing but zeros", written(bytes(50000)), error=(BAD, "not a media file")),
    row("noise.mp4", "nothing but noise", lambda path, kit: path.write_bytes(
        random.Random(3).randbytes(50000)), error=(BAD, "")),
    row("text.mp4", "text with a film's name", written(b"This is no film.\n" * 500),
        error=(BAD, "not a media file")),
    row("page.mp4", "a web page with a film's name", written(
        b"<!DOCTYPE html>\n<html><body>404</body></html>\n" * 9), error=(BAD, "not a media file")),
    row("no-moov.mp4", "moov is missing: the recorder was killed", cut(0.7, whole("mp4")),
        error=(BAD, "moov")),
    row("cut-50.mp4", "moov in front, cut off in the middle", cut(0.5, front), **SOME, warning="cut off"),
    row("cut-90.mp4", "moov in front, the last tenth missing", cut(0.9, front), **SOME, warning="cut off"),
    row("cut-moov.mp4", "cut off within moov", cut(0.05, front), error=(BAD, "")),
    row("no-tracks.mkv", "Matroska whose list of tracks is lost", written(
        (ROOT / "tests" / "fuzz" / "kept" / "no-tracks.mkv").read_bytes()), error=(BAD, "no track that can be read")),
    row("cut-fragments.mp4", "fragmented MP4 cut off in the middle", cut(0.6, fragmented), **SOME),
    row("cut.mkv", "Matroska cut off in the middle", cut(0.5, whole("mkv")), **SOME, warning="cut off"),
    row("cut-90.mkv", "Matroska whose last tenth is missing", cut(0.9, whole("mkv")), **SOME, warning="cut off"),
    row("cut.mxf", "MXF cut off", cut(0.6, lambda kit: kit.get(
        "awk-cut.mxf", "-c:v", "mpeg2video", "-q:v", "2", "-bf", "2", "-c:a", "pcm_s16le", "-r", "25")), numbers=30, times=None,
        sync=None, quiet=False, seconds=1.2),
    row("cut.ts", "a transport stream cut off in the middle", cut(0.5, whole("ts")), **SOME),
    row("cut.avi", "AVI cut off: its index is missing", cut(0.6, lambda kit: kit.get(
        "awk-cut.avi", "-c:v", "mpeg4", "-q:v", "3", "-c:a", "pcm_s16le")), **SOME, warning="cut off"),
    row("cut.flv", "FLV cut off", cut(0.6, lambda kit: kit.get("awk-cut.flv", *BOTH)), **SOME),
    row("cut.wav", "WAV cut off", cut(0.5, lambda kit: kit.get("awk-plain.wav", "-vn")),
        **{**SOUND, "quiet": False}, seconds=1.0, warning="cut off"),
    row("cut.flac", "FLAC cut off", cut(0.9, lambda kit: kit.get("awk-cut.flac", "-vn")),
        **{**SOUND, "quiet": False}),
    row("cut.mp3", "MP3 cut off", cut(0.5, lambda kit: kit.get("awk-cut.mp3", "-vn")),
        **{**SOUND, "quiet": False}, encoders=("libmp3lame",)),
    row("cut.ogg", "Ogg cut off", cut(0.8, lambda kit: kit.get("awk-cut.ogg", "-vn", "-c:a", "libvorbis",
                                                                 "-page_duration", "100000")),
        **{**SOUND, "quiet": False}, encoders=("libvorbis",)),
    row("noise-inside.mp4", "400 bytes of noise within it", overwritten(front, "noise"), **SOME),
    row("hole.mp4", "400 zero bytes within it", overwritten(front, "zeros"), **SOME),
    row("noise-inside.mkv", "400 bytes of noise within it", overwritten(whole("mkv"), "noise"), **SOME),
    row("noise-inside.ts", "400 bytes of noise within it", overwritten(whole("ts"), "noise"), **SOME),
    row("hole.ts", "4000 zero bytes within it", overwritten(whole("ts"), "zeros", 0.5, 4000), **SOME),
    row("flips.mp4", "20 bits flipped", flipped(front, 20), **SOME),
    row("flips.mkv", "20 bits flipped", flipped(whole("mkv"), 20), **SOME),
    row("flips.ts", "20 bits flipped", flipped(whole("ts"), 20), **SOME),
    row("flips.flac", "20 bits flipped", flipped(lambda kit: kit.get("awk-cut.flac", "-vn"), 20),
        **{**SOUND, "quiet": False}),
)
