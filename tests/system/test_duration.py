# SPDX-License-Identifier: MIT
"""How long tracks last: dubs that are shorter or longer than the video."""
import numpy as np
import pytest

import media
import mp4
import tools
from jobs import audio, job, output, sound_only

VIDEO, SHORT, LONG = 4.0, 2.5, 5.5
FRAME = 2048 / 48000       # one HE-AAC frame


@pytest.fixture(scope="module")
def inputs(store):
    return {
        "film": store.get("four.mp4", lambda p: media.film(p, 100)),
        "short": store.get("short.wav", lambda p: media.write_wav(
            p, media.tone(SHORT, 600), 48000)),
        "long": store.get("long.flac", lambda p: media.sound(
            p, media.tone(LONG, 800, 44100), 44100)),
    }


def end_of(path, track):
    """(end of the track, end of its sound), in seconds."""
    start, rate, line = tools.timeline(path, f"a:{track}")
    loud = np.flatnonzero(np.abs(line[:, 0]) > 0.02)
    return float(start) + len(line) / rate, float(start) + (loud[-1] + 1) / rate


@pytest.mark.parametrize("rule,ends", [
    (None, {"short": VIDEO, "long": LONG}), ("pad", {"short": VIDEO, "long": LONG}),
    ("keep", {"short": SHORT, "long": LONG}), ("match", {"short": VIDEO, "long": VIDEO})])
def test_rules(polymux, inputs, rule, ends):
    more = {"Duration": rule} if rule else {}
    tracks = [audio(name, "eng", **more) for name in ends]
    done = polymux.run(job(inputs, [output("o", tracks)]))
    path = done.file("o")
    assert len(tools.frame_times(path)[0]) == 100
    for i, (name, wanted) in enumerate(ends.items()):
        end, sound = end_of(path, i)
        assert -0.001 <= end - wanted <= FRAME + 0.001, (name, end)
        heard = min(wanted, SHORT if name == "short" else LONG)
        assert abs(sound - heard) < 0.03, f"{name}: sound ends at {sound}"
    info = {t["@type"]: float(t["Duration"]) for t in tools.mediainfo(path)}
    assert abs(info["Video"] - VIDEO) < 0.002


def test_padding_is_silence(polymux, inputs):
    done = polymux.run(job(inputs, [output("o", [audio("short", "eng", Profile="aac_low")])]))
    _, rate, line = tools.timeline(done.file("o"))
    assert np.abs(line[int((SHORT + 0.1) * rate):]).max() < 0.002


def test_edit_ends_with_the_content(polymux, inputs):
    """The edit list's length is what plays: no flush samples of the encoder after the end."""
    done = polymux.run(job(inputs, [output("o", [audio("short", Duration="keep"),
                                                 audio("short")])]))
    file = mp4.check(done.file("o"))
    lasts = [sum(length for length, _, _ in t.edits) / file.timescale for t in file.of("soun")]
    assert lasts == pytest.approx([SHORT, VIDEO], abs=FRAME + 0.001)


def test_without_video_nothing_is_padded(polymux, inputs):
    sounds = {name: inputs[name] for name in ("short", "long")}
    done = polymux.run(job(sounds, [sound_only("a", [audio("short"), audio("long")])]))
    assert end_of(done.file("a"), 0)[0] == pytest.approx(SHORT, abs=FRAME + 0.001)
    assert end_of(done.file("a"), 1)[0] == pytest.approx(LONG, abs=FRAME + 0.001)


def test_unknown_rule(polymux, inputs):
    done = polymux.run(job(inputs, [output("o", [audio("short", Duration="stretch")])]), expect=2)
    (_, text), = done.problems()
    assert "Audios[0].Duration" in text and "match" in text


def test_dub_much_longer_than_its_bits(polymux, store, inputs):
    """A dub of nothing but silence is a track like any other."""
    still = store.get("still.wav", lambda p: media.write_wav(p, np.zeros((48000, 1)), 48000))
    done = polymux.run(job({**inputs, "still": still}, [output("o", [audio("still", "eng")])]))
    assert end_of_silence(done.file("o")) == pytest.approx(VIDEO, abs=FRAME + 0.001)


def end_of_silence(path):
    start, rate, line = tools.timeline(path)
    return float(start) + len(line) / rate
