#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures `polymux serve`: how fast it answers with many jobs in its store, and what it needs.

Called by script/bench-api, which has its help; writes below the folder --room only. Beside the
requests two peers are measured in the same rounds: an answer for which nothing is looked up, and the
disk's own syncs, so that figures of a busy machine can be judged.
"""
import argparse
import json
import os
import platform
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import api_fill
import api_load
import api_report
import api_requests
import api_streams
from api_server import Server

CLIENTS = 8
SETTLE_SECONDS = 3
WARM_SECONDS = 0.5
# More submits a second than these many are not looked for.
MOST_SUBMITS = 5000


def say(text):
    print(f"==> {text}", file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="api.py", description=__doc__.splitlines()[0])
    parser.add_argument("--room", type=Path, required=True, help="folder for all that is made")
    parser.add_argument("--polymux", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--stream-seconds", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def ffmpeg(*options):
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, options)], check=True)


class Bench:
    def __init__(self, options):
        self.options, self.room = options, options.room / "home"
        shutil.rmtree(self.room, ignore_errors=True)
        self.room.mkdir(parents=True)
        self.server = Server(options.polymux, self.room)
        self.figures = {"jobs": options.jobs, "readers": options.streams, "clients": CLIENTS,
                        "loads": [], "idle": {}, "streams": {}}

    # --- before ---

    def make_films(self):
        bucket = self.server.data / "buckets" / "media"
        picture = ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25"]
        encoder = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
        ffmpeg(*picture, "-t", 1, *encoder, bucket / "clip.mp4")
        ffmpeg(*picture, "-t", 300, *encoder, bucket / "long.mp4")
        for number, language in enumerate(api_requests.LANGUAGES):
            ffmpeg("-f", "lavfi", "-i", f"sine=frequency={300 + 100 * number}:sample_rate=48000", "-t", 1,
                   "-ac", 2, bucket / f"{language}.flac")

    def run_patterns(self):
        """Jobs to be copied, with their shares: small ones and large ones that are done, and waiting ones."""
        small = self.server.submit(api_requests.small_job("small"))
        large = self.server.submit(api_requests.large_job("large"))
        held = self.server.submit(api_requests.small_job("held"), self.held)
        for job in (small, large):
            self.server.wait_job(job, ["Complete"])
        return {small: 0.8, large: 0.1, held: 0.1}

    def prepare(self):
        say("starting on an empty data folder")
        self.server.start()
        self.note_idle("empty")
        self.make_films()
        self.held = self.server.pipeline("held", "Paused")
        patterns = self.run_patterns()
        self.server.stop()
        say(f"filling the store with {self.options.jobs:,} jobs")
        now = round(time.time() * 1000) - 60_000
        self.ids = api_fill.fill(self.server.data / "polymux.db", patterns, self.options.jobs, now)
        self.moments = [now - api_fill.MONTH + api_fill.MONTH * i // 50 for i in range(1, 51)]
        self.server.start()
        self.note_idle("filled")

    def note_idle(self, kind):
        time.sleep(SETTLE_SECONDS)
        pss, rss = self.server.memory()
        self.figures["idle"][kind] = {"pss": pss, "rss": rss}

    # --- loads ---

    def note_load(self, kind, latencies, wall, **more):
        figure = {"kind": kind, "requests": len(latencies), "seconds": wall, "rate": len(latencies) / wall,
                  "cpu_each": 0, **more}
        figure |= {f"p{share}": api_load.rank(latencies, share / 100) for share in (50, 90, 99)}
        figure["most"] = latencies[-1]
        self.figures["loads"].append(figure)
        say(f"{kind}: {figure['rate']:.0f}/s, p50 {figure['p50'] * 1000:.2f} ms, p99 {figure['p99'] * 1000:.2f} ms")

    def load(self, kind, requests, wanted):
        before = self.server.cpu()
        load = api_load.run(self.server.port, requests, self.options.seconds, CLIENTS)
        cpu = self.server.cpu() - before
        if set(load.statuses) != {wanted}:
            sys.exit(f"error: {kind}: answers had the statuses {dict(load.statuses)}, not {wanted}")
        count = len(load.latencies)
        self.note_load(kind, load.latencies, load.wall, cpu_each=cpu / count, load_cpu_each=load.cpu / count)

    def syncs(self):
        """What a commit must wait for, alone."""
        took, end = [], time.perf_counter() + min(2, self.options.seconds)
        start = time.perf_counter()
        with open(self.room / "synced", "wb", buffering=0) as file:
            while time.perf_counter() < end or not took:
                began = time.perf_counter()
                file.write(bytes(4096))
                os.fdatasync(file.fileno())
                took.append(time.perf_counter() - began)
        self.note_load("sync", sorted(took), time.perf_counter() - start)

    def round(self, chance):
        rest, ims = api_requests.Rest(self.server), api_requests.Ims(self.server)
        again = api_load.again_and_again
        small, large = api_requests.small_job("made"), api_requests.large_job("made")
        self.syncs()
        self.load("health", again([rest.get("/healthz")]), 200)
        self.load("submit", again([rest.submit(small, self.held)]), 201)
        self.load("submit-large", again([rest.submit(large, self.held)]), 201)
        # Each of these is signed for one use, before the clock starts.
        signed = [ims.submit(small, self.held) for _ in range(int(MOST_SUBMITS * self.options.seconds))]
        self.load("submit-ims", signed, 200)
        self.load("get", again([rest.get(f"/v1/jobs/{job}") for job in chance.choices(self.ids, k=5000)]), 200)
        pages = [f"/v1/jobs?limit=100&to={api_fill.moment(at)}" for at in self.moments]
        self.load("list", again([rest.get(page) for page in ["/v1/jobs?limit=100", *pages]]), 200)

    def loads(self):
        chance = random.Random(2)
        rest = api_requests.Rest(self.server)
        api_load.run(self.server.port, api_load.again_and_again([rest.get("/v1/jobs")]), WARM_SECONDS, CLIENTS)
        for number in range(self.options.rounds):
            say(f"round {number + 1} of {self.options.rounds}")
            self.round(chance)
        self.note_idle("loaded")

    # --- streams ---

    def streams(self, kind, job):
        say(f"{self.options.streams:,} streams, {kind}")
        request = api_requests.Rest(self.server).get(f"/v1/jobs/{job}/events")
        streams = api_streams.Streams(self.server.port, request, self.options.streams)
        try:
            streams.go(1)
            streams.events = streams.bytes = 0
            before = self.server.cpu()
            streams.go(self.options.stream_seconds)
            cpu = (self.server.cpu() - before) / self.options.stream_seconds
            pss, rss = self.server.memory()
        finally:
            streams.close()
        self.figures["streams"][kind] = {"pss": pss, "rss": rss, "cpu": cpu, "events": streams.events,
                                         "bytes": streams.bytes}
        say(f"{kind}: {rss / api_report.MIB:.1f} MiB RSS, {cpu:.1%} of a core, {streams.events} events")

    def all_streams(self):
        # A server that has just started: what the load left behind is told apart.
        self.server.stop()
        self.server.start()
        self.streams("idle", self.server.submit(api_requests.small_job("quiet"), self.held))
        running = self.server.submit(api_requests.small_job("running", "long.mp4", "veryslow"))
        self.server.wait_job(running, ["Running"])
        self.streams("busy", running)
        if self.server.call("GET", f"/v1/jobs/{running}")["state"] != "Running":
            sys.exit("error: the job that was followed has ended before its readers did")
        self.server.call("DELETE", f"/v1/jobs/{running}")

    # --- all ---

    def run(self):
        try:
            self.prepare()
            self.loads()
            self.all_streams()
        finally:
            self.server.stop()
        return self.figures


def main():
    options = arguments()
    bench = Bench(options)
    figures = bench.run()
    figures["machine"] = {"cpus": len(os.sched_getaffinity(0)), "kernel": platform.release(),
                          "load": os.getloadavg()}
    path = options.json or options.room / "figures.json"
    path.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    say(f"the raw figures are in {path}")
    print(api_report.report(figures))


if __name__ == "__main__":
    main()
