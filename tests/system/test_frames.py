# SPDX-License-Identifier: MIT
"""Frame exactness: every source frame once, in order, on time and undamaged, at the cuts too."""
from fractions import Fraction

import pytest

import media
import mp4
import tools
from jobs import job, output

FRAMES = 150
OPEN = "open-gop=1:keyint=24:min-keyint=24:scenecut=0:bframes=3:b-adapt=0"
X264 = media.X264[:-2] + ["-bf", "3"]
MPEG2 = ["-c:v", "mpeg2video", "-q:v", "2", "-g", "12", "-bf", "2", "-pix_fmt", "yuv420p"]
X265 = ["-c:v", "libx265", "-preset", "veryfast", "-crf", "12", "-x265-params",
        f"{OPEN}:log-level=none", "-tag:v", "hvc1"]
LATE_TS = ["-output_ts_offset", "10000", "-muxdelay", "0", "-muxpreload", "0"]
# Frames that last 20..62 ms in no order.
UNEVEN = ["-vf", "settb=1/90000,setpts=N*3600+mod(N*N*773\\,1900)", "-fps_mode", "passthrough",
          "-enc_time_base", "1:90000"]
SOURCES = {
    "cfr25.mp4": dict(codec=X264),
    "ntsc.mp4": dict(codec=X264, rate="30000/1001"),
    "film24.mkv": dict(codec=X264, rate="24"),
    "ntsc24.mkv": dict(codec=X264, rate="24000/1001"),
    "fifty.mp4": dict(codec=X264, rate="50", frames=300),
    "uneven.mp4": dict(codec=X264, after=[*UNEVEN, "-video_track_timescale", "90000"]),
    "uneven.mkv": dict(codec=X264, after=UNEVEN),
    "open264.mkv": dict(codec=[*X264, "-x264-params", OPEN]),
    "open264.ts": dict(codec=[*X264, "-x264-params", OPEN], after=LATE_TS),
    "open265.mp4": dict(codec=X265),
    "open265.mkv": dict(codec=X265, rate="24"),
    "mpeg2.ts": dict(codec=MPEG2, after=LATE_TS),
    "wraps.ts": dict(codec=X264, after=["-output_ts_offset", "95440", *LATE_TS[2:]]),
    "late.mkv": dict(codec=X264, after=["-output_ts_offset", "3.217"]),
    "one.mp4": dict(codec=X264, frames=1),
    "one.mkv": dict(codec=X264, frames=1),
    "two.ts": dict(codec=X264, frames=2, after=LATE_TS),
    "intra.mov": dict(codec=["-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p"]),
    "long-gop.mp4": dict(codec=[*X264, "-g", "1000", "-sc_threshold", "0"]),
}
RATES = {"cfr25.mp4": "25/1", "ntsc.mp4": "30000/1001", "film24.mkv": "24/1",
         "ntsc24.mkv": "24000/1001", "fifty.mp4": "50/1", "open265.mkv": "24/1",
         "mpeg2.ts": "25/1", "late.mkv": "25/1", "open264.ts": "25/1", "wraps.ts": "25/1"}


def make(store, name):
    given = {"frames": FRAMES, **SOURCES[name]}
    frames = given.pop("frames")
    return store.get(f"exact-{name}", lambda p: media.film(p, frames, **given)), frames


def near_enough(name):
    """How far a time may lie from the source's: what the containers themselves round away, a tick of Matroska's ms."""
    return Fraction(11, 10000) if name.endswith("mkv") else Fraction(2, 90000)


def check_times(path, name, source):
    wanted, _ = tools.frame_times(source)
    if name == "wraps.ts":      # 33 bits of 90 kHz; ffprobe shows them unwrapped or not
        wanted = [t if t >= wanted[0] else t + Fraction(2 ** 33, 90000) for t in wanted]
    found, _ = tools.frame_times(path)
    assert found[0] == 0
    late = [abs((f - found[0]) - (w - wanted[0])) for f, w in zip(found, wanted)]
    assert max(late) <= near_enough(name), f"frame {late.index(max(late))}: {float(max(late))} s"


CASES = [(name, "H.264") for name in SOURCES] + [(name, "H.265") for name in (
    "cfr25.mp4", "uneven.mp4", "open264.ts", "one.mp4", "film24.mkv")]


@pytest.mark.parametrize("name,codec", CASES)
@pytest.mark.lean(3)
def test_every_frame_once(polymux, store, name, codec):
    source, frames = make(store, name)
    assert media.numbers(tools.planes(source, media.SIZE)) == list(range(frames)), "bad test source"
    done = polymux.run(job({"film": source}, [
        output("o", video={"Codec": codec, "Crf": 12})]))
    made = done.file("o")
    assert media.numbers(tools.planes(made, media.SIZE)) == list(range(frames))
    check_times(made, name, source)
    track, = mp4.check(made).tracks
    assert len(track.deltas) == frames and track.sync[0] == 0
    tools.decodes_cleanly(made)
    if frames >= FRAMES:
        assert done.work["video"]["run"] >= 2, "no cut was tried"
    shown = tools.video(made)
    if name in RATES:
        assert (shown["avg_frame_rate"], shown["r_frame_rate"]) == (RATES[name], RATES[name])


@pytest.mark.parametrize("codec", ["H.264", "H.265"])
def test_pictures_at_the_cuts(polymux, store, codec):
    """Around each cut every picture is the source's own, as good as elsewhere."""
    source, _ = make(store, "cfr25.mp4")
    done = polymux.run(job({"film": source}, [output("o", video={"Codec": codec, "Crf": 8})]))
    before = tools.planes(source, media.SIZE, "yuv420p")
    after = tools.planes(done.file("o"), media.SIZE, "yuv420p")
    quality = [tools.psnr(a, b) for a, b in zip(before, after)]
    at_cuts = [n for cut in (50, 100) for n in range(cut - 4, cut + 5)]
    assert min(quality[n] for n in at_cuts) > 38, [(n, quality[n]) for n in at_cuts]
    assert min(quality) > 36
    moved = tools.psnr(before[50], after[51])
    assert moved < 30, "the measure could not tell neighbours apart"


def test_keyframes_on_the_grid(polymux, store):
    """Cuts fall on GOP boundaries: no keyframe more than an uncut encode needs."""
    source, _ = make(store, "long-gop.mp4")
    done = polymux.run(job({"film": source}, [
        output("time", video={"Gop": "1s"}), output("frames", video={"Gop": 25}),
        output("text", video={"Gop": "50"})]))
    for name, gop in (("time", 25), ("frames", 25), ("text", 50)):
        track, = mp4.check(done.file(name)).tracks
        assert set(range(0, FRAMES, gop)) == set(track.sync)


def scenes(path, first, frames=300):
    """Two still scenes, the second from frame `first` on, with no keyframe of its own."""
    media.ffmpeg("-f", "lavfi", "-i", f"testsrc=s=160x90:r=25,loop=loop={frames}:size=1",
                 "-f", "lavfi", "-i", "mandelbrot=s=160x90:r=25", "-filter_complex",
                 f"[0]trim=end_frame={first}[a];[1]loop=loop={frames}:size=1,"
                 f"trim=end_frame={frames - first}[b];[a][b]concat=n=2,format=yuv420p",
                 "-frames:v", str(frames), *media.X264[:2], "-crf", "12", "-g", "1000",
                 "-sc_threshold", "0", path)
    return path


@pytest.mark.parametrize("codec", ["H.264", "H.265"])
@pytest.mark.parametrize("first,keyframes", [
    (120, [0, 100, 120, 200]),  # the grid's points are 100 and 200; a scene behind one: there
    (90, [0, 90, 190, 200]),    # shortly before: there (and 190 is the encoder's own)
    (45, [0, 100, 200]),        # longer before: on the grid
])
@pytest.mark.lean(2)
def test_segments_meet_where_keyframes_are(polymux, store, first, keyframes, codec):
    source = store.get(f"scenes-{first}.mp4", lambda p: scenes(p, first))
    done = polymux.run(job({"film": source}, [output("o", video={"Codec": codec, "Gop": 100})]))
    track, = mp4.check(done.file("o")).tracks
    assert sorted(track.sync) == keyframes


def test_same_frames_in_every_size(polymux, store):
    """Renditions of one decode agree; scaled ones too."""
    source, _ = make(store, "ntsc.mp4")
    sizes = {"a": (320, 180), "b": (256, 144), "c": (160, 90)}
    done = polymux.run(job({"film": source}, [
        output(n, video={"Width": w, "Crf": 14}) for n, (w, _) in sizes.items()]))
    for name, size in sizes.items():
        assert tools.size_of(done.file(name)) == size
        assert media.numbers(tools.planes(done.file(name), size)) == list(range(FRAMES))
        check_times(done.file(name), "ntsc.mp4", source)


@pytest.mark.parametrize("seconds", ["1", "2", "3", "10", "0.5"])
@pytest.mark.lean(3)
def test_cut_length_changes_no_frame(polymux, store, seconds):
    source, _ = make(store, "open264.mkv")
    done = polymux.run(job({"film": source}, [output("o", video={"Crf": 14, "Gop": "0.5s"})]),
                       env={"POLYMUX_SEGMENT_SECONDS": seconds})
    made = done.file("o")
    assert media.numbers(tools.planes(made, media.SIZE)) == list(range(FRAMES))
    check_times(made, "open264.mkv", source)
