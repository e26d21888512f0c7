#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures Polymux against one ffmpeg command, in turns, and prints a table.

Called by script/bench, which has its help; writes below the folder --room only. A round is: the job
with an empty artifact store, the ffmpeg command, and the job with a fourth language on the store that
the first left. Every second round begins with ffmpeg, so that neither always has the cooler machine.
"""
import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import material
import measure
import report
import work

# What this process may use, which in a container is less than what the machine has.
CPUS = len(os.sched_getaffinity(0))
LANGUAGES = ["zho", "eng", "jpn"]
ONE_MORE = LANGUAGES + ["spa"]


def say(text):
    print(f"==> {text}", file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="bench.py", description=__doc__.splitlines()[0])
    parser.add_argument("clip", type=Path)
    parser.add_argument("--room", type=Path, required=True, help="folder for all that is made")
    parser.add_argument("--polymux", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--he", action="store_true")
    parser.add_argument("--ffmpeg-only", action="store_true")
    parser.add_argument("--moving-camera", action="store_true")
    return parser.parse_args()


def empty_folder(path):
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def check_files(folder, languages, seconds):
    """All files are there, whole, and carry every language; returns their bytes together."""
    total = 0
    for name in work.expected_files():
        file = folder / name
        shown = subprocess.run(
            ["ffprobe", "-v", "error", "-show_entries",
             "stream=codec_type,duration:stream_tags=language", "-of", "json", str(file)],
            check=True, capture_output=True)
        streams = json.loads(shown.stdout)["streams"]
        spoken = [s.get("tags", {}).get("language", "und") for s in streams
                  if s["codec_type"] == "audio"]
        if spoken != languages:
            sys.exit(f"error: {file} carries the languages {spoken}, not {languages}")
        if min(float(s["duration"]) for s in streams) < seconds - 0.1:
            sys.exit(f"error: {file} is shorter than {seconds} s")
        total += file.stat().st_size
    return total


class Bench:
    def __init__(self, options):
        self.options = options
        self.room = options.room
        self.media = self.room / "media"
        self.store = self.room / "store"
        self.profile = "aac_he" if options.he else "aac_low"
        self.costs = []

    def prepare(self):
        say(f"making {self.options.seconds:g} s of 1080p25 and four dubs")
        if not self.material_is_current():
            empty_folder(self.media)
        material.make_all(self.options.clip, self.media, self.options.seconds, self.options.moving_camera)
        self.stamp_file().write_text(self.stamp(), "utf-8")
        for name, languages in (("full", LANGUAGES), ("language", ONE_MORE)):
            document = json.dumps(work.job(languages, self.profile), indent=2)
            (self.media / f"{name}.json").write_text(document + "\n", "utf-8")

    def stamp_file(self):
        return self.media / "made-of.txt"

    def material_is_current(self):
        try:
            return self.stamp_file().read_text("utf-8") == self.stamp()
        except FileNotFoundError:
            return False

    def stamp(self):
        """What the material was made of: another clip or length makes it anew."""
        facts = self.options.clip.stat()
        return (f"{self.options.clip.resolve()} {facts.st_size} {facts.st_mtime_ns} "
                f"{self.options.seconds:g} {self.options.moving_camera}")

    def measured(self, kind, command, languages, folder, environment=None):
        say(f"{kind}: {command[0]} …")
        log = self.room / f"{kind}.log"
        try:
            cost = measure.run(command, log, environment)
        except subprocess.CalledProcessError as failed:
            sys.stderr.write(log.read_text("utf-8", "replace")[-4000:])
            sys.exit(f"error: {command[0]} ended with status {failed.returncode}")
        size = check_files(folder, languages, self.options.seconds)
        self.costs.append({"kind": kind, "bytes": size, **vars(cost)})
        say(f"{kind}: {cost.cpu:.1f} CPU s, {cost.wall:.1f} s, {cost.peak_pss / measure.MIB:.0f} MiB")

    def ffmpeg(self):
        folder = empty_folder(self.room / "out-ffmpeg")
        command = work.ffmpeg_command(LANGUAGES, self.media, folder, material.RATE,
                                      (material.WIDTH, material.HEIGHT))
        self.measured("ffmpeg", command, LANGUAGES, folder)

    def polymux(self, kind, languages):
        folder = empty_folder(self.room / f"out-{kind}")
        command = [str(self.options.polymux.resolve()), "run", str(self.media / f"{kind}.json"),
                   "-o", str(folder)]
        if self.options.jobs:
            command += ["-j", str(self.options.jobs)]
        self.measured(kind, command, languages, folder, {"POLYMUX_CACHE": str(self.store)})

    def full_and_language(self):
        empty_folder(self.store)
        self.polymux("full", LANGUAGES)
        self.polymux("language", ONE_MORE)

    def run(self):
        turns = [self.ffmpeg] if self.options.ffmpeg_only else [self.full_and_language, self.ffmpeg]
        for number in range(self.options.rounds):
            say(f"round {number + 1} of {self.options.rounds}")
            for turn in turns if number % 2 == 0 else reversed(turns):
                turn()

    def record(self):
        """Raw figures with what is needed to read them later."""
        version = subprocess.run(["ffmpeg", "-version"], check=True, capture_output=True, text=True)
        facts = {"clip": self.options.clip.name, "seconds": self.options.seconds,
                 "moving_camera": self.options.moving_camera, "audio": self.profile,
                 "ffmpeg": version.stdout.splitlines()[0], "cpus": CPUS,
                 "machine": platform.machine(), "kernel": platform.release(), "runs": self.costs}
        file = self.options.json or self.room / "figures.json"
        file.write_text(json.dumps(facts, indent=2) + "\n", "utf-8")
        return file


def main():
    options = arguments()
    options.room.mkdir(parents=True, exist_ok=True)
    if not options.ffmpeg_only and not os.access(options.polymux, os.X_OK):
        sys.exit(f"error: there is no polymux at {options.polymux}; build it first, or use script/bench")
    measure.become_reaper()
    bench = Bench(options)
    bench.prepare()
    bench.run()
    file = bench.record()
    print(f"{options.seconds:g} s of 1080p25 ({options.clip.name}), eight renditions, "
          f"{len(LANGUAGES)} languages, {CPUS} CPUs\n")
    print(report.table(bench.costs))
    say(f"raw figures: {file}")


if __name__ == "__main__":
    main()
