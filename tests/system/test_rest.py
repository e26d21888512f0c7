# SPDX-License-Identifier: MIT
"""The REST dialect of a running server: each documented answer against a real one, events as they
come, refusals, paging while jobs arrive, and the figures for Prometheus."""
import base64
import json
import socket
import threading
import time

import jsonschema
import pytest
from prometheus_client.parser import text_string_to_metric_families

import jobs
import media
import tools
from openapi import Api

STANDARD = "/usr/share/openapi-specification/schemas/v3.0/schema.json"
NOWHERE = "0123456789abcdef0123456789abcdef"
OVER = ("Complete", "Error", "Cancelled")


@pytest.fixture(scope="module")
def api(server_module):
    return Api(server_module)


@pytest.fixture(scope="module")
def bucket(server_module, store):
    """A bucket with a short film and one that keeps the server busy."""
    folder = server_module.bucket("media")
    wav = store.get("rest.wav", lambda p: media.write_wav(p, media.tone(4, 500), 48000))
    short = store.get("rest.mp4", lambda p: media.film(p, 100, sound=wav))
    (folder / "short.mp4").write_bytes(short.read_bytes())
    (folder / "long.mp4").write_bytes(moving(store, 60).read_bytes())
    return folder


def moving(store, seconds):
    return store.get(f"rest-{seconds}.mp4", lambda p: tools.ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25", "-t", seconds, *media.X264, p))


def config(name="one", film="short.mp4", **video):
    """A job that makes one file."""
    return jobs.job({"film": f"oss://media/{film}"},
                    [jobs.output(name, template="Video-360P", video=video)],
                    base="oss://media/out")


def slow(name="slow"):
    return config(name, "long.mp4", Preset="veryslow")


@pytest.fixture(scope="module")
def done(api, bucket):
    """A job that has made its file, and its events."""
    made = api.call("submitJob", {"config": config(), "user_data": "mine"}).json
    events = list(api.server.events(made["id"]))
    return api.call("getJob", id=made["id"]).json, events


def error(answer):
    return answer.json["error"]


def paths(answer):
    return [one["path"] for one in error(answer)["problems"]]


# --- the document, and answers against it ---


def test_document_keeps_to_the_standard(api):
    with open(STANDARD, encoding="utf-8") as file:
        jsonschema.Draft4Validator(json.load(file)).validate(api.document)


def test_job(api, done):
    job, _ = done
    assert job["state"] == "Complete" and job["percent"] == 100 and job["user_data"] == "mine"
    (output,), groups = job["outputs"], job["groups"]
    assert output["state"] == "Success" and len(groups) == 1
    assert output["address"].startswith("oss://media/out/one")
    kinds = [stream["kind"] for stream in output["facts"]["streams"]]
    assert kinds[0] == "video"
    listed = api.call("listJobs", query={"state": "Complete", "limit": 100}).json["jobs"]
    assert job["id"] in [one["id"] for one in listed]


def test_bare_config_is_a_job(api, bucket):
    answer = api.call("submitJob", config("bare"))
    assert answer.headers["Location"] == f"/v1/jobs/{answer.json['id']}"
    api.server.wait_job(answer.json["id"])


def test_client_token(api, bucket):
    request = {"config": config("token"), "client_token": "rest-token"}
    first, second = api.call("submitJob", request).json, api.call("submitJob", request).json
    assert first["id"] == second["id"]
    refused = api.call("submitJob", {**request, "config": config("other")}, status=409)
    assert paths(refused) == ["client_token"]
    api.server.wait_job(first["id"])


def test_cancel(api, bucket):
    job = api.call("submitJob", slow()).json["id"]
    api.call("cancelJob", id=job)
    began = time.monotonic()
    for _ in api.server.events(job):
        pass
    assert time.monotonic() - began < 5
    assert api.call("getJob", id=job).json["state"] == "Cancelled"
    api.call("cancelJob", id=job, status=409)
    api.call("cancelJob", id=NOWHERE, status=404)


def test_templates(api):
    made = api.call("createTemplate", {"name": "Mine", "config": {"Video": {"Codec": "H.265"}}}).json
    assert made["system"] is False and made["config"] == {"Video": {"Codec": "H.265"}}
    listed = api.call("listTemplates").json
    marks = {one["id"]: one["system"] for one in listed["templates"]}
    assert marks["Video-360P"] is True and marks[made["id"]] is False
    assert listed["total"] == len(listed["templates"])
    changed = api.call("changeTemplate", {"name": "Other"}, id=made["id"]).json
    assert changed["name"] == "Other" and changed["config"] == made["config"]
    api.call("replaceTemplate", {"name": "New", "config": {}}, id=made["id"])
    assert api.call("setDefaultTemplate", id=made["id"]).json["is_default"] is True
    assert api.call("getTemplate", id="Video-360P").json["system"] is True
    api.call("deleteTemplate", id="Video-360P", status=409)
    wrong = api.call("createTemplate", {"name": "n", "config": {"Video": {"Width": 7}}}, status=400)
    assert paths(wrong) and set(paths(wrong)) == {"config.Video.Width"}
    api.call("deleteTemplate", id=made["id"])
    api.call("getTemplate", id=made["id"], status=404)


def test_pipelines(api, bucket):
    made = api.call("createPipeline", {"name": "Night", "priority": 3}).json
    assert (made["speed"], made["state"], made["priority"]) == ("Standard", "Active", 3)
    paused = api.call("changePipeline", {"state": "Paused"}, id=made["id"]).json
    assert paused["state"] == "Paused" and paused["name"] == "Night"
    job = api.call("submitJob", {"config": config("held"), "pipeline": made["id"]}).json["id"]
    api.call("deletePipeline", id=made["id"], status=409)
    assert api.call("getJob", id=job).json["state"] == "Inited"
    api.call("changePipeline", {"state": "Active"}, id=made["id"])
    assert api.server.wait_job(job)["pipeline"] == made["id"]
    assert made["id"] in [one["id"] for one in api.call("listPipelines").json["pipelines"]]
    api.call("deletePipeline", id=made["id"])
    api.call("getPipeline", id=made["id"], status=404)
    assert api.call("getPipeline", id="default").json["id"] == "default"
    api.call("deletePipeline", id="default", status=409)
    api.call("submitJob", {"config": config(), "pipeline": "nowhere"}, status=400)


def test_callback_never_shows_its_key(api):
    before = api.call("getCallback").json
    assert "type" not in before
    key = "Abcdefg1Secret"
    wanted = {"type": "HTTP", "url": "http://127.0.0.1:9/", "events": "MediaConvertComplete", "auth": True}
    answer = api.call("setCallback", {**wanted, "auth_key": key})
    assert answer.json == wanted == api.call("getCallback").json
    wrong = api.call("setCallback", {**wanted, "auth_key": "short", "url": "ftp://h/"}, status=400)
    assert sorted(paths(wrong)) == ["auth_key", "url"]
    assert key not in wrong.text


def test_deliveries(api, bucket):
    """The callback that is set goes to a port where nobody is."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    api.call("setCallback", {"type": "HTTP", "url": url, "events": "MediaConvertComplete"})
    job = api.call("submitJob", config("told")).json["id"]
    api.server.wait_job(job)
    page = api.call("listDeliveries", query={"limit": 100}).json["deliveries"]
    (mine,) = [one for one in page if one["job"] == job]
    assert mine["event"] == "MediaConvertComplete" and mine["target"] == url
    assert json.loads(mine["body"])["MessageBody"]["JobId"] == job
    api.call("resendDelivery", id=mine["id"], status=409)  # it is not dead
    api.call("resendDelivery", id=10 ** 12, status=404)
    assert api.call("listDeliveries", query={"state": "dead"}).json["deliveries"] == []


def test_dead_delivery_is_sent_again(servers_made, store):
    server = servers_made(config="[events]\ngive-up = 1s\nfirst-pause = 100ms\n").start()
    api = Api(server)
    wav = store.get("rest.wav", lambda p: media.write_wav(p, media.tone(4, 500), 48000))
    film = store.get("rest.mp4", lambda p: media.film(p, 100, sound=wav))
    (server.bucket("media") / "short.mp4").write_bytes(film.read_bytes())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    api.call("setCallback", {"type": "HTTP", "url": url, "events": "MediaConvertComplete"})
    server.wait_job(api.call("submitJob", config()).json["id"])
    end = time.monotonic() + 30
    while not (dead := api.call("listDeliveries", query={"state": "dead"}).json["deliveries"]):
        assert time.monotonic() < end
        time.sleep(0.1)
    assert dead[0]["attempts"] >= 1 and dead[0]["problem"]
    assert api.call("resendDelivery", id=dead[0]["id"]).json["state"] == "waiting"


def test_storages(api, bucket):
    assert "media" in [one["bucket"] for one in api.call("listStorages").json["storages"]]
    api.call("setDefaultStorage", {"bucket": "media", "path": "made/"})
    assert api.call("getDefaultStorage").json == {"bucket": "media", "path": "made/"}
    api.call("setDefaultStorage", {"bucket": "../etc"}, status=400)
    api.call("setDefaultStorage", {"bucket": "nowhere"}, status=400)


def test_probe(api, bucket):
    facts = api.call("probe", {"media": "oss://media/short.mp4"}).json
    assert [stream["kind"] for stream in facts["streams"]] == ["video", "audio"]
    assert "versions" not in facts
    (bucket / "text.mp4").write_text("no film\n" * 100)
    for address in ("oss://media/nowhere.mp4", "oss://media/text.mp4", "oss://media/../x", "/etc/passwd"):
        api.call("probe", {"media": address}, status=400)


def test_health(api):
    for name in ("getHealth", "getReadiness"):
        assert api.call(name, key=()).json == {"status": "ok"}


def test_every_operation_was_answered(api, done, request):
    """What is documented and was never seen is not known to be true. Comes after those above."""
    if not {"test_templates", "test_pipelines"} <= {item.name for item in request.session.items}:
        pytest.skip("only when the whole file is run")
    api.call("getOpenApi", key=())
    api.call("getMetrics")
    seen = {name for name, status in api.answered if status < 300}
    assert seen | {"followJob", "resendDelivery"} == set(api.operations)


# --- events ---


def test_events(done):
    job, events = done
    numbers = [int(number) for number, kind, _ in events if kind in ("state", "output", "group")]
    assert numbers == sorted(set(numbers)) and len(numbers) >= 4
    assert events[-1][1] == "end"
    states = [body["state"] for _, kind, body in events if kind == "state"]
    assert states[0] == "Inited" and states[-1] == "Complete"
    outputs = [body for _, kind, body in events if kind == "output"]
    assert outputs[-1]["id"] == job["outputs"][0]["id"] and outputs[-1]["state"] == "Success"


def test_events_resume_anywhere(api, done):
    job, events = done
    kept = [one for one in events if one[1] in ("state", "output", "group")]
    for place, (number, _, _) in enumerate(kept):
        again = list(api.server.events(job["id"], after=number))
        assert again[:-1] == kept[place + 1:]
        assert again[-1][1] == "end"


def test_events_of_nothing(api):
    answer = api.server.rest("GET", f"/v1/jobs/{NOWHERE}/events")
    assert answer.status == 404 and error(answer)["request_id"] == answer.headers["X-Request-Id"]
    wrong = api.server.rest("GET", f"/v1/jobs/{NOWHERE}/events", headers={"Last-Event-ID": "x"})
    assert wrong.status == 400


def test_events_go_on_over_a_restart(servers_made, store):
    server = servers_made().start()
    (server.bucket("media") / "long.mp4").write_bytes(moving(store, 12).read_bytes())
    job = server.rest("POST", "/v1/jobs", json=config("r", "long.mp4")).json["id"]
    seen = []
    for number, kind, body in server.events(job):
        seen.append((number, kind))
        if kind == "state" and body["state"] == "Running":
            break
    server.kill()
    server.restart()
    after = next(number for number, kind in reversed(seen) if kind != "progress")
    rest = list(server.events(job, after=after))
    assert all(int(number) > int(after) for number, kind, _ in rest if kind in ("state", "output", "group"))
    assert rest[-1][1] == "end"


def test_stopping_ends_streams(servers_made, store):
    server = servers_made().start()
    (server.bucket("media") / "long.mp4").write_bytes(moving(store, 60).read_bytes())
    job = server.rest("POST", "/v1/jobs", json=slow()).json["id"]
    stream = server.events(job)
    next(stream)
    assert server.stop() == 0
    assert [kind for _, kind, _ in stream][-1:] != ["end"]  # the job has not ended


# --- refusals ---


def test_keys(api):
    server = api.server
    for key in ((), ("nobody", "nothing"), (server.key_id, "wrong")):
        answer = server.rest("GET", "/v1/jobs", key=key)
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
        assert error(answer)["request_id"] == answer.headers["X-Request-Id"]
        assert server.key_secret not in answer.text
    for header in ("Basic", "Basic !", "Basic " + base64.b64encode(b"nocolon").decode(), "Bearer x"):
        assert server.request("GET", "/v1/jobs", headers={"Authorization": header}).status == 401


def test_methods_and_paths(api):
    answer = api.server.rest("PUT", "/v1/jobs")
    assert answer.status == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}
    assert api.server.rest("GET", "/v1/nothing").status == 404
    head = api.server.rest("HEAD", "/v1/jobs")
    assert head.status == 200 and head.body == b""


def test_all_mistakes_are_named(api):
    wrong = {"Inputs": [{"Name": "a"}], "OutputGroups": [{"GroupConfig": {"Type": "File"}, "Outputs": [
        {"Name": "x", "OverrideParams": {"Video": {"Width": 7}, "Audoi": {}}}]}]}
    answer = api.call("submitJob", wrong, status=400)
    found = paths(answer)
    assert any(path.startswith("Inputs[0].InputFile") for path in found)
    assert any(path.endswith("Video.Width") for path in found)
    assert any(path.endswith("Audoi") for path in found)


@pytest.mark.parametrize("body,kind,status", [
    (b"{", "application/json", 400),
    (b"", "application/json", 400),
    (b"[" * 1000 + b"]" * 1000, "application/json", 400),
    (b"[" * 100000, "application/json", 400),
    (b'{"config": {"Inputs": "\xff"}}', "application/json", 400),
    (b'{"config": 1, "config": 2}', "application/json", 400),
    (b'{"config": {"Inputs": []}}', "text/plain", 415),
    (b"x" * (10 << 20), "application/json", 413),
])
def test_bad_bodies(api, body, kind, status):
    headers = {**api.server.basic(), "Content-Type": kind}
    answer = api.server.request("POST", "/v1/jobs", body, headers)
    assert answer.status == status, answer
    assert error(answer)["code"] and error(answer)["message"]
    assert api.call("getHealth", key=()).status == 200


# --- paging ---


def test_paging_while_jobs_arrive(servers_made):
    """No job twice, none missing that was there when the paging began. The jobs are held."""
    server = servers_made().start()
    server.bucket("media")
    pipeline = server.rest("POST", "/v1/pipelines", json={"name": "held"}).json["id"]
    server.rest("PATCH", f"/v1/pipelines/{pipeline}", json={"state": "Paused"})
    submit = {"config": config(), "pipeline": pipeline}
    first = {server.rest("POST", "/v1/jobs", json=submit).json["id"] for _ in range(60)}
    stop = threading.Event()

    def arrive():
        while not stop.is_set():
            server.rest("POST", "/v1/jobs", json=submit)

    thread = threading.Thread(target=arrive)
    thread.start()
    try:
        for order in ("desc", "asc"):
            for limit in (1, 7, 50):
                seen = page_through(server, {"order": order, "limit": limit, "pipeline": pipeline})
                assert len(seen) == len(set(seen)), "a job came twice"
                assert first <= set(seen), "a job is missing"
    finally:
        stop.set()
        thread.join()
    wrong = server.rest("GET", "/v1/jobs", query={"cursor": "nonsense"})
    assert wrong.status == 400


def page_through(server, query, most=400):
    seen, cursor = [], None
    while len(seen) < most:
        answer = server.rest("GET", "/v1/jobs", query={**query, **({"cursor": cursor} if cursor else {})}).json
        assert len(answer["jobs"]) <= query["limit"]
        seen += [job["id"] for job in answer["jobs"]]
        cursor = answer.get("next")
        if not cursor:
            break
    return seen


# --- figures ---


def figures(server):
    answer = server.rest("GET", "/metrics")
    assert answer.status == 200 and server.key_secret not in answer.text
    return {(sample.name, *sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(answer.text) for sample in family.samples}


def test_metrics(api, done):
    before = figures(api.server)
    for _ in range(5):
        api.call("listJobs")
    api.server.rest("GET", "/v1/nothing")
    after = figures(api.server)
    requests = "polymux_http_requests_total"
    assert after[requests, ("status", "2xx")] >= before[requests, ("status", "2xx")] + 6
    assert after[requests, ("status", "4xx")] == before[requests, ("status", "4xx")] + 1
    took = "polymux_http_request_duration_seconds"
    assert after[f"{took}_count",] >= before[f"{took}_count",] + 7
    assert after[f"{took}_bucket", ("le", "+Inf")] == after[f"{took}_count",]
    assert after["polymux_jobs", ("state", "Complete")] >= 1
    assert after["polymux_store_up",] == 1
    for name in ("polymux_queue_age_seconds", "polymux_encode_speed_ratio", "polymux_cache_hits_total",
                 "polymux_delivery_lag_seconds", "polymux_http_streams", "polymux_http_connections"):
        assert (name,) in after
    end = time.monotonic() + 10  # the engine counts now and then
    while not figures(api.server)["polymux_encoded_media_seconds_total",]:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_metrics_ask_for_a_key_unless_told(api, servers_made):
    assert api.server.request("GET", "/metrics").status == 401
    open_one = servers_made(config="[server]\nopen-metrics = true\n").start()
    assert open_one.request("GET", "/metrics").status == 200
