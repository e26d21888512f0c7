# SPDX-License-Identifier: MIT
"""What a row of the table of awkward media says, and what its file is made from. See awkward.py."""
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import media
from tools import ffmpeg

FRAMES, RATE, SIZE = 50, 25, (160, 90)
FLASHES = (10, 30)
CLICKS = [n / RATE for n in FLASHES]
H264 = ["-c:v", "libx264", "-preset", "superfast", "-bf", "2", "-crf", "16", "-g", "25",
        "-pix_fmt", "yuv420p", "-threads", "1"]
AAC = ["-c:a", "aac", "-b:a", "128k"]
BOTH = [*H264, *AAC]
BAD = "InvalidParameter.ResourceContentBad"
GRID = tuple(Fraction(n, RATE) for n in range(FRAMES))


@dataclass
class Row:
    """One awkward file. None leaves a thing unchecked."""
    name: str                       # file name, with the extension that matters
    group: str                      # heading in docs/compatibility.md
    what: str                       # for people
    make: object = None             # make(path, kit); None: a shared file
    shared: Path = None             # a file of ../shared/media, instead
    numbers: object = range(FRAMES)  # the frames' numbers in order; None: not readable; a count
    times: object = GRID            # seconds from the first frame, exact to `slack`
    slack: float = 0.0011
    sync: float = 0.0               # click less flash, seconds
    slip: float = 0.0025            # allowed on it
    audio: int = 1                  # audio tracks made
    channels: int = None
    size: tuple = None              # pixels of what is made
    warning: str = None             # words of a warning that must be there
    quiet: bool = True              # no warning may be there otherwise
    error: tuple = None             # (code, words): refused, and why
    sound_only: bool = False        # made without a picture
    encoders: tuple = ()            # of ffmpeg, that making it needs
    long: bool = False
    seconds: float = None           # of the longest track made
    env: dict = field(default_factory=dict)


class Kit:
    """What rows are made from."""

    def __init__(self, store):
        self.store = store

    def base(self, channels=2):
        """Lossless, with exact times."""
        wav = self.store.get(f"awk-{channels}.wav", lambda p: media.write_wav(
            p, media.clicks(FRAMES / RATE, CLICKS, 48000, channels), 48000))
        return self.store.get(f"awk-{channels}.nut", lambda p: media.film(
            p, FRAMES, SIZE, str(RATE), FLASHES, ["-c:v", "ffv1"], (),
            ["-c:a", "pcm_s16le", "-f", "nut"], wav))

    def get(self, name, *options, channels=2):
        """The film as a file that other rows begin with."""
        return self.store.get(f"awkward-base-{name}", lambda p: self.convert(p, *options, channels=channels))

    def convert(self, path, *options, channels=2, before=()):
        ffmpeg(*before, "-i", self.base(channels), *options, path)

    def whole(self, extension="mp4", *more):
        return self.get(f"awk-whole.{extension}", *BOTH, *more)


def options(*words, channels=2, before=()):
    """A maker: the film through one ffmpeg command."""
    return lambda path, kit: kit.convert(path, *words, channels=channels, before=before)


def copied(*words, source="mp4", before=()):
    """A maker: the whole film's packets into another file."""
    return lambda path, kit: ffmpeg(*before, "-i", kit.whole(source), "-c", "copy", *words, path)


def rows_of(group, *rows):
    return [Row(name, group, what, make, **how) for name, what, make, how in rows]


def row(name, what, make, **how):
    return name, what, make, how
