# SPDX-License-Identifier: MIT
"""The requests that are measured, as bytes; and the jobs they submit. Called by api.py; pure."""
import base64
import datetime
import hashlib
import hmac
import json
import uuid
from urllib.parse import quote

import work

VERSION = "2020-11-09"
NOTHING = hashlib.sha256(b"").hexdigest()
LANGUAGES = ["zho", "eng", "jpn"]


# --- jobs ---

def media(name):
    return {"Type": "OSS", "Media": f"oss://media/{name}"}


def in_bucket(job, name):
    """The job with its files in the bucket, all that it makes below a folder `name`."""
    for given in job["Inputs"]:
        given["InputFile"] = media(given["InputFile"]["Media"])
    for group in job["OutputGroups"]:
        group["GroupConfig"]["OutputFileBase"] = media(f"{name}/")
    return job


def large_job(name):
    """Eight renditions in three languages."""
    return in_bucket(work.job(LANGUAGES, "aac_low"), name)


def small_job(name, clip="clip.mp4", preset="ultrafast"):
    """One rendition."""
    return {"Inputs": [{"Name": "clip", "InputFile": media(clip)}],
            "OutputGroups": [{
                "GroupConfig": {"Type": "File", "OutputFileBase": media(f"{name}/")},
                "Outputs": [{"Name": "360P", "OutputFileName": "360p", "TemplateId": "Video-360P",
                             "OverrideParams": {"Video": {"Preset": preset}}}]}]}


# --- HTTP ---

def http(method, target, headers, body=b""):
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Rest:
    """Requests of the REST dialect."""

    def __init__(self, server):
        pair = base64.b64encode(":".join(server.key).encode()).decode()
        self.headers = {"Host": server.host, "Authorization": f"Basic {pair}"}

    def get(self, target):
        return http("GET", target, self.headers)

    def submit(self, job, pipeline):
        body = json.dumps({"config": job, "pipeline": pipeline}).encode()
        return http("POST", "/v1/jobs", {**self.headers, "Content-Type": "application/json",
                                         "Content-Length": len(body)}, body)


# --- the job API's signature, version 3 ---

def signature(secret, query, headers):
    """Of a POST to / without a body; headers are in the order in which they are signed."""
    canonical = "\n".join(["POST", "/", query, *(f"{name}:{value}" for name, value in headers.items()),
                           "", ";".join(headers), NOTHING])
    to_sign = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
    return hmac.new(secret.encode(), to_sign.encode(), "sha256").hexdigest()


class Ims:
    """Requests of the job API, as its official client sends them: all parameters in the query."""

    def __init__(self, server):
        self.host, self.key = server.host, server.key

    def call(self, action, **parameters):
        query = "&".join(f"{name}={quote(value, safe='~')}" for name, value in sorted(parameters.items()))
        now = datetime.datetime.now(datetime.timezone.utc)
        headers = {"host": self.host, "x-acs-action": action, "x-acs-content-sha256": NOTHING,
                   "x-acs-date": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
                   "x-acs-signature-nonce": uuid.uuid4().hex, "x-acs-version": VERSION}
        mark = signature(self.key[1], query, headers)
        authorization = (f"ACS3-HMAC-SHA256 Credential={self.key[0]},"
                         f"SignedHeaders={';'.join(headers)},Signature={mark}")
        return http("POST", f"/?{query}", {**headers, "Content-Length": 0, "Authorization": authorization})

    def submit(self, job, pipeline):
        return self.call("SubmitMediaConvertJob", Config=json.dumps(job), PipelineId=pipeline,
                         ClientToken=uuid.uuid4().hex)
