# SPDX-License-Identifier: MIT
"""Codecs, profiles, bit depths and rate control, told by ffprobe and by decoding what came out."""
import json
import os

import numpy as np
import pytest

import media
import tools
from jobs import job, output

SIZE = (160, 90)
SMALL = {"Width": 160}


def film(store, frames=75):
    """Three segments of the usual two seconds or less."""
    return store.get(f"rate-{frames}.mp4", lambda p: media.film(p, frames, size=SIZE))


def make(polymux, source, video, *args, trans=None, **how):
    params = {"TransConfig": trans} if trans else {}
    wanted = output("o", video={**SMALL, **video}, **params)
    return polymux.run(job({"film": source}, [wanted]), *args, **how)


CODECS = [  # video, codec, profile, pixel format
    ({"Profile": "baseline", "Preset": "medium"}, "h264", "Constrained Baseline", "yuv420p"),
    ({"Profile": "main", "Preset": "medium"}, "h264", "Main", "yuv420p"),
    ({"Profile": "high", "Preset": "medium"}, "h264", "High", "yuv420p"),
    ({"PixFmt": "yuv420p10le"}, "h264", "High 10", "yuv420p10le"),
    ({"Codec": "H.265", "PixFmt": "yuv420p10le"}, "hevc", "Main 10", "yuv420p10le"),
    ({"Codec": "H.265"}, "hevc", "Main", "yuv420p"),
    ({"Codec": "AV1"}, "av1", "Main", "yuv420p"),
    ({"Codec": "AV1", "PixFmt": "yuv420p10le", "Preset": "12"}, "av1", "Main", "yuv420p10le"),
    ({"Qscale": 30}, "h264", "Constrained Baseline", "yuv420p"),
    ({"Codec": "H.265", "Qscale": 30}, "hevc", "Main", "yuv420p"),
    ({"Codec": "AV1", "Qscale": 40}, "av1", "Main", "yuv420p"),
]


@pytest.mark.parametrize("video,codec,profile,pixels", CODECS)
@pytest.mark.lean(2)
def test_codecs(polymux, store, tmp_path, video, codec, profile, pixels):
    """What was ordered, every frame of it, and the same bytes however it is run."""
    source = film(store)
    made = make(polymux, source, video).file("o")
    shown = tools.video(made)
    assert (shown["codec_name"], shown["profile"], shown["pix_fmt"]) == (codec, profile, pixels)
    assert media.numbers(tools.planes(made, SIZE)) == list(range(75))
    again = make(polymux, source, video, "-j", "1", "-o", tmp_path / "again",
                 env={"POLYMUX_CACHE": str(tmp_path / "cache")}).file("o")
    assert tools.sha256(made) == tools.sha256(again)


@pytest.mark.parametrize("codec", ["H.264", "H.265", "AV1"])
def test_a_quantiser_means_the_same_with_ten_bits(polymux, store, codec):
    wanted = [output(pixels, video={**SMALL, "Codec": codec, "Qscale": 20, "PixFmt": pixels})
              for pixels in ("yuv420p", "yuv420p10le")]
    done = polymux.run(job({"film": film(store, 5)}, wanted))
    eight, ten = (kbps(done.file(w["Name"])) for w in wanted)
    assert 0.85 < ten / eight < 1.15


def test_the_finest_quantiser_of_ten_bits_is_no_mistake(polymux, store):
    made = make(polymux, film(store, 5), {"Qscale": 0, "PixFmt": "yuv420p10le"}).file("o")
    assert tools.video(made)["profile"] == "High 10"


# --- rates ---

STILL, NOISE = 50, 50


def halves(path):
    """A still half, then a noisy one."""
    ground = media.texture(*SIZE)
    rng = np.random.default_rng(3)
    raw = bytearray()
    for number in range(STILL + NOISE):
        luma = ground.copy()
        if number >= STILL:
            luma += rng.standard_normal(luma.shape) * 14
        raw += np.clip(luma, 16, 235).astype(np.uint8).tobytes()
        raw += np.full(SIZE[0] * SIZE[1] // 2, 128, np.uint8).tobytes()
    tools.ffmpeg("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "160x90", "-r", "25", "-i", "-", "-c:v", "libx264",
                 "-qp", "4", "-g", "10", "-preset", "ultrafast", "-threads", "1", path, feed=bytes(raw))


def packets(path):
    """(decoding time, bits) of each video packet."""
    out, _ = tools.run("ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=dts_time,size",
                       "-of", "json", path)
    return [(float(p["dts_time"]), 8 * int(p["size"])) for p in json.loads(out)["packets"]]


def kbps(path):
    return sum(bits for _, bits in packets(path)) / 1000 / float(tools.video(path)["duration"])


def segments(seconds):
    return {"POLYMUX_SEGMENT_SECONDS": str(seconds)}


RATED = [  # codec, mode, rate, segments' seconds, preset
    ("H.264", "twopass", 150, 1.3, "medium"),
    ("H.264", "twopass", 150, 100, "medium"),
    ("H.264", "onepass", 150, 0.4, "fast"),
    ("H.264", "onepass", 150, 100, "fast"),
    ("H.265", "twopass", 150, 1.3, "veryfast"),
    ("H.265", None, 150, 100, "veryfast"),
    ("AV1", "twopass", 250, 1.3, "12"),
    ("AV1", None, 250, 100, "12"),
]


@pytest.mark.parametrize("codec,mode,rate,length,preset", RATED)
@pytest.mark.lean(3)
def test_rate(polymux, store, codec, mode, rate, length, preset):
    """Within 3 %, whatever the number of segments, and no frame is lost."""
    source = store.get("halves.mp4", halves)
    made = make(polymux, source, {"Codec": codec, "Bitrate": rate, "Preset": preset, "Gop": "10"},
                trans={"TransMode": mode} if mode else {}, env=segments(length), timeout=400)
    count = {100: 1, 1.3: 3, 0.4: 10}[length]
    assert made.work["video"]["run"] == made.work["measure"]["run"] == count
    assert abs(kbps(made.file("o")) / rate - 1) < 0.03
    assert int(tools.video(made.file("o"))["nb_frames"]) == STILL + NOISE


def worst_segment(path, source):
    """The lower PSNR of the two halves."""
    a, b = tools.planes(path, SIZE).astype(float), tools.planes(source, SIZE).astype(float)
    squares = ((a - b) ** 2).mean((1, 2))
    return min(10 * np.log10(255 ** 2 / part.mean()) for part in (squares[:STILL], squares[STILL:]))


def test_bits_go_where_the_film_needs_them(polymux, store, tmp_path):
    """An equal split leaves the noisy half worse."""
    source = store.get("halves.mp4", halves)
    shared = make(polymux, source, {"Bitrate": 300, "Preset": "medium"}, trans={"TransMode": "twopass"},
                  env=segments(2)).file("o")
    equal = tmp_path / "equal.mp4"
    for name, start in (("a", 0), ("b", 2)):
        for number in ("1", "2"):
            tools.ffmpeg("-ss", start, "-t", 2, "-i", source, "-c:v", "libx264", "-preset", "medium", "-b:v", "300k",
                         "-pass", number, "-passlogfile", tmp_path / name, "-threads", "1", tmp_path / f"{name}.mp4")
    (tmp_path / "list").write_text("file a.mp4\nfile b.mp4\n")
    tools.ffmpeg("-f", "concat", "-i", tmp_path / "list", "-c", "copy", equal)
    assert worst_segment(shared, source) > worst_segment(equal, source) + 1


def least_in_buffer(path, rate, size):
    """How full the decoder's buffer is when it is emptiest, as a part of it; it begins nine tenths full."""
    full, least, last = 0.9 * size, size, None
    for time, bits in packets(path):
        full = min(size, full + rate * (time - (last if last is not None else time))) - bits
        least, last = min(least, full), time
    return least / size


def most_in_windows(path, rate, size):
    """The most bits in any run of pictures, as a part of what the rate brings meanwhile and the buffer holds."""
    times, bits = (np.array(column) for column in zip(*packets(path)))
    behind = np.concatenate([[0], bits.cumsum()])
    return max((behind[i + 1:] - behind[i] - rate * (times[i:] - times[i])).max() for i in range(len(bits))) / size


LONG = bool(os.environ.get("POLYMUX_TEST_LONG"))
H265 = {"Codec": "H.265", "Preset": "ultrafast"}
BUFFERED = [  # film, video, mode, highest rate, segments' seconds
    ("noise", {"Crf": 12, "Maxrate": 600}, None, 600, (100, 1)),
    ("noise", {"Bitrate": 400, "Maxrate": 600}, "twopass", 600, (100, 1)),
    ("noise", {"Bitrate": 400}, "CBR", 400, (100, 1)),
    ("noise", {**H265, "Crf": 14, "Maxrate": 600}, None, 600, (100, 1)),
    ("noise", {**H265, "Bitrate": 400, "Maxrate": 500}, "twopass", 500, (100, 1) if LONG else (1,)),
    ("noise", {**H265, "Bitrate": 400}, "CBR", 400, (100, 1) if LONG else (1,)),
    # what the still half leaves in the buffer is there for the noisy one
    ("halves", {"Bitrate": 400, "Maxrate": 600}, "twopass", 600, (1,)),
    ("halves", {**H265, "Bitrate": 400, "Maxrate": 500}, None, 500, (1,)),
]


def noise(path):
    tools.ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=4,noise=alls=40:allf=t,format=yuv420p", "-c:v",
                 "libx264", "-crf", "8", "-preset", "ultrafast", path)


@pytest.mark.parametrize("film_name,video,mode,rate,lengths", BUFFERED)
@pytest.mark.lean(3)
def test_the_buffer_holds_over_the_joints(polymux, store, film_name, video, mode, rate, lengths):
    source = store.get(f"{film_name}.mp4", {"noise": noise, "halves": halves}[film_name])
    for length in lengths:
        made = make(polymux, source, {"Bufsize": 1000, "Preset": "veryfast", **video},
                    trans={"TransMode": mode} if mode else {}, env=segments(length)).file("o")
        assert least_in_buffer(made, rate * 1000, 1e6) >= 0
        assert most_in_windows(made, rate * 1000, 1e6) <= 1
        assert kbps(made) > rate * 0.6
        wanted = video.get("Bitrate", kbps(made))
        assert abs(kbps(made) / wanted - 1) < 0.03


def test_interlaced_stays_so_at_a_rate(polymux, store):
    """Half its height would be no whole number of lines of each field."""
    source = store.get("rate-woven.mp4", lambda p: tools.ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=s=272x268:r=50:d=1", "-vf", "tinterlace=interleave_top", "-c:v", "libx264", "-flags",
        "+ildct+ilme", "-x264-params", "tff=1", "-preset", "ultrafast", p))
    made = make(polymux, source, {"Width": None, "Bitrate": 300, "Preset": "veryfast"}).file("o")
    assert tools.video(made)["field_order"] == "tt" and tools.size_of(made) == (272, 268)
    assert abs(kbps(made) / 300 - 1) < 0.03


def test_watermarks_at_rates(polymux, store):
    """Each rendition has its own pictures, at its rate."""
    pictures = {c: store.get(f"{c}.png", lambda p, c=c: tools.ffmpeg(
        "-f", "lavfi", "-i", f"color={c}:s=40x20", "-frames:v", "1", "-f", "image2", p)) for c in ("red", "blue", "lime")}
    marks = {"a": ["red", "blue"], "b": ["lime", "blue"]}
    outputs = [{"Name": n, "OutputFileName": n, "OverrideParams": {"Video": {"Bitrate": 300, "Preset": "veryfast", "Gop": "10"}},
                "Features": {"Watermarks": [{"Type": "Image", "Content": str(pictures[c]), "X": 10 + 80 * i, "Y": 10, "Width": 40}
                                            for i, c in enumerate(colours)]}} for n, colours in marks.items()]
    done = polymux.run(job({"film": store.get("halves.mp4", halves)}, outputs), env=segments(2))
    assert done.work["measure"]["run"] == done.work["video"]["run"] == 4
    chroma = {"red": (84, 255), "blue": (255, 107), "lime": (43, 21)}   # BT.601
    for name, colours in marks.items():
        made = done.file(name)
        assert abs(kbps(made) / 300 - 1) < 0.03
        planes = tools.planes(made, SIZE, "yuv420p")[:, SIZE[1]:].reshape(-1, 2, SIZE[1] // 2, SIZE[0] // 2)
        for i, colour in enumerate(colours):
            for frame in (5, 95):
                seen = planes[frame, :, 7:13, 7 + 40 * i:23 + 40 * i].mean((1, 2))
                assert np.abs(seen - chroma[colour]).max() < 25, (name, colour, frame, seen)


def test_another_rate_measures_nothing_again(polymux, store):
    source = store.get("halves.mp4", halves)
    video = {"Preset": "veryfast", "Gop": "1s"}
    first = make(polymux, source, {**video, "Bitrate": 300})
    again = make(polymux, source, {**video, "Bitrate": 250})
    assert first.work["measure"] == {"run": 2, "kept": 0}
    assert again.work["measure"] == {"run": 0, "kept": 2}
    assert abs(kbps(again.file("o")) / 250 - 1) < 0.03


def test_same_bytes(polymux, store, tmp_path):
    source = store.get("halves.mp4", halves)
    video = {"Preset": "veryfast", "Bitrate": 200}
    sums = {tools.sha256(make(polymux, source, video, "-j", jobs, "-o", tmp_path / jobs,
                              env={"POLYMUX_CACHE": str(tmp_path / f"cache-{jobs}")}).file("o")) for jobs in "12"}
    assert len(sums) == 1


def test_the_sources_rate(polymux, store):
    """-1, and a source below the target: kept or refused."""
    source = store.get("halves-low.mp4", lambda p: tools.ffmpeg(
        "-i", store.get("halves.mp4", halves), "-c:v", "libx264", "-preset", "medium", "-b:v", "500k", p))
    rate = int(tools.video(source)["bit_rate"]) / 1000
    for video, trans in (({"Bitrate": -1}, {}), ({"Bitrate": 5000}, {"IsCheckVideoBitrate": True})):
        made = make(polymux, source, {**video, "Preset": "veryfast"}, trans=trans).file("o")
        assert abs(kbps(made) / rate - 1) < 0.03
    done = make(polymux, source, {"Bitrate": 5000}, trans={"IsCheckVideoBitrateFail": True}, expect=(1, 2))
    assert "less than Video.Bitrate, 5000" in done.stdout + done.stderr
    fine = make(polymux, source, {"Bitrate": 200, "Preset": "veryfast"}, trans={"IsCheckVideoBitrateFail": True})
    assert abs(kbps(fine.file("o")) / 200 - 1) < 0.03
