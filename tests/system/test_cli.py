# SPDX-License-Identifier: MIT
"""The command itself: help, versions, plans, templates, the cache and the live display."""
import errno
import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

import pytest

import media
import runners
import tools
from jobs import audio, job, output

COMMANDS = [["run"], ["plan"], ["probe"], ["template"], ["cache"]]
EIGHT = [f"Video-{step}{codec}" for codec in ("", "-H265")
         for step in ("360P", "540P", "720P", "1080P")]


@pytest.fixture(scope="module")
def inputs(store):
    wav = store.get("cli.wav", lambda p: media.write_wav(p, media.tone(4, 500), 48000))
    return {"film": store.get("cli.mp4", lambda p: media.film(p, 100, sound=wav)), "dub": wav}


def wanted(inputs):
    return job(inputs, [output("small", [audio("film", "zho"), audio("dub", "eng")]),
                        output("other", [audio("dub", "eng")], video={"Width": 160})])


def test_help(polymux):
    whole = polymux.call("--help").stdout
    for command, in COMMANDS:
        assert re.search(rf"^\s+{command}\b", whole, re.M), f"{command} is not listed"
        text = polymux.call(command, "--help").stdout
        assert command in text and len(text.splitlines()) > 3
    for option in ("--json", "--no-cache", "-j", "-o"):
        assert option in polymux.call("run", "--help").stdout
    assert "--dot" in polymux.call("plan", "--help").stdout


def test_version(polymux):
    assert re.match(r"polymux \d+\.\d+", polymux.call("--version").stdout)


@pytest.mark.parametrize("args", [
    ["--no-such-option"], ["run", "--no-such-option"], ["no-such-command"], ["run"], ["plan"],
    ["probe"], ["run", "a.json", "b.json"], ["template", "polish"], ["cache", "polish"],
    ["run", "-j", "many", "a.json"], ["run", "-j", "-1", "a.json"],
])
def test_wrong_usage(polymux, args):
    """Told on stderr, with a pointer to the help; nothing on stdout."""
    done = polymux.call(*args, expect=None)
    assert done.code not in (0, 1) and done.code < 126, done
    assert done.stderr.strip() and not done.stdout, done


def test_wrong_sizes(polymux, inputs):
    """Mistakes of the command line as others are, all at once and before anything is started."""
    done = polymux.run(wanted(inputs), "--memory", "4X", env={"POLYMUX_CACHE_SIZE": "big"}, expect=2)
    assert [problem.split(": ")[0] for _, problem in done.problems()] == ["--memory", ""]
    assert "POLYMUX_CACHE_SIZE" in done.stderr and not polymux.cache.exists()
    assert polymux.call("cache", "stats", env={"POLYMUX_CACHE_SIZE": "big"}, expect=2).stderr


@pytest.mark.parametrize("shut,args", [
    ("0<&-", ["run", "-"]), ("1>&-", ["template", "list"]), ("0<&- 1>&-", ["cache", "stats"]),
    ("2>&-", ["cache", "stats"]), ("1>&- 2>&-", ["template", "list"])])
def test_closed_streams(polymux, shut, args):
    """No file that is opened takes a stream's place: what is told there would go into it."""
    done = subprocess.run(["sh", "-c", f'exec "$0" "$@" {shut}', polymux.binary, *args],
                          env=polymux.env(), cwd=polymux.home, capture_output=True, text=True,
                          timeout=30)
    told = os.strerror(errno.EBADF) in done.stderr or "2>" in shut
    wanted_code = {"0<&-": 2, "2>&-": 0}.get(shut, 1)
    assert done.returncode == wanted_code and told | (wanted_code == 0), (done, shut)


def test_near_command_is_suggested(polymux):
    assert "probe" in polymux.call("prob", expect=None).stderr


def test_job_file_that_is_not_there(polymux):
    done = polymux.call("run", "nowhere.json", expect=2)
    assert "nowhere.json" in done.stderr


def test_plan(polymux, inputs):
    """The graph hangs together, is the same each time, and nothing is made."""
    path = polymux.write(wanted(inputs))
    plan = polymux.call("plan", path).report
    tasks = plan["tasks"]
    assert len({t["id"] for t in tasks}) == len(tasks)
    made = [key for t in tasks for key in t.get("makes", [])]
    assert len(set(made)) == len(made)
    assert {key for t in tasks for key in t.get("needs", [])} <= set(made)
    assert [t["kind"] for t in tasks].count("audio") == 2
    assert [t["kind"] for t in tasks].count("package") == 2
    assert [o["name"] for o in plan["outputs"]] == ["small", "other"]
    assert polymux.call("plan", path).report == plan
    assert not polymux.left()
    done = polymux.run(wanted(inputs))
    video = sum(len(t["makes"]) for t in tasks if t["kind"] == "video")
    assert done.work["video"]["run"] == video
    assert done.work["audio"]["run"] == 2


def check_dot(text):
    """A small grammar of Graphviz: one digraph, balanced, edges between declared nodes."""
    assert re.match(r'digraph\s+(\w+|"[^"]*")?\s*\{', text)
    bare = re.sub(r'"(?:\\.|[^"\\])*"', lambda m: "Q" * len(m[0]), text)
    assert bare.count("{") == bare.count("}") and bare.count("[") == bare.count("]")
    name = r'("(?:\\.|[^"\\])*"|[A-Za-z_]\w*)'
    edges = re.findall(rf"^\s*{name}\s*->\s*{name}", text, re.M)
    nodes = set(re.findall(rf"^\s*{name}\s*\[", text, re.M))
    assert edges and {end for edge in edges for end in edge} <= nodes
    return edges


def test_job_on_the_standard_input(polymux, inputs):
    """Also with the mark that some editors put before UTF-8."""
    text = polymux.write(wanted(inputs)).read_bytes()
    for sent, code, words in ((text, 0, ""), (b"\xef\xbb\xbf" + text, 0, ""),
                              (b"\xef\xbb", 2, "line 1"), (b"{", 2, "standard input")):
        done = subprocess.run([polymux.binary, "plan", "-"], input=sent, env=polymux.env(),
                              cwd=polymux.home, capture_output=True, check=False, timeout=60)
        assert done.returncode == code and words in done.stderr.decode(), done


def test_plan_dot(polymux, inputs):
    text = polymux.call("plan", polymux.write(wanted(inputs)), "--dot").stdout
    edges = check_dot(text)
    for task in polymux.call("plan", polymux.write(wanted(inputs))).report["tasks"]:
        assert task["id"] in text
    assert len(edges) >= 4


def test_plan_of_a_bad_job(polymux, inputs):
    made = wanted(inputs)
    made["Inputs"][0]["Naem"] = "x"
    assert "Inputs[0]" in polymux.call("plan", polymux.write(made), expect=2).stderr


def test_templates(polymux):
    listed = polymux.call("template", "list").stdout
    assert [word for line in listed.splitlines() for word in line.split()[:1]
            if word.startswith("Video-")] == EIGHT
    edges = {"360P": 640, "540P": 960, "720P": 1280, "1080P": 1920}
    for name in EIGHT:
        shown = json.loads(polymux.call("template", "show", name).stdout)
        text = json.dumps(shown)
        assert str(edges[name.split("-")[1]]) in text and "aac_he" in text
        assert ("H.265" if name.endswith("H265") else "H.264") in text
    wrong = polymux.call("template", "show", "Video-361P", expect=None)
    assert wrong.code != 0 and "Video-360P" in wrong.stderr, "the near name is suggested"


def test_cache(polymux, inputs):
    polymux.run(wanted(inputs))
    assert polymux.cached()
    stats = polymux.call("cache", "stats").stdout
    assert str(polymux.cache) in stats and re.search(r"\d", stats)
    polymux.call("cache", "clear")
    assert sum(polymux.cached().values()) < 1000
    assert polymux.call("cache", "stats").code == 0
    assert polymux.run(wanted(inputs)).work["video"]["kept"] == 0


def test_cache_of_nothing(polymux):
    """Neither command minds that there is no cache yet."""
    polymux.call("cache", "stats")
    polymux.call("cache", "clear")


def test_json_is_all_of_stdout(polymux, inputs):
    done = polymux.run(wanted(inputs))
    assert set(done.report) >= {"state", "outputs", "work", "wall_seconds", "cpu_seconds"}
    assert done.report["cpu_seconds"] > 0


def test_lines_where_there_is_no_terminal(polymux, inputs):
    done = polymux.run(wanted(inputs), json_report=False)
    assert "\x1b" not in done.stdout + done.stderr and "\r" not in done.stdout + done.stderr
    for name in ("small", "other"):
        assert re.search(rf"^{name}: .*{name}\.mp4", done.stdout, re.M)
    again = polymux.run(wanted(inputs), json_report=False)
    assert re.search(r"kept", again.stdout), "the last line says what was done and what was kept"


class Gate:
    """Holds all tasks but the first few back until what is awaited has been drawn."""

    def __init__(self, polymux, awaited):
        path = polymux.home / "gate"
        os.mkfifo(path)
        self.fd, self.awaited = os.open(path, os.O_RDWR), awaited
        self.runner = runners.Runner(polymux.home, f'[ $n -le 3 ] || read word <"{path}"')

    def look(self, drawn):
        if self.awaited and re.search(self.awaited, drawn):
            os.write(self.fd, b"go\n" * 9)
            self.awaited = None

    def close(self):
        os.close(self.fd)
        self.runner.close()


def on_a_terminal(polymux, path, rows, columns, gate):
    """Runs a job with all its pipes on a terminal of that size; returns what it drew."""
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen([polymux.binary, "run", path], cwd=polymux.home,
                               env=polymux.env({"TERM": "xterm", **gate.runner.env()}),
                               stdin=child, stdout=child, stderr=child, start_new_session=True)
    polymux.sessions.add(process.pid)
    os.close(child)
    drawn, end = b"", time.monotonic() + 60
    while True:
        ready, _, _ = select.select([parent], [], [], 60)
        assert ready, "the display fell silent"
        try:
            part = os.read(parent, 65536)
        except OSError:     # EIO: the last one on the terminal has gone
            break
        if not part:
            break
        drawn += part
        gate.look(drawn)
        assert time.monotonic() < end, f"never drawn: {gate.awaited}"
    os.close(parent)
    gate.close()
    assert process.wait(60) == 0, drawn.decode(errors="replace")
    return drawn.decode()


@pytest.mark.parametrize("columns", [100, 60])
def test_live_display(polymux, inputs, columns):
    """A line an output with bar, per cent and speed; an overall ETA; redrawn in place."""
    drawn = on_a_terminal(polymux, polymux.write(wanted(inputs)), 24, columns,
                          Gate(polymux, rb"[0-9]:[0-9][0-9] left"))
    assert "\x1b[" in drawn or "\r" in drawn
    assert re.search(r"\d+(\.\d+)? ?%", drawn) and re.search(r"\d(\.\d+)? ?[x×]", drawn)
    assert " left" in drawn and "small" in drawn and "other" in drawn
    assert "Stream #0:0[0x1]" in drawn, "the table comes at the end"
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn)
    live = [line for part in plain.split("\n") for line in part.split("\r") if "%" in line]
    assert max(map(len, live)) <= columns, "a line that wraps cannot be redrawn"


def test_probe(polymux, inputs):
    text = polymux.call("probe", inputs["film"]).stdout
    assert [line.strip() for line in text.splitlines()
            if re.match(r"\s*(Duration|Stream #)", line)] == tools.stream_table(inputs["film"])
    facts = json.loads(polymux.call("probe", inputs["film"], "--json").stdout)
    picture, sound = facts["streams"]
    assert (picture["kind"], picture["codec"], picture["width"], picture["height"]) == \
        ("video", "h264", 320, 180)
    assert (sound["kind"], sound["codec"], sound["sample_rate"]) == ("audio", "aac", 48000)
    assert picture["frame_rate"] == "25" and picture["keyframes"] >= 1


def test_probe_of_nothing(polymux):
    done = polymux.call("probe", "nowhere.mp4", expect=None)
    assert done.code in (1, 2)
    assert "nowhere.mp4" in done.stderr and not done.stdout
