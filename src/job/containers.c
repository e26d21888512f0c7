/* SPDX-License-Identifier: MIT */
/*
 * See containers.h. Where the rows come from: MP4 and its relatives: mp4ra.org's registry; Matroska
 * and WebM: matroska.org's codec list and the WebM container guidelines; MPEG-TS: ISO/IEC 13818-1
 * table 2-34 and ATSC A/52; FLV: Adobe's file format specification 10.1; Ogg: RFC 5334, 7845; MXF:
 * SMPTE ST 378 (OP1a), ST 381-3, ST 382. AAC goes into MPEG-TS in ADTS frames, whose header has two
 * bits for the object type and three for the channels (ISO/IEC 14496-3, 1.A.3.2), and FLV knows no
 * other AAC either. Pure.
 */
#include "job/containers.h"

#include <string.h>

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NOTHING ((const char *const[]){NULL})

/* What RIFF's INFO list has names for (the registered chunks of the RIFF specification). */
static const char *const riff_keys[] = {"album", "artist", "comment", "copyright", "date",
                                        "genre", "title",  "track",   NULL};
static const char *const service_keys[] = {"service_name", "service_provider", NULL};

static const PmxContainerInfo containers[] = {
    [PMX_CONTAINER_MP4] = {"mp4", "mp4", LIST("h264", "hevc", "av1"),
                           LIST("aac", "ac3", "eac3", "mp2", "mp3", "flac", "opus"),
                           LIST("mov_text"),
                           LIST("mpeg4", "mpeg2video", "vp9", "alac", "dts", "mpegh_3d_audio"),
                           TRUE, TRUE, PMX_METADATA_ANYTHING, NULL},
    [PMX_CONTAINER_MOV] = {"mov", "mov", LIST("h264", "hevc"),
                           LIST("aac", "ac3", "eac3", "mp3", "pcm_s16le"), LIST("mov_text"),
                           LIST("mpeg4", "mpeg2video", "prores", "dnxhd", "mjpeg", "alac",
                                "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_f32le"),
                           TRUE, TRUE, PMX_METADATA_ANYTHING, NULL},
    [PMX_CONTAINER_M4A] = {"m4a", "m4a", NOTHING, LIST("aac", "ac3"), NOTHING, LIST("alac"), TRUE,
                           TRUE, PMX_METADATA_ANYTHING, NULL},
    [PMX_CONTAINER_MKV] = {"mkv", "mkv", LIST("h264", "hevc", "av1"),
                           LIST("aac", "ac3", "eac3", "mp2", "mp3", "flac", "opus", "vorbis",
                                "wmav1", "wmav2", "pcm_s16le"),
                           LIST("ass", "subrip", "webvtt"),
                           LIST("mpeg4", "mpeg2video", "mpeg1video", "vp8", "vp9", "theora",
                                "prores", "mjpeg", "msmpeg4v3", "alac", "dts", "truehd",
                                "pcm_s24le", "pcm_s32le", "pcm_f32le", "hdmv_pgs_subtitle",
                                "dvb_subtitle", "dvd_subtitle"),
                           TRUE, TRUE, PMX_METADATA_ANYTHING, NULL},
    [PMX_CONTAINER_WEBM] = {"webm", "webm", LIST("av1"), LIST("opus", "vorbis"), LIST("webvtt"),
                            LIST("vp8", "vp9"), TRUE, TRUE, PMX_METADATA_ANYTHING, NULL},
    [PMX_CONTAINER_TS] = {"ts", "ts", LIST("h264", "hevc"),
                          LIST("aac", "ac3", "eac3", "mp2", "mp3", "opus"), NOTHING,
                          LIST("mpeg2video", "mpeg1video", "mpeg4", "dts", "truehd",
                               "dvb_subtitle"),
                          TRUE, TRUE, PMX_METADATA_LISTED, service_keys, .plain_aac = TRUE},
    [PMX_CONTAINER_FLV] = {"flv", "flv", LIST("h264"), LIST("aac", "mp3"), NOTHING,
                           LIST("flv1", "vp6f"), FALSE, FALSE, PMX_METADATA_ANYTHING, NULL,
                           .plain_aac = TRUE},
    [PMX_CONTAINER_MP3] = {"mp3", "mp3", NOTHING, LIST("mp3"), NOTHING, NOTHING, FALSE, TRUE,
                           PMX_METADATA_ANYTHING, NULL},
    [PMX_CONTAINER_OGG] = {"ogg", "ogg", NOTHING, LIST("opus", "vorbis", "flac"), NOTHING, NOTHING,
                           FALSE, TRUE, PMX_METADATA_ANYTHING, NULL},
    [PMX_CONTAINER_FLAC] = {"flac", "flac", NOTHING, LIST("flac"), NOTHING, NOTHING, FALSE, TRUE,
                            PMX_METADATA_ANYTHING, NULL},
    [PMX_CONTAINER_WAV] = {"wav", "wav", NOTHING, LIST("pcm_s16le"), NOTHING,
                           LIST("pcm_u8", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le",
                                "pcm_alaw", "pcm_mulaw"),
                           FALSE, TRUE, PMX_METADATA_LISTED, riff_keys},
    [PMX_CONTAINER_MXF] = {"mxf", "mxf", LIST("h264"), LIST("pcm_s16le"), NOTHING,
                           LIST("mpeg2video", "prores", "dnxhd", "pcm_s24le"), TRUE, FALSE,
                           PMX_METADATA_NONE, NULL},
    [PMX_CONTAINER_GIF] = {"gif", "gif", LIST("gif"), NOTHING, NOTHING, NOTHING, FALSE, FALSE,
                           PMX_METADATA_NONE, NULL},
    [PMX_CONTAINER_WEBP] = {"webp", "webp", LIST("webp"), NOTHING, NOTHING, NOTHING, FALSE, FALSE,
                            PMX_METADATA_NONE, NULL},
};

const char *const pmx_container_names[] = {"mp4", "mov", "m4a", "mkv",  "webm",
                                           "ts",  "flv", "mp3", "ogg",  "flac",
                                           "wav", "mxf", "gif", "webp", NULL};
const char *const pmx_container_refused[] = {"m3u8", "hls-fmp4", "mpd", "cmaf", NULL};

const PmxContainerInfo *pmx_container_info(int container)
{
    return &containers[container];
}

/* --- names of codecs --- */

static const char *const video_codecs[] = {"h264", "hevc", "av1", "gif", "webp"};
static const char *const audio_codecs[] = {"aac",  "ac3",    "eac3",  "mp2",   "mp3",      "flac",
                                           "opus", "vorbis", "wmav1", "wmav2", "pcm_s16le"};
static const char *const subtitle_codecs[] = {NULL, "mov_text", "webvtt", "ass", "subrip"};

const char *pmx_video_codec_name(int codec)
{
    return codec < (int)G_N_ELEMENTS(video_codecs) ? video_codecs[codec] : NULL;
}

const char *pmx_audio_codec_name(int codec)
{
    return codec < (int)G_N_ELEMENTS(audio_codecs) ? audio_codecs[codec] : NULL;
}

const char *pmx_subtitle_codec_name(int codec)
{
    return codec < (int)G_N_ELEMENTS(subtitle_codecs) ? subtitle_codecs[codec] : NULL;
}

static const struct {
    const char *name, *spelling;
} spellings[] = {
    {"h264", "H.264"},   {"hevc", "H.265"},   {"av1", "AV1"},       {"gif", "GIF"},
    {"webp", "WEBP"},    {"aac", "AAC"},      {"ac3", "AC3"},       {"eac3", "EAC3"},
    {"mp2", "MP2"},      {"mp3", "MP3"},      {"flac", "FLAC"},     {"opus", "OPUS"},
    {"wmav1", "WMA-V1"}, {"wmav2", "WMA-V2"}, {"vorbis", "VORBIS"}, {"webvtt", "VTT"},
    {"ass", "ASS"},      {"subrip", "SRT"},
};

const char *pmx_codec_spelling(const char *name)
{
    for (guint i = 0; name && i < G_N_ELEMENTS(spellings); i++)
        if (strcmp(spellings[i].name, name) == 0)
            return spellings[i].spelling;
    return name;
}

/* --- asking --- */

gboolean pmx_codecs_have(const char *const *list, const char *name)
{
    return name && g_strv_contains(list, name);
}

gboolean pmx_container_copies(int container, const char *name)
{
    const PmxContainerInfo *info = pmx_container_info(container);
    return pmx_codecs_have(info->video, name) || pmx_codecs_have(info->audio, name) ||
           pmx_codecs_have(info->subtitles, name) || pmx_codecs_have(info->copied, name);
}

gint64 pmx_container_channels(int container, int codec)
{
    return codec == PMX_AUDIO_AAC && containers[container].plain_aac ? 6 : G_MAXINT64;
}

gboolean pmx_container_aac(int container, int profile)
{
    return !containers[container].plain_aac || profile <= PMX_AAC_HE_V2;
}

static char *listed(const char *const *list, const char *last)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; list[i]; i++)
        g_string_append_printf(text, "%s%s",
                               i == 0        ? ""
                               : list[i + 1] ? ", "
                                             : last,
                               pmx_codec_spelling(list[i]));
    return g_strdup(text->str);
}

char *pmx_container_offer(const char *const *list, const char *what)
{
    return *list ? listed(list, " or ") : g_strconcat("no ", what, NULL);
}

gboolean pmx_container_is_bare_extension(const char *name)
{
    for (guint i = 0; *name == '.' && i < G_N_ELEMENTS(containers); i++)
        if (g_ascii_strcasecmp(name + 1, containers[i].extension) == 0)
            return TRUE;
    return FALSE;
}

/* --- the reference --- */

static char *metadata_cell(const PmxContainerInfo *info)
{
    if (info->metadata == PMX_METADATA_LISTED)
        return g_strjoinv(", ", (char **)info->keys);
    return g_strdup(info->metadata == PMX_METADATA_NONE ? "none" : "any");
}

static char *cell(const char *const *list)
{
    return *list ? listed(list, ", ") : g_strdup("–");
}

char *pmx_containers_markdown(void)
{
    GString *text =
        g_string_new("| Format | extension | Video.Codec | Audio.Codec | audio tracks | "
                     "Subtitles[].Codec | copied as well | languages, titles | "
                     "Metadata |\n|---|---|---|---|---|---|---|---|---|\n");
    for (guint i = 0; i < G_N_ELEMENTS(containers); i++) {
        const PmxContainerInfo *info = &containers[i];
        g_autofree char *video = cell(info->video), *audio = cell(info->audio),
                        *subtitles = cell(info->subtitles), *copied = cell(info->copied),
                        *metadata = metadata_cell(info);
        g_string_append_printf(text, "| `%s` | .%s | %s | %s | %s | %s | %s | %s | %s |\n",
                               info->name, info->extension, video, audio,
                               !*info->audio   ? "–"
                               : info->several ? "any"
                                               : "1",
                               subtitles, copied, info->tags ? "yes" : "no", metadata);
    }
    return g_string_free(text, FALSE);
}
