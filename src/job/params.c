/* SPDX-License-Identifier: MIT */
/*
 * The field table of an output's parameters as a whole: see params.h. The sections have files of
 * their own (params-video.c and so on). Names, ranges and defaults are the job API's. Pure.
 */
#include "job/params.h"

char *pmx_check_plain_text(const char *text)
{
    for (; *text; text++)
        if (g_ascii_iscntrl(*text))
            return g_strdup_printf("must not have control characters, such as 0x%02x here",
                                   (guint)(guchar)*text);
    return NULL;
}

enum { AUDIOS_MAX = 100 };

#define AT(member) offsetof(PmxParams, member)

static const PmxField params_fields[] = {
    {"Container", PMX_FIELD_OBJECT, .object = &pmx_container_object, .doc = "The file format."},
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
