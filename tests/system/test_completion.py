# SPDX-License-Identifier: MIT
"""What bash offers after <Tab>: completion/polymux.bash driven with COMP_WORDS, as bash itself would."""
import os
import shlex
import subprocess
from pathlib import Path

import pytest

import driver

SCRIPT = driver.ROOT / "completion" / "polymux.bash"
LIBRARY = Path(os.environ.get("BASH_COMPLETION_LIB", "/usr/share/bash-completion/bash_completion"))

SERVER = ("POLYMUX_ENDPOINT", "POLYMUX_ACCESS_KEY_ID", "POLYMUX_ACCESS_KEY_SECRET", "POLYMUX_CONFIG")

pytestmark = pytest.mark.skipif(not LIBRARY.exists(), reason="bash-completion is not installed")


def split(line):
    """The words as readline has them: "=" and ":" stand alone, a blank at the end begins an empty word."""
    words = []
    for word in shlex.split(line.rstrip(" "), posix=False):
        head, equals, tail = word.partition("=")
        words += [part for part in (head, equals, tail) if part] if equals else [word]
    return words + [""] if line.endswith(" ") else words


def ask(line, folder):
    """What is offered for the last word of `line`, and whether bash adds a blank after it."""
    words = split(line)
    quoted = " ".join(shlex.quote(word) for word in words)
    program = f"""
        source {LIBRARY}; source {SCRIPT}
        compopt() {{ [[ $* == *nospace* ]] && echo "+nospace"; return 0; }}
        COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}
        COMP_LINE={shlex.quote(line)}; COMP_POINT=${{#COMP_LINE}}; COMP_TYPE=9; COMP_KEY=9
        _polymux
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    env = {**{k: v for k, v in os.environ.items() if not k.startswith("POLYMUX_") or k in SERVER},
           "PATH": f"{driver.binary().parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(["bash", "--norc", "-c", program], cwd=folder, env=env, text=True, timeout=90,
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert done.stderr == "", done.stderr
    lines = done.stdout.split("\n")
    return sorted(line for line in lines if line and line != "+nospace"), "+nospace" in lines


def offered(line, folder):
    return ask(line, folder)[0]


@pytest.fixture
def folder(tmp_path):
    for name in ("job.json", "two words.json", "film.mp4", "JOB.JSON"):
        (tmp_path / name).write_text("")
    (tmp_path / "jobs").mkdir()
    return tmp_path


COMMANDS = ["cache", "cancel", "events", "get", "help", "list", "pipeline", "plan", "probe", "reference", "run", "serve",
            "storage", "submit", "template", "wait"]


@pytest.mark.parametrize("line, expected", [
    ("polymux ", COMMANDS),
    ("polymux r", ["reference", "run"]),
    ("polymux x", []),
    ("polymux -", ["--help", "--version"]),
    ("polymux cache ", ["clear", "stats"]),
    ("polymux cache s", ["stats"]),
    ("polymux template ", ["create", "delete", "list", "show", "update"]),
    ("polymux pipeline ", ["create", "delete", "list", "pause", "resume"]),
    ("polymux events ", ["resend"]),
    ("polymux list --state ", ["Cancelled", "Complete", "Error", "Inited", "Running"]),
    ("polymux list --state=C", ["Cancelled", "Complete"]),
    ("polymux submit --token x --w", ["--wait"]),
    ("polymux serve --listen ", []),
    ("polymux get --endpoint http://127.0.0.1:1 ", []),
    ("polymux storage ", ["check", "list"]),
    ("polymux storage list ", []),
    ("polymux storage check --bucket ", []),
    ("polymux run --", ["--config=", "--help", "--jobs=", "--json", "--memory=", "--no-cache", "--output="]),
    ("polymux run --js", ["--json"]),
    ("polymux run job.json --no", ["--no-cache"]),
    ("polymux plan --d", ["--dot"]),
    ("polymux probe --", ["--config=", "--help", "--json"]),
    ("polymux reference --", ["--help"]),
    ("polymux cache stats ", []),
])
def test_words(folder, line, expected):
    assert offered(line, folder) == expected


def test_commands_are_those_of_the_help(polymux, folder):
    """A command that is added to polymux and not to the completion fails here."""
    told = [line.split()[0] for line in polymux.call("--help").stdout.splitlines() if line.startswith("  ")]
    assert sorted(told + ["help"]) == offered("polymux ", folder)


@pytest.mark.parametrize("command", [command for command in COMMANDS if command != "help"])
def test_options_are_those_of_the_help(polymux, folder, command):
    told = [word.strip(",").partition("=")[0] for line in polymux.call(command, "--help").stdout.splitlines()
            for word in line.split() if line.startswith("  -") and word.startswith("--")]
    assert sorted(told) == [word.rstrip("=") for word in offered(f"polymux {command} --", folder)]


def test_template_ids_are_asked_of_the_command(polymux, folder):
    told = [line.split()[0] for line in polymux.call("template", "list").stdout.splitlines()[1:]]
    assert offered("polymux template show ", folder) == sorted(told)
    assert offered("polymux template show Video-7", folder) == ["Video-720P", "Video-720P-H265"]


def test_ids_are_asked_of_the_server(server_module, folder, monkeypatch):
    monkeypatch.setenv("POLYMUX_ENDPOINT", server_module.endpoint)
    monkeypatch.setenv("POLYMUX_ACCESS_KEY_ID", server_module.key_id)
    monkeypatch.setenv("POLYMUX_ACCESS_KEY_SECRET", server_module.key_secret)
    made = server_module.rest("POST", "/v1/pipelines", {"name": "Night"}).json["id"]
    assert offered("polymux pipeline pause ", folder) == sorted(["default", made])
    assert offered("polymux list --pipeline d", folder) == ["default"]


def test_storages_are_those_of_the_configuration(folder, monkeypatch):
    (folder / "polymux.conf").write_text("[storage films]\ntype = folder\npath = /srv\n[storage dubs]\ntype = folder\n"
                                         "path = /var\n")
    monkeypatch.setenv("POLYMUX_CONFIG", str(folder / "polymux.conf"))
    assert offered("polymux storage check ", folder) == ["dubs", "films"]
    assert offered("polymux storage check f", folder) == ["films"]


@pytest.mark.parametrize("line", [
    "polymux run ", "polymux plan ", "polymux run -o jobs ", "polymux run --json -j 2 ", "polymux plan --dot ",
    "polymux run --output=jobs ", "polymux run --output jobs ", "polymux submit ", "polymux submit --pipeline x ",
    "polymux submit --pipeline=x --wait ", "polymux template create ", "polymux template update an-id ",
])
def test_job_files(folder, line):
    """Job files and folders to go into; nothing else. Option values are no job files."""
    found = offered(line, folder)
    assert {"job.json", "jobs", "two words.json"} <= set(found)
    assert "film.mp4" not in found


def test_probe_takes_any_file(folder):
    assert {"film.mp4", "job.json"} <= set(offered("polymux probe ", folder))


@pytest.mark.parametrize("line", [
    "polymux run -o ", "polymux run --output ", "polymux run --output=", "polymux plan -o j", "polymux run job.json -o ",
    "polymux serve --data ", "polymux serve --data=",
])
def test_output_folders(folder, line):
    assert offered(line, folder) == ["jobs"]


def test_jobs_are_numbers(folder):
    assert offered("polymux run -j ", folder)[:1] == ["1"]
    assert offered("polymux run --jobs=", folder)[:1] == ["1"]


def test_an_option_with_a_value_gets_no_blank(folder):
    assert ask("polymux run --o", folder) == (["--output="], True)
    assert ask("polymux run --js", folder) == (["--json"], False)


def test_it_is_installed_where_bash_looks(tmp_path):
    """The file is found by name, so it must be called like the command."""
    text = (driver.ROOT / "completion" / "meson.build").read_text("utf-8")
    assert "rename: 'polymux'" in text and "completionsdir" in text
