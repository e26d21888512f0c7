/* SPDX-License-Identifier: MIT */
/* Templates: the ready-made ones, and the merge. */
#include "job/config.h"
#include "job/params.h"
#include "job/template.h"

#include "single-quoted.h"

/* The source document: H.264 and H.265, 360P to 1080P, long edge fixed, HE-AAC 64 kbit/s. */
static void test_built_in(void)
{
    static const struct {
        const char *id, *codec;
        int long_edge;
    } rows[] = {{"Video-360P", "H.264", 640},       {"Video-540P", "H.264", 960},
                {"Video-720P", "H.264", 1280},      {"Video-1080P", "H.264", 1920},
                {"Video-360P-H265", "H.265", 640},  {"Video-540P-H265", "H.265", 960},
                {"Video-720P-H265", "H.265", 1280}, {"Video-1080P-H265", "H.265", 1920}};
    g_autoptr(PmxTemplates) templates = pmx_templates_new();
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf(
            "{'Container':{'Format':'mp4'},'Video':{'Codec':'%s','Width':%d,'LongShortMode':true,"
            "'Gop':'10s','Preset':'medium'},'Audio':{'Codec':'AAC','Profile':'aac_he',"
            "'Bitrate':64,'Samplerate':48000,'Channels':2},'TransConfig':{'IsCheckReso':true}}",
            rows[i].codec, rows[i].long_edge);
        json_t *wanted = json_of(text);
        g_assert_cmpstr(pmx_templates_id_at(templates, i), ==, rows[i].id);
        g_assert_true(json_equal(pmx_templates_get(templates, rows[i].id), wanted));
        json_decref(wanted);
    }
    g_assert_null(pmx_templates_get(templates, "Video-360p"));
    pmx_templates_free(NULL);
}

/* The job API's own, as far as they are known: codec, kbit/s of video and of audio. */
static void test_of_the_api(void)
{
    static const struct {
        const char *id, *codec;
        int bitrate;
    } rows[] = {{"S00000001-100021", "H.264", 750},  {"S00000001-100031", "H.264", 1200},
                {"S00000001-100041", "H.264", 2000}, {"S00000001-110021", "H.265", 500},
                {"S00000001-110031", "H.265", 800},  {"S00000001-110041", "H.265", 1350}};
    g_autoptr(PmxTemplates) templates = pmx_templates_new();
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const json_t *config = pmx_templates_get(templates, rows[i].id);
        const json_t *video = json_object_get(config, "Video");
        const json_t *audio = json_object_get(config, "Audio");
        g_assert_cmpstr(pmx_templates_id_at(templates, 8 + i), ==, rows[i].id);
        g_assert_cmpstr(json_string_value(json_object_get(video, "Codec")), ==, rows[i].codec);
        g_assert_cmpint(json_integer_value(json_object_get(video, "Bitrate")), ==, rows[i].bitrate);
        g_assert_cmpint(json_integer_value(json_object_get(audio, "Bitrate")), ==, 64);
    }
    g_assert_null(pmx_templates_id_at(templates, 8 + G_N_ELEMENTS(rows)));
}

/* They obey the rules that jobs obey. */
static void test_valid(void)
{
    g_autoptr(PmxTemplates) templates = pmx_templates_new();
    const char *id;
    for (guint i = 0; (id = pmx_templates_id_at(templates, i)); i++) {
        g_autoptr(PmxProblems) problems = pmx_problems_new();
        PmxParams params;
        pmx_object_parse(&pmx_params_object, pmx_templates_get(templates, id), id, &params,
                         problems);
        g_assert_cmpuint(pmx_problems_count(problems), ==, 0);
        pmx_object_clear(&pmx_params_object, &params);
    }
}

/* RFC 7396, appendix A, but for null, which here leaves the value alone. */
static void test_merge(void)
{
    static const char *const rows[][3] = {
        {"{'a':'b'}", "{'a':'c'}", "{'a':'c'}"},
        {"{'a':'b'}", "{'b':'c'}", "{'a':'b','b':'c'}"},
        {"{'a':'b'}", "{'a':null}", "{'a':'b'}"},
        {"{'a':'b','b':'c'}", "{'a':null}", "{'a':'b','b':'c'}"},
        {"{'a':['b']}", "{'a':'c'}", "{'a':'c'}"},
        {"{'a':'c'}", "{'a':['b']}", "{'a':['b']}"},
        {"{'a':{'b':'c'}}", "{'a':{'b':'d','c':null}}", "{'a':{'b':'d'}}"},
        {"{'a':{'b':'c'}}", "{'a':[1]}", "{'a':[1]}"},
        {"{'a':[{'b':'c'}]}", "{'a':[1]}", "{'a':[1]}"},
        {"{'a':'foo'}", "{'a':{'b':1}}", "{'a':{'b':1}}"},
        {"{}", "{'a':{'bb':{'ccc':null}}}", "{'a':{'bb':{}}}"},
        {"{'a':{'b':1,'c':2}}", "{}", "{'a':{'b':1,'c':2}}"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        json_t *base = json_of(rows[i][0]), *over = json_of(rows[i][1]);
        json_t *wanted = json_of(rows[i][2]), *untouched = json_deep_copy(base);
        json_t *merged = pmx_template_merge(base, over);
        g_assert_true(json_equal(merged, wanted));
        g_assert_true(json_equal(base, untouched));
        json_decref(merged);
        json_decref(untouched);
        json_decref(wanted);
        json_decref(over);
        json_decref(base);
    }
}

static void test_merge_nothing(void)
{
    json_t *one = json_of("{'a':1}"), *none = pmx_template_merge(NULL, NULL);
    json_t *base = pmx_template_merge(one, NULL), *over = pmx_template_merge(NULL, one);
    g_assert_true(json_is_object(none) && json_object_size(none) == 0);
    g_assert_true(json_equal(base, one));
    g_assert_true(json_equal(over, one));
    json_decref(over);
    json_decref(base);
    json_decref(none);
    json_decref(one);
}

/* What a job of one output with the template "mine" is told of it. Caller frees. */
static char *told(const char *template, const char *over)
{
    g_autoptr(PmxTemplates) templates = pmx_templates_new();
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autofree char *text =
        g_strdup_printf("{'Inputs':[{'Name':'film','InputFile':{'Type':'OSS','Media':'a.mp4'}}],"
                        "'Outputs':[{'OutputFile':{'Type':'OSS','Media':'o'},'TemplateId':'mine',"
                        "'OverrideParams':%s}]}",
                        over);
    json_t *config = json_of(text), *mine = json_of(template);
    const PmxJobOptions options = {.have_fdk_aac = TRUE};
    pmx_templates_add(templates, "mine", mine);
    pmx_job_free(pmx_job_parse(config, templates, &options, problems));
    json_decref(mine);
    json_decref(config);
    return pmx_problems_to_text(problems);
}

/* What a template says of a codec that a job has replaced by a copy is passed over; what it says of
 * its own copy is a mistake. */
static void test_copies(void)
{
    static const char copies[] = "{'Audio':{'Codec':'copy','Bitrate':64}}";
    g_autofree char *fine = told("{'Audio':{'Codec':'AAC','Bitrate':64}}",
                                 "{'Audio':{'Codec':'copy'},'Audios':[{'InputRef':'film'}]}");
    g_autofree char *replaced = told(copies, "{'Audio':{'Codec':'AAC'}}");
    g_autofree char *some =
        told(copies, "{'Audios':[{'InputRef':'film'},{'InputRef':'film','Codec':'AAC'}]}");
    g_autofree char *wrong = told(copies, "{'Audios':[{'InputRef':'film'}]}");
    g_assert_cmpstr(fine, ==, "");
    g_assert_cmpstr(replaced, ==, "");
    g_assert_cmpstr(some, ==, "");
    g_assert_nonnull(strstr(wrong,
                            "Outputs[0].TemplateId: the template \"mine\" cannot be used: its "
                            "Audio.Bitrate has no effect on what is copied; leave it out"));
}

/* What a job says of its rate goes before what the template says, and what goes with it. */
static void test_rates(void)
{
    static const char at_a_rate[] =
        "{'Video':{'Bitrate':300},'TransConfig':{'TransMode':'twopass','IsCheckVideoBitrate':true,"
        "'IsCheckVideoBitrateFail':true}}";
    static const char held[] = "{'Video':{'Bitrate':300,'Maxrate':400}}";
    g_autofree char *quality = told(at_a_rate, "{'Video':{'Crf':30}}");
    g_autofree char *quantiser = told(at_a_rate, "{'Video':{'Qscale':30}}");
    g_autofree char *asked =
        told(at_a_rate, "{'Video':{'Crf':30},'TransConfig':{'IsCheckVideoBitrateFail':true}}");
    g_autofree char *alone = told("{'TransConfig':{'IsCheckVideoBitrate':true}}", "{}");
    g_autofree char *above = told(held, "{'Video':{'Bitrate':500}}");
    g_assert_cmpstr(quality, ==, "");
    g_assert_cmpstr(quantiser, ==, "");
    g_assert_cmpstr(asked, ==,
                    "Outputs[0].OverrideParams.TransConfig.IsCheckVideoBitrateFail: compares with "
                    "Video.Bitrate, which is not given; give it, or leave this out\n");
    g_assert_cmpstr(
        alone, ==,
        "Outputs[0].TemplateId: the template's TransConfig.IsCheckVideoBitrate: "
        "compares with Video.Bitrate, which is not given; give it, or leave this out\n");
    g_assert_cmpstr(above, ==,
                    "Outputs[0].TemplateId: the template's Video.Maxrate: is less than Bitrate, "
                    "500\n");
}

/* Nothing that a job itself says of a video that is left out is passed over in silence. */
static void test_without_video(void)
{
    static const char sound[] = "{'Video':{'Remove':true},'TransConfig':{'TransMode':'onepass'}}";
    g_autofree char *fine = told(sound, "{'Video':{'InputRef':'film'}}");
    g_autofree char *wide = told(sound, "{'Video':{'Width':200}}");
    g_autofree char *checked = told("{'Container':{'Format':'m4a'},'Video':{'Width':200}}",
                                    "{'TransConfig':{'IsCheckReso':true}}");
    g_assert_cmpstr(fine, ==, "");
    g_assert_cmpstr(wide, ==,
                    "Outputs[0].OverrideParams.Video.Width: has no effect on an output without "
                    "video; leave it out\n");
    g_assert_cmpstr(checked, ==,
                    "Outputs[0].OverrideParams.TransConfig.IsCheckReso: has no effect on an output "
                    "without video; leave it out\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/template/built-in", test_built_in);
    g_test_add_func("/template/of-the-api", test_of_the_api);
    g_test_add_func("/template/valid", test_valid);
    g_test_add_func("/template/merge", test_merge);
    g_test_add_func("/template/merge-nothing", test_merge_nothing);
    g_test_add_func("/template/copies", test_copies);
    g_test_add_func("/template/rates", test_rates);
    g_test_add_func("/template/without-video", test_without_video);
    return g_test_run();
}
