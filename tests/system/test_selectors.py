# SPDX-License-Identifier: MIT
"""AudioSelector: a language names its track in every code form and container."""
import re

import pytest

import media
import tools
from jobs import audio, by_tag, job, output, sound_only, source

ORDER = ["eng", "chi", "jpn", "ger", "por"]       # ISO 639-2/B, as many muxers write
HERTZ = dict(zip(ORDER, (500, 700, 900, 1100, 1300)))
MUXERS = {"mkv": [], "mp4": [], "ts": []}


@pytest.fixture(scope="module")
def sounds(store):
    return {lang: store.get(f"sel-{lang}.m4a", lambda p, hz=hz: media.sound(
        p, media.tone(2, hz), 48000, "-c:a", "aac")) for lang, hz in HERTZ.items()}


def merge(path, sounds, tags, *options):
    """The five sounds as tracks of one file, tagged as given."""
    inputs, maps, names = [], [], []
    for i, (lang, tag) in enumerate(zip(ORDER, tags)):
        inputs += ["-i", sounds[lang]]
        maps += ["-map", f"{i}:a"]
        names += [f"-metadata:s:a:{i}", f"language={tag}"]
    tools.ffmpeg(*inputs, *maps, "-c", "copy", *names, *options, path)


@pytest.fixture(scope="module")
def files(store, sounds):
    made = {kind: store.get(f"five.{kind}", lambda p: merge(p, sounds, ORDER))
            for kind in MUXERS}
    modern = ["en", "zh", "ja", "de", "pt-BR"]      # BCP 47 in Matroska's plain Language element
    made["bcp47"] = store.get("five-bcp47.mkv", lambda p: merge(p, sounds, modern))
    terms = ["eng", "zho", "jpn", "deu", "por"]     # ISO 639-2/T
    made["terms"] = store.get("five-terms.mp4", lambda p: merge(p, sounds, terms))
    return made


def heard(path, track=0):
    """The language whose pitch the track has."""
    pitch = tools.hertz(path, track)
    return min(HERTZ, key=lambda lang: abs(HERTZ[lang] - pitch))


FORMS = {"eng": ["eng", "en", "EN"], "chi": ["zh", "zho", "chi", "Chi"],
         "jpn": ["jpn", "ja"], "ger": ["de", "deu", "ger"], "por": ["pt", "por"]}


@pytest.mark.parametrize("kind", ["mkv", "mp4", "ts", "bcp47", "terms"])
@pytest.mark.lean(2)
def test_code_forms(polymux, files, kind):
    """Every form of a code finds its track, and InputFirst tags it with ISO 639-2/T."""
    picks = [(form, lang) for lang, forms in FORMS.items() for form in forms]
    selectors = [by_tag(f"s{i}", form) for i, (form, _) in enumerate(picks)]
    tracks = [audio(f"s{i}", control="InputFirst") for i in range(len(picks))]
    done = polymux.run(job([source("in", files[kind], *selectors)], [sound_only("all", tracks)]))
    assert done.work["audio"]["run"] == len(FORMS), "one encode a distinct track"
    made = done.file("all")
    assert [heard(made, i) for i in range(len(picks))] == [lang for _, lang in picks]
    terms = {"chi": "zho", "ger": "deu"}
    assert tools.languages(made) == [terms.get(lang, lang) for _, lang in picks]


@pytest.mark.parametrize("wanted", ["zh-CN", "cmn", "zh-Hans", "zh-Hans-CN"])
@pytest.mark.parametrize("kind", ["mkv", "mp4", "ts"])
@pytest.mark.lean(2)
def test_narrower_than_the_tag(polymux, files, kind, wanted):
    """Asked for more than the tag tells: what it leaves out contradicts nothing."""
    done = polymux.run(job([source("in", files[kind], by_tag("s", wanted))],
                           [sound_only("one", [audio("s", control="InputFirst")])]))
    assert heard(done.file("one")) == "chi"
    assert tools.languages(done.file("one")) == ["zho"]


def ietf(path, sounds):
    """Matroska with LanguageIETF elements, by mkvmerge."""
    tags = ["en-GB", "zh-TW", "zh-CN", "yue", "en-US"]
    parts = [part for lang, tag in zip(ORDER, tags) for part in ("--language", f"0:{tag}",
                                                                 sounds[lang])]
    tools.run("mkvmerge", "-o", path, *parts)


def test_ietf_matroska(polymux, store, sounds):
    """mkvmerge's BCP 47 tags: whatever the reader makes of them, the language is right."""
    both = store.get("ietf.mkv", lambda p: ietf(p, sounds))
    done = polymux.run(job([source("in", both, by_tag("c", "zh-CN"), by_tag("e", "en"))],
                           [sound_only("all", [audio("c"), audio("e")])]))
    assert heard(done.file("all"), 0) in ("chi", "jpn")     # zh-TW, zh-CN
    assert heard(done.file("all"), 1) in ("eng", "por")     # en-GB, en-US


def test_cantonese_is_not_mandarin(polymux, store, sounds):
    tags = ["eng", "yue", "cmn", "ger", "por"]
    two = store.get("cantonese.mkv", lambda p: merge(p, sounds, tags))
    done = polymux.run(job([source("in", two, by_tag("c", "cmn"), by_tag("y", "yue"))],
                           [sound_only("all", [audio("c"), audio("y")])]))
    assert [heard(done.file("all"), i) for i in (0, 1)] == ["jpn", "chi"]
    wrong = polymux.run(job([source("in", two, by_tag("n", "nan"))],
                            [sound_only("n", [audio("n")])]), expect=(1, 2))
    assert wrong.problems()[0][0] == "InvalidParameter.NoAudioStream"


def test_index_and_track(polymux, files):
    """The extensions: n-th audio track, and the container's own number."""
    ids = [int(s["id"], 16) for s in tools.streams(files["ts"], "audio")]
    selectors = [{"Name": "second", "Rule": "index", "Index": 1},
                 {"Name": "text", "Rule": "index", "Index": "4"},
                 {"Name": "pid", "Rule": "track", "Track": ids[3]}]
    done = polymux.run(job([source("in", files["ts"], *selectors)], [
        sound_only("all", [audio(s["Name"]) for s in selectors])]))
    assert [heard(done.file("all"), i) for i in range(3)] == ["chi", "por", "ger"]


@pytest.mark.parametrize("selector,offer", [
    (by_tag("s", "kor"), ("eng", "jpn")), (by_tag("s", "klingonese"), ("eng", "jpn")),
    ({"Name": "s", "Rule": "index", "Index": 5}, ("eng", "jpn")),
    ({"Name": "s", "Rule": "track", "Track": 999}, ("eng", "jpn")),
])
def test_nothing_fits(polymux, files, selector, offer):
    """A selector that finds nothing says what there is to choose from."""
    done = polymux.run(job([source("in", files["mp4"], selector)],
                           [sound_only("one", [audio("s")])]), expect=(1, 2))
    (code, text), = done.problems()
    assert code == "InvalidParameter.NoAudioStream"
    assert "OverrideParams.Audios[0]" in text and all(lang in text for lang in offer)
    assert not polymux.left()


@pytest.mark.parametrize("selector", [
    by_tag("s", ""), {"Name": "s", "Rule": "tag"},
    {"Name": "s", "Rule": "index", "Index": -1}, {"Name": "s", "Rule": "loudest"},
    {"Rule": "tag", "TagConfig": {"language": "jpn"}},
])
def test_wrong_selectors(polymux, files, selector):
    done = polymux.run(job([source("in", files["mp4"], selector)],
                           [sound_only("one", [audio("s")])]), expect=2)
    assert any(re.match(r"Inputs\[0\]\.AudioSelector\[0\]", text) for _, text in done.problems())


def test_video_input_ref(polymux, store):
    """The first input with a video gives it, unless Video.InputRef names another."""
    films = {n: store.get(f"ref{n}.mp4", lambda p, n=n: media.film(p, n)) for n in (20, 30)}
    sound = store.get("ref.wav", lambda p: media.write_wav(p, media.tone(1, 500), 48000))
    inputs = {"sound": sound, "a": films[20], "b": films[30]}
    done = polymux.run(job(inputs, [output("first"), output("named", video={"InputRef": "b"})]))
    counts = {n: len(tools.frame_times(done.file(n))[0]) for n in ("first", "named")}
    assert counts == {"first": 20, "named": 30}


def test_selector_before_input_of_the_same_name(polymux, files):
    """The document's scenario 3 names both JapaneseFile: the selector is meant."""
    done = polymux.run(job([source("same", files["mkv"], by_tag("same", "jpn"))],
                           [sound_only("one", [audio("same")])]))
    assert heard(done.file("one")) == "jpn"
