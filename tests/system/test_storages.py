# SPDX-License-Identifier: MIT
"""Storages of the configuration: the document's scenario from and to buckets, by `polymux run` and by the service;
addresses that are odd, wrong or forbidden; `polymux storage`; what docs/storage.md prints.

Faults in mid-job are in test_storage_jobs.py.
"""
import configparser
import json
import re
import signal
import time
import urllib.parse

import pytest

import driver
import jobs
import media
from rawhttp import eventually

DOCUMENT = driver.ROOT / "docs" / "storage.md"
SECRET = "a secret that nobody may see"
ODD = ["a b", "a+b", "100%", "a%20b", "影片", "🎬", "(1)*'!~", "a&b=c?d#e", "a:b@c", "[x]", "{1}", "a\\b", "\"q\"", "é"]


# --- two storages, each with its films and an empty bucket ---


class Oss:
    """Buckets of the strict OSS."""
    scheme = "oss"

    def __init__(self, oss):
        self.oss = oss
        for name in ("films", "made"):
            oss.make_bucket(name)

    def keys(self):
        return {"type": "oss", "endpoint": self.oss.endpoint, "region": self.oss.region,
                "access-key-id": self.oss.key_id, "access-key-secret": self.oss.secret}

    def name(self, bucket):
        return bucket

    def put(self, bucket, key, data):
        self.oss.put(bucket, key, data)

    def body(self, bucket, key):
        return self.oss.body(bucket, key)

    def listed(self, bucket):
        return self.oss.keys(bucket)

    def content_type(self, bucket, key):
        return self.oss.object(bucket, key).headers["content-type"]

    def url(self, bucket, key):
        host = self.oss.endpoint.removeprefix("http://")
        return f"http://{bucket}.{host}/{urllib.parse.quote(key)}"


class S3:
    """Buckets of a real S3 server: OpenStack Swift or Ceph."""
    scheme = "s3"

    def __init__(self, server):
        self.server, self.names = server, {name: server.bucket() for name in ("films", "made")}

    def keys(self):
        return {"type": "s3", "endpoint": self.server.endpoint, "region": self.server.region,
                "access-key-id": self.server.key_id, "access-key-secret": self.server.secret}

    def name(self, bucket):
        return self.names[bucket]

    def put(self, bucket, key, data):
        assert self.server.s3.put(self.names[bucket], key, data).status == 200

    def body(self, bucket, key):
        return self.server.s3.get(self.names[bucket], key).body

    def listed(self, bucket):
        return self.server.s3.keys(self.names[bucket])

    def content_type(self, bucket, key):
        return self.server.s3.get(self.names[bucket], key).headers["content-type"]

    def url(self, bucket, key):
        return f"{self.server.endpoint}/{self.names[bucket]}/{urllib.parse.quote(key)}"


@pytest.fixture(params=["oss", "swift", "ceph"])
def cloud(request):
    kind = Oss if request.param == "oss" else S3
    return kind(request.getfixturevalue(request.param))


def group(name, **keys):
    return f"[storage {name}]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())


def configured(cloud, **more):
    return "".join(group(bucket, bucket=cloud.name(bucket), **{**cloud.keys(), **more})
                   for bucket in ("films", "made"))


@pytest.fixture
def with_config(polymux):
    """The command, with a configuration of these words."""
    def write(text):
        (polymux.home / "polymux.conf").write_text(text, "utf-8")
        polymux.extra["POLYMUX_CONFIG"] = str(polymux.home / "polymux.conf")
        return polymux
    return write


# --- the document's scenario 1 ---


@pytest.fixture(scope="module")
def sources(store):
    zho = store.get("zho2.wav", lambda p: media.write_wav(p, media.tone(2, 500), 48000))
    return {"chinese": store.get("chinese2.mp4", lambda p: media.film(
                p, 50, size=(640, 360), sound=zho, after=["-c:a", "aac", "-metadata:s:a:0", "language=zho"])),
            "english": store.get("english2.flac", lambda p: media.sound(p, media.tone(2, 700, 22050), 22050)),
            "japanese": store.get("japanese2.wav", lambda p: media.write_wav(p, media.tone(2, 900), 48000))}


@pytest.fixture(scope="module")
def expected(sources, polymux_module):
    """What the scenario makes of local files."""
    done = polymux_module.run(jobs.scenario(1, base=polymux_module.out, **sources))
    return done.file("360P").read_bytes()


def scenario_in(cloud, sources):
    """Its sources in the first bucket under odd keys, each address in another spelling; its files in the second."""
    keys = {"chinese": "2026/影片 +%20(1)*'!~ 🎬.mp4", "english": "dub a+b.flac", "japanese": "100%/dub.wav"}
    for name, key in keys.items():
        cloud.put("films", key, sources[name].read_bytes())
    films, made = cloud.name("films"), cloud.name("made")
    text = jobs.scenario(1, base="BASE", **{name: name.upper() for name in keys})
    for name, address in {"CHINESE": cloud.url("films", keys["chinese"]),
                          "ENGLISH": f"{cloud.scheme}://{films}/{keys['english']}",
                          "JAPANESE": f"{cloud.scheme}://{films}/{keys['japanese']}",
                          "BASE": f"{cloud.scheme}://{made}/out put/"}.items():
        text = text.replace(f'"{name}"', json.dumps(address))
    return text


def assert_made(cloud, expected):
    key, = cloud.listed("made")
    assert key == "out put/video/360p/360p.mp4"
    assert cloud.body("made", key) == expected
    assert cloud.content_type("made", key) == "video/mp4"


def test_scenario_on_the_command_line(cloud, sources, expected, with_config):
    polymux = with_config(configured(cloud))
    done = polymux.run(scenario_in(cloud, sources))
    assert done.outputs["360P"]["file"] == f"{cloud.scheme}://{cloud.name('made')}/out put/video/360p/360p.mp4"
    assert_made(cloud, expected)
    assert not polymux.left(), "nothing of it is on the disk but what the cache keeps"
    again = polymux.run(scenario_in(cloud, sources))
    assert again.work["video"]["run"] == again.work["audio"]["run"] == 0, "the same objects are the same sources"


def test_scenario_in_the_service(cloud, sources, expected, servers_made):
    server = servers_made(config=configured(cloud)).start()
    answer = server.rest("POST", "/v1/jobs", {"config": json.loads(scenario_in(cloud, sources))})
    assert answer.status == 201, answer
    assert server.wait_job(answer.json["id"])["state"] == "Complete"
    assert_made(cloud, expected)


def test_job_needs_no_change_for_another_storage(swift, sources, expected, with_config):
    """oss:// addresses, and a bucket of that name in Swift."""
    cloud = S3(swift)
    polymux = with_config(configured(cloud))
    oss_job = scenario_in(cloud, sources).replace('"s3://', '"oss://')
    assert "oss://" in oss_job
    done = polymux.run(oss_job)
    assert done.outputs["360P"]["file"].startswith("oss://")
    assert_made(cloud, expected)


# --- keys ---


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.lean(3)
def test_odd_keys(cloud, with_config, sources, odd):
    """There and back, in both spellings of an address and in OutputFileName."""
    polymux = with_config(configured(cloud))
    cloud.put("films", f"{odd}/{odd}.wav", sources["japanese"].read_bytes())
    films, made = cloud.name("films"), cloud.name("made")
    outputs = [{**jobs.sound_only(f"{n}", [jobs.audio(ref, "jpn")]), "OutputFileName": f"{odd}/{n} {odd}"}
               for n, ref in enumerate(("raw", "encoded"))]
    done = polymux.run(jobs.job({"raw": f"{cloud.scheme}://{films}/{odd}/{odd}.wav",
                                 "encoded": cloud.url("films", f"{odd}/{odd}.wav")}, outputs,
                                base=f"{cloud.scheme}://{made}/{odd}"))
    assert sorted(cloud.listed("made")) == [f"{odd}/{odd}/{n} {odd}.mp4" for n in range(2)]
    assert cloud.body("made", f"{odd}/{odd}/0 {odd}.mp4") == cloud.body("made", f"{odd}/{odd}/1 {odd}.mp4")
    assert done.work["audio"] == {"run": 1, "kept": 0}, "one object, however it is spelt"


# --- what is wrong ---


def only(text, *words):
    for word in words:
        assert word in text, text


@pytest.mark.parametrize("address, code, words", [
    ("oss://films/nowhere.mp4", "InvalidParameter.ResourceNotFound", "there is no such object"),
    ("oss://flims/a.mp4", "InvalidParameter.ResourceNotFound", 'did you mean "films"?'),
    ("s3://quite-another/a.mp4", "InvalidParameter.ResourceNotFound", "bucket = quite-another"),
    ("oss://films/a/../b.mp4", "InvalidParameter", ". or .."),
    ("https://me:word@example.com/a.mp4", "InvalidParameter", "user name or password"),
    ("http://127.0.0.1/a.mp4", "PermissionDenied.ResourceAccess", "allow-hosts"),
    ("http://[::ffff:169.254.169.254]/latest/meta-data", "PermissionDenied.ResourceAccess", "allow-hosts"),
])
def test_wrong_inputs(oss, with_config, address, code, words):
    polymux = with_config(configured(Oss(oss)))
    done = polymux.run(jobs.job({"film": address}, [jobs.output("a")]), expect=2)
    (told, message), = done.problems()
    assert told == code and "word@" not in message
    only(message, "Inputs[0].InputFile.Media", words, *([] if "@" in address else [address]))
    assert "word@" not in done.stderr and words in done.stderr


def test_missing_object_in_the_service(oss, servers_made):
    cloud = Oss(oss)
    server = servers_made(config=configured(cloud)).start()
    answer = server.rest("POST", "/v1/jobs", {"config": jobs.job({"film": "oss://films/no such.mp4"}, [jobs.output("a")],
                                                                 base="oss://made/")})
    told = server.wait_job(answer.json["id"])
    assert told["state"] == "Error" and told["code"] == "InvalidParameter.ResourceNotFound"
    only(told["message"], "oss://films/no such.mp4", "Inputs[0].InputFile.Media")


def test_wrong_secret(oss, with_config, sources):
    cloud = Oss(oss)
    cloud.put("films", "a.wav", sources["japanese"].read_bytes())
    polymux = with_config(configured(cloud, **{"access-key-secret": SECRET}))
    job = jobs.job({"film": "oss://films/a.wav"}, [jobs.sound_only("a", [jobs.audio("film", "jpn")])], base="oss://made/")
    done = polymux.run(job, expect=2)
    problems = done.problems()
    assert [code for code, _ in problems] == ["PermissionDenied.ResourceAccess"] * 2
    only(problems[0][1], "Inputs[0].InputFile.Media", "oss://films/a.wav", "access key")
    only(problems[1][1], "OutputGroups[0].Outputs[0]", "oss://made/a.mp4", "access key")
    assert SECRET not in done.stdout + done.stderr


def test_output_that_may_not_be_written_costs_no_work(oss, with_config, sources):
    """The key is right for the source and wrong for the output."""
    cloud = Oss(oss)
    cloud.put("films", "a.wav", sources["japanese"].read_bytes())
    text = group("films", **cloud.keys()) + group("made", **{**cloud.keys(), "access-key-secret": SECRET})
    polymux = with_config(text)
    job = jobs.job({"film": "oss://films/a.wav"}, [jobs.sound_only("a", [jobs.audio("film", "jpn")])], base="oss://made/")
    (code, message), = polymux.run(job, expect=2).problems()
    assert code == "PermissionDenied.ResourceAccess" and "oss://made/a.mp4" in message
    assert not polymux.cached() or sum(polymux.cached().values()) == 0


def test_web_is_not_written_to(with_config, sources):
    polymux = with_config("")
    job = jobs.job({"film": sources["japanese"]}, [jobs.sound_only("a", [jobs.audio("film", "jpn")])],
                   base="https://example.com/")
    (code, message), = polymux.run(job, expect=2).problems()
    assert code == "InvalidParameter.NotSupported"
    only(message, "OutputGroups[0].Outputs[0]", "https://example.com/a.mp4", "can be read and not written")


def test_outputs_are_not_written_over_inputs(cloud, with_config, sources, servers_made):
    """However the two are spelt; nor over each other."""
    key, films = "a b.mp4", cloud.name("films")
    cloud.put("films", key, sources["japanese"].read_bytes())
    one = {**jobs.sound_only("a", [jobs.audio("film", "jpn")])}
    del one["OutputFileName"]
    places = [cloud.url("films", key), f"{cloud.scheme}://{films}/c.mp4", cloud.url("films", "c.mp4")]
    job = {"Inputs": [jobs.source("film", f"{cloud.scheme}://{films}/{key}")],
           "Outputs": [{**one, "OutputFile": jobs.media(place)} for place in places]}
    told = [message for _, message in with_config(configured(cloud)).run(job, expect=2).problems()]
    assert len(told) == 2
    only(told[0], "Outputs[0]", "is the same file as Inputs[0].InputFile.Media")
    only(told[1], "Outputs[2]", "is the same file as Outputs[1]")
    answer = servers_made(config=configured(cloud)).start().rest("POST", "/v1/jobs", {"config": job})
    assert answer.status == 400
    assert [problem["path"] for problem in answer.json["error"]["problems"]] == ["Outputs[0]", "Outputs[2]"]


def test_configuration_that_is_wrong(polymux, sources):
    path = polymux.home / "wrong.conf"
    path.write_text(f"[storage films]\ntype = oss\nendpiont = x\naccess-key-secret = {SECRET}\n", "utf-8")
    for command in (["run", "job.json"], ["plan", "job.json"], ["probe", "a.mp4"], ["storage", "list"]):
        done = polymux.call(*command, "--config", path, expect=2)
        only(done.stderr, "[storage films] endpiont", 'did you mean "endpoint"', "[storage films] endpoint: must be given")
        assert SECRET not in done.stderr and not done.stdout


def test_interrupted_while_a_storage_is_silent(oss, with_config):
    cloud = Oss(oss)
    cloud.put("films", "a.mp4", b"x" * 1000)
    polymux = with_config(configured(cloud))
    oss.faults.always("stall")
    process = polymux.start_run(jobs.job({"film": "oss://films/a.mp4"}, [jobs.output("a")]))
    assert eventually(lambda: oss.faults.injected, 30)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    assert process.wait(20) == 128 + signal.SIGINT
    assert time.monotonic() - began < 10
    oss.faults.release()


# --- other commands ---


def test_probe_and_plan(cloud, with_config, sources):
    polymux = with_config(configured(cloud))
    cloud.put("films", "a b.mp4", sources["chinese"].read_bytes())
    address = f"{cloud.scheme}://{cloud.name('films')}/a b.mp4"
    local = json.loads(polymux.call("probe", sources["chinese"], "--json").stdout)
    for spelt in (address, cloud.url("films", "a b.mp4")):
        assert json.loads(polymux.call("probe", spelt, "--json").stdout) == local
    job = jobs.job({"film": address}, [jobs.output("a")], base=f"{cloud.scheme}://{cloud.name('made')}")
    plan = polymux.call("plan", polymux.write(job)).report
    assert [output["address"] if "address" in output else output["file"] for output in plan["outputs"]] == \
        [f"{cloud.scheme}://{cloud.name('made')}/a.mp4"]
    assert cloud.listed("made") == []


def test_output_option_takes_an_address(oss, with_config, sources):
    cloud = Oss(oss)
    polymux = with_config(configured(cloud))
    job = jobs.job({"film": sources["japanese"]}, [jobs.sound_only("a", [jobs.audio("film", "jpn")])], base="here")
    polymux.run(job, "-o", "oss://made/there")
    assert cloud.listed("made") == ["there/a.mp4"] and not polymux.left()


# --- polymux storage ---


def test_storage_check(cloud, with_config):
    polymux = with_config(configured(cloud) + group("disk", type="folder", path="/nowhere/at/all"))
    done = polymux.call("storage", "check", "films")
    steps = re.findall(r"^  (\S.*?) +ok ", done.stdout, re.M)
    assert steps == ["write", "look", "read by range", "write in parts", "read a part", "give up", "list", "delete",
                     "look again"]
    assert "MB/s" in done.stdout and cloud.listed("films") == []
    broken = polymux.call("storage", "check", expect=1)
    assert len(re.findall(" ok ", broken.stdout)) == 2 * len(steps)
    only(broken.stdout, "[storage disk]", "FAILED: InvalidParameter.ResourceNotFound", "/nowhere/at")
    polymux.call("storage", "check", "flims", expect=2)


def test_storage_check_leaves_nothing_in_a_folder(with_config, tmp_path):
    (tmp_path / "films").mkdir()
    polymux = with_config(group("films", type="folder", path=tmp_path / "films"))
    polymux.call("storage", "check")
    assert list((tmp_path / "films").iterdir()) == []


def test_storage_check_says_what_is_wrong(oss, with_config):
    cloud = Oss(oss)
    polymux = with_config(configured(cloud, **{"access-key-secret": SECRET}))
    done = polymux.call("storage", "check", "films", expect=1)
    only(done.stdout, "write", "FAILED: PermissionDenied.ResourceAccess", "oss://films/", "SignatureDoesNotMatch")
    assert SECRET not in done.stdout + done.stderr
    listed = polymux.call("storage", "list")
    only(listed.stdout, "films", "oss://films", oss.endpoint)
    assert SECRET not in listed.stdout


def test_storage_check_finds_what_is_forbidden(oss, with_config):
    cloud = Oss(oss)
    polymux = with_config(configured(cloud))
    oss.faults.always("403", match=lambda request: request.asked.operation in ("ListObjectsV2", "ListObjects"))
    done = polymux.call("storage", "check", "films", expect=1)
    failed = re.findall(r"^  (\S.*?) +FAILED: (\S+):", done.stdout, re.M)
    assert failed == [("list", "PermissionDenied.ResourceAccess")]
    assert cloud.listed("films") == []


def test_storage_of_any_bucket(oss, with_config):
    cloud = Oss(oss)
    polymux = with_config(group("all", bucket="*", **cloud.keys()))
    assert "--bucket NAME" in polymux.call("storage", "check", expect=1).stdout
    polymux.call("storage", "check", "all", "--bucket", "films")
    assert "InvalidParameter.ResourceNotFound" in polymux.call("storage", "check", "all", "--bucket", "nowhere",
                                                               expect=1).stdout


# --- the service ---


def test_lists_of_storages(oss, servers_made):
    cloud = Oss(oss)
    text = configured(cloud).replace("[storage made]\n", "[storage made]\ndefault = true\nprefix = out/\n")
    server = servers_made(config=text, env={"POLYMUX_STORAGE_FILMS_ACCESS_KEY_SECRET": SECRET}).start()
    server.bucket("made")      # which the storage hides
    listed = {one["bucket"]: one for one in server.rest("GET", "/v1/storages").json["storages"]}
    assert sorted(listed) == ["films", "made", "media"]
    assert listed["films"] == {"bucket": "films", "is_default": False, "name": "films", "type": "oss",
                               "endpoint": oss.endpoint}
    assert listed["made"]["is_default"] and listed["made"]["prefix"] == "out/"
    assert "type" not in listed["media"] and "created" in listed["media"]
    assert server.rest("GET", "/v1/storages/default").json == {"bucket": "made", "path": ""}
    assert server.rest("PUT", "/v1/storages/default", {"bucket": "films", "path": "a/"}).status == 200
    server.restart()
    assert server.rest("GET", "/v1/storages/default").json == {"bucket": "films", "path": "a/"}
    told = server.rest("GET", "/v1/storages").text + server.errors()
    assert oss.secret not in told and SECRET not in told and oss.key_id not in told


def test_placeholders(oss, servers_made, sources, with_config):
    cloud = Oss(oss)
    cloud.put("films", "a.wav", sources["japanese"].read_bytes())
    job = {**jobs.job({"film": "oss://films/a.wav"}, [
        {**jobs.sound_only("Japanese", [jobs.audio("film", "jpn")]), "OutputFileName": "{JobName} {OutputName}.{ExtName}"}],
        base="oss://made/{JobId}"), "JobName": "Film 片"}
    server = servers_made(config=configured(cloud)).start()
    made = [server.rest("POST", "/v1/jobs", {"config": job}).json["id"] for _ in range(2)]
    for one in made:
        told = server.wait_job(one)
        assert told["state"] == "Complete"
        assert told["outputs"][0]["address"] == f"oss://made/{one}/Film 片 Japanese.mp4"
    assert sorted(cloud.listed("made")) == sorted(f"{one}/Film 片 Japanese.mp4" for one in made)
    polymux = with_config(configured(cloud))
    files = {polymux.run(job).outputs["Japanese"]["file"] for _ in range(2)}
    assert len(files) == 1 and re.fullmatch(r"oss://made/[0-9a-f]{32}/Film 片 Japanese\.mp4", files.pop())


def test_files_of_the_service(servers_made, sources, tmp_path):
    allowed = tmp_path / "free films"
    allowed.mkdir()
    (allowed / "a b.wav").write_bytes(sources["japanese"].read_bytes())
    (allowed / "link.wav").symlink_to(sources["japanese"])
    server = servers_made(config=f"[server]\nfiles = /nowhere, {allowed}/\n").start()

    def submit(source, base):
        return server.rest("POST", "/v1/jobs", {"config": jobs.job(
            {"film": source}, [jobs.sound_only("a", [jobs.audio("film", "jpn")])], base=base)})

    told = server.wait_job(submit((allowed / "a b.wav").as_uri(), (allowed / "made").as_uri()).json["id"])
    assert told["state"] == "Complete" and (allowed / "made" / "a.mp4").stat().st_size > 1000
    refused = submit(sources["japanese"].as_uri(), tmp_path.as_uri())
    assert refused.status == 403
    problems = refused.json["error"]["problems"]
    assert [problem["path"] for problem in problems] == ["Inputs[0].InputFile.Media", "OutputGroups[0].Outputs[0]"]
    assert all("[server]" in problem["message"] for problem in problems)
    told = server.wait_job(submit((allowed / "link.wav").as_uri(), allowed.as_uri()).json["id"])
    assert told["code"] == "PermissionDenied.ResourceAccess"


def test_folder_and_prefix(with_config, sources, tmp_path):
    (tmp_path / "disk" / "in").mkdir(parents=True)
    (tmp_path / "disk" / "in" / "a.wav").write_bytes(sources["japanese"].read_bytes())
    polymux = with_config(group("disk", type="folder", path=tmp_path / "disk", prefix="in/"))
    job = jobs.job({"film": "https://disk.oss-cn-hangzhou.aliyuncs.com/a.wav"},
                   [jobs.sound_only("a", [jobs.audio("film", "jpn")])], base="oss://disk/made")
    polymux.run(job)
    assert (tmp_path / "disk" / "in" / "made" / "a.mp4").exists()


# --- what the documentation prints ---


def blocks_of(text):
    return [re.sub(r"^    ", "", block, flags=re.M) for block in re.findall(r"(?:^    .*\n)+", text, re.M)]


def samples():
    return [block for block in blocks_of(DOCUMENT.read_text("utf-8")) if block.startswith("[")]


def test_samples_are_there():
    assert {sample.split("\n")[0] for sample in samples()} >= \
        {"[storage films]", "[storage archive]", "[storage minio]", "[storage shared]", "[network]", "[server]"}


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.split("\n")[0])
def test_sample(request, with_config, tmp_path, sample):
    """As it is printed it is a configuration; with a test's endpoint, keys and folder in it, it works."""
    (tmp_path / "secret").write_text("placeholder\n", "utf-8")
    text = re.sub(r"(?<=^access-key-secret-file = ).*", str(tmp_path / "secret"), sample, flags=re.M)
    polymux = with_config(text)
    polymux.call("storage", "list", expect=(0, 1))
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(sample)
    (title, keys), = [(title, dict(parser[title])) for title in parser.sections()]
    if not title.startswith("storage "):
        return
    bucket = []
    if keys["type"] == "folder":
        (tmp_path / "shared").mkdir()
        keys["path"] = tmp_path / "shared"
    else:
        side = Oss(request.getfixturevalue("oss")) if keys["type"] == "oss" else S3(request.getfixturevalue("swift"))
        (tmp_path / "secret").write_text(side.keys()["access-key-secret"] + "\n", "utf-8")
        keys.update({"endpoint": side.keys()["endpoint"], "region": side.keys()["region"],
                     "access-key-id": side.keys()["access-key-id"], "access-key-secret-file": tmp_path / "secret"})
        if keys["type"] == "s3" and "path-style" not in keys:
            keys["endpoint"] = side.server.virtual
        if keys.get("bucket") == "*":
            bucket = ["--bucket", side.name("films")]
        elif keys["type"] == "s3":
            keys["bucket"] = side.name("films")
    polymux = with_config(group(title.removeprefix("storage "), **keys))
    polymux.call("storage", "check", title.removeprefix("storage "), *bucket)


def test_readme(oss, with_config, sources, expected):
    """Its five lines and its job, with a test's endpoint and keys in them."""
    text = (driver.ROOT / "README.md").read_text("utf-8").split("## From and to object storage")[1].split("\n## ")[0]
    config, job = (block for block in blocks_of(text) if block.strip().startswith(("[storage", "{")))
    assert len(config.strip().splitlines()) == 5
    cloud = Oss(oss)
    (parser := configparser.ConfigParser(interpolation=None)).read_string(config)
    endpoint = parser["storage films"]["endpoint"]
    keys = {**dict(parser["storage films"]), **cloud.keys()}
    del keys["access-key-secret-file"]
    for key, name in (("in/chinese.mp4", "chinese"), ("in/english.wav", "english"), ("in/japanese.wav", "japanese")):
        cloud.put("films", key, sources[name].read_bytes())
    polymux = with_config(group("films", **keys))
    assert f"https://films.{endpoint}/" in job
    polymux.run(job.replace(f"https://films.{endpoint}/", cloud.url("films", "")))
    assert cloud.body("films", "out/video/360p/360p.mp4") == expected


def test_artifacts_are_shared_on_the_command_line(oss, with_config, sources, tmp_path):
    cloud = Oss(oss)
    polymux = with_config(configured(cloud) + "[artifacts]\nstorage = made\n")
    job = jobs.job({"film": sources["japanese"]}, [jobs.sound_only("a", [jobs.audio("film", "jpn")])], base="here")
    assert polymux.run(job).work["audio"] == {"run": 1, "kept": 0}
    assert [key for key in cloud.listed("made") if key.startswith("polymux-artifacts/")]
    other = polymux.run(job, env={"POLYMUX_CACHE": str(tmp_path / "other")})
    assert other.work["audio"] == {"run": 0, "kept": 1}
