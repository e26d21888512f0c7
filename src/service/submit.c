/* SPDX-License-Identifier: MIT */
/* A Config becomes a job. See pmx_service_submit(). */
#include <string.h>

#include "exec/font-file.h"
#include "service/private.h"
#include "storage/job-files.h"

PmxJobOptions pmx_service_job_options(const char *id)
{
    return (PmxJobOptions){
        .job_id = id, .have_fdk_aac = PMX_HAVE_FDK_AAC, .read_font = pmx_font_file_read};
}

gboolean pmx_service_check_addresses(const PmxService *service, const PmxJob *job,
                                     PmxProblems *problems)
{
    guint before = pmx_problems_count(problems);
    for (guint i = 0; i < job->inputs->len; i++) {
        const PmxInput *input = g_ptr_array_index(job->inputs, i);
        g_autofree char *path = pmx_job_input_path(job, i);
        g_autoptr(GError) error = NULL;
        if (!pmx_places_check(service->places, input->file.media, &error))
            pmx_service_fail(problems, path, error);
    }
    for (guint i = 0; i < job->outputs->len; i++) {
        const PmxOutput *output = g_ptr_array_index(job->outputs, i);
        g_autoptr(GError) error = NULL;
        if (!pmx_places_check_output(service->places, output->address, &error))
            pmx_service_fail(problems, output->path, error);
    }
    pmx_job_files_check(service->places, job, problems);
    return pmx_problems_count(problems) == before;
}

static gboolean check_notify_address(const PmxService *service, const char *user_data,
                                     PmxProblems *problems)
{
    g_autofree char *address = pmx_service_notify_address(user_data);
    return !address ||
           pmx_service_check_receiver(service, address, "UserData.NotifyAddress", problems);
}

/* --- rows --- */

static PmxPartRecord *part_new(const char *job, PmxPartKind kind, gint64 place, const char *name)
{
    PmxPartRecord *part = g_new0(PmxPartRecord, 1);
    part->id = pmx_service_id();
    part->job = g_strdup(job);
    part->kind = kind;
    part->place = place;
    part->group = -1;
    part->name = g_strdup(name);
    part->created = pmx_moment_now();
    return part;
}

/* The place of the group in "OutputGroups[2].Outputs[0]", -1 for another path. */
static gint64 group_of(const PmxOutput *output)
{
    const char *number = strchr(output->path, '[');
    return g_str_has_prefix(output->path, "OutputGroups[") ? g_ascii_strtoll(number + 1, NULL, 10)
                                                           : -1;
}

static void part_free(gpointer part)
{
    pmx_part_record_free(part);
}

static GPtrArray *parts_of(const char *id, const PmxJob *job, const json_t *config)
{
    GPtrArray *parts = g_ptr_array_new_with_free_func(part_free);
    size_t i;
    const json_t *group;
    for (guint k = 0; k < job->outputs->len; k++) {
        const PmxOutput *output = g_ptr_array_index(job->outputs, k);
        PmxPartRecord *part = part_new(id, PMX_PART_OUTPUT, k, output->name);
        part->group = group_of(output);
        part->address = g_strdup(output->address);
        g_ptr_array_add(parts, part);
    }
    json_array_foreach (json_object_get(config, "OutputGroups"), i, group) {
        g_ptr_array_add(parts, part_new(id, PMX_PART_GROUP, (gint64)i,
                                        json_string_value(json_object_get(group, "Name"))));
    }
    return parts;
}

static char *fingerprint_of(const PmxSubmission *submission)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    char *config = json_dumps(submission->config, JSON_COMPACT | JSON_SORT_KEYS);
    const char *texts[] = {config, submission->pipeline, submission->user_data};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        const char *text = texts[i] ? texts[i] : "";
        g_checksum_update(sum, (const guchar *)text, (gssize)strlen(text) + 1);
    }
    free(config);
    return g_strdup(g_checksum_get_string(sum));
}

static PmxJobRecord *record_of(const PmxSubmission *submission, const char *id, const PmxJob *job)
{
    PmxJobRecord *record = g_new0(PmxJobRecord, 1);
    record->id = g_strdup(id);
    record->name = g_strdup(job->name);
    record->pipeline =
        g_strdup(submission->pipeline && *submission->pipeline ? submission->pipeline : "default");
    for (guint i = 0; i < job->outputs->len; i++)
        record->priority =
            MAX(record->priority, ((PmxOutput *)g_ptr_array_index(job->outputs, i))->priority);
    record->request = g_strdup(submission->request);
    record->token = submission->token && *submission->token ? g_strdup(submission->token) : NULL;
    record->fingerprint = fingerprint_of(submission);
    record->user_data = g_strdup(submission->user_data);
    record->trigger = g_strdup("API");
    record->config = json_deep_copy(submission->config);
    return record;
}

/* --- into the store --- */

typedef struct {
    PmxJobView *view;
    PmxJobRecord *known; /* the job that this token has made before */
} Insertion;

static gboolean check_pipeline(PmxDb *db, const char *id, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(PmxPipelineRecord) pipeline = pmx_pipelines_get(db, id, &failure);
    if (failure)
        g_propagate_error(error, g_steal_pointer(&failure));
    else if (!pipeline)
        g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_NOT_FOUND,
                    "The resource operated \"%s\" cannot be found: there is no such pipeline", id);
    return pipeline != NULL;
}

static gboolean add_first_event(PmxDb *db, const PmxJobRecord *job, GError **error)
{
    PmxEventRecord event = {.job = job->id, .at = job->created, .type = (char *)"state"};
    event.body = json_pack("{s:s, s:s, s:i}", "id", job->id, "state",
                           pmx_job_state_names[job->state], "percent", 0);
    gboolean ok = pmx_events_add(db, &event, error);
    json_decref(event.body);
    return ok;
}

static gboolean insert(PmxDb *db, gpointer data, GError **error)
{
    Insertion *insertion = data;
    PmxJobRecord *job = insertion->view->job;
    g_autoptr(GError) failure = NULL;
    if (job->token)
        insertion->known = pmx_jobs_by_token(db, job->token, &failure);
    if (failure) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    if (insertion->known)
        return TRUE;
    /* Here, so that jobs are created in the order in which they appear in lists. */
    job->created = pmx_moment_now();
    return check_pipeline(db, job->pipeline, error) &&
           pmx_jobs_insert(db, job, insertion->view->parts, error) &&
           add_first_event(db, job, error);
}

static PmxJobView *answer_known(PmxService *service, Insertion *insertion, PmxProblems *problems)
{
    g_autoptr(PmxJobRecord) known = insertion->known;
    g_autoptr(PmxJobView) view = insertion->view;
    if (strcmp(known->fingerprint, view->job->fingerprint) == 0)
        return pmx_service_job(service, known->id, problems);
    pmx_problems_add(problems, PMX_CODE_INVALID, "ClientToken",
                     "was used for another request, which made job %s; take a new one for each "
                     "request",
                     known->id);
    return NULL;
}

static PmxJobView *keep(PmxService *service, PmxJobView *view, PmxProblems *problems)
{
    Insertion insertion = {view, NULL};
    if (!pmx_service_write(service, insert, &insertion, problems)) {
        pmx_job_record_free(insertion.known);
        pmx_job_view_free(view);
        return NULL;
    }
    if (insertion.known)
        return answer_known(service, &insertion, problems);
    pmx_engine_poke(service->engine);
    return view;
}

PmxJobView *pmx_service_submit(PmxService *service, const PmxSubmission *submission,
                               PmxProblems *problems)
{
    g_autofree char *id = pmx_service_id();
    PmxJobOptions options = pmx_service_job_options(id);
    g_rw_lock_reader_lock(&service->templates_lock);
    g_autoptr(PmxJob) job =
        pmx_job_parse(submission->config, service->templates, &options, problems);
    json_t *templates = job ? pmx_service_templates_used(service, job) : NULL;
    g_rw_lock_reader_unlock(&service->templates_lock);
    gboolean fine = check_notify_address(service, submission->user_data, problems);
    if (!job || !pmx_service_check_addresses(service, job, problems) || !fine) {
        json_decref(templates);
        return NULL;
    }
    PmxJobView *view = g_new0(PmxJobView, 1);
    view->job = record_of(submission, id, job);
    view->job->templates = templates;
    view->parts = parts_of(view->job->id, job, submission->config);
    return keep(service, view, problems);
}
