# SPDX-License-Identifier: MIT
"""Test media: films whose frames carry their number, and sounds that click when the film flashes.

A film's top eighth is a strip of 24 black or white blocks: the frame's number in 12 bits, then its
complement, so that a misread block shows. The rest is a moving texture that no two frames share.
A click is a 1 kHz tone under a narrow Gaussian: codecs keep its place, and a matched filter finds
its centre to a fraction of a millisecond.
"""
import fcntl
import os
import wave
from pathlib import Path

import numpy as np

from tools import ffmpeg

BITS = 12
STRIP = 8          # the strip is the height / STRIP
SIZE = (320, 180)
TONE, SIGMA = 1000.0, 0.004   # Hz, seconds
X264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "14", "-pix_fmt", "yuv420p",
        "-threads", "2"]


class Store:
    """Made once a session, also when several pytest workers ask for the same file at once."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def get(self, name, make):
        """The file `name`; make(path) is called when it is not there yet."""
        path = self.folder / name
        with open(self.folder / f".{name}.lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                part = self.folder / f"part-{name}"
                make(part)
                os.rename(part, path)
        return path


# --- pictures ---


def texture(width, height):
    """A smooth random picture that repeats seamlessly, as floats around 120."""
    rng = np.random.default_rng(7)
    coarse = rng.standard_normal((height, width))
    spectrum = np.fft.rfft2(coarse)
    fy = np.fft.fftfreq(height)[:, None]
    fx = np.fft.rfftfreq(width)[None, :]
    spectrum *= np.exp(-(fx ** 2 + fy ** 2) * 600)
    smooth = np.fft.irfft2(spectrum, (height, width))
    return 120 + smooth / smooth.std() * 35


def picture(number, ground, flash):
    """One yuv420p frame."""
    height, width = ground.shape
    luma = np.full((height, width), 235.0) if flash else \
        np.roll(ground, (number, 3 * number), (0, 1)) + 12 * np.sin(number)
    value = number << BITS | (~number & (1 << BITS) - 1)
    for i in range(2 * BITS):
        on = value >> (2 * BITS - 1 - i) & 1
        left, right = (width * k // (2 * BITS) for k in (i, i + 1))
        luma[:height // STRIP, left:right] = 235 if on else 16
    even = np.clip(luma, 16, 235).astype(np.uint8)
    chroma = np.full(((height + 1) // 2) * ((width + 1) // 2), 128, np.uint8)
    tint = (chroma + (number * 5 % 40)).astype(np.uint8)
    return even.tobytes() + chroma.tobytes() + tint.tobytes()


def film(path, frames, size=SIZE, rate="25", flashes=(), codec=None, before=(), after=(),
         sound=None):
    """Encodes a numbered film; `before` are further inputs' options, `after` the output's."""
    ground = texture(*size)
    raw = b"".join(picture(n, ground, n in flashes) for n in range(frames))
    inputs = ["-i", sound, "-map", "0:v", "-map", "1:a"] if sound else []
    ffmpeg("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{size[0]}x{size[1]}", "-r", rate,
           *before, "-i", "-", *inputs, *(codec or X264), *after, path, feed=raw)
    return path


def numbers(gray):
    """The numbers read from decoded frames (n, height, width); -1 where the strip is damaged."""
    height, width = gray.shape[1:]
    strip = height // STRIP
    rows = gray[:, strip // 4:max(strip // 4 + 1, strip * 3 // 4)].astype(np.int32)
    found = np.zeros(len(gray), dtype=np.int64)
    for i in range(2 * BITS):
        left, right = (width * (4 * i + k) // (8 * BITS) for k in (1, 3))
        bit = rows[:, :, left:max(right, left + 1)].mean((1, 2)) > 125
        found = found << 1 | bit
    high, low = found >> BITS, found & (1 << BITS) - 1
    return [int(h) if h == (~l & (1 << BITS) - 1) else -1 for h, l in zip(high, low)]


def flashes_in(gray):
    """Indices of the white frames."""
    body = gray[:, gray.shape[1] // STRIP + 4:]
    return [i for i, mean in enumerate(body.mean((1, 2))) if mean > 215]


# --- sounds ---


def write_wav(path, samples, rate):
    samples = np.atleast_2d(samples.T).T
    with wave.open(str(path), "wb") as out:
        out.setnchannels(samples.shape[1])
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def clicks(seconds, times, rate=48000, channels=1, level=0.7):
    """Samples with a click centred on each of `times`."""
    at = np.arange(round(seconds * rate)) / rate
    line = np.zeros(len(at))
    for t in times:
        line += level * np.exp(-((at - t) / SIGMA) ** 2 / 2) * np.cos(2 * np.pi * TONE * (at - t))
    return np.repeat(line[:, None], channels, 1)


def tone(seconds, frequency, rate=48000, channels=1, level=0.3):
    at = np.arange(round(seconds * rate)) / rate
    return np.repeat((level * np.sin(2 * np.pi * frequency * at))[:, None], channels, 1)


def sound(path, samples, rate, *options):
    """Samples as a file of any container ffmpeg writes."""
    wav = Path(f"{path}.wav.tmp")
    write_wav(wav, samples, rate)
    ffmpeg("-f", "wav", "-i", wav, *options, path)
    wav.unlink()
    return path


def find_clicks(line, rate, start=0.0):
    """Centres of the clicks of one channel, in seconds on its time line."""
    half = int(5 * SIGMA * rate)
    at = np.arange(-half, half + 1) / rate
    kernel = np.exp(-(at / SIGMA) ** 2 / 2) * np.exp(-2j * np.pi * TONE * at)
    size = 1 << (len(line) + len(kernel)).bit_length()
    swell = np.fft.ifft(np.fft.fft(line, size) * np.fft.fft(kernel[::-1].conj(), size))
    swell = np.abs(swell)[half:half + len(line)]
    found, floor = [], swell.max() * 0.4
    assert swell.max() > 1, "there is no click to be found"
    while True:
        peak = int(swell.argmax())
        if swell[peak] < floor:
            return sorted(found)
        shift = 0.0
        if 0 < peak < len(swell) - 1:
            a, b, c = swell[peak - 1:peak + 2]
            shift = 0.5 * (a - c) / (a - 2 * b + c) if a - 2 * b + c else 0.0
        found.append(float(start) + (peak + shift) / rate)
        swell[max(0, peak - rate // 10):peak + rate // 10] = 0


def click_shift(line, rate, start, wanted):
    """How late the clicks of a whole track are, in seconds, against the times `wanted`.

    For parametric stereo, which smears a single click by more than what is to be measured: the
    matched filter's answers around all wanted times are added up before their peak is looked for.
    """
    half, reach = int(5 * SIGMA * rate), rate // 15
    at = np.arange(-half, half + 1) / rate
    kernel = np.exp(-(at / SIGMA) ** 2 / 2) * np.exp(-2j * np.pi * TONE * at)
    line = np.concatenate([np.zeros(reach + half), line, np.zeros(reach + half)])
    total = np.zeros(2 * reach + 1)
    for t in wanted:
        middle = round((t - float(start)) * rate) + reach + half
        piece = line[middle - reach - half:middle + reach + half + 1]
        total += np.abs(np.correlate(piece, kernel, "valid"))
    return (int(total.argmax()) - reach) / rate
