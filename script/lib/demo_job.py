#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the demo's job: demo_job.py PROBE VIDEO MEDIA [LANGUAGE] > job.json

PROBE is `polymux probe --json VIDEO`'s answer (a file), VIDEO the film's address as the job shall
name it, MEDIA the folder that holds the dubs, one LANGUAGE.wav each, and lies beside the job.
LANGUAGE is what the film speaks, for a film that does not say so itself. Called by script/demo.

A document of its own language rather than text pasted together, because a film's name may hold
quotes, backslashes, line ends, anything.
"""
import json
import sys
from pathlib import Path

NAMES = {"zho": "Mandarin", "eng": "English", "jpn": "Japanese"}
SIZES = ("360P", "540P", "720P", "1080P")
CODECS = {"h264": "", "h265": "-H265"}


def narration(probe, language):
    """The film's own sound as a list of no or one track."""
    tongues = [s.get("language", "und") for s in probe["streams"] if s["kind"] == "audio"]
    if not tongues:
        return []
    track = {"InputRef": "Film", "Title": "Original"}
    if language:
        track |= {"LanguageControl": "InputFirst", "Language": language}
    elif tongues[0] != "und":
        track |= {"LanguageControl": "InputFirst"}
    return [track]


def dubs(media):
    """Languages of the dubs that lie in the folder: the usual three first, then what was added."""
    found = {path.stem for path in Path(media).glob("*.wav")}
    return [code for code in NAMES if code in found] + sorted(found - NAMES.keys())


def job(probe, video, media, language):
    codes = dubs(media)
    tracks = narration(probe, language) + [
        {"InputRef": f"Dub-{code}", "LanguageControl": "Configured", "Language": code,
         "Title": f"{NAMES.get(code, code)} dub"} for code in codes]
    return {
        "JobName": "polymux-demo",
        "Inputs": [{"Name": "Film", "InputFile": {"Media": video}}] + [
            {"Name": f"Dub-{code}", "InputFile": {"Media": f"{Path(media).name}/{code}.wav"}}
            for code in codes],
        "OutputGroups": [{
            "GroupConfig": {"Type": "File", "OutputFileBase": {"Media": "files"}},
            "Outputs": [
                {"Name": f"{size}{suffix}", "OutputFileName": f"{codec}/{size.lower()}",
                 "TemplateId": f"Video-{size}{suffix}", "OverrideParams": {"Audios": tracks}}
                for codec, suffix in CODECS.items() for size in SIZES],
        }],
    }


def main(probe, video, media, language=""):
    facts = json.loads(Path(probe).read_text("utf-8"))
    try:
        video.encode("utf-8")
    except UnicodeEncodeError:
        sys.exit("error: the video's path is not UTF-8, which a JSON document cannot say; rename it")
    made = job(facts, video, media, language)
    sys.stdout.buffer.write(json.dumps(made, indent=2, ensure_ascii=False).encode("utf-8") + b"\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
