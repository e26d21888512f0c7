#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures reading from and writing to object storages, each beside a peer in the same rounds.

Called by script/bench-storage, which has its help; writes below the folder --room only. The storages
are those of the tests: the strict OSS behind a network with 20 ms of latency, and OpenStack Swift.
"""
import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

import measure
import storage_report

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "system"))

import buckets  # noqa: E402
import driver  # noqa: E402
import netem  # noqa: E402
import oss_server  # noqa: E402
import rclone  # noqa: E402
import swift_server  # noqa: E402

MIB = 1 << 20
# Each way: a question and its answer take twice as long.
DELAY_MS = 10
PART = 8 * MIB  # what pmx_upload() takes for files of this size
OBJECTS = (1, 8, 24)
OBJECT_BYTES, READ_BYTES = 1 << 30, 64 * MIB
MEMORY_BYTES = 256 * MIB  # what src/storage/routed.c keeps there at most
DISK_BYTES = 4 << 30  # input-cache, as it is by default
CONFIG = """\
[storage cloud]
type = oss
bucket = films
endpoint = {oss.endpoint}
region = {oss.region}
access-key-id = {oss.key_id}
access-key-secret = {oss.secret}
"""


def say(text):
    print(f"==> {text}", file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="storage.py", description=__doc__.splitlines()[0])
    parser.add_argument("--room", type=Path, required=True, help="folder for all that is made")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--mebibytes", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("jobs", "uploads", "memory"))
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def empty_folder(path):
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def timed(call):
    began = time.monotonic()
    call()
    return time.monotonic() - began


def in_turns(number, turns):
    """Every second round the other way round, so that none always has the cooler machine."""
    return turns if number % 2 == 0 else list(reversed(turns))


# --- a job, near and far ---


def make_film(path, seconds):
    """25 Mbit/s with sound, its index at the end: grain, so that the picture needs that much."""
    if path.exists():
        return
    part = path.with_suffix(".part.mp4")
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y",
         "-f", "lavfi", "-i", "testsrc2=size=1920x1080:rate=25,noise=alls=12:allf=t",
         "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-t", str(seconds),
         "-c:v", "libx264", "-preset", "ultrafast", "-b:v", "25M", "-maxrate", "25M", "-bufsize", "25M", "-g", "50",
         "-pix_fmt", "yuv420p", "-c:a", "aac", part], check=True)
    part.rename(path)


def job(film, base):
    tracks = [{"InputRef": "film", "LanguageControl": "Configured", "Language": "zho"}]
    return {
        "Inputs": [{"Name": "film", "InputFile": {"Type": "OSS", "Media": str(film)}}],
        "OutputGroups": [{
            "GroupConfig": {"Type": "File", "OutputFileBase": {"Type": "OSS", "Media": f"{base}/"}},
            "Outputs": [{"Name": size, "OutputFileName": f"{size}.mp4", "TemplateId": f"Video-{size}",
                         "OverrideParams": {"Audios": tracks}} for size in ("540P", "360P")]}]}


class Jobs:
    """The same job on a local film, on one in the OSS, and from and to the OSS."""

    def __init__(self, options):
        self.options, self.room, self.runs = options, options.room, []
        self.film = self.room / f"film-{options.seconds:g}.mp4"
        self.out = self.room / "out"

    def start(self):
        self.oss = oss_server.OssServer(empty_folder(self.room / "oss"))
        self.oss.make_bucket("films")
        self.oss.place("films", "film.mp4", self.film)
        (self.room / "polymux.conf").write_text(CONFIG.format(oss=self.oss), "utf-8")
        places = {"local": (self.film, self.out), "remote": ("oss://films/film.mp4", self.out),
                  "both": ("oss://films/film.mp4", "oss://films/out")}
        for kind, (film, base) in places.items():
            (self.room / f"{kind}.json").write_text(json.dumps(job(film, base)), "utf-8")

    def made(self, kind):
        """The files, to be compared."""
        names = ["540P.mp4", "360P.mp4"]
        if kind == "both":
            return [self.oss.body("films", f"out/{name}") for name in names]
        return [(self.out / name).read_bytes() for name in names]

    def once(self, kind):
        empty_folder(self.out)
        self.oss.log.clear()
        # Whoever ends the benchmark ends this too.
        command = ["setpriv", "--pdeathsig", "KILL", driver.binary(), "run", "--config", self.room / "polymux.conf",
                   "--no-cache", self.room / f"{kind}.json"]
        began = time.monotonic()
        with open(self.room / f"{kind}.log", "wb") as log:
            child = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            _, status, used = os.wait4(child.pid, 0)
        if status != 0:
            sys.exit(f"error: polymux run failed; see {log.name}")
        run = {"kind": kind, "wall": time.monotonic() - began, "cpu": used.ru_utime + used.ru_stime,
               "requests": len(self.oss.log.all()), "sent": self.oss.log.sent(), "received": self.oss.log.received()}
        self.runs.append(run)
        say(f"{kind}: {run['wall']:.1f} s, {run['requests']} requests, {run['sent'] / MIB:.1f} MiB read")
        return self.made(kind)

    def round(self, number):
        made = [self.once(kind) for kind in in_turns(number, list(storage_report.JOBS))]
        if any(files != made[0] for files in made):
            sys.exit("error: the same job made different files")

    def run(self):
        say(f"making {self.options.seconds:g} s of film")
        make_film(self.film, self.options.seconds)
        far = netem.Netem(self.room, delay_ms=DELAY_MS)
        say(f"{DELAY_MS} ms each way, by {far.how}")
        try:
            with far.entered():
                self.start()
                try:
                    for number in range(self.options.rounds):
                        self.round(number)
                finally:
                    self.oss.end()
        finally:
            far.end()
        return self.runs


# --- an upload ---


def uploads(options):
    """A file of noise into Swift; rclone's parts are as large as ours, and as many at once."""
    path, runs = options.room / "noise", []
    with open(path, "wb") as file:
        for _ in range(options.mebibytes):
            file.write(os.urandom(MIB))
    swift = swift_server.Swift(empty_folder(options.room / "swift"))
    try:
        swift.start()
        side = buckets.S3Side(swift, "path")
        bucket = buckets.Bucket(options.room, side.options)
        bucket.run("list", "")
        ways = {"rclone": lambda: rclone.upload(swift, path, side.name, "object", f"{PART // MIB}M"),
                "polymux": lambda: bucket.run("upload", "object", "video/mp4", path, 0)}
        for number in range(options.rounds):
            for kind in in_turns(number, list(ways)):
                runs.append({"kind": kind, "wall": timed(ways[kind])})
                if bucket.head("object")["size"] != options.mebibytes * MIB:
                    sys.exit(f"error: {kind} uploaded something else")
                bucket.delete("object")
                say(f"{kind}: {runs[-1]['wall']:.1f} s")
        bucket.end()
    finally:
        swift.end()
        shutil.rmtree(options.room / "swift", ignore_errors=True)
        path.unlink()
    return runs


# --- memory ---


def peak_with(folder, side, count):
    """The most memory that a process has held that read on in so many objects at once."""
    bucket = buckets.Bucket(folder, side.options)
    bucket.run("read-on", "large-", count, READ_BYTES, MEMORY_BYTES, DISK_BYTES, folder / "spool")
    peak = measure.memory_of(bucket.child.pid)[2]
    bucket.end()
    say(f"{count} objects: {peak / MIB:.0f} MiB")
    return {"objects": count, "peak": peak}


def memory(options):
    path = options.room / "large"
    with open(path, "wb") as file:
        file.truncate(OBJECT_BYTES)
    oss = oss_server.OssServer(empty_folder(options.room / "oss-memory"))
    try:
        side = buckets.OssSide(oss, 4)
        for number in range(max(OBJECTS)):
            oss.place(side.name, f"large-{number}", path)
        return [peak_with(options.room, side, count) for count in OBJECTS]
    finally:
        oss.end()
        path.unlink()


def main():
    options = arguments()
    options.room = options.room.resolve()
    options.room.mkdir(parents=True, exist_ok=True)
    parts = {"jobs": lambda: Jobs(options).run(), "uploads": lambda: uploads(options),
             "memory": lambda: memory(options)}
    figures = {name: run() for name, run in parts.items() if options.only in (None, name)}
    figures["machine"] = {"cpus": len(os.sched_getaffinity(0)), "kernel": platform.release(),
                          "load": os.getloadavg()}
    path = options.json or options.room / "figures.json"
    path.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    say(f"the raw figures are in {path}")
    print(storage_report.report(figures))


if __name__ == "__main__":
    main()
