# SPDX-License-Identifier: MIT
"""What a runner can no longer do once it reads somebody's bytes.

Two ways of looking: /proc while runners are at work, and a small library that is loaded into the
runner and, from inside a decoder call, tries what must be refused.
"""
import ctypes
import os
import re
import subprocess
from pathlib import Path

import pytest

import media
import runners
from jobs import audio, job, output

PROBE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Which attempt is made, and where its outcome goes, was fixed at compile time: the runner may
 * clear its environment and close what it does not know. */
static void tell(const char *word)
{
    struct stat to;
    int out = fstat(TELL_FD, &to) == 0 ? TELL_FD : 2;
    dprintf(out, "ATTEMPT %s\n", word);
}

static int attempt(void)
{
    switch (ATTEMPT) {
    case 0: return socket(AF_INET, SOCK_STREAM, 0);
    case 1: return socket(AF_INET6, SOCK_DGRAM, 0);
    case 2: return open("/etc/passwd", O_RDONLY);
    case 3: return open(OUTSIDE, O_WRONLY | O_CREAT, 0600);
    case 4: return execl("/bin/true", "true", (char *)0);
    case 5: return chmod(OUTSIDE, 0600);
    }
    return 0;
}

int avcodec_send_packet(void *context, const void *packet)
{
    static int done;
    int (*real)(void *, const void *) = dlsym(RTLD_NEXT, "avcodec_send_packet");
    if (!done) {
        done = 1;
        tell("begun");
        tell(attempt() >= 0 ? "allowed" : strerror(errno));
    }
    return real(context, packet);
}
"""


@pytest.fixture(scope="module")
def film(store):
    wav = store.get("box.wav", lambda p: media.write_wav(p, media.tone(8, 500), 48000))
    return store.get("box.mp4", lambda p: media.film(p, 200, size=(640, 360), sound=wav))


def wanted(film):
    return job({"film": film}, [output("o", [audio("film", "zho")],
                                       video={"Preset": "medium"})])


def status(pid):
    text = Path(f"/proc/{pid}/status").read_text("ascii")
    return dict(re.findall(r"^(Seccomp|NoNewPrivs|CapEff):\s+(\w+)$", text, re.M))


def watch(process, pid):
    """Everything seen of a runner until it ends: its last status, limits and open sockets."""
    seen = {}
    while process.poll() is None:
        try:
            seen = {**status(pid), "limits": Path(f"/proc/{pid}/limits").read_text("ascii")}
            seen["ever"] = seen.get("Seccomp")
            if seen["Seccomp"] == "2":
                seen["fds"] = [os.readlink(p) for p in Path(f"/proc/{pid}/fd").iterdir()]
                return seen
        except OSError:
            return seen
    return seen


def test_proc_of_running_runners(polymux, film):
    """Every runner that lives long enough to be looked at is locked in."""
    runner = runners.Runner(polymux.home, runners.TELL)
    process = polymux.start_run(wanted(film), "-j", "1", env=runner.env())
    locked = []
    while (line := runner.line(process)) is not None:
        seen = watch(process, int(line.split()[1]))
        if seen.get("Seccomp") == "2":
            locked.append(seen)
    _, stderr = process.communicate()
    assert process.returncode == 0, stderr
    assert len(locked) >= 3, "too few runners were seen under their filter"
    for seen in locked:
        assert seen["NoNewPrivs"] == "1"
        limit = re.search(r"^Max file size\s+(\S+)", seen["limits"], re.M)
        core = re.search(r"^Max core file size\s+(\S+)", seen["limits"], re.M)
        assert core[1] == "0" and limit
        assert not any(str(film) in path for path in seen.get("fds", [])), \
            "a runner gets bytes, not the file"
    runner.close()


ATTEMPTS = {"inet socket": 0, "inet6 socket": 1, "read a file": 2, "write a file": 3,
            "run a program": 4, "change a mode": 5}


def has_landlock():
    """landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) tells the ABI."""
    return ctypes.CDLL(None, use_errno=True).syscall(444, None, 0, 1) > 0


@pytest.mark.parametrize("name", ATTEMPTS)
def test_refused_from_inside(polymux, film, tmp_path, name):
    """Code inside a decoder call reaches neither the network nor other files."""
    if "file" in name and not has_landlock():
        pytest.skip("this kernel has no Landlock to keep files away")
    outside = tmp_path / "outside"
    outside.write_text("as it was")
    source, library = tmp_path / "probe.c", tmp_path / "probe.so"
    source.write_text(PROBE, "ascii")
    subprocess.run(["cc", "-shared", "-fPIC", f"-DATTEMPT={ATTEMPTS[name]}", "-DTELL_FD=9",
                    f'-DOUTSIDE="{outside}"', "-o", library, source, "-ldl"], check=True)
    told = tmp_path / "told"
    runner = runners.Runner(polymux.home, f'exec 9>>"{told}"\n'
                            f'export LD_PRELOAD="{library}" ASAN_OPTIONS=verify_asan_link_order=0')
    done = polymux.run(wanted(film), env=runner.env(), expect=None)
    words = re.findall(r"ATTEMPT (.*)", told.read_text("ascii") + done.stderr)
    runner.close()
    if "begun" not in words:
        pytest.skip("the runner let nothing out: neither the pipe nor its error output")
    assert "allowed" not in words, name
    assert outside.read_text() == "as it was"
