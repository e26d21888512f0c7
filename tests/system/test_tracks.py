# SPDX-License-Identifier: MIT
"""Tags, flags, titles and order of the audio tracks of an output."""
import pytest

import media
import mp4
import tools
from jobs import audio, job, output, sound_only

HERTZ = {"none": 500, "zho": 700, "eng": 900, "jpn": 1100}


@pytest.fixture(scope="module")
def dubs(store):
    """One short sound a language, tagged so in its file, each at a pitch of its own."""
    def make(lang):
        tag = [] if lang == "none" else ["-metadata:s:a:0", f"language={lang}"]
        return store.get(f"track-{lang}.m4a", lambda p: media.sound(
            p, media.tone(2, HERTZ[lang], 48000), 48000, "-c:a", "aac", *tag))
    return {lang: make(lang) for lang in HERTZ}


@pytest.fixture(scope="module")
def film(store):
    return store.get("short.mp4", lambda p: media.film(p, 50))


CONTROL = [
    (audio("zho", control="InputFirst"), "zho"),
    (audio("zho", "eng", "InputFirst"), "zho"),
    (audio("none", "eng", "InputFirst"), "eng"),
    (audio("none", control="InputFirst"), "und"),
    (audio("zho", "kor"), "kor"),
    (audio("none", "chi"), "zho"),       # MP4 holds the terminology codes, ISO 639-2/T
    (audio("none", "fre"), "fra"),
    (audio("zho", control="None"), "und"),
    (audio("zho"), "und"),
    (audio("none", "mul"), "mul"),
]


def test_language_control(polymux, dubs):
    done = polymux.run(job(dubs, [sound_only("all", [a for a, _ in CONTROL])]))
    wanted = [language for _, language in CONTROL]
    assert tools.languages(done.file("all")) == wanted
    assert [t.language for t in mp4.check(done.file("all")).tracks] == wanted
    assert done.work["audio"]["run"] == 2, "tags are no reason to encode again"


def test_language_without_control(polymux, dubs):
    """Language that LanguageControl None makes idle is not dropped in silence."""
    done = polymux.run(job(dubs, [sound_only("o", [audio("zho", "eng", "None")])]), expect=(0, 2))
    told = done.problems() if done.code else done.outputs["o"].get("warnings", [])
    assert any("Language" in str(text) for text in told), done


def test_lost_language_is_told(polymux, dubs):
    """InputFirst that finds no language anywhere does not drop it in silence."""
    done = polymux.run(job(dubs, [sound_only("quiet", [audio("none", control="InputFirst")])]))
    assert any("Audios[0]" in w for w in done.outputs["quiet"].get("warnings", [])), done


@pytest.mark.parametrize("language", ["english", "xyz", "zz", "", "ENG", "123", "e1"])
def test_wrong_language(polymux, dubs, language):
    done = polymux.run(job(dubs, [sound_only("bad", [audio("zho", language)])]), expect=2)
    (code, text), = done.problems()
    assert code.startswith("InvalidParameter")
    assert text.startswith("OutputGroups[0].Outputs[0].OverrideParams.Audios[0].Language: ")
    assert not polymux.left()


def test_configured_needs_language(polymux, dubs):
    done = polymux.run(job(dubs, [sound_only("bad", [audio("zho", control="Configured")])]),
                       expect=2)
    (_, text), = done.problems()
    assert "Audios[0]" in text and "Language" in text


def test_order_is_the_order_of_audios(polymux, film, dubs):
    """Not the order of inputs, and a file may be used twice."""
    order = ["jpn", "none", "eng", "zho", "jpn"]
    tracks = [audio(lang, control="InputFirst") for lang in order]
    done = polymux.run(job({"film": film, **dubs}, [output("all", tracks)]))
    made = done.file("all")
    assert tools.languages(made) == ["jpn", "und", "eng", "zho", "jpn"]
    found = [tools.hertz(made, i) for i in range(len(order))]
    assert found == pytest.approx([HERTZ[lang] for lang in order], abs=3)
    assert done.work["audio"]["run"] == 4


def flags(path):
    """(enabled by tkhd, default by ffprobe, default by mediainfo) a track."""
    file, shown = mp4.check(path), tools.streams(path)
    info = [t for t in tools.mediainfo(path) if t["@type"] in ("Video", "Audio")]
    return [(t.enabled, bool(s["disposition"]["default"]), i.get("Default"))
            for t, s, i in zip(file.tracks, shown, info)]


def test_all_tracks_enabled(polymux, film, dubs):
    tracks = [audio(lang, control="InputFirst") for lang in ("zho", "eng", "jpn")]
    done = polymux.run(job({"film": film, **dubs}, [output("all", tracks)]))
    found = flags(done.file("all"))
    assert [f[:2] for f in found] == [(True, True)] * 4


@pytest.mark.parametrize("default", [True, "true"])
def test_default_enables_only_one(polymux, film, dubs, default):
    tracks = [audio("zho", control="InputFirst"), audio("eng", "eng", Default=default),
              audio("jpn", "jpn", Default=False)]
    done = polymux.run(job({"film": film, **dubs}, [output("one", tracks)]))
    assert [f[:2] for f in flags(done.file("one"))] == \
        [(True, True), (False, False), (True, True), (False, False)]
    table = done.outputs["one"]["table"]
    assert [line.endswith("(default)") for line in table[1:]] == [True, False, True, False]
    groups = {t.alternate_group for t in mp4.check(done.file("one")).of("soun")}
    assert len(groups) == 1 and groups != {0}, "one enabled of its group: alternatives"
    merged = [t["properties"].get("enabled_track") for t in tools.mkvmerge(done.file("one"))["tracks"]]
    assert merged == [True, False, True, False]


def test_two_defaults_are_refused_or_kept(polymux, film, dubs):
    """Naming two defaults is either a problem or means both; never silently one of them."""
    tracks = [audio("zho", "zho", Default=True), audio("eng", "eng", Default=True)]
    done = polymux.run(job({"film": film, **dubs}, [output("two", tracks)]), expect=(0, 2))
    if done.code == 0:
        assert [f[0] for f in flags(done.file("two"))] == [True, True, True]
    else:
        assert any("Default" in text for _, text in done.problems())


def test_title(polymux, film, dubs):
    titles = ["原声 (Original)", "Director's commentary"]
    tracks = [audio("zho", "zho", Title=titles[0]), audio("eng", "eng", Title=titles[1])]
    done = polymux.run(job({"film": film, **dubs}, [output("named", tracks)]))
    made = done.file("named")
    assert [t.handler for t in mp4.check(made).of("soun")] == titles
    shown = [s["tags"] for s in tools.streams(made, "audio")]
    assert [tags.get("handler_name") for tags in shown] == titles
    info = [t.get("Title") for t in tools.mediainfo(made) if t["@type"] == "Audio"]
    assert all(title in shown for title, shown in zip(titles, info)), info


def test_remove(polymux, film, dubs):
    """Remove, also as the string the document names, leaves the track out."""
    tracks = [audio("zho", "zho", Remove="true"), audio("eng", "eng"),
              audio("jpn", "jpn", Remove=True)]
    done = polymux.run(job({"film": film, **dubs}, [output("one", tracks)]))
    assert tools.languages(done.file("one")) == ["eng"]


def test_no_audios_given(polymux, store, film, dubs):
    """The video input's default audio track is taken; a silent film stays silent."""
    def make(path):
        parts = [part for lang in ("eng", "jpn") for part in ("-i", dubs[lang])]
        tools.ffmpeg("-i", film, *parts, "-map", "0:v", "-map", "1:a", "-map", "2:a", "-c", "copy",
                     "-disposition:a:0", "0", "-disposition:a:1", "default", path)
    both = store.get("default-second.mkv", make)
    made = polymux.run(job({"film": both}, [output("o")])).file("o")
    track, = tools.streams(made, "audio")
    assert abs(tools.hertz(made) - HERTZ["jpn"]) < 3
    assert track["profile"] == "HE-AAC"
    silent = polymux.run(job({"film": film}, [output("s")])).file("s")
    assert [s["codec_type"] for s in tools.streams(silent)] == ["video"]


def test_video_removed(polymux, film, dubs):
    done = polymux.run(job({"film": film, **dubs}, [sound_only("a", [audio("eng", "eng")])]))
    file = mp4.check(done.file("a"))
    assert [t.kind for t in file.tracks] == ["soun"]
    assert done.work["video"]["run"] == 0


FORMATS = [
    ({"Profile": "aac_low", "Bitrate": "96", "Samplerate": "44100", "Channels": "2"},
     ("LC", "44100", 2)),
    ({"Profile": "aac_low", "Bitrate": 64, "Samplerate": 32000, "Channels": 1}, ("LC", "32000", 1)),
    ({"Profile": "aac_he", "Bitrate": 48, "Samplerate": 44100}, ("HE-AAC", "44100", 2)),
    ({"Profile": "aac_he_v2", "Bitrate": 32}, ("HE-AACv2", "48000", 2)),
    # one channel; ffmpeg's decoder shows two, since parametric stereo might still come
    ({"Codec": "AAC", "Profile": "aac_he", "Bitrate": 32, "Channels": 1}, ("HE-AAC", "48000", 2)),
]


def test_formats(polymux, dubs):
    """Profile, Samplerate, Channels and Bitrate, as numbers and as strings."""
    tracks = [audio("eng", "eng", **given) for given, _ in FORMATS]
    done = polymux.run(job(dubs, [sound_only("all", tracks)]))
    shown = tools.streams(done.file("all"), "audio")
    assert [(s["profile"], s["sample_rate"], s["channels"]) for s in shown] == \
        [wanted for _, wanted in FORMATS]
    info = [t for t in tools.mediainfo(done.file("all")) if t["@type"] == "Audio"]
    assert [int(t["Channels"]) for t in info] == [2, 1, 2, 2, 1]
    tools.decodes_cleanly(done.file("all"))
