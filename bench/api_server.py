# SPDX-License-Identifier: MIT
"""`polymux serve` on a folder of its own, and what it costs. Called by api.py."""
import base64
import configparser
import http.client
import json
import os
import re
import subprocess
import time
from pathlib import Path

import measure

READY = re.compile(r"^listening on http://(127\.0\.0\.1):(\d+)$", re.MULTILINE)
PATIENCE = 120
TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    def __init__(self, polymux, home):
        self.polymux, self.home, self.data = polymux, home, home / "data"
        self.log, self.process = home / "server.log", None

    def start(self):
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [self.polymux, "serve", "--data", self.data, "--listen", "127.0.0.1:0"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.port = int(self.when_said(READY)[2])
        self.host = f"127.0.0.1:{self.port}"
        pair = configparser.ConfigParser(interpolation=None)
        pair.read(self.data / "credentials", "utf-8")
        self.key = (pair["default"]["access_key_id"], pair["default"]["access_key_secret"])

    def when_said(self, pattern):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            found = pattern.search(self.said())
            if found:
                return found
            time.sleep(0.02)
        raise RuntimeError(f"the server did not start: {self.said()}")

    def said(self):
        return self.log.read_text("utf-8", "replace")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    # --- what it costs ---

    def memory(self):
        """(PSS, RSS) of the server itself in bytes, without what it runs."""
        return measure.memory_of(self.process.pid)[:2]

    def cpu(self):
        """Seconds of the server itself so far, without what it runs."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / TICKS

    # --- a request now and then ---

    def call(self, method, path, value=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        auth = "Basic " + base64.b64encode(":".join(self.key).encode()).decode()
        body = None if value is None else json.dumps(value)
        try:
            connection.request(method, path, body, {"Authorization": auth, "Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {text.decode('utf-8', 'replace')[:2000]}")
        return json.loads(text)

    def pipeline(self, name, state):
        made = self.call("POST", "/v1/pipelines", {"name": name})["id"]
        self.call("PATCH", f"/v1/pipelines/{made}", {"state": state})
        return made

    def submit(self, job, pipeline="default"):
        return self.call("POST", "/v1/jobs", {"config": job, "pipeline": pipeline})["id"]

    def wait_job(self, job, states):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = self.call("GET", f"/v1/jobs/{job}")
            if found["state"] in states:
                return
            if found["state"] in ("Error", "Cancelled"):
                break
            time.sleep(0.1)
        raise RuntimeError(f"a job is {found['state']}, not {' or '.join(states)}: {found.get('message')}")
