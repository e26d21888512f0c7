#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Speaks the demo's dubs with espeak-ng: dubs.py SCRIPT FOLDER makes FOLDER/LANGUAGE.wav.

SCRIPT is "film" (lines that follow the demo's own footage, each at its time) or "any" (one line
for whatever video there is). Called by script/demo. A dub that is there already is kept, so that
its file, and with it everything made of it, stays the same.
"""
import subprocess
import sys
import wave
from pathlib import Path

# espeak-ng cannot read Chinese characters, but has a voice for pinyin; its Japanese voice reads
# kana only, and reads them as they are written: so the particle "wa" is written as it sounds.
VOICES = {"zho": "cmn-latn-pinyin", "eng": "en-us", "jpn": "ja"}

# The film: somebody says that he will show a directory, types a command, and is done.
LINES = {
    "film": {
        "zho": [(0.4, "ni3 hao3, shi4 jie4! wo3 lai2 kan4 yi2 ge4 mu4 lu4."),
                (3.5, "yi4 tiao2 ming4 ling4 jiu4 gou4 le5."),
                (6.2, "hao3 le5. zai4 jian4!")],
        "eng": [(0.4, "Hello, world! I will show you a directory."),
                (3.5, "One short command is enough."),
                (6.2, "Done. Goodbye!")],
        "jpn": [(0.4, "こんにちは、せかい！ ディレクトリを みせます。"),
                (3.5, "コマンドわ ひとつで じゅうぶんです。"),
                (6.2, "できました。さようなら！")],
    },
    "any": {
        "zho": [(0.5, "zhe4 shi4 zhong1 wen2 pei4 yin1.")],
        "eng": [(0.5, "This is the English dub.")],
        "jpn": [(0.5, "これわ にほんごの ふきかえです。")],
    },
}


def speak(voice, text, path):
    """One line as samples; returns (sample rate, bytes of 16-bit mono)."""
    subprocess.run(["espeak-ng", "-v", voice, "-w", str(path), "--", text], check=True)
    with wave.open(str(path), "rb") as spoken:
        samples = spoken.readframes(spoken.getnframes())
        rate = spoken.getframerate()
    path.unlink()
    return rate, samples


def dub(voice, lines, path):
    """Lays the lines on a track, each at its time or right after the one before."""
    track, rate = bytearray(), 0
    for start, text in lines:
        rate, samples = speak(voice, text, path.with_suffix(".line"))
        gap = 2 * round(start * rate) - len(track)
        track += bytes(max(gap, 0)) + samples
    part = path.with_suffix(".part")
    with wave.open(str(part), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(track)
    part.rename(path)


def main(script, folder):
    for language, lines in LINES[script].items():
        path = Path(folder) / f"{language}.wav"
        if not path.exists():
            dub(VOICES[language], lines, path)


if __name__ == "__main__":
    main(*sys.argv[1:])
