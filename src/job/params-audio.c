/* SPDX-License-Identifier: MIT */
/* The field tables of Audio and of an element of Audios: see params.h. Pure. */
#include "job/params-kinds.h"
#include "job/params.h"
#include "job/track-language.h"

const char *const pmx_language_control_names[] = {"None", "InputFirst", "Configured", NULL};
/* In the order of PmxAudioCodec and PmxAacProfile. */
const char *const pmx_audio_codec_names[] = {"AAC",       "AC3",  "EAC3",   "MP2",    "MP3",
                                             "FLAC",      "OPUS", "VORBIS", "WMA-V1", "WMA-V2",
                                             "pcm_s16le", "copy", NULL};
const char *const pmx_aac_profile_names[] = {"aac_low", "aac_he",  "aac_he_v2",
                                             "aac_ld",  "aac_eld", NULL};

static const char *const durations[] = {"pad", "keep", "match", NULL};

static const char *const methods[] = {"dynamic", "linear", "auto", NULL}; /* PmxVolumeMethod */

#define AT(member) offsetof(PmxVolume, member)

static const PmxField volume_fields[] = {
    {"Method", PMX_FIELD_ENUM, AT(method), .fallback = "dynamic", .choices = methods,
     .doc =
         "linear: louder by Level. dynamic: to the targets below, by EBU R128. auto: the same, but "
         "only a track that is more than 1 LU off."},
    {"Level", PMX_FIELD_DOUBLE, AT(level), .fallback = "-20", .min = -100, .max = 20,
     .doc = "dB, for linear."},
    {"IntegratedLoudnessTarget", PMX_FIELD_DOUBLE, AT(integrated), .fallback = "-6", .min = -70,
     .max = -5, .doc = "LUFS, for dynamic and auto."},
    {"LoudnessRangeTarget", PMX_FIELD_DOUBLE, AT(range), .fallback = "8", .min = 1, .max = 20,
     .doc = "LU, for dynamic and auto: a wider range is narrowed to it."},
    {"TruePeak", PMX_FIELD_DOUBLE, AT(true_peak), .fallback = "-1", .min = -9, .max = 0,
     .doc = "dBTP, for dynamic, auto and Match: a limiter keeps peaks below."},
    {"Match", PMX_FIELD_BOOL, AT(match), PMX_FIELD_EXTENSION, .fallback = "false",
     .doc =
         "Brings the track to the loudness of the output's first track; of the first one it says nothing."},
    {0},
};
#undef AT

const PmxObject pmx_volume_object = {"Volume", sizeof(PmxVolume), volume_fields,
                                     "How loud a track is to be."};

#define AT(member) offsetof(PmxAudio, member)

/* What Audio sets for all tracks and an element of Audios for one. */
#define AUDIO_SETTINGS                                                                             \
    {"Remove", PMX_FIELD_BOOL, AT(remove), .fallback = "false",                                    \
     .doc = "Leaves the audio, or this track, out."},                                              \
        {"Codec",                                                                                  \
         PMX_FIELD_ENUM,                                                                           \
         AT(codec),                                                                                \
         .fallback = "AAC",                                                                        \
         .choices = pmx_audio_codec_names,                                                         \
         .doc = "The audio codec; copy (an extension) takes the source's packets as they are."},   \
        {"Profile",                                                                                \
         PMX_FIELD_ENUM,                                                                           \
         AT(profile),                                                                              \
         .fallback = "aac_low",                                                                    \
         .choices = pmx_aac_profile_names,                                                         \
         .doc = "AAC only: AAC-LC, HE-AAC, HE-AAC v2, AAC-LD or AAC-ELD."},                        \
        {"Bitrate",                                                                                \
         PMX_FIELD_INT,                                                                            \
         AT(bitrate),                                                                              \
         .fallback = "128",                                                                        \
         .min = 8,                                                                                 \
         .max = 1000,                                                                              \
         .doc = "kbit/s; what the codec can do with it is checked too. FLAC and PCM have none."},  \
        {"Samplerate",                                                                             \
         PMX_FIELD_TEXT,                                                                           \
         AT(samplerate),                                                                           \
         .fallback = "44100",                                                                      \
         .kind = &pmx_samplerate_kind,                                                             \
         .doc = "Hz; what is not given is 48000 for OPUS."},                                       \
        {"Channels",                                                                               \
         PMX_FIELD_TEXT,                                                                           \
         AT(channels),                                                                             \
         .fallback = "2",                                                                          \
         .kind = &pmx_channels_kind,                                                               \
         .doc = "The number of channels: mono, stereo, 4 (quad; AAC: 4.0), 5.0, 5.1, 7.1."},       \
    {                                                                                              \
        "Volume", PMX_FIELD_OBJECT, AT(volume),                                                    \
            .object = &pmx_volume_object,                                                          \
            .doc = "How loud it is to be; without it nothing is changed."                          \
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
    {"Language", PMX_FIELD_STRING, AT(language), PMX_FIELD_NON_EMPTY,
     .check = pmx_track_language_check,
     .doc = "An ISO 639-2 code or, as an extension, a BCP 47 tag such as zh-Hans, for containers "
            "that can say so much."},
    {"Default", PMX_FIELD_BOOL, AT(is_default), PMX_FIELD_EXTENSION, .fallback = "false",
     .doc = "Enables this track and disables the output's others; else all are enabled."},
    {"Title", PMX_FIELD_STRING, AT(title), PMX_FIELD_EXTENSION, .max = 255,
     .check = pmx_check_plain_text, .doc = "The track's name in players."},
    {"Duration", PMX_FIELD_ENUM, AT(duration), PMX_FIELD_EXTENSION, .fallback = "pad",
     .choices = durations,
     .doc = "A track shorter than the video gets silence up to its end (pad), none (keep); match "
            "also cuts a longer one at the video's end."},
    {"Tempo", PMX_FIELD_TEXT, AT(tempo), PMX_FIELD_EXTENSION, .kind = &pmx_tempo_kind,
     .fallback = "1",
     .doc =
         "For a dub that was recorded for another frame rate: plays it so many times as fast, at "
         "the same pitch; auto finds out."},
    AUDIO_SETTINGS,
    {0},
};
#undef AT

const PmxObject pmx_audio_track_object = {
    "Audios[]", sizeof(PmxAudio), audio_track_fields,
    "One audio track of the output, in track order. What it leaves out comes from Audio."};
