# SPDX-License-Identifier: MIT
"""`polymux serve` as a process: its first start, its configuration, signals, and what keeps it from starting."""
import json
import os
import re
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import threading
import time
from pathlib import Path

import pytest

import clients
import media
import tools
from rawhttp import eventually
from server import parse_events

EXAMPLES = ("curl ", "const {")


@pytest.fixture(scope="module")
def film(store):
    wav = store.get("serve.wav", lambda p: media.write_wav(p, media.tone(2, 500), 48000))
    return store.get("serve.mp4", lambda p: media.film(p, 50, sound=wav))


def config_of(name="out.mp4", bucket="media", **video):
    override = {"OverrideParams": {"Video": {"Width": 160, **video}}}
    return {"Inputs": [{"Name": "film", "InputFile": {"Type": "OSS", "Media": f"oss://{bucket}/film.mp4"}}],
            "Outputs": [{"Name": name, "TemplateId": "Video-360P", **override,
                         "OutputFile": {"Type": "OSS", "Media": f"oss://{bucket}/{name}"}}]}


def write_wrapper(folder, script):
    """A program that stands in for the command."""
    path = folder / "polymux"
    path.write_text(f"#!/bin/bash\n{script}\n")
    path.chmod(0o755)
    return path


# --- the first start ---

def test_first_start_makes_a_key(servers_made):
    server = servers_made()
    server.start()
    key, secret = server.credentials()
    path = server.data / "credentials"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().splitlines()[:2] == ["[default]", "type = access_key"]
    said = "\n".join(server.said)
    assert key in said and secret in said and str(path) in said
    assert server.said[-1] == f"listening on {server.endpoint}"
    assert all(any(line.strip().startswith(word) for line in server.said) for word in EXAMPLES)
    assert server.rest("GET", "/v1/jobs").status == 200
    assert secret not in server.errors()


def test_the_data_folder_is_private_and_buckets_are_as_the_umask_says(servers_made, tmp_path):
    """The database has AuthKey in it."""
    server = servers_made()
    server.binary = write_wrapper(tmp_path, f'umask 002\nexec {shlex.quote(str(server.binary))} "$@"')
    server.start()
    server.rest("POST", "/v1/pipelines", {"name": "so that there is a -wal"})
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (server.data, *server.data.iterdir())}
    assert modes.pop("data") == 0o700 and modes.pop("buckets") == 0o775 and "polymux.db-wal" in modes
    assert all(mode & 0o077 == 0 for mode in modes.values()), modes


def test_second_start_says_nothing_of_it(servers_made):
    server = servers_made()
    server.start()
    before = server.credentials()
    server.restart()
    assert server.said == [f"listening on {server.endpoint}"]
    assert server.credentials() == before


def test_a_log_gets_no_secret(servers_made):
    server = servers_made(env={"JOURNAL_STREAM": "8:12345"})
    server.start()
    said = "\n".join(server.said)
    assert server.key_secret not in said and str(server.data / "credentials") in said


def test_the_secret_is_in_no_command_line(servers_made):
    server = servers_made()
    server.start()
    line = Path(f"/proc/{server.pid}/cmdline").read_bytes().decode()
    assert server.key_secret not in line


def printed_curl(server):
    """The curl command of the first start, as it stands there."""
    lines = [line.strip() for line in server.said]
    start = next(i for i, line in enumerate(lines) if line.startswith("curl "))
    end = next(i for i in range(start, len(lines)) if lines[i].endswith("'") and i > start)
    return "\n".join(lines[start:end + 1])


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_printed_curl_line_works(servers_made, film):
    server = servers_made()
    server.launch()
    shutil.copy(film, server.bucket("media") / "film.mp4")
    server.wait_ready()
    done = subprocess.run(["bash", "-c", f"{printed_curl(server)} -sS --noproxy '*'"], capture_output=True, text=True,
                          timeout=60, check=True)
    job = json.loads(done.stdout)["id"]
    assert server.wait_job(job)["state"] == "Complete"
    assert tools.video(server.bucket("media") / "film-360p.mp4")["codec_name"] == "h264"


def printed_list(server):
    return next(line.strip() for line in server.said if " list --endpoint " in line)


def test_the_printed_list_line_works(servers_made):
    """In a shell that does not find the program by its name."""
    server = servers_made()
    server.start()
    subprocess.run(["bash", "-c", printed_list(server)], env={**server.env(), "PATH": "/usr/bin:/bin"},
                   stdin=subprocess.DEVNULL, check=True, timeout=60)


def test_a_program_that_is_found_by_name_is_called_by_name(servers_made):
    server = servers_made()
    server.start(env={"PATH": f"{Path(server.binary).resolve().parent}:/usr/bin:/bin"})
    assert printed_list(server).startswith("polymux list ")


def printed_snippet(server):
    lines = [line.removeprefix("    ") for line in server.said]
    start = next(i for i, line in enumerate(lines) if line.startswith("const { default: Client"))
    end = next(i for i, line in enumerate(lines) if line.startswith("call("))
    return "\n".join(lines[start:end + 1])


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
def test_the_printed_snippet_works(servers_made, tmp_path):
    """With the official client where it is there, else its syntax only."""
    server = servers_made()
    server.start()
    script = tmp_path / "snippet.js"
    script.write_text(printed_snippet(server))
    folder = clients.fetch()
    if folder is None:
        subprocess.run(["node", "--check", script], check=True, timeout=60)
        pytest.skip("there is no npm to fetch the client with")
    done = subprocess.run(["node", script], env={**os.environ, "NODE_PATH": str(folder / "node_modules")},
                          capture_output=True, text=True, timeout=60, check=True)
    assert "RequestId" in done.stdout and "Jobs" in done.stdout, done.stderr


# --- the configuration ---

def test_sample_is_the_one_in_the_repository(polymux):
    kept = Path(__file__).parents[2] / "etc" / "polymux.conf"
    assert polymux.call("serve", "--sample-config").stdout == kept.read_text()


def test_every_mistake_is_told_at_once(servers_made):
    server = servers_made(config="[server]\nworkerz = 1\nthreads = many\n[artifact]\n[mns]\nkey-secret = s3cret\nendpoint=x\n",
                          env={"POLYMUX_JOBS_DAYS": "-1", "POLYMUX_EVENTS_TIMEOT": "1s"})
    server.launch()
    assert server.wait() == 2
    told = server.errors()
    for line in ("[server] workerz: is not a known key; did you mean \"workers\"?", "[server] threads: ",
                 "[artifact]: is not a known group; did you mean \"artifacts\"?", "[mns] endpoint: ", "POLYMUX_JOBS_DAYS: ",
                 "POLYMUX_EVENTS_TIMEOT: names no key of the group [events]; did you mean \"POLYMUX_EVENTS_TIMEOUT\"?"):
        assert line in told
    assert "s3cret" not in told and not server.data.exists() and not server.said


def test_a_broken_line_is_named_and_not_shown(servers_made):
    server = servers_made(config="[mns]\nkey-secret s3cret\n")
    server.launch()
    assert server.wait() == 2
    assert "line 2" in server.errors() and "s3cret" not in server.errors()


def test_environment_before_file_and_option_before_both(servers_made):
    server = servers_made(config="[server]\nlisten = 127.0.0.2:1\nopen-metrics = false\n",
                          env={"POLYMUX_SERVER_LISTEN": "127.0.0.3:2", "POLYMUX_SERVER_OPEN_METRICS": "true"})
    server.start()      # with --listen 127.0.0.1:0
    assert server.host == "127.0.0.1"
    assert server.rest("GET", "/metrics", key=()).status == 200


def test_metrics_ask_for_a_key(server):
    assert server.rest("GET", "/metrics", key=()).status == 401
    assert server.rest("GET", "/metrics").status == 200


@pytest.mark.parametrize("args", [["--listen", "8080"], ["--workers", "-1"], ["--no-such-option"], ["word"],
                                  ["--config", "nowhere.conf"]])
def test_wrong_command_line(polymux, args):
    done = polymux.call("serve", "--data", polymux.home / "data", *args, expect=2)
    assert done.stderr.strip() and not done.stdout
    assert not (polymux.home / "data").exists()


# --- what keeps it from starting ---

def test_port_in_use(server, servers_made):
    other = servers_made(name="other")
    other.launch(port=server.port)
    assert other.wait() == 1
    assert f"127.0.0.1:{server.port}" in other.errors() and "--listen" in other.errors()
    assert server.rest("GET", "/healthz", key=()).status == 200


def test_second_server_on_the_data_folder(server, servers_made):
    other = servers_made(name="other")
    other.data = server.data
    other.launch()
    assert other.wait() == 1
    assert str(server.data) in other.errors() and not other.said
    assert server.rest("GET", "/v1/jobs").status == 200


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv (util-linux) is not installed")
def test_read_only_data_folder(servers_made, tmp_path):
    """Also where the tests run as root, which then is without its right to write anywhere."""
    server = servers_made()
    if os.geteuid() == 0:
        server.binary = write_wrapper(tmp_path, "exec setpriv --bounding-set=-dac_override --inh-caps=-dac_override "
                                      f'{shlex.quote(str(server.binary))} "$@"')
    server.data.mkdir()
    server.data.chmod(0o500)
    server.launch()
    assert server.wait() == 1 and str(server.data) in server.errors()
    server.data.chmod(0o700)


def test_data_folder_that_cannot_be_made(servers_made):
    server = servers_made()
    (server.home / "file").write_text("")
    server.data = server.home / "file" / "data"
    server.launch()
    assert server.wait() == 1 and str(server.home / "file") in server.errors()


def test_credentials_that_others_may_read(servers_made):
    server = servers_made()
    server.start()
    server.stop()
    (server.data / "credentials").chmod(0o644)
    server.launch()
    assert server.wait() == 1
    assert "chmod 600" in server.errors()


# --- TLS and addresses ---

def make_certificate(folder):
    key, certificate = folder / "key.pem", folder / "cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                    "2", "-subj", "/CN=localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key


def test_tls(servers_made, tmp_path):
    certificate, key = make_certificate(tmp_path)
    server = servers_made(config=f"[server]\ntls-cert = {certificate}\ntls-key = {key}\n")
    server.start()
    assert server.scheme == "https" and "warning" not in server.errors()
    told = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-CAfile", certificate,
                           "-verify_return_error"], input=b"", capture_output=True, timeout=30, check=False)
    assert b"Verify return code: 0 (ok)" in told.stdout, told.stderr


@pytest.mark.parametrize("broken", ["tls-cert", "tls-key"])
def test_bad_tls_files(servers_made, tmp_path, broken):
    certificate, key = make_certificate(tmp_path)
    (certificate if broken == "tls-cert" else key).write_text("nonsense\n")
    server = servers_made(config=f"[server]\ntls-cert = {certificate}\ntls-key = {key}\n")
    server.launch()
    assert server.wait() == 1
    assert "certificate" in server.errors() or "key" in server.errors()


def test_missing_tls_file(servers_made, tmp_path):
    certificate, _ = make_certificate(tmp_path)
    server = servers_made(config=f"[server]\ntls-cert = {certificate}\ntls-key = {tmp_path}/nowhere.pem\n")
    server.launch()
    assert server.wait() == 1
    assert "[server] tls-key: " in server.errors() and "nowhere.pem" in server.errors()


def test_certificate_without_key(servers_made):
    server = servers_made(config="[server]\ntls-cert = cert.pem\n")
    server.launch()
    assert server.wait() == 2 and "[server] tls-key: " in server.errors()


def test_warning_beyond_loopback(servers_made):
    """On a folder of its own network's address: nothing outside this machine can reach a loopback one."""
    server = servers_made()
    server.start(listen="0.0.0.0:0")
    assert "warning" in server.errors() and "TLS" in server.errors()
    server.stop()


def test_no_warning_on_loopback(server):
    assert "warning" not in server.errors()


def test_ipv6(servers_made):
    if not socket.has_ipv6 or not Path("/proc/net/if_inet6").exists() or not Path("/proc/net/if_inet6").read_text():
        pytest.skip("no IPv6 here")
    server = servers_made()
    server.start(listen="[::1]:0")
    assert server.endpoint == f"http://[::1]:{server.port}"
    assert server.rest("GET", "/healthz", key=()).status == 200


# --- dispatch ---

def test_other_paths(server):
    for path in ("/favicon.ico", "/v2/jobs", "/../etc/passwd", "//"):
        answer = server.request("GET", path)
        assert answer.status in (400, 404), path
        assert answer.headers["Content-Type"].startswith("application/json") and isinstance(answer.json, dict)
    assert set(server.request("GET", "/nothing").json) >= {"RequestId", "HostId", "Code", "Message"}
    assert "error" in server.rest("GET", "/v1/nothing").json
    assert server.rest("GET", "/healthz", key=()).json == {"status": "ok"}


# --- signals ---

def stopped_in(server, how):
    began = time.monotonic()
    assert server.stop(how=how) == 0, server.errors()
    return time.monotonic() - began


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_graceful_stop(servers_made, how):
    server = servers_made()
    server.start()
    assert stopped_in(server, how) < 5
    assert eventually(lambda: not server.processes(), 2)
    assert server.errors() == ""


def test_stop_ends_streams_and_idle_connections(server, film):
    """A stream, an idle connection and half a request keep nothing from ending."""
    shutil.copy(film, server.bucket("media") / "film.mp4")
    paused = server.rest("PATCH", "/v1/pipelines/default", {"state": "Paused"})
    assert paused.status == 200, paused
    job = server.rest("POST", "/v1/jobs", config_of()).json["id"]
    stream = server.connect()
    stream.request("GET", f"/v1/jobs/{job}/events", headers=server.basic())
    answer = stream.getresponse()
    assert answer.status == 200 and next(parse_events(answer))
    idle = socket.create_connection((server.host, server.port))
    half = socket.create_connection((server.host, server.port))
    half.sendall(b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    assert stopped_in(server, signal.SIGTERM) < 10
    answer.read()
    for connection in (idle, half):
        connection.close()


def test_stop_while_jobs_are_cancelled(server):
    """Cancelling is done by the thread that stops the server: they may not wait for each other."""
    server.rest("PATCH", "/v1/pipelines/default", {"state": "Paused"})
    jobs = [server.rest("POST", "/v1/jobs", config_of()).json["id"] for _ in range(40)]
    begun = threading.Semaphore(0)

    def cancel(some):
        for job in some:
            try:
                server.rest("DELETE", f"/v1/jobs/{job}")
            except OSError:
                return
            begun.release()

    threads = [threading.Thread(target=cancel, args=(jobs[i::4],)) for i in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(4):
        assert begun.acquire(timeout=20)
    assert stopped_in(server, signal.SIGTERM) < 10
    for thread in threads:
        thread.join()


def test_stopped_work_goes_on_at_the_next_start(server, film):
    """A running job is stopped at once and ends after the next start, as if nothing had been."""
    shutil.copy(film, server.bucket("media") / "film.mp4")
    job = server.rest("POST", "/v1/jobs", config_of(Preset="veryslow")).json["id"]
    for _, event, data in server.events(job):
        if event == "state" and data["state"] == "Running":
            break
    assert stopped_in(server, signal.SIGTERM) < 5
    assert eventually(lambda: not server.processes(), 2)
    server.restart()
    assert server.wait_job(job)["state"] == "Complete"
    assert tools.video(server.bucket("media") / "out.mp4")["width"] == 160


def test_input_changed_while_the_server_was_down(servers_made, film):
    """What is not made yet is not made of another film than what is: it fails, and says why."""
    server = servers_made()
    server.start("--workers", "1")
    folder = server.bucket("media")
    shutil.copy(film, folder / "film.mp4")
    media.film(folder / "long.mp4", 500, size=(640, 360))
    config = config_of("first.mp4")
    config["Inputs"].append({"Name": "long", "InputFile": {"Type": "OSS", "Media": "oss://media/long.mp4"}})
    config["Outputs"] += config_of("second.mp4", Width=640, Preset="veryslow", InputRef="long")["Outputs"]
    config["Outputs"][0]["Priority"], config["Outputs"][1]["Priority"] = 10, 1
    job = server.rest("POST", "/v1/jobs", config).json["id"]
    for _, event, data in server.events(job):
        if event == "output" and data["state"] == "Success":
            assert data["name"] == "first.mp4"
            break
    server.kill()
    made = (folder / "first.mp4").read_bytes()
    os.utime(folder / "long.mp4", (1, 1))
    server.restart()
    assert server.wait_job(job)["state"] == "Complete"
    outputs = {o["name"]: o for o in server.rest("GET", f"/v1/jobs/{job}").json["outputs"]}
    assert outputs["first.mp4"]["state"] == "Success"
    assert (folder / "first.mp4").read_bytes() == made
    assert outputs["second.mp4"]["state"] == "Failed"
    assert "an input was changed" in outputs["second.mp4"]["message"]
    assert not (folder / "second.mp4").exists()


def test_reload_takes_new_keys_and_drops_old_ones(servers_made):
    server = servers_made()
    server.start()
    old = server.credentials()
    path = server.data / "credentials"
    path.write_text("[default]\ntype = access_key\naccess_key_id = next\naccess_key_secret = better\n")
    server.process.send_signal(signal.SIGHUP)
    assert server.lines.get(timeout=60).startswith("credentials read again: 1")
    assert server.rest("GET", "/v1/jobs", key=old).status == 401
    assert server.rest("GET", "/v1/jobs", key=("next", "better")).status == 200


def test_reload_of_wrong_keys_changes_nothing(servers_made):
    server = servers_made()
    server.start()
    old = server.credentials()
    (server.data / "credentials").write_text("[default]\ns3cret\n")
    server.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "stay as they were" in server.errors())
    assert "s3cret" not in server.errors()
    assert server.rest("GET", "/v1/jobs", key=old).status == 200


def wait_for(what, seconds=20):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.01)


# --- the service manager ---

class Manager:
    """The receiving end of sd_notify(3)."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        self.socket.settimeout(60)

    def hear(self, word):
        """The next message that has this line."""
        while True:
            lines = self.socket.recv(4096).decode().splitlines()
            if word in lines:
                return lines


@pytest.mark.parametrize("abstract", [False, True])
def test_the_service_manager_is_told(servers_made, tmp_path, abstract):
    name = f"polymux-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    manager = Manager(("\0" + name) if abstract else name)
    server = servers_made(env={"NOTIFY_SOCKET": ("@" if abstract else "") + name, "WATCHDOG_USEC": "200000"})
    server.start()
    assert f"STATUS=listening on {server.endpoint}" in manager.hear("READY=1")
    for _ in range(3):
        manager.hear("WATCHDOG=1")
    server.process.send_signal(signal.SIGHUP)
    assert any(line.startswith("MONOTONIC_USEC=") for line in manager.hear("RELOADING=1"))
    manager.hear("READY=1")
    server.process.send_signal(signal.SIGTERM)
    manager.hear("STOPPING=1")
    assert server.wait() == 0


def test_state_directory_is_the_data_folder(servers_made, tmp_path):
    state = tmp_path / "state"
    server = servers_made(env={"STATE_DIRECTORY": str(state)})
    server.binary = write_wrapper(tmp_path, "[[ $2 == --data ]] || exit 99\n"
                                  f'exec {shlex.quote(str(server.binary))} "$1" "${{@:4}}"')
    server.start()
    assert (state / "credentials").exists() and not server.data.exists()


# --- the unit file and the front ---

UNIT = Path(__file__).parents[2] / "etc" / "polymux.service"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_the_unit_is_valid_and_hardened(tmp_path):
    path = tmp_path / "polymux.service"
    text = UNIT.read_text().replace("/usr/local/bin/polymux", "/bin/true").replace("=polymux\nGroup=polymux", "=root\nGroup=root")
    path.write_text(re.sub(r"^Documentation=.*\n", "", text, flags=re.M))
    done = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=25", path], capture_output=True,
                          text=True, timeout=60, check=False)
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd cannot look into a file")
    assert done.returncode == 0, done.stdout[-300:]


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_nginx_front(server, tmp_path):
    """Through the sample front: a long request line, an event stream unbuffered, Host with its port."""
    certificate, key = make_certificate(tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sample = (UNIT.parent / "nginx.conf").read_text()
    for old, new in (("127.0.0.1:8080", f"127.0.0.1:{server.port}"), ("listen 443", f"listen 127.0.0.1:{port}"),
                     ("/etc/ssl/certs/polymux.pem", str(certificate)), ("/etc/ssl/private/polymux.key", str(key))):
        assert old in sample
        sample = sample.replace(old, new)
    (tmp_path / "front.conf").write_text(sample)
    folders = " ".join(f"{kind}_temp_path {tmp_path}/t;" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (tmp_path / "nginx.conf").write_text(f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}\n"
                                         f"http {{ access_log off; {folders} include {tmp_path}/front.conf; }}\n")
    front = subprocess.Popen(["nginx", "-c", tmp_path / "nginx.conf", "-e", tmp_path / "error.log"],
                             stdin=subprocess.DEVNULL)
    try:
        wait_for(lambda: socket_open(port))
        through_front(server, port, certificate)
    finally:
        front.terminate()
        front.wait(20)


def socket_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def through_front(server, port, certificate):
    import http.client
    import ssl
    context = ssl.create_default_context(cafile=certificate)
    context.check_hostname = False
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=60, context=context)
    connection.request("GET", f"/?Config={'a' * 200_000}")
    answer = connection.getresponse()
    assert answer.status == 400 and json.loads(answer.read())["Code"], "told by Polymux, not by nginx"
    server.rest("PATCH", "/v1/pipelines/default", {"state": "Paused"})
    server.bucket("media")
    job = server.rest("POST", "/v1/jobs", config_of()).json["id"]
    connection.request("GET", f"/v1/jobs/{job}/events", headers=server.basic())
    stream = parse_events(connection.getresponse())
    assert next(stream)
    assert server.rest("DELETE", f"/v1/jobs/{job}").status == 202
    assert [event for _, event, _ in stream][-1] == "end"
