#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts test results: prints "PASSED FAILED SKIPPED".

tally.py junit FILE.xml        a JUnit file, as pytest writes it
tally.py meson LOGS            the folder with meson's testlog.junit.xml and testlog.json

Called by script/test. A file that is missing or broken is an error, not a zero.
"""
import json
import re
import sys
import xml.etree.ElementTree as xml
from pathlib import Path


def outcome(case):
    """A case may carry several marks, a failure and an error in its tear-down: the worst counts."""
    marks = {child.tag for child in case}
    if marks & {"failure", "error"}:
        return 1
    return 2 if "skipped" in marks else 0


def junit(path):
    counts = [0, 0, 0]
    for case in xml.parse(path).iter("testcase"):
        counts[outcome(case)] += 1
    return counts


def died(test):
    """A program whose every result was fine until it crashed: the results alone do not show it."""
    results = re.findall(r"^(ok|not ok)\b", test.get("stdout", ""), re.MULTILINE)
    return test["result"] not in ("OK", "SKIP", "EXPECTEDFAIL") and set(results) == {"ok"}


def meson(logs):
    counts = junit(Path(logs) / "testlog.junit.xml")
    for line in (Path(logs) / "testlog.json").read_text("utf-8").splitlines():
        counts[1] += died(json.loads(line))
    return counts


if __name__ == "__main__":
    print(*{"junit": junit, "meson": meson}[sys.argv[1]](sys.argv[2]))
