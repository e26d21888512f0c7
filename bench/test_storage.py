# SPDX-License-Identifier: MIT
"""Tests of what the storage benchmark makes of its figures."""
import storage_report

JOBS = [{"kind": kind, "wall": wall, "cpu": 8} for kind, wall in
        [("local", 10), ("remote", 11), ("both", 12), ("both", 16), ("remote", 90), ("local", 10),
         ("local", 30), ("remote", 10), ("both", 14)]]
UPLOADS = [{"kind": "rclone", "wall": 8}, {"kind": "polymux", "wall": 10}]
MIB = 1 << 20


def test_jobs_are_compared_by_their_medians():
    lines = storage_report.jobs(JOBS)
    assert [line.split(" | ")[-1].strip("* |") for line in lines[2:]] == ["1.000", "1.100", "1.400"]


def test_an_upload_that_takes_longer_is_slower():
    assert "**0.800**" in storage_report.uploads(UPLOADS)[-1]


def test_what_each_object_more_costs():
    few, many = {"objects": 1, "peak": 40 * MIB}, {"objects": 8, "peak": 215 * MIB}
    assert storage_report.each(few, many) == 25 * MIB
    assert "**25.0 MiB**" in storage_report.memory([few, many])[-1]


def test_parts_that_were_not_measured_are_left_out():
    assert storage_report.report({"uploads": UPLOADS, "machine": {}}).count("\n\n") == 0
