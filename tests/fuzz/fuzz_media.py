#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Mutated media through polymux: a probe and a small job each, under sanitizers.

Seeds are tiny files of many kinds, made by ffmpeg, and real ones where ../shared/media is there. What a
mutation does is drawn from a number, so `--first N --count 1` does it again. Found is: a sanitizer's
report in our code, a runner that hangs, an exit status that is none, an error without a sentence, or an
InternalError where no runner died. A codec library that dies in its runner is contained: the job ends
with an error that says so.
"""
import argparse
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REPORT = re.compile(r"AddressSanitizer|LeakSanitizer|UndefinedBehaviorSanitizer|runtime error:")
VIDEO = ["-f", "lavfi", "-i", "testsrc2=s=48x32:r=10:d=1"]
SOUND = ["-f", "lavfi", "-i", "sine=d=1:r=8000"]
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "5", "-threads", "1"]
SEEDS = {
    "a.mp4": [*X264, "-c:a", "aac", "-b:a", "16k"],
    "front.mp4": [*X264, "-c:a", "aac", "-b:a", "16k", "-movflags", "+faststart"],
    "fragments.mp4": [*X264, "-c:a", "aac", "-b:a", "16k", "-movflags", "frag_keyframe+empty_moov"],
    "a.mkv": [*X264, "-c:a", "flac"],
    "a.ts": [*X264, "-c:a", "aac", "-b:a", "16k"],
    "a.mpg": ["-r", "25", "-c:v", "mpeg2video", "-c:a", "mp2", "-ar", "32000"],
    "a.avi": ["-c:v", "mpeg4", "-bf", "2", "-c:a", "pcm_s16le"],
    "a.flv": [*X264, "-c:a", "aac", "-b:a", "16k"],
    "a.mov": ["-c:v", "prores", "-c:a", "pcm_s24le", "-frames:v", "2"],
    "a.webm": ["-c:v", "libvpx", "-c:a", "libopus"],
    "h265.mp4": ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:pools=1",
                 "-s", "64x64", "-c:a", "ac3"],
    "a.ogg": ["-vn", "-c:a", "libvorbis"],
    "a.wav": ["-vn"],
    "a.flac": ["-vn"],
    "a.mp3": ["-vn", "-c:a", "libmp3lame"],
    "a.aac": ["-vn", "-c:a", "aac"],
    "a.gif": ["-an"],
    "a.h264": ["-an", *X264],
}


# --- seeds and mutations ---


def make_seeds(folder):
    """Made once; several workers may do it at once."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, options in SEEDS.items():
        part = folder / f".{os.getpid()}-{name}"
        if not (folder / name).exists():
            subprocess.run(["ffmpeg", "-v", "quiet", "-nostdin", "-y", *VIDEO, *SOUND, *options, part],
                           check=False)
            if part.exists():
                part.rename(folder / name)
    shared = Path(os.environ.get("POLYMUX_SHARED_MEDIA", ROOT.parent / "shared" / "media"))
    real = [p for p in shared.glob("*/*.*") if p.stat().st_size < 400_000]
    made = [folder / name for name in SEEDS if (folder / name).exists()]
    return [p for p in [*made, *sorted(real)] if p.stat().st_size > 0]


def place(dice, data, length=1):
    """Headers are hit as often as all the rest."""
    end = max(1, len(data) - length)
    return dice.randrange(min(end, 2048)) if dice.random() < 0.5 else dice.randrange(end)


def flip(dice, data):
    for _ in range(dice.choice((1, 2, 8, 40))):
        data[place(dice, data)] ^= 1 << dice.randrange(8)


def number(dice, data):
    """A field becomes one of the numbers that are often not expected."""
    value = dice.choice((0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000,
                         0xFFFFFFFF, 0xFFFFFFFE))
    size = dice.choice((1, 2, 4, 4, 8))
    at = place(dice, data, size)
    data[at:at + size] = (value & (1 << 8 * size) - 1).to_bytes(size, dice.choice(("big", "little")))


def overwrite(dice, data):
    length = dice.choice((4, 32, 500))
    at = place(dice, data, length)
    data[at:at + length] = dice.choice((bytes(length), b"\xff" * length, dice.randbytes(length)))


def remove(dice, data):
    length = dice.choice((1, 4, 188, 1000))
    at = place(dice, data, length)
    del data[at:at + length]


def repeat(dice, data):
    length = dice.choice((4, 64, 188, 2000))
    at = place(dice, data, length)
    data[at:at] = data[at:at + length]


def move(dice, data):
    length = dice.choice((8, 188, 500))
    at = place(dice, data, length)
    part = bytes(data[at:at + length])
    del data[at:at + length]
    at = dice.randrange(len(data) + 1)
    data[at:at] = part


def cut(dice, data):
    del data[dice.randrange(len(data)):]


HOW = (flip, flip, number, number, overwrite, remove, repeat, move, cut)


def mutated(n, seeds):
    """(name, bytes) of the n-th."""
    dice = random.Random(n)
    seed = dice.choice(seeds)
    data = bytearray(seed.read_bytes())
    for _ in range(dice.choice((1, 1, 2, 4))):
        if len(data) > 16:
            dice.choice(HOW)(dice, data)
    return seed.name, bytes(data)


# --- running ---


def small_job(path, seen):
    quick = {"Width": 128, "Preset": "ultrafast"}
    base = {"OutputFileName": "v", "TemplateId": "Video-360P", "OverrideParams": {"Video": quick}}
    sound = {"OutputFileName": "a", "TemplateId": "Video-360P",
             "OverrideParams": {"Video": {"Remove": True}}}
    return {"Inputs": [{"Name": "in", "InputFile": {"Media": str(path)}}], "OutputGroups": [{
        "GroupConfig": {"Type": "File", "OutputFileBase": {"Media": "out/"}},
        "Outputs": [{"Name": "o", **(base if seen else sound)}]}]}


class Runner:
    def __init__(self, binary, home):
        self.binary, self.home = binary, Path(home)
        self.env = {**os.environ, "POLYMUX_CACHE": str(self.home / "cache"), "TMPDIR": str(self.home),
                    "POLYMUX_TASK_TIMEOUT": "20", "POLYMUX_SEGMENT_SECONDS": "0.4",
                    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
                    "ASAN_OPTIONS": "allocator_may_return_null=1:max_allocation_size_mb=4096"}

    def call(self, *args):
        """(exit status or None, stdout, stderr)."""
        try:
            done = subprocess.run([self.binary, *args], cwd=self.home, env=self.env, timeout=120,
                                  capture_output=True, text=True, errors="replace",
                                  stdin=subprocess.DEVNULL, check=False)
        except subprocess.TimeoutExpired:
            return None, "", ""
        return done.returncode, done.stdout, done.stderr

    def tried(self, path):
        """What is wrong with how `path` is dealt with: a list of texts."""
        code, out, err = self.call("probe", "--json", path)
        wrong = judged("probe", code, out, err, None)
        if code == 0:
            kinds = {s.get("kind") for s in json.loads(out)["streams"] if s.get("decodable")}
            order = self.home / "job.json"
            order.write_text(json.dumps(small_job(path, "video" in kinds)), "utf-8")
            code, out, err = self.call("run", order, "--json", "-j", "1")
            wrong += judged("run", code, out, err, out)
        for name in ("out", "cache"):
            shutil.rmtree(self.home / name, ignore_errors=True)
        return wrong


def ours(report):
    """A sanitizer's report is ours when our code is the first on the stack that is no library's."""
    for line in report.splitlines():
        frame = re.match(r"\s*#\d+ 0x\w+ (?:in )?(.*)", line)
        if frame and re.search(r"libav|libsw|libx26|libfdk|/lib/x86_64|/lib/aarch64", frame[1]):
            return False
        if frame and re.search(r"src/[a-z]+/[a-z_0-9-]+\.[ch]:|pmx_", frame[1]):
            return True
    return True


def messages(out):
    """(code, sentence) of everything that a report says went wrong."""
    try:
        report = json.loads(out)
    except ValueError:
        return [("", "")]
    if report.get("state") == "Invalid":
        return [(p["Code"], p["Message"]) for p in report["problems"]]
    return [(o.get("code", ""), o.get("message", "")) for o in report["outputs"]
            if o["state"] != "Success"]


def judged(what, code, out, err, report):
    wrong = []
    if code is None:
        return [f"{what}: no end"]
    if code not in (0, 1, 2):
        wrong.append(f"{what}: exit {code}\n{err[-3000:]}")
    if REPORT.search(err) and ours(err[REPORT.search(err).start():]):
        wrong.append(f"{what}: a sanitizer's report\n{err[-6000:]}")
    told = messages(report) if report is not None and code else []
    if report is None and code:
        told = [("InternalError" if "InternalError" in err else "", err)]
    for name, sentence in told:
        died = "died of signal" in sentence or "ended without an answer" in sentence
        if "no progress" in sentence:
            wrong.append(f"{what}: hangs: {sentence}")
        elif name == "InternalError" and not died or len(sentence) < 8:
            wrong.append(f"{what}: {name}: {sentence}\n{err[-1500:]}")
    return wrong


# --- the rounds ---


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--polymux", type=Path, default=ROOT / "build-test" / "polymux")
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--first", type=int, default=0, help="number of the first mutation")
    parser.add_argument("--count", type=int, default=10 ** 9)
    parser.add_argument("--found", type=Path, default=ROOT / "build-fuzz" / "media")
    return parser.parse_args()


def keep(options, n, name, data, wrong):
    digest = hashlib.sha256(data).hexdigest()[:12]
    options.found.mkdir(parents=True, exist_ok=True)
    path = options.found / f"{digest}-{name}"
    path.write_bytes(data)
    print(f"--- {n}: {path}", *wrong, sep="\n", flush=True)


def main():
    options = parse()
    seeds = make_seeds(options.found.parent / "media-seeds")
    end, done, found = time.monotonic() + options.seconds, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(options.polymux.resolve(), folder)
        while done < options.count and time.monotonic() < end:
            name, data = mutated(options.first + done, seeds)
            path = Path(folder) / f"in-{name}"
            path.write_bytes(data)
            wrong = runner.tried(path)
            if wrong:
                found += 1
                keep(options, options.first + done, name, data, wrong)
            path.unlink()
            done += 1
    print(f"{done} mutations, {found} found")
    return 1 if found or not done else 0


if __name__ == "__main__":
    sys.exit(main())
