# SPDX-License-Identifier: MIT
"""The table of awkward media: how each file is made, and what has to come out of it.

A row's file is made from one film by ffmpeg or by hand, or lies in ../shared/media. The film has 50
numbered frames at 25 a second; frames 10 and 30 are white, and a click sounds as each begins. What is
expected stands in the row, or (shared files) is what ffprobe decodes of the source. Nothing here asks
Polymux anything.
"""
import csv
import os
import random
import struct
import zlib
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import compatibility
import media
import oddsound
from driver import ROOT
from tools import ffmpeg

FRAMES, RATE, SIZE = 50, 25, (160, 90)
FLASHES = (10, 30)
CLICKS = [n / RATE for n in FLASHES]
H264 = ["-c:v", "libx264", "-preset", "superfast", "-bf", "2", "-crf", "16", "-g", "25",
        "-pix_fmt", "yuv420p", "-threads", "1"]
AAC = ["-c:a", "aac", "-b:a", "128k"]
BOTH = [*H264, *AAC]
BAD = "InvalidParameter.ResourceContentBad"
GRID = tuple(Fraction(n, RATE) for n in range(FRAMES))


@dataclass
class Row:
    """One awkward file. None leaves a thing unchecked."""
    name: str                       # file name, with the extension that matters
    group: str                      # heading in docs/compatibility.md
    what: str                       # for people
    make: object = None             # make(path, kit); None: a shared file
    shared: Path = None             # a file of ../shared/media, instead
    numbers: object = range(FRAMES)  # the frames' numbers in order; None: not readable; a count
    times: object = GRID            # seconds from the first frame, exact to `slack`
    slack: float = 0.0011
    sync: float = 0.0               # click less flash, seconds
    slip: float = 0.0025            # allowed on it
    audio: int = 1                  # audio tracks made
    channels: int = None
    size: tuple = None              # pixels of what is made
    warning: str = None             # words of a warning that must be there
    quiet: bool = True              # no warning may be there otherwise
    error: tuple = None             # (code, words): refused, and why
    sound_only: bool = False        # made without a picture
    encoders: tuple = ()            # of ffmpeg, that making it needs
    long: bool = False
    seconds: float = None           # of the longest track made
    env: dict = field(default_factory=dict)


class Kit:
    """What rows are made from."""

    def __init__(self, store):
        self.store = store

    def base(self, channels=2):
        """Lossless, with exact times."""
        wav = self.store.get(f"awk-{channels}.wav", lambda p: media.write_wav(
            p, media.clicks(FRAMES / RATE, CLICKS, 48000, channels), 48000))
        return self.store.get(f"awk-{channels}.nut", lambda p: media.film(
            p, FRAMES, SIZE, str(RATE), FLASHES, ["-c:v", "ffv1"], (),
            ["-c:a", "pcm_s16le", "-f", "nut"], wav))

    def get(self, name, *options, channels=2):
        """The film as a file that other rows begin with."""
        return self.store.get(f"awkward-base-{name}", lambda p: self.convert(p, *options, channels=channels))

    def convert(self, path, *options, channels=2, before=()):
        ffmpeg(*before, "-i", self.base(channels), *options, path)

    def whole(self, extension="mp4", *more):
        return self.get(f"awk-whole.{extension}", *BOTH, *more)


def options(*words, channels=2, before=()):
    """A maker: the film through one ffmpeg command."""
    return lambda path, kit: kit.convert(path, *words, channels=channels, before=before)


def copied(*words, source="mp4", before=()):
    """A maker: the whole film's packets into another file."""
    return lambda path, kit: ffmpeg(*before, "-i", kit.whole(source), "-c", "copy", *words, path)


def rows_of(group, *rows):
    return [Row(name, group, what, make, **how) for name, what, make, how in rows]


def row(name, what, make, **how):
    return name, what, make, how


# --- frame rates and times ---

IRREGULAR = [Fraction(n * 40 + (n % 7) * 5 + (200 if n > 25 else 0), 1000) for n in range(FRAMES)]


def irregular(path, kit):
    text = "(N*0.04+mod(N,7)*0.005+gt(N,25)*0.2)/TB"
    kit.convert(path, "-vf", f"settb=1/1000,setpts='{text}'", "-an", *H264, "-fps_mode", "passthrough",
                "-enc_time_base", "1:1000", "-video_track_timescale", "1000")


def two_rates(path, kit):
    kit.convert(path, "-vf", "settb=1/1000,setpts='if(lt(N,20),N*0.04,0.8+(N-20)*0.02)/TB'", "-an",
                *H264, "-fps_mode", "passthrough", "-enc_time_base", "1:1000")


CHANGED = [Fraction(n, 25) if n < 20 else Fraction(8, 10) + Fraction(n - 20, 50)
           for n in range(FRAMES)]


def wrong_rate(path, kit):
    kit.convert(path, *BOTH, "-bsf:v", "h264_metadata=tick_rate=200")


def ntsc(path, kit):
    kit.convert(path, "-vf", "setpts=N/(24000/1001)/TB", "-an", *H264, "-r", "24000/1001")


def ticks(rate, digits=None):
    return [Fraction(n) / rate for n in range(FRAMES)]


RATES = rows_of(
    "Frame rates",
    row("vfr.mp4", "every frame lasts differently", irregular, times=IRREGULAR, audio=0, sync=None),
    row("vfr.mkv", "the same in milliseconds", irregular, times=IRREGULAR, audio=0, sync=None),
    row("changing.mkv", "25 frames a second, then 50", two_rates, times=CHANGED, audio=0, sync=None),
    row("changing.ts", "the same as a transport stream", two_rates, times=CHANGED, audio=0, sync=None),
    row("wrong-rate.mp4", "the codec's header says 100 frames a second", wrong_rate),
    row("wrong-rate.ts", "the same as a transport stream", wrong_rate),
    row("rounded.mkv", "24000/1001 in whole milliseconds", ntsc, times=ticks(Fraction(24000, 1001)),
        audio=0, sync=None),
    row("rounded.flv", "the same in FLV", ntsc, times=ticks(Fraction(24000, 1001)), audio=0,
        sync=None),
    row("fast.mp4", "240 frames a second, of which 60 are usual", options("-vf", "setpts=N/240/TB", "-r", "240", "-an", *H264),
        numbers=range(1, FRAMES, 4), times=ticks(60)[:13], audio=0, sync=None),
    row("slow.mp4", "a frame every two seconds", options(
        "-vf", "setpts=N*2/TB", "-r", "1/2", "-frames:v", "8", "-an", *H264), numbers=range(8),
        times=[Fraction(2 * n) for n in range(8)], audio=0, sync=None),
    row("untimed.h264", "an elementary stream without any times", options("-an", *H264), audio=0,
        sync=None),
    row("untimed.m2v", "the same of MPEG-2", options("-an", "-c:v", "mpeg2video", "-q:v", "3", "-bf", "2"),
        audio=0, sync=None),
)


# --- start times ---


def shifted(seconds, *more, source="mp4"):
    return copied("-output_ts_offset", str(seconds), *more, source=source)


def wrapped(path, kit):
    """The 33 bits of the clock run over within the film (ISO/IEC 13818-1, 2.4.3.7)."""
    shifted(2 ** 33 / 90000 - 1, "-muxdelay", "0", "-muxpreload", "0")(path, kit)


def one_late(kind, seconds):
    """One of the tracks starts later; the other keeps its place."""
    maps = ["-map", "0:v", "-map", "1:a"] if kind == "a" else ["-map", "1:v", "-map", "0:a"]
    return lambda path, kit: ffmpeg("-i", kit.whole(), "-itsoffset", str(seconds), "-i", kit.whole(),
                                    *maps, "-c", "copy", path)


STARTS = rows_of(
    "Start times",
    row("late.ts", "starts at 1234 s", shifted(1234)),
    row("late.mkv", "starts at 1234 s", shifted(1234)),
    row("huge.ts", "starts at 26 h", shifted(93600)),
    row("huge.mkv", "starts at 1000 h", shifted(3600000)),
    row("wrap.ts", "the clock runs over within it", wrapped),
    row("negative.mkv", "the audio starts before zero: Opus", options(*H264, "-c:a", "libopus"),
        encoders=("libopus",), sync=-0.0065),
    row("negative.mp4", "frames are shown before they are decoded: negative composition offsets", copied(
        "-movflags", "negative_cts_offsets")),
    row("no-edits.mp4", "no edit lists: starts late, with the encoder's priming", copied(
        "-use_editlist", "0"), slip=0.03),
    row("audio-late.mp4", "the audio starts 0.3 s late", one_late("a", 0.3), sync=0.3),
    row("audio-late.mkv", "the audio starts 0.3 s late", one_late("a", 0.3), sync=0.3),
    row("audio-early.ts", "the audio starts 0.3 s before the video", one_late("v", 0.3), sync=-0.3),
    row("audio-early.mp4", "the audio starts 0.3 s before the video", one_late("v", 0.3), sync=-0.3),
    row("audio-early.mkv", "the audio starts 0.3 s before the video", one_late("v", 0.3), sync=-0.3),
    row("flv.flv", "starts as FLV does", copied("-f", "flv")),
)


# --- decoding times ---


def bsf(expression):
    return copied("-bsf:v", f"setts=pts=PTS:{expression}", source="mp4")


def joined(path, kit):
    """Two transport streams one after the other, as a recorder or `cat` leaves them."""
    path.write_bytes(kit.whole("ts").read_bytes() * 2)


def no_first_keyframe(path, kit):
    data = kit.get("awk-gop.ts", *H264, "-g", "20", "-keyint_min", "20", "-sc_threshold", "0", *AAC,
                   "-muxrate", "0").read_bytes()
    packets = len(data) // 188
    # The tables first, then from somewhere in the first GOP.
    path.write_bytes(data[:3 * 188] + data[packets // 8 * 188:])


def without_tables(path, kit):
    """The stream's beginning is missing, tables and all; they come again later."""
    data = kit.get("awk-tables.ts", *H264, *AAC, "-pat_period", "0.05", "-mpegts_flags",
                   "resend_headers").read_bytes()
    path.write_bytes(data[188 * 20:])


def not_aligned(path, kit):
    path.write_bytes(b"\x11" * 77 + kit.whole("ts").read_bytes())


TWICE = [n % FRAMES for n in range(2 * FRAMES)]

DECODING = rows_of(
    "Decoding times",
    row("doubled-dts.ts", "every fifth decoding time is the one before", bsf(
        "dts='if(eq(mod(N,5),1),PREV_OUTDTS,DTS)'")),
    row("no-dts.avi", "AVI with B-frames: no presentation times", options(
        "-c:v", "mpeg4", "-bf", "2", "-q:v", "3", "-c:a", "pcm_s16le"), sync=-0.04),
    row("b-frames.avi", "H.264 with B-frames in AVI", copied("-bsf:v", "h264_mp4toannexb"),
        sync=-0.08, slip=0.03),
    row("program.mpg", "an MPEG program stream", options(
        "-c:v", "mpeg2video", "-bf", "2", "-q:v", "3", "-c:a", "mp2", "-f", "vob")),
    row("twice.ts", "two recordings behind one another: the time starts again", joined,
        numbers=TWICE, times=None, quiet=False),
    row("no-keyframe.ts", "does not start with a keyframe", no_first_keyframe, numbers=range(20, 50),
        times=GRID[:30], sync=0, quiet=False),
    row("no-tables.ts", "its beginning is missing, tables and all", without_tables, numbers=None,
        times=None, sync=None, quiet=False),
    row("unaligned.ts", "rubbish before the first packet", not_aligned),
    row("packets.m2ts", "packets of 192 bytes", copied("-f", "mpegts", "-mpegts_m2ts_mode", "1")),
)


# --- edit lists ---


def edited(kind, shift, path, kit):
    """Moves the start of one track's edit by rewriting its elst box (ISO/IEC 14496-12, 8.6.6)."""
    data = bytearray(kit.whole("mp4").read_bytes())
    found = at = 0
    while True:
        at = data.find(b"elst", at + 1)
        assert at > 0
        if found == kind:
            break
        found += 1
    version, count = data[at + 4], struct.unpack_from(">I", data, at + 8)[0]
    assert version == 0 and count == 1
    length, begin = struct.unpack_from(">Ii", data, at + 12)
    struct.pack_into(">Ii", data, at + 12, length, begin + shift)
    path.write_bytes(data)


def edit(kind, shift):
    return lambda path, kit: edited(kind, shift, path, kit)


# libx264's film counts in 12800ths, its sound in 48000ths.
EDITS = rows_of(
    "Edit lists",
    row("edit-video-cut.mp4", "the video's first 10 frames are cut off by its edit", edit(0, 5120),
        numbers=range(10, 50), times=GRID[:40], sync=0.4),
    row("edit-audio-cut.mp4", "the audio's first 0.2 s are cut off by its edit", edit(1, 9600),
        sync=-0.2),
    row("edit-audio-delay.mp4", "an empty edit before the audio", one_late("a", 0.25), sync=0.25),
    row("edit-video-delay.mp4", "an empty edit before the video", one_late("v", 0.25), sync=-0.25),
    row("edit-copy.mp4", "cut out of a longer film between keyframes, by edit list", copied(
        before=["-ss", "0.6"]), numbers=range(15, 50), times=GRID[:35]),
)


# --- pictures ---


def turned(angle):
    return lambda path, kit: ffmpeg("-i", kit.whole(), "-c", "copy", "-metadata:s:v",
                                    f"rotate={angle}", path)


def coded(*words, filters="null", audio=()):
    return options("-vf", filters, *words, *(audio or ("-an",)))


def mixed(path, kit):
    """As MPEG-2, whose frames are flagged one by one."""
    parts = [kit.get(f"awk-{name}.ts", "-an", "-c:v", "mpeg2video", "-q:v", "2", "-bf", "0", *how, "-vf", f"{cut},scale=160:96")
             for name, cut, how in (
                 ("fields", "trim=end=1,setfield=tff", ("-flags", "+ildct+ilme", "-top", "1")),
                 ("frames", "trim=start=1", ("-copyts",)))]
    path.write_bytes(b"".join(p.read_bytes() for p in parts))


def huge(path, kit, side=16000):
    """Black, one bit a pixel."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    lines = zlib.compress(bytes(side * (side // 8 + 1)), 1)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)) +
                     chunk(b"IDAT", lines) + chunk(b"IEND", b""))


SILENT = {"audio": 0, "sync": None}
FFV1 = ["-c:v", "ffv1"]


def pixels(name, form, *codec, what=None, **how):
    return row(f"{name}", what or form, coded(*(codec or FFV1), "-pix_fmt", form), **SILENT, **how)


PICTURES = rows_of(
    "Pictures",
    row("turn-90.mp4", "a matrix turns it by 90 degrees", turned(90), numbers=50, size=(90, 160)),
    row("turn-180.mp4", "a matrix turns it by 180 degrees", turned(180), numbers=50),
    row("turn-270.mp4", "a matrix turns it by 270 degrees", turned(270), numbers=50, size=(90, 160)),
    row("sar.mp4", "pixels twice as wide as high", copied("-bsf:v", "h264_metadata=sample_aspect_ratio=2/1")),
    row("odd.mkv", "161x91 pixels", coded(*FFV1, "-pix_fmt", "yuv420p", filters="scale=161:91"), **SILENT),
    row("odd-444.mp4", "161x91 pixels, 4:4:4", coded(*H264[:-4], "-pix_fmt", "yuv444p",
                                                     filters="scale=161:91"), **SILENT),
    row("tiny.mkv", "16x8 pixels", coded(*FFV1, filters="scale=16:8"), **SILENT, numbers=50, size=(16, 8)),
    pixels("422.mkv", "yuv422p", what="4:2:2"),
    pixels("444.mkv", "yuv444p", what="4:4:4"),
    pixels("422-10.mov", "yuv422p10le", "-c:v", "prores_ks", what="ProRes, 4:2:2, 10 bit"),
    pixels("420-10.mp4", "yuv420p10le", "-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
           "log-level=none:pools=1:frame-threads=1", what="H.265, 10 bit"),
    pixels("444-12.mkv", "yuv444p12le", what="4:4:4, 12 bit"),
    pixels("grey.mkv", "gray", what="grey"),
    pixels("rgb.mkv", "bgr0", what="RGB"),
    pixels("palette.gif", "pal8", "-c:v", "gif", what="GIF: 256 colours, hundredths of a second"),
    pixels("alpha.mov", "yuva444p10le", "-c:v", "prores_ks", what="ProRes with an alpha channel"),
    pixels("alpha.webm", "yuva420p", "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8",
           "-b:v", "1M", "-auto-alt-ref", "0", what="VP8 with an alpha channel"),
    row("full.mp4", "full range", coded(*H264[:-4], "-pix_fmt", "yuvj420p",
                                        filters="scale=out_range=full"), **SILENT),
    row("mjpeg.avi", "motion JPEG: full range", coded("-c:v", "mjpeg", "-q:v", "2"), **SILENT),
    row("tff.ts", "interlaced, top field first", coded(
        "-c:v", "mpeg2video", "-q:v", "2", "-flags", "+ildct+ilme", "-top", "1", filters="scale=160:96,setfield=tff"), **SILENT, numbers=50),
    row("bff.ts", "interlaced, bottom field first", coded(
        "-c:v", "mpeg2video", "-q:v", "2", "-flags", "+ildct+ilme", "-top", "0", filters="scale=160:96,setfield=bff"), **SILENT, numbers=50),
    row("mbaff.mp4", "interlaced H.264", coded(*H264, "-x264-params", "tff=1",
                                               filters="scale=160:96"), **SILENT, numbers=50),
    row("mixed.ts", "half of it interlaced, then progressive", mixed, **SILENT, times=None, quiet=False),
    row("telecine.mp4", "24 frames a second as 60 fields: two of five frames are combed", coded(
        *H264, "-flags", "+ildct+ilme", "-x264-params", "tff=1", filters="scale=160:96,telecine=top:23"),
        **SILENT, numbers=62, times=None),
    row("hdr10.mp4", "HDR10 with its mastering display", coded(
        "-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-x265-params",
        "log-level=none:pools=1:frame-threads=1:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:hdr10=1:"
        "max-cll=1000,400:master-display=G(13250\\,34500)B(7500\\,3000)R(34000\\,16000)WP(15635\\,16450)L(10000000\\,50)"),
        **SILENT, numbers=50),
    row("hlg.mp4", "HLG", coded(
        "-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-x265-params",
        "log-level=none:pools=1:frame-threads=1:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc"),
        **SILENT, numbers=50),
    row("sizes.ts", "the picture's size changes within it", lambda path, kit: path.write_bytes(
        kit.get("awk-a.ts", "-an", *H264, "-t", "1").read_bytes() +
        kit.get("awk-b.ts", "-an", *H264, "-vf", "trim=start=1,setpts=PTS,scale=96:54", "-copyts",
                "-output_ts_offset", "0").read_bytes()),
        **SILENT, numbers=50, times=None, quiet=False),
    row("mpeg4.avi", "MPEG-4 Part 2", coded("-c:v", "mpeg4", "-q:v", "2"), **SILENT),
    row("theora.ogv", "Theora", coded("-c:v", "libtheora", "-q:v", "10"), **SILENT,
        encoders=("libtheora",)),
    row("vp9.webm", "VP9", coded("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8",
                                 "-b:v", "1M", "-threads", "1"), **SILENT, encoders=("libvpx-vp9",)),
    row("wmv.wmv", "Windows Media", options("-c:v", "wmv2", "-q:v", "2", "-c:a", "wmav2"), slip=0.06),
    row("raw.y4m", "raw pictures", coded("-pix_fmt", "yuv420p"), **SILENT),
    row("one.mp4", "a film of one frame", options("-frames:v", "1", "-an", *H264), **SILENT,
        numbers=range(1), times=GRID[:1]),
    row("one.png", "a picture", options("-frames:v", "1", "-an"), **SILENT, numbers=range(1),
        times=GRID[:1]),
    row("one.jpg", "a photograph", options("-frames:v", "1", "-an", "-q:v", "1"), **SILENT,
        numbers=range(1), times=GRID[:1]),
    row("short.mp4", "20 ms: one frame at 50 a second", options(
        "-vf", "setpts=N/50/TB", "-r", "50", "-frames:v", "1", "-an", *H264), **SILENT,
        numbers=range(1), times=GRID[:1], seconds=0.02),
    row("8k.mp4", "a frame of 7680x4320 pixels", options(
        "-vf", "scale=7680:4320:flags=neighbor", "-frames:v", "1", "-an", *H264), **SILENT, numbers=1,
        times=GRID[:1], long=True),
    row("12h.mp4", "12 hours, a frame every 30 seconds", options(
        "-vf", "loop=29:50,setpts=N*30/TB", "-r", "1/30", "-frames:v", "1440", "-an", *H264), **SILENT,
        numbers=1440, times=[Fraction(30 * n) for n in range(1440)], long=True, seconds=43200,
        env={"POLYMUX_SEGMENT_SECONDS": "3600"}),
    row("16000.png", "a picture of 16000x16000 pixels in 140 KB", huge, **SILENT, error=(BAD, "more than 67 million pixels")),
)


# --- sounds ---


def sound(*words, channels=2, **how):
    return options("-vn", *words, channels=channels, **how)


def over_film(container, *words, channels=2):
    return options(*H264, *words, channels=channels)


SOUND = {"numbers": None, "times": None, "sync": None, "sound_only": True}


def heard(name, what, *words, channels=2, **how):
    return row(name, what, sound(*words, channels=channels), **{**SOUND, **how})


def adts_changes(path, kit):
    """Stereo at 48 kHz, then mono at 24 kHz: every ADTS header tells its own."""
    first = kit.get("awk-48.aac", "-vn", *AAC, "-t", "1")
    second = kit.get("awk-24.aac", "-vn", *AAC, "-ac", "1", "-ar", "24000", "-ss", "1")
    path.write_bytes(first.read_bytes() + second.read_bytes())


def raw_wav(size):
    """A WAV whose header tells a wrong length: as programs write that were killed, or pipes."""
    def make(path, kit):
        data = bytearray(kit.get("awk-plain.wav", "-vn", "-c:a", "pcm_s16le", "-bitexact").read_bytes())
        at = data.find(b"data")
        struct.pack_into("<I", data, at + 4, size)
        struct.pack_into("<I", data, 4, size)
        path.write_bytes(data)
    return make


def gap(path, kit):
    """0.5 s of the sound's packets are missing, and the times say so."""
    ffmpeg("-i", kit.whole("mp4"), "-c", "copy", "-bsf:a",
           "noise=drop=gt(pts*tb\\,0.5)*lt(pts*tb\\,1.0)", path)


def clicking(seconds=FRAMES / RATE):
    return media.clicks(seconds, CLICKS, 48000, 2)


def he_aac(kind, transport):
    return lambda path, kit: path.write_bytes(oddsound.he_aac(clicking(), 48000, kind, transport))


def he_aac_film(kind):
    """In MP4 as ffmpeg copies it out of ADTS: the configuration is AAC-LC's, and the priming is not told."""
    def make(path, kit):
        sound = kit.store.get(f"awk-he-{kind}.aac", lambda p: he_aac(kind, oddsound.ADTS)(p, kit))
        ffmpeg("-i", kit.base(), "-i", sound, "-map", "0:v", "-map", "1:a", *H264, "-c:a", "copy", path)
    return make


def dual_mono(path, kit):
    path.write_bytes(oddsound.dual_mono([(True, False)] * 31 + [(False, True)] * 31))


FDK = {"encoders": ("fdk-aac",)}
PCM = [("pcm_u8", "wav"), ("pcm_s16le", "wav"), ("pcm_s24le", "wav"), ("pcm_s32le", "wav"),
       ("pcm_f32le", "wav"), ("pcm_f64le", "wav"), ("pcm_alaw", "wav"), ("pcm_mulaw", "wav"),
       ("pcm_s16be", "aiff"), ("pcm_s24be", "mov"), ("pcm_s16be", "caf"), ("pcm_f32be", "mov"),
       ("pcm_s24le", "w64"), ("pcm_s64le", "mkv"), ("pcm_bluray", "m2ts"), ("pcm_s8", "aiff"),
       ("pcm_s32be", "aiff"), ("pcm_f64be", "caf"), ("pcm_alaw", "mov"), ("pcm_mulaw", "au")]
SOUNDS = rows_of(
    "Sounds",
    *[heard(f"{codec}.{kind}", f"{codec} in {kind}", "-c:a", codec, seconds=2.0, long=n % 4 > 0)
      for n, (codec, kind) in enumerate(PCM)],
    heard("aac.aac", "AAC as ADTS", *AAC),
    heard("aac.m4a", "AAC in MP4", *AAC, seconds=2.0),
    heard("mp3.mp3", "MP3", "-c:a", "libmp3lame", encoders=("libmp3lame",), seconds=2.0),
    heard("mp2.mp2", "MP2", "-c:a", "mp2"),
    heard("flac.flac", "FLAC", "-c:a", "flac", seconds=2.0),
    heard("flac-24.flac", "FLAC of 24 bits at 96 kHz", "-c:a", "flac", "-sample_fmt", "s32", "-ar",
          "96000", seconds=2.0),
    heard("alac.m4a", "ALAC", "-c:a", "alac", seconds=2.0),
    heard("opus.ogg", "Opus", "-c:a", "libopus", encoders=("libopus",), seconds=2.0),
    heard("vorbis.ogg", "Vorbis", "-c:a", "libvorbis", encoders=("libvorbis",), seconds=2.0),
    heard("wavpack.wv", "WavPack", "-c:a", "wavpack", seconds=2.0),
    heard("tta.tta", "TTA", "-c:a", "tta", seconds=2.0),
    heard("wma.wma", "Windows Media Audio", "-c:a", "wmav2"),
    heard("gsm.wav", "GSM at 8 kHz, mono", "-c:a", "libgsm_ms", "-ar", "8000", "-ac", "1",
          encoders=("libgsm_ms",)),
    heard("adpcm.wav", "ADPCM", "-c:a", "adpcm_ms"),
    heard("dts.dts", "DTS", "-c:a", "dca", "-strict", "-2", channels=2),
    heard("5.1.flac", "5.1 FLAC", "-c:a", "flac", "-ac", "6"),
    heard("7.1.flac", "7.1 FLAC", "-c:a", "flac", "-ac", "8"),
    heard("7.1.wav", "7.1 PCM", "-c:a", "pcm_s16le", "-ac", "8", seconds=2.0),
    heard("odd-channels.wav", "five channels without a layout", "-c:a", "pcm_s16le", "-af",
          "pan=5c|c0=c0|c1=c1|c2=c0|c3=c1|c4=c0", seconds=2.0),
    row("he-aac.aac", "HE-AAC as ADTS: nothing tells of it but its frames", he_aac(oddsound.HE, oddsound.ADTS),
        **SOUND, **FDK),
    row("he-aac.loas", "HE-AAC as LOAS, which tells of it", he_aac(oddsound.HE, oddsound.LOAS), **SOUND, **FDK),
    row("he-aac-v2.loas", "HE-AAC v2 likewise", he_aac(oddsound.HE_V2, oddsound.LOAS), **SOUND, **FDK),
    row("he-aac.mp4", "film with HE-AAC of which MP4 tells the core only", he_aac_film(oddsound.HE), **FDK,
        sync=5058 / 48000),
    row("he-aac-v2.mp4", "film with HE-AAC v2 likewise", he_aac_film(oddsound.HE_V2), **FDK, sync=7106 / 48000),
    row("dual-mono.ac3", "AC-3 of two independent channels", dual_mono, **SOUND),
    row("changes.aac", "ADTS whose rate and channels change", adts_changes, **SOUND),
    row("endless.wav", "a header that says 4 GiB", raw_wav(0xFFFFFFFF), **SOUND, seconds=2.0, quiet=False),
    row("nothing.wav", "a header that says 0 bytes", raw_wav(0), **SOUND, seconds=2.0, quiet=False),
    row("aac.mp4", "film with AAC", over_film("mp4", *AAC)),
    row("ac3.mkv", "film with AC-3", over_film("mkv", "-c:a", "ac3")),
    row("eac3.mp4", "film with E-AC-3", over_film("mp4", "-c:a", "eac3")),
    row("dts.mkv", "film with DTS", over_film("mkv", "-c:a", "dca", "-strict", "-2"), slip=0.015),
    row("mp2.ts", "film with MP2", over_film("ts", "-c:a", "mp2")),
    row("mp3.mp4", "film with MP3", over_film("mp4", "-c:a", "libmp3lame"), encoders=("libmp3lame",)),
    row("mp3.avi", "film with MP3 in AVI", options("-c:v", "mpeg4", "-q:v", "3", "-c:a", "libmp3lame"),
        encoders=("libmp3lame",), times=[Fraction(n + (n > 0), RATE) for n in range(FRAMES)],
        slip=0.06),
    row("opus.webm", "film with Opus", options("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used",
                                               "8", "-b:v", "1M", "-c:a", "libopus"),
        encoders=("libvpx", "libopus"), sync=-0.0065),
    row("vorbis.mkv", "film with Vorbis", over_film("mkv", "-c:a", "libvorbis"),
        encoders=("libvorbis",)),
    row("flac.mkv", "film with FLAC", over_film("mkv", "-c:a", "flac")),
    row("alac.mov", "film with ALAC", over_film("mov", "-c:a", "alac")),
    row("pcm.mov", "film with PCM of 24 bits", over_film("mov", "-c:a", "pcm_s24le")),
    row("pcm.avi", "film with PCM in AVI", options("-c:v", "mpeg4", "-q:v", "3", "-c:a", "pcm_s16le")),
    row("truehd.mkv", "film with TrueHD", over_film("mkv", "-c:a", "truehd", "-strict", "-2")),
    row("5.1.mp4", "film with 5.1 AAC", over_film("mp4", *AAC, "-ac", "6")),
    row("gap.mkv", "half a second of the sound's packets is missing", gap),
)


# --- streams ---


def several_videos(path, kit):
    ffmpeg("-i", kit.whole(), "-i", kit.get("awk-small.mp4", "-an", *H264, "-vf", "scale=96:54"),
           "-map", "0:v", "-map", "1:v", "-map", "0:a", "-c", "copy", path)


def with_cover(path, kit):
    cover = kit.get("awk-cover.png", "-frames:v", "1", "-an")
    ffmpeg("-i", kit.whole(), "-i", cover, "-map", "1", "-map", "0", "-c", "copy", "-disposition:v:0",
           "attached_pic", path)


def song(path, kit):
    cover = kit.get("awk-cover.png", "-frames:v", "1", "-an")
    ffmpeg("-i", kit.base(), "-i", cover, "-map", "0:a", "-map", "1", "-c:v", "copy",
           "-disposition:v:0", "attached_pic", "-c:a", "libmp3lame", path)


def attached(path, kit):
    cover = kit.get("awk-cover.png", "-frames:v", "1", "-an")
    ffmpeg("-i", kit.whole(), "-attach", cover, "-metadata:s:t", "mimetype=image/png", "-c", "copy",
           path)


def subtitled(path, kit):
    text = kit.store.get("awk.srt", lambda p: p.write_text(
        "1\n00:00:00,100 --> 00:00:01,000\nHello\n", "utf-8"))
    ffmpeg("-i", kit.whole(), "-i", text, "-map", "0", "-map", "1", "-c", "copy", "-c:s",
           "mov_text" if path.suffix == ".mp4" else "srt", path)


def telemetry(path, kit):
    """A track of data as action cameras write one: the handler meta, samples of gpmd."""
    subtitles = kit.store.get("awk-words.mp4", lambda p: subtitled(p, kit))
    data = subtitles.read_bytes()
    assert data.count(b"sbtl") == data.count(b"tx3g") == 1
    path.write_bytes(data.replace(b"sbtl", b"meta").replace(b"tx3g", b"gpmd"))


def chapters(path, kit):
    text = kit.store.get("awk.ffmeta", lambda p: p.write_text(
        ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=One\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\nEND=2000\ntitle=Two\n", "utf-8"))
    ffmpeg("-i", kit.whole(), "-i", text, "-map_metadata", "1", "-c", "copy", path)


def mono_tracks(path, kit):
    ffmpeg("-i", kit.base(), "-filter_complex", "[0:a]channelsplit[l][r];[l]asplit[a][b]", "-map", "0:v", "-map",
           "[a]", "-map", "[b]", "-map", "[r]", "-c:v", "mpeg2video", "-q:v", "2", "-c:a", "pcm_s16le", path)


def mono_pair(path, kit):
    ffmpeg("-i", kit.base(), "-filter_complex", "[0:a]channelsplit[l][r]", "-map", "0:v", "-map", "[l]",
           "-map", "[r]", *H264, "-c:a", "pcm_s16le", path)


STREAMS = rows_of(
    "Streams and containers",
    row("video.mp4", "video only", options("-an", *H264), **SILENT),
    row("two-videos.mp4", "two videos", several_videos),
    row("cover.mp4", "a cover picture before the film", with_cover),
    row("cover.mp3", "a song with a cover", song, **SOUND, encoders=("libmp3lame",)),
    row("cover.mkv", "a picture attached", attached),
    row("timecode.mov", "a timecode track", copied("-timecode", "01:00:00:00")),
    row("telemetry.mp4", "a track of data, as action cameras write", telemetry),
    row("subtitles.mp4", "a subtitle track", subtitled),
    row("subtitles.mkv", "a subtitle track", subtitled),
    row("chapters.mp4", "chapters, which MP4 keeps as a text track", chapters),
    row("mono-pair.mov", "left and right as two mono tracks", mono_pair),
    row("fragments.mp4", "fragmented MP4", copied(
        "-movflags", "frag_keyframe+empty_moov+default_base_moof")),
    row("fragments-index.mp4", "fragmented MP4 with an index", copied(
        "-movflags", "frag_keyframe+dash+global_sidx")),
    row("front.mp4", "moov in front", copied("-movflags", "+faststart")),
    row("live.mkv", "Matroska of unknown length, without an index", copied("-f", "matroska", "-live", "1")),
    row("mono-tracks.mxf", "MXF with three mono tracks", mono_tracks),
    row("mxf.mxf", "MXF", options("-c:v", "mpeg2video", "-q:v", "2", "-c:a", "pcm_s16le", "-r", "25")),
    row("nut.nut", "NUT", copied()),
    row("misnamed.avi", "an MP4 with another extension", lambda path, kit: path.write_bytes(
        kit.whole().read_bytes())),
    row("unnamed", "an MP4 without an extension", lambda path, kit: path.write_bytes(
        kit.whole().read_bytes())),
)


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

MADE = [*RATES, *STARTS, *DECODING, *EDITS, *PICTURES, *SOUNDS, *STREAMS, *DAMAGE]

# Near relations of another row: only tried with POLYMUX_TEST_LONG=1.
SELDOM = """
changing.ts rounded.flv fast.mp4 wrong-rate.mp4 late.mkv huge.mkv audio-late.mkv audio-early.mkv flv.flv
negative.mkv unaligned.ts packets.m2ts edit-audio-delay.mp4 edit-video-delay.mp4 turn-180.mp4 turn-270.mp4
422.mkv 444.mkv alpha.mov bff.ts telecine.mp4 theora.ogv vp9.webm mpeg4.avi raw.y4m one.png hlg.mp4 aac.m4a mp2.mp2
flac-24.flac alac.m4a wavpack.wv tta.tta wma.wma gsm.wav adpcm.wav 5.1.flac 7.1.wav eac3.mp4 mp3.avi
he-aac.loas he-aac-v2.loas he-aac-v2.mp4 dual-mono.ac3 mono-tracks.mxf
opus.webm flac.mkv alac.mov pcm.avi truehd.mkv vorbis.ogg cover.mkv subtitles.mkv chapters.mp4
fragments-index.mp4 front.mp4 nut.nut unnamed noise.mp4 page.mp4 cut-90.mp4 cut.mp3 hole.mp4
noise-inside.mkv flips.mkv
""".split()
for made_row in MADE:
    made_row.long |= made_row.name in SELDOM


# --- files met in the wild ---

SHARED = Path(os.environ.get("POLYMUX_SHARED_MEDIA", ROOT.parent / "shared" / "media"))
FOLDERS = ("awkward", "multitrack", "natural", "speech")
# Where more or less than what ffprobe decodes is expected: the fields of Row.
KNOWN = {
    "lpms_zero-video-frames.ts": {"error": (BAD, "Video.Remove")},
    "androidx_missing_stsd_corrupt.mp4": {"warning": "left out"},
}


def met():
    """A row for each file in ../shared/media."""
    try:
        with open(SHARED / "MANIFEST.tsv", encoding="utf-8") as lines:
            named = {r["file"]: r["why_interesting"] for r in csv.DictReader(lines, delimiter="\t")}
    except OSError:
        named = {}
    files = sorted(p for f in FOLDERS for p in (SHARED / f).glob("*.*"))
    return [Row(p.name, "Met in the wild", named.get(str(p.relative_to(SHARED)), ""), shared=p,
                **{**WILD, "long": seldom(p), **KNOWN.get(p.name, {})}) for p in files]


def seldom(path):
    """Large ones, and sounds that are like one another."""
    return path.stat().st_size > 1 << 20 or path.parent.name == "speech"


WILD = {"numbers": None, "times": None, "sync": None, "quiet": False, "audio": None}
MET = met()


def order():
    """Names of all rows, as docs/compatibility.md has them; shared ones stay although they are not there."""
    known = compatibility.rows_of(compatibility.PAGE.read_text("utf-8"))
    return [r.name for r in [*MADE, *MET]] + \
        [name for name, row in known.items() if row["group"] == "Met in the wild"]
