# SPDX-License-Identifier: MIT
"""Codecs, profiles, bit depths and rate control, told by ffprobe and by decoding what came out."""
import pytest

import media
import tools
from jobs import job, output

SIZE = (160, 90)
SMALL = {"Width": 160}


def film(store, frames=75):
    """Three segments of the usual two seconds or less."""
    return store.get(f"rate-{frames}.mp4", lambda p: media.film(p, frames, size=SIZE))


def make(polymux, source, video, *args, trans=None, **how):
    params = {"TransConfig": trans} if trans else {}
    wanted = output("o", video={**SMALL, **video}, **params)
    return polymux.run(job({"film": source}, [wanted]), *args, **how)


CODECS = [  # video, codec, profile, pixel format
    ({"Profile": "baseline", "Preset": "medium"}, "h264", "Constrained Baseline", "yuv420p"),
    ({"Profile": "main", "Preset": "medium"}, "h264", "Main", "yuv420p"),
    ({"Profile": "high", "Preset": "medium"}, "h264", "High", "yuv420p"),
    ({"PixFmt": "yuv420p10le"}, "h264", "High 10", "yuv420p10le"),
    ({"Codec": "H.265"}, "hevc", "Main", "yuv420p"),
    ({"Codec": "H.265", "PixFmt": "yuv420p10le"}, "hevc", "Main 10", "yuv420p10le"),
    ({"Codec": "AV1"}, "av1", "Main", "yuv420p"),
    ({"Codec": "AV1", "PixFmt": "yuv420p10le", "Preset": "12"}, "av1", "Main", "yuv420p10le"),
    ({"Qscale": 30}, "h264", "Constrained Baseline", "yuv420p"),
    ({"Codec": "H.265", "Qscale": 30}, "hevc", "Main", "yuv420p"),
    ({"Codec": "AV1", "Qscale": 40}, "av1", "Main", "yuv420p"),
]


@pytest.mark.parametrize("video,codec,profile,pixels", CODECS)
def test_codecs(polymux, store, tmp_path, video, codec, profile, pixels):
    """What was ordered, every frame of it, and the same bytes however it is run."""
    source = film(store)
    made = make(polymux, source, video).file("o")
    shown = tools.video(made)
    assert (shown["codec_name"], shown["profile"], shown["pix_fmt"]) == (codec, profile, pixels)
    assert media.numbers(tools.planes(made, SIZE)) == list(range(75))
    again = make(polymux, source, video, "-j", "1", "-o", tmp_path / "again",
                 env={"POLYMUX_CACHE": str(tmp_path / "cache")}).file("o")
    assert tools.sha256(made) == tools.sha256(again)
