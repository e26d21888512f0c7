# SPDX-License-Identifier: MIT
"""Copying: streams go over as they are, without a decoder, and stay together."""
import re

import pytest

import media
import tools
from jobs import audio, job, sound_only
from test_containers import FLASHES, FRAMES, SECONDS, TIMES, clicks, flashes


@pytest.fixture(scope="module")
def film(store):
    """H.264 with B-frames and AAC in MP4: the sound's priming is cut by an edit list."""
    def make(path):
        wav = path.with_suffix(".wav")
        media.write_wav(wav, media.clicks(SECONDS, TIMES, 48000, 2), 48000)
        media.film(path, FRAMES, (160, 90), flashes=FLASHES, after=["-c:a", "aac"], sound=wav)
        wav.unlink()
    return store.get("copy.mp4", make)


def other(store, film, name, *options):
    return store.get(name, lambda path: tools.ffmpeg("-i", film, *options, path))


def remux(container, name="r"):
    return {"Name": name, "OutputFileName": name,
            "OverrideParams": {"Remux": True, "Container": {"Format": container}}}


def payload(path, stream):
    """The packets' bytes as hashes, in the form that has no container's framing."""
    filters = {"v:0": ["-bsf:v", "h264_mp4toannexb"], "a:0": []}[stream]
    out, _ = tools.ffmpeg("-i", path, "-map", f"0:{stream}", "-c", "copy", *filters, "-f", "framemd5",
                          "-bitexact", "-")
    return [line.split(",")[5].strip() for line in out.decode().splitlines() if line[:1] != "#"]


def offsets(path):
    seen, numbers = flashes(path)
    heard, _ = clicks(path)
    assert numbers == list(range(FRAMES))
    assert len(seen) == len(heard) == 3
    return [h - s - 0.02 for h, s in zip(heard, seen)]


WAYS = [("copy.mp4", [], c) for c in ("mp4", "mov", "mkv", "ts", "flv")] + \
    [("copy.ts", ["-c", "copy"], c) for c in ("mp4", "mkv", "ts", "flv")] + \
    [("copy-ac3.mkv", ["-c:v", "copy", "-c:a", "ac3"], c) for c in ("mp4", "ts", "mkv")] + \
    [("copy-flac.mkv", ["-c:v", "copy", "-c:a", "flac"], "mp4"),
     ("copy-pcm.mov", ["-c:v", "copy", "-c:a", "pcm_s24le"], "mkv")]


@pytest.mark.parametrize("source, options, container", WAYS)
@pytest.mark.lean(2)
def test_remux(polymux, store, film, source, options, container):
    """All frames, the same sound, together as in the source; no encode, no decode."""
    path = film if source == "copy.mp4" else other(store, film, source, *options)
    done = polymux.run(job({"film": path}, [remux(container)]))
    assert done.work["copy"]["run"] == 2
    assert done.work["video"]["run"] == done.work["audio"]["run"] == 0
    made = done.file("r")
    tools.decodes_cleanly(made)
    for before, after in zip(offsets(path), offsets(made)):
        assert abs(after - before) < 0.001


def test_bytes_stay(polymux, store, film):
    """What is in the packets is what was in the source's."""
    made = polymux.run(job({"film": film}, [remux("mkv")])).file("r")
    assert payload(made, "a:0") == payload(film, "a:0")
    assert len(payload(made, "v:0")) == FRAMES
    again = polymux.run(job({"film": film}, [remux("mkv", "s")])).file("s")
    assert tools.sha256(made) == tools.sha256(again)


def test_no_decoder(polymux, store, film):
    """A codec that nobody here can decode is copied all the same."""
    def make(path):
        sound = other(store, film, "copy-sound.mp4", "-vn", "-c", "copy")
        marked = re.sub(rb"mp4a(?=\0{6})", b"mhm1", sound.read_bytes())
        path.write_bytes(marked.replace(b"esds", b"free"))
    path = store.get("copy-unknown.mp4", make)
    assert [s["codec_name"] for s in tools.streams(path)] == ["mpegh_3d_audio"]
    made = polymux.run(job({"film": path}, [remux("mp4")])).file("r")
    assert [s["codec_name"] for s in tools.streams(made)] == ["mpegh_3d_audio"]
    assert payload(made, "a:0") == payload(path, "a:0")


def test_tracks_and_tags(polymux, store, film):
    """Every track with its language and title; what does not fit is named."""
    def make(path):
        srt = path.with_suffix(".srt")
        srt.write_text("1\n00:00:01,000 --> 00:00:02,000\nHello\n", "utf-8")
        tools.ffmpeg("-i", film, "-i", srt, "-map", "0:v", "-map", "0:a", "-map", "0:a", "-map", "1",
                     "-c", "copy", "-metadata:s:a:0", "language=ger", "-metadata:s:a:1",
                     "language=jpn", "-metadata:s:a:1", "title=Second", "-disposition:a:1", "default",
                     "-disposition:a:0", "0", path)
        srt.unlink()
    path = store.get("copy-tags.mkv", make)
    done = polymux.run(job({"film": path}, [remux("mkv"), remux("mp4", "m")]))
    kept = tools.mkvmerge(done.file("r"))["tracks"]
    assert [(t["type"], t["properties"]["language"]) for t in kept] == \
        [("video", "und"), ("audio", "ger"), ("audio", "jpn"), ("subtitles", "und")]
    assert kept[2]["properties"]["track_name"] == "Second"
    assert [t["properties"]["default_track"] for t in kept[1:3]] == [False, True]
    assert [s["codec_type"] for s in tools.streams(done.file("m"))] == ["video", "audio", "audio"]
    assert any("subrip" in text for text in done.outputs["m"]["warnings"])


def test_copied_video_new_sound(polymux, film):
    """Codec copy for one kind of track: the other is encoded, and both stay together."""
    one = {"Name": "o", "OutputFileName": "o", "OverrideParams": {
        "Video": {"Codec": "copy"}, "Audios": [audio("film", "eng", Bitrate=64),
                                               audio("film", "fra", Codec="copy")]}}
    done = polymux.run(job({"film": film}, [one]))
    made = done.file("o")
    assert (done.work["copy"]["run"], done.work["audio"]["run"]) == (2, 1)
    assert payload(made, "v:0") == payload(film, "v:0")
    assert max(map(abs, offsets(made))) < 0.001
    assert tools.languages(made) == ["eng", "fra"]
    assert clicks(made, "a:1")[0] == pytest.approx(TIMES, abs=0.001)


def test_rotation_stays(polymux, store, film):
    path = other(store, film, "copy-turned.mp4", "-c", "copy", "-metadata:s:v:0", "rotate=90")
    made = polymux.run(job({"film": path}, [remux("mp4")])).file("r")

    def turn(file):
        return [d["rotation"] for d in tools.video(file).get("side_data_list", [])]
    assert turn(made) == turn(path) != []


REFUSED = [
    ({"Remux": True, "Video": {"Width": 320}}, {}, "Video: has no effect with Remux"),
    ({"Remux": True, "Container": {"Format": "webm"}}, {}, "H.264, which cannot be copied into webm"),
    ({"Video": {"Codec": "copy", "Crf": 20}}, {}, "Video.Crf: has no effect on what is copied"),
    ({"Video": {"Codec": "copy"}, "TransConfig": {"AdjDarMethod": "crop"}}, {},
     "TransConfig.AdjDarMethod: has no effect on a video that is copied"),
    ({"Remux": True}, {"Watermarks": [{"Type": "Text", "Content": "x"}]}, "Features.Watermarks: has no effect where every stream is copied"),
    ({"Video": {"Codec": "copy"}}, {"Watermarks": [{"Type": "Text", "Content": "x"}]},
     "Features.Watermarks: has no effect where Video.Codec is copy"),
    ({"Container": {"Format": "mp3"}}, {"Watermarks": [{"Type": "Text", "Content": "x"}]},
     "Features.Watermarks: has no effect in mp3 files, which have no video"),
    ({"Audios": [audio("film", Codec="copy", Bitrate=64)]}, {}, "has no effect on what is copied"),
    ({"Remux": True}, {"Clip": {"TimeSpan": {"Seek": 1}}}, "cannot cut what is copied"),
    ({"Container": {"Format": "ogg"}, "Audio": {"Codec": "copy"}}, {}, "AAC, which cannot be copied"),
]


@pytest.mark.parametrize("params, features, words", REFUSED)
def test_refused(polymux, film, params, features, words):
    one = {"OutputFileName": "x", "OverrideParams": params, "Features": features}
    done = polymux.run(job({"film": film}, [one]), expect=2)
    assert any(words in text for _, text in done.problems()), done.problems()


@pytest.mark.parametrize("given, words", [
    ({"Profile": "aac_ld"}, "AAC-LD, which cannot be copied into ts files"),
    ({"Channels": 8, "Bitrate": 384}, "ts files have no AAC of 8 channels in this order")])
def test_aac_that_adts_cannot_tell(polymux, film, given, words):
    """An ADTS header has no room for such AAC: an error, not a file that nobody can play."""
    made = polymux.run(job({"film": film}, [sound_only("a", [audio("film", **given)])])).file("a")
    done = polymux.run(job({"film": made}, [remux("ts")]), expect=(1, 2))
    assert any(words in text for _, text in done.problems()), done.problems()


def served(server, template):
    """The file that a job of this template makes of copy.mp4."""
    config = {"Inputs": [{"InputFile": {"Type": "OSS", "Media": "oss://media/in.mp4"}}],
              "Outputs": [{"OutputFile": {"Type": "OSS", "Media": f"oss://media/{template}"},
                           "TemplateId": template}]}
    done = server.wait_job(server.rest("POST", "/v1/jobs", config).json["id"])
    assert done["state"] == "Complete", done
    return next(server.bucket("media").glob(f"{template}.*"))


def test_template_subtypes(server, film):
    """AudioTranscode and Remux templates of the service."""
    (server.bucket("media") / "in.mp4").write_bytes(film.read_bytes())
    for name, subtype, config in [("sound", 2, {"Audio": {"Bitrate": 64}}),
                                  ("same", 3, {"Container": {"Format": "mkv"}})]:
        made = server.rest("POST", "/v1/templates", {"id": name, "name": name, "subtype": subtype,
                                                     "config": config})
        assert made.status in (200, 201), made
    sound, same = served(server, "sound"), served(server, "same")
    assert [s["codec_type"] for s in tools.streams(sound)] == ["audio"]
    assert payload(same, "v:0") == payload(film, "v:0")
    for subtype, config in [(2, {"Video": {"Width": 320}}), (3, {"Audio": {"Bitrate": 64}}), (4, {})]:
        bad = server.rest("POST", "/v1/templates", {"id": "bad", "name": "bad", "subtype": subtype,
                                                    "config": config})
        assert bad.status == 400, bad
