# SPDX-License-Identifier: MIT
"""Features.Clip: to the frame and the sample, all tracks together, wherever segments meet.

Frames carry their number and the sound clicks in the middle of chosen ones, so both can be counted.
"""
import os

import numpy as np
import pytest

import media
import tools
from jobs import audio, job, output, sound_only
from test_audio_levels import measured
from test_containers import clicks, flashes

RATE, FRAMES, SECONDS = 25, 150, 6
FLASHES = (12, 37, 62, 87, 112, 137)
TIMES = [f / RATE + 0.02 for f in FLASHES]


@pytest.fixture(scope="module")
def film(store):
    def make(path):
        wav = path.with_suffix(".wav")
        media.write_wav(wav, media.clicks(SECONDS, TIMES, 48000, 2), 48000)
        media.film(path, FRAMES, (160, 90), flashes=FLASHES, after=["-c:a", "flac"], sound=wav)
        wav.unlink()
    return store.get("clip.mkv", make)


@pytest.fixture(scope="module")
def ntsc(store):
    return store.get("clip-ntsc.mp4", lambda p: media.film(p, 120, (160, 90), rate="30000/1001"))


def clipped(span, name="c", **params):
    made = output(name, Audio={"Codec": "FLAC", "Samplerate": 48000}, **params)
    del made["TemplateId"]
    made["Features"] = {"Clip": {"TimeSpan": span}}
    return made


# span, first frame, behind the last frame
SPANS = [
    ({"Seek": "1"}, 25, 150),
    ({"Seek": "00:00:01.5"}, 38, 150),      # 1.5 s is frame 37.5: the first at or after it
    ({"Seek": 1.48}, 37, 150),
    ({"Seek": "1.4804"}, 37, 150),          # a writer's rounding
    ({"Seek": "1.481"}, 38, 150),
    ({"Duration": "2"}, 0, 50),
    ({"Duration": "0.04"}, 0, 1),           # one frame
    ({"Seek": "00:02", "Duration": "00:00:02.5"}, 50, 113),
    ({"End": "2"}, 0, 100),                 # as in the job API: so much is cut off
    ({"Seek": 1, "End": 1}, 25, 125),
    ({"Seek": 3, "Duration": 60}, 75, 150),  # no longer than the film
]


@pytest.mark.parametrize("segment, spans", [("1", SPANS[2::5]), ("100", SPANS)])
@pytest.mark.lean(2)
def test_frames_and_samples(polymux, film, segment, spans):
    """Every border; some in many segments too, which takes many processes."""
    outputs = [clipped(span, f"c{i}") for i, (span, _, _) in enumerate(spans)]
    done = polymux.run(job({"film": film}, outputs), env={"POLYMUX_SEGMENT_SECONDS": segment})
    for i, (span, first, last) in enumerate(spans):
        made = done.file(f"c{i}")
        seen, numbers = flashes(made)
        assert numbers == list(range(first, last)), span
        wanted = [t - first / RATE for f, t in zip(FLASHES, TIMES) if first <= f < last]
        assert np.allclose(seen, np.array(wanted) - 0.02, atol=1e-4), span
        stream = tools.streams(made, "audio")[0]
        assert int(stream["duration_ts"]) == (last - first) * 48000 // RATE, span
        if wanted:
            heard, _ = clicks(made)
            assert np.allclose(heard, wanted, atol=5e-5), span


def test_ntsc(polymux, ntsc):
    """Frame times that no decimal number names exactly."""
    rows = [("1.001", 30), ("1.034", 31), ("1.035", 32), ("2.002", 60)]
    outputs = [clipped({"Seek": seek, "Duration": 1.001}, f"n{i}") for i, (seek, _) in enumerate(rows)]
    done = polymux.run(job({"film": ntsc}, outputs))
    for i, (seek, first) in enumerate(rows):
        numbers = flashes(done.file(f"n{i}"))[1]
        assert numbers[0] == first, seek
        assert len(numbers) in (30, 31) and numbers == list(range(first, first + len(numbers)))


def test_tracks_together(polymux, store, film):
    """A dub in a file of its own is cut at the same place; a short one is filled with silence."""
    dub = store.get("clip-dub.wav", lambda p: media.write_wav(
        p, media.clicks(SECONDS, [t + 0.25 for t in TIMES[:-1]], 44100), 44100))
    short = store.get("clip-short.wav", lambda p: media.write_wav(
        p, media.clicks(2.5, [2.2], 48000), 48000))
    tracks = [audio(n, lang, Codec="FLAC", Samplerate=48000)
              for n, lang in (("film", "zho"), ("dub", "eng"), ("short", "jpn"))]
    one = clipped({"Seek": 2, "Duration": 2}, Audios=tracks)
    made = polymux.run(job({"film": film, "dub": dub, "short": short}, [one])).file("c")
    wanted = [[0.5, 1.5], [0.75, 1.75], [0.2]]
    for i, times in enumerate(wanted):
        heard, samples = clicks(made, f"a:{i}")
        assert heard == pytest.approx(times, abs=2e-4)
        assert samples == 96000


def test_a_dub_that_has_ended(polymux, store, film):
    """It is silence as long as the clip, whatever is to be done to it, and a warning tells so; also where the
    file does not tell that the track has ended."""
    short = store.get("clip-ended.wav", lambda p: media.write_wav(p, media.tone(2.5, 440), 48000))
    long = store.get("clip-untold.mkv", lambda p: media.film(
        p, 70, (160, 90), rate="5", after=["-c:a", "flac"], sound=short))
    loud = {"Method": "dynamic", "IntegratedLoudnessTarget": -20}
    tracks = [audio("film"), audio("short"), audio("short", Volume=loud, Duration="keep")]
    one = clipped({"Seek": 3, "Duration": 2}, Audios=[{"Codec": "FLAC", "Samplerate": 48000, **t} for t in tracks])
    other = clipped({"Seek": 12, "Duration": 1}, "late", Audios=[audio("long", Codec="AAC", Samplerate=48000)],
                    Video={"InputRef": "long"})
    done = polymux.run(job({"film": film, "short": short, "long": long}, [one, other]))
    for i in range(3):
        raw, _ = tools.ffmpeg("-i", done.file("c"), "-map", f"0:a:{i}", "-f", "s16le", "-")
        assert len(raw) == 96000 * 4, i
        assert any(raw) == (i == 0), i
    assert [t for t in done.outputs["c"]["warnings"] if "before the clip begins; it is silence" in t][0].startswith(
        "OutputGroups[0].Outputs[0].OverrideParams.Audios[1]:")
    raw, _ = tools.ffmpeg("-i", done.file("late"), "-map", "0:a:0", "-f", "s16le", "-")
    assert abs(len(raw) / 4 - 48000) < 1100 and not any(raw)


# Those that are sought in come to the sample; the others are read from the beginning, with their priming.
LONG = os.environ.get("POLYMUX_TEST_LONG") == "1"
EXACT = [("mov", "pcm_s24be"), ("flac", "flac")] + LONG * [("wav", "pcm_s16le"), ("m4a", "alac")]
LEANING = [("mp4", "aac"), ("mp4", "libopus")] + LONG * [("mp4", "libmp3lame"), ("mp4", "ac3"), ("ts", "mp2")]


def test_samples_of_a_clip(polymux, store):
    """They are those that decode there when the whole track is read, whatever leans on what."""
    noise = np.clip(np.random.default_rng(8).standard_normal((8 * 48000, 2)) * 0.1, -1, 1)
    paths = {codec: store.get(f"clip-samples-{codec}.{kind}", lambda p, c=codec: media.sound(p, noise, 48000, "-c:a", c))
             for kind, codec in EXACT + LEANING}
    one = sound_only("s", [audio(codec, Codec="FLAC", Samplerate=48000, Channels=2) for codec in paths])
    one["Features"] = {"Clip": {"TimeSpan": {"Seek": "5.01", "Duration": "1.5"}}}
    made = polymux.run(job(paths, [one])).file("s")
    for i, codec in enumerate(paths):
        raw = [tools.ffmpeg("-i", *p, "-f", "s32le", "-")[0] for p in ([paths[codec]], [made, "-map", f"0:a:{i}"])]
        whole, clip = (np.frombuffer(r, "<i4").reshape(-1, 2).astype(np.int64) for r in raw)
        assert len(clip) == 72000, codec
        around = whole[240480 - 2000:240480 + 4000, 0].astype(float)
        at = np.correlate(around, clip[:2000, 0].astype(float), "valid").argmax() - 2000
        exact = i < len(EXACT)
        assert abs(at) <= (0 if exact else 1999), codec
        off = np.abs(clip - whole[240480 + at:240480 + at + 72000]).max()
        assert off <= (0 if exact else 1 << 16), codec


def test_what_lies_before_is_not_decoded(polymux, store):
    """Damage there is nobody's business."""
    def make(path):
        rng = np.random.default_rng(9)
        media.sound(path, rng.standard_normal((12 * 48000, 1)) * 0.1, 48000, "-c:a", "flac")
        data = bytearray(path.read_bytes())
        for at in range(len(data) // 4, len(data) // 3, 3001):
            data[at:at + 40] = bytes(40)
        path.write_bytes(data)
    path = store.get("clip-damaged.flac", make)
    outputs = []
    for name, seek in (("behind", 8), ("through", 1)):
        one = sound_only(name, [audio("dub", Codec="FLAC", Samplerate=48000, Channels=1)])
        one["Features"] = {"Clip": {"TimeSpan": {"Seek": seek, "Duration": 3}}}
        outputs.append(one)
    done = polymux.run(job({"dub": path}, outputs))
    damaged = {n: any("did not decode" in t for t in o.get("warnings", [])) for n, o in done.outputs.items()}
    assert damaged == {"behind": False, "through": True}


def test_loudness_is_of_the_clip(polymux, store):
    """A clip of the quiet half is as loud as was asked for, whatever the rest of the track is."""
    halves = np.concatenate([media.tone(4, 440, level=0.5), media.tone(4, 440, level=0.01)])
    path = store.get("clip-halves.wav", lambda p: media.write_wav(p, halves, 48000))
    loud = {"Method": "dynamic", "IntegratedLoudnessTarget": -30}
    one = sound_only("s", [audio("dub", Codec="FLAC", Samplerate=48000, Channels=1, Volume=loud)])
    one["Features"] = {"Clip": {"TimeSpan": {"Seek": 4}}}
    made = polymux.run(job({"dub": path}, [one])).file("s")
    assert measured(made)[0] == pytest.approx(-30, abs=0.3)


def test_sound_only(polymux, film):
    """Without a picture the sample that was named is the first."""
    one = sound_only("s", [audio("film", Codec="FLAC", Samplerate=48000)])
    one["Features"] = {"Clip": {"TimeSpan": {"Seek": "0.7001", "End": "3.25"}}}
    made = polymux.run(job({"film": film}, [one])).file("s")
    heard, samples = clicks(made)
    assert samples == round((6 - 3.25 - 0.7001) * 48000)
    assert heard == pytest.approx([t - 0.7001 for t in TIMES if 0.7001 < t < 2.75], abs=5e-5)


def test_shares_nothing_wrong(polymux, film):
    """A clip and the whole film in one job have different segments."""
    whole = clipped({}, "whole")
    del whole["Features"]
    done = polymux.run(job({"film": film}, [whole, clipped({"Seek": 1}, "part")]))
    assert flashes(done.file("whole"))[1] == list(range(FRAMES))
    assert flashes(done.file("part"))[1] == list(range(25, FRAMES))


REFUSED = [
    ({"TimeSpan": {"Seek": 1, "Duration": 1, "End": 1}}, "together with Duration"),
    ({"TimeSpan": {"Seek": "7"}}, "leaves nothing of the film, which lasts 6.000 s"),
    ({"TimeSpan": {"Seek": 3, "End": 3}}, "leaves nothing of the film"),
    ({"TimeSpan": {"Seek": "-1"}}, "must be hh:mm:ss.SSS"),
    ({"TimeSpan": {"Seek": "1:60"}}, "must be hh:mm:ss.SSS"),
    ({"TimeSpan": {"Seek": "soon"}}, "must be hh:mm:ss.SSS"),
    ({"TimeSpan": {"Start": 1}}, "is not a known key"),
    ({"ConfigToClipFirstPart": True}, "is not supported by this version of Polymux except as false"),
]


@pytest.mark.parametrize("clip, words", REFUSED)
def test_refused(polymux, film, clip, words):
    one = clipped({})
    one["Features"] = {"Clip": clip}
    done = polymux.run(job({"film": film}, [one]), expect=2)
    assert any(words in text for _, text in done.problems()), done.problems()
