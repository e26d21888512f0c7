# SPDX-License-Identifier: MIT
"""Who works when: paused pipelines, priorities, age, fairness, cancelling, and work done once.

A runner is held by SIGSTOP where a test has to arrange something before it goes on: so no test
counts on how long an encoder takes.
"""
import contextlib
import os
import shutil
import signal
import time
from pathlib import Path

import pytest

import jobs
import media
import tools
from rawhttp import eventually
from receivers import Receiver, everything_to

SOON = 60
SMALL = {"Width": 128, "Height": 128}


@pytest.fixture(scope="module")
def films(store):
    sounds = {n: store.get(f"scheduling-{n}.wav", lambda p, hz=hz: media.write_wav(p, media.tone(2, hz), 48000))
              for n, hz in (("zho", 500), ("eng", 700), ("jpn", 900))}
    short = store.get("scheduling-2.mp4", lambda p: media.film(p, 50, size=(160, 90)))
    long = store.get("scheduling-8.mp4", lambda p: media.film(p, 200, size=(160, 90)))
    return {"short": short, "long": long, **sounds}


@pytest.fixture
def start(servers_made, films):
    """Starts a server that has the films: start(workers=1)."""
    def make(workers=1, name="s", **how):
        server = servers_made("--workers", str(workers), name=name, **how).start()
        server.bucket("made")
        for film, path in films.items():
            shutil.copy(path, server.bucket("media") / f"{film}{path.suffix}")
        return server
    return make


def picture(name, film="short", priority=None, **video):
    """A job of one output without sound: one task a segment, and a package."""
    output = jobs.output(name, video={**SMALL, **video})
    if priority:
        output["Priority"] = priority
    return jobs.job({"film": f"oss://media/{film}.mp4"}, [output], base="oss://made")


def submit(server, config, pipeline=None, **more):
    body = {"config": config, **({"pipeline": pipeline} if pipeline else {}), **more}
    answer = server.rest("POST", "/v1/jobs", json=body)
    assert answer.status == 201, answer
    return answer.json["id"]


def show(server, job):
    return server.rest("GET", f"/v1/jobs/{job}").json


def make_pipeline(server, priority=6, name="p"):
    answer = server.rest("POST", "/v1/pipelines", json={"name": name, "priority": priority})
    assert answer.status == 201, answer
    return answer.json["id"]


def set_pipeline(server, state, pipeline="default"):
    assert server.rest("PATCH", f"/v1/pipelines/{pipeline}", json={"state": state}).status == 200


def metrics(server):
    lines = server.rest("GET", "/metrics").text.splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


def work(server):
    """(artifacts made, artifacts found) since the start."""
    found = metrics(server)
    return found["polymux_cache_misses_total"], found["polymux_cache_hits_total"]


def wait_planned(server, job):
    """Until the job is with the executor: nothing but its turn is missing."""
    for _, kind, body in server.events(job):
        if kind == "output" and body["state"] == "Running":
            return job
    raise AssertionError(f"{show(server, job)} ended before")


def finished(server, *names):
    """The jobs' moments of end; all have succeeded."""
    shown = [server.wait_job(job) for job in names]
    assert all(job["state"] == "Complete" for job in shown), shown
    return [job["finished"] for job in shown]


# --- runners ---


def runners(server):
    found = []
    for pid in server.processes():
        with contextlib.suppress(OSError):
            if pid != server.pid and b"polymux-runner" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
    return found


def state_of(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0]
    return None


def is_gone(pid):
    """Nothing of it is at work; its parent may not have asked for its status yet."""
    return state_of(pid) in (None, "Z", "X")


def objects(server):
    """How many artifacts the server has on its disk."""
    return sum(path.is_file() for path in (server.data / "artifacts" / "objects").rglob("*"))


def hold(server):
    """Stops a runner that is at work; its id."""
    end = time.monotonic() + SOON
    while time.monotonic() < end:
        for pid in runners(server):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
                if eventually(lambda pid=pid: state_of(pid) in ("T", "Z", "X", None), SOON) and state_of(pid) == "T":
                    return pid
    raise AssertionError("no runner to be held")


def release(pid):
    os.kill(pid, signal.SIGCONT)


def hold_job(server, **how):
    """A job whose only runner is held: (its id, the runner's)."""
    job = wait_planned(server, submit(server, picture("held", "long", Width=256, **how), how.pop("pipeline", None)))
    return job, hold(server)


# --- pipelines that are paused ---


def test_paused_pipeline_holds_its_jobs(start):
    server = start()
    other = make_pipeline(server)
    set_pipeline(server, "Paused")
    held = submit(server, picture("held"))
    finished(server, submit(server, picture("other", Width=144), other))    # later, and not held
    assert show(server, held)["state"] == "Inited"
    server.restart()
    finished(server, submit(server, picture("another", Width=160), other))
    assert show(server, held)["state"] == "Inited"
    set_pipeline(server, "Active")
    finished(server, held)


def test_running_job_of_a_paused_pipeline_starts_nothing_new(start):
    server = start()
    other = make_pipeline(server)
    job, runner = hold_job(server)
    made = objects(server)
    set_pipeline(server, "Paused")
    behind = wait_planned(server, submit(server, picture("other"), other))
    release(runner)
    finished(server, behind)
    assert eventually(lambda: not runners(server), SOON)
    assert objects(server) == made + 2, "the paused job made more than what it had begun"
    assert show(server, job)["state"] == "Running" and not (server.bucket("made") / "held.mp4").exists()
    set_pipeline(server, "Active")
    finished(server, job)


# --- who is first ---


def in_order(server, jobs_by_name):
    ends = dict(zip(jobs_by_name, finished(server, *jobs_by_name.values())))
    return sorted(ends, key=ends.get)


def test_pipeline_then_output_priority_then_age(start):
    server = start()
    top, high, low = (make_pipeline(server, priority) for priority in (10, 9, 3))
    held = wait_planned(server, submit(server, picture("held", "long", Width=256), top))
    runner = hold(server)
    wanted = [("low", low, 10), ("old", None, 5), ("young", None, 5), ("urgent", None, 8), ("first", high, 1)]
    sent = {name: wait_planned(server, submit(server, picture(name, Width=128 + 16 * i, priority=priority), pipeline))
            for i, (name, pipeline, priority) in enumerate(wanted)}
    release(runner)
    assert in_order(server, {"held": held, **sent}) == ["held", "first", "urgent", "old", "young", "low"]


def test_age_decides_also_where_the_older_takes_longer_to_look_into(start):
    server = start()
    top = make_pipeline(server, 10)
    set_pipeline(server, "Paused")
    older = picture("older")
    older["Inputs"] += [jobs.source(n, f"oss://media/{n}.wav") for n in ("zho", "eng", "jpn")]
    sent = {"older": submit(server, older), "younger": submit(server, picture("younger", Width=144))}
    wait_planned(server, submit(server, picture("held", "long", Width=256), top))
    runner = hold(server)
    set_pipeline(server, "Active")
    for job in sent.values():
        wait_planned(server, job)
    release(runner)
    assert in_order(server, sent) == ["older", "younger"]


def test_a_large_job_does_not_starve_small_ones(start):
    server = start()
    large, runner = hold_job(server)
    small = [wait_planned(server, submit(server, picture(f"small{i}", Width=128 + 16 * i))) for i in range(3)]
    release(runner)
    *ends, last = finished(server, *small, large)
    assert max(ends) < last


# --- cancelling ---


def cancel(server, job):
    answer = server.rest("DELETE", f"/v1/jobs/{job}")
    assert answer.status == 202 and answer.json["state"] == "Cancelled", answer
    return answer.json


def assert_cancelled(server, receiver, job):
    shown = show(server, job)
    assert shown["state"] == "Cancelled"
    assert {part["state"] for part in shown["outputs"] + shown["groups"]} == {"Skipped"}
    events = list(server.events(job))
    assert [body["state"] for _, kind, body in events if kind == "state"][-1] == "Cancelled" and events[-1][1] == "end"
    got = receiver.wait(lambda got: any(m["EventType"] == "MediaConvertComplete" and m["MessageBody"]["JobId"] == job
                                        for m in got))
    told = {m["EventType"]: m["MessageBody"]["Status"] for m in got if m["MessageBody"]["JobId"] == job}
    assert told == {"MediaConvertComplete": "Cancelled", "MediaConvertOutputComplete": "Skipped",
                    "MediaConvertOutputGroupComplete": "Skipped"}
    assert server.rest("DELETE", f"/v1/jobs/{job}").status == 409


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.end()


def test_cancel(start, receiver):
    server = start(workers=2)
    assert server.rest("PUT", "/v1/callback", json=everything_to(receiver)).status == 200
    running = wait_planned(server, submit(server, picture("running", "long", Preset="veryslow", Width=640)))
    set_pipeline(server, "Paused", waits := make_pipeline(server))
    waiting = submit(server, picture("waiting"), waits)
    pids = [hold(server)]           # not even one that does not move outlives it
    cancel(server, running)
    assert eventually(lambda: not runners(server) and all(map(is_gone, pids)), 1), "a runner goes on"
    cancel(server, waiting)
    for job in (running, waiting):
        assert_cancelled(server, receiver, job)
    assert not list(server.bucket("made").iterdir())
    finished(server, submit(server, picture("after")))


def test_cancelled_work_is_done_by_whoever_else_needs_it(start):
    server = start()
    one, runner = hold_job(server)
    same = wait_planned(server, submit(server, picture("same", "long", Width=256)))
    cancel(server, one)
    assert eventually(lambda: is_gone(runner), 1)
    finished(server, same)


def test_cancelled_stays_cancelled_after_a_kill(start):
    server = start()
    job, _ = hold_job(server)
    cancel(server, job)
    server.kill()
    server.restart()
    assert show(server, job)["state"] == "Cancelled"
    finished(server, submit(server, picture("after")))
    assert not (server.bucket("made") / "held.mp4").exists()


# --- work that is done once ---


def spoken(name, *languages):
    """The long film with tracks."""
    return jobs.job({"film": "oss://media/long.mp4", **{n: f"oss://media/{n}.wav" for n in languages}},
                    [jobs.output(name, [jobs.audio(n, n) for n in languages], video=SMALL)], base="oss://made")


def video_packets(path):
    return tools.run("ffmpeg", "-v", "error", "-i", path, "-map", "0:v", "-c", "copy", "-f", "md5", "-")[0]


def test_identical_jobs_at_once_are_encoded_once(start):
    server = start(workers=2)
    set_pipeline(server, "Paused")
    pair = [submit(server, spoken(name, "zho")) for name in ("one", "two")]
    set_pipeline(server, "Active")
    finished(server, *pair)
    made = objects(server)
    assert made > 1 and eventually(lambda: work(server) == (made, made)), (made, work(server))
    server.restart()            # its figures begin anew, its artifacts stay
    finished(server, submit(server, spoken("three", "zho")))
    assert eventually(lambda: work(server) == (0, made)), (made, work(server))
    assert len({tools.sha256(server.bucket("made") / f"{name}.mp4") for name in ("one", "two", "three")}) == 1


def test_one_more_language_encodes_no_picture(start):
    server = start(workers=2)
    finished(server, submit(server, spoken("yesterday", "zho")))
    made = objects(server)
    server.restart()            # its figures begin anew, its artifacts stay
    finished(server, submit(server, spoken("today", "zho", "eng")))
    assert made > 1 and eventually(lambda: work(server) == (1, made)), (made, work(server))
    files = [server.bucket("made") / f"{name}.mp4" for name in ("yesterday", "today")]
    assert video_packets(files[0]) == video_packets(files[1])
    assert tools.languages(files[1]) == ["zho", "eng"]
