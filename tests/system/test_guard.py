# SPDX-License-Identifier: MIT
"""Where the server goes for others: addresses that are refused when they are told, and when they are reached."""
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import jobs
from receivers import Receiver, call

DENIED = "PermissionDenied.ResourceAccess"
RULE = "allow-hosts in the group [network]"
# Spellings of addresses that nobody may be sent to; test-guarded.c has many more.
TEXTS = ("http://127.0.0.1:9/", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/", "https://[::1]/",
         "http://[::ffff:10.0.0.1]/", "http://10.1/", "http://169.254.169.254/latest/", "http://[fd00:ec2::254]/",
         "http://100.100.100.200/", "http://user:pass@192.168.1.1/", "http://0/")


@pytest.fixture
def guarded(servers_made):
    return servers_made(guarded=True)


def set_callback(server, url):
    return server.rest("PUT", "/v1/callback", json={"type": "HTTP", "url": url, "events": "MediaConvertComplete"})


def refused(answer):
    """The problem of an answer that denies."""
    assert answer.status == 403, answer
    error = answer.json["error"]
    assert error["code"] == DENIED and RULE in error["message"], error
    return error["problems"][0]


def config():
    return jobs.job({"film": "oss://media/none.mp4"}, [jobs.output("one")], base="oss://media/out")


def test_told_at_once(guarded):
    guarded.start()
    for text in TEXTS:
        assert refused(set_callback(guarded, text))["path"] == "url"
        told = json.dumps({"NotifyAddress": text, "mine": 1})
        answer = guarded.rest("POST", "/v1/jobs", json={"config": config(), "user_data": told})
        assert refused(answer)["path"] == "user_data.NotifyAddress"
        assert "pass@" not in answer.text
    answer = call(guarded, "SetEventCallback", CallbackType="HTTP", CallbackURL=TEXTS[0])
    assert (answer.status, answer.json["Code"]) == (403, DENIED) and RULE in answer.json["Message"]
    assert "type" not in guarded.rest("GET", "/v1/callback").json
    assert guarded.rest("GET", "/v1/jobs").json["jobs"] == []


def test_public_addresses_and_names_are_taken(guarded):
    guarded.start()
    for text in ("http://8.8.8.8/", "https://[2606:4700::1111]/", "http://receiver.example/", "http://localhost/"):
        assert set_callback(guarded, text).status == 200


@pytest.mark.parametrize("allowed, taken", [(None, False), ("127.0.0.1:1", False), ("localhost", True), ("127.0.0.0/8,[::1]", True)])
def test_a_name_that_leads_inside(servers_made, allowed, taken):
    """Dead after one attempt, with the reason, long before the day is over."""
    receiver = Receiver()
    server = servers_made(config=f"[network]\nallow-hosts = {allowed or ''}\n", guarded=True).start()
    try:
        url = receiver.url.replace("127.0.0.1", "localhost")
        assert set_callback(server, url).status == 200
        server.wait_job(server.rest("POST", "/v1/jobs", json={"config": config()}).json["id"])
        if taken:
            assert len(receiver.wait(lambda got: got)) == 1
        else:
            found = settled(server)
            assert (found["state"], found["attempts"], receiver.asked) == ("dead", 1, 0)
            assert "localhost leads to" in found["problem"] and RULE in found["problem"]
    finally:
        receiver.end()


def settled(server):
    """The only delivery, as soon as it is over."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        one, = server.rest("GET", "/v1/deliveries?limit=100").json["deliveries"]
        if one["state"] != "waiting":
            return one
        time.sleep(0.05)
    raise AssertionError(one)


def test_wrong_configuration(servers_made):
    server = servers_made(config="[network]\nallow-hosts = intra.example 10.0.0.0/40\n", guarded=True).launch()
    assert server.wait() == 2
    assert '[network] allow-hosts: must be names' in server.errors() and '"10.0.0.0/40" is not' in server.errors()


# --- a name server that changes its answers ---


def unshare():
    """The command that gives a network of one's own, or None where that is not allowed."""
    command = ["unshare", "-nm"] if os.geteuid() == 0 else ["unshare", "-rnm"]
    done = subprocess.run([*command, "mount", "--bind", "/etc/hostname", "/etc/resolv.conf"], capture_output=True)
    return command if done.returncode == 0 else None


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    command = unshare()
    if not command:
        pytest.skip("no network namespaces here: needs root, or unprivileged user namespaces")
    script = Path(__file__).parent / "rebinding.py"
    done = subprocess.run([*command, sys.executable, script, tmp_path_factory.mktemp("r")], capture_output=True, text=True,
                          timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_one_answer_is_checked_and_connected_to(told):
    """The name's first answer is outside, every later one inside: asked once, it is gone to."""
    assert told["at-once"]["state"] == "delivered"
    assert told["asked"]["at-once.test"] == 1


def test_the_allowed_one_of_two_addresses(told):
    assert told["both"]["state"] == "delivered"


def test_an_answer_that_leads_inside(told):
    assert (told["inside"]["state"], told["inside"]["attempts"]) == ("dead", 1)
    assert "inside.test leads to 127.0.0.1, a loopback address" in told["inside"]["problem"]


def test_an_answer_that_changes(told):
    first, last = told["later"]
    assert (first["state"], first["problem"]) == ("waiting", "HTTP 503")
    assert last["state"] == "dead" and "later.test leads to 127.0.0.1" in last["problem"]
    assert told["asked"]["later.test"] >= 2


def test_nothing_came_inside(told):
    assert told["got"] == {"outside": 2, "inside": 0}
