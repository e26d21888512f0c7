# SPDX-License-Identifier: MIT
"""Only what is new is worked on: counted in tasks, not guessed from time."""
import os

import pytest

import media
import tools
from jobs import audio, job, output


@pytest.fixture(scope="module")
def inputs(store):
    sounds = {n: store.get(f"inc-{n}.wav", lambda p, hz=hz: media.write_wav(
        p, media.tone(4, hz), 48000)) for n, hz in (("zho", 500), ("eng", 700), ("jpn", 900))}
    return {"film": store.get("inc.mp4", lambda p: media.film(p, 150)), **sounds}


def tracks(*names):
    return [audio(n, n) for n in names]


SMALL = {"Width": 160}


def test_adding_a_language_encodes_no_video(polymux, inputs):
    first = polymux.run(job(inputs, [output("a", tracks("zho", "eng"))]))
    assert first.work["video"]["run"] == 3
    second = polymux.run(job(inputs, [output("a", tracks("zho", "eng", "jpn"))]))
    assert second.work["video"] == {"run": 0, "kept": 3}
    assert second.work["audio"] == {"run": 1, "kept": 2}
    assert tools.languages(second.file("a")) == ["zho", "eng", "jpn"]


def test_adding_a_rendition_encodes_only_it(polymux, inputs):
    polymux.run(job(inputs, [output("a", tracks("zho"))]))
    both = job(inputs, [output("a", tracks("zho")), output("b", tracks("zho"), video=SMALL)])
    second = polymux.run(both)
    assert second.work["video"] == {"run": 3, "kept": 3}
    assert second.work["audio"] == {"run": 0, "kept": 1}
    third = polymux.run(both)
    assert third.work["video"] == {"run": 0, "kept": 6}
    assert third.work["audio"] == {"run": 0, "kept": 1}


def test_rendition_alone_or_beside_others(polymux, polymux_module, inputs):
    """What an output holds does not hang on its neighbours: keys would lie otherwise."""
    together = polymux.run(job(inputs, [output("a", tracks("zho")),
                                        output("b", tracks("zho"), video=SMALL)]))
    alone = polymux_module.run(job(inputs, [output("b", tracks("zho"), video=SMALL)]))
    assert tools.sha256(alone.file("b")) == tools.sha256(together.file("b"))


def test_tags_titles_and_names_cost_nothing(polymux, inputs):
    polymux.run(job(inputs, [output("a", tracks("zho", "eng"))]))
    changed = [audio("eng", "fra", Title="Neu", Default=True), audio("zho", "kor")]
    done = polymux.run(job(inputs, [output("other", changed)]))
    assert (done.work["video"]["run"], done.work["audio"]["run"]) == (0, 0)
    assert tools.languages(done.file("other")) == ["fra", "kor"]


@pytest.mark.parametrize("change", [{"Crf": 30}, {"Gop": "2s"}, {"Preset": "superfast"},
                                    {"Codec": "H.265"}])
@pytest.mark.lean(2)
def test_changed_parameters_are_noticed(polymux, inputs, change):
    polymux.run(job(inputs, [output("a", tracks("zho"))]))
    done = polymux.run(job(inputs, [output("a", tracks("zho"), video=change)]))
    assert done.work["video"]["kept"] == 0 and done.work["audio"]["run"] == 0


def test_changed_file_is_noticed(polymux, inputs, tmp_path):
    """Same name, other content: nothing of the old file is used."""
    dub = tmp_path / "dub.wav"
    media.write_wav(dub, media.tone(2, 500), 48000)
    given = {**inputs, "dub": dub}
    polymux.run(job(given, [output("a", [audio("dub", "eng")])]))
    before = dub.stat()
    media.write_wav(dub, media.tone(2, 1500), 48000)
    assert dub.stat().st_size == before.st_size
    os.utime(dub, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000))
    done = polymux.run(job(given, [output("a", [audio("dub", "eng")])]))
    assert done.work["audio"] == {"run": 1, "kept": 0}
    assert done.work["video"]["run"] == 0
    assert abs(tools.hertz(done.file("a")) - 1500) < 3


def test_no_cache(polymux, inputs):
    """--no-cache neither uses what is kept nor keeps anything."""
    wanted = job(inputs, [output("a", tracks("zho"))])
    polymux.run(wanted)
    kept = polymux.cached()
    again = polymux.run(wanted, "--no-cache")
    assert again.work["video"] == {"run": 3, "kept": 0}
    assert again.work["audio"] == {"run": 1, "kept": 0}
    assert polymux.cached().keys() == kept.keys()
    assert not [p for p in polymux.left() if p.is_relative_to(polymux.tmp)]


def test_damaged_artifact_is_made_again(polymux, inputs):
    """A cut-off file in the cache costs its task, never a broken output."""
    wanted = job(inputs, [output("a", tracks("zho"))])
    good = tools.sha256(polymux.run(wanted).file("a"))
    largest = max(polymux.cached().items(), key=lambda item: item[1])[0]
    os.truncate(largest, largest.stat().st_size // 2)
    assert tools.sha256(polymux.run(wanted).file("a")) == good


def test_any_number_of_damaged_artifacts(polymux, inputs):
    """A bad disk spoils more than one: all are made again, in one run."""
    wanted = job(inputs, [output("a", tracks("zho"))])
    good = tools.sha256(polymux.run(wanted).file("a"))
    spoilt = {path: size for path, size in polymux.cached().items() if "objects" in path.parts}
    assert len(spoilt) > 3
    for path, size in spoilt.items():
        os.truncate(path, size - 1)
    done = polymux.run(wanted)
    assert tools.sha256(done.file("a")) == good and done.work["video"]["run"] == 3


def test_cache_size_is_kept(polymux, inputs):
    """POLYMUX_CACHE_SIZE holds after a run; what was used last stays."""
    outputs = [output("a", tracks("zho"), video={"Crf": crf}) for crf in (18, 22, 26)]
    for one in outputs:
        polymux.run(job(inputs, [one]), env={"POLYMUX_CACHE_SIZE": "1M"})
    assert sum(polymux.cached().values()) <= 1.1 * 2 ** 20
    full = polymux.run(job(inputs, outputs[:1]), env={"POLYMUX_CACHE_SIZE": "1K"})
    assert full.report["state"] == "Success", "a cache too small for a job must not fail it"
