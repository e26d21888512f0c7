# SPDX-License-Identifier: MIT
"""Makes what is measured on: a 1080p25 clip of the wanted length and four dubs of that length.

Called by bench.py; writes only into the folder that it is given. What is there already is kept.
"""
import subprocess

WIDTH, HEIGHT, RATE = 1920, 1080, 25

# A key frame every two seconds and a high rate, as a camera or an editor gives it.
CLIP_ENCODER = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-g", "50",
                "-pix_fmt", "yuv420p"]

# espeak-ng's voice, and a line that is repeated until the clip ends. Its Mandarin reads pinyin.
DUBS = {
    "zho": ("cmn-latn-pinyin", "jin1 tian1 tian1 qi4 hen3 hao3, wo3 men5 yi4 qi3 qu4 hai3 bian1 san4 bu4."),
    "eng": ("en-us", "The weather is fine today, so let us walk along the sea together."),
    "jpn": ("ja", "きょうわ てんきが いいので、いっしょに うみべを さんぽしましょう。"),
    "spa": ("es", "Hoy hace buen tiempo, vamos a pasear juntos por la orilla del mar."),
}


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, arguments)], check=True)


def fit():
    """Any picture into 1920x1080, filled rather than with bars, which would cost nothing to code."""
    return (f"fps={RATE},scale={WIDTH}:{HEIGHT}:force_original_aspect_ratio=increase,"
            f"crop={WIDTH}:{HEIGHT},setsar=1")


def moving_camera():
    """A hand-held pan over three quarters of the picture, and a little grain, so that there is motion
    to search and noise to code."""
    return (f"fps={RATE},crop=w=iw*3/4:h=ih*3/4"
            ":x='(iw-ow)*(0.5+0.4*sin(0.9*t)+0.08*sin(5*t))'"
            ":y='(ih-oh)*(0.5+0.4*sin(0.7*t+1)+0.08*sin(6*t))'"
            f",{fit()},noise=alls=4:allf=t")


def make_clip(source, path, seconds, camera):
    """The source looped or cut to the wanted length, without sound."""
    if path.exists():
        return
    part = path.with_suffix(".part.mp4")
    ffmpeg("-stream_loop", "-1", "-i", source, "-map", "0:v:0", "-t", seconds,
           "-vf", moving_camera() if camera else fit(), *CLIP_ENCODER, part)
    part.rename(path)


def make_dub(language, path, seconds):
    """One language's speech, repeated to the wanted length: 48 kHz stereo, lossless."""
    if path.exists():
        return
    voice, line = DUBS[language]
    spoken, part = path.with_suffix(".line.wav"), path.with_suffix(".part.flac")
    subprocess.run(["espeak-ng", "-v", voice, "-w", str(spoken), "--", line], check=True)
    ffmpeg("-stream_loop", "-1", "-i", spoken, "-t", seconds, "-ar", 48000, "-ac", 2,
           "-sample_fmt", "s16", part)
    spoken.unlink()
    part.rename(path)


def make_all(source, folder, seconds, camera):
    """Everything into the folder; the clip's name is clip.mp4, a dub's LANGUAGE.flac."""
    folder.mkdir(parents=True, exist_ok=True)
    make_clip(source, folder / "clip.mp4", seconds, camera)
    for language in DUBS:
        make_dub(language, folder / f"{language}.flac", seconds)
