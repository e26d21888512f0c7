# SPDX-License-Identifier: MIT
"""The subcommands that talk to a server: submit, get, list, wait, cancel, template, pipeline, events."""
import fcntl
import http.server
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import termios
import threading
import time

import pytest

import media
import tools


@pytest.fixture(scope="module")
def film(store):
    wav = store.get("client.wav", lambda p: media.write_wav(p, media.tone(2, 500), 48000))
    return store.get("client.mp4", lambda p: media.film(p, 50, sound=wav))


def output(name, bucket="media", **video):
    return {"Name": name, "TemplateId": "Video-360P", "OverrideParams": {"Video": {"Width": 160, **video}},
            "OutputFile": {"Type": "OSS", "Media": f"oss://{bucket}/{name}.mp4"}}


def job_of(*outputs):
    return {"JobName": "Film", "Outputs": list(outputs),
            "Inputs": [{"Name": "film", "InputFile": {"Type": "OSS", "Media": "oss://media/film.mp4"}}]}


class Client:
    """The command with what it needs to find a server."""

    def __init__(self, polymux, server):
        self.polymux, self.server = polymux, server
        polymux.extra = {"POLYMUX_ENDPOINT": server.endpoint, "POLYMUX_ACCESS_KEY_ID": server.key_id,
                         "POLYMUX_ACCESS_KEY_SECRET": server.key_secret}

    def __call__(self, *args, **how):
        done = self.polymux.call(*args, **how)
        assert self.server.key_secret not in done.stdout + done.stderr
        return done

    def json(self, *args, **how):
        return json.loads(self(*args, "--json", **how).stdout)

    def submit(self, config, *args):
        return self("submit", self.polymux.write(config), *args).stdout.strip()


@pytest.fixture
def client(polymux, server_module, film):
    shutil.copy(film, server_module.bucket("media") / "film.mp4")
    server_module.rest("PATCH", "/v1/pipelines/default", {"state": "Active"})
    return Client(polymux, server_module)


@pytest.fixture
def held(client):
    """A pipeline that holds its jobs."""
    name = client("pipeline", "create", "Held").stdout.strip()
    client("pipeline", "pause", name)
    return name


# --- a job's life ---

def test_submit_wait_get(client):
    job = client.submit(job_of(output("life")))
    assert re.fullmatch(r"[0-9a-f]{32}", job)
    waited = client("wait", job)
    assert "life: oss://media/life.mp4" in waited.stdout and f"{job} (Film): Complete" in waited.stdout
    path = client.server.bucket("media") / "life.mp4"
    for line in tools.stream_table(path):
        assert line in waited.stdout, "the finished file's own table"
    assert "100 %, 1 of 1 files done" in waited.stderr and "\x1b" not in waited.stderr
    shown = client("get", job).stdout
    assert shown == waited.stdout
    got = client.json("get", job)
    assert got["state"] == "Complete" and got == client.server.rest("GET", f"/v1/jobs/{job}").json
    assert client.json("wait", job) == got


def test_submit_and_wait_at_once(client):
    done = client("submit", "--wait", client.polymux.write(job_of(output("at-once"))))
    assert "at-once: oss://media/at-once.mp4" in done.stdout
    told = client.json("submit", "--wait", client.polymux.write(job_of(output("at-once-json"))))
    assert told["outputs"][0]["state"] == "Success"


def test_submit_from_standard_input(client):
    done = subprocess.run([client.polymux.binary, "submit", "-"], input=json.dumps(job_of(output("stdin"))), text=True,
                          env=client.polymux.env(), capture_output=True, timeout=60, check=True)
    assert client("wait", done.stdout.strip())


def test_submit_options(client, held):
    path = client.polymux.write(job_of(output("options")))
    args = ("submit", path, "--pipeline", held, "--token", f"token-{held}", "--user-data", '{"a": "ä"}')
    told = client.json(*args)
    assert (told["pipeline"], told["user_data"]) == (held, '{"a": "ä"}')
    assert client(*args).stdout.strip() == told["id"], "the same token gives the same job"
    other = client.polymux.write(job_of(output("another")))
    done = client("submit", other, "--token", f"token-{held}", expect=2)
    assert "token" in done.stderr.lower()
    client("cancel", told["id"])


@pytest.mark.parametrize("locale", ["C", "POSIX", "", "C.UTF-8"])
def test_text_without_a_locale(client, held, locale):
    """Options are UTF-8 where nobody has set a locale, as in a container."""
    env = {"LC_ALL": locale, "LC_CTYPE": "", "LANG": ""}
    name = client("submit", client.polymux.write(job_of(output("text"))), "--user-data", "给 客户", "--pipeline",
                  held, env=env).stdout.strip()
    assert client.json("get", name)["user_data"] == "给 客户"


def test_text_that_is_no_utf8(client):
    for args in (["pipeline", "create", os.fsdecode(b"a\xff")],
                 ["submit", "--user-data", os.fsdecode(b"a\xff"), client.polymux.write(job_of(output("x")))]):
        assert "UTF-8" in client(*args, expect=2).stderr


def test_failed_output(client):
    """As `run` does: 1 when some output failed, and its reason is told."""
    bad = {**output("bad"), "OverrideParams": {"Audios": [{"InputRef": "film"}]}}
    config = job_of(output("good"))
    config["Inputs"][0]["InputFile"]["Media"] = "oss://media/broken.mp4"
    (client.server.bucket("media") / "broken.mp4").write_bytes(b"\0" * 4096)
    config["Outputs"].append(bad)
    done = client("submit", "--wait", client.polymux.write(config), expect=1)
    assert "Error" in done.stdout


def test_every_mistake_in_a_job_is_told(client):
    config = job_of(output("a", Width=161), {**output("b"), "TemplateId": "Video-361P"})
    done = client("submit", client.polymux.write(config), expect=2)
    assert "Outputs[0].OverrideParams.Video.Width" in done.stderr
    assert "Outputs[1].TemplateId" in done.stderr and "Video-360P" in done.stderr
    assert not done.stdout


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 1, "a": 2}', ""])
def test_job_file_that_is_none(client, text):
    path = client.polymux.home / "job.json"
    path.write_text(text)
    done = client("submit", path, expect=2)
    assert "job.json" in done.stderr and not done.stdout


def test_job_file_that_is_not_there(client):
    assert "nowhere.json" in client("submit", "nowhere.json", expect=2).stderr


def test_cancel(client, held):
    job = client.submit(job_of(output("cancelled")), "--pipeline", held)
    assert client("cancel", job).stdout == ""
    done = client("wait", job, expect=1)
    assert "Cancelled" in done.stdout
    again = client("cancel", job, expect=2)
    assert again.stderr.strip()


def test_list(client, held):
    jobs = [client.submit(job_of(output(f"list-{i}")), "--pipeline", held) for i in range(5)]
    listed = client.json("list", "--pipeline", held)
    assert [job["id"] for job in listed] == jobs[::-1]
    assert [job["id"] for job in client.json("list", "--pipeline", held, "--oldest-first")] == jobs
    assert [job["id"] for job in client.json("list", "--pipeline", held, "--limit", "2")] == jobs[:2:-1]
    table = client("list", "--pipeline", held).stdout.splitlines()
    assert table[0].split()[:2] == ["ID", "STATE"] and len(table) == 6
    assert table[1].split()[:2] == [jobs[4], "Inited"] and table[1].endswith("Film")
    client("cancel", jobs[0])
    assert [job["id"] for job in client.json("list", "--pipeline", held, "--state", "Cancelled")] == jobs[:1]
    moment = listed[2]["created"]
    assert [job["id"] for job in client.json("list", "--pipeline", held, "--to", moment)] == jobs[2::-1]
    for job in jobs[1:]:
        client("cancel", job)


def test_list_of_more_than_a_page(client, held):
    path = client.polymux.write(job_of(output("page")))
    config = json.loads(path.read_text())
    made = {client.server.rest("POST", "/v1/jobs", {"config": config, "pipeline": held}).json["id"] for _ in range(130)}
    listed = [job["id"] for job in client.json("list", "--pipeline", held, "--limit", "125")]
    assert len(listed) == 125 == len(set(listed)) and set(listed) <= made
    assert {job["id"] for job in client.json("list", "--pipeline", held, "--limit", "1000")} == made
    for job in made:
        client.server.rest("DELETE", f"/v1/jobs/{job}")


# --- waiting ---

def test_wait_for_several(client):
    jobs = [client.submit(job_of(output(f"several-{i}"))) for i in range(3)]
    done = client("wait", *jobs)
    assert all(f"several-{i}: " in done.stdout for i in range(3)) and "3 of 3 files done" in done.stderr
    assert [job["id"] for job in client.json("wait", *jobs)] == jobs


def test_wait_through_a_restart(polymux, servers_made, film):
    """The server is killed while somebody waits: the waiting goes on with the next one."""
    server = servers_made()
    server.start()
    shutil.copy(film, server.bucket("media") / "film.mp4")
    client = Client(polymux, server)
    server.rest("PATCH", "/v1/pipelines/default", {"state": "Paused"})
    job = client.submit(job_of(output("restart")))
    waiting = polymux.start("wait", job)
    wait_for(lambda: "\npolymux_http_streams 1\n" in server.rest("GET", "/metrics").text)
    server.kill()
    server.restart()
    server.rest("PATCH", "/v1/pipelines/default", {"state": "Active"})
    stdout, stderr = waiting.communicate(timeout=120)
    assert waiting.returncode == 0, stderr
    assert "restart: oss://media/restart.mp4" in stdout


def wait_for(what, seconds=30):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.02)


def test_interrupted_waiting_leaves_the_job(client, held):
    job = client.submit(job_of(output("interrupted")), "--pipeline", held)
    waiting = client.polymux.start("wait", job)
    line = waiting.stderr.readline()        # of the display: it waits now
    assert "0 of 1 files done" in line
    waiting.send_signal(signal.SIGINT)
    _, stderr = waiting.communicate(timeout=20)
    assert waiting.returncode == 130 and "go on" in stderr
    assert client.json("get", job)["state"] == "Inited"
    client("cancel", job)


@pytest.mark.parametrize("columns", [100, 60])
def test_live_display(client, held, columns):
    """The display of `run`: a line an output, redrawn in place, none too wide for the terminal."""
    job = client.submit(job_of(output("left"), output("right")), "--pipeline", held)
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen([client.polymux.binary, "wait", job], cwd=client.polymux.home, stdin=child, stdout=child,
                               stderr=child, env=client.polymux.env({"TERM": "xterm"}), start_new_session=True)
    client.polymux.sessions.add(process.pid)
    os.close(child)
    drawn, resumed, end = b"", False, time.monotonic() + 90
    while True:
        ready, _, _ = select.select([parent], [], [], 60)
        assert ready and time.monotonic() < end, drawn.decode(errors="replace")
        try:
            part = os.read(parent, 65536)
        except OSError:     # EIO: the last one on the terminal has gone
            break
        if not part:
            break
        drawn += part
        if not resumed and b"0 of 2 files done" in drawn:
            client("pipeline", "resume", held)
            resumed = True
    os.close(parent)
    assert process.wait(60) == 0, drawn.decode(errors="replace")
    text = drawn.decode()
    assert "\x1b[" in text and "left" in text and "right" in text and "2 of 2 files done" in text
    assert "Stream #0:0[0x1]" in text, "the table comes at the end"
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    live = [line for part in plain.split("\n") for line in part.split("\r") if "%" in line]
    assert live and max(map(len, live)) <= columns


# --- templates, pipelines, events ---

TEMPLATE = {"Container": {"Format": "mp4"}, "Video": {"Codec": "H.264", "Width": 160, "Crf": 30}}


def test_templates(client):
    path = client.polymux.home / "Small one.json"
    path.write_text(json.dumps(TEMPLATE))
    made = client("template", "create", path).stdout.strip()
    shown = client.json("template", "show", made)
    assert (shown["name"], shown["config"], shown["system"]) == ("Small one", TEMPLATE, False)
    assert json.loads(client("template", "show", made).stdout) == TEMPLATE
    listed = client.json("template", "list")
    assert made in [one["id"] for one in listed] and "Video-360P" in [one["id"] for one in listed]
    assert made in client("template", "list").stdout and "Video-360P" in client("template", "list").stdout
    changed = {**TEMPLATE, "Video": {**TEMPLATE["Video"], "Crf": 35}}
    path.write_text(json.dumps(changed))
    assert client("template", "update", made, path, "--name", "Smaller").stdout == ""
    shown = client.json("template", "show", made)
    assert (shown["name"], shown["config"]) == ("Smaller", changed)
    job = job_of({**output("by-template"), "TemplateId": made})
    assert client("wait", client.submit(job))
    assert client("template", "delete", made).stdout == ""
    assert made in client("template", "show", made, expect=2).stderr


def test_template_with_an_id(client):
    path = client.polymux.home / "t.json"
    path.write_text(json.dumps(TEMPLATE))
    name = f"Mine-{os.getpid()}"
    assert client("template", "create", path, "--id", name, "--name", "N").stdout.strip() == name
    assert client("template", "create", path, "--id", name, expect=2).stderr.strip()
    client("template", "delete", name)


def test_wrong_template(client):
    path = client.polymux.home / "t.json"
    path.write_text(json.dumps({"Video": {"Width": 161, "Codek": "H.264"}}))
    done = client("template", "create", path, expect=2)
    assert "Video.Width" in done.stderr and "Codec" in done.stderr


def test_templates_without_a_server(polymux):
    """What is ready-made needs none, and is asked of none."""
    assert "Video-360P" in polymux.call("template", "list").stdout
    told = json.loads(polymux.call("template", "list", "--json").stdout)
    ids = [row["id"] for row in told]
    sizes = ["360P", "540P", "720P", "1080P"]
    assert {f"Video-{size}{codec}" for size in sizes for codec in ("", "-H265")} < set(ids)
    assert len(set(ids)) == len(ids) == 14
    assert all(row["config"]["Video"]["Codec"] for row in told)


def test_pipelines(client):
    made = client("pipeline", "create", "Night", "--priority", "2").stdout.strip()
    rows = {row["id"]: row for row in client.json("pipeline", "list")["pipelines"]}
    assert (rows[made]["name"], rows[made]["priority"], rows[made]["state"]) == ("Night", 2, "Active")
    client("pipeline", "pause", made)
    assert re.search(rf"^{made}\s+Paused\s+2\s+Night$", client("pipeline", "list").stdout, re.M)
    client("pipeline", "resume", made)
    client("pipeline", "delete", made)
    assert made not in client("pipeline", "list").stdout
    assert client("pipeline", "delete", "default", expect=2).stderr.strip()
    assert client("pipeline", "pause", "no-such", expect=2).stderr.strip()


class Receiver(http.server.BaseHTTPRequestHandler):
    """Takes events once it is told to."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200 if self.server.willing else 500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


def test_events(polymux, servers_made, film):
    server = servers_made(config="[events]\ngive-up = 1s\nfirst-pause = 100ms\n")
    server.start()
    shutil.copy(film, server.bucket("media") / "film.mp4")
    client = Client(polymux, server)
    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    receiver.willing = False
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{receiver.server_port}/event"
        assert server.rest("PUT", "/v1/callback", {"type": "HTTP", "url": url, "events": "MediaConvertComplete"}).status == 200
        job = client.submit(job_of(output("told")))
        client("wait", job)
        wait_for(lambda: client.json("events", "--dead"))
        dead, = client.json("events", "--dead")
        assert (dead["job"], dead["event"], dead["target"]) == (job, "MediaConvertComplete", url)
        table = client("events").stdout
        assert re.search(rf"^{dead['id']}\s+dead\s+\d+\s+\S+\s+{job}\s+MediaConvertComplete\s+{re.escape(url)}", table, re.M)
        receiver.willing = True
        client("events", "resend", str(dead["id"]))
        wait_for(lambda: client.json("events")[0]["state"] == "delivered")
        assert client.json("events", "--dead") == []
        assert client("events", "resend", "999999", expect=2).stderr.startswith("polymux events: 999999: ")
    finally:
        receiver.shutdown()
        receiver.server_close()


# --- where the server and the keys are ---

def test_no_server(polymux, tmp_path):
    keys = {"POLYMUX_ACCESS_KEY_ID": "a", "POLYMUX_ACCESS_KEY_SECRET": "s3cret"}
    done = polymux.call("list", "--endpoint", "http://127.0.0.1:1", env=keys, expect=1)
    assert "http://127.0.0.1:1" in done.stderr and "polymux serve" in done.stderr and "s3cret" not in done.stderr
    assert "\n" not in done.stderr.strip()


@pytest.mark.parametrize("endpoint", ["127.0.0.1:8080", "ftp://127.0.0.1/", "http://", "http://a:b@127.0.0.1"])
def test_endpoint_that_is_none(polymux, endpoint):
    done = polymux.call("get", "x", env={"POLYMUX_ENDPOINT": endpoint}, expect=2)
    assert endpoint in done.stderr


def test_no_keys(polymux, tmp_path):
    env = {"XDG_DATA_HOME": str(tmp_path / "nothing"), "ALIBABA_CLOUD_CREDENTIALS_FILE": ""}
    done = polymux.call("list", env=env, expect=2)
    assert "POLYMUX_ACCESS_KEY_ID" in done.stderr and "--credentials" in done.stderr


def test_wrong_key(client):
    wrong = {"POLYMUX_ACCESS_KEY_SECRET": "s3cret"}
    done = client("list", env=wrong, expect=2)
    assert client.server.key_id in done.stderr and "POLYMUX_ACCESS_KEY_SECRET" in done.stderr
    assert "s3cret" not in done.stderr


def test_keys_from_everywhere(polymux, server_module, tmp_path):
    """The nearest wins: option, own variables, the cloud's, the cloud's file, the data folder."""
    key, secret = server_module.credentials()
    good, bad = tmp_path / "good", tmp_path / "bad"
    for path, word in ((good, secret), (bad, "wrong")):
        path.write_text(f"[default]\ntype = access_key\naccess_key_id = {key}\naccess_key_secret = {word}\n")
        path.chmod(0o600)
    place = {"POLYMUX_ENDPOINT": server_module.endpoint, "XDG_DATA_HOME": str(tmp_path / "nothing")}
    own = {"POLYMUX_ACCESS_KEY_ID": key, "POLYMUX_ACCESS_KEY_SECRET": "wrong"}
    cloud = {"ALIBABA_CLOUD_ACCESS_KEY_ID": key, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "wrong"}
    right = {"ALIBABA_CLOUD_ACCESS_KEY_ID": key, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": secret}
    data = {"POLYMUX_SERVER_DATA": str(server_module.data)}
    for env, args, expect in (
            ({**own}, ["--credentials", good], 0), ({**own, **right}, [], 2), ({**right}, ["--credentials", bad], 2),
            ({**cloud, "ALIBABA_CLOUD_CREDENTIALS_FILE": str(good)}, [], 2), ({**right}, [], 0),
            ({"ALIBABA_CLOUD_CREDENTIALS_FILE": str(good)}, [], 0), ({**data}, [], 0),
            ({**data, "ALIBABA_CLOUD_CREDENTIALS_FILE": str(bad)}, [], 2)):
        polymux.call("list", *args, env={**place, **env}, expect=expect)


def test_something_else_answers(polymux):
    """A web server that is not Polymux."""
    other = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    threading.Thread(target=other.serve_forever, daemon=True).start()
    keys = {"POLYMUX_ACCESS_KEY_ID": "a", "POLYMUX_ACCESS_KEY_SECRET": "b"}
    done = polymux.call("list", "--endpoint", f"http://127.0.0.1:{other.server_port}", env=keys, expect=1)
    other.shutdown()
    other.server_close()
    assert "no Polymux server" in done.stderr


# --- usage ---

@pytest.mark.parametrize("args", [
    ["submit"], ["submit", "a", "b"], ["get"], ["get", "a", "b"], ["wait"], ["cancel"], ["list", "word"],
    ["list", "--limit", "0"], ["pipeline"], ["pipeline", "create"], ["pipeline", "polish", "x"], ["events", "resend"],
    ["events", "polish"], ["template", "create"], ["template", "update", "x"], ["get", "--no-such-option"],
])
def test_wrong_usage(polymux, args):
    """Told before any server is asked."""
    done = polymux.call(*args, expect=2)
    assert "--help" in done.stderr and not done.stdout


@pytest.mark.parametrize("args", [["get"], ["wait"], ["cancel"]])
def test_unknown_job(client, args):
    done = client(*args, "0" * 32, expect=2)
    assert done.stderr.strip() and not done.stdout


def test_odd_ids_stay_in_their_place(client):
    """An id is one segment of the path, whatever is in it."""
    for odd in ("../pipelines", "a/b", "a?b=c", "ä %2F", "."):
        assert client("get", odd, expect=2).stderr.strip()
