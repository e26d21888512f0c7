# SPDX-License-Identifier: MIT
"""Tests of the measuring itself: what is not measured right is worse than what is not measured."""
import subprocess
import sys

import pytest

import measure
import report
import work

BUSY = "import time\nend = time.process_time() + {}\nwhile time.process_time() < end: pass\n"
HOLD = "import time\nhold = b'x' * ({} << 20)\ntime.sleep({})\n"


def python(code):
    return [sys.executable, "-S", "-c", code]


def nested(code):
    """A process whose child runs the code."""
    return python(f"import subprocess, sys; subprocess.run([sys.executable, '-S', '-c', {code!r}], check=True)")


def test_cpu_of_a_grandchild_counts(tmp_path):
    cost = measure.run(nested(BUSY.format(0.5)), tmp_path / "log")
    assert 0.5 <= cost.cpu < 1.5


def test_cpu_of_an_orphan_counts(tmp_path):
    measure.become_reaper()
    orphan = python(f"import subprocess, sys; subprocess.Popen([sys.executable, '-S', '-c', {BUSY.format(0.5)!r}])")
    cost = measure.run(orphan, tmp_path / "log")
    assert 0.5 <= cost.cpu < 1.5
    assert cost.wall >= 0.5


def test_memory_is_the_sum_over_the_tree(tmp_path):
    one = HOLD.format(60, 0.8)
    both = f"import subprocess, sys\nchild = subprocess.Popen([sys.executable, '-S', '-c', {one!r}])\n{one}child.wait()"
    cost = measure.run(python(both), tmp_path / "log")
    assert 120 <= cost.peak_pss / measure.MIB < 160
    assert 60 <= cost.peak_process / measure.MIB < 90
    assert cost.processes == 2


def test_a_failure_is_not_a_result(tmp_path):
    with pytest.raises(subprocess.CalledProcessError):
        measure.run(python("raise SystemExit(3)"), tmp_path / "log")


def test_both_sides_make_the_same_files(tmp_path):
    outputs = work.job(["zho", "eng"], "aac_low")["OutputGroups"][0]["Outputs"]
    command = work.ffmpeg_command(["zho", "eng"], tmp_path, tmp_path / "out", 25, (1920, 1080))
    named = {f"{output['OutputFileName']}.mp4" for output in outputs}
    assert len(named) == 8
    assert named == set(work.expected_files())
    assert named == {part.rsplit("/", 1)[1] for part in command if part.startswith(str(tmp_path / "out"))}
    assert all(len(output["OverrideParams"]["Audios"]) == 2 for output in outputs)


def test_the_table_has_ratios_of_medians():
    def cost(kind, cpu):
        return {"kind": kind, "cpu": cpu, "wall": 1, "peak_pss": 1, "peak_rss": 1, "peak_process": 1, "bytes": 1}

    table = report.table([cost("ffmpeg", 10), cost("ffmpeg", 20), cost("ffmpeg", 90),
                          cost("full", 10), cost("language", 1)])
    assert "| polymux / ffmpeg | **0.500** |" in table
    assert "| one more language / full job | **0.100** |" in table
