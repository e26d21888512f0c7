/* SPDX-License-Identifier: MIT */
/* Job parsing: what the document's jobs become, and what is said about bad ones. */
#include <string.h>

#include "job/audio-codecs.h"
#include "job/config.h"
#include "job/job.h"
#include "job/output-address.h"
#include "job/params.h"

#include "bad-jobs.h"
#include "scenarios.h"
#include "single-quoted.h"

static const PmxJobOptions plain = {.have_fdk_aac = TRUE};

static PmxJob *parse(json_t *config, const PmxJobOptions *options, PmxProblems *problems)
{
    g_autoptr(PmxTemplates) templates = pmx_templates_new();
    PmxJob *job = pmx_job_parse(config, templates, options, problems);
    g_assert_true((job == NULL) == (pmx_problems_count(problems) > 0));
    json_decref(config);
    return job;
}

/* A job that has to be good. Takes `config`. */
static PmxJob *good(json_t *config, const PmxJobOptions *options)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    PmxJob *job = parse(config, options, problems);
    g_autofree char *text = pmx_problems_to_text(problems);
    g_assert_cmpstr(text, ==, "");
    return job;
}

/* What is wrong with a job, a line each with its code. Takes `config`. */
static char *bad(json_t *config, const PmxJobOptions *options)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxJob) job = parse(config, options, problems);
    GString *text = g_string_new(NULL);
    g_assert_null(job);
    for (guint i = 0; i < pmx_problems_count(problems); i++) {
        const PmxProblem *problem = g_ptr_array_index(problems->items, i);
        g_string_append_printf(text, "%s %s: %s\n", pmx_code_name(problem->code), problem->path,
                               problem->message);
    }
    return g_string_free(text, FALSE);
}

/* --- jobs from parts --- */

#define TWO_INPUTS                                                                                 \
    "'Inputs':[{'Name':'video','InputFile':{'Media':'in.mp4'}},{'Name':'dub','InputFile':{'Media'" \
    ":'dub.mp4'},'AudioSelector':[{'Name':'dub-ja','Rule':'tag','TagConfig':{'language':'jpn'}}]}" \
    "]"
#define ONE_GROUP                                                                                  \
    "{" TWO_INPUTS ",'OutputGroups':[{'GroupConfig':{'Type':'File','OutputFileBase':{'Media':'out" \
    "'}},'Outputs':"
#define ONE_OUTPUT(id) ONE_GROUP "[{'OutputFileName':'a','TemplateId':'" id "','OverrideParams':"

static const struct {
    const char *before, *after;
} places[] = {
    [CONFIG] = {"", ""},
    [INPUTS] = {"{'Inputs':", ",'Outputs':[{'OutputFile':{'Media':'o'}}]}"},
    [GROUPS] = {"{" TWO_INPUTS ",'OutputGroups':", "}"},
    [OUTPUTS] = {ONE_GROUP, "}]}"},
    [FLAT] = {"{" TWO_INPUTS ",'Outputs':", "}"},
    [OVER] = {ONE_OUTPUT("Video-360P"), "}]}]}"},
    [OVER_H265] = {ONE_OUTPUT("Video-360P-H265"), "}]}]}"},
    [VIDEO] = {ONE_OUTPUT("Video-360P") "{'Video':", "}}]}]}"},
    [AUDIO] = {ONE_OUTPUT("Video-360P") "{'Audio':", "}}]}]}"},
    [AUDIOS] = {ONE_OUTPUT("Video-360P") "{'Audios':", "}}]}]}"},
};

static json_t *config_with(BadPlace place, const char *json)
{
    g_autofree char *text = g_strconcat(places[place].before, json, places[place].after, NULL);
    return json_of(text);
}

static const PmxOutput *output_at(const PmxJob *job, guint i)
{
    return g_ptr_array_index(job->outputs, i);
}

static const PmxAudio *track_at(const PmxJob *job, guint i)
{
    return g_ptr_array_index(output_at(job, 0)->audios, i);
}

/* --- bad jobs --- */

static char *expanded(const char *text)
{
    g_autoptr(GString) all = g_string_new(text);
    g_string_replace(all, "@", "OutputGroups[0].Outputs[0].OverrideParams.", 0);
    g_string_replace(all, "%", "OutputGroups[0].Outputs", 0);
    return g_strdup(all->str);
}

static void test_bad(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(bad_jobs); i++) {
        g_autofree char *found = bad(config_with(bad_jobs[i].place, bad_jobs[i].json), &plain);
        g_autofree char *wanted = expanded(bad_jobs[i].problems);
        g_assert_cmpstr(found, ==, wanted);
    }
}

/* The issue: all errors of a job at once, not the first only. Twelve mistakes, twelve lines. */
static void test_all_at_once(void)
{
    g_autofree char *found =
        bad(json_of("{'Inputs':[{'Name':'a','InputFile':{'Media':'a.mp4'}},"
                    "  {'Name':'FooAudio','InputFile':{}}],"
                    " 'OutputGroups':[{'GroupConfig':{'Type':'Hls','OutputFileBase':{'Media':'o'}},"
                    "   'Outputs':[{'OutputFileName':'x','Priority':0},"
                    "     {'OutputFileName':'x','TemplateId':'Video-361P'},"
                    "     {'OutputFileName':'z','TemplateId':'Video-360P','OverrideParams':"
                    "       {'Video':{'Width':13,'Crf':'good'},'Audios':["
                    "         {'InputRef':'a','LanguageControl':'Configured'},"
                    "         {'InputRef':'Foo','Bitrate':500},"
                    "         {'InputRef':'a','LanguageControl':'InputFirst','Language':'english'}"
                    "       ]}}]}],"
                    " 'Outputs':[{'OutputFile':{'Media':'o/./z.mp4'}}]}"),
            &plain);
    g_autofree char *wanted = expanded(
        "MissingParameter Inputs[1].InputFile.Media: is required\n"
        "InvalidParameter.NotSupported OutputGroups[0].GroupConfig.Type: Hls is not supported by "
        "this version of Polymux; it must be File\n"
        "InvalidParameter.OutOfRange %[0].Priority: must be from 1 to 10, not 0\n"
        "InvalidParameter %[1].OutputFileName: \"o/x.mp4\" is the same file as "
        "%[0].OutputFileName; give it another name\n"
        "InvalidParameter.ResourceNotFound %[1].TemplateId: no template has the id \"Video-361P\"; "
        "did you mean \"Video-360P\"?\n"
        "InvalidParameter.OutOfRange %[2].OverrideParams.Video.Width: must be from 128 to 4096, "
        "not 13\n"
        "InvalidParameter %[2].OverrideParams.Video.Crf: must be a number, not \"good\"\n"
        "InvalidParameter %[2].OverrideParams.Audios[2].Language: \"english\" is not an ISO 639-2 "
        "code; did you mean \"eng\"?\n"
        "MissingParameter %[2].OverrideParams.Audios[0].Language: is required with LanguageControl "
        "Configured\n"
        "InvalidParameter %[2].OverrideParams.Audios[1].InputRef: no input or audio selector is "
        "named \"Foo\"; did you mean \"FooAudio\"?\n"
        "InvalidParameter.OutOfRange %[2].OverrideParams.Audios[1].Bitrate: aac_he at 48000 Hz "
        "with 2 channels takes 16 to 288 kbit/s, not 500\n"
        "InvalidParameter Outputs[0].OutputFile.Media: \"o/./z.mp4\" is the same file as "
        "%[2].OutputFileName; give it another name\n");
    g_assert_cmpstr(found, ==, wanted);
}

/* Problems that were there before are no problems of this job. */
static void test_problems_kept(void)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxTemplates) templates = pmx_templates_new();
    pmx_problems_add(problems, PMX_CODE_INVALID, "elsewhere", "is wrong");
    json_t *config = config_with(OVER, "{}");
    g_autoptr(PmxJob) job = pmx_job_parse(config, templates, &plain, problems);
    g_assert_nonnull(job);
    g_assert_cmpuint(pmx_problems_count(problems), ==, 1);
    json_decref(config);
}

/* --- the document's jobs --- */

static json_t *scenario(const char *text)
{
    return json_loads(text, JSON_REJECT_DUPLICATES, NULL);
}

static void assert_track(const PmxJob *job, guint i, const char *ref, int control,
                         const char *language)
{
    const PmxAudio *audio = track_at(job, i);
    g_assert_cmpstr(audio->input_ref, ==, ref);
    g_assert_cmpint(audio->language_control, ==, control);
    g_assert_cmpstr(audio->language, ==, language);
    g_assert_cmpint(audio->profile, ==, PMX_AAC_HE); /* from here on the template's */
    g_assert_cmpint(audio->bitrate, ==, 64);
    g_assert_cmpint(audio->samplerate, ==, 48000);
    g_assert_cmpint(audio->channels, ==, 2);
    g_assert_cmpint(audio->duration, ==, PMX_DURATION_PAD);
    g_assert_false(audio->is_default);
}

static void test_scenario_1(void)
{
    g_autoptr(PmxJob) job = good(scenario(scenario_1), &plain);
    g_assert_cmpuint(job->inputs->len, ==, 3);
    g_assert_cmpuint(job->outputs->len, ==, 1);
    const PmxOutput *output = output_at(job, 0);
    g_assert_cmpstr(output->name, ==, "360P");
    g_assert_cmpstr(output->path, ==, "OutputGroups[0].Outputs[0]");
    g_assert_cmpstr(output->params_path, ==, "OutputGroups[0].Outputs[0].OverrideParams");
    g_assert_cmpstr(output->address, ==, "out/video/360p/360p.mp4");
    g_assert_cmpstr(output->template_id, ==, "Video-360P");
    g_assert_cmpint(output->priority, ==, 6);
    g_assert_cmpint(output->video.codec, ==, PMX_CODEC_H264);
    g_assert_cmpint(output->video.width, ==, 640);
    g_assert_cmpint(output->video.height, ==, 0);
    g_assert_true(output->video.long_short);
    g_assert_true(output->check_resolution); /* never enlarges a smaller source */
    g_assert_cmpfloat(output->video.gop.seconds, ==, 10);
    g_assert_cmpstr(output->video.preset, ==, "medium");
    g_assert_true(output->audios_given);
    g_assert_cmpuint(output->audios->len, ==, 3);
    assert_track(job, 0, "video", PMX_LANGUAGE_INPUT_FIRST, NULL);
    assert_track(job, 1, "EnglishAudio", PMX_LANGUAGE_CONFIGURED, "eng");
    assert_track(job, 2, "JapaneseAudio", PMX_LANGUAGE_CONFIGURED, "jpn");
    g_assert_cmpstr(track_at(job, 2)->path, ==,
                    "OutputGroups[0].Outputs[0].OverrideParams.Audios[2]");
}

static void test_scenario_2(void)
{
    g_autoptr(PmxJob) job = good(scenario(scenario_2), &plain);
    g_assert_cmpuint(output_at(job, 0)->audios->len, ==, 2);
    assert_track(job, 0, "EnglishAudio", PMX_LANGUAGE_CONFIGURED, "eng");
    assert_track(job, 1, "JapaneseAudio", PMX_LANGUAGE_CONFIGURED, "jpn");
}

/* As printed it names an input that it does not have. */
static void test_scenario_3(void)
{
    g_autofree char *found = bad(scenario(scenario_3), &plain);
    g_assert_cmpstr(found, ==,
                    "InvalidParameter OutputGroups[0].Outputs[0].OverrideParams.Audios[2].InputRef:"
                    " no input or audio selector is named \"JapaneseAudio\"; did you mean "
                    "\"JapaneseFile\"?\n");
    g_autoptr(GString) text = g_string_new(scenario_3);
    g_string_replace(text, "JapaneseAudio", "JapaneseFile", 0);
    g_autoptr(PmxJob) job = good(scenario(text->str), &plain);
    assert_track(job, 2, "JapaneseFile", PMX_LANGUAGE_INPUT_FIRST, NULL);
    guint input = 0;
    const PmxAudioSelector *selector = NULL;
    g_assert_true(pmx_job_find_ref(job, "JapaneseFile", &input, &selector));
    g_assert_cmpuint(input, ==, 2);
    g_assert_nonnull(selector); /* a selector's name goes before an input's */
    g_assert_cmpint(selector->rule, ==, PMX_RULE_TAG);
    g_assert_cmpstr(selector->tag.language, ==, "jpn");
    g_assert_true(pmx_job_find_ref(job, "video", &input, &selector));
    g_assert_cmpuint(input, ==, 0);
    g_assert_null(selector);
    g_assert_false(pmx_job_find_ref(job, "Video", &input, &selector));
    g_assert_false(pmx_job_find_ref(job, NULL, &input, &selector));
}

/* --- tracks --- */

static void test_no_audios(void)
{
    g_autoptr(PmxJob) job = good(config_with(AUDIO, "{'Bitrate':96}"), &plain);
    const PmxOutput *output = output_at(job, 0);
    g_assert_false(output->audios_given);
    g_assert_cmpuint(output->audios->len, ==, 0);
    g_assert_cmpint(output->audio.bitrate, ==, 96);
    g_assert_cmpint(output->audio.profile, ==, PMX_AAC_HE);
    g_assert_cmpint(output->audio.language_control, ==, PMX_LANGUAGE_INPUT_FIRST);
    g_assert_cmpstr(output->audio.path, ==, "OutputGroups[0].Outputs[0].OverrideParams.Audio");
}

/* The template's Audio, OverrideParams.Audio, the track: each goes before the one before it. */
static void test_precedence(void)
{
    g_autoptr(PmxJob) job = good(
        config_with(OVER, "{'Audio':{'Bitrate':48,'Channels':null},'Audios':[{'InputRef':'dub'},"
                          "{'InputRef':'video','Bitrate':'96','Profile':'aac_low','Channels':1}]}"),
        &plain);
    g_assert_cmpint(track_at(job, 0)->profile, ==, PMX_AAC_HE);
    g_assert_cmpint(track_at(job, 0)->bitrate, ==, 48);
    g_assert_cmpint(track_at(job, 0)->channels, ==, 2);
    g_assert_cmpint(track_at(job, 1)->profile, ==, PMX_AAC_LOW);
    g_assert_cmpint(track_at(job, 1)->bitrate, ==, 96);
    g_assert_cmpint(track_at(job, 1)->channels, ==, 1);
    g_assert_cmpint(track_at(job, 1)->samplerate, ==, 48000);
}

static void test_removed(void)
{
    g_autoptr(PmxJob) job =
        good(config_with(AUDIOS, "[{'InputRef':'dub','Remove':'true','Default':true},"
                                 "{'InputRef':'video','Default':true,'Title':'Kommentar',"
                                 "'Duration':'match'}]"),
             &plain);
    g_assert_cmpuint(output_at(job, 0)->audios->len, ==, 1);
    g_assert_cmpstr(track_at(job, 0)->path, ==,
                    "OutputGroups[0].Outputs[0].OverrideParams.Audios[1]");
    g_assert_true(track_at(job, 0)->is_default);
    g_assert_cmpstr(track_at(job, 0)->title, ==, "Kommentar");
    g_assert_cmpint(track_at(job, 0)->duration, ==, PMX_DURATION_MATCH);

    g_autoptr(PmxJob) mute = good(config_with(AUDIO, "{'Remove':true}"), &plain);
    g_assert_true(output_at(mute, 0)->audio.remove);
    g_autoptr(PmxJob) all = good(config_with(AUDIOS, "[{'InputRef':'dub','Remove':true}]"), &plain);
    g_assert_true(output_at(all, 0)->audios_given);
    g_assert_cmpuint(output_at(all, 0)->audios->len, ==, 0);
    g_autoptr(PmxJob) sound = good(config_with(VIDEO, "{'Remove':true}"), &plain);
    g_assert_true(output_at(sound, 0)->video.remove);
}

/* B codes of ISO 639-2 are right, and become the T codes that MP4 has. */
static void test_language_codes(void)
{
    static const char *const rows[][2] = {{"chi", "zho"}, {"zho", "zho"}, {"ger", "deu"},
                                          {"und", "und"}, {"mul", "mul"}, {"qaa", "qaa"}};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *json = g_strdup_printf(
            "[{'InputRef':'dub','LanguageControl':'configured','Language':'%s'}]", rows[i][0]);
        g_autoptr(PmxJob) job = good(config_with(AUDIOS, json), &plain);
        g_assert_cmpstr(track_at(job, 0)->language, ==, rows[i][1]);
    }
}

/* Without libfdk-aac an output is refused once, where its author asked for AAC; other codecs are not. */
static void test_without_fdk(void)
{
    const PmxJobOptions options = {.have_fdk_aac = FALSE};
    static const char *const jobs[][2] = {
        {"{'Audios':[{'InputRef':'dub'},{'InputRef':'video'}]}", "TemplateId"},
        {"{'Audio':{'Profile':'aac_he_v2'}}", "OverrideParams.Audio.Profile"},
        {"{'Audios':[{'InputRef':'dub','Profile':'AAC_HE'}],'Audio':{'Profile':'aac_low'}}",
         "OverrideParams.Audios[0].Profile"}};
    for (guint i = 0; i < G_N_ELEMENTS(jobs); i++) {
        g_autofree char *found = bad(config_with(OVER, jobs[i][0]), &options);
        g_autofree char *start = g_strdup_printf(
            "InvalidParameter.NotSupported OutputGroups[0].Outputs[0].%s: aac_he", jobs[i][1]);
        g_assert_true(g_str_has_prefix(found, start));
        g_assert_nonnull(strstr(found, "install libfdk-aac-dev"));
        g_assert_true(strchr(found, '\n') == strrchr(found, '\n')); /* one line */
    }
    g_autofree char *low = bad(config_with(AUDIO, "{'Profile':'aac_low'}"), &options);
    g_assert_nonnull(strstr(low, "aac_low needs libfdk-aac"));
    g_autoptr(PmxJob) job = good(config_with(AUDIO, "{'Codec':'MP3'}"), &options);
    g_assert_nonnull(job);
}

/* The bit rate that comes nearest, and the channels that a codec can have of a source's. */
static void test_audio_codecs(void)
{
    static const struct {
        int codec, profile;
        gint64 rate, channels, wanted, nearest;
    } rows[] = {
        {PMX_AUDIO_AAC, PMX_AAC_HE, 48000, 2, 8, 16},
        {PMX_AUDIO_AAC, PMX_AAC_HE, 48000, 2, 300, 288},
        {PMX_AUDIO_AAC, PMX_AAC_LOW, 48000, 1, 300, 288},
        {PMX_AUDIO_AAC, PMX_AAC_HE_V2, 44100, 1, 32, 0},
        {PMX_AUDIO_AAC, PMX_AAC_LOW, 8000, 1, 32, 0},
        {PMX_AUDIO_MP3, 0, 48000, 2, 100, 112},
        {PMX_AUDIO_MP3, 0, 22050, 2, 500, 160},
        {PMX_AUDIO_MP2, 0, 48000, 2, 32, 64},
        {PMX_AUDIO_AC3, 0, 48000, 6, 32, 128},
        {PMX_AUDIO_OPUS, 0, 48000, 1, 500, 256},
        {PMX_AUDIO_FLAC, 0, 48000, 2, 128, 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpint(pmx_audio_codec_bitrate(rows[i].codec, rows[i].profile, rows[i].rate,
                                                rows[i].channels, rows[i].wanted),
                        ==, rows[i].nearest);
    static const gint64 sources[] = {1, 2, 3, 4, 5, 6, 7, 8, 24};
    static const gint64 low[] = {1, 2, 2, 4, 5, 6, 6, 8, 8}, ac3[] = {1, 2, 2, 4, 5, 6, 6, 6, 6},
                        opus[] = {1, 2, 2, 4, 5, 6, 6, 8, 8};
    for (guint i = 0; i < G_N_ELEMENTS(sources); i++) {
        g_assert_cmpint(pmx_audio_codec_channels(PMX_AUDIO_AAC, PMX_AAC_LOW, sources[i]), ==,
                        low[i]);
        g_assert_cmpint(pmx_audio_codec_channels(PMX_AUDIO_AC3, 0, sources[i]), ==, ac3[i]);
        g_assert_cmpint(pmx_audio_codec_channels(PMX_AUDIO_OPUS, 0, sources[i]), ==, opus[i]);
        g_assert_cmpint(pmx_audio_codec_channels(PMX_AUDIO_AAC, PMX_AAC_HE_V2, sources[i]), ==, 2);
    }
}

/* --- forms --- */

/* Two configs that have to mean the same. */
static void assert_same(json_t *a, json_t *b)
{
    g_autoptr(PmxJob) one = good(a, &plain);
    g_autoptr(PmxJob) two = good(b, &plain);
    json_t *video_1 = pmx_object_dump(&pmx_video_object, &output_at(one, 0)->video);
    json_t *video_2 = pmx_object_dump(&pmx_video_object, &output_at(two, 0)->video);
    json_t *track_1 = pmx_object_dump(&pmx_audio_track_object, track_at(one, 0));
    json_t *track_2 = pmx_object_dump(&pmx_audio_track_object, track_at(two, 0));
    g_assert_true(json_equal(video_1, video_2));
    g_assert_true(json_equal(track_1, track_2));
    g_assert_cmpint(output_at(one, 0)->priority, ==, output_at(two, 0)->priority);
    g_assert_cmpstr(output_at(one, 0)->address, ==, output_at(two, 0)->address);
    json_decref(video_1);
    json_decref(video_2);
    json_decref(track_1);
    json_decref(track_2);
}

/* Numbers and booleans also as strings; OverrideParams and Features as objects or as JSON strings;
 * a file name under either key; keys that ask for nothing. */
static void test_forms(void)
{
    static const char *const same[] = {
        "[{'OutputFileName':'a','Priority':'3','TemplateId':'Video-720P','OverrideParams':"
        "{'Video':{'Crf':'21.5','Width':'854','LongShortMode':'false','Gop':'250','Preset':'FAST'},"
        "'Audios':[{'InputRef':'dub','Bitrate':'96','Samplerate':'44100','Channels':'1',"
        "'Profile':'AAC_LOW','Default':'true'}]},'Features':'{}'}]",
        "[{'OutputFile':'/a.mp4','Priority':3,'TemplateId':'Video-720P','Features':{},"
        "'OverrideParams':'{\\'Video\\':{\\'Crf\\':21.5,\\'Width\\':854,\\'LongShortMode\\':false,"
        "\\'Gop\\':250,\\'Preset\\':\\'fast\\'},\\'Audios\\':[{\\'InputRef\\':\\'dub\\',"
        "\\'Bitrate\\':96,\\'Samplerate\\':44100,\\'Channels\\':1,\\'Profile\\':\\'aac_low\\',"
        "\\'Default\\':true}]}'}]",
        "[{'OutputFileName':'a','Priority':3.0,'TemplateId':'Video-720P','HlsGroupConfig':{},"
        "'OverrideParams':{'Video':{'Crf':21.5,'Width':854,'LongShortMode':false,'Gop':250,"
        "'Preset':'fast','Codec':'h.264','PixFmt':'YUV420P','Crop':'','Height':null},"
        "'Container':{'Format':'MP4'},'TransConfig':{'TransMode':'onepass','AdjDarMethod':'none',"
        "'IsCheckVideoBitrate':'false'},'MuxConfig':{},'Subtitles':[],"
        "'Audios':[{'InputRef':'dub','Bitrate':96,'Samplerate':44100,'Channels':1,'Codec':'aac',"
        "'Profile':'aac_low','Default':true,'Volume':{}}]}}]"};
    for (guint i = 1; i < G_N_ELEMENTS(same); i++)
        assert_same(config_with(OUTPUTS, same[0]), config_with(OUTPUTS, same[i]));
}

static void test_gop(void)
{
    static const struct {
        const char *text;
        double seconds;
        gint64 frames;
    } rows[] = {{"'10s'", 10, 0}, {"'2.5S'", 2.5, 0}, {"'1'", 0, 1}, {"100000", 0, 100000}};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *json = g_strdup_printf("{'Gop':%s}", rows[i].text);
        g_autoptr(PmxJob) job = good(config_with(VIDEO, json), &plain);
        g_assert_cmpfloat(output_at(job, 0)->video.gop.seconds, ==, rows[i].seconds);
        g_assert_cmpint(output_at(job, 0)->video.gop.frames, ==, rows[i].frames);
    }
}

/* No template and no parameters: the API's defaults. */
static void test_defaults(void)
{
    g_autoptr(PmxJob) job =
        good(json_of("{'JobName':'n','Inputs':[{'InputFile':{'Type':'oss','Media':'in.mp4'}}],"
                     "'Outputs':[{'OutputFile':{'Media':'o.mkv'},'OverrideParams':''}]}"),
             &plain);
    const PmxOutput *output = output_at(job, 0);
    g_assert_cmpstr(job->name, ==, "n");
    g_assert_null(output->template_id);
    g_assert_null(output->name);
    g_assert_null(output->group);
    g_assert_cmpstr(output->path, ==, "Outputs[0]");
    g_assert_cmpstr(output->address, ==, "o.mkv.mp4");
    g_assert_cmpint(output->video.codec, ==, PMX_CODEC_H264);
    g_assert_cmpint(output->video.profile, ==, 2);
    g_assert_cmpint(output->video.width, ==, 0);
    g_assert_cmpfloat(output->video.crf, <, 0);
    g_assert_cmpint(output->video.maxrate, ==, 0);
    g_assert_cmpint(output->video.bufsize, ==, 6000);
    g_assert_cmpint(output->audio.profile, ==, PMX_AAC_LOW);
    g_assert_cmpint(output->audio.bitrate, ==, 128);
    g_assert_cmpint(output->audio.samplerate, ==, 44100);
    g_assert_false(output->check_resolution);
}

static void test_selectors(void)
{
    g_autoptr(PmxJob) job =
        good(config_with(INPUTS, "[{'Name':'a','InputFile':{'Media':'a.mkv'},'AudioSelector':["
                                 "{'Name':'a','Rule':'Index','Index':'2'},"
                                 "{'Name':'b','Rule':'track','Track':4294967295}]},"
                                 "{'InputFile':{'Media':'b.mkv'}}]"),
             &plain);
    guint input = 7;
    const PmxAudioSelector *selector = NULL;
    g_assert_true(pmx_job_find_ref(job, "a", &input, &selector));
    g_assert_cmpuint(input, ==, 0);
    g_assert_nonnull(selector);
    g_assert_cmpint(selector->rule, ==, PMX_RULE_INDEX);
    g_assert_cmpint(selector->index, ==, 2);
    g_assert_true(pmx_job_find_ref(job, "b", &input, &selector));
    g_assert_cmpint(selector->rule, ==, PMX_RULE_TRACK);
    g_assert_cmpint(selector->track, ==, 4294967295);
}

/* Groups come first, whatever the order of the keys. */
static void test_order(void)
{
    g_autoptr(PmxJob) job =
        good(json_of("{'Outputs':[{'Name':'flat','OutputFile':{'Media':'f'}}],'OutputGroups':"
                     "[{'Name':'g','GroupConfig':{'Type':'File','OutputFileBase':{'Media':'/o/'}},"
                     "'Outputs':[{'Name':'one','OutputFileName':'1'},{'OutputFileName':'2'}]}],"
                     "'Inputs':[{'InputFile':{'Media':'in.mp4'}}]}"),
             &plain);
    g_assert_cmpuint(job->outputs->len, ==, 3);
    g_assert_cmpstr(output_at(job, 0)->name, ==, "one");
    g_assert_cmpstr(output_at(job, 0)->group, ==, "g");
    g_assert_cmpstr(output_at(job, 1)->path, ==, "OutputGroups[0].Outputs[1]");
    g_assert_cmpstr(output_at(job, 1)->address, ==, "/o/2.mp4");
    g_assert_cmpstr(output_at(job, 2)->name, ==, "flat");
}

/* --- addresses --- */

static void test_output_base(void)
{
    const PmxJobOptions options = {.output_base = "new/", .have_fdk_aac = TRUE};
    static const char *const flat[][2] = {{"x/y.mp4", "new/x/y.mp4"},
                                          {"/abs/z", "new/z.mp4"},
                                          {"file:///abs/w.mp4", "new/w.mp4"},
                                          {"https://bucket.example/a/v.mp4", "new/v.mp4"},
                                          {"../up/u.mp4", "new/u.mp4"}};
    for (guint i = 0; i < G_N_ELEMENTS(flat); i++) {
        g_autofree char *json = g_strdup_printf("[{'OutputFile':{'Media':'%s'}}]", flat[i][0]);
        g_autoptr(PmxJob) job = good(config_with(FLAT, json), &options);
        g_assert_cmpstr(output_at(job, 0)->address, ==, flat[i][1]);
    }
    g_autoptr(PmxJob) job = good(scenario(scenario_1), &options);
    g_assert_cmpstr(output_at(job, 0)->address, ==, "new/video/360p/360p.mp4");
    /* No base is needed then. */
    g_autoptr(PmxJob) bare = good(
        config_with(GROUPS, "[{'GroupConfig':{'Type':'File'},'Outputs':[{'OutputFileName':'a'}]}]"),
        &options);
    g_assert_cmpstr(output_at(bare, 0)->address, ==, "new/a.mp4");
    /* What was apart may meet. */
    g_autofree char *found = bad(config_with(FLAT, "[{'OutputFile':{'Media':'/a/x.mp4'}},"
                                                   "{'OutputFile':{'Media':'/b/x.mp4'}}]"),
                                 &options);
    g_assert_cmpstr(found, ==,
                    "InvalidParameter Outputs[1].OutputFile.Media: \"new/x.mp4\" is the same file "
                    "as Outputs[0].OutputFile.Media; give it another name\n");
}

static void test_join(void)
{
    static const char *const rows[][3] = {{"out", "a", "out/a"},
                                          {"out/", "/a", "out/a"},
                                          {"out///", "//a/b", "out/a/b"},
                                          {"/", "a", "/a"},
                                          {"file:///", "a", "file:///a"},
                                          {"file:///o/", "a", "file:///o/a"},
                                          {"https://h/p/", "a", "https://h/p/a"},
                                          {".", "a", "./a"}};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *joined = pmx_output_address_join(rows[i][0], rows[i][1]);
        g_assert_cmpstr(joined, ==, rows[i][2]);
    }
}

static void test_extension(void)
{
    static const char *const rows[][2] = {
        {"a", "a.mp4"},     {"a.b", "a.b.mp4"},         {"a.mp4", "a.mp4"},
        {"a.MP4", "a.MP4"}, {"a.mp4.x", "a.mp4.x.mp4"}, {"amp4", "amp4.mp4"}};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *complete = pmx_output_address_complete(rows[i][0], ".mp4");
        g_assert_cmpstr(complete, ==, rows[i][1]);
    }
}

static void test_same_file(void)
{
    static const struct {
        const char *a, *b;
        gboolean same;
    } rows[] = {{"o/a", "o//a", TRUE},
                {"o/a", "./o/./a", TRUE},
                {"o/a", "o/x/../a", TRUE},
                {"o/a", "/o/a", FALSE},
                {"/o/a b", "file:///o/a%20b", TRUE},
                {"//o/a", "/o/a", TRUE},
                {"https://h/a", "HTTPS://h//a", TRUE},
                {"https://h/a", "https://H/a", FALSE},
                {"https://h/a", "/h/a", FALSE},
                {"o/a", "o/A", FALSE}};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *a = pmx_output_address_key(rows[i].a);
        g_autofree char *b = pmx_output_address_key(rows[i].b);
        g_assert_cmpint(strcmp(a, b) == 0, ==, rows[i].same);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/job/bad", test_bad);
    g_test_add_func("/job/all-at-once", test_all_at_once);
    g_test_add_func("/job/problems-kept", test_problems_kept);
    g_test_add_func("/job/scenario-1", test_scenario_1);
    g_test_add_func("/job/scenario-2", test_scenario_2);
    g_test_add_func("/job/scenario-3", test_scenario_3);
    g_test_add_func("/job/no-audios", test_no_audios);
    g_test_add_func("/job/precedence", test_precedence);
    g_test_add_func("/job/removed", test_removed);
    g_test_add_func("/job/language-codes", test_language_codes);
    g_test_add_func("/job/without-fdk", test_without_fdk);
    g_test_add_func("/job/audio-codecs", test_audio_codecs);
    g_test_add_func("/job/forms", test_forms);
    g_test_add_func("/job/gop", test_gop);
    g_test_add_func("/job/defaults", test_defaults);
    g_test_add_func("/job/selectors", test_selectors);
    g_test_add_func("/job/order", test_order);
    g_test_add_func("/job/output-base", test_output_base);
    g_test_add_func("/job/join", test_join);
    g_test_add_func("/job/extension", test_extension);
    g_test_add_func("/job/same-file", test_same_file);
    return g_test_run();
}
