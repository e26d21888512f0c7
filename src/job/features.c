/* SPDX-License-Identifier: MIT */
/* Clip and Metadata: see features.h. Ranges are the job API's. Pure. */
#include "job/features.h"

#include <math.h>
#include <string.h>

#include "base/moment.h"
#include "job/containers.h"
#include "job/params.h"

enum { PAIRS_MAX = 4, KEY_CHARACTERS = 64, VALUE_CHARACTERS = 512 };

/* --- times --- */

/* A day and a half, more than any film: sums of them cannot overflow. */
static const double SECONDS_MAX = 130000;

/* "hh:mm:ss.SSS" or "mm:ss.SSS" or seconds: the parts before the last are whole and below 60 but for
 * the first. */
static gboolean parse_time(const char *text, void *out)
{
    g_auto(GStrv) parts = g_strsplit(text, ":", 4);
    guint count = g_strv_length(parts);
    double seconds = 0;
    if (count == 0 || count > 3)
        return FALSE;
    for (guint i = 0; i < count; i++) {
        char *end = NULL;
        gboolean last = i + 1 == count;
        gsize digits = strspn(parts[i], last ? "0123456789." : "0123456789");
        double part = g_ascii_strtod(parts[i], &end);
        if (!*parts[i] || digits != strlen(parts[i]) || *end || (i > 0 && part >= 60))
            return FALSE;
        seconds = seconds * 60 + part;
    }
    if (seconds > SECONDS_MAX)
        return FALSE;
    *(gint64 *)out = (gint64)llround(seconds * G_USEC_PER_SEC);
    return TRUE;
}

static char *format_time(const void *value)
{
    gint64 us = *(const gint64 *)value;
    return g_strdup_printf("%" G_GINT64_FORMAT ".%06" G_GINT64_FORMAT, us / G_USEC_PER_SEC,
                           us % G_USEC_PER_SEC);
}

static const PmxTextKind time_kind = {"hh:mm:ss.SSS or seconds such as 90.5, at most 36 hours",
                                      parse_time, format_time};

/* --- tables --- */

#define AT(member) offsetof(PmxTimeSpan, member)
static const PmxField span_fields[] = {
    {"Seek", PMX_FIELD_TEXT, AT(seek), .kind = &time_kind, .fallback = "0",
     .doc =
         "Where the clip begins: the first frame at or after it, within half a millisecond. Sound "
         "and subtitles begin with that frame."},
    {"Duration", PMX_FIELD_TEXT, AT(duration), .kind = &time_kind, .fallback = "0",
     .doc = "How long the clip is; by default it goes on to the film's end."},
    {"End", PMX_FIELD_TEXT, AT(end), .kind = &time_kind, .fallback = "0",
     .doc = "How much is cut off at the film's end, as in the job API; not together with "
            "Duration."},
    {0},
};
#undef AT

static const PmxObject span_object = {"TimeSpan", sizeof(PmxTimeSpan), span_fields,
                                      "The part of the film that is wanted. All tracks are cut "
                                      "there, to the frame and the sample."};

static const PmxField clip_fields[] = {
    {"TimeSpan", PMX_FIELD_OBJECT, offsetof(PmxClip, span), .object = &span_object,
     .doc = "Which part."},
    /* The order of joining and clipping; here nothing is joined. */
    {"ConfigToClipFirstPart", PMX_FIELD_BOOL, .flags = PMX_FIELD_UNSUPPORTED, .fallback = "false"},
    {0},
};

static const PmxObject clip_object = {"Clip", sizeof(PmxClip), clip_fields,
                                      "Makes an output of a part of the film."};

static const PmxField features_fields[] = {
    {"Clip", PMX_FIELD_OBJECT, offsetof(PmxFeatures, clip), .object = &clip_object,
     .doc = "A part of the film."},
    {"Metadata", PMX_FIELD_JSON, offsetof(PmxFeatures, metadata), PMX_FIELD_JSON_TEXT,
     .doc =
         "Up to 4 names (64 characters at most) with texts (512) that the file is to carry, such "
         "as {\"title\": \"A film\"}; what a container takes is in the table of containers."},
    {"Watermarks", PMX_FIELD_ARRAY, offsetof(PmxFeatures, watermarks), .max = 4,
     .object = &pmx_watermark_object, .doc = "What is put onto the picture, in this order."},
    {0},
};

const PmxObject pmx_features_object = {"Features", sizeof(PmxFeatures), features_fields,
                                       "Further processing."};

/* --- checks --- */

void pmx_features_check_span(const PmxTimeSpan *span, const char *path, PmxProblems *problems)
{
    g_autofree char *end = g_strconcat(path, ".End", NULL);
    if (span->duration > 0 && span->end > 0)
        pmx_problems_add(problems, PMX_CODE_INVALID, end,
                         "cannot be given together with Duration; leave one of the two out");
}

/* Names under which a format itself tells of the file; NULL: of none. */
static const char *const *taken_names(int container)
{
    static const char *const matroska[] = {"duration", "encoding_tool", NULL};
    static const char *const flv[] = {"width",           "height",
                                      "videodatarate",   "framerate",
                                      "videocodecid",    "audiodatarate",
                                      "audiosamplerate", "audiosamplesize",
                                      "stereo",          "audiocodecid",
                                      "duration",        "onmetadata",
                                      "datasize",        "lasttimestamp",
                                      "totalframes",     "hasaudio",
                                      "hasvideo",        "hascuepoints",
                                      "hasmetadata",     "haskeyframes",
                                      "filesize",        NULL};
    static const char *const flac[] = {"waveformatextensible_channel_mask", NULL};
    switch (container) {
    case PMX_CONTAINER_MKV:
    case PMX_CONTAINER_WEBM:
        return matroska;
    case PMX_CONTAINER_FLV:
        return flv;
    case PMX_CONTAINER_FLAC:
        return flac;
    default:
        return NULL;
    }
}

/* Formats do not tell names apart by their case. */
static gboolean is_given(const GPtrArray *pairs, const char *key)
{
    for (guint i = 0; i < pairs->len; i++)
        if (g_ascii_strcasecmp(((const PmxPair *)g_ptr_array_index(pairs, i))->key, key) == 0)
            return TRUE;
    return FALSE;
}

static char *key_taken(const char *key, int container, const GPtrArray *pairs)
{
    const char *const *taken = taken_names(container);
    g_autofree char *lower = g_ascii_strdown(key, -1);
    if (strcmp(lower, "encoder") == 0)
        return g_strdup(
            "names the program that made a file, which is left out of every file so that "
            "the same job makes the same bytes; leave it out");
    if (taken && g_strv_contains(taken, lower))
        return g_strdup_printf(
            "is what %s files tell of themselves under that name; choose another "
            "name",
            pmx_container_info(container)->name);
    if (is_given(pairs, key))
        return g_strdup(
            "is the same name as another one but for upper and lower case; leave one of "
            "the two out");
    return NULL;
}

static char *key_trouble(const char *key, const PmxContainerInfo *info)
{
    if (!*key || g_utf8_strlen(key, -1) > KEY_CHARACTERS)
        return g_strdup_printf("must have a name of 1 to %d characters", KEY_CHARACTERS);
    if (strchr(key, '=')) /* Vorbis comments end a name with it */
        return g_strdup("must not have \"=\" in its name");
    if (info->metadata != PMX_METADATA_LISTED || g_strv_contains(info->keys, key))
        return pmx_check_plain_text(key);
    g_autofree char *names = g_strjoinv(", ", (char **)info->keys);
    return g_strdup_printf("is not known to %s, which takes %s", info->name, names);
}

static char *value_trouble(const char *key, const json_t *value)
{
    gint64 moment;
    const char *text = json_string_value(value);
    if (!text)
        return g_strdup("must be a string");
    if (strlen(text) != json_string_length(value))
        return g_strdup("must not have a NUL character");
    if (!*text || g_utf8_strlen(text, -1) > VALUE_CHARACTERS)
        return g_strdup_printf("must have 1 to %d characters", VALUE_CHARACTERS);
    if (g_ascii_strcasecmp(key, "creation_time") == 0 && !pmx_moment_parse(text, &moment))
        return g_strdup_printf("must be a time such as 2026-01-31T12:00:00Z, not \"%s\"", text);
    return pmx_check_plain_text(text);
}

static void take_pair(const char *key, const json_t *value, int container, const char *path,
                      GPtrArray *pairs, PmxProblems *problems)
{
    g_autofree char *at = g_strconcat(path, ".", key, NULL);
    char *trouble = key_trouble(key, pmx_container_info(container));
    g_autofree char *bad_key = trouble ? trouble : key_taken(key, container, pairs);
    g_autofree char *bad_value = value_trouble(key, value);
    if (bad_key || bad_value) {
        pmx_problems_add(problems, PMX_CODE_INVALID, at, "%s", bad_key ? bad_key : bad_value);
        return;
    }
    PmxPair *pair = g_new0(PmxPair, 1);
    *pair = (PmxPair){g_strdup(key), g_strdup(json_string_value(value))};
    g_ptr_array_add(pairs, pair);
}

static void pair_free(gpointer data)
{
    PmxPair *pair = data;
    g_free(pair->key);
    g_free(pair->value);
    g_free(pair);
}

GPtrArray *pmx_features_metadata(const json_t *metadata, int container, const char *path,
                                 PmxProblems *problems)
{
    const PmxContainerInfo *info = pmx_container_info(container);
    const char *key;
    json_t *value;
    if (!metadata || (json_is_object(metadata) && json_object_size(metadata) == 0))
        return NULL;
    if (!json_is_object(metadata)) {
        pmx_problems_add(problems, PMX_CODE_INVALID, path, "must be an object of names and texts");
        return NULL;
    }
    if (info->metadata == PMX_METADATA_NONE)
        pmx_problems_add(problems, PMX_CODE_NOT_SUPPORTED, path, "has no place in %s; leave it out",
                         info->name);
    else if (json_object_size(metadata) > PAIRS_MAX)
        pmx_problems_add(problems, PMX_CODE_OUT_OF_RANGE, path,
                         "must have at most %d pairs, not %zu", PAIRS_MAX,
                         json_object_size(metadata));
    GPtrArray *pairs = g_ptr_array_new_with_free_func(pair_free);
    if (info->metadata == PMX_METADATA_NONE)
        return pairs;
    json_object_foreach ((json_t *)metadata, key, value) {
        take_pair(key, value, container, path, pairs, problems);
    }
    return pairs;
}
