# SPDX-License-Identifier: MIT
"""Inputs at http and https addresses, on nginx: what is read, how often, and what is refused.

What is compared with is the same job on the same files here: the bytes have to be equal.
"""
import contextlib
import json
import os
import struct
import subprocess

import pytest

import faults
import httpwire
import jobs
import media
import mp4
import peers

ALLOW = {"POLYMUX_NETWORK_ALLOW_HOSTS": "127.0.0.1"}
NOT_FOUND, DENIED = "InvalidParameter.ResourceNotFound", "PermissionDenied.ResourceAccess"
BAD = "InvalidParameter.ResourceContentBad"
RULE = "allow-hosts in the group [network]"
SECRET = "sig=hush-0123"
BLOCK = 256 << 10
# Several blocks of it.
FINE = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "1", "-pix_fmt", "yuv420p"]
KINDS = ["500", "reset", "truncated", "torn", "short"]


@pytest.fixture(scope="module")
def film(store):
    wav = store.get("web.wav", lambda p: media.write_wav(p, media.tone(2, 500), 48000))
    return store.get("web.mp4", lambda p: media.film(p, 50, sound=wav, codec=FINE))


@pytest.fixture(scope="module")
def sound(store):
    """Nearly three megabytes: several blocks, and read on."""
    return store.get("web-long.wav", lambda p: media.write_wav(p, media.tone(30, 500), 48000))


@pytest.fixture(scope="module")
def nginx(nginx_module, film, sound):
    nginx_module.put("film.mp4", film)
    nginx_module.put("sound.wav", sound)
    return nginx_module


def film_job(base, film):
    return jobs.job({"film": film}, [jobs.output("o.mp4", [jobs.audio("film", "zho")],
                                                 video={"Width": "224", "Height": "128"})], base=base)


def sound_job(base, sound):
    return jobs.job({"dub": sound}, [jobs.sound_only("o.mp4", [jobs.audio("dub", "zho")])], base=base)


@pytest.fixture(scope="module")
def expected(polymux_module, film, sound):
    """What the jobs make of the files here."""
    made = {}
    for name, job in (("film", film_job), ("sound", sound_job)):
        base = polymux_module.out / name
        polymux_module.run(job(base, {"film": film, "sound": sound}[name]))
        made[name] = (base / "o.mp4").read_bytes()
    return made


def run(polymux, make, url, expect=0):
    return polymux.run(make(polymux.out, url), expect=expect, env=ALLOW)


def made(polymux):
    assert not list(polymux.cache.glob("spool/*")), "a copy of the source is left"
    return (polymux.out / "o.mp4").read_bytes()


def refused(polymux, make, url, code, *words):
    """The job fails with that code and a sentence with those words, and nothing is left."""
    done = run(polymux, make, url, expect=(1, 2))
    problems = done.problems()
    assert problems and all(found == code for found, _ in problems), done
    assert all(word in text for word in words for _, text in problems), done
    assert polymux.left() == [] and not list(polymux.cache.glob("spool/*"))
    return done


def asked(nginx, name, enough):
    """Requests for a file, as soon as there are `enough` of them."""
    def mine(found):
        return [one for one in found if one.uri.endswith(name)]

    return mine(nginx.requests(lambda found: len(mine(found)) >= enough))


@pytest.fixture
def proxy(nginx):
    one = faults.Proxy(nginx.port)
    yield one
    one.end()


def through(proxy, where, name):
    return f"http://127.0.0.1:{proxy.port}/{where}/{name}"


# --- by range ---


def test_by_range(polymux, nginx, expected, film):
    """The film is sent once, in parts."""
    nginx.put("once.mp4", film)
    run(polymux, film_job, nginx.url("ranges", "once.mp4"))
    assert made(polymux) == expected["film"]
    size = film.stat().st_size
    assert size > 2 * BLOCK

    def sent(found):
        return sum(one.sent for one in found if one.uri.endswith("once.mp4"))

    seen = nginx.requests(lambda found: sent(found) >= size)
    assert sent(seen) == size
    assert {(one.method, one.status) for one in seen if one.uri.endswith("once.mp4")} == {("GET", 206)}


@pytest.mark.parametrize("where", ["bare", "slow", "hop/5"])
def test_from_elsewhere(polymux, nginx, expected, where):
    """Without a validator; in its own time; after redirects."""
    run(polymux, film_job, nginx.url(where, "film.mp4"))
    assert made(polymux) == expected["film"]


def test_names(polymux, nginx, expected, film):
    nginx.put("dir/a b+%文件(1).mp4", film)
    run(polymux, film_job, nginx.url("ranges", "dir/a b+%文件(1).mp4"))
    assert made(polymux) == expected["film"]


# --- without ranges ---


def test_without_ranges(polymux, nginx, expected, sound):
    """Sent as a whole once, after the first look has found out."""
    nginx.put("whole.wav", sound)
    run(polymux, sound_job, nginx.url("plain", "whole.wav"))
    assert made(polymux) == expected["sound"]
    seen = asked(nginx, "whole.wav", 2)
    assert [(one.status, bool(one.range)) for one in seen] == [(200, True), (200, False)]
    assert seen[1].sent == sound.stat().st_size


def test_whole_and_broken_off_once(polymux, nginx, proxy, expected):
    """It begins anew, and nothing of the first attempt is in the copy."""
    proxy.faults.nth(2, "truncated")
    run(polymux, sound_job, through(proxy, "plain", "sound.wav"))
    assert [kind for kind, _ in proxy.faults.injected] == ["truncated"]
    assert made(polymux) == expected["sound"]


# --- bad days ---


@pytest.mark.parametrize("kind", KINDS)
def test_every_request_fails_once(polymux, proxy, expected, kind):
    proxy.faults.each(kind)
    run(polymux, sound_job, through(proxy, "ranges", "sound.wav"))
    assert len(proxy.faults.injected) >= 3 and {at for at, _ in proxy.faults.injected} == {kind}
    assert made(polymux) == expected["sound"]


def test_silence(polymux, proxy, expected):
    """What came before it is not asked for again, and the rest of the same source."""
    proxy.faults.nth(2, "stall")
    run(polymux, sound_job, through(proxy, "ranges", "sound.wav"))
    assert [kind for kind, _ in proxy.faults.injected] == ["stall"]
    assert made(polymux) == expected["sound"]
    silent, = [one for one in proxy.log.all() if one.fault]
    first, last = silent.range.removeprefix("bytes=").split("-")
    rest, = [one for one in proxy.log.all() if one.range.endswith(f"-{last}") and one is not silent]
    assert silent.sent > BLOCK // 4 and rest.range == f"bytes={int(first) + silent.sent}-{last}"
    assert silent.headers["if-match"] == rest.headers["if-match"]


@pytest.mark.parametrize("where, times", [("cut", 6), ("long", 5)])
def test_broken_off_for_good(polymux, nginx, sound, where, times):
    """Given up after a few attempts, with the address: five that brought too little, behind one that did not."""
    nginx.put(f"{where}.wav", sound)
    done = refused(polymux, sound_job, nginx.url(where, f"{where}.wav"), "InternalError",
                   f"/{where}/{where}.wav", "cannot be read", f"tried {times} times")
    assert done.seconds < 20


@pytest.mark.parametrize("kind", ["truncated", "long"])
def test_whole_and_broken_off_for_good(polymux, proxy, kind):
    proxy.faults.always(kind, match=lambda request: not request.range)
    refused(polymux, sound_job, through(proxy, "plain", "sound.wav"), "InternalError", "cannot be read",
            "tried 5 times")


@pytest.mark.parametrize("where, name, code", [
    ("ranges", "nothing.mp4", NOT_FOUND), ("plain", "nothing.mp4", NOT_FOUND), ("forbidden", "film.mp4", DENIED)])
def test_final(polymux, nginx, where, name, code):
    """With the address, but without its query, which may be a signature."""
    url = nginx.url(where, name)
    done = refused(polymux, film_job, f"{url}?{SECRET}", code, url)
    assert not [text for _, text in done.problems() if SECRET in text]
    assert SECRET not in done.stderr
    done = probe(polymux, f"{url}?{SECRET}", expect=1)
    assert code in done.stderr and url in done.stderr and SECRET not in done.stdout + done.stderr, done


@pytest.mark.parametrize("where", ["ranges", "bare"])
def test_replaced_in_mid_job(polymux, nginx, proxy, sound, where):
    """No file is made of both. What has no validator is told by its length."""
    name = f"{where}-new.wav"
    nginx.put(name, sound)
    proxy.faults.nth(3, lambda _: nginx.put(name, sound.read_bytes()[:-2000]))
    refused(polymux, sound_job, through(proxy, where, name), BAD, "replaced", f"/{where}/{name}")
    assert len(proxy.faults.injected) == 1


# --- redirects ---


def probe(polymux, url, expect=0, allow="127.0.0.1"):
    return polymux.call("probe", "--json", url, env={"POLYMUX_NETWORK_ALLOW_HOSTS": allow}, expect=expect)


@pytest.mark.parametrize("hops", [1, 5])
def test_redirected(polymux, nginx, film, hops):
    found = json.loads(probe(polymux, nginx.url(f"hop/{hops}", "film.mp4")).stdout)
    assert found == json.loads(polymux.call("probe", "--json", film).stdout)


@pytest.mark.parametrize("where, words", [
    ("hop/6", ["redirected more than 5 times"]),
    ("loop", ["redirected more than 5 times"]),
    ("away/169.254.169.254", ["169.254.169.254", RULE]),
    ("away/127.0.0.2", ["127.0.0.2", RULE]),
    ("away/2130706434", ["127.0.0.2", RULE]),
    ("away/localhost.", ["localhost", RULE]),
])
def test_redirected_too_far(polymux, nginx, where, words):
    port = f":{nginx.port}"
    url = nginx.url(where, "film.mp4")
    done = probe(polymux, url, expect=1, allow="127.0.0.1" + port if "localhost" not in where else "other.example")
    if "localhost" in where:  # where even the first step is not allowed
        words = ["127.0.0.1", RULE]
    told = done.stdout + done.stderr
    assert all(word in told for word in [url, *words]), done


def trusting(nginx):
    """The command that has the system trust the certificate of nginx alone; None where that is not allowed."""
    command = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    told = 'mount --bind "$0" /etc/ssl/certs/ca-certificates.crt && exec "$@"'
    command += ["sh", "-c", told, str(nginx.certificate)]
    return command if subprocess.run([*command, "true"], capture_output=True).returncode == 0 else None


@pytest.fixture
def secure(polymux, nginx):
    command = trusting(nginx)
    if not command:
        pytest.skip("no mount namespaces here: needs root, or unprivileged user namespaces")

    def run_probe(url, expect):
        done = subprocess.run([*command, polymux.binary, "probe", "--json", url], env=polymux.env(ALLOW), timeout=60,
                              capture_output=True, text=True)
        assert done.returncode == expect, done
        return done

    return run_probe


def test_secure(polymux, nginx, film, secure):
    """To https, and not back."""
    local = json.loads(polymux.call("probe", "--json", film).stdout)
    assert json.loads(secure(nginx.url("up", "film.mp4"), 0).stdout) == local
    assert "from https to http, which is not followed" in secure(nginx.url("down", "film.mp4", tls=True), 1).stderr


def test_unknown_certificate(polymux, nginx):
    done = probe(polymux, nginx.url("ranges", "film.mp4", tls=True), expect=1)
    assert "certificate" in done.stderr and done.seconds < 20, done


# --- servers that nginx is not ---


class Odd(httpwire.Service):
    """Serves the sound by range, once `refusal(request)` has no other answer to it."""

    def __init__(self, sound, refusal):
        self.data, self.refusal = sound.read_bytes(), refusal
        super().__init__()

    def answer(self, request):
        refused = self.refusal(request)
        if refused:
            return refused
        first, last = httpwire.span(request.range, len(self.data))
        last = min(last, len(self.data) - 1)
        return httpwire.Answer(206, {"Content-Range": f"bytes {first}-{last}/{len(self.data)}"},
                               self.data[first:last + 1])


@pytest.fixture
def odd(sound):
    made = []

    def make(refusal):
        made.append(Odd(sound, refusal))
        return made[-1]

    yield make
    for one in made:
        one.end()


def test_long_page_for_a_short_range(polymux, odd, expected, sound):
    """The refusal is longer than the last range that it is the answer to."""
    size, busy = sound.stat().st_size, [httpwire.Answer(503, body=b"<html>" * BLOCK)]
    assert size % BLOCK
    server = odd(lambda request: busy.pop() if busy and request.range.endswith(f"-{size - 1}") else None)
    run(polymux, sound_job, f"http://127.0.0.1:{server.port}/sound.wav")
    assert not busy and made(polymux) == expected["sound"]


def test_long_page_for_good(polymux, odd):
    """The status is told, and not how long the page is."""
    server = odd(lambda request: httpwire.Answer(404, body=b"<html>" * BLOCK))
    done = probe(polymux, f"http://127.0.0.1:{server.port}/sound.wav", expect=1)
    assert NOT_FOUND in done.stderr and "there is nothing at this address (404)" in done.stderr, done


def test_redirected_to_a_place_that_is_down(polymux, odd, nginx):
    """It is asked again where else to go: the place may be one of many."""
    with contextlib.closing(peers.Ports(1)) as down:
        places = [f"http://127.0.0.1:{nginx.port}/ranges/film.mp4", f"http://127.0.0.1:{down[0]}/film.mp4"]
        server = odd(lambda request: httpwire.Answer(302, {"Location": places.pop()}))
        probe(polymux, f"http://127.0.0.1:{server.port}/film.mp4")
    assert places == []


# --- the guard ---


def test_places_that_are_not_for_strangers(servers_made, nginx, sound):
    """Refused when they are told; and a name when it is looked up. nginx hears of none."""
    nginx.put("guarded.wav", sound)
    server = servers_made(guarded=True).start()
    path = f":{nginx.port}/ranges/guarded.wav?{SECRET}"
    for host in ("127.0.0.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "169.254.169.254", "localhost"):
        told = failure(server, sound_job("oss://media/out", f"http://{host}{path}"))
        assert DENIED in told and RULE in told and SECRET not in told, told
        assert host.strip("[]") in told or "127.0.0.1" in told
    assert asked(nginx, "guarded.wav", 0) == []


def failure(server, job):
    """What a job ends with, or is refused with."""
    server.bucket("media")
    answer = server.rest("POST", "/v1/jobs", {"config": job})
    if answer.status != 201:
        return json.dumps(answer.json["error"])
    told = server.wait_job(answer.json["id"])
    assert told["state"] == "Error", told
    return json.dumps([(part["code"], part["message"]) for part in told["outputs"]])


@pytest.mark.parametrize("allowed, host", [("127.0.0.0/8", "127.0.0.1"), ("localhost", "localhost")])
def test_allowed(servers_made, nginx, expected, allowed, host):
    server = servers_made(config=f"[network]\nallow-hosts = {allowed}\n", guarded=True).start()
    bucket = server.bucket("media")
    job = sound_job("oss://media/out", nginx.url("ranges", "sound.wav", host=host))
    told = server.wait_job(server.rest("POST", "/v1/jobs", {"config": job}).json["id"])
    assert told["state"] == "Complete", told
    assert (bucket / "out" / "o.mp4").read_bytes() == expected["sound"]


# --- files that name other files ---


LISTS = {
    "list.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:30\n#EXTINF:30,\n{other}\n#EXT-X-ENDLIST\n",
    "list.ffconcat": "ffconcat version 1.0\nfile '{other}'\n",
    "list.mpd": '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
                'mediaPresentationDuration="PT30S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period>'
                '<AdaptationSet mimeType="audio/wav"><Representation id="1" bandwidth="9"><BaseURL>{other}</BaseURL>'
                "</Representation></AdaptationSet></Period></MPD>\n",
    "list.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("other", ["file:///etc/passwd", "http"])
def test_playlist(polymux, nginx, sound, name, other):
    """Nothing but the list itself is asked for."""
    nginx.put("named.wav", sound)
    nginx.put(name, LISTS[name].format(other=nginx.url("ranges", "named.wav") if other == "http" else other).encode())
    done = refused(polymux, sound_job, nginx.url("ranges", name), BAD)
    assert "root:" not in done.stdout + done.stderr
    assert asked(nginx, name, 1) and not asked(nginx, "named.wav", 0)


def with_reference(path, address):
    """The film's data with a data reference that says its samples stand elsewhere (ISO/IEC 14496-12, 8.7.2)."""
    data = path.read_bytes()
    entry = b"url \0\0\0\0" + address.encode() + b"\0"
    entry = struct.pack(">I", len(entry) + 4) + entry
    old = struct.pack(">I", 12) + b"url \0\0\0\1"

    def rebuilt(box):
        body = box.data.replace(old, entry) if box.kind == b"dref" else \
            b"".join(map(rebuilt, box.kids)) or box.data
        return struct.pack(">I4s", len(body) + 8, box.kind) + body

    boxes = mp4.parse(data)
    assert [box.kind for box in boxes][-1] == b"moov", "nothing that is referred to moves"
    made_of = data[:boxes[-1].start] + rebuilt(boxes[-1])
    assert len(made_of) > len(data)
    return made_of


def test_samples_elsewhere(polymux, nginx, expected, film):
    """Only what stands in the file itself is read, or nothing."""
    nginx.put("named.mp4", film)
    nginx.put("reference.mp4", with_reference(film, nginx.url("ranges", "named.mp4")))
    done = run(polymux, film_job, nginx.url("ranges", "reference.mp4"), expect=(0, 1, 2))
    assert done.code or made(polymux) == expected["film"]
    assert asked(nginx, "reference.mp4", 1) and not asked(nginx, "named.mp4", 0)
