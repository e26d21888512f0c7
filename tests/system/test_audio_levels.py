# SPDX-License-Identifier: MIT
"""How loud tracks are: downmixes, Volume in each method, Match. Measured by ffmpeg's ebur128."""
import re

import numpy as np
import pytest

import media
import tools
from jobs import audio, job, sound_only
from test_audio_codecs import played

RATE = 48000


def measured(path, track=0):
    """(integrated LUFS, range LU, true peak dBTP)."""
    _, text = tools.run("ffmpeg", "-nostdin", "-hide_banner", "-i", path, "-map", f"0:a:{track}",
                        "-af", "ebur128=peak=true", "-f", "null", "-")
    summary = text[text.rindex("Summary:"):]
    return tuple(float(re.search(rf"{name}:\s+(-?[\d.]+|-inf)", summary)[1]) for name in ("I", "LRA", "Peak"))


def speechlike(seconds, level, swing=0.0, seed=1, channels=1):
    """Noise in syllables; `swing` dB louder and quieter in turns of 4 s."""
    rng = np.random.default_rng(seed)
    at = np.arange(round(seconds * RATE)) / RATE
    noise = rng.standard_normal((len(at), channels))
    noise = np.apply_along_axis(lambda c: np.convolve(c, np.ones(12) / 12, "same"), 0, noise)
    shape = (0.15 + np.sin(np.pi * 3.1 * at) ** 2) * 10 ** (swing * np.sign(np.sin(np.pi * at / 4)) / 20)
    line = noise * shape[:, None]
    return line * 10 ** (level / 20) / np.sqrt((line ** 2).mean())


def clip_free(path, track=0):
    raw, _ = tools.ffmpeg("-i", path, "-map", f"0:a:{track}", "-f", "f32le", "-")
    return np.abs(np.frombuffer(raw, "<f4")).max() <= 1.0


@pytest.fixture(scope="module")
def sounds(store):
    made = {
        "quiet": speechlike(12, -40), "loud": speechlike(12, -14, seed=2, channels=2),
        "wide": speechlike(24, -26, swing=9, seed=3, channels=2), "mono": speechlike(8, -20, seed=4),
    }
    return {name: store.get(f"level-{name}.flac", lambda p, s=samples: played(
        p, np.clip(s, -1, 1), "mono" if s.shape[1] == 1 else "stereo")) for name, samples in made.items()}


def make(polymux, inputs, tracks, **params):
    given = [{"Codec": "FLAC", "Samplerate": RATE, "Channels": 0, **t} for t in tracks]
    done = polymux.run(job(inputs, [sound_only("o", [audio(t.pop("ref"), **t) for t in given], **params)]))
    return done.file("o")


# --- without Volume ---


def test_nothing_is_changed(polymux, sounds):
    path = make(polymux, sounds, [{"ref": "loud"}])
    raw = [tools.ffmpeg("-i", p, "-f", "s16le", "-")[0] for p in (path, sounds["loud"])]
    assert raw[0] == raw[1]


# --- downmix ---

# BS.775-3: what each channel of 5.1 becomes in stereo and in mono, dB
CHANNELS = ["FL", "FR", "FC", "LFE", "BL", "BR"]
STEREO = {"FL": (0, None), "FR": (None, 0), "FC": (-3.01, -3.01), "LFE": (None, None),
          "BL": (-3.01, None), "BR": (None, -3.01)}
MONO = {"FL": -3.01, "FR": -3.01, "FC": 0, "LFE": None, "BL": -6.02, "BR": -6.02}


def test_downmix_coefficients(polymux, store):
    """One channel after the other sounds; each lands where and as loud as the recommendation says."""
    samples = np.zeros((6 * RATE // 2, 6))
    for i in range(6):
        part = slice(i * RATE // 2, (i + 1) * RATE // 2)
        samples[part, i] = 0.25 * np.sin(2 * np.pi * 440 * np.arange(RATE // 2) / RATE)
    path = store.get("one-by-one.flac", lambda p: played(p, samples, "5.1"))
    file = make(polymux, {"dub": path}, [{"ref": "dub", "Channels": n} for n in (2, 1)])
    for track, channels in ((0, 2), (1, 1)):
        raw, _ = tools.ffmpeg("-i", file, "-map", f"0:a:{track}", "-f", "s16le", "-")
        line = np.frombuffer(raw, "<i2").reshape(-1, channels) / 32768
        for i, name in enumerate(CHANNELS):
            part = line[i * RATE // 2 + 2000:(i + 1) * RATE // 2 - 2000]
            wanted = STEREO[name] if channels == 2 else (MONO[name],)
            for c, level in enumerate(wanted):
                found = np.abs(part[:, c]).max()
                assert found == pytest.approx(0 if level is None else 0.25 * 10 ** (level / 20), abs=2e-4), (name, c)


def test_downmix_is_as_loud_and_does_not_clip(polymux, store):
    """Speech in the centre of a full 5.1 mix stays as loud; six channels at full scale do not clip."""
    film = np.concatenate([0.3 * speechlike(6, -20, seed=n) for n in range(6)], 1)
    film[:, 2:3] = speechlike(6, -18, seed=9)
    film[:, 3] = 0
    full = np.repeat(media.tone(3, 440, RATE, 1, 0.99), 6, 1)
    inputs = {"film": store.get("film51.flac", lambda p: played(p, film, "5.1")),
              "full": store.get("full51.flac", lambda p: played(p, full, "5.1"))}
    path = make(polymux, inputs, [{"ref": "film", "Channels": 2}, {"ref": "full", "Channels": 2},
                                  {"ref": "film", "Channels": 1}])
    source = measured(inputs["film"])[0]
    assert measured(path, 0)[0] == pytest.approx(source, abs=1)
    assert measured(path, 2)[0] == pytest.approx(source, abs=1)
    raw, _ = tools.ffmpeg("-i", path, "-map", "0:a:1", "-f", "s16le", "-")
    line = np.frombuffer(raw, "<i2").reshape(-1, 2)[RATE // 2:, 0] / 32768
    assert 0.97 < np.abs(line).max() <= 1
    spectrum = np.abs(np.fft.rfft(line[:RATE * 2] * np.hanning(RATE * 2)))
    harmonics = spectrum[[round(880 * k * 2) // 2 * 1 for k in (2, 3, 4, 5)]].max()
    assert harmonics < spectrum.max() / 1000, "a clipped tone has harmonics"


def test_upmix(polymux, sounds):
    """Mono is spread evenly over two channels, as loud as before; more channels than there are stay silent."""
    path = make(polymux, sounds, [{"ref": "mono", "Channels": 2}, {"ref": "loud", "Channels": 6}])
    assert measured(path, 0)[0] == pytest.approx(measured(sounds["mono"])[0], abs=0.1)
    raw, _ = tools.ffmpeg("-i", path, "-map", "0:a:1", "-f", "s16le", "-")
    peaks = np.abs(np.frombuffer(raw, "<i2").reshape(-1, 6)).max(0)
    assert min(peaks[:2]) > 10000 and max(peaks[2:]) == 0


# --- Volume ---


def test_linear(polymux, sounds):
    path = make(polymux, sounds, [{"ref": "quiet", "Volume": {"Method": "linear", "Level": level}}
                                  for level in (6, -6)] +
                [{"ref": "loud", "Volume": {"Method": "linear", "Level": "20"}},
                 {"ref": "loud", "Volume": {"Method": "linear"}}])
    own, loud = measured(sounds["quiet"])[0], measured(sounds["loud"])[0]
    assert measured(path, 0)[0] == pytest.approx(own + 6, abs=0.15)
    assert measured(path, 1)[0] == pytest.approx(own - 6, abs=0.15)
    assert clip_free(path, 2)
    assert measured(path, 3)[0] == pytest.approx(loud - 20, abs=0.15)


@pytest.mark.parametrize("name,target,peak", [
    ("quiet", -23, -1), ("loud", -23, -2), ("wide", -18, -1), ("quiet", -14, -1.5)])
@pytest.mark.lean(2)
def test_dynamic(polymux, sounds, name, target, peak):
    """Integrated loudness, range and true peak as wanted."""
    volume = {"Method": "dynamic", "IntegratedLoudnessTarget": target, "TruePeak": peak,
              "LoudnessRangeTarget": 8}
    path = make(polymux, sounds, [{"ref": name, "Volume": volume}])
    integrated, spread, top = measured(path)
    assert integrated == pytest.approx(target, abs=0.5)
    assert spread <= 8.5
    assert top <= peak + 0.2


def test_range_is_only_narrowed(polymux, sounds):
    """A narrower range than the target stays as it is: the gain is the same all the time."""
    volume = {"Method": "dynamic", "IntegratedLoudnessTarget": -30, "LoudnessRangeTarget": 20}
    path = make(polymux, sounds, [{"ref": "wide", "Volume": volume}])
    raw = [np.frombuffer(tools.ffmpeg("-i", p, "-f", "s16le", "-")[0], "<i2").astype(float)
           for p in (path, sounds["wide"])]
    gain = (raw[0] @ raw[1]) / (raw[1] @ raw[1])
    assert np.abs(raw[0] - gain * raw[1]).max() < 1.1


def test_auto(polymux, sounds):
    """Left alone where it is near its targets."""
    own, spread, top = measured(sounds["quiet"])
    near = {"Method": "auto", "IntegratedLoudnessTarget": own + 0.5, "LoudnessRangeTarget": 20}
    far = {"Method": "auto", "IntegratedLoudnessTarget": own + 5, "LoudnessRangeTarget": 20}
    path = make(polymux, sounds, [{"ref": "quiet", "Volume": near}, {"ref": "quiet", "Volume": far}])
    assert measured(path, 0)[0] == pytest.approx(own, abs=0.05)
    assert measured(path, 1)[0] == pytest.approx(own + 5, abs=0.3)


def test_silence_is_left_alone(polymux, store):
    path = store.get("silence.flac", lambda p: played(p, np.zeros((RATE * 2, 1)), "mono"))
    file = make(polymux, {"dub": path}, [
        {"ref": "dub", "Volume": {"Method": "dynamic"}}, {"ref": "dub", "Volume": {"Match": True}}])
    raw, _ = tools.ffmpeg("-i", file, "-map", "0:a:0", "-f", "s16le", "-")
    assert not any(raw) and len(raw) == RATE * 4


# --- Match ---


@pytest.mark.parametrize("common", [
    {"Match": True}, {"Match": True, "Method": "linear", "Level": -3},
    {"Match": "true", "Method": "dynamic", "IntegratedLoudnessTarget": -20, "LoudnessRangeTarget": 10},
    {"Match": True, "Method": "auto", "IntegratedLoudnessTarget": -24}])
@pytest.mark.lean(2)
def test_match(polymux, sounds, common):
    """Every track is as loud as the first, within half a unit, and none clips."""
    path = make(polymux, sounds, [{"ref": n, "Channels": 2} for n in ("mono", "quiet", "loud", "wide")],
                Audio={"Volume": common})
    own = [measured(path, i) for i in range(4)]
    if common.get("Method") is None:
        assert own[0][0] == pytest.approx(measured(sounds["mono"])[0], abs=0.1)
    for integrated, _, top in own[1:]:
        assert integrated == pytest.approx(own[0][0], abs=0.5)
        assert top <= -0.8
    assert all(clip_free(path, i) for i in range(4))


def test_match_a_first_track_that_is_limited(polymux, store, sounds):
    """What the limiter takes from the first track, the others do not get either."""
    peaky = speechlike(6, -30, seed=7)
    peaky[::4800] = 0.9
    path = store.get("level-peaky.flac", lambda p: played(p, peaky, "mono"))
    loud = {"Match": True, "Method": "linear", "Level": 20}
    made = make(polymux, {**sounds, "peaky": path}, [{"ref": n, "Channels": 1} for n in ("peaky", "quiet", "peaky")],
                Audio={"Volume": loud})
    first = measured(made)[0]
    assert first < measured(path)[0] + 18, "the limiter has to work, else nothing is tested"
    assert measured(made, 1)[0] == pytest.approx(first, abs=0.3)
    raw = [tools.ffmpeg("-i", made, "-map", f"0:a:{i}", "-f", "s16le", "-")[0] for i in (0, 2)]
    assert raw[0] == raw[1]


def test_match_through_a_codec(polymux, sounds):
    tracks = [{"ref": n, "Codec": "AAC", "Profile": "aac_he", "Bitrate": 64, "Channels": 2}
              for n in ("loud", "quiet")]
    path = make(polymux, sounds, tracks, Audio={"Volume": {"Match": True}})
    assert measured(path, 1)[0] == pytest.approx(measured(path, 0)[0], abs=0.5)


def test_another_first_track_is_another_sound(polymux, sounds):
    """Matched tracks depend on the first one; what is kept is not mixed up."""
    found = set()
    for first in ("loud", "mono"):
        path = make(polymux, sounds, [{"ref": first, "Channels": 2},
                                      {"ref": "quiet", "Channels": 2, "Volume": {"Match": True}}])
        found.add(round(measured(path, 1)[0]))
        path.unlink()
    assert len(found) == 2


@pytest.mark.parametrize("volume,key,words", [
    ({"Level": 3}, "Volume.Level", "Method linear"),
    ({"Method": "linear", "Level": 21}, "Volume.Level", "20"),
    ({"Method": "linear", "TruePeak": -1}, "Volume.TruePeak", "dynamic"),
    ({"Method": "loud"}, "Volume.Method", "dynamic, linear, auto"),
    ({"IntegratedLoudnessTarget": 0}, "Volume.IntegratedLoudnessTarget", "-70 to -5"),
    ({"LoudnessRangeTarget": 0.5}, "Volume.LoudnessRangeTarget", "1 to 20"),
    ({"Match": True, "Method": "linear"}, "Volume.Method", "no effect with Match"),
    ({"Loud": 1}, "Volume.Loud", "not a known key")])
def test_refused(polymux, sounds, volume, key, words):
    made = job(sounds, [sound_only("o", [audio("loud"), audio("quiet", Volume=volume)])])
    done = polymux.run(made, expect=2)
    assert any(f"Audios[1].{key}" in text and words in text for _, text in done.problems()), done
