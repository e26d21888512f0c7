# SPDX-License-Identifier: MIT
"""Every awkward file of awkward.py through a small job, and what comes of it."""
import functools
import os
from fractions import Fraction

import numpy as np
import pytest

import awkward
import awkward_row
import compatibility
import media
import oddsound
import tools
from jobs import job, output

WIDTH = 160
SOUND = {"Profile": "aac_low", "Bitrate": 96}
# Groups whose films are made in several segments, each found by a seek.
PIECES = ("Start times", "Decoding times", "Edit lists", "Damage")
LONG = os.environ.get("POLYMUX_TEST_LONG") == "1"


@functools.lru_cache(maxsize=1)
def encoders():
    text, _ = tools.run("ffmpeg", "-hide_banner", "-encoders")
    own = {"fdk-aac"} if oddsound.library() else set()
    return own | {line.split()[1] for line in text.decode().splitlines() if len(line.split()) > 1}


@pytest.fixture(scope="module")
def kit(store):
    return awkward_row.Kit(store)


def small_job(path, row):
    made = output("o", video={"Width": WIDTH, "Gop": "12"}, Audio=SOUND)
    if row.sound_only:
        made["OverrideParams"]["Video"] = {"Remove": True}
    return job({"film": path}, [made])


class Look:
    """What ffprobe and ffmpeg find in a file that was made."""

    def __init__(self, path):
        self.path = path
        found = tools.ffprobe(path, "-show_packets", "-show_entries",
                              "packet=stream_index,pts_time,flags")
        self.streams, self.packets = found["streams"], found["packets"]
        self.seconds = float(found["format"]["duration"])

    def of(self, kind):
        return [s for s in self.streams if s["codec_type"] == kind]

    @property
    def size(self):
        return self.of("video")[0]["width"], self.of("video")[0]["height"]

    @functools.cached_property
    def gray(self):
        return tools.planes(self.path, self.size)

    @functools.cached_property
    def times(self):
        """When each picture is shown; none may be one that an edit list hides."""
        index = self.of("video")[0]["index"]
        mine = [p for p in self.packets if p["stream_index"] == index]
        assert not any("D" in p["flags"] for p in mine)
        return sorted(Fraction(p["pts_time"]) for p in mine)


def check_numbers(row, gray):
    wanted = row.numbers
    if wanted is None:
        return
    if wanted == "some":
        assert len(gray) > 0
    elif isinstance(wanted, int):
        assert len(gray) == wanted
    else:
        assert media.numbers(gray) == list(wanted)


def check_times(row, times):
    if row.times is None:
        assert times == sorted(set(times))
        return
    late = [float(t - times[0] - w) for t, w in zip(times, row.times)]
    assert len(times) == len(row.times)
    assert max(map(abs, late)) < row.slack, late


def offset(look):
    """The clicks less the flashes, seconds: the least and the greatest."""
    start, rate, line = tools.timeline(look.path)
    heard = media.find_clicks(line.mean(1), rate, start)
    seen = [float(look.times[i]) for i in media.flashes_in(look.gray)]
    assert heard and len(seen) == len(heard), (seen, heard)
    apart = [h - s for h, s in zip(heard, seen)]
    return min(apart), max(apart)


def check_video(row, look):
    assert look.size == row.size if row.size else WIDTH in look.size
    assert len(look.times) == len(look.gray)
    check_numbers(row, look.gray)
    check_times(row, look.times)
    if row.sync is not None:
        low, high = offset(look)
        assert row.sync - row.slip <= low <= high <= row.sync + row.slip, (low, high)


def check_damaged(source, look):
    """What ffmpeg shows of the source is there, and what is heard is heard where it was."""
    gray = tools.planes_of_damaged(source, awkward_row.SIZE)
    lost = set(media.numbers(gray)) - set(media.numbers(look.gray))
    assert len(lost) <= 1 and len(look.gray) > len(gray) - 2, (lost, len(look.gray), len(gray))
    start, rate, line = tools.timeline(look.path)
    heard = media.find_clicks(line.mean(1), rate, start)
    whole = [i for i, n in enumerate(media.numbers(look.gray)) if n in awkward_row.FLASHES]
    for flash in (float(look.times[i]) for i in whole):
        apart = min((abs(h - flash) for h in heard), default=1)
        assert apart < 0.003 or apart > 0.1, (flash, heard)


def warnings_of(done):
    return done.outputs["o"].get("warnings") or []


def check_warnings(row, done):
    found = warnings_of(done)
    if row.warning:
        assert any(row.warning in text for text in found), found
    elif row.quiet:
        assert not found


def check_refusal(row, done):
    code, words = row.error
    assert done.code in (1, 2), done
    assert any(c == code and words in text for c, text in done.problems()), done


def check(row, done):
    """What is expected came out; returns what was found."""
    if row.error:
        check_refusal(row, done)
        return None
    assert done.code == 0, done
    look = Look(done.file("o"))
    if not row.sound_only:
        check_video(row, look)
    if row.sync is None and row.audio != 0:
        tools.decodes_cleanly(look.path)
    if row.audio is not None:
        assert len(look.of("audio")) == row.audio
    if row.seconds:
        assert look.seconds == pytest.approx(row.seconds, abs=0.03)
    check_warnings(row, done)
    return look


@pytest.mark.parametrize("row", awkward.MADE, ids=lambda r: r.name)
@pytest.mark.lean(3)
def test_made(polymux, kit, store, row):
    if row.long and not LONG:
        pytest.skip("long: set POLYMUX_TEST_LONG=1")
    missing = set(row.encoders) - encoders()
    if missing:
        pytest.skip(f"there is no encoder {', '.join(missing)}")
    path = store.get(f"awkward-{row.name}", lambda p: make(row, p, kit))
    pieces = {"POLYMUX_SEGMENT_SECONDS": "0.5"} if row.group in PIECES else {}
    done = polymux.run(small_job(path, row), expect=None, env={**pieces, **row.env})
    look = check(row, done)
    if row.numbers == "some":
        check_damaged(path, look)
    told(row, done, look)


def make(row, path, kit):
    """Under a name with the right extension: ffmpeg goes by it."""
    staged = path.parent / f"stage-{row.name}"
    row.make(staged, kit)
    os.rename(staged, path)


# --- files met in the wild ---

LOW = 8000   # Hz, for comparing sounds


def mono(path, stream, origin):
    """A track's sound as one channel at 8 kHz, beginning at `origin` seconds."""
    start = tools.frame_times(path, stream)[0][0]
    raw, _ = tools.ffmpeg("-i", path, "-map", f"0:{stream}", "-ac", "1", "-ar", str(LOW), "-f",
                          "s16le", "-")
    line = np.frombuffer(raw, "<i2").astype(np.float64)
    lead = round(float(start - origin) * LOW)
    return np.concatenate([np.zeros(lead), line]) if lead >= 0 else line[-lead:]


def lag(one, other):
    """How much later `other` is, seconds, and how alike they are there."""
    length = min(len(one), len(other))
    one, other = one[:length], other[:length]
    size = 1 << (2 * length).bit_length()
    cross = np.fft.irfft(np.fft.rfft(other, size) * np.fft.rfft(one, size).conj(), size)
    reach = LOW // 4
    around = np.concatenate([cross[-reach:], cross[:reach + 1]])
    peak = int(around.argmax())
    return (peak - reach) / LOW, around[peak] / (np.linalg.norm(one) * np.linalg.norm(other) + 1e-9)


def of_kind(path, kind):
    return [s for s in tools.streams(path, kind) if s.get("codec_name") and
            s.get("width", 1) and not s.get("disposition", {}).get("attached_pic")]


def usual(found):
    """The track that a player takes."""
    return next((s for s in found if s["disposition"]["default"]), found[0])


def compare_wild(path, made):
    """The frames of the source, at their times; the sound where it was to them."""
    videos, sounds = of_kind(path, "video"), of_kind(path, "audio")
    origin = began = 0
    if videos:
        wanted = sorted(tools.frame_times(path, str(videos[0]["index"]))[0])
        found = tools.frame_times(made)[0]
        assert len(found) == len(wanted)
        late = [abs(float((f - found[0]) - (w - wanted[0]))) for f, w in zip(found, wanted)]
        assert max(late) < 0.0011, f"frame {late.index(max(late))}: {max(late)}"
        origin, began = wanted[0], found[0]
    if sounds:
        path, stream = readable(path, usual(sounds), made.parent)
        if not videos:
            origin, began = (tools.frame_times(p, s)[0][0] for p, s in ((path, stream), (made, "a:0")))
        compare_sounds(mono(path, stream, origin), mono(made, "a:0", began))


def readable(path, stream, folder):
    """Where ffmpeg decodes all of a track: of AMR in 3GP it takes only the first frame of each sample."""
    if stream["codec_name"] != "amr_nb" or int(stream["nb_frames"]) * 0.02 > 0.9 * float(stream["duration"]):
        return path, str(stream["index"])
    raw = folder / "track.amr"
    tools.ffmpeg("-i", path, "-map", f"0:{stream['index']}", "-c", "copy", raw)
    return raw, "0"


def compare_sounds(theirs, ours):
    """At the same place to a millisecond; silence for silence."""
    assert len(ours) > len(theirs) - LOW / 10
    if np.abs(theirs).max() < 10:
        assert np.abs(ours).max() < 10
        return
    late, alike = lag(theirs, ours)
    assert abs(late) < 0.001 and alike > 0.8, (late, alike)


@pytest.mark.skipif(not awkward.MET, reason="../shared/media is not there")
@pytest.mark.parametrize("row", awkward.MET or [None], ids=lambda r: r.name if r else "")
def test_met(polymux, row):
    if row.long and not LONG:
        pytest.skip("long: set POLYMUX_TEST_LONG=1")
    row.sound_only = not of_kind(row.shared, "video") and not row.error
    done = polymux.run(small_job(row.shared, row), expect=None)
    look = check(row, done)
    if not row.error and "corrupt" not in row.name:
        compare_wild(row.shared, done.file("o"))
    told(row, done, look)


# --- the page ---


def result_of(row, done, look):
    """What came of a row, in words that do not depend on the libraries' versions."""
    if row.error:
        return f"refused: {row.error[1] or 'not a media file'}"
    warned = ", with a warning" if warnings_of(done) else ""
    if row.numbers == "some":
        return f"what is there is shown{warned}"
    size = [f"{s['nb_frames']} frame{'s' * (s['nb_frames'] != '1')} of {s['width']}x{s['height']}"
            for s in look.of("video")]
    tracks = len(look.of("audio"))
    sound = [f"{tracks} audio track{'s' if tracks > 1 else ''}"] if tracks else []
    sync = [f"audio {row.sync * 1000:+.0f} ms, as it was" if row.sync else "in sync"] \
        if row.sync is not None else []
    return ", ".join(size + sound + sync) + warned


def told(row, done, look):
    """The page says so, or is being made."""
    result = result_of(row, done, look)
    if not compatibility.record(row.name, row.group, row.what, result):
        page = compatibility.rows_of(compatibility.PAGE.read_text("utf-8"))
        # How much of a damaged file decodes without a word is the libraries' affair.
        loose = row.numbers == "some" or row.group == "Damage"
        said = page.get(row.name, {}).get("result", "")
        assert said == result or loose and said.split(",")[0] == result.split(",")[0], \
            "docs/compatibility.md is not current; see tests/system/compatibility.py"
