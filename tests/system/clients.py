# SPDX-License-Identifier: MIT
"""The job API's own clients (npm), driven from Python: see npm/driver.mjs.

They are fetched once, into the build folder of the command under test, in the versions that
npm/package-lock.json names; none of their install scripts is run.
"""
import fcntl
import json
import shutil
import subprocess
from pathlib import Path

import driver

SOURCE = Path(__file__).parent / "npm"
FETCH_SECONDS = 300


class Refused(Exception):
    """The client told its caller an error."""

    def __init__(self, told):
        super().__init__(told.get("message"))
        self.status, self.code, self.data = told.get("status"), told.get("code"), told.get("data")
        self.message = told.get("message") or ""


def fetch():
    """The folder with the clients in it; None where there is no npm."""
    if not shutil.which("node") or not shutil.which("npm"):
        return None
    folder = driver.binary().parent / "npm"
    folder.mkdir(exist_ok=True)
    with open(folder / ".lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = (SOURCE / "package-lock.json").read_bytes()
        done = folder / "fetched"
        if not done.exists() or done.read_bytes() != wanted:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(SOURCE / name, folder / name)
            subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder,
                           check=True, timeout=FETCH_SECONDS, stdout=subprocess.DEVNULL)
            done.write_bytes(wanted)
    return folder


class Clients:
    """One Node process that has all clients, with a key pair of a server."""

    def __init__(self, folder, server, key=None):
        # Modules are looked for beside the script, so it must stand where they are.
        script = folder / "driver.mjs"
        script.write_bytes((SOURCE / "driver.mjs").read_bytes())
        self.process = subprocess.Popen(
            ["node", script, f"{server.host}:{server.port}", *(key or server.credentials())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def call(self, client, action, body=None, **query):
        """The answer's body; raises Refused when the client does."""
        order = {"client": client, "action": action, "query": query, **({"body": body} if body else {})}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the clients ended, {self.process.wait()}"
        told = json.loads(line)
        if not told["ok"]:
            raise Refused(told)
        assert told["status"] == 200
        return told["body"]

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
