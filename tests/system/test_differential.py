# SPDX-License-Identifier: MIT
"""Where an ffmpeg command means the same, both results are compared: pictures and sounds."""
import numpy as np
import pytest

import media
import tools
from jobs import job, output, sound_only

SIZE = (320, 180)
CLICKS = [0.5, 1.5]
# What a rendition of this quality is made with; one segment, so that both are one encode.
QUALITY = {"Crf": 8, "Preset": "veryfast", "Gop": "50"}
X264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "8", "-g", "50", "-profile:v", "high"]


@pytest.fixture(scope="module")
def films(store):
    wav = store.get("diff.wav", lambda p: media.write_wav(
        p, media.clicks(2, CLICKS, 48000, 2) + media.tone(2, 330, 48000, 2, 0.1), 48000))
    def made(name, **how):
        return store.get(f"diff-{name}", lambda p: media.film(p, 50, SIZE, sound=wav, **how))
    return {
        "plain": made("diff.mp4"),
        "vertical": store.get("diff-turn.mp4", lambda p: tools.ffmpeg(
            "-i", made("diff.mp4"), "-c", "copy", "-metadata:s:v", "rotate=90", p)),
        "ntsc": made("diff-ntsc.mkv", rate="30000/1001"),
        "mpeg2": made("diff.ts", codec=["-c:v", "mpeg2video", "-q:v", "2", "-bf", "2"]),
        "late": store.get("diff-late.ts", lambda p: tools.ffmpeg(
            "-i", made("diff.mp4"), "-c", "copy", "-output_ts_offset", "500", p)),
    }


def reference(path, source, *options):
    tools.ffmpeg("-i", source, *options, "-fps_mode", "passthrough", *X264, "-c:a", "pcm_s16le", path)
    return path


PICTURES = [("plain", None), ("plain", 160), ("ntsc", None), ("mpeg2", 160), ("late", None),
            ("vertical", None)]


@pytest.mark.parametrize("name, width", PICTURES)
@pytest.mark.lean(2)
def test_pictures(polymux, films, tmp_path, name, width):
    """Frame by frame against ffmpeg's scaler and the same encoder settings."""
    source = films[name]
    video = {**QUALITY, **({"Width": width} if width else {})}
    made = polymux.run(job({"film": source}, [output("o", video=video)]),
                       env={"POLYMUX_SEGMENT_SECONDS": "60"}).file("o")
    size = tools.size_of(made)
    scale = f"scale={size[0]}:{size[1]}:flags=bicubic+accurate_rnd+full_chroma_int"
    theirs = reference(tmp_path / "theirs.mkv", source, "-vf", scale)
    assert tools.size_of(theirs) == size
    ours, others = (tools.planes(p, size, "yuv420p") for p in (made, theirs))
    assert len(ours) == len(others) == 50
    worst = min(tools.psnr(a, b) for a, b in zip(ours, others))
    assert worst > 45, worst
    a, b = (tools.frame_times(p)[0] for p in (made, theirs))
    assert max(abs(float((x - a[0]) - (y - b[0]))) for x, y in zip(a, b)) < 0.0011


def shift(one, other, rate):
    """How much later `other` is, seconds, and how alike they are there."""
    length = min(len(one), len(other))
    one, other = one[:length], other[:length]
    size = 1 << (2 * length).bit_length()
    cross = np.fft.irfft(np.fft.rfft(other, size) * np.fft.rfft(one, size).conj(), size)
    reach = rate // 10
    around = np.concatenate([cross[-reach:], cross[:reach + 1]])
    peak = int(around.argmax())
    return (peak - reach) / rate, around[peak] / (np.linalg.norm(one) * np.linalg.norm(other))


@pytest.mark.parametrize("name", ["plain", "ntsc", "late"])
@pytest.mark.parametrize("profile", ["aac_low", "aac_he"])
@pytest.mark.lean(2)
def test_sounds(polymux, films, tmp_path, name, profile):
    """The same sound at the same place as ffmpeg decodes it, to a millisecond."""
    audio = {"Profile": profile, "Bitrate": 128 if profile == "aac_low" else 64, "Samplerate": 48000}
    made = polymux.run(job({"film": films[name]}, [output("o", Audio=audio)])).file("o")
    # Times as they are, not on the grid of a frame rate.
    theirs = reference(tmp_path / "theirs.mkv", films[name], "-enc_time_base:v", "1:1000000")
    lines = []
    for path in (made, theirs):
        start, rate, line = tools.timeline(path)
        assert rate == 48000
        first = tools.frame_times(path)[0][0]
        lead = round(float(start - first) * rate)
        mixed = line.mean(1)
        lines.append(np.concatenate([np.zeros(lead), mixed]) if lead >= 0 else mixed[-lead:])
    late, alike = shift(lines[1], lines[0], 48000)
    assert abs(late) < 0.001, late
    assert alike > 0.98, alike


@pytest.mark.parametrize("rate", [22050, 44100, 48000])
def test_resampled(polymux, store, tmp_path, rate):
    """A dub of another rate against ffmpeg's resampler."""
    wav = store.get("diff-96k.wav", lambda p: media.write_wav(
        p, media.clicks(2, CLICKS, 96000, 1) + media.tone(2, 400, 96000, 1, 0.2), 96000))
    audio = {"InputRef": "dub", "Samplerate": rate, "Profile": "aac_low", "Channels": 1}
    made = polymux.run(job({"dub": wav}, [sound_only("o", [audio])])).file("o")
    theirs = tmp_path / "theirs.wav"
    tools.ffmpeg("-i", wav, "-ar", str(rate), theirs)
    ours, others = (tools.timeline(p)[2].mean(1) for p in (made, theirs))
    late, alike = shift(others, ours, rate)
    assert abs(late) < 0.001 and alike > 0.98, (late, alike)
