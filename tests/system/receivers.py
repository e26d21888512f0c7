# SPDX-License-Identifier: MIT
"""Receivers of events, and what belongs on their way.

    receiver = Receiver()                       # answers 200 to everything
    receiver = Receiver(refuses=lambda n: n % 5 == 0)
    receiver.wait(lambda got: len(got) == 3)    # woken by what arrives
    receiver.end()
"""
import base64
import datetime
import hashlib
import hmac
import http.server
import json
import threading
import urllib.parse
import uuid

EVENTS = ("MediaConvertComplete", "MediaConvertOutputGroupComplete", "MediaConvertOutputComplete")


class Receiver:
    """Keeps the bodies of what it took, in the order of arrival; `refuses` says which requests (from 1) get a 503."""

    def __init__(self, refuses=lambda number: False, at=("127.0.0.1", 0)):
        self.got, self.asked, self.changed = [], 0, threading.Condition()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(503 if outer.take(body, refuses) else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                """A server that is killed leaves its receiver in the middle of a line."""

        self.server = Quiet(at, Handler)
        self.url = f"http://{at[0]}:{self.server.server_address[1]}/events"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, body, refuses):
        with self.changed:
            self.asked += 1
            refused = refuses(self.asked)
            if not refused:
                self.got.append(json.loads(body))
                self.changed.notify_all()
            return refused

    def wait(self, enough, seconds=60):
        """What has arrived, as soon as enough(it) says so."""
        with self.changed:
            self.changed.wait_for(lambda: enough(self.got), seconds)
            return list(self.got)

    def end(self):
        self.server.shutdown()
        self.server.server_close()


def everything_to(receiver):
    """The callback's settings."""
    return {"type": "HTTP", "url": receiver.url, "events": ",".join(EVENTS)}


def key_of(message):
    """(event, id of the job, id of the part or None) of a message."""
    body = message["MessageBody"]
    return message["EventType"], body["JobId"], body.get("TaskId")


def expected_of(job, events):
    """The messages that a job's own events promise, in order, as key_of() has them."""
    found = []
    for _, kind, body in events:
        if kind == "state" and body["state"] in ("Complete", "Error", "Cancelled"):
            found.append(("MediaConvertComplete", job, None))
        elif kind in ("output", "group") and body["state"] in ("Success", "Failed", "Skipped"):
            name = "MediaConvertOutputComplete" if kind == "output" else "MediaConvertOutputGroupComplete"
            found.append((name, job, body["id"]))
    return found


# --- the job API's own dialect, signed as V2 ---


def quoted(text):
    return urllib.parse.quote(str(text), safe="-_.~")


def signed(server, action, **params):
    """The query of a call, signed with the server's key."""
    key, secret = server.credentials()
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    params = {**params, "Action": action, "Version": "2020-11-09", "Format": "JSON", "AccessKeyId": key, "Timestamp": now,
              "SignatureMethod": "HMAC-SHA1", "SignatureVersion": "1.0", "SignatureNonce": uuid.uuid4().hex}
    query = "&".join(f"{quoted(k)}={quoted(v)}" for k, v in sorted(params.items()))
    text = f"POST&%2F&{quoted(query)}"
    mac = hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()
    return f"{query}&Signature={quoted(base64.b64encode(mac).decode())}"


def call(server, action, **params):
    """A call with its parameters in a form."""
    return server.request("POST", "/", signed(server, action, **params).encode(),
                          {"Content-Type": "application/x-www-form-urlencoded"})
