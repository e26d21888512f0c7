# SPDX-License-Identifier: MIT
"""A server on bad days: no room, no right to write, a locked database, hostile requests. It says what is wrong and goes on."""
import contextlib
import json
import os
import shlex
import shutil
import signal
import socket
import sqlite3
import subprocess
import types
from pathlib import Path

import pytest

import jobs
import media
import server as servers
from rawhttp import eventually
from receivers import EVENTS, Receiver, call
from test_scheduling import finished, hold, metrics, picture, release, runners, set_pipeline, show, submit, wait_planned

SPACE = "No space left on device", "no room left on the disk"
AUTH_KEY, MNS_SECRET, CONFIG_SECRET = "CallbackKey4711", "mns-Secret-0815", "conf-Secret-2342"


def can_mount():
    return os.geteuid() == 0 and shutil.which("unshare") and subprocess.run(
        ["unshare", "-m", "sh", "-c", "mount -t tmpfs none /mnt"], capture_output=True, check=False).returncode == 0


needs_mounts = pytest.mark.skipif(not can_mount(), reason="file systems cannot be mounted here")


@pytest.fixture(scope="module")
def films(store):
    zho = store.get("bad-zho.wav", lambda p: media.write_wav(p, media.tone(2, 500), 48000))
    short = store.get("bad-2.mp4", lambda p: media.film(p, 50, size=(160, 90), sound=zho))
    long = store.get("bad-8.mp4", lambda p: media.film(p, 200, size=(160, 90)))
    return {"short": short, "long": long}


def fill(folder, films):
    for bucket in ("media", "made"):
        (folder / "buckets" / bucket).mkdir(exist_ok=True)
    for name, path in films.items():
        shutil.copy(path, folder / "buckets" / "media" / path.with_stem(name).name)
    return folder


@pytest.fixture
def start(servers_made, films):
    def make(*args, **how):
        server = servers_made(*args, **how).start()
        fill(server.data, films)
        return server
    return make


def error_of(answer, status):
    assert answer.status == status, answer
    assert answer.headers["Content-Type"].startswith("application/json")
    error = answer.json["error"]
    assert error["code"] and error["message"] and error["request_id"]
    return error


def alive(server):
    assert server.process.poll() is None, server.errors()
    assert server.rest("GET", "/healthz", key=()).status == 200


def in_namespace(server, folder, mount):
    """Has the server run among mounts of its own, which end with it; `mount` is a shell command."""
    script = folder / "polymux"
    script.write_text(f'#!/bin/sh\nexec unshare -m sh -ec \'{mount}; exec {shlex.quote(str(server.binary))} "$@"\' sh "$@"\n')
    script.chmod(0o755)
    server.binary = script


# --- the data folder ---


def test_two_servers_on_one_data_folder(servers_made):
    first, second = servers_made(name="one").start(), servers_made(name="two")
    second.data = first.data
    second.launch()
    assert second.wait() == 1 and not second.said
    assert f'another server uses the data folder "{first.data}"' in second.errors() and "--data" in second.errors()
    assert len(second.errors().splitlines()) == 1
    alive(first)
    first.kill()
    second.start()      # a lock does not outlive its server
    alive(second)


@needs_mounts
def test_read_only_file_system(servers_made, tmp_path):
    """A data folder that was used before, and on a disk that is mounted read-only now."""
    server = servers_made()
    server.start()
    server.stop()
    before = server.errors()
    data = shlex.quote(str(server.data))
    in_namespace(server, tmp_path, f"mount --bind {data} {data}; mount -o remount,bind,ro {data}")
    server.launch()
    assert server.wait() == 1
    told = server.errors()[len(before):]
    assert len(told.splitlines()) == 1 and str(server.data) in told and "Read-only file system" in told


class Full:
    """A server whose data folder is a small file system of its own, which can be filled to the last byte."""

    def __init__(self, server, tmp_path, films):
        self.server = server
        server.data.mkdir()
        in_namespace(server, tmp_path, f"mount -t tmpfs -o size=16m none {shlex.quote(str(server.data))}")
        server.start()
        self.root = Path(f"/proc/{server.pid}/root{server.data}")   # as the server sees it
        self.filler = self.root / "filler"
        fill(self.root, films)

    def fill(self):
        with open(self.filler, "ab", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                with contextlib.suppress(OSError):
                    while file.write(bytes(size)) == size:
                        pass

    def empty(self):
        self.filler.unlink()


@pytest.fixture
def full(servers_made, tmp_path, films, monkeypatch):
    made = Full(servers_made("--workers", "1"), tmp_path, films)
    key = servers.Server.credentials(types.SimpleNamespace(data=made.root))
    monkeypatch.setattr(made.server, "credentials", lambda: key)
    return made


@needs_mounts
def test_disk_full(full):
    server = full.server
    job = wait_planned(server, submit(server, picture("held", "long", Width=256)))
    runner = hold(server)
    set_pipeline(server, "Paused", other := server.rest("POST", "/v1/pipelines", json={"name": "p"}).json["id"])
    full.fill()
    tries = (server.rest("POST", "/v1/jobs", json={"config": picture("more"), "pipeline": other}) for _ in range(300))
    refused = error_of(next(answer for answer in tries if answer.status != 201), 500)
    assert refused["code"] == "InternalError" and SPACE[1] in refused["message"]
    alive(server)
    assert show(server, job)["state"] == "Running"      # reading goes on
    release(runner)
    assert eventually(lambda: not runners(server))      # the job's end cannot be written
    assert show(server, job)["state"] == "Running" or any(s in show(server, job)["message"] for s in SPACE)
    full.empty()
    ended = server.wait_job(job)
    assert ended["state"] == "Complete" or any(s in ended["message"] for s in SPACE), ended
    finished(server, submit(server, picture("after")))
    assert server.rest("GET", "/readyz", key=()).status == 200
    assert server.stop() == 0


# --- the database ---


def test_database_locked_by_another_program(start):
    server = start("--workers", "1")
    job = wait_planned(server, submit(server, picture("held", "long", Width=256)))
    runner = hold(server)
    other = sqlite3.connect(server.data / "polymux.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    refused = error_of(server.rest("POST", "/v1/jobs", json={"config": picture("more")}), 500)
    assert "locked by another program" in refused["message"]
    release(runner)
    assert eventually(lambda: (server.bucket("made") / "held.mp4").exists()), "work stands still"
    assert show(server, job)["state"] == "Running"
    alive(server)
    other.execute("ROLLBACK")
    other.close()
    finished(server, job, submit(server, picture("after")))
    states = [body["state"] for _, kind, body in server.events(job) if kind == "state"]
    assert states == ["Inited", "Running", "Complete"]
    assert server.stop() == 0


def test_short_lock_is_waited_for(start):
    server = start()
    other = sqlite3.connect(server.data / "polymux.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    connection = server.connect()
    connection.request("POST", "/v1/jobs", json.dumps({"config": picture("one")}),
                       {**server.basic(), "Content-Type": "application/json"})
    connection.sock.settimeout(0.5)
    with pytest.raises(TimeoutError):   # no answer yet, and so none that is wrong
        connection.sock.recv(1, socket.MSG_PEEK)
    other.execute("ROLLBACK")
    other.close()
    connection.sock.settimeout(60)
    answer = connection.getresponse()
    assert answer.status == 201
    finished(server, json.loads(answer.read())["id"])


# --- bodies ---

BODIES = {
    "10 MB": (b'{"config": "' + b"x" * (10 << 20) + b'"}', 413),
    "nesting": (b'{"config": {"Inputs": ' + b"[" * 1000 + b"]" * 1000 + b"}}", 400),
    "open nesting": (b'{"a":' * 1000, 400),
    "not UTF-8": (b'{"config": {"Inputs": [{"Name": "\xc3\x28"}]}}', 400),
    "half a surrogate": (b'{"config": {"Inputs": [{"Name": "\\ud800"}]}}', 400),
    "NUL": (b'{"config": {"Inputs": [{"Name": "a\\u0000b"}]}}', 400),
    "duplicate keys": (b'{"config": {"Inputs": [], "Inputs": []}}', 400),
    "a large number": (b'{"config": {"Inputs": [{"Name": 1e999}]}}', 400),
    "nothing": (b"", 400),
}


@pytest.mark.parametrize("name", BODIES)
def test_bad_bodies(server_module, name):
    body, status = BODIES[name]
    headers = {**server_module.basic(), "Content-Type": "application/json"}
    error_of(server_module.request("POST", "/v1/jobs", body, headers), status)
    alive(server_module)


@pytest.mark.parametrize("name", [name for name in BODIES if name not in ("10 MB", "not UTF-8", "nothing")])
def test_bad_configs_of_the_job_api(server_module, name):
    body = BODIES[name][0].decode()
    answer = call(server_module, "SubmitMediaConvertJob", Config=body.removeprefix('{"config": ').removesuffix("}"))
    assert answer.status == 400, answer
    assert answer.json["Code"].startswith("InvalidParameter") and answer.json["Message"] and answer.json["RequestId"]
    alive(server_module)


def test_too_large_form(server_module):
    answer = call(server_module, "SubmitMediaConvertJob", Config="x" * (10 << 20))
    assert answer.status == 413 and set(answer.json) >= {"RequestId", "HostId", "Code", "Message"}
    alive(server_module)


def test_form_that_is_not_utf8(server_module):
    answer = server_module.request("POST", "/", b"Action=SubmitMediaConvertJob&Config=%ff%fe",
                                   {"Content-Type": "application/x-www-form-urlencoded"})
    assert 400 <= answer.status < 500 and answer.json["Code"]
    alive(server_module)


# --- addresses ---

ADDRESSES = ["oss://media/../outside/secret.mp4", "oss://../outside/secret.mp4", "oss://media//secret.mp4",
             "oss://media/a/./b.mp4", "oss://media/a/..", "oss://media/", "oss://media", "oss:///media/a.mp4",
             "oss://MEDIA/a.mp4", "oss://a/b.mp4", "oss://media/a\0b.mp4", "oss://media/" + "a" * 256 + ".mp4",
             "oss://media/" + "a/" * 600 + "b.mp4", "file:///etc/passwd", "/etc/passwd", "../etc/passwd", "",
             "http://127.0.0.2/a.mp4", "https://media.oss-cn-shanghai.aliyuncs.com/../a.mp4",
             "https://media.oss-cn-shanghai.aliyuncs.com/%2e%2e/a.mp4",
             "https://media.oss-cn-shanghai.aliyuncs.com/a%00.mp4"]


@pytest.fixture(scope="module")
def trap(server_module, films):
    """A server with a folder beside its buckets that nobody may read or write, and links to it."""
    fill(server_module.data, films)
    outside = server_module.home / "outside"
    outside.mkdir()
    shutil.copy(films["short"], outside / "secret.mp4")
    bucket = server_module.bucket("media")
    (bucket / "folder").symlink_to(outside)
    (bucket / "film.mp4").symlink_to(outside / "secret.mp4")
    (bucket / "up").symlink_to("../..")
    (bucket / "proc").symlink_to("/proc/self/root")
    os.mkfifo(bucket / "pipe")
    before = snapshot(server_module)
    yield server_module
    assert snapshot(server_module) == before


def snapshot(server):
    """All that is beside the server's own folders, and in the bucket of inputs."""
    found = {}
    for folder in (server.home, server.data, server.data / "buckets", server.bucket("media"), server.home / "outside"):
        found[folder] = sorted((p.name, p.lstat().st_ino) for p in folder.iterdir() if not p.name.startswith("polymux.db"))
    secret = server.home / "outside" / "secret.mp4"
    return found, secret.read_bytes(), secret.stat().st_mtime_ns


def reading(address):
    return {**picture("read"), "Inputs": [jobs.source("film", address)]}


def writing(address):
    output = {**jobs.output("write", video={"Width": 128, "Height": 128}), "OutputFile": jobs.media(address)}
    del output["OutputFileName"]
    return {"Inputs": [jobs.source("film", "oss://media/short.mp4")], "Outputs": [output]}


@pytest.mark.parametrize("make", [reading, writing])
@pytest.mark.parametrize("address", ADDRESSES, ids=lambda a: repr(a)[:40])
def test_hostile_addresses(trap, make, address):
    answer = trap.rest("POST", "/v1/jobs", json={"config": make(address)})
    if answer.status == 201:    # as text it is an address; it leads nowhere
        job = trap.wait_job(answer.json["id"])
        assert job["state"] == "Error" and job["code"].startswith(("InvalidParameter", "PermissionDenied")), job
        return
    forbidden = address.startswith(("file:", "http:"))
    error = error_of(answer, 403 if forbidden and make is reading else answer.status)
    paths = [problem["path"] for problem in error["problems"]]
    assert error["code"].startswith(("InvalidParameter", "PermissionDenied")[answer.status == 403]), error
    assert "\0" in address or all("InputFile" in path or "Output" in path for path in paths), error


@pytest.mark.parametrize("key", ["folder/secret.mp4", "film.mp4", "up/outside/secret.mp4", "proc/etc/passwd", "pipe",
                                 "up/data/credentials"])
def test_links_out_of_the_bucket_are_not_read(trap, key):
    job = trap.wait_job(submit(trap, reading(f"oss://media/{key}")))
    assert job["state"] == "Error" and f"oss://media/{key}" in job["message"], job
    assert job["code"] in ("PermissionDenied.ResourceAccess", "InvalidParameter.ResourceContentBad")
    assert job["code"].startswith("Permission") == (key != "pipe")


@pytest.mark.parametrize("key", ["folder/made.mp4", "folder/secret.mp4", "folder/new/made.mp4", "up/outside/made.mp4",
                                 "proc/tmp/made.mp4", "up/data/credentials"])
def test_links_out_of_the_bucket_are_not_written(trap, key):
    job = trap.wait_job(submit(trap, writing(f"oss://media/{key}")))
    assert job["state"] == "Error" and job["code"] == "PermissionDenied.ResourceAccess", job
    assert f"oss://media/{key}" in job["message"]


def test_a_file_that_is_a_link_is_replaced_and_not_followed(trap):
    folder = trap.bucket("made")
    (folder / "link.mp4").symlink_to(trap.home / "outside" / "secret.mp4")
    assert trap.wait_job(submit(trap, writing("oss://made/link.mp4")))["state"] == "Complete"
    assert not (folder / "link.mp4").is_symlink()


def test_missing_input(trap):
    address = "oss://media/no such/film.mp4"
    job = trap.wait_job(submit(trap, reading(address)))
    assert job["state"] == "Error" and job["code"] == "InvalidParameter.ResourceNotFound"
    assert address in job["message"] and "Inputs[0].InputFile.Media" in job["message"]
    for part in job["outputs"]:
        assert part["state"] == "Failed" and part["code"] == job["code"] and address in part["message"]
    told = call(trap, "GetMediaConvertJob", JobId=job["id"]).json["Job"]
    assert told["State"] == "Error" and told["Code"] == "InvalidParameter.ResourceNotFound" and address in told["Message"]


# --- secrets ---


def conversation(server, receiver, refusing):
    """Everything that might tell one, and what came back."""
    wrong = [("nobody", server.key_secret), (server.key_id, "wrong"), (server.key_secret, server.key_id)]
    yield from (server.rest("GET", "/v1/jobs", key=key) for key in wrong)
    for callback in ({"type": "HTTP", "url": receiver.url}, {"type": "HTTP", "url": "http://127.0.0.1:1/"},
                     {"type": "MNS", "queue": "ice-callback-q"}, {"type": "HTTP", "url": refusing.url}):
        given = {**callback, "events": ",".join(EVENTS)}
        if callback["type"] == "HTTP":
            given.update(auth=True, auth_key=AUTH_KEY)
        yield server.rest("PUT", "/v1/callback", json=given)
        yield server.rest("PUT", "/v1/callback", json={**given, "auth_key": AUTH_KEY + "!", "events": "MediaConvertComplet"})
        job = submit(server, picture("one"))
        server.wait_job(job)
        yield server.rest("GET", f"/v1/jobs/{job}")
    assert eventually(lambda: metrics(server)['polymux_delivery_attempts_total{result="failed"}'] >= 3)
    for path in ("/v1/callback", "/v1/deliveries", "/v1/openapi.json", "/v1/storages", "/metrics", "/healthz", "/nothing"):
        yield server.rest("GET", path, query={"limit": 100} if path == "/v1/deliveries" else None)
    told = call(server, "GetEventCallback")     # this one action shows the key, as the job API does
    assert told.json["AuthKey"] == AUTH_KEY and server.key_secret not in told.text
    yield server.request("POST", "/", b"Action=GetEventCallback&AccessKeyId=x&Signature=y&SignatureMethod=HMAC-SHA1",
                         {"Content-Type": "application/x-www-form-urlencoded"})
    yield call(server, "NoSuchAction")


@pytest.mark.parametrize("by", ["file", "environment"])
def test_secrets_are_told_to_nobody(start, by, tmp_path):
    receiver, refusing = Receiver(), Receiver(refuses=lambda number: True)
    config = f"[mns]\nendpoint = {refusing.url.removesuffix('/events')}\nkey-id = mns-id\n[events]\nfirst-pause = 1m\n"
    how = {"env": {"POLYMUX_MNS_KEY_SECRET": MNS_SECRET, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": CONFIG_SECRET}}
    if by == "file":
        (tmp_path / "secret").write_text(f"{MNS_SECRET}\n")
        config, how = config.replace("[events]", f"key-secret-file = {tmp_path}/secret\n[events]"), {}
    server = start("--workers", "1", config=config, **how)
    server.restart()    # the first start shows the new key, once
    secrets = [secret.encode() for secret in (server.key_secret, AUTH_KEY, MNS_SECRET, CONFIG_SECRET)]
    answers = list(conversation(server, receiver, refusing))
    wait_planned(server, submit(server, picture("held", "long", Width=256)))
    runner = hold(server)
    seen = {f"answer {answer}": answer.body + str(answer.headers).encode() for answer in answers}
    for pid in server.processes():
        seen[f"cmdline of {pid}"] = Path(f"/proc/{pid}/cmdline").read_bytes()
    seen["environment of the runner"] = Path(f"/proc/{runner}/environ").read_bytes()
    os.kill(runner, signal.SIGCONT)
    assert server.stop() == 0
    seen["log"], seen["output"] = server.errors().encode(), "\n".join(server.said).encode()
    seen["received"] = json.dumps(receiver.got).encode()
    for receiver_made in (receiver, refusing):
        receiver_made.end()
    assert receiver.got and refusing.asked
    for where, text in seen.items():
        for secret in secrets:
            assert secret not in text, f"{where} tells {secret}"
