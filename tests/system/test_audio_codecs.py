# SPDX-License-Identifier: MIT
"""Every audio codec: what it is called, how long it lasts, where its sound lies, which channel is which."""
import numpy as np
import pytest

import media
import mp4
import tools
from jobs import audio, job, sound_only

SECONDS = 2.35
TIMES = [0.31, 1.0, 2.2]

# Codec, more settings, what ffprobe calls it, its profile there
CODECS = {
    "aac_low": ({"Profile": "aac_low"}, "aac", "LC"),
    "aac_he": ({"Profile": "aac_he", "Bitrate": 64}, "aac", "HE-AAC"),
    "aac_ld": ({"Profile": "aac_ld"}, "aac", "LD"),
    "aac_eld": ({"Profile": "aac_eld"}, "aac", "ELD"),
    "AC3": ({"Codec": "AC3", "Bitrate": 192}, "ac3", None),
    "EAC3": ({"Codec": "EAC3", "Bitrate": 192}, "eac3", None),
    "MP2": ({"Codec": "MP2", "Bitrate": 192}, "mp2", None),
    "MP3": ({"Codec": "MP3", "Bitrate": 192}, "mp3", None),
    "FLAC": ({"Codec": "FLAC"}, "flac", None),
    "OPUS": ({"Codec": "OPUS"}, "opus", None),
}
SURROUND = {4: ["aac_low", "aac_he", "AC3", "EAC3", "FLAC", "OPUS"],
            5: ["aac_low", "AC3", "EAC3", "FLAC", "OPUS"],
            6: ["aac_low", "aac_he", "aac_ld", "aac_eld", "AC3", "EAC3", "FLAC", "OPUS"],
            8: ["aac_low", "aac_he", "aac_ld", "aac_eld", "FLAC", "OPUS"]}


@pytest.fixture(scope="module")
def clicking(store):
    return store.get("codec-clicks.flac", lambda p: media.sound(
        p, media.clicks(SECONDS, TIMES, 48000, 2), 48000))


@pytest.fixture(scope="module")
def made(polymux_module, clicking):
    """One file with a track for each codec."""
    tracks = [audio("dub", **{"Samplerate": 48000, "Channels": 2, **more})
              for more, _, _ in CODECS.values()]
    done = polymux_module.run(job({"dub": clicking}, [sound_only("all", tracks)]))
    return done.file("all")


def test_names(made):
    found = [(s["codec_name"], s.get("profile") if s["codec_name"] == "aac" else None)
             for s in tools.streams(made, "audio")]
    # MP4 has one object type (0x6B) for all layers of MPEG-1 audio; the layer is in the frames.
    assert found == [("mp3" if name == "mp2" else name, profile)
                     for _, name, profile in CODECS.values()]
    layers = [t.get("Format_Profile") for t in tools.mediainfo(made) if t.get("Format") == "MPEG Audio"]
    assert layers == ["Layer 2", "Layer 3"]
    assert [s["sample_rate"] for s in tools.streams(made, "audio")] == ["48000"] * len(CODECS)


def test_exact_length(made):
    """What plays is as many samples as were ordered, whatever the encoder's frames are."""
    file = mp4.check(made)
    wanted = round(SECONDS * 48000)
    for name, track in zip(CODECS, file.of("soun"), strict=True):
        length = sum(part for part, _, _ in track.edits) / file.timescale * 48000
        assert length == pytest.approx(wanted, abs=2 if name == "aac_he" else 0.01), name


def test_clicks_stay(made):
    for i, name in enumerate(CODECS):
        start, rate, line = tools.timeline(made, f"a:{i}")
        assert line.shape[1] == 2
        for channel in (0, 1):
            found = media.find_clicks(line[:, channel], rate, float(start))
            assert found == pytest.approx(TIMES, abs=0.0005), name


def test_lossless_is(polymux, store):
    """FLAC of 16 and of 24 bits comes out with the very samples that went in."""
    rng = np.random.default_rng(3)
    for bits, form in ((16, "s16"), (24, "s32")):
        noise = rng.integers(-2 ** (bits - 1), 2 ** (bits - 1), (20011, 2))
        raw = (noise << (16 if bits == 16 else 8)).astype("<i4").tobytes()
        path = store.get(f"noise{bits}.flac", lambda p, r=raw, f=form: tools.ffmpeg(
            "-f", "s32le", "-ar", "44100", "-ac", "2", "-i", "-", "-sample_fmt", f,
            *(["-bits_per_raw_sample", "24"] if f == "s32" else []), "-f", "flac", p, feed=r))
        done = polymux.run(job({"dub": path}, [
            sound_only("o", [audio("dub", Codec="FLAC", Channels=0, Samplerate=44100)])]))
        out, _ = tools.ffmpeg("-i", done.file("o"), "-f", "s32le", "-")
        again = np.frombuffer(out, "<i4").reshape(-1, 2) >> (16 if bits == 16 else 8)
        assert np.array_equal(again, noise), bits
        assert tools.streams(done.file("o"))[0].get("bits_per_raw_sample") == str(bits)


# In the order of WAV, which is libavutil's
LAYOUTS = {4: "quad", 5: "5.0", 6: "5.1", 8: "7.1"}
NOTES = [300, 400, 500, 60, 700, 800, 900, 1000]


def orchestra(channels):
    """Every channel with a note of its own; the low one where LFE lies."""
    notes = [n for n in NOTES if channels > 5 or n != 60][:channels]
    at = np.arange(72000) / 48000
    return np.stack([0.2 * np.sin(2 * np.pi * n * at) for n in notes], 1), notes


def played(path, samples, layout, *options):
    """Samples of a layout as a file."""
    tools.ffmpeg("-f", "f32le", "-ar", "48000", "-ac", samples.shape[1], "-channel_layout", layout,
                 "-i", "-", *options, path, feed=samples.astype("<f4").tobytes())


def notes_in(path, track, channels):
    raw, _ = tools.ffmpeg("-i", path, "-map", f"0:a:{track}", "-f", "s16le", "-")
    line = np.frombuffer(raw, "<i2").reshape(-1, channels)[24000:56000].astype(float)
    spectrum = np.abs(np.fft.rfft(line * np.hanning(len(line))[:, None], axis=0))
    return [round(k * 48000 / len(line)) for k in spectrum.argmax(0)], \
        np.sqrt((line ** 2).mean(0)) / 32768


@pytest.mark.parametrize("channels", SURROUND)
def test_every_channel_in_its_place(polymux, store, channels):
    samples, notes = orchestra(channels)
    path = store.get(f"orchestra{channels}.flac", lambda p: played(p, samples, LAYOUTS[channels]))
    if channels == 4:   # AAC has front, centre and one back: its 4.0
        names = [n for n in SURROUND[4] if not n.startswith("aac")]
    else:
        names = SURROUND[channels]
    tracks = [audio("dub", Samplerate=48000, Channels=channels,
                    **{**CODECS[n][0], **({} if n == "FLAC" else {"Bitrate": 384})}) for n in names]
    done = polymux.run(job({"dub": path}, [sound_only("o", tracks)]))
    for i, name in enumerate(names):
        found, loud = notes_in(done.file("o"), i, channels)
        assert found == pytest.approx(notes, abs=3), name
        assert loud == pytest.approx(np.full(channels, 0.2 / np.sqrt(2)), rel=0.15), (name, loud)


def test_as_the_source(polymux, store):
    """Channels 0: as many of the source's as the codec can have."""
    samples, _ = orchestra(6)
    path = store.get("orchestra6.flac", lambda p: played(p, samples, "5.1"))
    given = [{"Codec": "AC3", "Bitrate": 384}, {"Codec": "MP3"}, {"Profile": "aac_he_v2", "Bitrate": 32},
             {"Profile": "aac_low"}, {"Codec": "FLAC"}]
    done = polymux.run(job({"dub": path}, [sound_only("o", [
        audio("dub", Channels=0, Samplerate=48000, **g) for g in given])]))
    assert [s["channels"] for s in tools.streams(done.file("o"))] == [6, 2, 2, 6, 6]


def test_same_bytes(polymux, clicking, tmp_path):
    """Codecs of libavcodec are as deterministic as AAC."""
    tracks = [audio("dub", **{"Samplerate": 48000, **CODECS[n][0]}) for n in ("MP3", "OPUS", "FLAC", "EAC3")]
    sums = set()
    for number in range(2):
        done = polymux.run(job({"dub": clicking}, [sound_only(f"o{number}", tracks)]),
                           env={"POLYMUX_CACHE": str(tmp_path / f"cache{number}")})
        sums.add(tools.sha256(done.file(f"o{number}")))
    assert len(sums) == 1


@pytest.mark.parametrize("given,path,words", [
    ({"Codec": "MP3", "Channels": 6}, "Channels", "MP3 takes 1 or 2 channels, not 6"),
    ({"Codec": "OPUS", "Samplerate": 44100}, "Samplerate", "OPUS takes 48000 Hz, not 44100"),
    ({"Codec": "AC3", "Samplerate": 96000}, "Samplerate", "32000, 44100 or 48000 Hz"),
    ({"Codec": "AC3", "Samplerate": 48000, "Bitrate": 100}, "Bitrate", "96, 112, 128"),
    ({"Codec": "MP3", "Samplerate": 22050, "Bitrate": 192}, "Bitrate", "144 or 160 kbit/s, not 192"),
    ({"Codec": "FLAC", "Bitrate": 128}, "Bitrate", "loses nothing"),
    ({"Codec": "AC3", "Profile": "aac_low"}, "Profile", "AAC only"),
    ({"Profile": "aac_he_v2", "Channels": 1, "Bitrate": 32}, "Channels", "aac_he_v2 takes 2 channels"),
    ({"Codec": "VORBIS"}, "Codec", "not VORBIS; choose another codec or another Container.Format"),
    ({"Codec": "WMA-V2"}, "Codec", "not WMA-V2; choose another"),
    ({"Codec": "pcm_s16le"}, "Codec", "not pcm_s16le; choose another"),
    ({"Channels": 3}, "Channels", "0 (as the source), 1, 2, 4, 5, 6 or 8"),
])
def test_refused(polymux, clicking, given, path, words):
    done = polymux.run(job({"dub": clicking}, [sound_only("o", [audio("dub", **given)])]), expect=2)
    assert any(f"Audios[0].{path}" in text and words in text for _, text in done.problems())
