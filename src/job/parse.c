/* SPDX-License-Identifier: MIT */
/* Config → job: see job.h, and build.h for how. Pure. */
#include <string.h>

#include "job/build.h"
#include "job/output-address.h"

gboolean pmx_build_given(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return value && !json_is_null(value);
}

static const json_t *element(const json_t *object, const char *key, guint i)
{
    return json_array_get(json_object_get(object, key), i);
}

/* --- names of inputs and selectors --- */

/* Every name an InputRef may have, with the path of what has it; values are owned. */
typedef struct {
    GHashTable *inputs, *selectors;
    PmxProblems *problems;
} Names;

/* Takes `owner`. */
static void claim(GHashTable *names, const char *name, char *owner, PmxProblems *problems)
{
    const char *first = name ? g_hash_table_lookup(names, name) : NULL;
    g_autofree char *path = g_strconcat(owner, ".Name", NULL);
    if (first)
        pmx_problems_add(problems, PMX_CODE_INVALID, path, "\"%s\" is already the name of %s", name,
                         first);
    if (!first && name)
        g_hash_table_insert(names, (gpointer)name, owner);
    else
        g_free(owner);
}

static void claim_selector(const Names *names, const char *name, char *path, const char *input)
{
    const char *other = name ? g_hash_table_lookup(names->inputs, name) : NULL;
    g_autofree char *at = g_strconcat(path, ".Name", NULL);
    if (other && strcmp(other, input) != 0)
        pmx_problems_add(names->problems, PMX_CODE_INVALID, at,
                         "\"%s\" is the name of another input, %s", name, other);
    claim(names->selectors, name, path, names->problems);
}

/* What each rule goes by: that key and neither of the others. */
static const char *const rule_keys[] = {
    [PMX_RULE_TAG] = "TagConfig", [PMX_RULE_INDEX] = "Index", [PMX_RULE_TRACK] = "Track"};

static void check_rule(const PmxAudioSelector *selector, const json_t *json, const char *path,
                       PmxProblems *problems)
{
    const char *rule = pmx_select_rule_names[selector->rule];
    const char *written = json_string_value(json_object_get(json, "Rule"));
    for (int i = 0; written && !g_ascii_strcasecmp(written, rule) && i < 3; i++) {
        g_autofree char *at = g_strconcat(path, ".", rule_keys[i], NULL);
        gboolean given = pmx_build_given(json, rule_keys[i]);
        if (!given && i == selector->rule)
            pmx_problems_add(problems, PMX_CODE_MISSING_PARAMETER, at, "is required with Rule %s",
                             rule);
        else if (given && i != selector->rule)
            pmx_problems_add(problems, PMX_CODE_INVALID, at,
                             "has no effect with Rule %s; leave it out", rule);
    }
}

static void check_selectors(const PmxInput *input, const json_t *json, const char *path,
                            const Names *names)
{
    for (guint i = 0; input->selectors && i < input->selectors->len; i++) {
        const PmxAudioSelector *selector = g_ptr_array_index(input->selectors, i);
        char *at = g_strdup_printf("%s.AudioSelector[%u]", path, i);
        check_rule(selector, element(json, "AudioSelector", i), at, names->problems);
        claim_selector(names, selector->name, at, path);
    }
}

static void check_inputs(const PmxBuild *build, const json_t *config)
{
    GPtrArray *inputs = build->job->inputs;
    Names names = {g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free),
                   g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free), build->problems};
    for (guint i = 0; i < inputs->len; i++)
        claim(names.inputs, ((const PmxInput *)g_ptr_array_index(inputs, i))->name,
              g_strdup_printf("Inputs[%u]", i), names.problems);
    for (guint i = 0; i < inputs->len; i++) {
        g_autofree char *path = g_strdup_printf("Inputs[%u]", i);
        check_selectors(g_ptr_array_index(inputs, i), element(config, "Inputs", i), path, &names);
    }
    g_hash_table_unref(names.inputs);
    g_hash_table_unref(names.selectors);
}

/* Outputs may not be written over inputs. */
static void note_input_files(const PmxBuild *build)
{
    for (guint i = 0; i < build->job->inputs->len; i++) {
        const PmxInput *input = g_ptr_array_index(build->job->inputs, i);
        if (input->file.media && *input->file.media)
            g_hash_table_insert(build->files, pmx_output_address_key(input->file.media),
                                g_strdup_printf("Inputs[%u].InputFile.Media", i));
    }
}

/* --- outputs --- */

static void build_list(PmxBuild *build, const PmxGroupRequest *group, GPtrArray *requests,
                       const json_t *owner, const char *prefix)
{
    for (guint i = 0; requests && i < requests->len; i++) {
        g_autofree char *path = g_strdup_printf("%sOutputs[%u]", prefix, i);
        const PmxOutputPlace place = {group, g_ptr_array_index(requests, i),
                                      element(owner, "Outputs", i), path};
        pmx_build_output(build, &place);
    }
}

static void check_base(const PmxBuild *build, const json_t *group, const char *prefix)
{
    const json_t *config = json_object_get(group, "GroupConfig");
    if (build->options->output_base || !json_is_object(config) ||
        pmx_build_given(config, "OutputFileBase"))
        return;
    g_autofree char *path = g_strconcat(prefix, "GroupConfig.OutputFileBase", NULL);
    pmx_problems_add(build->problems, PMX_CODE_MISSING_PARAMETER, path, "is required");
}

static void build_groups(PmxBuild *build, GPtrArray *groups, const json_t *config)
{
    for (guint i = 0; groups && i < groups->len; i++) {
        const PmxGroupRequest *group = g_ptr_array_index(groups, i);
        const json_t *json = element(config, "OutputGroups", i);
        g_autofree char *prefix = g_strdup_printf("OutputGroups[%u].", i);
        check_base(build, json, prefix);
        build_list(build, group, group->outputs, json, prefix);
    }
}

static gboolean is_absent(const json_t *config, const char *key)
{
    const json_t *value = json_object_get(config, key);
    return !value || json_is_null(value) || (json_is_array(value) && json_array_size(value) == 0);
}

static void check_any_output(const PmxBuild *build, const json_t *config)
{
    if (json_is_object(config) && is_absent(config, "OutputGroups") && is_absent(config, "Outputs"))
        pmx_problems_add(build->problems, PMX_CODE_MISSING_PARAMETER, "OutputGroups",
                         "is required, or Outputs: this job makes nothing");
}

/* --- the whole --- */

static void build_all(PmxBuild *build, const PmxConfig *request, const json_t *config)
{
    check_inputs(build, config);
    note_input_files(build);
    check_any_output(build, config);
    build_groups(build, request->groups, config);
    build_list(build, NULL, request->outputs, config, "");
}

static void clear_fonts(PmxBuildFont *fonts)
{
    for (guint i = 0; i < PMX_FONTS; i++) {
        g_clear_pointer(&fonts[i].file, g_bytes_unref);
        g_free(fonts[i].sum);
    }
}

PmxJob *pmx_job_parse(const json_t *config, const PmxTemplates *templates,
                      const PmxJobOptions *options, PmxProblems *problems)
{
    guint before = pmx_problems_count(problems);
    PmxConfig request;
    pmx_object_parse(&pmx_config_object, config, "", &request, problems);

    g_autoptr(PmxJob) job = pmx_build_job_new(&request);
    GHashTable *files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    PmxBuildFont fonts[PMX_FONTS] = {0};
    PmxBuild build = {templates, options, job, files, problems, fonts};
    build_all(&build, &request, config);

    clear_fonts(fonts);
    g_hash_table_unref(files);
    pmx_object_clear(&pmx_config_object, &request);
    return pmx_problems_count(problems) == before ? g_steal_pointer(&job) : NULL;
}
