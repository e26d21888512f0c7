# SPDX-License-Identifier: MIT
"""Same job, same bytes: whatever -j says, killed and resumed or not."""
import random
import signal
import time

import pytest

import media
import runners
import tools
from jobs import audio, job, output

SEGMENTS, RENDITIONS, TRACKS = 6, 2, 3


@pytest.fixture(scope="module")
def inputs(store):
    """Twelve seconds: six segments in two sizes, three tracks."""
    sounds = {n: store.get(f"resume-{n}.wav", lambda p, hz=hz: media.write_wav(
        p, media.tone(12, hz), 48000)) for n, hz in (("zho", 500), ("eng", 700), ("jpn", 900))}
    film = store.get("resume.mp4", lambda p: media.film(
        p, 300, size=(480, 270), after=["-g", "50"]))
    return {"film": film, **sounds}


def work(inputs):
    tracks = [audio(n, n) for n in ("zho", "eng", "jpn")]
    return job(inputs, [
        output("one", tracks, video={"Preset": "veryfast"}),
        output("two", tracks, video={"Width": 256, "Height": 144, "Codec": "H.265"})])


def sums(polymux):
    return {name: tools.sha256(polymux.out / f"{name}.mp4") for name in ("one", "two")}


@pytest.fixture(scope="module")
def reference(polymux_module, inputs):
    """The checksums of an undisturbed run with one task at a time."""
    done = polymux_module.run(work(inputs), "-j", "1")
    assert done.work["video"] == {"run": SEGMENTS * RENDITIONS, "kept": 0}
    assert done.work["audio"] == {"run": TRACKS, "kept": 0}
    return sums(polymux_module)


@pytest.mark.parametrize("count", [2, 4, 9])
@pytest.mark.lean(3)
def test_jobs_at_once_change_no_byte(polymux, inputs, reference, count):
    polymux.run(work(inputs), "-j", count)
    assert sums(polymux) == reference
    tools.decodes_cleanly(polymux.out / "one.mp4")


def test_another_folder_and_no_cache(polymux, inputs, reference, tmp_path):
    """Neither where the files go nor whether results are kept shows in them."""
    polymux.out = tmp_path / "h" / "elsewhere"
    polymux.run(work(inputs), "-o", polymux.out, "--no-cache")
    assert sums(polymux) == reference


def kill_at_artifacts(polymux, inputs, seed):
    """Kills the parent when the cache has grown by a random few; True when it was in time."""
    rng = random.Random(seed)
    more = rng.randrange(0, 4)
    before = len(polymux.cached())
    process = polymux.start_run(work(inputs), "-j", rng.choice([1, 2, 3]))
    caught = runners.follow(process, polymux, before + more)
    runners.kill_group(process)
    return caught


def kill_at_start(polymux, inputs, runner, number):
    """Kills the parent when the n-th runner of this run is about to begin."""
    process = polymux.start_run(work(inputs), "-j", 2, env=runner.env())
    line = ""
    for _ in range(number):
        line = runner.line(process)
        if line is None:
            break
    runners.kill_group(process)
    return line is not None


def no_half_files(polymux, reference):
    """What bears an output's name is whole; nothing else lies in the output folder."""
    for path in polymux.out.rglob("*.mp4"):
        assert tools.sha256(path) == reference[path.stem], f"{path} is half-written"


def test_killed_ten_times(polymux, inputs, reference):
    """SIGKILL at ten moments, resumed in the same cache each time."""
    runner = runners.Runner(polymux.home, runners.TELL)
    caught = 0
    for turn in range(10):
        if turn % 2:
            caught += kill_at_artifacts(polymux, inputs, 1000 + turn)
        else:
            caught += kill_at_start(polymux, inputs, runner, 2 + turn // 2)
        polymux.wait_gone()
        no_half_files(polymux, reference)
    assert caught >= 6, "too many runs ended before they were killed"
    done = polymux.run(work(inputs), "-j", "2")
    assert done.work["video"]["kept"] + done.work["audio"]["kept"] > 0
    assert sums(polymux) == reference
    runner.close()


@pytest.mark.parametrize("sent,status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("after", [1, 4, 7])
@pytest.mark.lean(5)
def test_interrupted(polymux, inputs, reference, sent, status, after):
    """Stops in a second, leaves nothing behind, goes on from what was finished."""
    runner = runners.Runner(polymux.home, runners.TELL)
    process = polymux.start_run(work(inputs), "-j", "2", env=runner.env())
    for _ in range(after):
        assert runner.line(process) is not None, "ended too early to be interrupted"
    began = time.monotonic()
    process.send_signal(sent)
    _, stderr = process.communicate(timeout=60)
    took = time.monotonic() - began
    assert process.returncode == status, stderr
    assert took < 2, f"took {took:.1f} s"      # one, and one more for a sanitized build under load
    polymux.wait_gone(2)
    assert not polymux.left(), "scratch or half-written files stayed"
    done = polymux.run(work(inputs))
    assert sums(polymux) == reference
    if after >= 7:      # at least one task had ended before the seventh began
        assert done.work["video"]["kept"] + done.work["audio"]["kept"] > 0
    runner.close()


def test_two_runs_share_a_cache(polymux, inputs, reference):
    """Two of the same job at once: neither disturbs the other."""
    other = polymux.home / "other"
    first = polymux.start_run(work(inputs), "-j", "1")
    done = polymux.run(work(inputs), "-j", "1", "-o", other)
    _, stderr = first.communicate(timeout=120)
    assert first.returncode == 0, stderr
    assert done.report["state"] == "Success"
    assert sums(polymux) == reference
    assert {p.stem: tools.sha256(p) for p in other.glob("*.mp4")} == reference
