# SPDX-License-Identifier: MIT
"""kill -9 of the server at random moments, under load.

Jobs are submitted with tokens while the server is killed and started again on the same data. In the
end every job has run once to the one right end, and everybody who was to be told was told.
POLYMUX_TEST_LONG=1 makes it twenty moments; POLYMUX_TEST_SEED repeats a run's.
"""
import collections
import http.client
import os
import queue
import random
import shutil
import sqlite3
import tempfile
import threading
import time
from pathlib import Path

import pytest

import jobs
import media
import server as servers
import tools
from rawhttp import eventually
from receivers import Receiver, everything_to, expected_of, key_of

LONG = bool(os.environ.get("POLYMUX_TEST_LONG"))
MOMENTS, JOBS_EACH = (20 if LONG else 6), 2
KINDS = MOMENTS - 2     # of jobs; fewer than jobs, so that some find their work done or in the making
PATIENCE = 240
GONE = (OSError, http.client.HTTPException, AssertionError)
CONFIG = "[events]\nfirst-pause = 50ms\n"


# --- the jobs ---


@pytest.fixture(scope="module")
def films(store):
    """Small films of one and of two segments, with sound; and another sound."""
    zho, eng = (store.get(f"kill-{n}.wav", lambda p, hz=hz: media.write_wav(p, media.tone(3, hz), 48000))
                for n, hz in (("zho", 500), ("eng", 800)))
    one, two = (store.get(f"kill-{frames}.mp4", lambda p, n=frames: media.film(p, n, size=(160, 90), sound=zho))
                for frames in (50, 75))
    return {"one": one, "two": two, "eng": eng}


def fill(server, films):
    folder = server.bucket("media")
    for name, path in films.items():
        shutil.copy(path, folder / f"{name}{path.suffix}")


def make_job(rng, base):
    """Three outputs of one film: two share their picture, two share a track."""
    inputs = {"film": f"oss://media/{rng.choice(['one', 'two'])}.mp4", "eng": "oss://media/eng.wav"}
    small, large = ({"Width": w, "Height": 128, "Gop": rng.choice(["1s", "2s"])} for w in rng.sample(range(128, 288, 16), 2))
    zho, eng = (jobs.audio(ref, language, Bitrate=str(rng.choice([32, 48, 64])))
                for ref, language in (("film", "zho"), ("eng", "eng")))
    return jobs.job(inputs, [jobs.output("a", [zho, eng], video=small), jobs.output("b", [eng], video=small),
                             jobs.output("c", [zho], video=large)], base=base)


def files_of(server, bucket, token):
    folder = server.data / "buckets" / bucket / token
    return {path.name: tools.sha256(path) for path in sorted(folder.iterdir())}


class Life:
    """A server that is killed and started: what others wait for."""

    def __init__(self, server):
        self.server, self.born, self.over = server, 0, False
        self.changed = threading.Condition()

    def ready(self):
        with self.changed:
            self.born += 1
            self.changed.notify_all()

    def finish(self):
        with self.changed:
            self.over = True
            self.changed.notify_all()

    def wait_after(self, born):
        """Until the server was started again; False when nobody will."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.born > born or self.over, PATIENCE), "it was not started again"
            return self.born > born

    def insist(self, ask):
        """What ask() gives, however often the server is killed meanwhile."""
        while True:
            born = self.born
            try:
                return ask()
            except GONE:
                if not self.wait_after(born):
                    raise


class Follower(threading.Thread):
    """Reads a job's events to their end, going on after the last one whenever the stream breaks."""

    def __init__(self, life, job):
        super().__init__(daemon=True)
        self.life, self.job, self.seen, self.ended, self.breaks = life, job, [], False, 0
        self.start()

    def run(self):
        while not self.ended:
            born = self.life.born
            try:
                self.read()
            except GONE:
                pass
            if not self.ended:
                self.breaks += 1
                if not self.life.wait_after(born):
                    return

    def read(self):
        last = self.seen[-1][0] if self.seen else None
        for number, kind, body in self.life.server.events(self.job, after=last):
            if kind == "end":
                self.ended = True
            elif kind != "progress":
                self.seen.append((number, kind, body))


class Submitter(threading.Thread):
    """Submits as many jobs as it is allowed to, each until it is confirmed."""

    def __init__(self, life, rng):
        super().__init__(daemon=True)
        self.life, self.rng = life, rng
        self.allowed = queue.SimpleQueue()      # of True, one a job; False at the end
        self.jobs, self.followers, self.failure = {}, [], None     # jobs: token → (id, bucket, seed)
        self.start()

    def allow(self, count):
        for _ in range(count):
            self.allowed.put(True)

    def close(self):
        self.allowed.put(False)
        self.join(PATIENCE)
        assert not self.is_alive() and self.failure is None, self.failure

    def run(self):
        try:
            while self.allowed.get():
                self.submit(f"t{len(self.jobs):03}")
        except Exception as failure:  # told by close()
            self.failure = failure

    def submit(self, token):
        bucket, seed = self.rng.choice(["made", "far"]), self.rng.randrange(KINDS)
        body = {"config": make_job(random.Random(seed), f"oss://{bucket}/{token}"), "client_token": token,
                "user_data": f'{{"token": "{token}"}}'}
        ask = lambda: self.life.server.rest("POST", "/v1/jobs", json=body, timeout=20)
        answer = self.life.insist(ask)
        assert answer.status == 201, answer
        job = answer.json["id"]
        self.jobs[token] = job, bucket, seed
        self.followers.append(Follower(self.life, job))
        if self.rng.random() < 0.3:   # as a client does whose answer was lost
            assert self.life.insist(ask).json["id"] == job


# --- what is left ---


def assert_nothing_left(server, files):
    assert eventually(lambda: not server.processes(), 5), "processes are left"
    assert {p.name for p in server.data.iterdir()} == {"polymux.db", "lock", "credentials", "buckets", "artifacts"}
    assert {p.name for p in (server.data / "artifacts").iterdir()} == {"objects", "jobs", "lock"}
    assert not list((server.data / "artifacts" / "jobs").iterdir())
    kept = [p for p in (server.data / "artifacts" / "objects").rglob("*") if p.is_file()]
    assert kept and all(p.stat().st_nlink == 1 for p in kept)
    found = {str(Path(folder, name)) for bucket in ("made", "far")
             for folder, _, names in os.walk(server.data / "buckets" / bucket) for name in names}
    assert found == files
    database = sqlite3.connect(server.data / "polymux.db")
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()


def kill_and_start(server, life, rng):
    """Dead, perhaps once more while it starts, and alive again."""
    server.kill()
    if rng.random() < 0.5:
        assert eventually(lambda: not server.processes(), 5), "runners outlive their server"
    if rng.random() < 0.3:
        server.launch(port=server.port)
        threading.Event().wait(rng.uniform(0, 0.4))
        server.kill()
    server.start(port=server.port)
    life.ready()


@pytest.fixture(scope="module")
def far():
    """A folder on another file system, where there is one: a rename cannot bring files there."""
    shm = Path("/dev/shm")
    folder = tempfile.mkdtemp(prefix="polymux-kill-", dir=shm if os.access(shm, os.W_OK) else None)
    yield Path(folder)
    shutil.rmtree(folder)


class Story:
    """What came of it."""


@pytest.fixture(scope="module")
def story(tmp_path_factory, films, far):
    seed = int(os.environ.get("POLYMUX_TEST_SEED") or random.SystemRandom().randrange(10 ** 6))
    print(f"seed {seed}: POLYMUX_TEST_SEED={seed} repeats it")
    rng = random.Random(seed)
    server = servers.Server(tmp_path_factory.mktemp("s"), config=CONFIG)
    receiver = Receiver(refuses=lambda number: number % 7 == 3)
    try:
        yield tell(server, receiver, films, far, rng)
    finally:
        server.end()
        receiver.end()
        shutil.rmtree(server.home, ignore_errors=True)


def tell(server, receiver, films, far, rng):
    server.start()
    fill(server, films)
    server.bucket("made")
    (server.data / "buckets" / "far").symlink_to(far)
    assert server.rest("PUT", "/v1/callback", json=everything_to(receiver)).status == 200
    life = Life(server)
    life.ready()
    submitter = Submitter(life, random.Random(rng.random()))
    for _ in range(MOMENTS):
        submitter.allow(JOBS_EACH)
        threading.Event().wait(2.5 * rng.random() ** 2)
        kill_and_start(server, life, rng)
    submitter.close()
    return finish(server, receiver, life, submitter)


def finish(server, receiver, life, submitter):
    story, end = Story(), time.monotonic() + PATIENCE
    for follower in submitter.followers:
        follower.join(max(0.1, end - time.monotonic()))
    life.finish()
    story.server, story.jobs, story.followers = server, submitter.jobs, submitter.followers
    story.events = {job: [e for e in server.events(job) if e[1] not in ("progress", "end")]
                    for job, _, _ in story.jobs.values()}
    story.shown = {job: server.rest("GET", f"/v1/jobs/{job}").json for job, _, _ in story.jobs.values()}
    story.listed = all_jobs(server)
    story.wanted = {job: expected_of(job, events) for job, events in story.events.items()}
    count = sum(map(len, story.wanted.values()))
    story.got = receiver.wait(lambda got: len({key_of(m) for m in got}) >= count, PATIENCE)
    assert server.stop() == 0
    return story


def all_jobs(server):
    found, query = [], {"limit": 100}
    while True:
        page = server.rest("GET", "/v1/jobs", query=query).json
        found += page["jobs"]
        if "next" not in page:
            return found
        query = {**query, "cursor": page["next"]}


# --- the promises ---


def test_no_job_is_lost_and_none_is_there_twice(story):
    assert len(story.jobs) == MOMENTS * JOBS_EACH
    assert sorted(job["id"] for job in story.listed) == sorted(job for job, _, _ in story.jobs.values())


def test_each_job_is_finished_once(story):
    for job, events in story.events.items():
        states = [body["state"] for _, kind, body in events if kind == "state"]
        assert states == ["Inited", "Running", "Complete"], states
        shown = story.shown[job]
        assert shown["state"] == "Complete" and shown["percent"] == 100
        assert [o["state"] for o in shown["outputs"]] == ["Success"] * 3
        assert [g["state"] for g in shown["groups"]] == ["Success"]
        over = collections.Counter(body["id"] for _, kind, body in events
                                   if kind in ("output", "group") and body["state"] == "Success")
        assert over == {part["id"]: 1 for part in shown["outputs"] + shown["groups"]}


def test_files_are_those_of_an_undisturbed_run(story, servers_made, films):
    other = servers_made(name="undisturbed").start()
    fill(other, films)
    other.bucket("made")
    seeds = sorted({seed for _, _, seed in story.jobs.values()})
    sent = {seed: other.rest("POST", "/v1/jobs", json=make_job(random.Random(seed), f"oss://made/{seed}")).json["id"]
            for seed in seeds}
    right = {}
    for seed, job in sent.items():
        assert other.wait_job(job)["state"] == "Complete"
        right[seed] = files_of(other, "made", str(seed))
        assert sorted(right[seed]) == ["a.mp4", "b.mp4", "c.mp4"]
    for token, (_, bucket, seed) in story.jobs.items():
        assert files_of(story.server, bucket, token) == right[seed], token


def test_each_event_arrives_in_order(story):
    assert set(map(key_of, story.got)) == {key for keys in story.wanted.values() for key in keys}
    arrived, bodies = collections.defaultdict(list), collections.defaultdict(list)
    for message in story.got:
        key = key_of(message)
        bodies[key].append(message)
        if arrived[key[1]][-1:] != [key]:   # one may come again before the next, and not later
            arrived[key[1]].append(key)
    for job, keys in story.wanted.items():
        assert len(keys) == 5 and keys[-1] == ("MediaConvertComplete", job, None)
        assert arrived[job] == keys
    for key, same in bodies.items():
        assert all(one == same[0] for one in same), key
        assert same[0]["MessageBody"]["Status"] == "Success"


def test_followers_see_each_event_once(story):
    for follower in story.followers:
        assert follower.ended, follower.job
        assert follower.seen == story.events[follower.job]
        numbers = [int(number) for number, _, _ in follower.seen]
        assert numbers == sorted(set(numbers))
    assert any(follower.breaks for follower in story.followers), "no stream was ever cut"


def test_nothing_is_left(story):
    files = {str(story.server.data / "buckets" / bucket / token / name)
             for token, (_, bucket, _) in story.jobs.items() for name in ("a.mp4", "b.mp4", "c.mp4")}
    assert_nothing_left(story.server, files)
