/* SPDX-License-Identifier: MIT */
/* Placeholders in the names of outputs: job/placeholders.h, and what a job makes of them. */
#include "job/placeholders.h"

#include <string.h>

#include "job/job.h"
#include "single-quoted.h"

static const PmxPlaceholders all = {"0123", "Film 片", "360P", "mp4"};

static void check(const PmxPlaceholders *values, const char *text, const char *expected)
{
    g_autofree char *why = NULL, *filled = pmx_placeholders_fill(values, text, &why);
    g_assert_cmpstr(filled, ==, expected);
    g_assert_null(why);
}

static void check_refused(const PmxPlaceholders *values, const char *text, const char *words)
{
    g_autofree char *why = NULL;
    g_assert_null(pmx_placeholders_fill(values, text, &why));
    g_test_message("%s", why);
    g_assert_nonnull(strstr(why, words));
}

static void filled(void)
{
    check(&all, "", "");
    check(&all, "plain", "plain");
    check(&all, "{JobId}", "0123");
    check(&all, "a/{JobName}/{OutputName}.{ExtName}", "a/Film 片/360P.mp4");
    check(&all, "{JobId}{JobId}", "01230123");
    check(&all, "{{JobId}}", "{0123}");
    check(&all, "{", "{");
    check(&all, "}{", "}{");
    check(&all, "{}", "{}");
    check(&all, "{JobId", "{JobId");
    check(&all, "{1}", "{1}");
    check(&all, "{Job Id}", "{Job Id}");
    check(&all, "{Job-Id}", "{Job-Id}");
    check(&all, "{片}", "{片}");
}

/* What is put in is not looked at again. */
static void values_are_no_placeholders(void)
{
    const PmxPlaceholders values = {"{JobName}", "{x}", "a", "mp4"};
    check(&values, "{JobId}{JobName}", "{JobName}{x}");
}

static void refused(void)
{
    static const PmxPlaceholders none = {0}, odd = {"..", "a/b", ".", ""};
    check_refused(&all, "{Jobid}", "did you mean {JobId}?");
    check_refused(&all, "{jobname}", "did you mean {JobName}?");
    check_refused(&all, "{MediaId}", "no placeholder");
    check_refused(&none, "{JobId}", "not known");
    check_refused(&none, "{JobName}", "no JobName");
    check_refused(&none, "{OutputName}", "no Name");
    check_refused(&odd, "{JobId}", "cannot be a part");
    check_refused(&odd, "{JobName}", "cannot be a part");
    check_refused(&odd, "{OutputName}", "cannot be a part");
    check_refused(&odd, "{ExtName}", "cannot be a part");
}

/* --- in a job --- */

#define JOB(name, base, file, output)                                                              \
    "{" name "'Inputs': [{'InputFile': {'Media': 'film.mp4'}}],"                                   \
    "'OutputGroups': [{'GroupConfig': {'Type': 'File', 'OutputFileBase': {'Media': '" base "'}},"  \
    "'Outputs': [{" output "'OutputFileName': '" file "', 'TemplateId': 'Video-360P'},"            \
    "{'OutputFileName': 'other', 'TemplateId': 'Video-360P'}]}]}"

static PmxJob *parse(const char *text, const char *base, PmxProblems *problems)
{
    g_autoptr(PmxTemplates) templates = pmx_templates_new();
    const PmxJobOptions options = {base, "0123", TRUE};
    json_t *config = json_of(text);
    PmxJob *job = pmx_job_parse(config, templates, &options, problems);
    json_decref(config);
    return job;
}

static void check_address(const char *text, const char *base, const char *expected)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxJob) job = parse(text, base, problems);
    g_autofree char *told = pmx_problems_to_text(problems);
    g_assert_cmpstr(told, ==, "");
    const PmxOutput *output = g_ptr_array_index(job->outputs, 0);
    g_assert_cmpstr(output->address, ==, expected);
}

static void check_told(const char *text, const char *expected)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_assert_null(parse(text, NULL, problems));
    g_autofree char *told = pmx_problems_to_text(problems);
    g_test_message("%s", told);
    g_assert_true(g_str_has_prefix(told, expected));
    g_assert_cmpuint(pmx_problems_count(problems), ==, 1);
}

static void in_jobs(void)
{
    const char *text = JOB("'JobName': 'j', ", "oss://b/{JobId}",
                           "{JobName}-{OutputName}.{ExtName}", "'Name': 'n', ");
    check_address(text, NULL, "oss://b/0123/j-n.mp4");
    check_address(text, "/x", "/x/j-n.mp4");
    check_address("{'Inputs': [{'InputFile': {'Media': 'f'}}], 'Outputs': [{'TemplateId': "
                  "'Video-360P', 'OutputFile': {'Media': 'oss://b/{JobId}/a'}}]}",
                  NULL, "oss://b/0123/a.mp4");
}

/* Each under the path where it is written. */
static void wrong_in_jobs(void)
{
    check_told(JOB("", "out", "{JobName}", ""),
               "OutputGroups[0].Outputs[0].OutputFileName: has {JobName}, and the job has no");
    check_told(JOB("'JobName': '..', ", "out", "{JobName}", ""),
               "OutputGroups[0].Outputs[0].OutputFileName: has {JobName}, and \"..\" cannot");
    check_told(
        "{'Inputs': [{'InputFile': {'Media': 'f'}}], 'OutputGroups': [{'GroupConfig': "
        "{'Type': 'File', 'OutputFileBase': {'Media': 'out/{OutputName}'}}, 'Outputs': "
        "[{'OutputFileName': 'a', 'TemplateId': 'Video-360P'}]}]}",
        "OutputGroups[0].Outputs[0]: OutputFileBase has {OutputName}, and the output has no");
}

/* Two outputs that become one file. */
static void same_file(void)
{
    check_told(JOB("'JobName': 'other', ", "out", "{JobName}", ""),
               "OutputGroups[0].Outputs[1].OutputFileName: \"out/other.mp4\" is the same file");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/placeholders/filled", filled);
    g_test_add_func("/placeholders/values-are-no-placeholders", values_are_no_placeholders);
    g_test_add_func("/placeholders/refused", refused);
    g_test_add_func("/placeholders/in-jobs", in_jobs);
    g_test_add_func("/placeholders/wrong-in-jobs", wrong_in_jobs);
    g_test_add_func("/placeholders/same-file", same_file);
    return g_test_run();
}
