# SPDX-License-Identifier: MIT
"""Input files that are missing, broken or not what was asked for."""
import random

import pytest

import media
import mp4
import tools
from jobs import audio, job, output, sound_only, source

NOT_FOUND = "InvalidParameter.ResourceNotFound"
BAD = "InvalidParameter.ResourceContentBad"
NO_AUDIO = "InvalidParameter.NoAudioStream"
CENC = ["-encryption_scheme", "cenc-aes-ctr",
        "-encryption_key", "76a6c65c5ea762046bd749a2e632ccbb",
        "-encryption_kid", "a7e61c373e219033c21091fa607bf3b8"]


@pytest.fixture(scope="module")
def good(store):
    wav = store.get("in.wav", lambda p: media.write_wav(p, media.tone(4, 500), 48000))
    return {
        "film": store.get("in.mp4", lambda p: media.film(p, 100, sound=wav)),
        "front": store.get("in-front.mp4", lambda p: media.film(
            p, 100, sound=wav, after=["-movflags", "+faststart"])),
        "silent": store.get("in-silent.mp4", lambda p: media.film(p, 50)),
        "wav": wav,
    }


def write(path, data):
    path.write_bytes(data)
    return path


def cut(path, whole, share):
    return write(path, whole.read_bytes()[:int(whole.stat().st_size * share)])


def cover_only(path, wav):
    """An MP3 whose only picture is its cover."""
    tools.ffmpeg("-i", wav, "-f", "lavfi", "-i", "color=red:s=64x64:d=0.04", "-map", "0", "-map",
                 "1", "-c:v", "png", "-frames:v", "1", "-disposition:v:0", "attached_pic", path)


@pytest.fixture
def broken(good, store, tmp_path):
    """name -> (file, the codes that may tell of it)."""
    wav = good["wav"]
    front = mp4.File(good["front"])
    assert front.order.index("moov") < front.order.index("mdat")
    moov = next(b for b in mp4.File(good["film"]).boxes if b.kind == b"moov")
    assert moov.start > 1000, "moov stands at the end"
    return {
        "missing": (tmp_path / "nowhere.mp4", NOT_FOUND),
        "folder": (tmp_path, BAD),
        "empty": (write(tmp_path / "empty.mp4", b""), BAD),
        "text": (write(tmp_path / "text.mp4", b"This is no film.\n" * 200), BAD),
        "noise": (write(tmp_path / "noise.mp4", random.Random(5).randbytes(20000)), BAD),
        "no moov": (cut(tmp_path / "end.mp4", good["film"], 0.8), BAD),
        "encrypted": (store.get("in-cenc.mp4", lambda p: tools.ffmpeg(
            "-i", good["film"], "-c", "copy", *CENC, p)), BAD),
        "cover": (store.get("cover.mp3", lambda p: cover_only(p, wav)), BAD),
        "sound": (wav, BAD),
    }


NAMES = ["missing", "folder", "empty", "text", "noise", "no moov", "encrypted", "cover", "sound"]


@pytest.mark.parametrize("name", NAMES)
def test_as_the_video(polymux, broken, name):
    """Told with the path of what names the file, in a sentence of its own."""
    path, wanted = broken[name]
    done = polymux.run(job({"film": path}, [output("o")]), expect=(1, 2))
    problems = done.problems()
    assert problems, done
    codes = {code for code, _ in problems}
    assert wanted in codes or (name == "folder" and NOT_FOUND in codes), problems
    assert any("Inputs[0]" in text or "Outputs[0]" in text for _, text in problems), problems
    assert not polymux.left()


def test_messages_differ(polymux, broken):
    """Each kind of trouble has its own words."""
    told = {}
    for name in ("missing", "empty", "text", "encrypted", "sound"):
        done = polymux.run(job({"film": broken[name][0]}, [output("o")]), expect=(1, 2))
        told[name] = " ".join(text for _, text in done.problems()).replace(
            str(broken[name][0]), "FILE")
    assert len(set(told.values())) == len(told), told
    assert "empty" in told["empty"] and "encrypt" in told["encrypted"], told
    assert "video" in told["sound"], told


def test_all_at_once(polymux, good, broken):
    """One answer names every input that is wrong, and asks for nothing twice."""
    names = ["missing", "empty", "text", "no moov"]
    inputs = [source("film", good["film"])] + [source(n, broken[n][0]) for n in names]
    tracks = [audio("film", "zho")] + [audio(n, "eng") for n in names]
    done = polymux.run(job(inputs, [output("o", tracks)]), expect=(1, 2))
    told = [text for _, text in done.problems()]
    for i, _ in enumerate(names, 1):
        assert sum(f"Inputs[{i}]" in text for text in told) == 1, told


def test_unused_input_must_be_there_too(polymux, good, broken):
    """An input that no output uses is checked or left alone: it never breaks the run half-way."""
    done = polymux.run(job({"film": good["film"], "extra": broken["missing"][0]}, [output("o")]),
                       expect=(0, 1, 2))
    if done.code:
        assert any("Inputs[1]" in text for _, text in done.problems())
        assert not polymux.left()


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_film_cut_off_in_its_data(polymux, good, tmp_path, share):
    """moov in front, mdat cut: what is there is shown, and that the rest is missing is told."""
    part = cut(tmp_path / "part.mp4", good["front"], share)
    done = polymux.run(job({"film": part}, [output("o")]))
    (told,) = [t for t in done.outputs["o"]["warnings"] if "cut off" in t]
    missing = good["front"].stat().st_size - part.stat().st_size
    assert told.startswith("Inputs[0]") and f"{missing} bytes" in told, told
    made = done.file("o")
    tools.decodes_cleanly(made)
    numbers = media.numbers(tools.planes(made, tools.size_of(made)))
    there = tools.planes_of_damaged(part, media.SIZE)
    assert len(numbers) == len(there) and 20 < len(numbers) < 100
    assert numbers[:-3] == list(range(len(numbers) - 3)), "only the last pictures may be damaged"
    said = polymux.call("probe", part).stdout
    assert "warning: the file is cut off" in said


def test_film_damaged_inside(polymux, good, tmp_path):
    """Bytes overwritten in the middle: either refused, or every frame is there and warned of."""
    data = bytearray(good["front"].read_bytes())
    middle = len(data) // 2
    data[middle:middle + 3000] = random.Random(6).randbytes(3000)
    done = polymux.run(job({"film": write(tmp_path / "hole.mp4", bytes(data))}, [output("o")]),
                       expect=(0, 1))
    if done.code == 0:
        assert done.outputs["o"].get("warnings") or done.report.get("warnings"), \
            "damage is passed on in silence"
        tools.decodes_cleanly(done.file("o"))


def test_no_audio_where_one_is_asked_for(polymux, good):
    done = polymux.run(job({"film": good["film"], "mute": good["silent"]}, [
        output("o", [audio("film", "zho"), audio("mute", "eng")])]), expect=(1, 2))
    (code, text), = done.problems()
    assert code == NO_AUDIO
    assert "Outputs[0].OverrideParams.Audios[1]" in text
    assert not polymux.left()


def test_no_video_anywhere(polymux, good):
    done = polymux.run(job({"a": good["wav"]}, [output("o", [audio("a", "eng")])]), expect=(1, 2))
    (_, text), = done.problems()
    assert "video" in text and "Video.Remove" in text, "the message says what would help"


def test_cover_is_no_video_but_sound_is_fine(polymux, good, broken):
    """A song with a cover serves as a dub."""
    done = polymux.run(job({"song": broken["cover"][0], "film": good["silent"]}, [
        output("o", [audio("song", "eng")])]))
    assert [s["codec_type"] for s in tools.streams(done.file("o"))] == ["video", "audio"]
    assert len(tools.frame_times(done.file("o"))[0]) == 50


def test_damage_is_told_where_it_is_used(polymux, good, tmp_path):
    """A dub that was cut off: the output with it warns, the other does not."""
    part = cut(tmp_path / "part.mp4", good["front"], 0.6)
    done = polymux.run(job({"film": good["film"], "part": part}, [
        output("good", [audio("film", "zho")]), sound_only("part", [audio("part", "eng")])]))
    assert not done.outputs["good"].get("warnings")
    assert any("Inputs[1]" in t and "cut off" in t for t in done.outputs["part"]["warnings"])


@pytest.mark.parametrize("share", [0.4, 0.8])
def test_existing_output_is_kept_when_the_new_one_fails(polymux, good, tmp_path, share):
    old = polymux.out / "o.mp4"
    old.parent.mkdir()
    old.write_text("old")
    part = cut(tmp_path / "part.mp4", good["film"], share)
    polymux.run(job({"film": part}, [output("o")]), expect=(1, 2))
    assert old.read_text() == "old" and polymux.left() == [old]


def test_output_folder_that_cannot_be(polymux, good, tmp_path):
    """A file stands where the folder should: told, with the folder's name."""
    blocked = write(tmp_path / "blocked", b"")
    done = polymux.run(job({"film": good["film"]}, [output("o")], base=blocked / "sub"),
                       expect=(1, 2))
    (code, text), = done.problems()
    assert "blocked" in text and code, done
    assert blocked.read_bytes() == b""


def test_file_addresses_and_odd_names(polymux, good, tmp_path):
    """file:// with escapes, spaces and quotes in names, paths relative to the job file."""
    odd = tmp_path / "a film's \"name\" 100% 电影.mp4"
    odd.write_bytes(good["silent"].read_bytes())
    (polymux.home / "beside.mp4").write_bytes(good["silent"].read_bytes())
    for address in (str(odd), odd.as_uri(), "beside.mp4", "./beside.mp4"):
        done = polymux.run(job({"film": address}, [output("o p/电影")]))
        assert done.report["outputs"][0]["file"] == str(polymux.out / "o p/电影.mp4")
        assert (polymux.out / "o p/电影.mp4").exists()
