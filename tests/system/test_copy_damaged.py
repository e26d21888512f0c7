# SPDX-License-Identifier: MIT
"""Copies of sources whose clock jumps or that are damaged: in order, together, and told of."""
import itertools
import json

import pytest

import awkward
import awkward_row
import media
import tools
from jobs import job
from test_containers import flashes
from test_copy import remux


@pytest.fixture(scope="module")
def kit(store):
    return awkward_row.Kit(store)


def from_table(name):
    return next(row.make for row in awkward.MADE if row.name == name)


def recordings(*starts):
    """The film several times behind itself, each time with a clock that starts anew."""
    def make(path, kit):
        parts = []
        for start in starts:
            part = kit.store.get(f"copy-from-{start}.ts", lambda p, s=start: tools.ffmpeg(
                "-i", kit.whole(), "-c", "copy", "-output_ts_offset", s, "-muxdelay", "0", "-muxpreload", "0", p))
            parts.append(part.read_bytes())
        path.write_bytes(b"".join(parts))
    return make


def jumbled(path, kit, which=slice(20, 24)):
    """Lengths of NAL units that lead beyond their packets: MP4 holds them, other containers cannot."""
    data = bytearray(kit.get("awk-front.mp4", *awkward_row.BOTH, "-movflags", "+faststart").read_bytes())
    found = tools.ffprobe(kit.get("awk-front.mp4"), "-show_packets", "-select_streams", "v:0")["packets"]
    for packet in found[which]:
        at = int(packet["pos"])
        data[at:at + 4] = b"\x7f\xff\xff\xff"
    path.write_bytes(data)


def film_at(start):
    """Where the flashes of a film that begins there are."""
    return [start + at for at in awkward_row.CLICKS]


WRAP = 2 ** 33 / 90000
# source, how it is made, container, where each flash is, frames, words of a warning
ROWS = [
    ("twice.ts", from_table("twice.ts"), "mp4", film_at(0) + film_at(2), 100, "clock jumps"),
    ("twice.ts", from_table("twice.ts"), "ts", film_at(0) + film_at(2), 100, "clock jumps"),
    ("copy-jumps.ts", recordings("0", "5000", "20"), "mp4", film_at(0) + film_at(2) + film_at(4), 150, "clock jumps"),
    ("copy-wraps.ts", recordings(str(WRAP - 1), "1"), "flv", film_at(0) + film_at(2), 100, "damaged packet"),
    ("no-keyframe.ts", from_table("no-keyframe.ts"), "mkv", film_at(-0.8)[1:], 30, "damaged packet"),
    ("copy-jumbled.mp4", jumbled, "ts", film_at(0), None, "damaged packet"),
]


def rising(path):
    """Decoding times as the container has them, a list a stream; none where it has none (Matroska)."""
    out, _ = tools.run("ffprobe", "-v", "error", "-show_entries", "packet=stream_index,dts", "-of", "json", path)
    for index, packets in itertools.groupby(sorted(json.loads(out)["packets"], key=lambda p: p["stream_index"]),
                                            key=lambda p: p["stream_index"]):
        times = [p["dts"] for p in packets if "dts" in p]
        assert times and all(a < b for a, b in zip(times, times[1:])), index


@pytest.mark.parametrize("name, make, container, wanted, frames, words", ROWS)
def test_together(polymux, store, kit, name, make, container, wanted, frames, words):
    """Flashes where they belong, clicks with them, however the source's times go."""
    path = store.get(f"damaged-{name}", lambda p: make(p, kit))
    done = polymux.run(job({"film": path}, [remux(container)]))
    made = done.file("r")
    rising(made)
    assert any(words in text for text in done.outputs["r"]["warnings"]), done.outputs["r"]
    seen, numbers = flashes(made)
    start, rate, line = tools.timeline(made)
    heard = media.find_clicks(line.mean(1), rate, start)
    assert [s - seen[0] for s in seen] == pytest.approx([w - wanted[0] for w in wanted], abs=0.0015)
    assert heard[-len(seen):] == pytest.approx(seen, abs=0.0015)
    assert frames is None or len(numbers) == frames


def test_parameters_change(polymux, store, kit):
    """What a container can be told once only is refused when it changes."""
    path = store.get("damaged-changes.aac", lambda p: from_table("changes.aac")(p, kit))
    done = polymux.run(job({"film": path}, [remux("m4a")]), expect=1)
    assert any("changes its parameters" in text for _, text in done.problems()), done.problems()


@pytest.mark.parametrize("count", [26, 50])
def test_most_refused(polymux, store, kit, count):
    """A track that the container refuses is no copy, however whole the others are."""
    path = store.get(f"damaged-most-{count}.mp4", lambda p: jumbled(p, kit, slice(count)))
    done = polymux.run(job({"film": path}, [remux("ts")]), expect=1)
    assert any("packets of the video are damaged" in text and "into ts files" in text for _, text in done.problems()), \
        done.problems()


def test_all_left_out(polymux, store, kit):
    """AAC without a word of its configuration: there are packets, but none that a copy could use."""
    def make(path):
        data = bytearray(kit.get("awk-front.mp4", *awkward_row.BOTH, "-movflags", "+faststart").read_bytes())
        data[data.index(b"\x05\x80\x80\x80", data.index(b"esds"))] = 0x7f
        path.write_bytes(data)
    path = store.get("damaged-untold.mp4", make)
    count = len(tools.ffprobe(path, "-show_packets", "-select_streams", "a:0")["packets"])
    done = polymux.run(job({"film": path}, [remux("mp4")]), expect=1)
    assert any(f"all {count} packets of the stream 1 are damaged" in text for _, text in done.problems()), done.problems()


def test_short_header(polymux, store, kit):
    """A header that tells too short a duration cuts nothing off."""
    def make(path):
        data = bytearray(kit.get("awk-front.mp4", *awkward_row.BOTH, "-movflags", "+faststart").read_bytes())
        at = data.index(b"mdhd")    # version and flags, two dates, timescale, duration
        scale = int.from_bytes(data[at + 16:at + 20], "big")
        data[at + 20:at + 24] = (scale // 4).to_bytes(4, "big")
        path.write_bytes(data)
    path = store.get("damaged-short.mp4", make)
    made = polymux.run(job({"film": path}, [remux("mp4")])).file("r")
    assert len(tools.frame_times(made)[0]) == len(tools.frame_times(path)[0]) == 50


MISSING = awkward.SHARED / "awkward" / "lpms_1080p60_missing-dts_start25994s.ts"


@pytest.mark.skipif(not MISSING.exists(), reason="../shared/media is not there")
def test_missing_times(polymux):
    """A picture without a time gets its place: ffmpeg decodes all of them without a word."""
    done = polymux.run(job({"film": MISSING}, [remux("mp4")]))
    made = done.file("r")
    rising(made)
    tools.decodes_cleanly(made)
    times, _ = tools.frame_times(made)
    steps = [float(b - a) for a, b in zip(times, times[1:])]
    assert len(times) == 120 and min(steps) > 0.01 and max(steps) < 0.02
