# SPDX-License-Identifier: MIT
"""Starts `polymux serve` for a test and talks to it.

    server = Server(tmp_path)                    # data folder tmp_path/data, a free port
    server.start()                               # returns when it is ready
    server.rest("GET", "/v1/jobs").json
    server.kill(); server.start()                # kill -9, then again on the same data
    server.end()

A fixture `server` is in conftest.py. Nothing here asks Polymux's own code anything.
"""
import base64
import configparser
import http.client
import json
import os
import queue
import re
import signal
import subprocess
import threading
import time
import urllib.parse
import uuid
from pathlib import Path

import driver
from rawhttp import eventually

READY = re.compile(r"^listening on (https?)://(\[[^\]]+\]|[^:/]+):(\d+)$")
PATIENCE = 60
# What a sanitized runner says that is killed, with its server, while it looks for leaks at its end. A
# leak is told in other words: "LeakSanitizer: detected memory leaks".
CUT_SHORT = ("LeakSanitizer has encountered a fatal error", "LeakSanitizer does not work under ptrace")


class Answer:
    """An HTTP answer, whole."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:2000]!r}"


class Server:
    """One data folder and the server on it, which may be stopped and started any number of times."""

    def __init__(self, home, *args, config=None, env=None, guarded=False):
        self.binary, self.home = driver.binary(), Path(home)
        self.data, self.log = self.home / "data", self.home / "server.log"
        self.args, self.more = list(args), dict(env or {})
        if not guarded:  # the tests' receivers are on this machine
            self.more.setdefault("POLYMUX_NETWORK_ALLOW_HOSTS", "127.0.0.1")
        self.mark = f"pmx-server-{uuid.uuid4().hex}"
        self.process = self.reader = self.endpoint = self.host = self.port = None
        self.killed = False
        self.scheme, self.said, self.lines = "http", [], queue.SimpleQueue()
        self.home.mkdir(parents=True, exist_ok=True)
        if config is not None:
            path = self.home / "polymux.conf"
            path.write_text(config, "utf-8")
            self.args += ["--config", str(path)]

    # --- starting and stopping ---

    def env(self, more=None):
        env = {k: v for k, v in os.environ.items()
               if not k.startswith(("POLYMUX_", "ALIBABA_CLOUD_")) and k not in ("NOTIFY_SOCKET", "STATE_DIRECTORY")}
        env.update(TMPDIR=str(self.home), XDG_DATA_HOME=str(self.home / "xdg"), LC_ALL="C.UTF-8",
                   POLYMUX_SEGMENT_SECONDS="2", PMX_TEST_MARK=self.mark)
        return {**env, **self.more, **(more or {})}

    def launch(self, *args, port=0, env=None, listen=None):
        """Starts the process and does not wait for it to be ready."""
        assert self.process is None or self.process.poll() is not None, "it runs already"
        listen = listen or f"127.0.0.1:{port}"
        self.said, self.lines = [], queue.SimpleQueue()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.binary, "serve", "--data", self.data, "--listen", listen, *self.args, *args],
                cwd=self.home, env=self.env(env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                text=True, start_new_session=True)
        self.reader = threading.Thread(target=self.read, args=(self.process.stdout, self.lines), daemon=True)
        self.reader.start()
        return self

    @staticmethod
    def read(pipe, lines):
        for line in pipe:
            lines.put(line.rstrip("\n"))
        lines.put(None)

    def wait_ready(self, seconds=PATIENCE):
        """Returns when the server has said that it listens; knows its endpoint then."""
        end = time.monotonic() + seconds
        while True:
            try:
                line = self.lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"not ready after {seconds} s: {self.said}\n{self.errors()}") from None
            assert line is not None, f"it ended, {self.process.wait()}: {self.said}\n{self.errors()}"
            self.said.append(line)
            found = READY.match(line)
            if found:
                self.scheme, self.host, self.port = found[1], found[2].strip("[]"), int(found[3])
                self.endpoint = line.removeprefix("listening on ")
                return self

    def start(self, *args, **how):
        """Starts and waits until it is ready. `port`, `env`, `listen` as for launch()."""
        self.launch(*args, **how)
        return self.wait_ready()

    def stop(self, seconds=60, how=signal.SIGTERM):
        """A graceful stop; returns the exit status."""
        self.process.send_signal(how)
        return self.wait(seconds)

    def kill(self):
        """kill -9."""
        self.killed = True
        self.process.kill()
        status = self.wait()
        # A child between fork and exec still has the locks.
        assert eventually(lambda: not any(map(self.is_copy, self.processes())))
        return status

    def restart(self, **how):
        """Again on the same data and, so that clients find it, on the same port."""
        if self.process.poll() is None:
            self.stop()
        return self.start(**{"port": self.port, **how})

    def wait(self, seconds=60):
        """Waits for the server to end; all that it printed is in `said` then."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it does not end\n{self.errors()}") from None
        self.reader.join(seconds)
        while not self.lines.empty():
            line = self.lines.get()
            if line is not None:
                self.said.append(line)
        self.process.stdout.close()
        errors = self.errors()
        for words in CUT_SHORT if self.killed else ():
            errors = errors.replace(words, "")
        assert not any(word in errors for word in driver.SANITIZER), errors
        return status

    @property
    def pid(self):
        return self.process.pid

    def errors(self):
        """Everything the server has written to stderr since the first start."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def processes(self):
        """Ids of the living processes of this server and of all that it started."""
        mark = f"PMX_TEST_MARK={self.mark}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and mark in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                pass
        return found

    def is_copy(self, pid):
        """Whether the process runs the server's program."""
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().startswith(os.fsencode(self.binary) + b"\0serve")
        except OSError:
            return False

    def end(self):
        """Ends what a test has left running."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    # --- files ---

    def bucket(self, name):
        """The folder of oss://NAME/, made when it is not there."""
        folder = self.data / "buckets" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def credentials(self):
        """(key id, secret) of the pair that the first start made."""
        parser = configparser.ConfigParser(interpolation=None)
        parser.read(self.data / "credentials", "utf-8")
        return parser["default"]["access_key_id"], parser["default"]["access_key_secret"]

    @property
    def key_id(self):
        return self.credentials()[0]

    @property
    def key_secret(self):
        return self.credentials()[1]

    # --- talking to it ---

    def connect(self, timeout=PATIENCE):
        kind = http.client.HTTPSConnection if self.scheme == "https" else http.client.HTTPConnection
        return kind(self.host, self.port, timeout=timeout)

    def basic(self, key=None):
        pair = ":".join(key or self.credentials()).encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}

    def request(self, method, path, body=None, headers=None, timeout=PATIENCE):
        """Any request, nothing added but what HTTP asks for."""
        connection = self.connect(timeout)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def rest(self, method, path, json=None, key=None, headers=None, query=None, timeout=PATIENCE):
        """A request of the REST dialect, with HTTP Basic. `key` is another (id, secret), or () for none."""
        headers = {**(self.basic(key) if key is None or key else {}), **(headers or {})}
        body = None
        if json is not None:
            body, headers["Content-Type"] = dumps(json), "application/json"
        if query:
            path += "?" + urllib.parse.urlencode(query)
        return self.request(method, path, body, headers, timeout)

    def events(self, job, after=None, timeout=PATIENCE):
        """The job's Server-Sent Events as they come: (id, event, data) until the server ends the stream."""
        connection = self.connect(timeout)
        headers = {**self.basic(), **({"Last-Event-ID": str(after)} if after is not None else {})}
        connection.request("GET", f"/v1/jobs/{job}/events", headers=headers)
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        try:
            yield from parse_events(answer)
        finally:
            connection.close()

    def wait_job(self, job, seconds=120):
        """Waits, by the job's events, for its end; returns the job as GET tells it."""
        end = time.monotonic() + seconds
        for _ in self.events(job, timeout=seconds):
            assert time.monotonic() < end, f"{job} does not end"
        found = self.rest("GET", f"/v1/jobs/{job}").json
        assert found["state"] in ("Complete", "Error", "Cancelled"), found
        return found


def dumps(value):
    return value if isinstance(value, (bytes, str)) else json.dumps(value).encode()


def parse_events(lines):
    """Server-Sent Events out of an iterable of lines in bytes, as the HTML standard says."""
    number, name, data = None, "message", []
    for raw in lines:
        line = raw.decode("utf-8").rstrip("\r\n")
        if not line:
            if data:
                yield number, name, json.loads("\n".join(data))
            name, data = "message", []
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "id":
            number = value
        elif field == "event":
            name = value
        elif field == "data":
            data.append(value)
