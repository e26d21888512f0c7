# SPDX-License-Identifier: MIT
"""Independent readers: what ffprobe, ffmpeg, mkvmerge and mediainfo say about a file.

Nothing here asks Polymux anything; the tests compare its work with these answers.
"""
import functools
import hashlib
import json
import re
import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np

TIMEOUT = 120


def run(*args, feed=None):
    """Runs a tool that must succeed; returns (stdout bytes, stderr text)."""
    done = subprocess.run([str(a) for a in args], input=feed, capture_output=True,
                          timeout=TIMEOUT, stdin=None if feed is not None else subprocess.DEVNULL)
    assert done.returncode == 0, f"{args}: {done.stderr.decode(errors='replace')[-2000:]}"
    return done.stdout, done.stderr.decode(errors="replace")


def ffmpeg(*args, feed=None):
    return run("ffmpeg", "-nostdin", "-hide_banner", "-v", "error", "-y", *args, feed=feed)


def ffprobe(path, *extra):
    """Streams and format as ffprobe's JSON."""
    out, _ = run("ffprobe", "-v", "error", "-show_streams", "-show_format", *extra,
                 "-of", "json", path)
    return json.loads(out)


def streams(path, kind=None):
    found = ffprobe(path)["streams"]
    return [s for s in found if kind is None or s["codec_type"] == kind]


def video(path):
    return streams(path, "video")[0]


def languages(path):
    """The audio tracks' languages in track order, "und" where there is none."""
    return [s.get("tags", {}).get("language", "und") for s in streams(path, "audio")]


def stream_table(path):
    """ffprobe's own Duration and Stream lines, for comparison with Polymux's table."""
    _, text = run("ffprobe", "-hide_banner", path)
    return [line.strip() for line in text.splitlines()
            if re.match(r"\s+(Duration|Stream #)", line)]


def mkvmerge(path):
    out, _ = run("mkvmerge", "--identify", "-J", path)
    return json.loads(out)


def mediainfo(path):
    out, _ = run("mediainfo", "--Output=JSON", path)
    return json.loads(out)["media"]["track"]


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


# --- decoding ---


def frame_times(path, stream="v:0", edits=True):
    """Presentation times (Fraction, seconds) of every decoded frame, and the stream's facts."""
    times, _, facts = decoded(path, stream, edits)
    return times, facts


def decoded(path, stream, edits):
    """(times, sample counts, the stream's facts) by decoding with ffprobe."""
    options = [] if edits else ["-ignore_editlist", "1"]
    out, _ = run("ffprobe", "-v", "error", *options, "-select_streams", stream, "-show_entries",
                 "stream=time_base,sample_rate,channels:frame=best_effort_timestamp,nb_samples",
                 "-of", "json", path)
    answer = json.loads(out)
    facts, frames = answer["streams"][0], answer["frames"]
    base = Fraction(facts["time_base"])
    return ([f["best_effort_timestamp"] * base for f in frames],
            [int(f.get("nb_samples", 0)) for f in frames], facts)


def planes(path, size, pix_fmt="gray", edits=True):
    """Every decoded frame as an array (n, rows, width); yuv420p gives rows = height * 3 / 2."""
    width, height = size
    rows = height if pix_fmt == "gray" else height * 3 // 2
    options = [] if edits else ["-ignore_editlist", "1"]
    out, noise = ffmpeg(*options, "-i", path, "-map", "0:v:0", "-fps_mode", "passthrough",
                        "-enc_time_base", "1:1000000", "-f", "rawvideo", "-pix_fmt", pix_fmt, "-")
    assert not noise, f"{path}: {noise}"
    return np.frombuffer(out, np.uint8).reshape(-1, rows, width)


def planes_of_damaged(path, size):
    """As planes(), of a file that ffmpeg complains about: what it shows all the same."""
    width, height = size
    done = subprocess.run(["ffmpeg", "-v", "quiet", "-nostdin", "-i", path, "-map", "0:v:0",
                           "-fps_mode", "passthrough", "-enc_time_base", "1:1000000", "-f", "rawvideo",
                           "-pix_fmt", "gray", "-"], capture_output=True, timeout=TIMEOUT, check=False)
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width)


def size_of(path):
    stream = video(path)
    return stream["width"], stream["height"]


@functools.lru_cache(maxsize=8)
def timeline(path, stream="a:0", edits=True):
    """An audio track laid on its presentation time line.

    Returns (start in seconds, rate, samples (n, channels) as float). Frames are put where their own
    timestamps say, so nothing depends on a resampler's opinion; a step of less than 2 ms is only a
    container's rounding, a greater one is kept, as silence or overlap.
    """
    options = [] if edits else ["-ignore_editlist", "1"]
    times, counts, facts = decoded(path, stream, edits)
    rate, channels = int(facts["sample_rate"]), int(facts["channels"])
    raw, noise = ffmpeg(*options, "-i", path, "-map", f"0:{stream}", "-f", "s16le", "-")
    assert not noise, f"{path}: {noise}"
    pcm = np.frombuffer(raw, "<i2").reshape(-1, channels) / 32768.0
    assert len(pcm) == sum(counts), f"{path}: {len(pcm)} samples, frames promise {sum(counts)}"
    start = times[0]
    spots, follow = [], 0
    for time, count in zip(times, counts):
        spot = round((time - start) * rate)
        spots.append(follow if abs(spot - follow) < rate * 0.002 else spot)
        follow = spots[-1] + count
    line = np.zeros((max(s + c for s, c in zip(spots, counts)), channels), np.float32)
    taken = 0
    for spot, count in zip(spots, counts):
        line[spot:spot + count] = pcm[taken:taken + count]
        taken += count
    return start, rate, line


def hertz(path, track=0, begin=0.5, end=1.5):
    """The strongest frequency of an audio track between two times."""
    raw, _ = ffmpeg("-i", path, "-map", f"0:a:{track}", "-ac", "1", "-ar", "8000", "-f", "s16le", "-")
    line = np.frombuffer(raw, "<i2")[int(begin * 8000):int(end * 8000)].astype(np.float64)
    spectrum = np.abs(np.fft.rfft(line * np.hanning(len(line))))
    return float(spectrum.argmax() * 8000 / len(line))


def psnr(a, b):
    error = np.mean((a.astype(np.float64) - b.astype(np.float64)) ** 2)
    return 99.0 if error == 0 else 10 * np.log10(255 ** 2 / error)


def decodes_cleanly(path):
    """Every stream of the file decodes without a word from ffmpeg."""
    _, noise = ffmpeg("-xerror", "-err_detect", "crccheck+bitstream+buffer", "-i", path,
                      "-map", "0", "-fps_mode", "passthrough", "-enc_time_base:v", "1:1000000",
                      "-f", "null", "-")
    assert not noise, f"{path}: {noise}"
