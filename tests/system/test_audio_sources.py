# SPDX-License-Identifier: MIT
"""Awkward sound: holes, parameters that change on the way, odd layouts and sample formats."""
import os

import numpy as np
import pytest

import media
import oddsound
import tools
from jobs import audio, job, sound_only, source
from test_audio_codecs import played
from test_audio_levels import measured

RATE = 48000
LONG = os.environ.get("POLYMUX_TEST_LONG") == "1"


def make(polymux, path, **given):
    track = audio("dub", **{"Codec": "FLAC", "Samplerate": RATE, "Channels": 2, **given})
    return polymux.run(job({"dub": path}, [sound_only("o", [track])])).file("o")


def pcm(path, channels):
    raw, _ = tools.ffmpeg("-i", path, "-f", "s16le", "-")
    return np.frombuffer(raw, "<i2").reshape(-1, channels) / 32768


@pytest.mark.parametrize("name", ["hole.mka", "hole.ts", "hole.mp4"])
def test_holes_become_silence(polymux, store, name):
    """What comes after a hole of a second is where its timestamps say."""
    times = [0.5, 2.6, 3.4]
    codec = {"mka": "pcm_s16le", "ts": "mp2", "mp4": "aac"}[name.split(".")[1]]

    def cut(path):
        wav = store.get("sound-hole.wav", lambda p: media.sound(p, media.clicks(4, times, RATE, 2), RATE))
        tools.ffmpeg("-i", wav, "-af", "asetnsamples=960,aselect='not(between(t,1,2))'", "-c:a", codec, path)
    path = store.get(f"sound-{name}", cut)
    wanted_start, rate, line = tools.timeline(path)
    wanted = [t - float(wanted_start) for t in media.find_clicks(line[:, 0], rate, float(wanted_start))]
    start, rate, line = tools.timeline(make(polymux, path))
    found = [t - float(start) for t in media.find_clicks(line[:, 0], rate, float(start))]
    assert len(found) == 3 and found == pytest.approx(wanted, abs=0.001)
    assert np.abs(line[int(1.3 * rate):int(1.9 * rate)]).max() < 0.01


def test_parameters_that_change(polymux, store):
    """An ADTS stream may change rate and channels at any frame; each part plays at its own pitch."""
    parts = [(44100, 2, 440), (48000, 1, 880), (22050, 2, 300), (44100, 1, 600)]

    def adts(path):
        made = b""
        for rate, channels, note in parts:
            raw, _ = tools.ffmpeg("-f", "f32le", "-ar", rate, "-ac", channels, "-i", "-", "-c:a", "aac", "-b:a",
                                  "96k", "-f", "adts", "-",
                                  feed=media.tone(2, note, rate, channels).astype("<f4").tobytes())
            made += raw
        path.write_bytes(made)
    path = make(polymux, store.get("changing.aac", adts))
    line = pcm(path, 2)
    found, steady = [], []
    for i in range(len(parts)):
        part = line[int((2 * i + 0.7) * RATE):int((2 * i + 1.5) * RATE)].mean(1)
        found.append(np.abs(np.fft.rfft(part * np.hanning(len(part)))).argmax() * RATE / len(part))
        steady.append(np.abs(part.reshape(-1, RATE // 50)).max(1))
    assert all(s.min() > 0.2 for s in steady), "a part has holes"
    assert found == pytest.approx([note for _, _, note in parts], abs=3)
    assert len(line) / RATE == pytest.approx(8, abs=0.4)


# Layout, and the level of its channels in stereo: left and right, dB
LAYOUTS = {
    "mono": ["-3 -3"], "2.1": ["0 -", "- 0", "- -"], "3.0": ["0 -", "- 0", "-3 -3"],
    "4.0": ["0 -", "- 0", "-3 -3", "-6 -6"], "quad": ["0 -", "- 0", "-3 -", "- -3"],
    "5.1(side)": ["0 -", "- 0", "-3 -3", "- -", "-3 -", "- -3"],
    "6.1": ["0 -", "- 0", "-3 -3", "- -", "-6 -6", "-3 -", "- -3"],
    "7.1": ["0 -", "- 0", "-3 -3", "- -", "-3 -", "- -3", "-3 -", "- -3"],
    "7.1(wide)": ["0 -", "- 0", "-3 -3", "- -", "-3 -", "- -3", "-3 -", "- -3"],
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.lean(2)
def test_odd_layouts(polymux, store, layout):
    wanted = [[0 if w == "-" else 0.25 * 10 ** (float(w) / 20) for w in row.split()] for row in LAYOUTS[layout]]
    half = RATE // 4
    samples = np.zeros((half * len(wanted), len(wanted)))
    for i in range(len(wanted)):
        samples[i * half:(i + 1) * half, i] = 0.25 * np.sin(2 * np.pi * 440 * np.arange(half) / RATE)
    name = "odd-" + layout.replace("(", "-").replace(")", "") + ".wav"
    path = store.get(f"sound-{name}", lambda p: played(p, samples, layout))
    line = pcm(make(polymux, path), 2)
    for i, row in enumerate(wanted):
        found = np.abs(line[i * half + 1000:(i + 1) * half - 1000]).max(0)
        assert found == pytest.approx(row, rel=0.02, abs=2e-3), (layout, i)


def test_unknown_places(polymux, store):
    """Twelve channels that nobody has named: an error that says so."""
    raw = np.zeros((RATE, 12), "<i2").tobytes()
    path = store.get("twelve.wav", lambda p: tools.ffmpeg(
        "-f", "s16le", "-ar", RATE, "-ac", "12", "-i", "-", p, feed=raw))
    done = polymux.run(job({"dub": path}, [sound_only("o", [audio("dub")])]), expect=None)
    assert done.code != 0
    (_, text), = done.problems()
    assert "12 channels" in text


# PCM of every depth in both orders, and what comes close. Where there are more than 24 bits, FLAC keeps 24.
DEPTHS = [("pcm_u8", "wav", 0), ("pcm_alaw", "wav", 0), ("pcm_s16be", "aiff", 0), ("pcm_s24le", "wav", 0),
          ("pcm_s32be", "mov", 256), ("pcm_f32le", "wav", 256), ("pcm_f64be", "mov", 256)]
DEPTHS += LONG * [("pcm_s8", "aiff", 0), ("pcm_mulaw", "wav", 0), ("pcm_s16le", "mov", 0), ("pcm_s24be", "mov", 0),
                  ("pcm_s32le", "wav", 256), ("pcm_f32be", "mov", 256), ("pcm_f64le", "wav", 256),
                  ("alac", "m4a", 0), ("adpcm_ms", "wav", 0)]


def test_sample_formats(polymux, store):
    """Every sample is as ffmpeg decodes it."""
    noise = np.clip(np.random.default_rng(4).standard_normal((RATE // 2, 2)) * 0.2, -1, 1)
    paths = {codec: store.get(f"depth-{codec}.{kind}", lambda p, c=codec: tools.ffmpeg(
        "-f", "f64le", "-ar", RATE, "-ac", "2", "-i", "-", "-c:a", c, p, feed=noise.astype("<f8").tobytes()))
        for codec, kind, _ in DEPTHS}
    tracks = [audio(codec, Codec="FLAC", Samplerate=RATE, Channels=2) for codec in paths]
    made = polymux.run(job(paths, [sound_only("o", tracks)])).file("o")
    for i, (codec, _, slack) in enumerate(DEPTHS):
        wanted, found = (np.frombuffer(tools.ffmpeg("-i", *p, "-f", "s32le", "-")[0], "<i4").astype(np.int64)
                         for p in ([paths[codec]], [made, "-map", f"0:a:{i}"]))
        assert 0 <= len(found) - RATE < 2000, codec     # ADPCM fills its last block
        assert np.abs(found[:RATE] - wanted[:RATE]).max() <= slack, codec


def mono_tracks(path):
    """A recording with a mono track for each channel."""
    inputs = ["testsrc=s=160x96:r=25:d=1", *(f"sine=frequency={n}:sample_rate={RATE}:duration=1" for n in NOTES)]
    tools.ffmpeg(*(w for i in inputs for w in ("-f", "lavfi", "-i", i)), *(w for i in range(5) for w in ("-map", i)),
                 "-c:v", "mpeg2video", "-c:a", "pcm_s24le", path)


NOTES = [300, 500, 700, 900]


def test_mono_tracks(polymux, store):
    """They are told apart by number."""
    inputs = [source(kind, store.get(f"mono-tracks.{kind}", mono_tracks), *(
        {"Name": f"{kind}{i}", "Rule": "index", "Index": i} for i in range(4))) for kind in ("mov", "mxf")]
    tracks = [audio(n, Codec="FLAC", Samplerate=RATE, Channels=0) for n in ("mov2", "mov0", "mxf3", "mxf1")]
    made = polymux.run(job(inputs, [sound_only("o", tracks)])).file("o")
    assert [s["channels"] for s in tools.streams(made)] == [1] * 4
    assert [tools.hertz(made, i, 0.1, 0.9) for i in range(4)] == pytest.approx([700, 300, 900, 500], abs=3)


def test_dual_mono(polymux, store):
    """AC-3's two independent channels are left and right: neither gets into the other, and mono has both."""
    path = store.get("dual-mono.ac3", lambda p: p.write_bytes(
        oddsound.dual_mono([(True, False)] * 31 + [(False, True)] * 31)))
    given = [{"Channels": 2}, {"Channels": 1}, {"Channels": 0}]
    made = polymux.run(job({"dub": path}, [sound_only("o", [
        audio("dub", Codec="FLAC", Samplerate=RATE, **g) for g in given])])).file("o")
    assert [s["channels"] for s in tools.streams(made)] == [2, 1, 2]
    for track, channels in ((0, 2), (1, 1)):
        raw, _ = tools.ffmpeg("-i", made, "-map", f"0:a:{track}", "-f", "s16le", "-")
        line = np.frombuffer(raw, "<i2").reshape(-1, channels) / 32768
        loud = [np.sqrt((line[at:at + 40000] ** 2).mean(0)) for at in (3000, 52000)]
        if channels == 2:
            stereo = loud[0][0]
            assert stereo > 0.05 and loud[0][1] == loud[1][0] == 0 and loud[1][1] == pytest.approx(stereo, rel=0.1)
        else:
            assert [x[0] for x in loud] == pytest.approx([stereo * 10 ** (-3 / 20)] * 2, rel=0.1)


@pytest.mark.skipif(not oddsound.library(), reason="libfdk-aac is not there")
def test_he_aac(polymux, store):
    """HE-AAC of both versions, told of (LOAS) or not (ADTS, MP4): its full rate, both channels, in its place."""
    clicks, paths = media.clicks(2, [0.4, 1.5], RATE, 2), {}
    for name, kind in (("one", oddsound.HE), ("two", oddsound.HE_V2)):
        for ext, transport in (("aac", oddsound.ADTS), ("loas", oddsound.LOAS)):
            paths[f"{name}-{ext}"] = store.get(f"he-{name}.{ext}", lambda p, k=kind, t=transport: p.write_bytes(
                oddsound.he_aac(clicks, RATE, k, t)))
        bare = paths[f"{name}-aac"]
        paths[f"{name}-mp4"] = store.get(f"he-{name}.m4a", lambda p, b=bare: tools.ffmpeg("-i", b, "-c", "copy", p))
    tracks = [audio(name, Codec="FLAC", Samplerate=RATE, Channels=0) for name in paths]
    made = polymux.run(job(paths, [sound_only("o", tracks)])).file("o")
    delays = {"one": 5058, "two": 7106}     # of the encoder, and of SBR's decoding
    for i, name in enumerate(paths):
        start, rate, line = tools.timeline(made, f"a:{i}")
        assert (rate, line.shape[1]) == (RATE, 2), name
        wanted = [t + delays[name[:3]] / RATE for t in (0.4, 1.5)]
        assert abs(media.click_shift(line[:, 1], rate, start, wanted)) < 0.001, name


def test_louder_than_full_scale(polymux, store):
    """A decoder may give more than full scale; it is limited, not cut flat."""
    tone = media.tone(2, 500, RATE, 2, 1.8)
    path = store.get("hot.wav", lambda p: tools.ffmpeg(
        "-f", "f32le", "-ar", RATE, "-ac", "2", "-i", "-", "-c:a", "pcm_f32le", p,
        feed=tone.astype("<f4").tobytes()))
    line = pcm(make(polymux, path), 2)[RATE // 2:RATE * 3 // 2, 0]
    assert 0.97 < np.abs(line).max() <= 1
    spectrum = np.abs(np.fft.rfft(line * np.hanning(len(line))))
    assert spectrum[1400:1600].max() < spectrum.max() / 1000


@pytest.mark.parametrize("codec, wrong", [("pcm_f32le", [np.nan, -1e30]), ("pcm_f64le", [np.inf, np.nan])])
def test_samples_that_are_no_numbers(polymux, store, codec, wrong):
    """NaN, infinities and what no sound is become silence of that one sample; the rest is as it was."""
    tone = media.tone(2, 500, RATE, 2, 0.3)
    tone[RATE + 7] = wrong
    kind = {"pcm_f32le": "<f4", "pcm_f64le": "<f8"}[codec]
    path = store.get(f"numbers-{codec}.wav", lambda p: tools.ffmpeg(
        "-f", codec[4:], "-ar", RATE, "-ac", "2", "-i", "-", "-c:a", codec, p, feed=tone.astype(kind).tobytes()))
    loud = {"Method": "dynamic", "IntegratedLoudnessTarget": -30}
    given = [{"Codec": "FLAC"}, {"Codec": "FLAC", "Volume": loud}, {"Samplerate": 44100}]
    done = polymux.run(job({"dub": path}, [sound_only("o", [audio("dub", **{"Samplerate": RATE, **g}) for g in given])]))
    assert any("did not decode whole" in text for text in done.outputs["o"]["warnings"])
    assert measured(done.file("o"), 1)[0] == pytest.approx(-30, abs=0.2)
    tone[RATE + 7] = 0
    assert np.abs(pcm(done.file("o"), 2) - tone).max() < 1e-4
    raw, _ = tools.ffmpeg("-i", done.file("o"), "-map", "0:a:2", "-f", "s16le", "-")
    spans = np.abs(np.frombuffer(raw, "<i2").reshape(-1, 2)[2000:86000] / 32768).reshape(-1, 1000, 2).max(1)
    assert spans.min() > 0.25 and spans.max() < 0.45
