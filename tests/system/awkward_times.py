# SPDX-License-Identifier: MIT
"""Rows of awkward media (awkward.py): frame rates, start times, decoding times, edit lists."""
import struct
from fractions import Fraction

from awkward_row import AAC, BOTH, FRAMES, GRID, H264, copied, options, row, rows_of
from tools import ffmpeg

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


def elements(data, at, end):
    """(id, where its content begins, where that ends) of EBML elements (RFC 8794), all levels that hold blocks."""
    while at < end:
        digits = 9 - data[at].bit_length()
        kind = int.from_bytes(data[at:at + digits], "big")
        at += digits
        wide = 9 - data[at].bit_length()
        size = int.from_bytes(data[at:at + wide], "big") & (1 << 7 * wide) - 1
        at += wide
        yield kind, at, at + size
        if kind in (0x18538067, 0x1F43B675, 0xA0):   # Segment, Cluster, BlockGroup
            yield from elements(data, at, at + size)
        at += size


def leap(track, number, milliseconds=20000):
    """One packet's time is another one: of Matroska's blocks it is two bytes (RFC 9559, 10.1)."""
    def make(path, kit):
        data = bytearray(kit.whole("mkv").read_bytes())
        blocks = [at for kind, at, _ in elements(data, 0, len(data))
                  if kind in (0xA1, 0xA3) and data[at] == 0x80 | track]
        time, = struct.unpack_from(">h", data, blocks[number] + 1)
        struct.pack_into(">h", data, blocks[number] + 1, time + milliseconds)
        path.write_bytes(data)
    return make


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
    row("audio-gone.mkv", "the audio ends before the video begins", one_late("v", 3), sync=None,
        warning="ends before its video begins"),
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
    row("leap-video.mkv", "a picture whose time is wrong by 20 s", leap(1, 20), times=None, slip=0.045,
        env={"POLYMUX_SEGMENT_SECONDS": "10"}),
    row("leap-back.mkv", "a picture whose time is wrong by -0.6 s", leap(1, 20, -600)),
    row("leap-audio.mkv", "a packet of sound whose time is wrong by 20 s", leap(2, 20), seconds=2.03),
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


def edited(kind, shift, path, kit, lasts=None):
    """Moves the start of one track's edit by rewriting its elst box (ISO/IEC 14496-12, 8.6.6), or how long it is."""
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
    struct.pack_into(">Ii", data, at + 12, length if lasts is None else lasts, begin + shift)
    path.write_bytes(data)


def edit(kind, shift, lasts=None):
    return lambda path, kit: edited(kind, shift, path, kit, lasts)


# libx264's film counts in 12800ths, its sound in 48000ths.
EDITS = rows_of(
    "Edit lists",
    row("edit-video-cut.mp4", "the video's first 10 frames are cut off by its edit", edit(0, 5120),
        numbers=range(10, 50), times=GRID[:40], sync=0.4),
    row("edit-audio-cut.mp4", "the audio's first 0.2 s are cut off by its edit", edit(1, 9600),
        sync=-0.2),
    row("edit-audio-delay.mp4", "an empty edit before the audio", one_late("a", 0.25), sync=0.25),
    row("edit-video-delay.mp4", "an empty edit before the video", one_late("v", 0.25), sync=-0.25),
    row("edit-video-open.mp4", "the video's edit has no duration: players show all of it", edit(0, 0, 0)),
    row("edit-audio-open.mp4", "the audio's edit has no duration", edit(1, 0, 0)),
    row("edit-copy.mp4", "cut out of a longer film between keyframes, by edit list", copied(
        before=["-ss", "0.6"]), numbers=range(15, 50), times=GRID[:35]),
)
