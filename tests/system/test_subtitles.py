# SPDX-License-Identifier: MIT
"""Subtitles as tracks: read in every text form, written in every text form, at their times."""
import re

import pytest

import media
import tools
from jobs import job, output

EVENTS = [(0.5, 1.5, "Hello there"), (2.0, 3.25, "Second line\nand more"), (4.0, 4.8, "Ende: äöü 你好")]
SHORT = 3.0  # seconds of the film of the clip


def stamp(seconds, comma=","):
    return f"00:00:{int(seconds):02d}{comma}{round(seconds % 1 * 1000):03d}"


def srt():
    return "".join(f"{n}\n{stamp(a)} --> {stamp(b)}\n{text}\n\n"
                   for n, (a, b, text) in enumerate(EVENTS, 1))


def vtt():
    return "WEBVTT\n\n" + "".join(f"{stamp(a, '.')} --> {stamp(b, '.')}\n{text}\n\n"
                                  for a, b, text in EVENTS)


@pytest.fixture(scope="module")
def film(store):
    return store.get("subtitles.mp4", lambda p: media.film(p, 125, (160, 90)))


@pytest.fixture(scope="module")
def sources(store, film):
    """The same text as SRT, WebVTT, ASS and as mov_text beside a film."""
    def text(content):
        return lambda path: path.write_text(content, "utf-8")
    made = {"srt": store.get("text.srt", text(srt())), "vtt": store.get("text.vtt", text(vtt()))}
    made["ass"] = store.get("text.ass", lambda p: tools.ffmpeg("-i", made["srt"], p))
    made["mp4"] = store.get("text.mp4", lambda p: tools.ffmpeg(
        "-i", film, "-i", made["srt"], "-map", "0", "-map", "1", "-map", "1", "-c:v", "copy",
        "-c:s", "mov_text", "-metadata:s:s:0", "language=fra", "-metadata:s:s:1", "language=jpn", p))
    return made


def with_text(name, container, tracks, **more):
    made = output(name, Container={"Format": container}, Subtitles=tracks)
    del made["TemplateId"]
    return {**made, **more}


def shown(path, n=0):
    """(begin, end, text) as ffmpeg reads the track, on the video's time line."""
    out, _ = tools.ffmpeg("-i", path, "-map", f"0:s:{n}", "-f", "srt", "-")
    start = float(tools.video(path)["start_time"])
    rows = re.findall(r"(\d+):(\d+):(\d+),(\d+) --> (\d+):(\d+):(\d+),(\d+)\r?\n(.*?)\r?\n\r?\n",
                      out.decode("utf-8"), re.S)

    def seconds(h, m, s, ms):
        return int(h) * 3600 + int(m) * 60 + int(s) + int(ms) / 1000 - start
    return [(seconds(*r[:4]), seconds(*r[4:8]), r[8].replace("\r", "")) for r in rows]


def same(found, wanted):
    assert [text for _, _, text in found] == [text for _, _, text in wanted]
    for (a, b, _), (c, d, _) in zip(found, wanted):
        assert (a, b) == pytest.approx((c, d), abs=0.0015)


FORMS = [("mp4", "mov_text", "mov_text"), ("mov", "mov_text", "mov_text"), ("mkv", "ASS", "ass"),
         ("mkv", "SRT", "subrip"), ("mkv", "VTT", "webvtt")]


def test_every_form(polymux, film, sources):
    """4 forms in, 5 out."""
    inputs = {"film": film, **sources}
    outputs = [with_text(f"{form}-{container}-{codec}", container, [{"InputRef": form, "Codec": codec}])
               for form in sources for container, codec, _ in FORMS]
    done = polymux.run(job(inputs, outputs))
    assert done.work["subtitle"]["run"] == 16  # each text once in each form, whatever the container
    for form in sources:
        for container, codec, name in FORMS:
            made = done.file(f"{form}-{container}-{codec}")
            assert [s["codec_name"] for s in tools.streams(made, "subtitle")] == [name]
            same(shown(made), EVENTS)


def test_tags(polymux, film, sources):
    """Languages as for audio; the container's own form when none is named."""
    tracks = [{"InputRef": "mp4"}, {"InputRef": "mp4", "Index": 1, "Title": "Zweite"},
              {"InputRef": "srt", "LanguageControl": "Configured", "Language": "zh-Hans",
               "Default": True},
              {"InputRef": "srt", "LanguageControl": "None"}]
    done = polymux.run(job({"film": film, **sources}, [with_text("k", "mkv", tracks),
                                                       with_text("m", "mp4", tracks)]))
    kept = [t["properties"] for t in tools.mkvmerge(done.file("k"))["tracks"]
            if t["type"] == "subtitles"]
    assert [t["language"] for t in kept] == ["fre", "jpn", "chi", "und"]
    assert [t.get("language_ietf") for t in kept] == [None, None, "zh-Hans", None]
    assert kept[1]["track_name"] == "Zweite"
    assert [t["default_track"] for t in kept] == [False, False, True, False]
    kept = [s.get("tags", {}).get("language") for s in tools.streams(done.file("m"), "subtitle")]
    assert kept == ["fra", "jpn", "zho", "und"]
    assert [t.get("Language") for t in tools.mediainfo(done.file("m")) if t["@type"] == "Text"] == \
        ["fr", "ja", "zh-Hans", None]


def test_clip(polymux, film, sources):
    """Text moves with the clip; what reaches over its ends is cut there."""
    span = {"Clip": {"TimeSpan": {"Seek": 1, "Duration": 2}}}
    made = polymux.run(job({"film": film, **sources}, [
        with_text("c", "mkv", [{"InputRef": "srt"}], Features=span),
        with_text("d", "mp4", [{"InputRef": "mp4"}], Features=span)]))
    wanted = [(0, 0.5, EVENTS[0][2]), (1.0, 2.0, EVENTS[1][2])]
    same(shown(made.file("c")), wanted)
    same(shown(made.file("d")), wanted)
    assert float(tools.ffprobe(made.file("d"))["format"]["duration"]) == pytest.approx(2, abs=0.001)


def test_longer_than_the_film(polymux, store, sources):
    """Text does not make the film longer."""
    short = store.get("subtitles-short.mp4", lambda p: media.film(p, 60, (160, 90)))
    made = polymux.run(job({"film": short, **sources}, [
        with_text("s", "mp4", [{"InputRef": "srt"}])])).file("s")
    assert float(tools.ffprobe(made)["format"]["duration"]) == pytest.approx(2.4, abs=0.001)
    same(shown(made), [EVENTS[0], (2.0, 2.4, EVENTS[1][2])])


REFUSED = [
    ([{"InputRef": "nobody"}], 'no input is named "nobody"'),
    ([{"InputRef": "film"}], 'the input "film" has no subtitles'),
    ([{"InputRef": "mp4", "Index": 2}], "has 2 subtitle tracks, so this is at most 1"),
    ([{"InputRef": "srt", "LanguageControl": "Configured"}], "is required with LanguageControl"),
    ([{"InputRef": "srt", "Language": "german"}], 'did you mean "deu"?'),
    ([{}], "InputRef: is required"),
]


@pytest.mark.parametrize("tracks, words", REFUSED)
def test_refused(polymux, film, sources, tracks, words):
    done = polymux.run(job({"film": film, **sources}, [with_text("x", "mp4", tracks)]), expect=2)
    assert any(words in text for _, text in done.problems()), done.problems()
