# SPDX-License-Identifier: MIT
"""Whole jobs from and to an object storage, on good days and bad: `polymux serve` with a [storage] group.

What is compared with is the same job on local files by the same command: the bytes have to be equal.
"""
import json
import os
import signal
import sqlite3
import time

import pytest

import jobs
import media
import tools
from rawhttp import eventually

KINDS = ["500", "503", "reset", "lost", "truncated", "torn", "short", "stall", "403", "skew"]
MIB = 1 << 20


@pytest.fixture(scope="module")
def film(store):
    wav = store.get("serve.wav", lambda p: media.write_wav(p, media.tone(2, 500), 48000))
    return store.get("serve.mp4", lambda p: media.film(p, 50, sound=wav))


@pytest.fixture(scope="module")
def dub(store):
    return store.get("dub.wav", lambda p: media.write_wav(p, media.tone(2, 900), 48000))


@pytest.fixture(scope="module")
def long(store):
    return store.get("long.wav", lambda p: media.write_wav(p, media.tone(60, 500), 48000))


def config(oss, bucket="films", **more):
    keys = {"type": "oss", "bucket": bucket, "endpoint": oss.endpoint, "region": oss.region,
            "access-key-id": oss.key_id, "access-key-secret": oss.secret, **more}
    return "[storage cloud]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())


def a_job(base, film="oss://films/in/film.mp4", dub="oss://films/in/dub.wav"):
    small = {"Width": "224", "Height": "128"}
    both = [jobs.audio("film", "zho"), jobs.audio("dub", "eng")]
    return jobs.job({"film": film, "dub": dub}, [jobs.output("a.mp4", both, video=small),
                                                 jobs.output("b.mp4", both[:1], video=small)], base=base)


@pytest.fixture
def cloud(oss, film, dub):
    oss.make_bucket("films")
    oss.put("films", "in/film.mp4", film.read_bytes())
    oss.put("films", "in/dub.wav", dub.read_bytes())
    return oss


@pytest.fixture
def expected(polymux, tmp_path, film, dub):
    """The files that the same job makes of local ones."""
    done = polymux.run(a_job(tmp_path / "local", film, dub))
    assert done.code == 0, done
    return {name: (tmp_path / "local" / name).read_bytes() for name in ("a.mp4", "b.mp4")}


def submit(server, job):
    answer = server.rest("POST", "/v1/jobs", {"config": job})
    assert answer.status == 201, answer
    return answer.json["id"]


def run(server, job, state="Complete"):
    told = server.wait_job(submit(server, job), 300)
    assert told["state"] == state, told
    return told


def assert_made(cloud, expected, base="out"):
    for name, content in expected.items():
        assert cloud.body("films", f"{base}/{name}") == content, name
    assert cloud.uploads("films") == []


def message_of(told):
    return " ".join(part.get("message") or "" for part in told["outputs"])


# --- bad days ---


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.lean(2)
def test_every_request_fails_once(cloud, expected, servers_made, kind):
    """And the job still ends, with the bytes of a good day."""
    server = servers_made(config=config(cloud)).start()
    # Each silence takes a quarter of a minute: of the film, and of one of the two files.
    slow = {"match": lambda request: request.path.endswith(("film.mp4", "a.mp4"))} if kind == "stall" else {}
    cloud.faults.each(kind, **slow)
    run(server, a_job("oss://films/out"))
    assert {at for at, _ in cloud.faults.injected} == {kind}
    cloud.faults.release()
    assert_made(cloud, expected)


@pytest.mark.long
def test_gone_for_a_while(cloud, expected, servers_made):
    """From the first ranged read on nothing is answered until so many requests have failed."""
    server = servers_made(config=config(cloud)).start()
    cloud.faults.nth(set(range(3, 12)), "503")
    run(server, a_job("oss://films/out"))
    assert len(cloud.faults.injected) >= 5
    cloud.faults.release()
    assert_made(cloud, expected)


def test_replaced_in_mid_job(cloud, servers_made, long):
    """The sound becomes another one after the first look: no file is made of both."""
    cloud.put("films", "in/long.wav", long.read_bytes())
    server = servers_made(config=config(cloud)).start()

    def replace(_):
        cloud.put("films", "in/long.wav", long.read_bytes()[:-2] + b"xx")

    cloud.faults.nth(2, replace, match=lambda request: request.method == "GET" and "long" in request.path)
    told = run(server, large_job(), "Error")
    assert "oss://films/in/long.wav" in message_of(told) and "replaced" in message_of(told), told
    assert not [key for key in cloud.keys("films") if key.startswith("out/")]


@pytest.mark.parametrize("what, status, code, words", [
    ("missing", None, "InvalidParameter.ResourceNotFound", "oss://films/in/film.mp4"),
    ("forbidden", "403", "PermissionDenied.ResourceAccess", "oss://films/in/film.mp4"),
])
def test_final(cloud, servers_made, what, status, code, words):
    server = servers_made(config=config(cloud)).start()
    if status:
        cloud.faults.always(status, match=lambda request: "film" in request.path)
    else:
        with cloud.store.lock:
            del cloud.store.buckets["films"].objects["in/film.mp4"]
    began = time.monotonic()
    told = run(server, a_job("oss://films/out"), "Error")
    assert time.monotonic() - began < 30
    assert all(part["code"] == code and words in part["message"] for part in told["outputs"]), told


def test_wrong_secret_is_shown_nowhere(cloud, servers_made):
    secret = "this-Secret-Is-Wrong-0123456789"
    server = servers_made(config=config(cloud, **{"access-key-secret": secret})).start()
    told = run(server, a_job("oss://films/out"), "Error")
    assert {part["code"] for part in told["outputs"]} == {"PermissionDenied.ResourceAccess"}
    shown = [str(told), server.rest("GET", "/v1/storages").text, server.errors(),
             server.rest("GET", "/metrics").text]
    assert not [text for text in shown if secret in text or cloud.key_id in text]


def told(server, begins):
    """The next line that the server prints, which has to begin so."""
    line = server.lines.get(timeout=60)
    assert line.startswith(begins), line


def test_keys_are_read_again(cloud, expected, servers_made, tmp_path):
    """On SIGHUP, from a file; a configuration that has become wrong leaves those that were."""
    path = tmp_path / "secret"
    path.write_text("not the secret\n", "ascii")
    text = config(cloud).replace(f"access-key-secret = {cloud.secret}", f"access-key-secret-file = {path}")
    server = servers_made(config=text).start()
    assert "PermissionDenied" in str(run(server, a_job("oss://films/out"), "Error"))
    path.write_text(f"{cloud.secret}\n", "ascii")
    server.process.send_signal(signal.SIGHUP)
    told(server, "credentials read again: 1")
    told(server, "keys of storages read again: 1 changed")
    run(server, a_job("oss://films/out"))
    path.write_text("", "ascii")
    server.process.send_signal(signal.SIGHUP)
    told(server, "credentials read again: 1")
    assert eventually(lambda: "the keys of storages stay as they were" in server.errors())
    assert "[storage cloud] access-key-secret-file" in server.errors()
    run(server, a_job("oss://films/again"))
    for base in ("out", "again"):
        assert_made(cloud, expected, base)


def test_lent_keys_are_renewed(cloud, servers_made, tmp_path, long):
    """Keys that were lent run out while a job reads, and it goes on with others."""
    files = {name: tmp_path / name for name in ("id", "secret", "token")}

    def lend(token):
        for name, value in zip(files, cloud.sts(token)):
            files[name].write_text(value, "ascii")

    lend("first token")
    keys = {"access-key-id": "access-key-id-file", "access-key-secret": "access-key-secret-file"}
    text = "".join(line for line in config(cloud).splitlines(True) if line.split(" ")[0] not in keys)
    text += f"access-key-id-file = {files['id']}\naccess-key-secret-file = {files['secret']}\n"
    server = servers_made(config=text + f"security-token-file = {files['token']}\n").start()
    cloud.put("films", "in/long.wav", long.read_bytes())

    def renew(_):
        """As this read comes, the keys are already others; it itself is still signed with the first ones."""
        cloud.pairs.pop(files["id"].read_text("ascii"))
        lend("second token")
        server.process.send_signal(signal.SIGHUP)
        told(server, "credentials read again: 1")
        told(server, "keys of storages read again: 1 changed")

    cloud.faults.nth(3, renew, match=lambda request: request.method == "GET" and "long" in request.path)
    run(server, large_job())
    assert len(cloud.faults.injected) == 1
    assert "403" in str([seen.status for seen in cloud.log.all(method="GET")])


# --- what is read ---


def test_only_what_is_needed(cloud, servers_made, tmp_path, film):
    """A look into five gigabytes whose index stands at the end reads less than 8 MB of it."""
    path = tmp_path / "large.mp4"
    tools.ffmpeg("-i", film, "-c", "copy", "-movflags", "-faststart", path)
    move_index_behind(path, 5 << 30)
    cloud.place("films", "large.mp4", path)
    server = servers_made(config=config(cloud)).start()
    answer = server.rest("POST", "/v1/probe", {"media": "oss://films/large.mp4"})
    assert answer.status == 200 and len(answer.json["streams"]) == 2, answer
    assert cloud.log.sent(key="large.mp4") < 8 * MIB


def move_index_behind(path, size):
    """Makes the media data of an MP4 with its index at the end larger, with a hole that nothing refers to."""
    data = path.read_bytes()
    at = data.index(b"mdat") - 4
    length = int.from_bytes(data[at:at + 4], "big")
    index = data[at + length:]
    assert index[4:8] == b"moov"
    hole = size - len(data) - 16
    with open(path, "r+b") as file:
        file.seek(at + length)
        file.truncate()
        file.write((1).to_bytes(4, "big") + b"free" + (16 + hole).to_bytes(8, "big"))
        file.seek(hole, os.SEEK_CUR)
        file.write(index)


def test_read_once(cloud, expected, servers_made, film):
    """Two outputs and a look share what was read: the film is sent about once."""
    server = servers_made(config=config(cloud)).start()
    run(server, a_job("oss://films/out"))
    assert cloud.log.sent(key="in/film.mp4") <= 2 * film.stat().st_size + MIB
    assert_made(cloud, expected)


@pytest.fixture(scope="module")
def large(store):
    """More than is kept in memory of one input: 35 MB in four seconds."""
    wav = store.get("serve4.wav", lambda p: media.write_wav(p, media.tone(4, 500), 48000))
    return store.get("large.mkv", lambda p: media.film(p, 100, size=(640, 360), sound=wav, codec=["-c:v", "rawvideo"]))


@pytest.mark.parametrize("cache, least, most", [("4G", 1.0, 1.05), ("0", 1.2, 4)])
def test_large_film_is_read_once(cloud, servers_made, large, cache, least, most):
    """What looks for a cut, the segments and the sound read it at different times; the disk keeps it meanwhile."""
    cloud.place("films", "large.mkv", large)
    server = servers_made(config=config(cloud) + f"[jobs]\ninput-cache = {cache}\n").start()
    track = [jobs.audio("film", "zho")]
    run(server, jobs.job({"film": "oss://films/large.mkv"},
                         [jobs.output("a.mp4", track, video={"Width": "224", "Height": "128", "Gop": "1s"})],
                         base="oss://films/out"))
    size = large.stat().st_size
    assert least * size <= cloud.log.sent(key="large.mkv") <= most * size


# --- what a kill leaves ---


def large_job(base="oss://films/out"):
    """One encode, packaged eight times over: a file that goes in parts and is quickly made."""
    tracks = [jobs.audio("dub", language, Codec="AAC", Profile="aac_low", Bitrate="320")
              for language in ("zho", "eng", "jpn", "kor", "fra", "deu", "spa", "ita")]
    return jobs.job({"dub": "oss://films/in/long.wav"}, [jobs.sound_only("sound.mp4", tracks)], base=base)


def test_upload_killed(cloud, servers_made, long):
    """The server is killed while it uploads in parts; the next start removes the parts, and the job ends."""
    cloud.put("films", "in/long.wav", long.read_bytes())
    server = servers_made(config=config(cloud)).start()
    cloud.faults.nth(1, "stall", match=lambda request: request.asked.operation == "UploadPart")
    job = submit(server, large_job())
    cloud.log.wait(lambda seen: any(one.fault == "stall" for one in seen))
    server.kill()
    cloud.faults.release()
    assert cloud.uploads("films") == ["out/sound.mp4"]
    server.start()
    told = server.wait_job(job)
    assert told["state"] == "Complete", told
    assert cloud.uploads("films") == []
    assert cloud.object("films", "out/sound.mp4").size > 16 * MIB


def test_killed_before_it_begins(cloud, servers_made, dub):
    """The server is killed while it finds out whether outputs can be written; the next start removes what it began."""
    cloud.put("films", "in/dub.wav", dub.read_bytes())
    server = servers_made(config=config(cloud)).start()
    cloud.faults.always("500", match=lambda request: request.asked.operation == "AbortMultipartUpload")
    submit(server, jobs.job({"dub": "oss://films/in/dub.wav"}, [jobs.sound_only("o.mp4", [jobs.audio("dub", "zho")])],
                            base="oss://films/out"))
    cloud.log.wait(lambda seen: any(one.fault == "500" for one in seen))
    server.kill()
    cloud.faults.release()
    assert cloud.uploads("films") == ["out/o.mp4"]
    server.start()
    assert eventually(lambda: cloud.uploads("films") == [])


# --- what was read ---


def stored(server):
    """The job as it is in the store: (state, identities of its inputs)."""
    database = sqlite3.connect(server.data / "polymux.db")
    row, = database.execute("SELECT state, inputs FROM jobs")
    database.close()
    return row


def test_inputs_are_noted_however_long_opening_takes(cloud, servers_made):
    """That the job runs is saved meanwhile; which film it reads, before anything is made of it."""
    server, seen = servers_made(config=config(cloud)).start(), []

    def look(_):
        eventually(lambda: stored(server)[0] == "Running")
        seen.append(stored(server))

    cloud.faults.nth(1, look, match=lambda request: "film" in request.path)
    for _, kind, body in server.events(submit(server, a_job("oss://films/out"))):
        if kind == "output" and body["state"] == "Running":
            state, inputs = stored(server)
            break
    assert seen == [("Running", None)]
    assert state == "Running" and [name.split("|")[0] for name in json.loads(inputs)] == [
        "oss://films/in/film.mp4", "oss://films/in/dub.wav"]


# --- artifacts ---


def made_and_kept(server):
    """How many artifacts a server has made, and how many it has found."""
    lines = dict(line.rsplit(" ", 1) for line in server.rest("GET", "/metrics").text.splitlines() if line[0] != "#")
    return [int(float(lines[f"polymux_cache_{what}_total"])) for what in ("misses", "hits")]


def test_artifacts_are_shared(cloud, expected, servers_made):
    """What one machine has made another finds in the storage, and makes the same files of it."""
    text = config(cloud) + "\n[artifacts]\nstorage = cloud\n"
    first = servers_made(name="one", config=text).start()
    run(first, a_job("oss://films/out"))
    made = sum(path.is_file() for path in (first.data / "artifacts" / "objects").rglob("*"))
    assert made > 0 and eventually(lambda: made_and_kept(first)[0] == made)
    first.stop()
    assert len([key for key in cloud.keys("films") if key.startswith("polymux-artifacts/")]) == made
    second = servers_made(name="two", config=text).start()
    run(second, a_job("oss://films/again"))
    assert eventually(lambda: made_and_kept(second) == [0, made])
    assert_made(cloud, expected, "again")


def test_artifacts_nowhere(cloud, servers_made):
    server = servers_made(config=config(cloud) + "\n[artifacts]\nstorage = clout\n")
    server.launch()
    assert server.wait() != 0
    assert 'there is no [storage clout] in the configuration; did you mean "cloud"?' in server.errors()
