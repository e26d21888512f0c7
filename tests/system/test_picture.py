# SPDX-License-Identifier: MIT
"""Size, shape, colour and orientation of the picture."""
import pytest

import media
import mp4
import tools
from jobs import job, output

COLOURS = {
    "bt709": ("bt709", "bt709", "bt709", "tv", 8),
    "bt601": ("smpte170m", "smpte170m", "smpte170m", "tv", 8),
    "pal": ("bt470bg", "bt470bg", "bt470bg", "tv", 8),
    "full": ("bt709", "bt709", "bt709", "pc", 8),
    "hdr10": ("bt2020", "smpte2084", "bt2020nc", "tv", 10),
    "hlg": ("bt2020", "arib-std-b67", "bt2020nc", "tv", 10),
}
KEYS = ("color_primaries", "color_transfer", "color_space", "color_range")


def coloured(path, name):
    primaries, transfer, matrix, span, bits = COLOURS[name]
    pixels = "yuv420p" if bits == 8 else "yuv420p10le"
    flags = ["-color_primaries", primaries, "-color_trc", transfer.replace("bt470bg", "gamma28"), "-colorspace", matrix,
             "-color_range", span]
    media.film(path, 30, before=[], codec=["-c:v", "libx264", "-preset", "ultrafast", "-crf", "12",
                                           "-pix_fmt", pixels], after=flags)


def run_one(polymux, film, **params):
    return polymux.run(job({"film": film}, [output("o", **params)])).file("o")


@pytest.mark.parametrize("codec", ["H.264", "H.265"])
@pytest.mark.parametrize("name", COLOURS)
@pytest.mark.lean(3)
def test_colour_tags_are_carried_over(polymux, store, name, codec):
    film = store.get(f"colour-{name}.mp4", lambda p: coloured(p, name))
    was = {k: tools.video(film).get(k) for k in KEYS}
    assert tuple(was.values()) == COLOURS[name][:4], "bad test source"
    made = run_one(polymux, film, video={"Codec": codec})
    shown = tools.video(made)
    if COLOURS[name][4] == 10:      # HDR with 8 bits is tone-mapped
        was = dict(zip(KEYS, ("bt709", "bt709", "bt709", "tv")))
    assert {k: shown.get(k) for k in KEYS} == was
    assert shown["pix_fmt"] in ("yuv420p", "yuvj420p")
    colr = mp4.check(made).of("vide")[0].boxes.get("colr")
    assert colr is not None and colr.data[:4] == b"nclx"
    assert bool(colr.data[10] & 0x80) == (COLOURS[name][3] == "pc")


def test_untagged_stays_untagged(polymux, store):
    film = store.get("untagged.mp4", lambda p: media.film(p, 30))
    shown = tools.video(run_one(polymux, film))
    assert [shown.get(k) for k in KEYS[:3]] == [None] * 3


@pytest.mark.parametrize("codec,tag,box", [("H.264", "avc1", "avcC"), ("H.265", "hvc1", "hvcC")])
def test_sample_entries(polymux, store, codec, tag, box):
    film = store.get("untagged.mp4", lambda p: media.film(p, 30))
    track, = mp4.check(run_one(polymux, film, video={"Codec": codec})).tracks
    assert track.format == tag and box in track.boxes


SHAPES = [("4:3", 320, 180), ("16:15", 352, 288), ("1:2", 320, 180)]


@pytest.mark.parametrize("sar,width,height", SHAPES)
def test_sample_aspect_ratio(polymux, store, sar, width, height):
    """Kept as it is; a smaller picture keeps its shape on screen."""
    name = sar.replace(":", "-")
    film = store.get(f"sar-{name}.mp4", lambda p: media.film(
        p, 30, size=(width, height), after=["-vf", f"setsar={sar.replace(':', '/')}"]))
    assert tools.video(film)["sample_aspect_ratio"] == sar, "bad test source"
    done = polymux.run(job({"film": film}, [output("same"), output("less", video={"Width": 160})]))
    same, less = (tools.video(done.file(n)) for n in ("same", "less"))
    assert (same["width"], same["height"], same["sample_aspect_ratio"]) == (width, height, sar)
    assert shape(less) == pytest.approx(shape(tools.video(film)), rel=0.015)


def shape(stream):
    across, down = map(int, stream["sample_aspect_ratio"].split(":"))
    return stream["width"] * across / (stream["height"] * down)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_rotation_is_applied(polymux, store, degrees):
    """The picture comes out upright, and no rotation is left in the file."""
    plain = store.get("untagged.mp4", lambda p: media.film(p, 30))
    film = store.get(f"turned-{degrees}.mp4", lambda p: tools.ffmpeg(
        "-i", plain, "-c", "copy", "-metadata:s:v:0", f"rotate={degrees}", p))
    made = run_one(polymux, film, video={"Crf": 10})
    size = (180, 320) if degrees != 180 else (320, 180)
    assert tools.size_of(made) == size
    track, = mp4.check(made).tracks
    assert track.matrix == (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    upright = tools.planes(film, size)      # ffmpeg turns it upright of itself
    assert tools.psnr(upright[7], tools.planes(made, size)[7]) > 32


ODD = {"odd": (["-c:v", "ffv1", "-pix_fmt", "yuv444p"], (321, 181)),
       "422p10": (["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv422p10le"], None),
       "444": (["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv444p"], None),
       "rgb": (["-c:v", "ffv1", "-pix_fmt", "gbrp"], None),
       "gray": (["-c:v", "ffv1", "-pix_fmt", "gray"], None),
       "main10": (["-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le",
                   "-x265-params", "log-level=none"], None),
       "prores": (["-c:v", "prores_ks", "-pix_fmt", "yuv422p10le"], None),
       "vp9": (["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"], None)}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.lean(2)
def test_kinds_of_source(polymux, store, name):
    """Whatever the source's samples, 8 bits 4:2:0 come out, in even sizes, frame for frame."""
    codec, size = ODD[name]
    film = store.get(f"kind-{name}.mkv", lambda p: media.film(
        p, 30, codec=codec, after=["-vf", f"scale={size[0]}:{size[1]}"] if size else []))
    made = run_one(polymux, film, video={"Crf": 12})
    shown = tools.video(made)
    # yuvj420p is ffprobe's name for full range, which gray means to libav
    assert shown["pix_fmt"] in (["yuv420p", "yuvj420p"] if name == "gray" else ["yuv420p"])
    assert shown["width"] % 2 == 0 and shown["height"] % 2 == 0
    assert abs(shown["width"] - 320) <= 2 and abs(shown["height"] - 180) <= 2
    assert media.numbers(tools.planes(made, tools.size_of(made))) == list(range(30))
    tools.decodes_cleanly(made)


@pytest.mark.parametrize("template,source,wanted", [
    ("Video-360P", (320, 180), (320, 180)), ("Video-1080P", (320, 180), (320, 180)),
    ("Video-1080P-H265", (640, 360), (640, 360)), ("Video-360P", (854, 480), (640, 360)),
    ("Video-360P", (720, 1280), (360, 640)), ("Video-540P", (360, 640), (360, 640)),
    ("Video-360P", (960, 400), (640, 266)), ("Video-360P", (800, 800), (640, 640)),
])
def test_template_sizes(polymux, store, template, source, wanted):
    """The long edge goes to the template's, upright; nothing is enlarged."""
    film = store.get(f"size-{source[0]}x{source[1]}.mp4",
                     lambda p: media.film(p, 10, size=source))
    width, height = tools.size_of(run_one(polymux, film, template=template))
    assert (width, abs(height - wanted[1]) <= 2 if width == wanted[0] else False) == \
        (wanted[0], True), (width, height)


def test_turned_portrait(polymux, store):
    """A phone's film: stored lying, shown upright; its long edge is the upright one."""
    plain = store.get("size-854x480.mp4", lambda p: media.film(p, 10, size=(854, 480)))
    film = store.get("phone.mp4", lambda p: tools.ffmpeg(
        "-i", plain, "-c", "copy", "-metadata:s:v:0", "rotate=90", p))
    assert tools.size_of(run_one(polymux, film)) == (360, 640)


def test_interlaced_and_anamorphic_mpeg2(polymux, store):
    """A broadcast's MPEG-2: every frame comes through, the shape stays."""
    codec = ["-c:v", "mpeg2video", "-q:v", "2", "-flags", "+ildct+ilme", "-top", "1",
             "-aspect", "16:9"]
    film = store.get("broadcast.ts", lambda p: media.film(p, 50, size=(352, 288), codec=codec))
    made = run_one(polymux, film)
    assert len(tools.frame_times(made)[0]) == 50
    assert shape(tools.video(made)) == pytest.approx(16 / 9, rel=0.01)
