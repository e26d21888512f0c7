/* SPDX-License-Identifier: MIT */
/* See session.h. */
#include "cli/session.h"

#include <string.h>

#include "cli/json-file.h"
#include "storage/address.h"

/* Segments aim at this many seconds; tests shorten it to have several in a short clip. */
static double segment_seconds(void)
{
    const char *text = g_getenv("POLYMUX_SEGMENT_SECONDS");
    return text ? g_ascii_strtod(text, NULL) : 0;
}

static void free_input(gpointer data)
{
    pmx_reader_free(data);
}

static void free_facts(gpointer data)
{
    pmx_facts_free(data);
}

/* Opens one input and looks into it; on failure both lists get a hole. */
static void open_input(PmxSession *session, guint i, const char *media, const char *folder,
                       PmxProblems *problems)
{
    g_autofree char *at = g_strdup_printf("Inputs[%u].InputFile.Media", i);
    g_autoptr(GError) error = NULL;
    g_autofree char *path = pmx_address_to_path(media, folder, &error);
    PmxReader *file = path ? pmx_reader_open_file(path, &error) : NULL;
    PmxFacts *facts = file ? pmx_probe_file(&session->probe, file, &error) : NULL;
    g_ptr_array_add(session->inputs, file);
    g_ptr_array_add(session->facts, facts);
    if (error && file)
        g_prefix_error(&error, "\"%s\": ", path);
    if (error)
        pmx_problems_add_error(problems, at, error);
}

/* A job with mistakes is told of its inputs' mistakes in the same answer, as far as they can be
 * made out. */
static void open_inputs_of_wrong_job(PmxSession *session, const char *folder, PmxProblems *problems)
{
    size_t i;
    const json_t *input;
    json_array_foreach (json_object_get(session->config, "Inputs"), i, input) {
        const json_t *media = json_object_get(json_object_get(input, "InputFile"), "Media");
        if (json_string_length(media) > 0)
            open_input(session, (guint)i, json_string_value(media), folder, problems);
    }
}

static void open_inputs(PmxSession *session, const char *folder, PmxProblems *problems)
{
    for (guint i = 0; i < session->job->inputs->len; i++) {
        const PmxInput *input = g_ptr_array_index(session->job->inputs, i);
        open_input(session, i, input->file.media, folder, problems);
    }
}

static void resolve_outputs(PmxSession *session, const char *folder, PmxProblems *problems)
{
    for (guint i = 0; i < session->job->outputs->len; i++) {
        PmxOutput *output = g_ptr_array_index(session->job->outputs, i);
        g_autoptr(GError) error = NULL;
        char *path = pmx_address_to_path(output->address, folder, &error);
        if (path && pmx_local_writable(path, &error)) {
            g_free(output->address);
            output->address = path;
            continue;
        }
        g_free(path);
        pmx_problems_add_error(problems, output->path, error);
    }
}

static void make_plan(PmxSession *session, PmxProblems *problems)
{
    guint count = session->job->inputs->len;
    g_autofree PmxPlanInput *inputs = g_new0(PmxPlanInput, count + 1);
    for (guint i = 0; i < count; i++) {
        const PmxReader *file = g_ptr_array_index(session->inputs, i);
        inputs[i] = (PmxPlanInput){g_ptr_array_index(session->facts, i), file->identity};
    }
    session->plan = pmx_plan_new(session->job, inputs, segment_seconds(), problems);
}

static void prepare(PmxSession *session, const char *path, const char *output,
                    PmxProblems *problems)
{
    g_autofree char *place = strcmp(path, "-") == 0 ? g_strdup(".") : g_path_get_dirname(path);
    g_autofree char *folder = g_canonicalize_filename(place, NULL);
    g_autofree char *base = output ? g_canonicalize_filename(output, NULL) : NULL;
    PmxJobOptions options = {.output_base = base, .have_fdk_aac = PMX_HAVE_FDK_AAC};
    session->config = pmx_json_file_read(path, "the job file", problems);
    if (session->config)
        session->job = pmx_job_parse(session->config, session->templates, &options, problems);
    if (!session->job) {
        open_inputs_of_wrong_job(session, folder, problems);
        return;
    }
    open_inputs(session, folder, problems);
    resolve_outputs(session, folder, problems);
    if (pmx_problems_count(problems) == 0)
        make_plan(session, problems);
}

PmxSession *pmx_session_new(const char *path, const char *output, GCancellable *cancel,
                            PmxProblems *problems)
{
    PmxSession *session = g_new0(PmxSession, 1);
    session->templates = pmx_templates_new();
    session->inputs = g_ptr_array_new_with_free_func(free_input);
    session->facts = g_ptr_array_new_with_free_func(free_facts);
    session->runner = pmx_runner_path();
    session->probe = (PmxProbe){session->runner, pmx_runner_patience(), cancel};
    prepare(session, path, output, problems);
    return session;
}

void pmx_session_free(PmxSession *session)
{
    if (!session)
        return;
    pmx_plan_free(session->plan);
    g_ptr_array_unref(session->facts);
    g_ptr_array_unref(session->inputs);
    pmx_job_free(session->job);
    pmx_templates_free(session->templates);
    json_decref(session->config);
    g_free(session->runner);
    g_free(session);
}
