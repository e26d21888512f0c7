/* SPDX-License-Identifier: MIT */
/*
 * Field tables of an output's parameters: see params.h. Names, ranges and defaults are the job
 * API's. Pure.
 */
#include "job/params.h"

#include "base/suggest.h"
#include "job/language.h"
#include "job/params-kinds.h"

/* --- checks --- */

char *pmx_check_plain_text(const char *text)
{
    for (; *text; text++)
        if (g_ascii_iscntrl(*text))
            return g_strdup_printf("must not have control characters, such as 0x%02x here",
                                   (guint)(guchar)*text);
    return NULL;
}

static char *check_language(const char *text)
{
    if (!*text || pmx_language_is_iso639_2(text))
        return NULL;
    g_autofree char *near = pmx_language_suggest(text);
    return g_strdup_printf("\"%s\" is not an ISO 639-2 code%s%s%s", text,
                           near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* The same names in x264 (x264_preset_names) and x265 (x265_preset_names). */
static const char *const presets[] = {"ultrafast", "superfast", "veryfast", "faster",
                                      "fast",      "medium",    "slow",     "slower",
                                      "veryslow",  "placebo",   NULL};

static char *check_preset(const char *text)
{
    for (guint i = 0; presets[i]; i++)
        if (g_ascii_strcasecmp(presets[i], text) == 0)
            return NULL;
    g_autofree char *list = g_strjoinv(", ", (char **)presets);
    return g_strdup_printf("must be one of %s, not \"%s\"", list, text);
}

/* --- Container --- */

static const char *const other_formats[] = {"m4a",  "m3u8", "hls-fmp4", "mpd", "cmaf", "flv",
                                            "ts",   "mxf",  "mp3",      "ogg", "flac", "gif",
                                            "webp", "mkv",  "webm",     "mov", "wav",  NULL};

static const PmxField container_fields[] = {
    {"Format", PMX_FIELD_TEXT, .fallback = "mp4", .kind = &pmx_only_mp4_kind,
     .refused = other_formats, .doc = "The file format; its extension is added to the file name."},
    {0},
};

static const PmxObject container_object = {"Container", 0, container_fields, "The file format."};

/* --- Video --- */

static const char *const codecs[] = {"H.264", "H.265", NULL};
static const char *const other_codecs[] = {"AV1", "GIF", "WEBP", NULL};
static const char *const h264_profiles[] = {"baseline", "main", "high", NULL};
static const char *const other_pixel_formats[] = {"yuv422p",     "yuv444p",     "yuv420p10le",
                                                  "yuv422p10le", "yuv444p10le", "yuvj420p",
                                                  "nv12",        "gray",        NULL};

#define AT(member) offsetof(PmxVideo, member)

static const PmxField video_fields[] = {
    {"InputRef", PMX_FIELD_STRING, AT(input_ref), PMX_FIELD_EXTENSION | PMX_FIELD_NON_EMPTY,
     .doc = "The name of the input whose video is used; by default the first that has one."},
    {"Remove", PMX_FIELD_BOOL, AT(remove), .fallback = "false",
     .doc = "Leaves the video out: the output has audio only."},
    {"Codec", PMX_FIELD_ENUM, AT(codec), .fallback = "H.264", .choices = codecs,
     .refused = other_codecs, .doc = "The video codec. H.265 is tagged hvc1."},
    {"Profile", PMX_FIELD_ENUM, AT(profile), .fallback = "high", .choices = h264_profiles,
     .doc = "The profile, for H.264 only; H.265 is always Main."},
    {"Width", PMX_FIELD_INT, AT(width), .min = 128, .max = 4096, .multiple = 2,
     .doc = "Width in pixels, or the long edge with LongShortMode; without Height the aspect is "
            "kept, and without both the size."},
    {"Height", PMX_FIELD_INT, AT(height), .min = 128, .max = 4096, .multiple = 2,
     .doc = "Height in pixels, or the short edge with LongShortMode."},
    {"LongShortMode", PMX_FIELD_BOOL, AT(long_short), .fallback = "false",
     .doc = "Width is the long edge and Height the short one, whichever way the picture stands."},
    {"Crf", PMX_FIELD_DOUBLE, AT(crf), .fallback = "-1", .min = 0, .max = 51,
     .doc = "Constant rate factor, smaller is better; by default 23 for H.264, 26 for H.265."},
    {"Maxrate", PMX_FIELD_INT, AT(maxrate), .min = 10, .max = 50000,
     .doc = "The highest bit rate in kbit/s, averaged over Bufsize; by default there is none."},
    {"Bufsize", PMX_FIELD_INT, AT(bufsize), .fallback = "6000", .min = 1000, .max = 128000,
     .doc = "The buffer in kbit over which Maxrate holds."},
    {"Gop", PMX_FIELD_TEXT, AT(gop), .fallback = "10s", .kind = &pmx_gop_kind,
     .doc = "The longest distance of two keyframes."},
    {"Preset", PMX_FIELD_STRING, AT(preset), .fallback = "medium", .check = check_preset,
     .doc = "The encoder's preset, from ultrafast to placebo."},
    {"PixFmt", PMX_FIELD_TEXT, .fallback = "yuv420p", .kind = &pmx_only_yuv420p_kind,
     .refused = other_pixel_formats, .doc = "The pixel format; 8 bits, 4:2:0."},
    {"Fps", PMX_FIELD_DOUBLE, .flags = PMX_FIELD_UNSUPPORTED},
    {"MaxFps", PMX_FIELD_DOUBLE, .flags = PMX_FIELD_UNSUPPORTED},
    {"Bitrate", PMX_FIELD_INT, .flags = PMX_FIELD_UNSUPPORTED},
    {"Qscale", PMX_FIELD_DOUBLE, .flags = PMX_FIELD_UNSUPPORTED},
    {"ScanMode", PMX_FIELD_STRING, .flags = PMX_FIELD_UNSUPPORTED},
    {"Crop", PMX_FIELD_STRING, .flags = PMX_FIELD_UNSUPPORTED},
    {"Pad", PMX_FIELD_STRING, .flags = PMX_FIELD_UNSUPPORTED},
    {0},
};
#undef AT

const PmxObject pmx_video_object = {"Video", sizeof(PmxVideo), video_fields,
                                    "How the video is encoded."};

/* --- Audio, Audios --- */

const char *const pmx_language_control_names[] = {"None", "InputFirst", "Configured", NULL};
const char *const pmx_aac_profile_names[] = {"aac_low", "aac_he", "aac_he_v2", NULL};

static const char *const other_audio_codecs[] = {
    "AC3", "EAC3", "MP2", "MP3", "FLAC", "OPUS", "VORBIS", "WMA-V1", "WMA-V2", "pcm_s16le", NULL};
static const char *const other_profiles[] = {"aac_ld", "aac_eld", NULL};
static const char *const other_channels[] = {"4", "5", "6", "8", NULL};
static const char *const durations[] = {"pad", "keep", "match", NULL};

#define AT(member) offsetof(PmxAudio, member)

/* What Audio sets for all tracks and an element of Audios for one. */
#define AUDIO_SETTINGS                                                                             \
    {"Remove", PMX_FIELD_BOOL, AT(remove), .fallback = "false",                                    \
     .doc = "Leaves the audio, or this track, out."},                                              \
        {"Codec",                                                                                  \
         PMX_FIELD_TEXT,                                                                           \
         .fallback = "AAC",                                                                        \
         .kind = &pmx_only_aac_kind,                                                               \
         .refused = other_audio_codecs,                                                            \
         .doc = "The audio codec."},                                                               \
        {"Profile",                                                                                \
         PMX_FIELD_ENUM,                                                                           \
         AT(profile),                                                                              \
         .fallback = "aac_low",                                                                    \
         .choices = pmx_aac_profile_names,                                                         \
         .refused = other_profiles,                                                                \
         .doc = "The codec's profile: AAC-LC, HE-AAC or HE-AAC v2."},                              \
        {"Bitrate",                                                                                \
         PMX_FIELD_INT,                                                                            \
         AT(bitrate),                                                                              \
         .fallback = "128",                                                                        \
         .min = 8,                                                                                 \
         .max = 1000,                                                                              \
         .doc = "kbit/s; what a profile can do with it is checked too."},                          \
        {"Samplerate",                                                                             \
         PMX_FIELD_TEXT,                                                                           \
         AT(samplerate),                                                                           \
         .fallback = "44100",                                                                      \
         .kind = &pmx_samplerate_kind,                                                             \
         .doc = "Hz."},                                                                            \
        {"Channels",                                                                               \
         PMX_FIELD_TEXT,                                                                           \
         AT(channels),                                                                             \
         .fallback = "2",                                                                          \
         .kind = &pmx_channels_kind,                                                               \
         .refused = other_channels,                                                                \
         .doc = "The number of channels."},                                                        \
    {                                                                                              \
        "Volume", PMX_FIELD_OBJECT, .flags = PMX_FIELD_UNSUPPORTED                                 \
    }

static const PmxField audio_fields[] = {AUDIO_SETTINGS, {0}};

const PmxObject pmx_audio_object = {"Audio", sizeof(PmxAudio), audio_fields,
                                    "How audio is encoded, for all tracks."};

static const PmxField audio_track_fields[] = {
    {"InputRef", PMX_FIELD_STRING, AT(input_ref), PMX_FIELD_REQUIRED | PMX_FIELD_NON_EMPTY,
     .doc = "The name of the input, for its default audio track, or of an audio selector."},
    {"LanguageControl", PMX_FIELD_ENUM, AT(language_control), .fallback = "None",
     .choices = pmx_language_control_names,
     .doc = "Where the track's language tag comes from: from the input, else from Language "
            "(InputFirst); from Language (Configured); from nowhere (None)."},
    {"Language", PMX_FIELD_STRING, AT(language), PMX_FIELD_NON_EMPTY, .check = check_language,
     .doc = "An ISO 639-2 code."},
    {"Default", PMX_FIELD_BOOL, AT(is_default), PMX_FIELD_EXTENSION, .fallback = "false",
     .doc = "Enables this track and disables the output's others; else all are enabled."},
    {"Title", PMX_FIELD_STRING, AT(title), PMX_FIELD_EXTENSION, .max = 255,
     .check = pmx_check_plain_text, .doc = "The track's name in players."},
    {"Duration", PMX_FIELD_ENUM, AT(duration), PMX_FIELD_EXTENSION, .fallback = "pad",
     .choices = durations,
     .doc = "A track shorter than the video gets silence up to its end (pad), none (keep); match "
            "also cuts a longer one at the video's end."},
    AUDIO_SETTINGS,
    {0},
};
#undef AT

const PmxObject pmx_audio_track_object = {
    "Audios[]", sizeof(PmxAudio), audio_track_fields,
    "One audio track of the output, in track order. What it leaves out comes from Audio."};

/* --- TransConfig --- */

static const char *const other_modes[] = {"CBR", "twopass", NULL};

#define AT(member) offsetof(PmxTransConfig, member)

static const PmxField trans_config_fields[] = {
    {"TransMode", PMX_FIELD_TEXT, .fallback = "fixCRF", .kind = &pmx_only_crf_kind,
     .refused = other_modes, .doc = "Rate control; onepass without a bit rate is fixCRF too."},
    {"IsCheckReso", PMX_FIELD_BOOL, AT(check_resolution), .fallback = "false",
     .doc = "A source smaller than the wanted size keeps its size."},
    {"IsCheckResoFail", PMX_FIELD_BOOL, AT(check_resolution_fail), .fallback = "false",
     .doc = "A source smaller than the wanted size fails the output; goes before IsCheckReso."},
    {"AdjDarMethod", PMX_FIELD_STRING, .flags = PMX_FIELD_UNSUPPORTED, .fallback = "none"},
    {"IsCheckVideoBitrate", PMX_FIELD_BOOL, .flags = PMX_FIELD_UNSUPPORTED, .fallback = "false"},
    {"IsCheckVideoBitrateFail", PMX_FIELD_BOOL, .flags = PMX_FIELD_UNSUPPORTED,
     .fallback = "false"},
    {"IsCheckAudioBitrate", PMX_FIELD_BOOL, .flags = PMX_FIELD_UNSUPPORTED, .fallback = "false"},
    {"IsCheckAudioBitrateFail", PMX_FIELD_BOOL, .flags = PMX_FIELD_UNSUPPORTED,
     .fallback = "false"},
    {0},
};
#undef AT

const PmxObject pmx_trans_config_object = {"TransConfig", sizeof(PmxTransConfig),
                                           trans_config_fields,
                                           "What to do when the source is not as expected."};

/* --- the whole --- */

enum { AUDIOS_MAX = 100 };

#define AT(member) offsetof(PmxParams, member)

static const PmxField params_fields[] = {
    {"Container", PMX_FIELD_OBJECT, .object = &container_object, .doc = "The file format."},
    {"Video", PMX_FIELD_OBJECT, AT(video), .object = &pmx_video_object,
     .doc = "How the video is encoded."},
    {"Audio", PMX_FIELD_OBJECT, AT(audio), .object = &pmx_audio_object,
     .doc = "How audio is encoded, for all tracks."},
    {"Audios", PMX_FIELD_ARRAY, AT(audios), PMX_FIELD_NON_EMPTY, .max = AUDIOS_MAX,
     .object = &pmx_audio_track_object,
     .doc = "The audio tracks; without it there is one, the video input's default track, which "
            "keeps its language tag."},
    {"TransConfig", PMX_FIELD_OBJECT, AT(trans), .object = &pmx_trans_config_object,
     .doc = "What to do when the source is not as expected."},
    {"MuxConfig", PMX_FIELD_OBJECT, .flags = PMX_FIELD_UNSUPPORTED},
    {"Subtitles", PMX_FIELD_ARRAY, .flags = PMX_FIELD_UNSUPPORTED},
    {0},
};
#undef AT

const PmxObject pmx_params_object = {
    "OverrideParams", sizeof(PmxParams), params_fields,
    "The output's parameters. Each one given here goes before the template's."};
