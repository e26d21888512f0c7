/* SPDX-License-Identifier: MIT */
/* The field table of an element of Subtitles: see params.h. Pure. */
#include "job/params.h"
#include "job/track-language.h"

/* In the order of PmxSubtitleCodec; VTT is the job API's, the others are ours. */
static const char *const codecs[] = {"auto", "mov_text", "VTT", "ASS", "SRT", NULL};

#define AT(member) offsetof(PmxSubtitle, member)

static const PmxField subtitle_fields[] = {
    {"InputRef", PMX_FIELD_STRING, AT(input_ref),
     PMX_FIELD_REQUIRED | PMX_FIELD_NON_EMPTY | PMX_FIELD_EXTENSION,
     .doc = "The name of the input: a subtitle file (SRT, WebVTT, ASS) or a film with a subtitle "
            "track (mov_text as well)."},
    {"Index", PMX_FIELD_INT, AT(index), PMX_FIELD_EXTENSION, .fallback = "0", .min = 0, .max = 999,
     .doc = "Which subtitle track of the input, from 0."},
    {"Codec", PMX_FIELD_ENUM, AT(codec), .fallback = "auto", .choices = codecs,
     .doc = "VTT is the job API's, the others are extensions; auto is the container's first: see "
            "the table of containers."},
    {"LanguageControl", PMX_FIELD_ENUM, AT(language_control), PMX_FIELD_EXTENSION,
     .fallback = "InputFirst", .choices = pmx_language_control_names,
     .doc = "Where the track's language tag comes from, as in Audios."},
    {"Language", PMX_FIELD_STRING, AT(language), PMX_FIELD_NON_EMPTY | PMX_FIELD_EXTENSION,
     .check = pmx_track_language_check,
     .doc = "An ISO 639-2 code, or a BCP 47 tag such as zh-Hans."},
    {"Title", PMX_FIELD_STRING, AT(title), PMX_FIELD_EXTENSION, .max = 255,
     .check = pmx_check_plain_text, .doc = "The track's name in players."},
    {"Default", PMX_FIELD_BOOL, AT(is_default), PMX_FIELD_EXTENSION, .fallback = "false",
     .doc = "Players show this track unless told otherwise."},
    {0},
};
#undef AT

const PmxObject pmx_subtitle_object = {
    "Subtitles[]", sizeof(PmxSubtitle), subtitle_fields,
    "One subtitle track of the output, in track order: text that players show or hide."};
