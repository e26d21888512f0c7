# SPDX-License-Identifier: MIT
"""Containers: what each carries, how long it is, that sound and picture stay together, and that the
same job makes the same bytes. Seen with ffprobe, mkvmerge, mediainfo and on decoded samples."""
import numpy as np
import pytest

import media
import tools
from jobs import audio, job, output

RATE, FRAMES, SECONDS = 25, 75, 3
FLASHES = (12, 37, 62)
TIMES = [f / RATE + 0.02 for f in FLASHES]  # the middle of the frame
ALONE = ("m4a", "mp3", "ogg", "flac", "wav")

# format, audio codec, and what ffprobe calls the format
PAIRS = [
    ("mp4", "AAC", "mov,mp4,m4a"), ("mp4", "OPUS", "mov,mp4,m4a"), ("mov", "AAC", "mov,mp4,m4a"),
    ("mov", "pcm_s16le", "mov,mp4,m4a"), ("m4a", "AAC", "mov,mp4,m4a"),
    ("mkv", "AAC", "matroska"), ("mkv", "OPUS", "matroska"), ("mkv", "FLAC", "matroska"),
    ("mkv", "VORBIS", "matroska"), ("mkv", "WMA-V2", "matroska"), ("ts", "AAC", "mpegts"),
    ("ts", "AC3", "mpegts"), ("flv", "MP3", "flv"), ("mp3", "MP3", "mp3"), ("ogg", "OPUS", "ogg"),
    ("ogg", "VORBIS", "ogg"), ("flac", None, "flac"), ("wav", None, "wav"),
    ("mxf", "pcm_s16le", "mxf"),
]


@pytest.fixture(scope="module")
def film(store):
    def make(path):
        wav = path.with_suffix(".wav")
        media.write_wav(wav, media.clicks(SECONDS, TIMES, 48000, 2), 48000)
        media.film(path, FRAMES, (160, 90), flashes=FLASHES, after=["-c:a", "flac"], sound=wav)
        wav.unlink()
    return store.get("containers.mkv", make)


def made_as(name, container, codec=None, **params):
    """An output in that container, of its kinds of media only."""
    made = output(name, Container={"Format": container}, **params)
    del made["TemplateId"]
    override = made["OverrideParams"]
    settings = {"Codec": codec} if codec else {}
    if container != "mp3" and codec not in ("OPUS", "MP3"):
        settings["Samplerate"] = 48000
    if settings and "Audio" not in params and "Audios" not in override:
        override["Audio"] = settings
    if container in ALONE:
        del override["Video"]
    return made


@pytest.fixture(scope="module")
def made(polymux_module, film):
    outputs = [made_as(f"{c}-{codec}", c, codec) for c, codec, _ in PAIRS]
    return polymux_module.run(job({"film": film}, outputs))


def flashes(path):
    out, _ = tools.run("ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries",
                       "frame=best_effort_timestamp_time", "-of", "csv=p=0", path)
    times = [float(line.strip(",")) for line in out.decode().split()]
    raw, _ = tools.ffmpeg("-i", path, "-map", "0:v:0", "-f", "rawvideo", "-pix_fmt", "gray",
                          "-fps_mode", "passthrough", "-")
    gray = np.frombuffer(raw, np.uint8).reshape(-1, 90, 160)
    assert len(gray) == len(times)
    return [times[i] for i in media.flashes_in(gray)], media.numbers(gray)


def clicks(path, stream="a:0"):
    """(times, samples)"""
    out, _ = tools.run("ffprobe", "-v", "error", "-select_streams", stream, "-show_entries",
                       "frame=best_effort_timestamp_time", "-of", "csv=p=0", path)
    first = next(line.split(",")[0] for line in out.decode().split() if line.strip(","))
    raw, _ = tools.ffmpeg("-i", path, "-map", f"0:{stream}", "-f", "f32le", "-ac", "1", "-ar",
                          "48000", "-")
    line = np.frombuffer(raw, np.float32)
    start = 0.0 if first == "N/A" else float(first)
    return media.find_clicks(line, 48000, start), len(line)


@pytest.mark.parametrize("container, codec, kind", PAIRS)
@pytest.mark.lean(2)
def test_carries(made, container, codec, kind):
    """The right format and extension, all frames in order, sound within a millisecond."""
    path = made.file(f"{container}-{codec}")
    assert path.suffix == f".{container}"
    assert tools.ffprobe(path)["format"]["format_name"].startswith(kind)
    tools.decodes_cleanly(path)
    heard, samples = clicks(path)
    if container in ALONE:
        assert len(heard) == 3
        assert np.allclose(np.diff(heard), np.diff(TIMES), atol=0.001)
        # What players skip is told: nothing is missing, and nothing is there that was not given.
        # (ffmpeg plays an MP4's last access unit to its end, whatever the edit list says.)
        assert abs(samples - SECONDS * 48000) <= (1024 if container == "m4a" else 16)
        return
    seen, numbers = flashes(path)
    assert numbers == list(range(FRAMES))
    assert len(seen) == len(heard) == 3
    assert np.allclose(np.array(heard) - np.array(seen), 0.02, atol=0.001)


@pytest.mark.parametrize("container, codec", [("mp4", "AAC"), ("mov", "AAC"), ("ogg", "OPUS"),
                                              ("mp3", "MP3"), ("flac", None)])
def test_starts_at_zero(made, container, codec):
    """Formats that can say what is not to be heard do: the first click is where it was."""
    path = made.file(f"{container}-{codec}")
    heard, _ = clicks(path)
    late = 1105 / 44100 if container == "mp3" else 0  # ffmpeg counts the priming it skips
    assert np.allclose(np.array(heard) - late, TIMES, atol=0.001)


def test_same_bytes(made, polymux, film):
    """No random id, no date: another run in another place makes the same files."""
    outputs = [made_as(f"{c}-{codec}", c, codec) for c, codec, _ in PAIRS]
    again = polymux.run(job({"film": film}, outputs), "--jobs", "1")
    for container, codec, _ in PAIRS:
        name = f"{container}-{codec}"
        assert tools.sha256(made.file(name)) == tools.sha256(again.file(name)), name


def tags_of(path):
    return [(t["properties"].get("language"), t["properties"].get("language_ietf"),
             t["properties"].get("track_name")) for t in tools.mkvmerge(path)["tracks"]
            if t["type"] == "audio"]


@pytest.mark.parametrize("container", ["mp4", "mov", "m4a", "mkv", "ts"])
def test_languages(polymux, film, container):
    """Three letters everywhere; BCP 47 where there is a place for it."""
    tracks = [audio("film", "zh-Hans", Title="Stimme"), audio("film", "pt-BR"), audio("film", "deu")]
    if container == "ts":
        tracks = [{k: v for k, v in t.items() if k != "Title"} for t in tracks]
    path = polymux.run(job({"film": film}, [made_as("l", container, Audios=tracks)])).file("l")
    shown = [t.get("Language") for t in tools.mediainfo(path) if t["@type"] == "Audio"]
    if container in ("mp4", "mov", "m4a"):
        assert shown == ["zh-Hans", "pt-BR", "de"]
    else:
        assert shown == ["zh", "pt", "de"]
    known = tools.languages(path)
    assert known == (["chi", "por", "ger"] if container == "mov" else ["zho", "por", "deu"])
    if container == "mkv":
        assert tags_of(path) == [("chi", "zh-Hans", "Stimme"), ("por", "pt-BR", None),
                                 ("ger", None, None)]
    tools.decodes_cleanly(path)


# metadata that each container gives back, as ffprobe calls it
KEPT = [("mp4", "AAC", {"title": "A Film", "artist": "Some Body"}),
        ("mp4", "AAC", {"title": "A Film", "mood": "blue"}),
        ("mov", "AAC", {"title": "A Film", "date": "2026", "comment": "None"}),
        ("mov", "AAC", {"title": "A Film", "description": "Long", "show": "The Show"}),
        ("m4a", "AAC", {"title": "A Film", "description": "Long", "show": "The Show"}),
        ("webm", "VORBIS", {"title": "A Film", "My_Own-Key": "blü"}),
        ("mkv", "AAC", {"title": "A Film", "mood": "blue"}), ("flv", "AAC", {"title": "A Film"}),
        ("mp3", "MP3", {"title": "Ein schöner Film", "mood": "blue"}),
        ("ogg", "OPUS", {"title": "A Film", "mood": "blue"}), ("flac", None, {"title": "A Film"}),
        ("wav", None, {"title": "A Film", "artist": "Some Body"}),
        ("ts", "AAC", {"service_name": "One", "service_provider": "Two"})]


def test_metadata(polymux, film):
    outputs = []
    for i, (container, codec, pairs) in enumerate(KEPT):
        one = made_as(str(i), container, codec)
        if container == "webm":
            one["OverrideParams"]["Video"] = {"Remove": True}
        one["Features"] = {"Metadata": pairs}
        outputs.append(one)
    done = polymux.run(job({"film": film}, outputs))
    for i, (container, _, pairs) in enumerate(KEPT):
        shown = tools.ffprobe(done.file(str(i)), "-show_programs")
        found = dict(shown["format"].get("tags", {}))
        for part in shown.get("programs", []) + shown["streams"]:
            found.update(part.get("tags", {}))
        found = {key.lower(): value for key, value in found.items()}
        assert {key: found.get(key.lower()) for key in pairs} == pairs, container


REFUSED = [
    ({"Container": {"Format": "webm"}, "Video": {"Codec": "H.264"}},
     "Video.Codec: webm files carry AV1, not H.264"),
    ({"Container": {"Format": "flv"}, "Video": {"Codec": "H.265"}}, "flv files carry H.264"),
    ({"Container": {"Format": "mp3"}, "Audio": {"Codec": "AAC"}}, "mp3 files carry MP3, not AAC"),
    ({"Container": {"Format": "mp3"}, "Video": {"Width": 320}}, "mp3 files have no video"),
    ({"Container": {"Format": "gif"}, "Audio": {"Codec": "AAC"}}, "gif files have no sound"),
    ({"Container": {"Format": "gif"}, "TransConfig": {"TransMode": "CBR"}}, "TransConfig.TransMode: has no effect on GIF"),
    ({"Container": {"Format": "mp4"}, "Audio": {"Codec": "VORBIS"}}, "mp4 files carry AAC"),
    ({"Container": {"Format": "ogg"}}, "ogg files carry OPUS, VORBIS or FLAC, not AAC"),
    ({"Container": {"Format": "flv"}, "Audios": [audio("film"), audio("film")]},
     "flv files have one audio track, not 2"),
    ({"Container": {"Format": "flv"}, "Audios": [audio("film", "eng")]},
     "flv files keep no language"),
    ({"Container": {"Format": "ts"}, "Subtitles": [{"InputRef": "film"}]},
     "ts files carry no subtitle track"),
    ({"Container": {"Format": "mp4"}, "Subtitles": [{"InputRef": "film", "Codec": "VTT"}]},
     "mp4 files carry mov_text, not VTT"),
    ({"Container": {"Format": "m3u8"}}, "m3u8 is not supported by this version"),
    ({"Container": {"Format": "ts"}, "Audio": {"Profile": "aac_ld"}},
     "Audio.Profile: ts files carry AAC of the profiles aac_low, aac_he and aac_he_v2, not aac_ld"),
    ({"Container": {"Format": "flv"}, "Audio": {"Profile": "aac_eld"}}, "Audio.Profile: flv files carry"),
    ({"Container": {"Format": "ts"}, "Audios": [audio("film", Channels=8, Bitrate=256)]},
     "Audios[0].Channels: ts files carry AAC of up to 6 channels, not 8"),
    ({"Container": {"Format": "flv"}, "Audio": {"Channels": 8, "Bitrate": 256}},
     "Audio.Channels: flv files carry AAC of up to 6 channels"),
    ({"Container": {"Format": "mxf"}, "Audio": {"Codec": "pcm_s16le", "Samplerate": 44100}},
     "mxf files have sound of 48000 Hz"),
    ({"Container": {"Format": "flv"}, "Audio": {"Codec": "MP3", "Samplerate": 32000}},
     "Audio.Samplerate: flv files carry MP3 of 22050, 44100 and 48000 Hz, not 32000"),
]


@pytest.mark.parametrize("params, words", REFUSED)
def test_refused(polymux, film, params, words):
    """Before anything runs, with a sentence that says what would do."""
    one = {"OutputFileName": "x", "OverrideParams": params}
    done = polymux.run(job({"film": film}, [one]), expect=2)
    assert done.report["state"] == "Invalid"
    assert any(words in text for _, text in done.problems()), done.problems()


BAD_METADATA = [
    ("mp4", {str(i): "x" for i in range(5)}, "at most 4 pairs"),
    ("mp4", {"k" * 65: "x"}, "1 to 64 characters"), ("mp4", {"k": "x" * 513}, "1 to 512 characters"),
    ("mp4", {"encoder": "mine"}, "Metadata.encoder: names the program"),
    ("mkv", {"duration": "1"}, "is what mkv files tell of themselves"),
    ("flv", {"fileSize": "1"}, "is what flv files tell of themselves"),
    ("mkv", {"creation_time": "soon"}, "must be a time such as"),
    ("mp4", {"title": "x", "TITLE": "y"}, "but for upper and lower case"),
    ("mp4", {"k": 7}, "must be a string"), ("mp4", {"a=b": "x"}, "must not have"),
    ("ts", {"title": "x"}, "service_name"), ("mxf", {"title": "x"}, "has no place in mxf"),
]


@pytest.mark.parametrize("container, pairs, words", BAD_METADATA)
def test_bad_metadata(polymux, film, container, pairs, words):
    one = made_as("x", container, "pcm_s16le" if container == "mxf" else "AAC")
    one["Features"] = {"Metadata": pairs}
    done = polymux.run(job({"film": film}, [one]), expect=2)
    assert any(words in text for _, text in done.problems()), done.problems()


def test_template_gives_way(polymux, film):
    """A template's video has no say in a file of sound only; placeholders have the extension."""
    one = {"Name": "x", "OutputFileName": "sound-{ExtName}", "TemplateId": "Video-360P",
           "OverrideParams": {"Container": {"Format": "m4a"}}}
    path = polymux.run(job({"film": film}, [one])).file("x")
    assert path.name == "sound-m4a.m4a"
    assert [s["codec_type"] for s in tools.streams(path)] == ["audio"]


def webp_frames(path):
    """Durations in ms of an animated WebP's frames, out of its RIFF chunks (RFC 9649, 2.7)."""
    data, at, found = path.read_bytes(), 12, []
    assert data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    while at + 8 <= len(data):
        kind, size = data[at:at + 4], int.from_bytes(data[at + 4:at + 8], "little")
        if kind == b"ANMF":
            found.append(int.from_bytes(data[at + 20:at + 23], "little"))
        at += 8 + size + size % 2
    return found


def test_animations(polymux, film):
    """Moving pictures without sound, whole however the film would be cut."""
    def one(kind, name):
        return {"Name": name, "OutputFileName": name, "OverrideParams": {
            "Container": {"Format": kind}, "Video": {"Fps": 12.5}}}
    done = polymux.run(job({"film": film}, [one("gif", "g"), one("webp", "w")]),
                       env={"POLYMUX_SEGMENT_SECONDS": "1"})
    gif, webp = done.file("g"), done.file("w")
    seen, numbers = flashes(gif)
    assert len(numbers) == 38 and numbers[:3] == [0, 2, 4]
    assert [s["codec_name"] for s in tools.streams(gif)] == ["gif"]
    shown = webp_frames(webp)
    assert sum(shown) == pytest.approx(3000, abs=80) and len(shown) == 38
    again = polymux.run(job({"film": film}, [one("gif", "g2"), one("webp", "w2")]))
    assert tools.sha256(again.file("g2")) == tools.sha256(gif)
    assert tools.sha256(again.file("w2")) == tools.sha256(webp)


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_animations_refuse(polymux, film, kind):
    one = {"OutputFileName": "x", "OverrideParams": {"Container": {"Format": kind},
                                                     "Video": {"Crf": 20}}}
    done = polymux.run(job({"film": film}, [one]), expect=2)
    assert any(f"has no effect on {kind.upper()}" in text for _, text in done.problems())
