# SPDX-License-Identifier: MIT
"""Mutated media that have once been too much: tests/fuzz/kept, found by tests/fuzz/fuzz_media.py."""
import sys

import pytest

import driver

FOLDER = driver.ROOT / "tests" / "fuzz"
sys.path.insert(0, str(FOLDER))

import fuzz_media  # noqa: E402

KEPT = sorted(p for p in (FOLDER / "kept").glob("*") if p.name != "README.md")


@pytest.mark.parametrize("path", KEPT, ids=lambda p: p.name)
def test_kept(tmp_path, path):
    assert not fuzz_media.Runner(driver.binary(), tmp_path).tried(path)


def test_tiny():
    assert all(p.stat().st_size < 4096 for p in KEPT)


def test_mutations_are_reproducible(tmp_path):
    """The n-th mutation is the same each time, and differs from the one before."""
    seed = tmp_path / "seed.bin"
    seed.write_bytes(bytes(range(256)) * 8)
    made = [fuzz_media.mutated(n, [seed])[1] for n in (1, 2, 1)]
    assert made[0] == made[2] != made[1]
