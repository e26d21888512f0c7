# SPDX-License-Identifier: MIT
"""IsCheckAudioBitrate and -Fail: a source with a lower rate than the wanted one."""
import pytest

import media
import tools
from jobs import audio, job, sound_only


@pytest.fixture(scope="module")
def inputs(store):
    def sound(name, *options):
        return store.get(f"bitrate-{name}", lambda p: media.sound(
            p, media.tone(6, 440, 48000, 2) + media.tone(6, 3000, 48000, 2), 48000, *options))
    return {"aac": sound("rate64.m4a", "-c:a", "aac", "-b:a", "64k"),
            "mp3": sound("rate96.mp3", "-c:a", "libmp3lame", "-b:a", "96k"),
            "raw": sound("rate.wav")}


LOW = {"Profile": "aac_low", "Bitrate": 192, "Samplerate": 48000}
MP3 = {"Codec": "MP3", "Bitrate": 192, "Samplerate": 48000}


@pytest.mark.parametrize("ref,given,trans,rate", [
    ("aac", LOW, {}, 64), ("mp3", MP3, {}, 96),                              # the codec stays
    ("aac", MP3, {}, 192), ("mp3", LOW, {}, 192), ("raw", LOW, {}, 192),
    ("aac", {**LOW, "Profile": "aac_he", "Bitrate": 128}, {}, 128),          # another profile
    ("aac", LOW, {"IsCheckAudioBitrate": False}, 192),
    ("aac", MP3, {"IsCheckAudioBitrate": True}, 64),
    ("mp3", {**LOW, "Bitrate": 64}, {"IsCheckAudioBitrate": "true"}, 64),
    ("raw", MP3, {"IsCheckAudioBitrateFail": True}, 192),
])
@pytest.mark.lean(2)
def test_rate(polymux, inputs, ref, given, trans, rate):
    done = polymux.run(job(inputs, [sound_only("o", [audio(ref, **given)], TransConfig=trans)]))
    stream, = tools.streams(done.file("o"))
    assert int(stream["bit_rate"]) / 1000 == pytest.approx(rate, rel=0.12)


def test_source_rate_is_taken_as_the_codec_has_it(polymux, inputs):
    """69 kbit/s or so of AAC become the next rate that AC-3 has."""
    done = polymux.run(job(inputs, [sound_only("o", [audio(
        "aac", Codec="AC3", Bitrate=384, Samplerate=48000)], TransConfig={"IsCheckAudioBitrate": True})]))
    source = int(tools.streams(inputs["aac"])[0]["bit_rate"])
    made = int(tools.streams(done.file("o"))[0]["bit_rate"])
    assert source <= made <= source * 1.3 and made in (64000, 80000, 96000)


def test_fails(polymux, inputs):
    done = polymux.run(job(inputs, [sound_only("o", [audio("mp3", **LOW)], TransConfig={
        "IsCheckAudioBitrateFail": True})]), expect=None)
    assert done.code != 0
    (_, text), = done.problems()
    assert "96 kbit/s" in text and "192" in text and "IsCheckAudioBitrateFail" in text
