# SPDX-License-Identifier: MIT
"""The three scenarios of the source document, byte for byte but for the addresses."""
import re

import pytest

import media
import mp4
import tools
from jobs import audio, by_tag, job, output, scenario, source

DURATION = re.compile(r"Duration: (\d\d:\d\d:\d\d\.\d\d), start: 0\.000000, bitrate: \d+ kb/s$")
VIDEO = re.compile(
    r"Stream #0:0\[0x1\]\(und\): Video: (h264 \(High\) \(avc1 / 0x31637661\)|"
    r"hevc \(Main\) \(hvc1 / 0x31637668\)), yuv420p\(tv, bt709(, progressive)?\), "
    r"(\d+x\d+) \[SAR 1:1 DAR 16:9\], \d+ kb/s, 25 fps, 25 tbr, 12800 tbn \(default\)$")
AUDIO = re.compile(
    r"Stream #0:(\d)\[0x(\d)\]\((\w{3})\): Audio: aac \((LC|HE-AAC)\) \(mp4a / 0x6134706D\), "
    r"48000 Hz, stereo, fltp, \d+ kb/s \(default\)$")
TAGS709 = ["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709",
           "-color_range", "tv", "-vf", "setsar=1"]


@pytest.fixture(scope="module")
def dubs(store):
    """What the document calls Video1: Chinese film, English dub, Japanese dub in a file of two."""
    zho = store.get("zho.wav", lambda p: media.write_wav(p, media.tone(5, 500), 48000))
    return {
        "chinese": store.get("chinese.mp4", lambda p: media.film(
            p, 125, size=(640, 360), sound=zho,
            after=["-c:a", "aac", "-metadata:s:a:0", "language=zho", *TAGS709])),
        "english": store.get("english.flac", lambda p: media.sound(
            p, media.tone(5, 700, 22050), 22050)),
        "japanese": store.get("japanese.mkv", two_languages),
        "base": "made/",
    }


def two_languages(path):
    wavs = [media.write_wav(f"{path}.{hz}.wav", media.tone(5, hz, 44100, 2), 44100)
            for hz in (900, 1100)]
    tools.run("mkvmerge", "-o", path, "--language", "0:eng", wavs[0], "--language", "0:jpn",
              wavs[1])


def check_table(done, name, languages):
    """The report's table, the document's form and ffprobe's own lines agree."""
    made = done.outputs[name]
    lines = made["table"]
    assert DURATION.match(lines[0]), lines[0]
    assert VIDEO.match(lines[1]), lines[1]
    found = [AUDIO.match(line) for line in lines[2:]]
    assert all(found), lines
    assert [m[3] for m in found] == languages
    assert [(int(m[1]), int(m[2])) for m in found] == \
        [(i + 1, i + 2) for i in range(len(languages))]
    assert lines == tools.stream_table(made["file"])


def check_languages(path, languages):
    """Four readers that share no code agree on the languages."""
    assert tools.languages(path) == languages
    assert [t.language for t in mp4.check(path).of("soun")] == languages
    merged = [t["properties"]["language"] for t in tools.mkvmerge(path)["tracks"]
              if t["type"] == "audio"]
    assert merged == ["chi" if lang == "zho" else lang for lang in languages]
    short = {"zho": "zh", "eng": "en", "jpn": "ja"}
    info = [t.get("Language") for t in tools.mediainfo(path) if t["@type"] == "Audio"]
    assert info == [short[lang] for lang in languages]


def check_pitches(path, wanted):
    """Each track carries the sound of its own dub."""
    found = [tools.hertz(path, i) for i in range(len(wanted))]
    assert found == pytest.approx(wanted, abs=3)


def check_he_aac(path, count):
    tracks = tools.streams(path, "audio")
    assert [(t["codec_name"], t["profile"], t["sample_rate"], t["channels"]) for t in tracks] == \
        [("aac", "HE-AAC", "48000", 2)] * count
    for track in tracks:
        assert 44_000 <= int(track["bit_rate"]) <= 72_000
    seen = [t for t in tools.mediainfo(path) if t["@type"] == "Audio"]
    assert all("HE-AAC" in t.get("Format_Commercial", "") or
               "SBR" in t.get("Format_AdditionalFeatures", "") for t in seen), seen


@pytest.fixture(scope="module")
def first(polymux_module, dubs):
    return polymux_module.run(scenario(1, **dubs))


def test_scenario_1(first):
    made = first.file("360P")
    assert made == first.base / "made/video/360p/360p.mp4"
    assert first.report["state"] == "Success"
    check_table(first, "360P", ["zho", "eng", "jpn"])
    check_languages(made, ["zho", "eng", "jpn"])
    check_he_aac(made, 3)
    check_pitches(made, [500, 700, 900])
    tools.decodes_cleanly(made)
    assert len(tools.frame_times(made)[0]) == 125


def test_report_facts(first):
    """The report tells what the file holds."""
    made = first.outputs["360P"]
    assert made["size"] == first.file("360P").stat().st_size
    assert abs(made["duration"] - float(tools.ffprobe(made["file"])["format"]["duration"])) < 0.01
    assert [s["kind"] for s in made["streams"]] == ["video", "audio", "audio", "audio"]
    assert [s.get("language") for s in made["streams"]][1:] == ["zho", "eng", "jpn"]
    assert (made["streams"][0]["width"], made["streams"][0]["height"]) == (640, 360)
    assert first.work["audio"] == {"run": 3, "kept": 0}


def test_human_summary(polymux, dubs):
    """Without --json, stdout ends with the table in the document's form."""
    done = polymux.run(scenario(2, **dubs), json_report=False)
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert any(line.startswith("360P: ") and "360p.mp4" in line for line in lines), done
    found = [AUDIO.match(line) for line in lines]
    assert [m[3] for m in found if m] == ["eng", "jpn"]
    assert sum(bool(VIDEO.match(line)) for line in lines) == 1
    assert sum(bool(DURATION.match(line)) for line in lines) == 1


def test_scenario_2(polymux, dubs):
    """The original sound is left out."""
    done = polymux.run(scenario(2, **dubs))
    check_table(done, "360P", ["eng", "jpn"])
    check_languages(done.file("360P"), ["eng", "jpn"])
    check_he_aac(done.file("360P"), 2)
    check_pitches(done.file("360P"), [700, 900])


def test_scenario_3_as_printed(polymux, dubs):
    """Its InputRef names nothing: one error with path and suggestion, nothing started."""
    printed = ('OutputGroups[0].Outputs[0].OverrideParams.Audios[2].InputRef: no input or audio '
               'selector is named "JapaneseAudio"; did you mean "JapaneseFile"?')
    done = polymux.run(scenario(3, **dubs), json_report=False, expect=2)
    assert done.stderr.strip().splitlines() == [printed]
    assert not done.stdout and not polymux.left()
    done = polymux.run(scenario(3, **dubs), expect=2)
    path, message = printed.split(": ", 1)
    assert done.report["state"] == "Invalid"
    assert [(p["Path"], p["Message"]) for p in done.report["problems"]] == [(path, message)]
    assert done.report["problems"][0]["Code"].startswith("InvalidParameter")


def test_scenario_3_as_meant(polymux, dubs):
    text = scenario(3, **dubs).replace('"InputRef": "JapaneseAudio"', '"InputRef": "JapaneseFile"')
    done = polymux.run(text)
    check_table(done, "360P", ["zho", "eng", "jpn"])
    check_languages(done.file("360P"), ["zho", "eng", "jpn"])
    check_pitches(done.file("360P"), [500, 700, 1100])


LADDER = {"360P": (640, 360), "540P": (960, 540), "720P": (1280, 720), "1080P": (1920, 1080)}


def test_all_eight_templates(polymux, store, dubs):
    """One job, eight files, three languages each; every track encoded once."""
    film = store.get("wide.mp4", lambda p: media.film(p, 40, size=(1920, 1080), after=TAGS709))
    names = [f"{step}{codec}" for step in LADDER for codec in ("", "-H265")]
    tracks = [audio("zh", control="InputFirst"), audio("en", "eng"), audio("ja", "jpn")]
    done = polymux.run(job(
        [source("film", film), source("zh", dubs["chinese"]), source("en", dubs["english"]),
         source("two", dubs["japanese"], by_tag("ja", "ja"))],
        [output(n, [{**t, "Duration": "match"} for t in tracks], f"Video-{n}") for n in names]))
    assert done.work["audio"] == {"run": 3, "kept": 0}
    assert done.work["package"]["run"] == 8
    for name in names:
        made, picture = done.file(name), tools.video(done.file(name))
        h265 = name.endswith("H265")
        assert (picture["codec_name"], picture["codec_tag_string"]) == \
            (("hevc", "hvc1") if h265 else ("h264", "avc1"))
        assert (picture["width"], picture["height"]) == LADDER[name.removesuffix("-H265")]
        assert picture["pix_fmt"] == "yuv420p"
        check_languages(made, ["zho", "eng", "jpn"])
        check_he_aac(made, 3)
        assert media.numbers(tools.planes(made, tools.size_of(made))) == list(range(40))
        tools.decodes_cleanly(made)
