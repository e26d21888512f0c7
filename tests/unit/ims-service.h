/* SPDX-License-Identifier: MIT */
/*
 * A service that does nothing but note what it was asked, and answers with one record of each kind;
 * for tests of the dialect alone. Link it instead of the service. For tests only.
 */
#pragma once

#include <string.h>

#include "service/service.h"

struct PmxService {
    const char *called;  /* the last function, behind pmx_service_ */
    PmxSubmission asked; /* the last submission; config is a reference of ours */
    PmxJobFilter jobs;   /* the last filters; texts live as long as the call */
    PmxTemplateFilter templates;
    char *texts[4];    /* the last call's texts, in order */
    gint64 numbers[2]; /* and numbers */
    gboolean config_given;
    PmxProblem problem; /* what every call fails with, when it has a message */
    gboolean mute;      /* fail without saying why */
    GPtrArray *ready;   /* ready-made templates */
};

static inline void note(PmxService *service, const char *called, const char *a, const char *b,
                        const char *c, const char *d)
{
    const char *const given[] = {a, b, c, d};
    service->called = called;
    for (guint i = 0; i < G_N_ELEMENTS(given); i++) {
        g_free(service->texts[i]);
        service->texts[i] = g_strdup(given[i]);
    }
}

/* Whether the call is to succeed. */
static inline gboolean goes(PmxService *service, PmxProblems *problems)
{
    const PmxProblem *problem = &service->problem;
    if (problem->message)
        pmx_problems_add(problems, problem->code, problem->path, "%s", problem->message);
    return !problem->message && !service->mute;
}

static inline PmxService *fake_service_new(void)
{
    PmxService *service = g_new0(PmxService, 1);
    service->ready = g_ptr_array_new_with_free_func((GDestroyNotify)pmx_template_record_free);
    for (int i = 0; i < 5; i++) {
        PmxTemplateRecord *record = g_new0(PmxTemplateRecord, 1);
        record->id = g_strdup_printf("S-%d", i);
        record->name = g_strdup_printf("Video-%dP", i);
        record->type = i == 4 ? 2 : 1;
        record->subtype = 1;
        record->config = json_object();
        g_ptr_array_add(service->ready, record);
    }
    return service;
}

static inline void fake_service_free(PmxService *service)
{
    note(service, NULL, NULL, NULL, NULL, NULL);
    json_decref((json_t *)service->asked.config);
    g_ptr_array_unref(service->ready);
    g_free(service);
}

/* --- jobs --- */

void pmx_job_view_free(PmxJobView *view)
{
    if (!view)
        return;
    pmx_job_record_free(view->job);
    g_clear_pointer(&view->parts, g_ptr_array_unref);
    g_free(view);
}

static inline PmxJobView *a_job(const char *id)
{
    PmxJobView *view = g_new0(PmxJobView, 1);
    view->job = g_new0(PmxJobRecord, 1);
    view->job->id = g_strdup(id);
    return view;
}

PmxJobView *pmx_service_submit(PmxService *service, const PmxSubmission *submission,
                               PmxProblems *problems)
{
    json_decref((json_t *)service->asked.config);
    service->asked = *submission;
    json_incref((json_t *)submission->config);
    note(service, "submit", submission->pipeline, submission->token, submission->user_data,
         submission->request);
    return goes(service, problems) ? a_job("fresh") : NULL;
}

PmxJobView *pmx_service_job(PmxService *service, const char *id, PmxProblems *problems)
{
    note(service, "job", id, NULL, NULL, NULL);
    return goes(service, problems) ? a_job(id) : NULL;
}

GPtrArray *pmx_service_jobs(PmxService *service, const PmxJobFilter *filter, char **next,
                            PmxProblems *problems)
{
    note(service, "jobs", filter->state, filter->id, filter->after, NULL);
    service->jobs = *filter;
    if (!goes(service, problems))
        return NULL;
    GPtrArray *jobs = g_ptr_array_new_with_free_func((GDestroyNotify)pmx_job_view_free);
    g_ptr_array_add(jobs, a_job("first"));
    g_ptr_array_add(jobs, a_job("second"));
    *next = filter->limit == 2 ? g_strdup("more") : NULL;
    return jobs;
}

gboolean pmx_service_cancel(PmxService *service, const char *id, PmxProblems *problems)
{
    note(service, "cancel", id, NULL, NULL, NULL);
    return goes(service, problems);
}

/* --- templates --- */

const PmxTemplateRecord *pmx_service_system_template(PmxService *service, const char *id)
{
    for (guint i = 0; i < service->ready->len; i++) {
        const PmxTemplateRecord *record = g_ptr_array_index(service->ready, i);
        if (strcmp(record->id, id) == 0)
            return record;
    }
    return NULL;
}

const GPtrArray *pmx_service_system_templates(PmxService *service)
{
    return service->ready;
}

static inline PmxTemplateRecord *a_template(const char *id, gint64 type, gint64 subtype)
{
    PmxTemplateRecord *record = g_new0(PmxTemplateRecord, 1);
    record->id = g_strdup(id);
    record->type = type;
    record->subtype = subtype;
    return record;
}

PmxTemplateRecord *pmx_service_template_create(PmxService *service, const char *id,
                                               const char *name, gint64 type, gint64 subtype,
                                               const json_t *config, PmxProblems *problems)
{
    note(service, "template_create", id, name, NULL, NULL);
    service->numbers[0] = type;
    service->numbers[1] = subtype;
    service->config_given = config != NULL;
    return goes(service, problems) ? a_template("fresh", type, subtype) : NULL;
}

PmxTemplateRecord *pmx_service_template_update(PmxService *service, const char *id,
                                               const char *name, const json_t *config,
                                               PmxProblems *problems)
{
    note(service, "template_update", id, name, NULL, NULL);
    service->config_given = config != NULL;
    return goes(service, problems) ? a_template(id, 1, 1) : NULL;
}

gboolean pmx_service_template_delete(PmxService *service, const char *id, PmxProblems *problems)
{
    note(service, "template_delete", id, NULL, NULL, NULL);
    return goes(service, problems);
}

PmxTemplateRecord *pmx_service_template(PmxService *service, const char *id, PmxProblems *problems)
{
    note(service, "template", id, NULL, NULL, NULL);
    return goes(service, problems) ? a_template(id, 1, 1) : NULL;
}

PmxTemplateRecord *pmx_service_template_default(PmxService *service, gint64 type, gint64 subtype,
                                                PmxProblems *problems)
{
    note(service, "template_default", NULL, NULL, NULL, NULL);
    return goes(service, problems) ? a_template("default", type, subtype) : NULL;
}

gboolean pmx_service_template_set_default(PmxService *service, const char *id,
                                          PmxProblems *problems)
{
    note(service, "template_set_default", id, NULL, NULL, NULL);
    return goes(service, problems);
}

/* Of both types; the filter is only noted. */
GPtrArray *pmx_service_templates(PmxService *service, const PmxTemplateFilter *filter,
                                 gint64 *total, PmxProblems *problems)
{
    note(service, "templates", filter->name, filter->id, NULL, NULL);
    service->templates = *filter;
    if (!goes(service, problems))
        return NULL;
    GPtrArray *found = g_ptr_array_new_with_free_func((GDestroyNotify)pmx_template_record_free);
    g_ptr_array_add(found, a_template("one", 1, 1));
    g_ptr_array_add(found, a_template("two", 2, 1));
    g_ptr_array_add(found, a_template("three", 3, 0));
    *total = 33;
    return found;
}

/* --- pipelines --- */

static inline PmxPipelineRecord *a_pipeline(const char *id, int speed)
{
    PmxPipelineRecord *record = g_new0(PmxPipelineRecord, 1);
    record->id = g_strdup(id);
    record->speed = speed;
    record->priority = 6;
    return record;
}

PmxPipelineRecord *pmx_service_pipeline_create(PmxService *service, const char *name,
                                               const char *speed, gint64 priority,
                                               PmxProblems *problems)
{
    note(service, "pipeline_create", name, speed, NULL, NULL);
    service->numbers[0] = priority;
    return goes(service, problems) ? a_pipeline("fresh", 0) : NULL;
}

PmxPipelineRecord *pmx_service_pipeline_update(PmxService *service, const char *id,
                                               const char *name, const char *state, gint64 priority,
                                               PmxProblems *problems)
{
    note(service, "pipeline_update", id, name, state, NULL);
    service->numbers[0] = priority;
    return goes(service, problems) ? a_pipeline(id, 0) : NULL;
}

PmxPipelineRecord *pmx_service_pipeline(PmxService *service, const char *id, PmxProblems *problems)
{
    note(service, "pipeline", id, NULL, NULL, NULL);
    return goes(service, problems) ? a_pipeline(id, 0) : NULL;
}

GPtrArray *pmx_service_pipelines(PmxService *service, PmxProblems *problems)
{
    note(service, "pipelines", NULL, NULL, NULL, NULL);
    if (!goes(service, problems))
        return NULL;
    GPtrArray *found = g_ptr_array_new_with_free_func((GDestroyNotify)pmx_pipeline_record_free);
    g_ptr_array_add(found, a_pipeline("default", 0));
    g_ptr_array_add(found, a_pipeline("fast", 1));
    return found;
}

gboolean pmx_service_pipeline_delete(PmxService *service, const char *id, PmxProblems *problems)
{
    note(service, "pipeline_delete", id, NULL, NULL, NULL);
    return goes(service, problems);
}

/* --- callback --- */

gboolean pmx_service_set_callback(PmxService *service, const PmxCallbackRecord *callback,
                                  PmxProblems *problems)
{
    note(service, "set_callback", callback->type, callback->url, callback->events,
         callback->auth_key);
    service->numbers[0] = callback->auth;
    return goes(service, problems);
}

PmxCallbackRecord *pmx_service_callback(PmxService *service, PmxProblems *problems)
{
    note(service, "callback", NULL, NULL, NULL, NULL);
    return goes(service, problems) ? g_new0(PmxCallbackRecord, 1) : NULL;
}

/* --- storages --- */

static void storage_free(gpointer data)
{
    g_free(((PmxStorageRecord *)data)->bucket);
    g_free(data);
}

GPtrArray *pmx_service_storages(PmxService *service, PmxProblems *problems)
{
    note(service, "storages", NULL, NULL, NULL, NULL);
    if (!goes(service, problems))
        return NULL;
    GPtrArray *found = g_ptr_array_new_with_free_func(storage_free);
    PmxStorageRecord *record = g_new0(PmxStorageRecord, 1);
    record->bucket = g_strdup("films");
    record->is_default = TRUE;
    g_ptr_array_add(found, record);
    return found;
}

gboolean pmx_service_set_default_storage(PmxService *service, const char *bucket, const char *path,
                                         PmxProblems *problems)
{
    note(service, "set_default_storage", bucket, path, NULL, NULL);
    return goes(service, problems);
}

gboolean pmx_service_default_storage(PmxService *service, char **bucket, char **path,
                                     PmxProblems *problems)
{
    if (!goes(service, problems))
        return FALSE;
    *bucket = g_strdup("films");
    *path = g_strdup("out/");
    return TRUE;
}

/* --- looks into media --- */

static inline PmxMediaInfoRecord *a_look(const char *id, const char *address)
{
    PmxMediaInfoRecord *record = g_new0(PmxMediaInfoRecord, 1);
    record->id = g_strdup(id);
    record->input = g_strdup(address);
    return record;
}

PmxMediaInfoRecord *pmx_service_media_info_submit(PmxService *service, const char *address,
                                                  const char *name, const char *user_data,
                                                  PmxProblems *problems)
{
    note(service, "media_info_submit", address, name, user_data, NULL);
    return goes(service, problems) ? a_look("fresh", address) : NULL;
}

PmxMediaInfoRecord *pmx_service_media_info(PmxService *service, const char *id,
                                           PmxProblems *problems)
{
    note(service, "media_info", id, NULL, NULL, NULL);
    return goes(service, problems) ? a_look(id, "a.mp4") : NULL;
}
