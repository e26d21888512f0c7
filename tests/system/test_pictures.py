# SPDX-License-Identifier: MIT
"""What the picture parameters make of the picture: against ffmpeg commands that mean the same.

Pictures are compared at high quality (H.264 at Crf 4), so that what is left of a difference is
the parameter's doing.
"""
import hashlib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import media
import tools
from jobs import job, output

BEST = {"Crf": 4, "Preset": "veryfast"}
SIZE = (160, 96)
WHOLE = {"POLYMUX_SEGMENT_SECONDS": "1000"}


def make(polymux, film, env=None, expect=0, inputs=None, **params):
    """The made file; with `expect` 1 or 2 the finished command."""
    video = {**BEST, "Gop": "1s", **params.pop("video", {})}
    features = params.pop("features", None)
    wanted = output("o", video=video, **params)
    if features is not None:
        wanted["Features"] = features
    del wanted["TemplateId"]
    done = polymux.run(job({"film": film, **(inputs or {})}, [wanted]), env=env, expect=expect)
    return done.file("o") if expect == 0 else done


def small_film(store, name, frames=75, rate="25", **how):
    return store.get(f"picture-{name}", lambda p: media.film(p, frames, size=SIZE, rate=rate, **how))


def shown(path, size=None):
    return media.numbers(tools.planes(path, size or tools.size_of(path)))


def reference(film, size, *options):
    """The planes ffmpeg makes of the film, luma and chroma, unencoded."""
    raw, _ = tools.ffmpeg("-i", film, *options, "-map", "0:v:0", "-fps_mode", "passthrough",
                          "-sws_flags", "bicubic+accurate_rnd", "-pix_fmt", "yuv420p", "-f", "rawvideo", "-")
    return np.frombuffer(raw, np.uint8).reshape(-1, size[1] * 3 // 2, size[0])


def assert_same(made, film, *options, floor=45.0):
    """Frame by frame the same as what ffmpeg makes of the film with these options."""
    size = tools.size_of(made)
    ours, theirs = tools.planes(made, size, "yuv420p"), reference(film, size, *options)
    assert len(ours) == len(theirs)
    worst = min(tools.psnr(a, b) for a, b in zip(ours, theirs))
    assert worst > floor, f"{worst:.1f} dB"


# --- frame rate ---

RATES = [("25", 50), ("25", 24), ("25", "29.97"), ("25", 10), ("25", 25), ("30000/1001", 25),
         ("24000/1001", "23.976"), ("50", 25), ("25", 12.5), ("60", 1)]


def written(fps):
    thousand = {"23.976": Fraction(24000, 1001), "29.97": Fraction(30000, 1001),
                "59.94": Fraction(60000, 1001)}
    return thousand.get(str(fps), Fraction(str(fps)))


@pytest.mark.parametrize("rate,fps", RATES)
@pytest.mark.parametrize("kind", ["mp4", "mkv"])
@pytest.mark.lean(3)
def test_fps(polymux, store, rate, fps, kind):
    """Each output frame is the source's of that time, to the last, and lasts as long."""
    film = small_film(store, f"rate-{rate.replace('/', '-')}.{kind}", rate=rate)
    made = make(polymux, film, video={"Fps": fps})
    wanted = written(fps)
    times, facts = tools.frame_times(made)
    assert Fraction(tools.video(made)["avg_frame_rate"]) == wanted
    assert [round(t * wanted) for t in times] == list(range(len(times)))
    assert all(abs(t * wanted - n) < Fraction(1, 1000) for n, t in enumerate(times))
    source = Fraction(rate)
    expected = []
    for k in range(75):
        first, behind = (int(n / source * wanted + Fraction(1, 2)) for n in (k, k + 1))
        expected += [k] * (behind - first)
    assert shown(made) == expected
    # no ffmpeg's rounding of Matroska's milliseconds: its choice is compared where times are exact
    if kind == "mp4":
        theirs = reference(film, tools.size_of(made), "-vf", f"fps={wanted}")
        assert media.numbers(theirs[:, :SIZE[1]]) == expected


def test_fps_is_the_same_however_cut(polymux, store):
    film = small_film(store, "rate-cut.mp4", frames=250)
    cut = make(polymux, film, video={"Fps": "29.97"}, env={"POLYMUX_SEGMENT_SECONDS": "1"})
    numbers, times = shown(cut), tools.frame_times(cut)[0]
    whole = make(polymux, film, video={"Fps": "29.97"}, env=WHOLE)
    assert numbers == shown(whole) and times == tools.frame_times(whole)[0]
    assert len(numbers) == 300


UNEVEN = [0, 40, 80, 90, 100, 110, 200, 240, 1240, 1280, 1320, 1330, 1340, 1400, 1440, 2500, 2540]


def uneven_film(store):
    """Frames at the times of UNEVEN, in milliseconds."""
    steps = "+".join(f"gte(N\\,{n})*{b - a}"
                     for n, (a, b) in enumerate(zip(UNEVEN, UNEVEN[1:]), 1))
    return small_film(store, "uneven.mp4", frames=len(UNEVEN), after=[
        "-vf", f"settb=1/1000,setpts={steps}", "-fps_mode", "passthrough", "-enc_time_base", "1:1000"])


@pytest.mark.parametrize("fps", [25, 50, 10])
@pytest.mark.parametrize("seconds", ["1", "1000"])
@pytest.mark.lean(2)
def test_fps_of_variable_rate(polymux, store, fps, seconds):
    """Frames last as long as they did, rounded to the grid."""
    made = make(polymux, uneven_film(store), video={"Fps": fps},
                env={"POLYMUX_SEGMENT_SECONDS": seconds})
    got = shown(made)
    slots = [int(Fraction(t, 1000) * fps + Fraction(1, 2)) for t in UNEVEN]
    expected = [max(k for k, s in enumerate(slots) if s <= n) for n in range(slots[-1])]
    assert got[:len(expected)] == expected
    assert set(got[len(expected):]) == {len(UNEVEN) - 1}
    assert len(got) - len(expected) <= fps // 10


def test_max_fps(polymux, store):
    """A faster film is slowed down to it, a slower one left alone."""
    film = small_film(store, "rate-50.mp4", rate="50")
    assert Fraction(tools.video(make(polymux, film, video={"MaxFps": 25}))["avg_frame_rate"]) == 25
    assert Fraction(tools.video(make(polymux, film, video={"MaxFps": 20}))["avg_frame_rate"]) == 20
    assert Fraction(tools.video(make(polymux, film, video={"MaxFps": 50}))["avg_frame_rate"]) == 50
    fast = small_film(store, "rate-120.mp4", rate="120000/1001")
    made = make(polymux, fast)
    assert Fraction(tools.video(made)["avg_frame_rate"]) == Fraction(60000, 1001)
    assert shown(made) == list(range(0, 75, 2))


def test_max_fps_of_variable_rate(polymux, store):
    """The frames' own times, and of those that come too fast one."""
    made = make(polymux, uneven_film(store), video={"MaxFps": 25})
    times = tools.frame_times(made)[0]
    assert [float(t) for t in times] == pytest.approx([UNEVEN[n] / 1000 for n in shown(made)])
    assert all(sum(t <= u < t + 1 for u in times) <= 26 for t in times)
    assert len(times) in (13, 12)
    same = make(polymux, uneven_film(store))
    assert shown(same) == list(range(len(UNEVEN)))


def test_one_frame(polymux, store):
    film = small_film(store, "one.mp4", frames=1)
    assert shown(make(polymux, film, video={"Fps": 1})) == [0]
    assert shown(make(polymux, film, video={"Fps": 50})) == [0, 0]


# --- interlaced film ---


def woven(path, order="tff", frames=50, size=SIZE, mixed=False):
    """Fields of a 50 Hz film woven to frames; with `mixed` the second half is progressive."""
    plain = path.with_name(f"plain-{path.name}.mkv")
    media.film(plain, 2 * frames, size=size, rate="50", codec=["-c:v", "ffv1"])
    weave = f"tinterlace={'interleave_top' if order == 'tff' else 'interleave_bottom'}"
    codec = ["-c:v", "libx264", "-crf", "4", "-preset", "veryfast", "-pix_fmt", "yuv420p"]
    flags = ["-flags", "+ildct+ilme", "-x264-params", f"{order}=1"]
    tools.ffmpeg("-i", plain, "-vf", weave, *codec, *flags, "-top", int(order == "tff"), path)
    plain.unlink()
    return path


def mixed(path):
    """A second interlaced, then one progressive: as MPEG-2, whose frames are flagged one by one."""
    parts = []
    for name, flags in (("a", ["-flags", "+ildct+ilme", "-top", "1"]), ("b", [])):
        part = path.with_name(f"{name}-{path.name}.ts")
        plain = path.with_name(f"{name}-{path.name}.mkv")
        if name == "a":
            woven(plain, frames=25)
        else:
            media.film(plain, 25, size=SIZE, codec=["-c:v", "ffv1"])
        tools.ffmpeg("-i", plain, "-c:v", "mpeg2video", "-q:v", "1", "-bf", "0", *flags, part)
        parts.append(part)
        plain.unlink()
    path.write_bytes(b"".join(p.read_bytes() for p in parts))


def interlaced_frames(path):
    out, _ = tools.run("ffprobe", "-v", "error", "-select_streams", "v", "-show_entries",
                       "frame=interlaced_frame,top_field_first", "-of", "csv=p=0", path)
    return [tuple(int(v) for v in line.strip(",").split(",")) for line in out.decode().split()]


@pytest.mark.parametrize("order", ["tff", "bff"])
def test_deinterlaced(polymux, store, order):
    film = store.get(f"woven-{order}.mkv", lambda p: woven(p, order))
    assert interlaced_frames(film)[0] == (1, int(order == "tff")), "bad test source"
    for mode in ("auto", "progressive"):
        made = make(polymux, film, video={"ScanMode": mode}, env={"POLYMUX_SEGMENT_SECONDS": "0.5"})
        assert_same(made, film, "-vf", "bwdif=mode=send_frame")
        assert not any(i for i, _ in interlaced_frames(made))


@pytest.mark.parametrize("order", ["tff", "bff"])
@pytest.mark.parametrize("mode", ["interlaced", None])
@pytest.mark.lean(3)
def test_stays_interlaced(polymux, store, order, mode):
    film = store.get(f"woven-{order}.mkv", lambda p: woven(p, order))
    made = make(polymux, film, video={"ScanMode": mode} if mode else {})
    assert set(interlaced_frames(made)) == {(1, int(order == "tff"))}
    assert_same(made, film)
    assert tools.video(made)["field_order"] in ("tt", "tb") if order == "tff" else ("bb", "bt")


def test_interlaced_scaled_keeps_fields_apart(polymux, store):
    film = store.get("woven-large.mkv", lambda p: woven(p, frames=12, size=(320, 192)))
    made = make(polymux, film, video={"Width": 160, "ScanMode": "interlaced"})
    assert_same(made, film, "-vf", "scale=160:96:interl=1:flags=bicubic+accurate_rnd")


def test_mixed_film(polymux, store):
    """Only what is interlaced is touched."""
    film = store.get("mixed.ts", mixed)
    flags = interlaced_frames(film)
    assert any(i for i, _ in flags) and not all(i for i, _ in flags), "bad test source"
    made = make(polymux, film, video={"ScanMode": "auto"})
    assert_same(made, film, "-vf", "bwdif=mode=send_frame:deint=interlaced")
    plain = reference(film, SIZE)
    ours = tools.planes(made, SIZE, "yuv420p")
    assert all(tools.psnr(ours[n], plain[n]) > 45 for n, (i, _) in enumerate(flags) if not i)


def test_interlaced_is_refused_where_it_cannot_be(polymux, store):
    film = store.get("woven-tff.mkv", lambda p: woven(p, "tff"))
    plain = small_film(store, "rate-25.mp4")
    for source, video, why in [
            (film, {"Codec": "H.265"}, "only H.264"), (film, {"Profile": "baseline"}, "Baseline"),
            (film, {"Fps": 50}, "frame rate"), (plain, {}, "progressive")]:
        done = make(polymux, source, video={"ScanMode": "interlaced", **video}, expect=(1, 2))
        (code, text), = done.problems()
        assert code == "InvalidParameter.NotSupported" and why in text, text
    done = polymux.run(job({"film": film}, [output("o", video={"Codec": "H.265"})]))
    warning, = done.outputs["o"]["warnings"]
    assert "interlaced" in warning


# --- shape ---

WIDE = (320, 180)
SCALE = "flags=bicubic+accurate_rnd"
SHAPES = {   # video, AdjDarMethod → ffmpeg's filters, size
    "crop": ({"Crop": "160:90:40:30"}, None, "crop=160:90:40:30", (160, 90)),
    "crop-scaled": ({"Crop": "160:120:40:30", "Width": 240}, None,
                    f"crop=160:120:40:30,scale=240:180:{SCALE}", (240, 180)),
    "pad": ({"Pad": "400:300:20:60"}, None, "pad=400:300:20:60:black", (400, 300)),
    "pad-scaled": ({"Width": 160, "Pad": "160:160:0:36"}, None,
                   f"scale=160:90:{SCALE},pad=160:160:0:36:black", (160, 160)),
    "rescale": ({"Width": 240, "Height": 240}, "rescale", f"scale=240:240:{SCALE}", (240, 240)),
    "adj-crop": ({"Width": 160, "Height": 160}, "crop",
                 f"scale=284:160:{SCALE},crop=160:160:62:0", (160, 160)),
    "adj-crop-tall": ({"Width": 320, "Height": 128}, "crop",
                      f"scale=320:180:{SCALE},crop=320:128:0:26", (320, 128)),
    "adj-pad": ({"Width": 160, "Height": 160}, "pad",
                f"scale=160:90:{SCALE},pad=160:160:0:34:black", (160, 160)),
    "adj-pad-wide": ({"Width": 400, "Height": 180}, "pad",
                     f"scale=320:180:{SCALE},pad=400:180:40:0:black", (400, 180)),
    "adj-one-side": ({"Width": 160}, "crop", f"scale=160:90:{SCALE}", (160, 90)),
    "long-short": ({"Width": 160, "Height": 128, "LongShortMode": True}, "pad",
                   f"scale=160:90:{SCALE},pad=160:128:0:18:black", (160, 128)),
    "all": ({"Crop": "200:160:20:10", "Width": 128, "Height": 128, "Pad": "200:200:30:40"}, "crop",
            f"crop=200:160:20:10,scale=160:128:{SCALE},crop=128:128:16:0,"
            "pad=200:200:30:40:black", (200, 200)),
}


def wide_film(store):
    return store.get("picture-wide.mp4", lambda p: media.film(p, 10, size=WIDE))


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.lean(3)
def test_shape(polymux, store, name):
    video, method, filters, size = SHAPES[name]
    trans = {"TransConfig": {"AdjDarMethod": method}} if method else {}
    made = make(polymux, wide_film(store), video=video, **trans)
    assert tools.size_of(made) == size
    assert tools.video(made).get("sample_aspect_ratio", "1:1") == "1:1"
    assert_same(made, wide_film(store), "-vf", filters)


@pytest.mark.parametrize("method,filters", [
    ("pad", f"scale=160:90:{SCALE},pad=160:160:0:34:black"),
    ("crop", f"scale=284:160:{SCALE},crop=160:160:62:0"), ("rescale", f"scale=160:160:{SCALE}")])
def test_shape_of_wide_samples(polymux, store, method, filters):
    """What counts is the shape on screen."""
    film = store.get("anamorphic.mp4", lambda p: media.film(
        p, 5, size=(240, 180), after=["-vf", "setsar=4/3"]))
    made = make(polymux, film, video={"Width": 160, "Height": 160},
                TransConfig={"AdjDarMethod": method})
    assert tools.video(made)["sample_aspect_ratio"] == "1:1"
    assert_same(made, film, "-vf", filters)


def test_shape_of_turned_film(polymux, store):
    """Crop is in the upright picture's pixels."""
    film = store.get("wide-turned.mp4", lambda p: tools.ffmpeg(
        "-i", wide_film(store), "-c", "copy", "-metadata:s:v:0", "rotate=90", p))
    made = make(polymux, film, video={"Crop": "160:200:10:100", "Width": 128})
    assert_same(made, film, "-vf", f"crop=160:200:10:100,scale=128:160:{SCALE}")


BARS = [(0, 24, 0, 24), (40, 0, 32, 0), (10, 22, 30, 6)]   # left, top, right, bottom


def barred(path, bars, span="tv"):
    """A film that begins dark and has black bars all along."""
    left, top, right, bottom = bars
    size = (WIDE[0] - left - right, WIDE[1] - top - bottom)
    media.film(path, 100, size=size, after=[
        "-vf", f"fade=in:0:30,pad={WIDE[0]}:{WIDE[1]}:{left}:{top}:black"])


@pytest.mark.parametrize("bars", BARS)
@pytest.mark.lean(2)
def test_border(polymux, store, bars):
    left, top, right, bottom = bars
    film = store.get(f"bars-{left}-{top}.mp4", lambda p: barred(p, bars))
    box = (WIDE[0] - left - right, WIDE[1] - top - bottom)
    done = polymux.run(job({"film": film}, [
        {"OutputFileName": n, "Name": n, "OverrideParams": {"Video": {**BEST, "Gop": "1s", **v}, **t}}
        for n, v, t in [
            ("o", {"Crop": "border"}, {}),
            ("w", {"Crop": "border", "Width": 160}, {}),
            ("p", {"Crop": "border", "Width": 160, "Height": 160},
             {"TransConfig": {"AdjDarMethod": "pad"}}), ("n", {}, {})]]))
    made = done.file("o")
    assert tools.size_of(made) == box
    assert_same(made, film, "-vf", f"crop={box[0]}:{box[1]}:{left}:{top}")
    assert tools.size_of(done.file("w")) == (160, 2 * round(80 * box[1] / box[0]))
    assert tools.size_of(done.file("p")) == (160, 160) and tools.size_of(done.file("n")) == WIDE
    assert done.work["border"] == {"run": 1, "kept": 0} and done.work["video"]["run"] >= 6


def test_no_border(polymux, store):
    film = wide_film(store)
    made = make(polymux, film, video={"Crop": "border"})
    assert tools.size_of(made) == WIDE
    dark = store.get("dark.mp4", lambda p: tools.ffmpeg(
        "-f", "lavfi", "-i", "color=black:s=160x96:d=1", p))
    assert tools.size_of(make(polymux, dark, video={"Crop": "border"})) == (160, 96)


def test_shape_that_does_not_fit_is_refused(polymux, store):
    film = wide_film(store)
    for video, trans, why in [
            ({"Crop": "320:180:2:0"}, {}, "outside of the source's upright picture, 320x180"),
            ({"Pad": "300:300:0:0"}, {}, "does not fit"),
            ({"Width": 400, "Height": 400}, {"IsCheckResoFail": True, "AdjDarMethod": "pad"},
             "smaller than the wanted size"),
            ({"Crop": "160:90:0:0", "Width": 200}, {"IsCheckResoFail": True}, "160x90")]:
        done = make(polymux, film, video=video, TransConfig=trans, expect=(1, 2))
        (code, text), = done.problems()
        assert code == "InvalidParameter.OutOfRange" and why in text, text


def test_smaller_source_keeps_its_size(polymux, store):
    film = wide_film(store)
    made = make(polymux, film, video={"Width": 400, "Height": 400},
                TransConfig={"IsCheckReso": True, "AdjDarMethod": "crop"})
    assert tools.size_of(made) == WIDE
    made = make(polymux, film, video={"Width": 400, "Crop": "160:90:0:0", "Pad": "200:200:0:0"},
                TransConfig={"IsCheckReso": True})
    assert_same(made, film, "-vf", "crop=160:90:0:0,pad=200:200:0:0:black")


# --- samples ---

KINDS = {   # encoder's options → what ffmpeg does that means the same, its pixel format
    "422": (["-c:v", "ffv1", "-pix_fmt", "yuv422p"], "null", "yuv420p"),
    "444": (["-c:v", "ffv1", "-pix_fmt", "yuv444p"], "null", "yuv420p"),
    "422p10": (["-c:v", "prores_ks", "-pix_fmt", "yuv422p10le"], "null", "yuv420p"),
    "444p12": (["-c:v", "ffv1", "-pix_fmt", "yuv444p12le"], "null", "yuv420p"),
    "420p10": (["-c:v", "ffv1", "-pix_fmt", "yuv420p10le"], "null", "yuv420p"),
    "gbrp": (["-c:v", "ffv1", "-pix_fmt", "gbrp"],
             "scale=out_color_matrix=smpte170m:out_range=tv:flags=bicubic+accurate_rnd", "yuv420p"),
    "rgb24": (["-c:v", "png", "-pix_fmt", "rgb24"],
              "scale=out_color_matrix=smpte170m:out_range=tv:flags=bicubic+accurate_rnd", "yuv420p"),
    "full": (["-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", "1"], "null", "yuvj420p"),
    "full444": (["-c:v", "mjpeg", "-pix_fmt", "yuvj444p", "-q:v", "1"], "null", "yuvj420p"),
    "odd": (["-c:v", "ffv1", "-pix_fmt", "yuv420p", "-vf", "crop=159:91:0:0:exact=1"],
            f"scale=160:92:{SCALE}", "yuv420p"),
}


def bars(path, options):
    tools.ffmpeg("-f", "lavfi", "-i", "smptehdbars=s=160x96:r=25:d=0.2", *options, path)


def decoded(path, size, pixels):
    raw, _ = tools.ffmpeg("-i", path, "-pix_fmt", pixels, "-sws_flags", "bicubic+accurate_rnd",
                          "-f", "rawvideo", "-")
    return np.frombuffer(raw, np.uint8).reshape(-1, size[1] * 3 // 2, size[0])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.lean(3)
def test_kinds_of_samples(polymux, store, kind):
    """Colour bars come out in the colours they had, whatever the samples are."""
    options, filters, pixels = KINDS[kind]
    film = store.get(f"bars-{kind}.mkv", lambda p: bars(p, options))
    made = make(polymux, film)
    size = tools.size_of(made)
    shown = tools.video(made)
    assert shown["pix_fmt"] == pixels and (shown.get("color_range") == "pc") == (pixels[3] == "j")
    raw, _ = tools.ffmpeg("-i", film, "-vf", filters, "-sws_flags", "bicubic+accurate_rnd",
                          "-pix_fmt", pixels, "-f", "rawvideo", "-")
    theirs = np.frombuffer(raw, np.uint8).reshape(-1, size[1] * 3 // 2, size[0])
    ours = decoded(made, size, pixels)
    assert len(ours) == len(theirs) == 5
    assert min(tools.psnr(a, b) for a, b in zip(ours, theirs)) > 42
    # and on a screen they are the colours of the source
    back, there = (tools.ffmpeg("-i", f, "-frames:v", "1", "-vf", "scale=160:96", "-pix_fmt", "rgb24",
                                "-f", "rawvideo", "-")[0] for f in (made, film))
    off = np.abs(np.frombuffer(back, np.uint8).astype(int) - np.frombuffer(there, np.uint8))
    assert np.median(off) <= 2


def test_black_of_full_range(polymux, store):
    film = store.get("bars-full.mkv", lambda p: bars(p, KINDS["full"][0]))
    made = make(polymux, film, video={"Pad": "200:96:20:0"})
    assert decoded(made, (200, 96), "yuvj420p")[0][:96, :18].max() <= 1


MASTERING = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)"
HDR = {"hdr10": ("smpte2084", f":master-display={MASTERING}:max-cll=1000,400:hdr10=1"),
       "hlg": ("arib-std-b67", "")}
NITS = [0, 1, 10, 50, 100, 203, 400, 1000]


def pq(nits):
    """The 10-bit code of SMPTE ST 2084, limited range."""
    y = (nits / 10000) ** 0.1593017578125
    return round(64 + 876 * ((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375)


def hlg(scene):
    """The 10-bit code of ARIB STD-B67, limited range, of scene light 0..1."""
    e = (3 * scene) ** 0.5 if scene <= 1 / 12 else \
        0.17883277 * np.log(12 * scene - 0.28466892) + 0.55991073
    return round(64 + 876 * e)


def hdr_film(path, name):
    """Grey patches, as bright as NITS says on a display of 1000."""
    transfer, params = HDR[name]
    codes = [pq(n) if name == "hdr10" else hlg((n / 1000) ** (1 / 1.2)) for n in NITS]
    luma = np.repeat(np.array(codes, "<u2"), 20)[None].repeat(96, 0).tobytes()
    raw = (luma + np.full(80 * 96, 512, "<u2").tobytes()) * 10
    tools.ffmpeg("-f", "rawvideo", "-pix_fmt", "yuv420p10le", "-s", "160x96", "-r", "25", "-i", "-",
                 "-c:v", "libx265", "-preset", "ultrafast", "-crf", "4", "-color_primaries", "bt2020",
                 "-color_trc", transfer, "-colorspace", "bt2020nc", "-color_range", "tv",
                 "-x265-params", "log-level=none" + params, path, feed=raw)


TAGS = ("color_primaries", "color_transfer", "color_space", "color_range", "pix_fmt")


def side_data(path):
    out = tools.ffprobe(path)["streams"][0].get("side_data_list", [])
    return {d["side_data_type"]: {k: v for k, v in d.items() if k != "side_data_type"} for d in out}


@pytest.mark.parametrize("name", HDR)
@pytest.mark.parametrize("codec", ["H.264", "H.265"])
@pytest.mark.lean(3)
def test_hdr_is_mapped_to_8_bits(polymux, store, name, codec):
    film = store.get(f"{name}.mp4", lambda p: hdr_film(p, name))
    made = make(polymux, film, video={"Codec": codec})
    assert [tools.video(made)[k] for k in TAGS] == ["bt709", "bt709", "bt709", "tv", "yuv420p"]
    assert not side_data(made)
    grey = tools.planes(made, SIZE, "yuv420p")[4]
    steps = [int(np.median(grey[:96, 20 * i + 4:20 * i + 16])) for i in range(len(NITS))]
    assert steps == sorted(set(steps)) and steps[0] == 16, steps
    assert 120 < steps[NITS.index(100)] < 190 and steps[NITS.index(203)] > 150, steps
    assert 225 < steps[-1] <= 236, steps
    assert np.abs(grey[96:].astype(int) - 128).max() <= 2


@pytest.mark.parametrize("name", HDR)
def test_hdr_is_carried_over_with_10_bits(polymux, store, name):
    film = store.get(f"{name}.mp4", lambda p: hdr_film(p, name))
    made = make(polymux, film, video={"Codec": "H.265", "PixFmt": "yuv420p10le", "Gop": 5},
                env={"POLYMUX_SEGMENT_SECONDS": "0.2"})
    assert [tools.video(made)[k] for k in TAGS] == \
        ["bt2020", HDR[name][0], "bt2020nc", "tv", "yuv420p10le"]
    if name == "hdr10":
        display, light = (side_data(made)[k] for k in (
            "Mastering display metadata", "Content light level metadata"))
        assert light == {"max_content": 1000, "max_average": 400}
        assert [float(Fraction(display[k])) for k in ("red_x", "green_y", "white_point_x")] == \
            pytest.approx([0.68, 0.69, 0.3127], abs=1e-4)
        assert Fraction(display["max_luminance"]) == 1000
        assert float(Fraction(display["min_luminance"])) == pytest.approx(0.005)
        track = tools.mediainfo(made)[1]
        assert "BT.2020" in track["colour_primaries"] and "2086" in track["HDR_Format"]
        assert track["MaxCLL"].startswith("1000") and track["MaxFALL"].startswith("400")
        # in the stream itself as well, for players that look there
        plain = made.with_suffix(".hevc")
        tools.ffmpeg("-i", made, "-c", "copy", plain)
        out, _ = tools.run("ffprobe", "-v", "error", "-show_frames", "-read_intervals", "%+#1", plain)
        assert b"Mastering display metadata" in out and b"max_content=1000" in out
    planes = [np.frombuffer(tools.ffmpeg("-i", f, "-f", "rawvideo", "-pix_fmt", "yuv420p10le", "-")[0],
                            "<u2").astype(int) for f in (film, made)]
    assert np.abs(planes[0] - planes[1]).mean() < 1.5


# --- watermarks ---


def logo(path, size=(64, 32)):
    """Red and blue, half of it see-through."""
    tools.ffmpeg("-f", "lavfi", "-i", f"color=red:s={size[0]}x{size[1]}:d=0.04", "-vf",
                 "format=rgba,geq=r=255*lt(X\\,W/2):g=0:b=255*gte(X\\,W/2):a=255-127*gte(Y\\,H/2)",
                 "-frames:v", "1", "-c:v", "png", "-f", "image2", path)


MARKS = {   # X, Y, Width, Height → the size and place in a picture of 320x180
    "pixels": ({"X": 10, "Y": 20, "Width": 64, "Height": 32}, (64, 32, 10, 20)),
    "parts": ({"X": 0.5, "Y": 0.1, "Width": 0.25, "Height": 0.2}, (80, 36, 160, 18)),
    "aspect": ({"X": 0.5, "Y": 100, "Height": 0.2}, (72, 36, 160, 100)),
    "usual": ({}, (38, 19, 0, 0)),
    "jutting": ({"X": 300, "Y": 170, "Width": 64}, (64, 32, 300, 170)),
}


@pytest.mark.parametrize("name", MARKS)
@pytest.mark.lean(2)
def test_image_watermark(polymux, store, name):
    place, (width, height, left, top) = MARKS[name]
    picture = store.get("logo.png", logo)
    mark = {"Type": "Image", "Content": str(picture), **place}
    made = make(polymux, wide_film(store), features={"Watermarks": [mark]},
                env={"POLYMUX_SEGMENT_SECONDS": "0.2"})
    assert_same(made, wide_film(store), "-i", picture, "-filter_complex",
                f"[1:v]scale={width}:{height}:out_color_matrix=bt601:{SCALE},format=yuva420p[m];"
                f"[0:v][m]overlay={left}:{top}", floor=40)
    body = tools.planes(made, WIDE, "yuv420p")
    row = min(top + height // 4, 179)
    red = body[3][180:].reshape(-1)[(row // 2) * 160 + (left + 8) // 2 + 160 * 90]
    assert red > 220 or name == "jutting"


def test_watermark_of_each_size(polymux, store):
    """Parts are of each output's own picture; the same film is decoded once."""
    picture = store.get("logo.png", logo)
    features = {"Watermarks": [
        {"Type": "Image", "Content": str(picture), "X": 0.25, "Y": 0.25, "Width": 0.5},
        {"Type": "Text", "Content": "Ünï: 'cöde' %{pts} \\n, [x];", "X": 0.1, "Y": 0.7,
         "FontSize": 0.1, "FontColor": "#FFFF00", "BorderWidth": 1}]}
    outputs = [{"Name": n, "OutputFileName": n, "OverrideParams": {"Video": {**BEST, "Width": w}},
                "Features": f}
               for n, w, f in [("a", 320, features), ("b", 160, features), ("c", 160, {})]]
    done = polymux.run(job({"film": wide_film(store)}, outputs))
    assert done.work["video"] == {"run": 3, "kept": 0}
    for name, width in (("a", 320), ("b", 160)):
        frame = tools.planes(done.file(name), (width, width * 9 // 16), "yuv420p")[5]
        top = width * 9 // 16
        vs = frame[top:].reshape(-1)[top * width // 4:].reshape(top // 2, width // 2)
        assert vs[int(top * 0.15), int(width * 0.15)] > 220       # red, in the middle of its left
        assert vs[int(top * 0.15), int(width * 0.30)] < 130       # blue, on its right
        words = frame[int(top * 0.7):int(top * 0.85), width // 10:width // 2]
        assert (words > 190).mean() > 0.02, "no text"
    again = polymux.run(job({"film": wide_film(store)}, outputs[:1]))
    assert again.work["video"]["run"] == 0, "the key of one size depends on the others"


@pytest.mark.parametrize("extra", [
    {"FontName": "DejaVu Serif Bold"}, {"FontColor": "red", "FontAlpha": 0.5}])
def test_text_watermark(polymux, store, extra):
    fonts = "/usr/share/fonts/truetype/dejavu/"
    font = fonts + ("DejaVuSerif-Bold.ttf" if "FontName" in extra else "DejaVuSans.ttf")
    mark = {"Type": "Text", "Content": "Polymux", "X": 20, "Y": 40, "FontSize": 32, **extra}
    made = make(polymux, wide_film(store), features={"Watermarks": [mark]})
    color = f"{extra.get('FontColor', 'white')}@{extra.get('FontAlpha', 1)}"
    assert_same(made, wide_film(store), "-vf", f"drawtext=fontfile={font}:text=Polymux:x=20:y=40:"
                f"fontsize=32:fontcolor={color}")


def test_text_in_chinese(polymux, store):
    """Letters, not the box of a font that lacks them; and the font's file is part of the task."""
    usual = {"Type": "Text", "Y": 40, "FontSize": 64, "FontColor": "red"}
    marks = [{**usual, "Content": "中", "X": 20}, {**usual, "Content": "文", "X": 120},
             {**usual, "Content": "中", "X": 220, "FontName": "SimSun"}]
    wanted = {"OutputFileName": "o", "OverrideParams": {"Video": BEST}, "Features": {"Watermarks": marks}}
    made = polymux.run(job({"film": wide_film(store)}, [wanted])).file("o.mp4")
    red = tools.planes(made, WIDE, "yuv420p")[5][180:].reshape(2, 90, 160)[1] > 180
    one, other, named = (red[20:56, x:x + 36] for x in (10, 60, 110))
    assert 0.1 < one.mean() < 0.7 and 0.1 < other.mean() < 0.7
    assert (one != other).mean() > 0.1 and (one != named).mean() < 0.01
    plan = polymux.call("plan", polymux.write(job({"film": wide_film(store)}, [wanted]))).stdout
    font = Path("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc")
    assert hashlib.sha256(font.read_bytes()).hexdigest() in plan


def test_watermarks_that_cannot_be_are_refused(polymux, store):
    film, picture = wide_film(store), store.get("logo.png", logo)
    image = {"Type": "Image", "Content": str(picture)}
    text = {"Type": "Text", "Content": "x"}
    noise = store.get("noise.png", lambda p: p.write_bytes(b"no picture"))
    for marks, why in [
            ([{**image, "FontSize": 3}], "has no effect with Type Image"),
            ([{**text, "Width": 3}], "has no effect with Type Text"),
            ([text] * 5, "at most 4"), ([{"Type": "Text"}], "is required"),
            ([{**text, "X": 320}], "outside of the picture"),
            ([{**text, "FontColor": "reddish"}], "#RRGGBB"),
            ([{**text, "FontName": "Comic Sans"}], "DejaVu Sans"),
            ([{**text, "Content": "中", "FontName": "DejaVu Sans"}], "has no \"中\""),
            ([{**text, "Content": "中\U000F0000"}], "no font that is installed here"),
            ([{**image, "Content": str(noise)}], "noise.png")]:
        done = make(polymux, film, features={"Watermarks": marks}, expect=(1, 2))
        assert any(why in told for _, told in done.problems()), (why, done)
    hdr = store.get("hdr10.mp4", lambda p: hdr_film(p, "hdr10"))
    done = make(polymux, hdr, features={"Watermarks": [text]}, expect=(1, 2),
                video={"Codec": "H.265", "PixFmt": "yuv420p10le"})
    assert "HDR" in done.problems()[0][1]
