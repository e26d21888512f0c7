# SPDX-License-Identifier: MIT
"""Jobs that are wrong: exit 2, all problems at once, each with its JSON path; nothing started."""
import copy
import json
import shutil
from pathlib import Path

import pytest

import media
import tools
from jobs import audio, job, output

PARAMS = "OutputGroups[0].Outputs[0].OverrideParams"


@pytest.fixture(scope="module")
def good(store):
    film = store.get("job.mp4", lambda p: media.film(p, 25))
    wav = store.get("job.wav", lambda p: media.write_wav(p, media.tone(1, 500), 48000))
    return job({"film": film, "FooAudio": wav}, [output("o", [audio("FooAudio", "eng")])])


def edit(made, path, value):
    """Sets made[path[0]][path[1]]… ; the value `None` deletes."""
    made = copy.deepcopy(made)
    spot = made
    for step in path[:-1]:
        spot = spot[step]
    if value is None:
        del spot[path[-1]]
    else:
        spot[path[-1]] = value
    return made


OUT = ["OutputGroups", 0, "Outputs", 0]
OVER = [*OUT, "OverrideParams"]
TRACK = [*OVER, "Audios", 0]
TABLE = [  # where, what, path of the problem, words of its message
    ([*TRACK, "InputRef"], "Foo", f"{PARAMS}.Audios[0].InputRef",
     ['no input or audio selector is named "Foo"; did you mean "FooAudio"?']),
    ([*TRACK, "InputRef"], None, f"{PARAMS}.Audios[0]", ["InputRef"]),
    ([*TRACK, "Bitrate"], "loud", f"{PARAMS}.Audios[0].Bitrate", []),
    ([*TRACK, "Bitrate"], 5000, f"{PARAMS}.Audios[0].Bitrate", ["1000"]),
    ([*TRACK, "Samplerate"], 12345, f"{PARAMS}.Audios[0].Samplerate", []),
    ([*TRACK, "Profile"], "aac_best", f"{PARAMS}.Audios[0].Profile", ["aac_low"]),
    ([*TRACK, "Codec"], "VORBIS", f"{PARAMS}.Audios[0].Codec", ["AAC"]),
    ([*TRACK, "LanguageControl"], "Always", f"{PARAMS}.Audios[0].LanguageControl",
     ["InputFirst", "Configured"]),
    ([*TRACK, "Languag"], "eng", f"{PARAMS}.Audios[0].Languag", ["Language"]),
    ([*TRACK, "Remove"], "perhaps", f"{PARAMS}.Audios[0].Remove", []),
    ([*OUT, "TemplateId"], "Video-366P", "OutputGroups[0].Outputs[0].TemplateId", ["Video-360P"]),
    ([*OUT, "OverrideParams"], "{", "OutputGroups[0].Outputs[0].OverrideParams", []),
    ([*OVER, "Video", "Crf"], 99, f"{PARAMS}.Video.Crf", ["51"]),
    ([*OVER, "Video", "Gop"], "long", f"{PARAMS}.Video.Gop", []),
    ([*OVER, "Video", "Codec"], "H.266", f"{PARAMS}.Video.Codec", ["H.265"]),
    ([*OVER, "Video", "Width"], 333, f"{PARAMS}.Video.Width", ["multiple of 2"]),
    ([*OVER, "Video", "InputRef"], "flim", f"{PARAMS}.Video.InputRef", ["film"]),
    ([*OVER, "Vidoe"], {}, f"{PARAMS}.Vidoe", ["Video"]),
    (["OutputGroups", 0, "GroupConfig", "Type"], "Hls", "OutputGroups[0].GroupConfig.Type", []),
    (["Inputs", 0, "InputFile", "Media"], None, "Inputs[0].InputFile", ["Media"]),
    (["Inputs", 1, "Name"], "film", "Inputs[1].Name", ["film"]),
    (["Inputs"], None, "Inputs", []),
    (["Extra"], 1, "Extra", []),
]


@pytest.mark.parametrize("where,what,path,words", TABLE, ids=[t[2] + str(i) for i, t in
                                                              enumerate(TABLE)])
def test_one_mistake(polymux, good, where, what, path, words):
    done = polymux.run(edit(good, where, what), expect=2)
    told = [f"{p['Path']}: {p['Message']}" for p in done.report["problems"]]
    fitting = [text for text in told if text.startswith(path)]
    assert fitting, told
    assert all(word in " ".join(fitting) for word in words), told
    assert not polymux.left() and not polymux.cached()


def test_all_mistakes_at_once(polymux, good):
    bad = good
    rows = [TABLE[i] for i in (0, 3, 5, 8, 12, 17)]
    for where, what, _, _ in rows:
        bad = edit(bad, where, what)
    done = polymux.run(bad, expect=2, json_report=False)
    lines = done.stderr.strip().splitlines()
    assert len(lines) == len(rows), done
    assert sorted(line.split(": ")[0] for line in lines) == sorted(row[2] for row in rows)


@pytest.mark.parametrize("text,words", [
    ("", []), ("[]", ["object"]), ("{", ["line"]), ('{"Inputs": [}', ["line"]), ("null", []),
    ("{}", ["Inputs"])])
def test_not_a_job(polymux, text, words):
    done = polymux.run(text, expect=2, json_report=False)
    assert done.stderr.strip() and all(w in done.stderr for w in words), done


def test_same_file_twice(polymux, good):
    bad = edit(good, ["OutputGroups", 0, "Outputs"],
               [output("a"), {**output("b"), "OutputFileName": "./a.mp4"}])
    done = polymux.run(bad, expect=2)
    assert any("Outputs[1]" in p["Path"] for p in done.report["problems"])


def test_output_over_an_input(polymux, good):
    """The film is not overwritten by what is made of it."""
    film = good["Inputs"][0]["InputFile"]["Media"]
    folder, _, name = film.rpartition("/")
    bad = edit(good, ["OutputGroups", 0, "GroupConfig", "OutputFileBase", "Media"], f"{folder}/")
    done = polymux.run(edit(bad, [*OUT, "OutputFileName"], name), expect=(1, 2))
    assert done.problems()
    assert media.numbers(tools.planes(film, media.SIZE)) == list(range(25))


@pytest.mark.parametrize("kind", ["folder", "input", "file"])
def test_output_over_an_input_through_a_link(polymux, good, tmp_path, kind):
    """Nor is it where the job spells its folder, or itself, in two ways."""
    film = shutil.copy(good["Inputs"][0]["InputFile"]["Media"], tmp_path / "film.mp4")
    (tmp_path / "link").symlink_to({"folder": ".", "input": film, "file": film}[kind])
    media_name, base, name = {"folder": (film, "link", "film.mp4"), "input": ("link", ".", "film.mp4"),
                              "file": (film, ".", "link.mp4")}[kind]
    if kind == "file":
        (tmp_path / "link").rename(tmp_path / "link.mp4")
    made = edit(good, ["Inputs", 0, "InputFile", "Media"], str(tmp_path / media_name))
    made = edit(made, ["OutputGroups", 0, "GroupConfig", "OutputFileBase", "Media"], str(tmp_path / base))
    done = polymux.run(edit(made, [*OUT, "OutputFileName"], name), expect=2)
    assert "is the same file as Inputs[0]" in done.stderr
    assert media.numbers(tools.planes(film, media.SIZE)) == list(range(25))


def test_one_file_through_two_folders(polymux, good, tmp_path):
    (tmp_path / "other").symlink_to(".")
    two = [{**output(name), "OutputFileName": path} for name, path in (("a", "new/a"), ("b", "other/new/a"))]
    made = edit(good, ["OutputGroups", 0, "Outputs"], two)
    made = edit(made, ["OutputGroups", 0, "GroupConfig", "OutputFileBase", "Media"], str(tmp_path))
    assert "is the same file as OutputGroups[0].Outputs[0]" in polymux.run(made, expect=2).stderr


@pytest.mark.parametrize("name", ["n" * 300, "new/" + "n" * 252, "new/" + "n" * 256 + "/a", "loop/a"])
def test_names_that_cannot_be(polymux, good, tmp_path, name):
    """Told before work begins, not when the file is to appear."""
    (tmp_path / "loop").symlink_to("loop")
    made = edit(good, ["OutputGroups", 0, "GroupConfig", "OutputFileBase", "Media"], str(tmp_path))
    done = polymux.run(edit(made, [*OUT, "OutputFileName"], name), expect=2)
    assert "OutputGroups[0].Outputs[0]" in done.stderr and not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["../../escape", "/etc/pmx-escape", "a/../../../escape"])
def test_file_names_stay_in_their_folder(polymux, good, name):
    done = polymux.run(edit(good, [*OUT, "OutputFileName"], name), expect=(0, 2))
    if done.code == 0:
        assert done.file("o").is_relative_to(polymux.out)
    else:
        assert "OutputFileName" in done.report["problems"][0]["Path"]
    assert not Path("/etc/pmx-escape.mp4").exists()


def test_forms_that_clients_send(polymux, good):
    """OverrideParams as a JSON string, numbers and booleans as strings, flat Outputs."""
    over = good["OutputGroups"][0]["Outputs"][0]["OverrideParams"]
    over = edit(over, ["Video", "Crf"], "30")
    over["Audios"][0].update(Bitrate="48", Samplerate="48000", Channels="1", Profile="aac_low",
                             Remove="false")
    flat = {"Inputs": good["Inputs"], "Outputs": [{
        "Name": "flat", "OutputFile": {"Type": "OSS", "Media": "out/flat.mp4"},
        "TemplateId": "Video-360P", "OverrideParams": json.dumps(over)}]}
    made = polymux.run(flat).outputs["flat"]
    assert made["file"] == str(polymux.out / "flat.mp4")
    sound = [s for s in made["streams"] if s["kind"] == "audio"]
    assert [(s["channels"], s["language"]) for s in sound] == [(1, "eng")]
