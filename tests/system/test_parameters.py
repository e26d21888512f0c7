# SPDX-License-Identifier: MIT
"""Every parameter of the reference: what it takes has an effect, what it does not is refused by its path.

The rows come from the reference page, so that a parameter that is added is tested too. An effect is that
the plan's tasks differ from those of the job without it: a task's parameters are all that its runner is
told.
"""
import json
import re
from pathlib import Path

import pytest

import media
from jobs import audio, job

REFERENCE = Path(__file__).parents[2] / "docs" / "job-reference.md"
SECTIONS = ("Container", "Video", "Audio", "Volume", "Audios[]", "TransConfig")

# What has to be given beside a value to make it of use.
BESIDE = {
    ("Video", "Bufsize"): {"Video": {"Maxrate": 500}},
    ("TransConfig", "TransMode"): {"Video": {"Bitrate": 300}},
    ("TransConfig", "AdjDarMethod"): {"Video": {"Width": 128, "Height": 128}},
    ("TransConfig", "IsCheckReso"): {"Video": {"Width": 640}},
    ("TransConfig", "IsCheckResoFail"): {"Video": {"Width": 640}},
    ("TransConfig", "IsCheckVideoBitrate"): {"Video": {"Bitrate": 40000}},
    ("TransConfig", "IsCheckAudioBitrate"): {"Audio": {"Bitrate": 256}},
    ("Volume", "Level"): {"Audio": {"Volume": {"Method": "linear"}}},
    ("Volume", "IntegratedLoudnessTarget"): {"Audio": {"Volume": {"Method": "dynamic"}}},
    ("Volume", "LoudnessRangeTarget"): {"Audio": {"Volume": {"Method": "dynamic"}}},
    ("Volume", "TruePeak"): {"Audio": {"Volume": {"Method": "dynamic"}}},
}
# Accepted values that change nothing in this job, and why.
NO_EFFECT = {
    ("Video", "ScanMode", "source"): "the default",
    ("Video", "MaxFps", "60"): "the default; the film is slower",
    ("Video", "Remove", "false"): "the default",
    ("TransConfig", "TransMode", "onepass"): "the default beside Bitrate",
    ("Volume", "Match", "true"): "the first track is what the others follow",
    ("Audios[]", "Duration", "keep"): "the track is as long as the film",
    ("Audios[]", "Default", "true"): "it is the only track",
    ("Video", "LongShortMode", "true"): "the film lies, it does not stand",
}


def rows():
    """(section, key, type, values, default) of the reference."""
    section = None
    for line in REFERENCE.read_text("utf-8").splitlines():
        if line.startswith("## "):
            section = line[3:]
        cells = [c.strip() for c in line.strip("|").split("|")]
        if section in SECTIONS and line.startswith("| `"):
            yield section, cells[0].strip("`"), cells[1], cells[2], cells[3].strip("`")


def words(values):
    return re.findall(r"`([^`]*)`", values.split("(not yet")[0])


def cases():
    for section, key, kind, values, default in rows():
        numbers = re.match(r"(-?[\d.]+) to (-?[\d.]+)", values)
        if kind == "word":
            for word in words(values):
                yield section, key, word, word == default
        elif kind == "boolean":
            yield section, key, True, False
        elif numbers:
            for number in numbers.groups():
                yield section, key, json.loads(number), number == default


def wrong():
    for section, key, kind, values, _ in rows():
        numbers = re.match(r"(-?[\d.]+) to (-?[\d.]+)", values)
        if kind in ("word", "value") and "`" in values + "`":
            yield section, key, "no such value"
        if kind == "boolean":
            yield section, key, "perhaps"
        if numbers:
            low, high = (json.loads(n) for n in numbers.groups())
            yield from ((section, key, low - 1000), (section, key, high + 1000), (section, key, "many"))


@pytest.fixture(scope="module")
def film(store):
    def make(path):
        media.ffmpeg("-f", "lavfi", "-i", "testsrc=s=160x90:r=25", "-f", "lavfi", "-i", "sine=r=44100",
                     "-t", "1", *media.X264, "-c:a", "libmp3lame", "-b:a", "64k",
                     "-metadata:s:a:0", "language=fra", path)
    return store.get("parameters.mp4", make)


def put(params, section, key, value):
    if section == "Volume":
        params.setdefault("Audio", {}).setdefault("Volume", {})[key] = value
    elif section == "Audios[]":
        params["Audios"] = [{**audio("film"), key: value}]
    else:
        params.setdefault(section, {})[key] = value


def job_with(film, beside, *given):
    params = json.loads(json.dumps(beside))
    params.setdefault("Video", {})
    for section, key, value in given:
        put(params, section, key, value)
    return job({"film": film}, [{"OutputFileName": "o", "OverrideParams": params}])


def plan(polymux, made):
    return polymux.call("plan", polymux.write(made), expect=(0, 2))


def tasks(done):
    return [{k: v for k, v in t.items() if k not in ("makes", "needs")} for t in json.loads(done.stdout)["tasks"]]


def problem_paths(done):
    return done.stderr + done.stdout


@pytest.mark.parametrize("section, key, value, default", list(cases()))
@pytest.mark.lean(3)
def test_what_is_taken_has_an_effect(polymux, film, section, key, value, default):
    beside = BESIDE.get((section, key), {})
    if section == "Audios[]":
        beside = {**beside, "Audios": [audio("film")]}
    without = plan(polymux, job_with(film, beside))
    given = plan(polymux, job_with(film, beside, (section, key, value)))
    assert without.code == 0, without.stderr
    if given.code == 2:     # it does not go with the rest, and that is said where it stands
        assert key in problem_paths(given)
        return
    text = value if isinstance(value, str) else json.dumps(value)
    if not default and (section, key, text) not in NO_EFFECT:
        assert tasks(given) != tasks(without), "it is taken, and changes nothing"


@pytest.mark.parametrize("section, key, value", list(wrong()))
def test_what_is_not_taken_is_refused(polymux, film, section, key, value):
    done = plan(polymux, job_with(film, {}, (section, key, value)))
    assert done.code == 2
    assert f"{key}: " in problem_paths(done)


def test_the_reference_was_read():
    assert len({(s, k) for s, k, *_ in rows()}) >= 56 and len(list(cases())) >= 100
