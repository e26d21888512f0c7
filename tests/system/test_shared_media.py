# SPDX-License-Identifier: MIT
"""Files met in the wild, where ../shared/media lies beside the repository."""
import csv
import json
import os
import subprocess
from pathlib import Path

import pytest

import mp4
import tools
from driver import ROOT
from jobs import audio, job, output, sound_only

SHARED = Path(os.environ.get("POLYMUX_SHARED_MEDIA", ROOT.parent / "shared" / "media"))
FILES = sorted(p for folder in ("natural", "multitrack", "awkward")
               for p in (SHARED / folder).glob("*.*"))
needs_media = pytest.mark.skipif(not FILES, reason="../shared/media is not there")
TERMS = {"chi": "zho", "ger": "deu", "fre": "fra", "dut": "nld", "cze": "ces"}


def ids(path):
    return path.name


def term(language):
    return TERMS.get(language or "und", language or "und")


@needs_media
@pytest.mark.parametrize("path", FILES or [None], ids=ids if FILES else None)
def test_probe(polymux, path):
    """Says the same as ffprobe, or says why it cannot."""
    done = polymux.call("probe", path, "--json", expect=None)
    assert done.code in (0, 1, 2), done
    if done.code != 0:
        assert path.name in done.stderr
        return
    mine = json.loads(done.stdout)["streams"]
    theirs = tools.streams(path)
    assert [s.get("kind") for s in mine] == [s["codec_type"] for s in theirs]
    assert [s.get("codec") for s in mine if s.get("kind") in ("video", "audio")] == \
        [s.get("codec_name", "none") for s in theirs if s["codec_type"] in ("video", "audio")]
    assert [term(s.get("language")) for s in mine] == \
        [term(s.get("tags", {}).get("language")) for s in theirs]


def shared(name):
    return SHARED / name


# Small enough to encode whole; the seconds that ffmpeg decodes of each are the yardstick.
RUNS = [
    "multitrack/bbb_1080p_aac5.1-und_flac-eng-comment_vorbis-chi_short.mkv",
    "multitrack/nasa_13013_2video_2audio_2subs.mp4",
    "natural/train_480p25_12s_vp8.webm",
    "awkward/mediabunny_sar_2x1.mp4",
    "awkward/ffmpegcore_rot90_5.1.mp4",
    "awkward/tsduck_mpeg2_576i_mp2.ts",
    "awkward/lpms_1080p60_missing-dts_start25994s.ts",
    "awkward/androidx_edit_list_positive_shift.mp4",
    "awkward/androidx_iibbibb_editlist_videoonly.mp4",
    "awkward/androidx_hdr10_hevc_sdr-container.mp4",
    "awkward/androidx_sowt_pcm_video.mov",
    "awkward/androidx_ac3_mkv.mkv",
    "awkward/mediabunny_cursed-vfr.mp4",
]


@needs_media
@pytest.mark.parametrize("name", RUNS)
def test_run(polymux, name):
    """Every picture that ffmpeg finds is in the file made, in the right order and time."""
    path = shared(name)
    done = polymux.run(job({"film": path}, [output("o", video={"Preset": "ultrafast"})]))
    made = done.file("o")
    mp4.check(made)
    tools.decodes_cleanly(made)
    wanted = sorted(tools.frame_times(path)[0])
    found, _ = tools.frame_times(made)
    assert len(found) == len(wanted)
    late = [abs(float((f - found[0]) - (w - wanted[0]))) for f, w in zip(found, wanted)]
    assert max(late) < 0.0011, f"frame {late.index(max(late))}: {max(late)}"


@needs_media
def test_languages_of_a_real_file(polymux):
    """Chinese, chosen by a tag of two letters, beside the film's own sound of six channels."""
    path = shared(RUNS[0])
    tag = {"Name": "zh", "Rule": "tag", "TagConfig": {"language": "zh"}}
    made = job([{"Name": "film", "InputFile": {"Type": "OSS", "Media": str(path)},
                 "AudioSelector": [tag]}],
               [sound_only("o", [audio("film", "und", "InputFirst"),
                                 audio("zh", control="InputFirst")])])
    path = polymux.run(made).file("o")
    assert tools.languages(path) == ["und", "zho"]
    assert [s["channels"] for s in tools.streams(path, "audio")] == [2, 2]


@needs_media
def test_real_speech_as_dubs(polymux):
    """Recorded and spoken Mandarin, English and Japanese over film from the wild."""
    names = {"zho": "real_zho_aishell.wav", "eng": "real_eng_jfk_11s.flac",
             "jpn": "jpn_espeak_30s.flac"}
    inputs = {"film": shared("natural/bedroom_dark_720p29.97_5s.mp4"),
              **{lang: shared(f"speech/{name}") for lang, name in names.items()}}
    tracks = [audio(lang, lang, Duration="match") for lang in names]
    made = polymux.run(job(inputs, [output("o", tracks)])).file("o")
    assert tools.languages(made) == ["zho", "eng", "jpn"]
    assert tools.video(made)["avg_frame_rate"] == "30000/1001"


@needs_media
def test_manifest_is_read_whole():
    """Every file that the manifest names in these folders is tried above."""
    with open(SHARED / "MANIFEST.tsv", encoding="utf-8") as lines:
        named = {row["file"] for row in csv.DictReader(lines, delimiter="\t")}
    tried = {str(p.relative_to(SHARED)) for p in FILES}
    assert {n for n in named if not n.startswith("speech/")} <= tried


@needs_media
@pytest.mark.parametrize("name", ["awkward/lpms_zero-video-frames.ts",
                                  "awkward/androidx_missing_stsd_corrupt.mp4",
                                  "awkward/mediabunny_no-initial-keyframe.ts",
                                  "awkward/androidx_empty_track.mp4",
                                  "awkward/androidx_fragmented.mp4"])
def test_trouble_is_told_or_mastered(polymux, name):
    """Either a whole film comes out, or a problem with a code; never a crash or a wrong length."""
    done = polymux.run(job({"film": shared(name)}, [output("o")]), expect=(0, 1, 2), timeout=30)
    if done.code:
        assert all(code and text for code, text in done.problems())
        assert not polymux.left()
    else:
        decoded = subprocess.run(
            ["ffmpeg", "-v", "quiet", "-i", shared(name), "-map", "0:v:0", "-fps_mode",
             "passthrough", "-f", "framehash", "-"], capture_output=True, text=True, check=False)
        frames = [line for line in decoded.stdout.splitlines() if line and line[0] != "#"]
        assert len(tools.frame_times(done.file("o"))[0]) == len(frames)
