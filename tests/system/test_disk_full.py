# SPDX-License-Identifier: MIT
"""No room for results or for the output: told with the folder's name, and nothing half-written is left."""
import shlex

import numpy as np
import pytest

import media
from jobs import job
from test_bad_days import needs_mounts

pytestmark = needs_mounts


@pytest.fixture(scope="module")
def noise(store):
    """A megabyte that nothing makes smaller."""
    return store.get("full-noise.wav", lambda p: media.write_wav(
        p, np.random.default_rng(5).uniform(-0.5, 0.5, (6 * 48000, 2)), 48000))


def small(polymux, folder, size):
    """The command sees a disk of `size` at `folder`; what it leaves there is listed in left.txt."""
    folder.mkdir(parents=True, exist_ok=True)
    left = polymux.home / "left.txt"
    inner = (f"mount -t tmpfs -o size={size} none {shlex.quote(str(folder))}; code=0; "
             f"{shlex.quote(str(polymux.binary))} \"$@\" || code=$?; find {shlex.quote(str(folder))} -type f > "
             f"{shlex.quote(str(left))}; exit $code")
    script = polymux.home / "small-disk"
    script.write_text(f"#!/bin/sh\nexec unshare -m sh -ec {shlex.quote(inner)} sh \"$@\"\n")
    script.chmod(0o755)
    polymux.binary = script
    return left


ONE = {"Name": "o", "OutputFileName": "o", "OverrideParams": {"Container": {"Format": "flac"}}}


def test_results(polymux, noise):
    """The folder of kept results is full: the task and the folder are named."""
    left = small(polymux, polymux.cache, "500k")
    done = polymux.run(job({"film": noise}, [ONE]), expect=1)
    (_, text), = done.problems()
    assert "task audio-00 failed: " in text and "No space left on device" in text
    assert f'the disk of the folder "{polymux.cache}", where results of tasks are kept, is full' in text
    assert not any("/jobs/" in line or "/objects/" in line for line in left.read_text().splitlines())
    assert not list(polymux.home.glob("out/*"))


def test_output(polymux, noise):
    """The output's own disk is full: its name is told, and no part of the file is left."""
    left = small(polymux, polymux.home / "out", "500k")
    done = polymux.run(job({"film": noise}, [ONE]), expect=1)
    (_, text), = done.problems()
    assert "No space left on device" in text and str(polymux.home / "out" / "o.flac") in text
    assert not left.read_text().strip()
