# SPDX-License-Identifier: MIT
"""A runner that dies or hangs costs a task: retried once, then its output fails, others go on."""
import time

import pytest

import media
import runners
import tools
from jobs import audio, job, output


@pytest.fixture(scope="module")
def inputs(store):
    return {"film": store.get("crash.mp4", lambda p: media.film(p, 150)),
            **{n: store.get(f"crash-{n}.wav", lambda p, hz=hz: media.write_wav(
                p, media.tone(3, hz), 48000)) for n, hz in (("eng", 600), ("jpn", 800))}}


def two(inputs):
    """Two outputs that share the video but not the sound."""
    return job(inputs, [output("english", [audio("eng", "eng")]),
                        output("japanese", [audio("jpn", "jpn")])])


@pytest.fixture(scope="module")
def reference(polymux_module, inputs):
    done = polymux_module.run(two(inputs))
    return {name: tools.sha256(done.file(name)) for name in ("english", "japanese")}


@pytest.fixture
def wrapped(polymux):
    """Makes a wrapper; its pipe is closed after the test."""
    made = []

    def make(body):
        made.append(runners.Runner(polymux.home, body))
        return made[0]
    yield make
    for runner in made:
        runner.close()


# Orders of one output only: encoding its sound, writing its file.
JAPANESE_SOUND = '"audio".*crash-jpn.wav'
ENGLISH_PACKAGE = '"package".*"eng"'


@pytest.mark.parametrize("number", [1, 2, 3, 5, 7])
@pytest.mark.lean(2)
def test_crash_once(polymux, inputs, wrapped, reference, number):
    """Whichever runner it is, a probe or a task: tried again, and no byte differs."""
    runner = wrapped(runners.crash_at(number))
    done = polymux.run(two(inputs), env=runner.env())
    assert runner.starts() > number
    assert {n: tools.sha256(done.file(n)) for n in reference} == reference


def test_crash_always_in_one_output(polymux, inputs, wrapped, reference):
    """That output fails and says which task and why; the other is complete."""
    runner = wrapped(runners.crash_when(JAPANESE_SOUND))
    done = polymux.run(two(inputs), env=runner.env(), expect=1)
    assert done.report["state"] == "Failed"
    good, bad = done.outputs["english"], done.outputs["japanese"]
    assert good["state"] == "Success" and tools.sha256(good["file"]) == reference["english"]
    assert bad["state"] == "Failed" and bad["code"]
    assert "audio" in bad["message"], "names the task"
    assert "SIGSEGV" in bad["message"] or "signal 11" in bad["message"].lower() or \
        "segmentation" in bad["message"].lower(), bad
    assert not (polymux.out / "japanese.mp4").exists()
    # and when the runner is well again, the rest is all that is left to do
    again = polymux.run(two(inputs))
    assert again.work["video"]["run"] == 0 and again.work["audio"] == {"run": 1, "kept": 1}


def test_crash_always_everywhere(polymux, inputs, wrapped):
    """Tried twice a task, not for ever; an old output is left as it was."""
    old = polymux.out / "english.mp4"
    old.parent.mkdir()
    old.write_text("old")
    runner = wrapped(runners.crash_at("*"))
    done = polymux.run(two(inputs), env=runner.env(), expect=(1, 2))
    assert done.problems() and all(text for _, text in done.problems())
    assert runner.starts() <= 2 * len(inputs), "probes are tried twice at most"
    assert polymux.left() == [old] and old.read_text() == "old"


def test_old_output_survives_a_failed_task(polymux, inputs, wrapped):
    old = polymux.out / "japanese.mp4"
    old.parent.mkdir()
    old.write_text("old")
    runner = wrapped(runners.crash_when(JAPANESE_SOUND))
    polymux.run(two(inputs), env=runner.env(), expect=1)
    assert old.read_text() == "old"
    polymux.run(two(inputs))
    assert tools.video(old)["codec_name"] == "h264", "a complete one replaces it"


def test_package_that_crashes(polymux, inputs, wrapped):
    """The last step: nothing half-written appears under the output's name."""
    runner = wrapped(runners.crash_when(ENGLISH_PACKAGE))
    done = polymux.run(two(inputs), env=runner.env(), expect=1)
    assert [o["state"] for o in done.report["outputs"]] == ["Failed", "Success"]
    assert "package" in done.outputs["english"]["message"]
    assert [p.name for p in polymux.left()] == ["japanese.mp4"]


def test_hang_once(polymux, inputs, wrapped, reference):
    runner = wrapped(runners.hang_at(5))
    done = polymux.run(two(inputs), env=runner.env(POLYMUX_TASK_TIMEOUT="5"))
    assert {n: tools.sha256(done.file(n)) for n in reference} == reference
    polymux.wait_gone()


def test_hang_always(polymux, inputs, wrapped, reference):
    """A runner that does nothing is ended, and nothing of it stays."""
    runner = wrapped(runners.hang_when(JAPANESE_SOUND))
    began = time.monotonic()
    done = polymux.run(two(inputs), env=runner.env(POLYMUX_TASK_TIMEOUT="5"), expect=1)
    assert time.monotonic() - began < 40
    assert tools.sha256(done.file("english")) == reference["english"]
    message = done.outputs["japanese"]["message"]
    assert "audio" in message and "5" in message, message
    polymux.wait_gone()
    assert [p.name for p in polymux.left()] == ["english.mp4"]


def test_hung_runner_does_not_hold_up_ctrl_c(polymux, inputs, wrapped):
    runner = wrapped(runners.TELL + "\nexec sleep 3600")
    process = polymux.start_run(two(inputs), env=runner.env())
    assert runner.line(process)
    process.send_signal(2)
    began = time.monotonic()
    process.wait(60)
    assert process.returncode == 130 and time.monotonic() - began < 2
    polymux.wait_gone(2)


def test_runner_that_is_not_there(polymux, inputs):
    """A broken installation is told in a sentence."""
    done = polymux.run(two(inputs), env={"POLYMUX_RUNNER": "/nonexistent/runner"}, expect=(1, 2))
    assert "/nonexistent/runner" in done.stdout + done.stderr
