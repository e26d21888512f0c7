/* SPDX-License-Identifier: MIT */
/* Which track is meant and how it is tagged (plan/audio), and where a file's zero is
 * (plan/facts). */
#include "plan/audio.h"

#include "single-quoted.h"

/* A video and four audio tracks, of which one is flagged default and one has no tag. */
static const char file[] =
    "{'versions':'v','streams':["
    "{'index':0,'id':1,'kind':'video','decodable':true,'time_base':'1/1000','start':40,'end':31440},"
    "{'index':1,'id':257,'kind':'audio','decodable':true,'language':'eng','channels':6,"
    "'time_base':'1/1000','start':0,'end':30000},"
    "{'index':2,'id':258,'kind':'subtitle','language':'jpn'},"
    "{'index':3,'id':259,'kind':'audio','decodable':true,'language':'zh-TW','channels':2,"
    "'default':true,'time_base':'1/48000','start':96000,'end':1440000},"
    "{'index':4,'id':260,'kind':'audio','decodable':true,'channels':1,'time_base':'1/1000',"
    "'start':0,'end':30000},"
    "{'index':5,'id':261,'kind':'audio','problem':'no key','language':'jpn','time_base':'1/1000'}]}";

static PmxFacts *facts_of(const char *text)
{
    g_autoptr(GError) error = NULL;
    json_t *json = json_of(text);
    PmxFacts *facts = pmx_object_read(&pmx_facts_object, json, &error);
    json_decref(json);
    g_assert_no_error(error);
    return facts;
}

/* What a choice comes to; -1 for none. */
static gint64 chosen(const char *text, const PmxAudioSelector *selector, PmxProblems *problems)
{
    g_autoptr(PmxFacts) facts = facts_of(text);
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    const PmxAudio audio = {.path = (char *)"Audios[1]", .input_ref = (char *)"ref"};
    const PmxPlanInput input = {facts, "id"};
    const PmxTrackWish wish = {.audio = &audio, .selector = selector};
    PmxTrackChoice choice = {0};
    if (!pmx_audio_choose(&input, &wish, &choice, warnings, problems))
        return -1;
    gint64 stream = choice.task->stream;
    pmx_object_free(&pmx_audio_task_object, choice.task);
    g_free(choice.language);
    g_free(choice.tag);
    return stream;
}

typedef struct {
    const char *name;
    PmxAudioSelector selector;
    gint64 stream;       /* -1: none */
    const char *message; /* then: a part of it */
} SelectRow;

#define TAG(code)                                                                                  \
    {                                                                                              \
        .rule = PMX_RULE_TAG, .tag = {(char *)(code) }                                             \
    }
#define INDEX(n)                                                                                   \
    {                                                                                              \
        .rule = PMX_RULE_INDEX, .index = (n)                                                       \
    }
#define TRACK(n)                                                                                   \
    {                                                                                              \
        .rule = PMX_RULE_TRACK, .track = (n)                                                       \
    }

static const SelectRow selects[] = {
    {"tag", TAG("eng"), 1, NULL},
    {"tag-macro", TAG("zho"), 3, NULL},
    {"tag-region", TAG("zh-Hant"), 3, NULL},
    {"tag-region-other", TAG("zh-CN"), -1, "0 (eng), 1 (zh-TW), 2 (no language), 3 (jpn)"},
    {"tag-none", TAG("und"), 4, NULL},
    {"tag-missing", TAG("fra"), -1, "no audio track of the input fits the selector \"ref\""},
    {"tag-unreadable", TAG("jpn"), -1, "no key"},
    {"index-first", INDEX(0), 1, NULL},
    {"index-last", INDEX(2), 4, NULL},
    {"index-beyond", INDEX(4), -1, "0 (eng)"},
    {"track", TRACK(259), 3, NULL},
    {"track-subtitle", TRACK(258), -1, "0 (eng)"},
    {"track-video", TRACK(1), -1, "0 (eng)"},
};

static void test_select(gconstpointer data)
{
    const SelectRow *row = data;
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_assert_cmpint(chosen(file, &row->selector, problems), ==, row->stream);
    g_autofree char *text = pmx_problems_to_text(problems);
    g_assert_cmpuint(pmx_problems_count(problems), ==, row->stream < 0 ? 1 : 0);
    if (row->message)
        g_assert_nonnull(strstr(text, row->message));
    if (row->message)
        g_assert_true(g_str_has_prefix(text, "Audios[1]"));
}

#define AUDIO(index, more) "{'index':" #index ",'kind':'audio','decodable':true," more "}"
#define STREAMS(list) "{'streams':[" list "]}"

/* No selector: the default track, else the first; equal tags: the default one, then the first. */
static void test_default(void)
{
    static const struct {
        const char *file;
        const char *tag; /* NULL: no selector */
        gint64 stream;
    } rows[] = {
        {STREAMS(AUDIO(2, "'id':1")), NULL, 2},
        {STREAMS(AUDIO(2, "'id':1") "," AUDIO(3, "'id':2")), NULL, 2},
        {STREAMS(AUDIO(2, "'id':1") "," AUDIO(3, "'default':true")), NULL, 3},
        {STREAMS("{'index':0,'kind':'video','default':true}," AUDIO(1, "'id':1")), NULL, 1},
        {STREAMS("{'index':0,'kind':'video'}"), NULL, -1},
        {"{}", NULL, -1},
        {STREAMS(AUDIO(0, "'language':'eng'") "," AUDIO(1, "'language':'en'")), "eng", 0},
        {STREAMS(AUDIO(0, "'language':'eng'") "," AUDIO(1, "'language':'en','default':true")),
         "eng", 1},
        /* a better match goes before a default one */
        {STREAMS(AUDIO(0, "'language':'zho','default':true") "," AUDIO(1, "'language':'zh-TW'")),
         "zh-TW", 1},
        {STREAMS(AUDIO(0, "'language':'cmn'") "," AUDIO(1, "'language':'chi'")), "zho", 1},
        {STREAMS(AUDIO(0, "'language':'yue'") "," AUDIO(1, "'language':'cmn'")), "zho", 1},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(PmxProblems) problems = pmx_problems_new();
        const PmxAudioSelector selector = TAG(rows[i].tag);
        g_assert_cmpint(chosen(rows[i].file, rows[i].tag ? &selector : NULL, problems), ==,
                        rows[i].stream);
        g_assert_cmpuint(pmx_problems_count(problems), ==, rows[i].stream < 0 ? 1 : 0);
        if (rows[i].stream < 0)
            g_assert_cmpint(((PmxProblem *)problems->items->pdata[0])->code, ==,
                            PMX_CODE_NO_AUDIO_STREAM);
    }
}

/* The table of the source document, for tags in every state. */
static void test_language(void)
{
    static const struct {
        int control;
        const char *input, *configured, *made, *warning;
    } rows[] = {
        {PMX_LANGUAGE_NONE, "eng", NULL, NULL, NULL},
        {PMX_LANGUAGE_NONE, NULL, NULL, NULL, NULL},
        {PMX_LANGUAGE_CONFIGURED, "eng", "jpn", "jpn", NULL},
        {PMX_LANGUAGE_CONFIGURED, NULL, "jpn", "jpn", NULL},
        {PMX_LANGUAGE_INPUT_FIRST, "eng", "jpn", "eng", NULL},
        {PMX_LANGUAGE_INPUT_FIRST, "eng", NULL, "eng", NULL},
        {PMX_LANGUAGE_INPUT_FIRST, "chi", NULL, "zho", NULL},
        {PMX_LANGUAGE_INPUT_FIRST, "zh-Hant-TW", NULL, "zho", NULL},
        {PMX_LANGUAGE_INPUT_FIRST, "cmn", "jpn", "cmn", NULL},
        {PMX_LANGUAGE_INPUT_FIRST, NULL, "jpn", "jpn", NULL},
        {PMX_LANGUAGE_INPUT_FIRST, "und", "jpn", "jpn", NULL},
        {PMX_LANGUAGE_INPUT_FIRST, "klingonish", "jpn", "jpn", "Language is used instead"},
        {PMX_LANGUAGE_INPUT_FIRST, NULL, NULL, NULL, "the track stays untagged"},
        {PMX_LANGUAGE_INPUT_FIRST, "und", NULL, NULL, "the track stays untagged"},
        {PMX_LANGUAGE_INPUT_FIRST, "klingonish", NULL, NULL, "the track stays untagged"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        PmxStream stream = {.kind = PMX_STREAM_AUDIO,
                            .decodable = TRUE,
                            .time_base = {1, 1000},
                            .language = (char *)rows[i].input};
        g_autoptr(GPtrArray) streams = g_ptr_array_new();
        g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(PmxProblems) problems = pmx_problems_new();
        g_ptr_array_add(streams, &stream);
        const PmxFacts facts = {.streams = streams};
        const PmxPlanInput input = {&facts, "id"};
        const PmxAudio audio = {.path = (char *)"Audios[2]",
                                .language_control = rows[i].control,
                                .language = (char *)rows[i].configured};
        const PmxOutput output = {.audios_given = TRUE};
        const PmxTrackWish wish = {.audio = &audio, .output = &output};
        PmxTrackChoice choice = {0};
        g_assert_true(pmx_audio_choose(&input, &wish, &choice, warnings, problems));
        g_test_message("row %u", i);
        g_assert_cmpstr(choice.language, ==, rows[i].made);
        g_assert_cmpuint(warnings->len, ==, rows[i].warning ? 1 : 0);
        if (rows[i].warning) {
            g_assert_nonnull(strstr(warnings->pdata[0], rows[i].warning));
            g_assert_true(g_str_has_prefix(warnings->pdata[0], "Audios[2]: "));
        }
        pmx_object_free(&pmx_audio_task_object, choice.task);
        g_free(choice.language);
        g_free(choice.tag);
    }
}

typedef struct {
    int duration, profile;
    gint64 channels, source_channels, video_us;
    gint64 pad_to, cut_at, made_channels;
    int container;
} TaskRow;

static const TaskRow tasks[] = {
    {PMX_DURATION_PAD, PMX_AAC_HE, 2, 2, 31400000, 31400000, 0, 2},
    {PMX_DURATION_KEEP, PMX_AAC_HE, 2, 2, 31400000, 0, 0, 2},
    {PMX_DURATION_MATCH, PMX_AAC_HE, 2, 2, 31400000, 31400000, 31400000, 2},
    {PMX_DURATION_PAD, PMX_AAC_LOW, 0, 1, 0, 0, 0, 1},
    {PMX_DURATION_MATCH, PMX_AAC_LOW, 0, 6, 0, 0, 0, 6},
    {PMX_DURATION_PAD, PMX_AAC_HE_V2, 0, 6, 0, 0, 0, 2},
    {PMX_DURATION_PAD, PMX_AAC_HE, 0, 0, 0, 0, 0, 1},
    {PMX_DURATION_PAD, PMX_AAC_HE_V2, 0, 1, 0, 0, 0, 2},
    {PMX_DURATION_PAD, PMX_AAC_LOW, 1, 6, 0, 0, 0, 1},
    {PMX_DURATION_PAD, PMX_AAC_LOW, 0, 8, 0, 0, 0, 8},
    {PMX_DURATION_PAD, PMX_AAC_LOW, 0, 8, 0, 0, 0, 6, PMX_CONTAINER_TS},
};

static void test_task(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(tasks); i++) {
        const TaskRow *row = &tasks[i];
        g_autoptr(PmxFacts) facts = facts_of(file);
        g_autoptr(PmxProblems) problems = pmx_problems_new();
        PmxStream *stream = g_ptr_array_index(facts->streams, 3);
        stream->channels = row->source_channels;
        const PmxAudio audio = {.path = (char *)"p",
                                .profile = row->profile,
                                .bitrate = 64,
                                .samplerate = 44100,
                                .channels = row->channels,
                                .duration = row->duration};
        const PmxPlanInput input = {facts, "id"};
        const PmxOutput output = {.container = row->container, .check_audio_bitrate = -1};
        const PmxTrackWish wish = {.audio = &audio, .video_us = row->video_us, .output = &output};
        PmxTrackChoice choice = {0};
        g_assert_true(pmx_audio_choose(&input, &wish, &choice, NULL, problems));
        g_assert_cmpint(choice.task->stream, ==, 3);
        g_assert_cmpint(choice.task->origin, ==, 40000); /* the video's first frame */
        g_assert_cmpint(choice.task->limit, ==, 30000000 - 40000);
        g_assert_cmpint(choice.task->pad_to, ==, row->pad_to);
        g_assert_cmpint(choice.task->cut_at, ==, row->cut_at);
        g_assert_cmpint(choice.task->channels, ==, row->made_channels);
        g_assert_cmpint(choice.task->profile, ==, row->profile);
        g_assert_cmpint(choice.task->bitrate, ==, 64);
        g_assert_cmpint(choice.task->samplerate, ==, 44100);
        g_assert_cmpfloat_with_epsilon(choice.seconds, 28, 1e-9);
        pmx_object_free(&pmx_audio_task_object, choice.task);
        g_free(choice.language);
        g_free(choice.tag);
    }
}

/* A dub that has ended before a clip begins: there is nothing to be heard of it, and that is told. */
static void test_clip(void)
{
    for (gint64 start = 29; start <= 31; start++) {
        g_autoptr(PmxFacts) facts = facts_of(file);
        g_autoptr(PmxProblems) problems = pmx_problems_new();
        g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
        const PmxAudio audio = {.path = (char *)"p", .bitrate = 64, .samplerate = 44100};
        const PmxPlanInput input = {facts, "id"};
        const PmxTrackWish wish = {.audio = &audio,
                                   .clip = {TRUE, start * G_USEC_PER_SEC, G_USEC_PER_SEC}};
        PmxTrackChoice choice = {0};
        g_assert_true(pmx_audio_choose(&input, &wish, &choice, warnings, problems));
        g_assert_cmpint(choice.task->cut_at, ==, G_USEC_PER_SEC);
        g_assert_cmpuint(warnings->len, ==, start == 29 ? 0 : 1);
        if (warnings->len > 0)
            g_assert_cmpstr(warnings->pdata[0], ==,
                            "p: the track ends before the clip begins; it is silence");
        pmx_object_free(&pmx_audio_task_object, choice.task);
    }
}

#define VIDEO(start, more)                                                                         \
    "{'index':0,'kind':'video','decodable':true,'time_base':'1/90000','start':" #start more "}"
#define SOUND(start)                                                                               \
    "{'index':1,'kind':'audio','decodable':true,'time_base':'1/48000','start':" #start "}"

/* Every track of a file is placed against its video; without one against the earliest track. */
static void test_origin(void)
{
    static const struct {
        const char *file;
        gint64 us;
    } rows[] = {
        {STREAMS(VIDEO(126000, "") "," SOUND(48000)), 1400000},
        {STREAMS(VIDEO(-9000, "") "," SOUND(0)), -100000},
        {STREAMS(VIDEO(0, "") "," SOUND(-1024)), 0},
        {STREAMS(SOUND(96000) "," SOUND(48000) "," SOUND(72000)), 1000000},
        {STREAMS(SOUND(-1024)), -21333},
        {STREAMS(VIDEO(126000, ",'cover':true") "," SOUND(48000)), 1000000},
        {STREAMS("{'index':0,'kind':'video','time_base':'1/1000','start':70}," SOUND(48000)),
         1000000},
        {STREAMS("{'index':0,'kind':'audio','time_base':'1/1000','start':70}," SOUND(480000)),
         10000000},
        {STREAMS("{'index':0,'kind':'subtitle','time_base':'1/1000','start':70}"), 0},
        {"{}", 0},
        {STREAMS(VIDEO(4503599627370496, "")), 50039995859672178},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(PmxFacts) facts = facts_of(rows[i].file);
        g_assert_cmpint(pmx_facts_origin(facts), ==, rows[i].us);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(selects); i++) {
        g_autofree char *name = g_strconcat("/audio/select/", selects[i].name, NULL);
        g_test_add_data_func(name, &selects[i], test_select);
    }
    g_test_add_func("/audio/default", test_default);
    g_test_add_func("/audio/language", test_language);
    g_test_add_func("/audio/task", test_task);
    g_test_add_func("/audio/clip", test_clip);
    g_test_add_func("/audio/origin", test_origin);
    return g_test_run();
}
