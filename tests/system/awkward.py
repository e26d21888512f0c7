# SPDX-License-Identifier: MIT
"""The table of awkward media: how each file is made, and what has to come out of it.

A row's file is made from one film by ffmpeg or by hand, or lies in ../shared/media. The film has 50
numbered frames at 25 a second; frames 10 and 30 are white, and a click sounds as each begins. What is
expected stands in the row, or (shared files) is what ffprobe decodes of the source. Nothing here asks
Polymux anything. The rows themselves stand in awkward_times.py, awkward_content.py and awkward_damage.py.
"""
import csv
import os
from pathlib import Path

import compatibility
from awkward_content import PICTURES, SOUNDS, STREAMS
from awkward_damage import DAMAGE
from awkward_row import BAD, Row
from awkward_times import DECODING, EDITS, RATES, STARTS
from driver import ROOT

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
noise-inside.mkv flips.mkv cut.mkv cut.mxf edit-audio-open.mp4 leap-back.mkv
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
