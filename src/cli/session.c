/* SPDX-License-Identifier: MIT */
/* See session.h. */
#include "cli/session.h"

#include <string.h>

#include "cli/json-file.h"
#include "cli/places.h"
#include "exec/font-file.h"
#include "storage/job-files.h"

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

/* Of the waiting for places. */
static PmxPatience patience_of(const PmxSession *session)
{
    return (PmxPatience){.cancel = session->probe.cancel, .allowance = session->allowance};
}

/* --- inputs --- */

static PmxFacts *look(const PmxSession *session, PmxReader *reader, GError **error)
{
    g_autoptr(GError) failure = NULL;
    PmxFacts *facts = pmx_probe_file(&session->probe, reader, &failure);
    if (facts)
        return facts;
    gboolean named = strstr(failure->message, reader->name) != NULL;
    g_propagate_error(error, g_steal_pointer(&failure));
    if (!named)
        g_prefix_error(error, "\"%s\": ", reader->name);
    return NULL;
}

/* Opens one input and looks into it; on failure both lists get a hole. */
static void open_input(PmxSession *session, const char *at, const char *media,
                       PmxProblems *problems)
{
    g_autoptr(GError) error = NULL;
    const PmxPatience patience = patience_of(session);
    PmxReader *reader = pmx_open_waiting(session->places, media, &patience, &error);
    PmxFacts *facts = reader ? look(session, reader, &error) : NULL;
    g_ptr_array_add(session->inputs, reader);
    g_ptr_array_add(session->facts, facts);
    if (error)
        pmx_problems_add_error(problems, at, error);
}

static void open_wrong_input(PmxSession *session, guint i, const char *media, PmxProblems *problems)
{
    g_autofree char *at = g_strdup_printf("Inputs[%u].InputFile.Media", i);
    open_input(session, at, media, problems);
}

/* A job with mistakes is told of its inputs' mistakes in the same answer, as far as they can be
 * made out. */
static void open_inputs_of_wrong_job(PmxSession *session, PmxProblems *problems)
{
    size_t i;
    const json_t *input;
    json_array_foreach (json_object_get(session->config, "Inputs"), i, input) {
        const json_t *media = json_object_get(json_object_get(input, "InputFile"), "Media");
        if (json_string_length(media) > 0)
            open_wrong_input(session, (guint)i, json_string_value(media), problems);
    }
}

static void open_inputs(PmxSession *session, PmxProblems *problems)
{
    for (guint i = 0; i < session->job->inputs->len; i++) {
        const PmxInput *input = g_ptr_array_index(session->job->inputs, i);
        g_autofree char *at = pmx_job_input_path(session->job, i);
        open_input(session, at, input->file.media, problems);
    }
}

/* --- outputs --- */

static void swap(char **a, char **b)
{
    char *kept = *a;
    *a = *b;
    *b = kept;
}

static void resolve_outputs(PmxSession *session, gboolean writes, PmxProblems *problems)
{
    const PmxPatience patience = patience_of(session);
    for (guint i = 0; i < session->job->outputs->len; i++) {
        PmxOutput *output = g_ptr_array_index(session->job->outputs, i);
        g_autoptr(GError) error = NULL;
        g_autofree char *whole =
            pmx_places_resolve_output(session->places, output->address, &error);
        if (whole && writes)
            pmx_writable_waiting(session->places, whole, &patience, &error);
        if (error)
            pmx_problems_add_error(problems, output->path, error);
        else
            swap(&output->address, &whole);
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

/* -o names a folder here, or an address. NULL: it was not given. Caller frees. */
static char *output_base(const char *output)
{
    return output && !strstr(output, "://") ? g_canonicalize_filename(output, NULL)
                                            : g_strdup(output);
}

static PmxPlaces *open_places(const PmxSessionOptions *options, PmxProblems *problems)
{
    gboolean piped = strcmp(options->path, "-") == 0;
    g_autofree char *place = piped ? g_strdup(".") : g_path_get_dirname(options->path);
    g_autofree char *folder = g_canonicalize_filename(place, NULL);
    g_autoptr(GError) error = NULL;
    PmxPlaces *places = pmx_places_of_command(options->configuration, folder, &error);
    if (!places)
        pmx_problems_add_error(problems, "", error);
    return places;
}

/* Nobody gives a job an id here; the same job gets the same one, so that it makes the same files. NULL:
 * there is no job. Caller frees. */
static char *id_of(const json_t *config)
{
    enum { DIGITS = 32 };
    char *text = config ? json_dumps(config, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    g_autofree char *sum = text ? g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1) : NULL;
    free(text);
    return sum ? g_strndup(sum, DIGITS) : NULL;
}

static void prepare(PmxSession *session, const PmxSessionOptions *options, PmxProblems *problems)
{
    g_autofree char *base = output_base(options->output);
    session->places = open_places(options, problems);
    session->allowance = session->places ? pmx_allowance_of_command(session->places) : NULL;
    session->config =
        session->places ? pmx_json_file_read(options->path, "the job file", problems) : NULL;
    g_autofree char *id = id_of(session->config);
    const PmxJobOptions parsing = {base, id, PMX_HAVE_FDK_AAC, pmx_font_file_read};
    if (session->config)
        session->job = pmx_job_parse(session->config, session->templates, &parsing, problems);
    if (!session->job) {
        open_inputs_of_wrong_job(session, problems);
        return;
    }
    open_inputs(session, problems);
    if (pmx_job_files_check(session->places, session->job, problems))
        resolve_outputs(session, options->writes, problems);
    if (pmx_problems_count(problems) == 0)
        make_plan(session, problems);
}

PmxSession *pmx_session_new(const PmxSessionOptions *options, PmxProblems *problems)
{
    PmxSession *session = g_new0(PmxSession, 1);
    session->templates = pmx_templates_new();
    session->inputs = g_ptr_array_new_with_free_func(free_input);
    session->facts = g_ptr_array_new_with_free_func(free_facts);
    session->runner = pmx_runner_path();
    session->probe = (PmxProbe){session->runner, pmx_runner_patience(), options->cancel};
    prepare(session, options, problems);
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
    pmx_allowance_unref(session->allowance);
    pmx_places_free(session->places);
    g_free(session->runner);
    g_free(session);
}
