# SPDX-License-Identifier: MIT
"""Starts the polymux command and reads what it answers."""
import json
import os
import signal
import subprocess
import time
import uuid
from pathlib import Path

from jobs import dumps

ROOT = Path(__file__).resolve().parents[2]
SANITIZER = ("AddressSanitizer", "LeakSanitizer", "runtime error:")


def binary():
    """The command under test: $POLYMUX_BIN, or the newest usual build."""
    named = os.environ.get("POLYMUX_BIN")
    usual = [ROOT / "build-test" / "polymux", ROOT / "build" / "polymux"]
    found = [Path(named)] if named else [p for p in usual if p.exists()]
    return found[0].resolve() if found and found[0].exists() else None


class Done:
    """A finished command."""

    def __init__(self, code, stdout, stderr, seconds, base):
        self.code, self.stdout, self.stderr = code, stdout, stderr
        self.seconds, self.base = seconds, base

    def __str__(self):
        try:
            told = "\n".join(f"{code}: {text}" for code, text in self.problems())
        except (ValueError, LookupError, TypeError):
            told = self.stdout[-2000:]
        return f"exit {self.code}\n--- stdout\n{told}\n--- stderr\n{self.stderr[-2000:]}"

    __repr__ = __str__

    @property
    def report(self):
        return json.loads(self.stdout)

    @property
    def outputs(self):
        return {o["name"]: o for o in self.report["outputs"]}

    @property
    def work(self):
        return self.report["work"]

    def file(self, name):
        return Path(self.outputs[name]["file"])

    def problems(self):
        """(code, text) of everything wrong, whether found before or while running."""
        if self.report["state"] == "Invalid":
            return [(p["Code"], f"{p['Path']}: {p['Message']}") for p in self.report["problems"]]
        return [(o.get("code", ""), o.get("message", "")) for o in self.report["outputs"]
                if o["state"] != "Success"]


class Polymux:
    """The command with a cache, a scratch folder and an output folder of its own."""

    def __init__(self, home):
        self.binary, self.home = binary(), Path(home)
        self.cache, self.tmp, self.out = (self.home / n for n in ("cache", "tmp", "out"))
        self.mark = f"pmx-test-{uuid.uuid4().hex}"
        self.jobs, self.sessions = 0, set()
        self.extra = {}
        for folder in (self.home, self.tmp):
            folder.mkdir(parents=True, exist_ok=True)

    def env(self, more=None):
        env = {k: v for k, v in os.environ.items() if not k.startswith("POLYMUX_")}
        env.update(POLYMUX_CACHE=str(self.cache), TMPDIR=str(self.tmp), LC_ALL="C.UTF-8",
                   POLYMUX_SEGMENT_SECONDS="2", PMX_TEST_MARK=self.mark)
        return {**env, **self.extra, **(more or {})}

    def start(self, *args, env=None, stdout=subprocess.PIPE, stderr=subprocess.PIPE):
        process = subprocess.Popen([self.binary, *map(str, args)], cwd=self.home,
                                   env=self.env(env), stdin=subprocess.DEVNULL, stdout=stdout,
                                   stderr=stderr, text=True, start_new_session=True)
        self.sessions.add(process.pid)
        return process

    def call(self, *args, expect=0, env=None, timeout=400):
        """Runs a subcommand to its end; any exit status but `expect` (None: all) fails the test."""
        began = time.monotonic()
        process = self.start(*args, env=env)
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            stdout, stderr = process.communicate()
            raise AssertionError(f"{args}: no end after {timeout} s\n{stderr[-4000:]}") from None
        done = Done(process.returncode, stdout, stderr, time.monotonic() - began, self.home)
        wanted = expect if isinstance(expect, tuple) else (expect,)
        assert expect is None or done.code in wanted, f"{args[0]}: expected exit {expect}, got {done}"
        assert not any(word in stderr for word in SANITIZER), done
        return done

    def write(self, job):
        self.jobs += 1
        path = self.home / f"job-{self.jobs}.json"
        path.write_text(dumps(job), "utf-8")
        return path

    def run(self, job, *args, expect=0, env=None, json_report=True, timeout=400):
        """Runs a job (a dict or its text)."""
        report = ["--json"] if json_report else []
        return self.call("run", self.write(job), *report, *args, expect=expect, env=env,
                         timeout=timeout)

    def start_run(self, job, *args, env=None, **pipes):
        return self.start("run", self.write(job), *args, env=env, **pipes)

    # --- what is left behind ---

    def processes(self):
        """Ids of the living processes that this object's commands started."""
        return [int(entry.name) for entry in Path("/proc").iterdir()
                if entry.name.isdigit() and self.ours(entry)]

    def ours(self, entry):
        """By session, or by a mark in the environment where one has left its session."""
        try:
            state = (entry / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
            if state[0] == "Z":
                return False
            if int(state[3]) in self.sessions:
                return True
            return f"PMX_TEST_MARK={self.mark}".encode() in (entry / "environ").read_bytes()
        except OSError:
            return False

    def end(self):
        """Ends what a failed test has left running."""
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def wait_gone(self, seconds=20.0):
        """Waits for the last process to end; fails the test when one stays."""
        end = time.monotonic() + seconds
        while self.processes():
            assert time.monotonic() < end, f"still running: {self.processes()}"
            time.sleep(0.01)

    def cached(self):
        """Files in the cache with their sizes; folders may go while a job is looked at."""
        sizes = {}
        for folder, _, names in os.walk(self.cache):
            for path in (Path(folder) / name for name in names):
                try:
                    sizes[path] = path.lstat().st_size
                except FileNotFoundError:
                    pass
        return sizes

    def left(self):
        """Files in the scratch and output folders."""
        return sorted(p for folder in (self.tmp, self.out) for p in folder.rglob("*")
                      if p.is_file())
