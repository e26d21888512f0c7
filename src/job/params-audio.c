/* SPDX-License-Identifier: MIT */
/* The field tables of Audio and of an element of Audios: see params.h. Pure. */
#include "job/language.h"
#include "job/params-kinds.h"
#include "job/params.h"

static char *check_language(const char *text)
{
    if (!*text || pmx_language_is_iso639_2(text))
        return NULL;
    g_autofree char *near = pmx_language_suggest(text);
    return g_strdup_printf("\"%s\" is not an ISO 639-2 code%s%s%s", text,
                           near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

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
