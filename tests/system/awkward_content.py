# SPDX-License-Identifier: MIT
"""Rows of awkward media (awkward.py): pictures, sounds, streams."""
import struct
import zlib
from fractions import Fraction

import media
import oddsound
from awkward_row import AAC, BAD, CLICKS, FRAMES, GRID, H264, RATE, copied, options, row, rows_of
from tools import ffmpeg

# --- pictures ---


def turned(angle):
    return lambda path, kit: ffmpeg("-i", kit.whole(), "-c", "copy", "-metadata:s:v",
                                    f"rotate={angle}", path)


def coded(*words, filters="null", audio=()):
    return options("-vf", filters, *words, *(audio or ("-an",)))


def mixed(path, kit):
    """As MPEG-2, whose frames are flagged one by one."""
    parts = [kit.get(f"awk-{name}.ts", "-an", "-c:v", "mpeg2video", "-q:v", "2", "-bf", "0", *how, "-vf", f"{cut},scale=160:96")
             for name, cut, how in (
                 ("fields", "trim=end=1,setfield=tff", ("-flags", "+ildct+ilme", "-top", "1")),
                 ("frames", "trim=start=1", ("-copyts",)))]
    path.write_bytes(b"".join(p.read_bytes() for p in parts))


def huge(path, kit, side=16000):
    """Black, one bit a pixel."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    lines = zlib.compress(bytes(side * (side // 8 + 1)), 1)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)) +
                     chunk(b"IDAT", lines) + chunk(b"IEND", b""))


SILENT = {"audio": 0, "sync": None}
FFV1 = ["-c:v", "ffv1"]


def pixels(name, form, *codec, what=None, **how):
    return row(f"{name}", what or form, coded(*(codec or FFV1), "-pix_fmt", form), **SILENT, **how)


PICTURES = rows_of(
    "Pictures",
    row("turn-90.mp4", "a matrix turns it by 90 degrees", turned(90), numbers=50, size=(90, 160)),
    row("turn-180.mp4", "a matrix turns it by 180 degrees", turned(180), numbers=50),
    row("turn-270.mp4", "a matrix turns it by 270 degrees", turned(270), numbers=50, size=(90, 160)),
    row("sar.mp4", "pixels twice as wide as high", copied("-bsf:v", "h264_metadata=sample_aspect_ratio=2/1")),
    row("odd.mkv", "161x91 pixels", coded(*FFV1, "-pix_fmt", "yuv420p", filters="scale=161:91"), **SILENT),
    row("odd-444.mp4", "161x91 pixels, 4:4:4", coded(*H264[:-4], "-pix_fmt", "yuv444p",
                                                     filters="scale=161:91"), **SILENT),
    row("tiny.mkv", "16x8 pixels", coded(*FFV1, filters="scale=16:8"), **SILENT, numbers=50, size=(16, 8)),
    pixels("422.mkv", "yuv422p", what="4:2:2"),
    pixels("444.mkv", "yuv444p", what="4:4:4"),
    pixels("422-10.mov", "yuv422p10le", "-c:v", "prores_ks", what="ProRes, 4:2:2, 10 bit"),
    pixels("420-10.mp4", "yuv420p10le", "-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
           "log-level=none:pools=1:frame-threads=1", what="H.265, 10 bit"),
    pixels("444-12.mkv", "yuv444p12le", what="4:4:4, 12 bit"),
    pixels("grey.mkv", "gray", what="grey"),
    pixels("rgb.mkv", "bgr0", what="RGB"),
    pixels("palette.gif", "pal8", "-c:v", "gif", what="GIF: 256 colours, hundredths of a second"),
    pixels("alpha.mov", "yuva444p10le", "-c:v", "prores_ks", what="ProRes with an alpha channel"),
    pixels("alpha.webm", "yuva420p", "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8",
           "-b:v", "1M", "-auto-alt-ref", "0", what="VP8 with an alpha channel"),
    row("full.mp4", "full range", coded(*H264[:-4], "-pix_fmt", "yuvj420p",
                                        filters="scale=out_range=full"), **SILENT),
    row("mjpeg.avi", "motion JPEG: full range", coded("-c:v", "mjpeg", "-q:v", "2"), **SILENT),
    row("tff.ts", "interlaced, top field first", coded(
        "-c:v", "mpeg2video", "-q:v", "2", "-flags", "+ildct+ilme", "-top", "1", filters="scale=160:96,setfield=tff"), **SILENT, numbers=50),
    row("bff.ts", "interlaced, bottom field first", coded(
        "-c:v", "mpeg2video", "-q:v", "2", "-flags", "+ildct+ilme", "-top", "0", filters="scale=160:96,setfield=bff"), **SILENT, numbers=50),
    row("mbaff.mp4", "interlaced H.264", coded(*H264, "-x264-params", "tff=1",
                                               filters="scale=160:96"), **SILENT, numbers=50),
    row("mixed.ts", "half of it interlaced, then progressive", mixed, **SILENT, times=None, quiet=False),
    row("telecine.mp4", "24 frames a second as 60 fields: two of five frames are combed", coded(
        *H264, "-flags", "+ildct+ilme", "-x264-params", "tff=1", filters="scale=160:96,telecine=top:23"),
        **SILENT, numbers=62, times=None),
    row("hdr10.mp4", "HDR10 with its mastering display", coded(
        "-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-x265-params",
        "log-level=none:pools=1:frame-threads=1:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:hdr10=1:"
        "max-cll=1000,400:master-display=G(13250\\,34500)B(7500\\,3000)R(34000\\,16000)WP(15635\\,16450)L(10000000\\,50)"),
        **SILENT, numbers=50),
    row("hlg.mp4", "HLG", coded(
        "-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-x265-params",
        "log-level=none:pools=1:frame-threads=1:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc"),
        **SILENT, numbers=50),
    row("sizes.ts", "the picture's size changes within it", lambda path, kit: path.write_bytes(
        kit.get("awk-a.ts", "-an", *H264, "-t", "1").read_bytes() +
        kit.get("awk-b.ts", "-an", *H264, "-vf", "trim=start=1,setpts=PTS,scale=96:54", "-copyts",
                "-output_ts_offset", "0").read_bytes()),
        **SILENT, numbers=50, times=None, quiet=False),
    row("mpeg4.avi", "MPEG-4 Part 2", coded("-c:v", "mpeg4", "-q:v", "2"), **SILENT),
    row("theora.ogv", "Theora", coded("-c:v", "libtheora", "-q:v", "10"), **SILENT,
        encoders=("libtheora",)),
    row("vp9.webm", "VP9", coded("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8",
                                 "-b:v", "1M", "-threads", "1"), **SILENT, encoders=("libvpx-vp9",)),
    row("wmv.wmv", "Windows Media", options("-c:v", "wmv2", "-q:v", "2", "-c:a", "wmav2"), slip=0.06),
    row("raw.y4m", "raw pictures", coded("-pix_fmt", "yuv420p"), **SILENT),
    row("one.mp4", "a film of one frame", options("-frames:v", "1", "-an", *H264), **SILENT,
        numbers=range(1), times=GRID[:1]),
    row("one.png", "a picture", options("-frames:v", "1", "-an"), **SILENT, numbers=range(1),
        times=GRID[:1]),
    row("one.jpg", "a photograph", options("-frames:v", "1", "-an", "-q:v", "1"), **SILENT,
        numbers=range(1), times=GRID[:1]),
    row("short.mp4", "20 ms: one frame at 50 a second", options(
        "-vf", "setpts=N/50/TB", "-r", "50", "-frames:v", "1", "-an", *H264), **SILENT,
        numbers=range(1), times=GRID[:1], seconds=0.02),
    row("8k.mp4", "a frame of 7680x4320 pixels", options(
        "-vf", "scale=7680:4320:flags=neighbor", "-frames:v", "1", "-an", *H264), **SILENT, numbers=1,
        times=GRID[:1], long=True),
    row("12h.mp4", "12 hours, a frame every 30 seconds", options(
        "-vf", "loop=29:50,setpts=N*30/TB", "-r", "1/30", "-frames:v", "1440", "-an", *H264), **SILENT,
        numbers=1440, times=[Fraction(30 * n) for n in range(1440)], long=True, seconds=43200,
        env={"POLYMUX_SEGMENT_SECONDS": "3600"}),
    row("16000.png", "a picture of 16000x16000 pixels in 140 KB", huge, **SILENT, error=(BAD, "more than 67 million pixels")),
)


# --- sounds ---


def sound(*words, channels=2, **how):
    return options("-vn", *words, channels=channels, **how)


def over_film(container, *words, channels=2):
    return options(*H264, *words, channels=channels)


SOUND = {"numbers": None, "times": None, "sync": None, "sound_only": True}


def heard(name, what, *words, channels=2, **how):
    return row(name, what, sound(*words, channels=channels), **{**SOUND, **how})


def adts_changes(path, kit):
    """Stereo at 48 kHz, then mono at 24 kHz: every ADTS header tells its own."""
    first = kit.get("awk-48.aac", "-vn", *AAC, "-t", "1")
    second = kit.get("awk-24.aac", "-vn", *AAC, "-ac", "1", "-ar", "24000", "-ss", "1")
    path.write_bytes(first.read_bytes() + second.read_bytes())


def raw_wav(size):
    """A WAV whose header tells a wrong length: as programs write that were killed, or pipes."""
    def make(path, kit):
        data = bytearray(kit.get("awk-plain.wav", "-vn", "-c:a", "pcm_s16le", "-bitexact").read_bytes())
        at = data.find(b"data")
        struct.pack_into("<I", data, at + 4, size)
        struct.pack_into("<I", data, 4, size)
        path.write_bytes(data)
    return make


def gap(path, kit):
    """0.5 s of the sound's packets are missing, and the times say so."""
    ffmpeg("-i", kit.whole("mp4"), "-c", "copy", "-bsf:a",
           "noise=drop=gt(pts*tb\\,0.5)*lt(pts*tb\\,1.0)", path)


def clicking(seconds=FRAMES / RATE):
    return media.clicks(seconds, CLICKS, 48000, 2)


def he_aac(kind, transport):
    return lambda path, kit: path.write_bytes(oddsound.he_aac(clicking(), 48000, kind, transport))


def he_aac_film(kind):
    """In MP4 as ffmpeg copies it out of ADTS: the configuration is AAC-LC's, and the priming is not told."""
    def make(path, kit):
        sound = kit.store.get(f"awk-he-{kind}.aac", lambda p: he_aac(kind, oddsound.ADTS)(p, kit))
        ffmpeg("-i", kit.base(), "-i", sound, "-map", "0:v", "-map", "1:a", *H264, "-c:a", "copy", path)
    return make


def dual_mono(path, kit):
    path.write_bytes(oddsound.dual_mono([(True, False)] * 31 + [(False, True)] * 31))


FDK = {"encoders": ("fdk-aac",)}
PCM = [("pcm_u8", "wav"), ("pcm_s16le", "wav"), ("pcm_s24le", "wav"), ("pcm_s32le", "wav"),
       ("pcm_f32le", "wav"), ("pcm_f64le", "wav"), ("pcm_alaw", "wav"), ("pcm_mulaw", "wav"),
       ("pcm_s16be", "aiff"), ("pcm_s24be", "mov"), ("pcm_s16be", "caf"), ("pcm_f32be", "mov"),
       ("pcm_s24le", "w64"), ("pcm_s64le", "mkv"), ("pcm_bluray", "m2ts"), ("pcm_s8", "aiff"),
       ("pcm_s32be", "aiff"), ("pcm_f64be", "caf"), ("pcm_alaw", "mov"), ("pcm_mulaw", "au")]
SOUNDS = rows_of(
    "Sounds",
    *[heard(f"{codec}.{kind}", f"{codec} in {kind}", "-c:a", codec, seconds=2.0, long=n % 4 > 0)
      for n, (codec, kind) in enumerate(PCM)],
    heard("aac.aac", "AAC as ADTS", *AAC),
    heard("aac.m4a", "AAC in MP4", *AAC, seconds=2.0),
    heard("mp3.mp3", "MP3", "-c:a", "libmp3lame", encoders=("libmp3lame",), seconds=2.0),
    heard("mp2.mp2", "MP2", "-c:a", "mp2"),
    heard("flac.flac", "FLAC", "-c:a", "flac", seconds=2.0),
    heard("flac-24.flac", "FLAC of 24 bits at 96 kHz", "-c:a", "flac", "-sample_fmt", "s32", "-ar",
          "96000", seconds=2.0),
    heard("alac.m4a", "ALAC", "-c:a", "alac", seconds=2.0),
    heard("opus.ogg", "Opus", "-c:a", "libopus", encoders=("libopus",), seconds=2.0),
    row("chained.ogg", "two Opus streams behind one another", lambda path, kit: path.write_bytes(
        kit.get("awk-link.ogg", "-vn", "-c:a", "libopus").read_bytes() * 2), **{**SOUND, "quiet": False},
        encoders=("libopus",), seconds=4.01),
    heard("vorbis.ogg", "Vorbis", "-c:a", "libvorbis", encoders=("libvorbis",), seconds=2.0),
    heard("wavpack.wv", "WavPack", "-c:a", "wavpack", seconds=2.0),
    heard("tta.tta", "TTA", "-c:a", "tta", seconds=2.0),
    heard("wma.wma", "Windows Media Audio", "-c:a", "wmav2"),
    heard("gsm.wav", "GSM at 8 kHz, mono", "-c:a", "libgsm_ms", "-ar", "8000", "-ac", "1",
          encoders=("libgsm_ms",)),
    heard("adpcm.wav", "ADPCM", "-c:a", "adpcm_ms"),
    heard("dts.dts", "DTS", "-c:a", "dca", "-strict", "-2", channels=2),
    heard("5.1.flac", "5.1 FLAC", "-c:a", "flac", "-ac", "6"),
    heard("7.1.flac", "7.1 FLAC", "-c:a", "flac", "-ac", "8"),
    heard("7.1.wav", "7.1 PCM", "-c:a", "pcm_s16le", "-ac", "8", seconds=2.0),
    heard("odd-channels.wav", "five channels without a layout", "-c:a", "pcm_s16le", "-af",
          "pan=5c|c0=c0|c1=c1|c2=c0|c3=c1|c4=c0", seconds=2.0),
    row("he-aac.aac", "HE-AAC as ADTS: nothing tells of it but its frames", he_aac(oddsound.HE, oddsound.ADTS),
        **SOUND, **FDK),
    row("he-aac.loas", "HE-AAC as LOAS, which tells of it", he_aac(oddsound.HE, oddsound.LOAS), **SOUND, **FDK),
    row("he-aac-v2.loas", "HE-AAC v2 likewise", he_aac(oddsound.HE_V2, oddsound.LOAS), **SOUND, **FDK),
    row("he-aac.mp4", "film with HE-AAC of which MP4 tells the core only", he_aac_film(oddsound.HE), **FDK,
        sync=5058 / 48000),
    row("he-aac-v2.mp4", "film with HE-AAC v2 likewise", he_aac_film(oddsound.HE_V2), **FDK, sync=7106 / 48000),
    row("dual-mono.ac3", "AC-3 of two independent channels", dual_mono, **SOUND),
    row("changes.aac", "ADTS whose rate and channels change", adts_changes, **SOUND),
    row("endless.wav", "a header that says 4 GiB", raw_wav(0xFFFFFFFF), **SOUND, seconds=2.0, quiet=False),
    row("nothing.wav", "a header that says 0 bytes", raw_wav(0), **SOUND, seconds=2.0, quiet=False),
    row("aac.mp4", "film with AAC", over_film("mp4", *AAC)),
    row("ac3.mkv", "film with AC-3", over_film("mkv", "-c:a", "ac3")),
    row("eac3.mp4", "film with E-AC-3", over_film("mp4", "-c:a", "eac3")),
    row("dts.mkv", "film with DTS", over_film("mkv", "-c:a", "dca", "-strict", "-2"), slip=0.015),
    row("mp2.ts", "film with MP2", over_film("ts", "-c:a", "mp2")),
    row("mp3.mp4", "film with MP3", over_film("mp4", "-c:a", "libmp3lame"), encoders=("libmp3lame",)),
    row("mp3.avi", "film with MP3 in AVI", options("-c:v", "mpeg4", "-q:v", "3", "-c:a", "libmp3lame"),
        encoders=("libmp3lame",), times=[Fraction(n + (n > 0), RATE) for n in range(FRAMES)],
        slip=0.06),
    row("opus.webm", "film with Opus", options("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used",
                                               "8", "-b:v", "1M", "-c:a", "libopus"),
        encoders=("libvpx", "libopus"), sync=-0.0065),
    row("vorbis.mkv", "film with Vorbis", over_film("mkv", "-c:a", "libvorbis"),
        encoders=("libvorbis",)),
    row("flac.mkv", "film with FLAC", over_film("mkv", "-c:a", "flac")),
    row("alac.mov", "film with ALAC", over_film("mov", "-c:a", "alac")),
    row("pcm.mov", "film with PCM of 24 bits", over_film("mov", "-c:a", "pcm_s24le")),
    row("pcm.avi", "film with PCM in AVI", options("-c:v", "mpeg4", "-q:v", "3", "-c:a", "pcm_s16le")),
    row("truehd.mkv", "film with TrueHD", over_film("mkv", "-c:a", "truehd", "-strict", "-2")),
    row("5.1.mp4", "film with 5.1 AAC", over_film("mp4", *AAC, "-ac", "6")),
    row("gap.mkv", "half a second of the sound's packets is missing", gap),
)


# --- streams ---


def several_videos(path, kit):
    ffmpeg("-i", kit.whole(), "-i", kit.get("awk-small.mp4", "-an", *H264, "-vf", "scale=96:54"),
           "-map", "0:v", "-map", "1:v", "-map", "0:a", "-c", "copy", path)


def with_cover(path, kit):
    cover = kit.get("awk-cover.png", "-frames:v", "1", "-an")
    ffmpeg("-i", kit.whole(), "-i", cover, "-map", "1", "-map", "0", "-c", "copy", "-disposition:v:0",
           "attached_pic", path)


def song(path, kit):
    cover = kit.get("awk-cover.png", "-frames:v", "1", "-an")
    ffmpeg("-i", kit.base(), "-i", cover, "-map", "0:a", "-map", "1", "-c:v", "copy",
           "-disposition:v:0", "attached_pic", "-c:a", "libmp3lame", path)


def attached(path, kit):
    cover = kit.get("awk-cover.png", "-frames:v", "1", "-an")
    ffmpeg("-i", kit.whole(), "-attach", cover, "-metadata:s:t", "mimetype=image/png", "-c", "copy",
           path)


def subtitled(path, kit):
    text = kit.store.get("awk.srt", lambda p: p.write_text(
        "1\n00:00:00,100 --> 00:00:01,000\nHello\n", "utf-8"))
    ffmpeg("-i", kit.whole(), "-i", text, "-map", "0", "-map", "1", "-c", "copy", "-c:s",
           "mov_text" if path.suffix == ".mp4" else "srt", path)


def telemetry(path, kit):
    """A track of data as action cameras write one: the handler meta, samples of gpmd."""
    subtitles = kit.store.get("awk-words.mp4", lambda p: subtitled(p, kit))
    data = subtitles.read_bytes()
    assert data.count(b"sbtl") == data.count(b"tx3g") == 1
    path.write_bytes(data.replace(b"sbtl", b"meta").replace(b"tx3g", b"gpmd"))


def chapters(path, kit):
    text = kit.store.get("awk.ffmeta", lambda p: p.write_text(
        ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=One\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\nEND=2000\ntitle=Two\n", "utf-8"))
    ffmpeg("-i", kit.whole(), "-i", text, "-map_metadata", "1", "-c", "copy", path)


def mono_tracks(path, kit):
    ffmpeg("-i", kit.base(), "-filter_complex", "[0:a]channelsplit[l][r];[l]asplit[a][b]", "-map", "0:v", "-map",
           "[a]", "-map", "[b]", "-map", "[r]", "-c:v", "mpeg2video", "-q:v", "2", "-c:a", "pcm_s16le", path)


def mono_pair(path, kit):
    ffmpeg("-i", kit.base(), "-filter_complex", "[0:a]channelsplit[l][r]", "-map", "0:v", "-map", "[l]",
           "-map", "[r]", *H264, "-c:a", "pcm_s16le", path)


STREAMS = rows_of(
    "Streams and containers",
    row("video.mp4", "video only", options("-an", *H264), **SILENT),
    row("two-videos.mp4", "two videos", several_videos),
    row("cover.mp4", "a cover picture before the film", with_cover),
    row("cover.mp3", "a song with a cover", song, **SOUND, encoders=("libmp3lame",)),
    row("cover.mkv", "a picture attached", attached),
    row("timecode.mov", "a timecode track", copied("-timecode", "01:00:00:00")),
    row("telemetry.mp4", "a track of data, as action cameras write", telemetry),
    row("subtitles.mp4", "a subtitle track", subtitled),
    row("subtitles.mkv", "a subtitle track", subtitled),
    row("chapters.mp4", "chapters, which MP4 keeps as a text track", chapters),
    row("mono-pair.mov", "left and right as two mono tracks", mono_pair),
    row("fragments.mp4", "fragmented MP4", copied(
        "-movflags", "frag_keyframe+empty_moov+default_base_moof")),
    row("fragments-index.mp4", "fragmented MP4 with an index", copied(
        "-movflags", "frag_keyframe+dash+global_sidx")),
    row("front.mp4", "moov in front", copied("-movflags", "+faststart")),
    row("live.mkv", "Matroska of unknown length, without an index", copied("-f", "matroska", "-live", "1")),
    row("mono-tracks.mxf", "MXF with three mono tracks", mono_tracks),
    row("mxf.mxf", "MXF", options("-c:v", "mpeg2video", "-q:v", "2", "-c:a", "pcm_s16le", "-r", "25")),
    row("nut.nut", "NUT", copied()),
    row("misnamed.avi", "an MP4 with another extension", lambda path, kit: path.write_bytes(
        kit.whole().read_bytes())),
    row("unnamed", "an MP4 without an extension", lambda path, kit: path.write_bytes(
        kit.whole().read_bytes())),
)
