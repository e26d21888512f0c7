# SPDX-License-Identifier: MIT
"""Tempo: dubs that were recorded for another frame rate."""
from fractions import Fraction

import numpy as np
import pytest

import media
import mp4
import tools
from jobs import audio, job, output, sound_only

RATE = 48000
FILM = 24000 / 1001
SPEED = Fraction(960, 1001)            # 25 frames a second shown at 24000/1001
TIMES = [0.7, 3.0, 7.3]                # in the film
SECONDS = 8.008                        # 192 frames


@pytest.fixture(scope="module")
def inputs(store):
    def dub(path, *options):
        at = [t * float(SPEED) for t in TIMES]
        samples = media.clicks(SECONDS * float(SPEED), at, RATE, 2)
        samples += media.tone(SECONDS * float(SPEED), 220, RATE, 2, 0.05)
        media.sound(path, samples, RATE, *options)

    def pal(path):
        wav = store.get("tempo.wav", dub)
        pictures = store.get("tempo25.mp4", lambda p: media.film(p, 192, rate="25", size=(160, 90)))
        tools.ffmpeg("-i", pictures, "-i", wav, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "flac", path)
    return {"film": store.get("tempo-film.mp4", lambda p: media.film(
                p, 192, rate="24000/1001", size=(160, 90))),
            "dub": store.get("tempo.flac", dub), "pal": store.get("pal.mkv", pal),
            "own": store.get("tempo-own.flac", lambda p: media.sound(
                p, media.clicks(SECONDS, TIMES, RATE, 2), RATE)),
            "odd": store.get("tempo-odd.flac", lambda p: media.sound(
                p, media.clicks(SECONDS * 0.8, [1.0], RATE, 2), RATE))}


@pytest.fixture(scope="module")
def done(polymux_module, inputs):
    tracks = [audio("dub", Tempo="960/1001"), audio("dub", Tempo="auto"), audio("pal", Tempo="auto"),
              audio("own", Tempo="auto"), audio("odd", Tempo="auto")]
    tracks = [{"Codec": "FLAC", "Samplerate": RATE, "Channels": 2, "Duration": "keep", **t} for t in tracks]
    return polymux_module.run(job(inputs, [output("o", tracks)]))


@pytest.mark.parametrize("track", range(4))
def test_in_sync_to_the_end(done, track):
    start, rate, line = tools.timeline(done.file("o"), f"a:{track}")
    check(media.find_clicks(line[:, 0], rate, float(start)))


def test_clip(polymux, inputs):
    """A clip is cut out of the film; the dub, which is so many times as far on there, fits it to its end."""
    tracks = [audio("dub", Tempo="960/1001"), audio("pal", Tempo="auto")]
    tracks = [{"Codec": "FLAC", "Samplerate": RATE, "Channels": 2, "Duration": "keep", **t} for t in tracks]
    one = output("o", tracks)
    one["Features"] = {"Clip": {"TimeSpan": {"Seek": 2.002, "Duration": 6}}}
    made = polymux.run(job(inputs, [one])).file("o")
    for track in range(2):
        start, rate, line = tools.timeline(made, f"a:{track}")
        found = media.find_clicks(line[:, 0], rate, float(start))
        assert found == pytest.approx([t - 2.002 for t in TIMES[1:]], abs=0.002)
        assert abs(len(line) / rate - 6) < 0.05


def check(found):
    """No click is off by more than a stretcher's window does to single ones, and there is no drift."""
    assert found == pytest.approx(TIMES, abs=0.002)
    assert np.mean(found) == pytest.approx(np.mean(TIMES), abs=0.0005)
    assert found[-1] == pytest.approx(TIMES[-1], abs=0.001)


def test_length_is_exact(done):
    file = mp4.check(done.file("o"))
    source = round(SECONDS * float(SPEED) * RATE)
    wanted = [round(source / SPEED)] * 3 + [round(SECONDS * RATE), round(SECONDS * 0.8 * RATE)]
    found = [sum(part for part, _, _ in t.edits) / file.timescale * RATE for t in file.of("soun")]
    assert found == pytest.approx(wanted, abs=0.01)


def test_pitch_stays(done):
    """The tone under the clicks is where it was; tape at another speed would be at 211 Hz."""
    assert tools.hertz(done.file("o"), 0, 4, 6) == pytest.approx(220, abs=1)


def test_says_when_nothing_fits(done):
    warnings = done.outputs["o"]["warnings"]
    assert [w for w in warnings if "tempo" in w] and "Audios[4]" in " ".join(warnings)
    assert not any(f"Audios[{i}]" in w for i in range(4) for w in warnings if "tempo" in w)


@pytest.mark.parametrize("tempo", ["25/24", "0.96", "1/2", "2"])
@pytest.mark.lean(2)
def test_any_fraction(polymux, inputs, tempo):
    track = audio("own", Tempo=tempo, Codec="FLAC", Samplerate=RATE)
    if "." in tempo:
        refused = polymux.run(job(inputs, [sound_only("o", [track])]), expect=2)
        assert "Tempo" in refused.problems()[0][1]
        return
    path = polymux.run(job(inputs, [sound_only("o", [track])])).file("o")
    start, rate, line = tools.timeline(path)
    assert len(line) == round(round(SECONDS * RATE) / Fraction(tempo))
    found = media.find_clicks(line[:, 0], rate, float(start))
    assert found == pytest.approx([t / float(Fraction(tempo)) for t in TIMES], abs=0.003)


def test_same_bytes(polymux, inputs, tmp_path):
    made = job(inputs, [sound_only("o", [audio("dub", Tempo="960/1001")])])
    sums = {tools.sha256(polymux.run(made, env={"POLYMUX_CACHE": str(tmp_path / str(n))}).file("o"))
            for n in range(2)}
    assert len(sums) == 1


def test_clicks_are_heard_through_a_codec(polymux, inputs):
    """What comes before the encoder does not disturb its priming."""
    path = polymux.run(job(inputs, [sound_only("o", [audio("dub", Tempo="960/1001")])])).file("o")
    start, rate, line = tools.timeline(path)
    check(media.find_clicks(line[:, 0], rate, float(start)))
    assert np.abs(line).max() < 1
