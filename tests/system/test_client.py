# SPDX-License-Identifier: MIT
"""The job API's own clients against the running server, from the submit to the finished file."""
import hashlib
import http.server
import json
import queue
import re
import threading

import pytest

import clients
import media
import tools
from jobs import audio, job, output, scenario
from server import Server

ALL = ("v3", "v2", "v2-form")
HEX32 = re.compile(r"^[0-9a-f]{32}$")
MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
UUID = re.compile(r"^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server for all tests of this module."""
    made = Server(tmp_path_factory.mktemp("client"))
    try:
        yield made.start()
    finally:
        made.end()


@pytest.fixture(scope="module")
def node(server):
    folder = clients.fetch()
    if folder is None:
        pytest.skip("no node and npm to run the job API's own clients with")
    made = clients.Clients(folder, server)
    yield made
    made.end()


@pytest.fixture(scope="module")
def films(server, store):
    """Inputs in the bucket `films`."""
    folder = server.bucket("films")
    zho = store.get("c-zho.wav", lambda p: media.write_wav(p, media.tone(2, 500), 48000))
    made = store.get("c-chinese.mp4", lambda p: media.film(
        p, 50, size=(640, 360), sound=zho, after=["-c:a", "aac", "-metadata:s:a:0", "language=zho"]))
    english = store.get("c-english.flac", lambda p: media.sound(p, media.tone(2, 700), 48000))
    japanese = store.get("c-japanese.flac", lambda p: media.sound(p, media.tone(2, 900), 48000))
    for name, path in (("chinese.mp4", made), ("english.flac", english), ("japanese.flac", japanese)):
        (folder / name).write_bytes(path.read_bytes())
    return folder


@pytest.fixture
def paused(node):
    """A pipeline whose jobs wait."""
    made = node.call("v3", "CreatePipeline", Name="paused")["Pipeline"]["PipelineId"]
    node.call("v3", "UpdatePipeline", PipelineId=made, Status="Paused")
    return made


@pytest.fixture(params=ALL)
def client(request):
    return request.param


def scenario_1(base):
    return scenario(1, chinese="oss://films/chinese.mp4", english="oss://films/english.flac",
                    japanese="oss://films/japanese.flac", base=base)


def small_job(base="oss://made/small"):
    return json.dumps(job({"film": "oss://films/chinese.mp4"}, [output("small", [audio("film")])], base))


def refused(node, client, action, **query):
    with pytest.raises(clients.Refused) as caught:
        node.call(client, action, **query)
    return caught.value


def texts_only(value):
    """Typed clients declare all of a file's facts as strings."""
    if isinstance(value, dict):
        return all(map(texts_only, value.values()))
    return all(map(texts_only, value)) if isinstance(value, list) else isinstance(value, str)


# --- jobs ---


def check_submitted(answer, config):
    made = answer["Job"]
    assert HEX32.match(made["JobId"]) and MOMENT.match(made["CreateTime"])
    assert UUID.match(answer["RequestId"]) and made["RequestId"] == answer["RequestId"]
    assert made["State"] in ("Inited", "Running") and isinstance(made["Percent"], int)
    assert made["Config"]["Inputs"] == json.loads(config)["Inputs"]
    for group in made["Config"]["OutputGroups"]:
        for out in group["Outputs"]:
            assert isinstance(json.loads(out["OverrideParams"]), dict)


def check_file(result, path, languages):
    """OutFileMeta tells what ffprobe tells of the file."""
    meta = result["OutFileMeta"]
    assert texts_only(meta)
    basic, found = meta["FileBasicInfo"], tools.ffprobe(path)
    assert basic["FileName"] == path.name and basic["FileType"] == "transcode_file"
    assert int(basic["FileSize"]) == path.stat().st_size
    assert float(basic["Duration"]) == pytest.approx(float(found["format"]["duration"]), abs=0.001)
    video = tools.video(path)
    told = meta["VideoStreamInfoList"][0]
    assert (told["Codec_name"], told["Codec_long_name"], told["Codec_tag_string"], told["Codec_tag"]) == \
        (video["codec_name"], video["codec_long_name"], video["codec_tag_string"], video["codec_tag"])
    assert (told["Profile"], told["Level"], told["PixFmt"]) == \
        (video["profile"], str(video["level"]), video["pix_fmt"])
    assert (told["Width"], told["Height"], told["NumFrames"], told["Has_b_frames"]) == \
        (str(video["width"]), str(video["height"]), video["nb_frames"], str(video["has_b_frames"]))
    assert (told["Time_base"], told["Sar"], told["Dar"]) == \
        (video["time_base"], video["sample_aspect_ratio"], video["display_aspect_ratio"])
    assert told["Avg_fps"] == "25.0"
    sounds, tracks = meta["AudioStreamInfoList"], tools.streams(path, "audio")
    assert [s["Lang"] for s in sounds] == languages
    for told, track in zip(sounds, tracks, strict=True):
        assert (told["CodecName"], told["CodecLongName"], told["CodecTagString"], told["SampleFmt"]) == \
            (track["codec_name"], track["codec_long_name"], track["codec_tag_string"], track["sample_fmt"])
        assert (told["Channels"], told["SampleRate"], told["ChannelLayout"]) == \
            (str(track["channels"]), track["sample_rate"], track["channel_layout"])
        assert float(told["Bitrate"]) == pytest.approx(int(track["bit_rate"]) / 1000, abs=0.001)


def test_scenario_1(server, node, films, client):
    config = scenario_1(f"oss://made/{client}/")
    answer = node.call(client, "SubmitMediaConvertJob", Config=config, UserData='{"mine":1}')
    check_submitted(answer, config)
    server.wait_job(answer["Job"]["JobId"])
    done = node.call(client, "GetMediaConvertJob", JobId=answer["Job"]["JobId"])["Job"]
    assert (done["State"], done["Percent"], done["UserData"]) == ("Complete", 100, '{"mine":1}')
    assert MOMENT.match(done["FinishTime"]) and done["OutputDetails"] == []
    group, = done["OutputGroupDetails"]
    part, = group["Outputs"]
    assert (group["Status"], part["Status"], part["Name"]) == ("Success", "Success", "360P")
    assert HEX32.match(part["TaskId"]) and HEX32.match(group["TaskId"])
    file = part["Result"]["OutputFile"]
    assert file["Media"] == f"oss://made/{client}/video/360p/360p.mp4" and file["Type"] == "OSS"
    check_file(part["Result"], server.bucket("made") / client / "video/360p/360p.mp4", ["zho", "eng", "jpn"])


def test_some_outputs_fail(server, node, films):
    """Complete when at least one output is there; the other one says why it is not."""
    made = job({"film": "oss://films/chinese.mp4", "none": "oss://films/english.flac"},
               [output("good", [audio("film")]),
                output("bad", [audio("film")], video={"InputRef": "none"})], "oss://made/some")
    submitted = node.call("v3", "SubmitMediaConvertJob", Config=json.dumps(made))["Job"]["JobId"]
    server.wait_job(submitted)
    done = node.call("v3", "GetMediaConvertJob", JobId=submitted)["Job"]
    good, bad = done["OutputGroupDetails"][0]["Outputs"]
    assert (done["State"], good["Status"], bad["Status"]) == ("Complete", "Success", "Failed")
    assert bad["Code"] and bad["Message"] and "Result" not in bad


def test_token(node, paused):
    query = {"Config": small_job(), "PipelineId": paused, "ClientToken": "token-1"}
    first = node.call("v3", "SubmitMediaConvertJob", **query)["Job"]
    again = node.call("v2", "SubmitMediaConvertJob", **query)["Job"]
    assert first["JobId"] == again["JobId"] and first["ClientToken"] == "token-1"
    other = refused(node, "v3", "SubmitMediaConvertJob", **{**query, "Config": small_job("oss://made/o")})
    assert other.status < 500 and "ClientToken" in other.message


def test_every_mistake_is_named(node, client):
    bad = json.dumps({"Inputs": [{"InputFile": {"Type": "OSS"}}], "Outputs": [
        {"OutputFile": {"Media": "oss://b/k"}, "TemplateId": "Nonsense", "Priority": 11}]})
    error = refused(node, client, "SubmitMediaConvertJob", Config=bad)
    assert error.status in (400, 404) and set(error.data) >= {"Code", "Message", "RequestId", "HostId", "Recommend"}
    for path in ("Inputs[0].InputFile.Media", "Outputs[0].TemplateId", "Outputs[0].Priority"):
        assert path in error.data["Message"]


def test_list_and_cancel(server, node, client, paused):
    made = [node.call(client, "SubmitMediaConvertJob", Config=small_job(f"oss://made/{client}-{i}"),
                      PipelineId=paused)["Job"]["JobId"] for i in range(3)]
    listed = node.call(client, "ListMediaConvertJobs", Status="Inited", PageSize=2)
    assert [j["JobId"] for j in listed["Jobs"]] == [made[2], made[1]]
    assert all("OutputDetails" not in j for j in listed["Jobs"])
    more = node.call(client, "ListMediaConvertJobs", Status="Inited", PageSize=2,
                     NextPageToken=listed["NextPageToken"])
    assert more["Jobs"][0]["JobId"] == made[0]
    for each in made:
        assert node.call(client, "CancelMediaConvertJob", JobId=each)["Success"] is True
        assert server.wait_job(each)["state"] == "Cancelled"
    assert node.call(client, "GetMediaConvertJob", JobId=made[0])["Job"]["State"] == "Cancelled"
    assert refused(node, client, "CancelMediaConvertJob", JobId=made[0]).status == 400
    last = node.call(client, "ListMediaConvertJobs", JobId=made[0])
    assert len(last["Jobs"]) == 1 and last["NextPageToken"] == ""


# --- callback ---


class Receiver:
    """Takes what is posted to it."""

    def __init__(self):
        self.got = got = queue.SimpleQueue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                got.put((dict(self.headers.items()), json.loads(body)))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/called"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.end()


def test_callback(server, node, films, receiver):
    given = {"CallbackType": "HTTP", "CallbackURL": receiver.url, "EventTypeList": "MediaConvertComplete",
             "AuthSwitch": "on", "AuthKey": "Test123key"}
    assert node.call("v3", "SetEventCallback", **given)["Success"] is True
    told = node.call("v2", "GetEventCallback")
    assert {k: v for k, v in told.items() if k != "RequestId"} == given
    sent = node.call("v3", "SubmitMediaConvertJob", Config=small_job("oss://made/called"), UserData="u")
    headers, event = receiver.got.get(timeout=120)
    stamp = headers["X-ICE-TIMESTAMP"]
    signed = f"{receiver.url}|{stamp}|Test123key".encode()
    assert headers["X-ICE-SIGNATURE"] == hashlib.md5(signed).hexdigest()
    assert event["EventType"] == "MediaConvertComplete" and isinstance(event["UserId"], int)
    body = event["MessageBody"]
    assert (body["JobId"], body["Status"], body["UserData"], body["TriggerSource"]) == \
        (sent["Job"]["JobId"], "Success", "u", "API")


def test_callback_mistakes(node, client):
    for wrong in ({"CallbackType": "HTTP"}, {"CallbackType": "MNS", "CallbackQueueName": "other"},
                  {"CallbackType": "HTTP", "CallbackURL": "ftp://h/"},
                  {"CallbackType": "HTTP", "CallbackURL": "http://127.0.0.1/", "AuthSwitch": "on", "AuthKey": "lower"}):
        assert refused(node, client, "SetEventCallback", **wrong).status == 400


# --- templates, pipelines, storage, looks into media ---


def test_templates(node, client):
    config = {"Container": {"Format": "mp4"}, "Video": {"Codec": "H.264", "Width": "640"}}
    made = node.call(client, "CreateCustomTemplate", Name="mine", Type=1, Subtype=1,
                     TemplateConfig=json.dumps(config))["CustomTemplate"]
    assert (made["Type"], made["TypeName"], made["Subtype"], made["Status"], made["IsDefault"]) == \
        (1, "TranscodeTemplate", "Normal", "Normal", False)
    assert json.loads(made["TemplateConfig"]) == config
    key = made["TemplateId"]
    assert node.call(client, "UpdateCustomTemplate", TemplateId=key, Name="renamed")["Success"] is True
    assert node.call(client, "SetDefaultCustomTemplate", TemplateId=key)["Success"] is True
    got = node.call(client, "GetCustomTemplate", Type=1, Subtype=1)["CustomTemplate"]
    assert (got["TemplateId"], got["TemplateName"], got["Subtype"], got["SubtypeName"], got["IsDefault"]) == \
        (key, "renamed", 1, "Normal", True)
    listed = node.call(client, "ListCustomTemplates", Name="RENAMED", Type=1)
    assert (listed["Total"], [t["TemplateId"] for t in listed["CustomTemplateList"]]) == (1, [key])
    assert node.call(client, "DeleteCustomTemplate", TemplateId=key)["Success"] is True
    assert refused(node, client, "GetCustomTemplate", TemplateId=key).code == "InvalidParameter.ResourceNotFound"


def test_template_mistakes(node, client):
    wrong = json.dumps({"Video": {"Codec": "H.266"}, "Audio": {"Bitrate": 5}})
    error = refused(node, client, "CreateCustomTemplate", Name="n", Type=1, TemplateConfig=wrong)
    assert error.status == 400 and "Codec" in error.data["Message"] and "Bitrate" in error.data["Message"]


def test_system_templates(node, client):
    listed = node.call(client, "ListSystemTemplates", Name="360P")
    assert listed["Total"] >= 1 and all(isinstance(t["TemplateConfig"], str) for t in listed["SystemTemplateList"])
    got = node.call(client, "GetSystemTemplate", TemplateId="Video-360P")["SystemTemplate"]
    assert got in listed["SystemTemplateList"]
    assert refused(node, client, "GetSystemTemplate", TemplateId="Video-36P").status == 404


def test_pipelines(node, client):
    made = node.call(client, "CreatePipeline", Name="night", Speed="Boost", Priority=3)["Pipeline"]
    assert (made["Name"], made["Speed"], made["Priority"], made["Status"]) == ("night", "Boost", 3, "Active")
    key = made["PipelineId"]
    changed = node.call(client, "UpdatePipeline", PipelineId=key, Status="Paused", Priority=4)["Pipeline"]
    assert (changed["Name"], changed["Priority"], changed["Status"]) == ("night", 4, "Paused")
    assert node.call(client, "GetPipeline", PipelineId=key)["Pipeline"] == changed
    listed = node.call(client, "ListPipelines")["PipelineList"]
    assert {"default", key} <= {p["PipelineId"] for p in listed}
    assert node.call(client, "DeletePipeline", PipelineId=key)["Success"] is True
    assert refused(node, client, "GetPipeline", PipelineId=key).code == "InvalidParameter.ResourceNotFound"
    assert refused(node, client, "DeletePipeline", PipelineId="default").status == 400


def test_storage(server, node, client):
    server.bucket("kept")
    assert node.call(client, "SetDefaultStorageLocation", StorageType="user_oss_bucket", Bucket="kept",
                     Path="out/")["Success"] is True
    got = node.call(client, "GetDefaultStorageLocation")
    assert (got["StorageType"], got["Bucket"], got["Path"], got["Status"]) == \
        ("user_oss_bucket", "kept", "out/", "Normal")
    listed = node.call(client, "GetStorageList")["StorageInfoList"]
    kept, = [s for s in listed if s["StorageLocation"] == "kept"]
    assert kept["DefaultStorage"] is True and kept["StorageType"] == "user_oss_bucket"


def test_media_info(node, films, client):
    sent = node.call(client, "SubmitMediaInfoJob", Name="look",
                     Input=json.dumps({"Type": "OSS", "Media": "oss://films/chinese.mp4"}))["MediaInfoJob"]
    got, tries = sent, 0
    while got["Status"] == "Init":
        tries += 1
        assert tries < 5000, got
        got = node.call(client, "GetMediaInfoJob", JobId=sent["JobId"])["MediaInfoJob"]
    assert got["Status"] == "Success" and texts_only(got["MediaInfoProperty"])
    found = got["MediaInfoProperty"]
    assert found["FileBasicInfo"]["FileType"] == "source_file"
    assert found["VideoStreamInfoList"][0]["NumFrames"] == "50"
    assert found["AudioStreamInfoList"][0]["Lang"] == "zho"


# --- refusals ---


def test_unknown_action(node, client):
    error = refused(node, client, "SubmitMediaConvertJobs")
    assert (error.status, error.code) == (404, "InvalidAction.NotFound")
    assert "SubmitMediaConvertJob" in error.message


def test_wrong_secret(server, node, client):
    stranger = clients.Clients(clients.fetch(), server, (server.key_id, "not the secret"))
    try:
        error = refused(stranger, client, "ListPipelines")
    finally:
        stranger.end()
    assert error.code == "SignatureDoesNotMatch" and server.key_secret not in json.dumps(error.data)


def test_form_body(node, films):
    """V3 with parameters in the body, and split over both."""
    got = node.call("v3", "GetPipeline", body={"PipelineId": "default"})
    assert got["Pipeline"]["PipelineId"] == "default"
    listed = node.call("v3", "ListMediaConvertJobs", body={"PageSize": "1"}, OrderBy="CreateTimeAsc")
    assert len(listed["Jobs"]) == 1


def test_long_query(node, paused):
    """The current clients send a large Config in the request target."""
    made = job({"film": "oss://films/chinese.mp4"}, [
        output(f"o{i}", [audio("film")], Container={"Format": "mp4"}) for i in range(150)], "oss://made/long")
    config = json.dumps(made)
    assert 20_000 < len(config) < 100_000
    sent = node.call("v3", "SubmitMediaConvertJob", Config=config, PipelineId=paused)["Job"]
    assert len(sent["OutputGroupDetails"][0]["Outputs"]) == 150
    assert node.call("v3", "CancelMediaConvertJob", JobId=sent["JobId"])["Success"] is True
