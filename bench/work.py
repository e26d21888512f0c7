# SPDX-License-Identifier: MIT
"""The work that is compared, said twice: as a Polymux job and as one ffmpeg command.

Both make eight files (H.264 and H.265 at four sizes, preset medium, CRF 23 and 26, a key frame at
least every ten seconds), each with every language's track. Called by bench.py; pure.
"""
SIZES = {"360P": (640, 360), "540P": (960, 540), "720P": (1280, 720), "1080P": (1920, 1080)}
KEYFRAME_SECONDS = 10
AUDIO_KBITS, AUDIO_RATE, AUDIO_CHANNELS = 64, 48000, 2

# Template's suffix -> what ffmpeg is told.
CODECS = {
    "": ["-c:v", "libx264", "-preset", "medium", "-crf", "23"],
    "-H265": ["-c:v", "libx265", "-preset", "medium", "-crf", "26", "-tag:v", "hvc1",
              "-x265-params", "log-level=error"],
}


def file_stem(size, suffix):
    return f"{size.lower()}{suffix.lower()}"


def track(language, profile):
    return {"InputRef": language, "LanguageControl": "Configured", "Language": language,
            "Codec": "AAC", "Profile": profile, "Bitrate": str(AUDIO_KBITS),
            "Samplerate": str(AUDIO_RATE), "Channels": str(AUDIO_CHANNELS)}


def job(languages, profile):
    """The job document; media lie beside it, files go where -o says."""
    tracks = [track(language, profile) for language in languages]
    media = {"video": "clip.mp4"} | {language: f"{language}.flac" for language in languages}
    return {
        "Inputs": [{"Name": name, "InputFile": {"Type": "Media", "Media": file}}
                   for name, file in media.items()],
        "OutputGroups": [{
            "GroupConfig": {"Type": "File", "OutputFileBase": {"Type": "Media", "Media": "files"}},
            "Outputs": [{"Name": f"{size}{suffix}", "OutputFileName": file_stem(size, suffix),
                         "TemplateId": f"Video-{size}{suffix}",
                         "OverrideParams": {"Audios": tracks}}
                        for suffix in CODECS for size in SIZES],
        }],
    }


def filter_graph(source_size):
    """One decode; each size is scaled once and feeds both codecs."""
    count = len(SIZES)
    chains = [f"[0:v]split={count}" + "".join(f"[in{size}]" for size in SIZES)]
    for size, (width, height) in SIZES.items():
        scale = "null" if (width, height) == source_size else f"scale={width}:{height}:flags=bicubic"
        outs = "".join(f"[v{size}{suffix}]" for suffix in CODECS)
        chains.append(f"[in{size}]{scale},split={len(CODECS)}{outs}")
    return ";".join(chains)


def ffmpeg_output(size, suffix, languages, rate, folder):
    arguments = ["-map", f"[v{size}{suffix}]"]
    for index, language in enumerate(languages):
        arguments += ["-map", f"{index + 1}:a", f"-metadata:s:a:{index}", f"language={language}"]
    return arguments + CODECS[suffix] + [
        "-g", str(rate * KEYFRAME_SECONDS), "-c:a", "aac", "-b:a", f"{AUDIO_KBITS}k",
        "-ar", str(AUDIO_RATE), "-ac", str(AUDIO_CHANNELS), "-movflags", "+faststart",
        str(folder / f"{file_stem(size, suffix)}.mp4")]


def ffmpeg_command(languages, media, folder, rate, source_size):
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", str(media / "clip.mp4")]
    for language in languages:
        command += ["-i", str(media / f"{language}.flac")]
    command += ["-filter_complex", filter_graph(source_size)]
    for suffix in CODECS:
        for size in SIZES:
            command += ffmpeg_output(size, suffix, languages, rate, folder)
    return command


def expected_files():
    return [f"{file_stem(size, suffix)}.mp4" for suffix in CODECS for size in SIZES]
