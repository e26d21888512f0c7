/* SPDX-License-Identifier: MIT */
/* What answers show: see views.h. Pure. */
#include "api/rest/views.h"

#define SHOWN PMX_FIELD_REQUIRED

/* --- records with more --- */

static const PmxField job_fields[] = {
    {PMX_VIEW_ALL, PMX_FIELD_OBJECT, offsetof(PmxJobAnswer, job), SHOWN,
     .object = &pmx_job_record_object, .doc = "Every key of Job."},
    {"outputs", PMX_FIELD_ARRAY, offsetof(PmxJobAnswer, outputs), SHOWN,
     .object = &pmx_part_record_object, .doc = "Its outputs, in the Config's order."},
    {"groups", PMX_FIELD_ARRAY, offsetof(PmxJobAnswer, groups), SHOWN,
     .object = &pmx_part_record_object, .doc = "Its groups, in the Config's order."},
    {0},
};

const PmxObject pmx_job_view = {"JobDetail", sizeof(PmxJobAnswer), job_fields,
                                "A job with what it makes."};

static const PmxField template_fields[] = {
    {PMX_VIEW_ALL, PMX_FIELD_OBJECT, offsetof(PmxTemplateAnswer, record), SHOWN,
     .object = &pmx_template_record_object, .doc = "Every key of Template."},
    {"system", PMX_FIELD_BOOL, offsetof(PmxTemplateAnswer, system), SHOWN,
     .doc = "Whether it is ready-made, and so cannot be changed or deleted."},
    {0},
};

const PmxObject pmx_template_view = {"TemplateDetail", sizeof(PmxTemplateAnswer), template_fields,
                                     "A template, ready-made or custom."};

/* --- lists --- */

#define ROWS(key, of)                                                                              \
    {                                                                                              \
        key, PMX_FIELD_ARRAY, offsetof(PmxRows, rows), SHOWN, .object = of, .doc = "The rows."     \
    }

static const PmxField jobs_fields[] = {
    ROWS("jobs", &pmx_job_record_object),
    {"next", PMX_FIELD_STRING, offsetof(PmxRows, cursor),
     .doc = "`cursor` for the following page; not there at the end."},
    {0},
};

static const PmxField templates_fields[] = {
    ROWS("templates", &pmx_template_view),
    {"total", PMX_FIELD_INT, offsetof(PmxRows, number), SHOWN,
     .doc = "How many there are on all pages."},
    {0},
};

static const PmxField pipelines_fields[] = {ROWS("pipelines", &pmx_pipeline_record_object), {0}};

static const PmxField deliveries_fields[] = {
    ROWS("deliveries", &pmx_delivery_record_object),
    {"next", PMX_FIELD_INT, offsetof(PmxRows, number),
     .doc = "`after` for the following page; not there at the end."},
    {0},
};

static const PmxField storages_fields[] = {ROWS("storages", &pmx_storage_record_object), {0}};

const PmxObject pmx_jobs_view = {"JobList", sizeof(PmxRows), jobs_fields,
                                 "A page of jobs, without their Config."};
const PmxObject pmx_templates_view = {"TemplateList", sizeof(PmxRows), templates_fields,
                                      "A page of templates."};
const PmxObject pmx_pipelines_view = {"PipelineList", sizeof(PmxRows), pipelines_fields,
                                      "All pipelines."};
const PmxObject pmx_deliveries_view = {"DeliveryList", sizeof(PmxRows), deliveries_fields,
                                       "A page of messages, in the order of their ids."};
const PmxObject pmx_storages_view = {"StorageList", sizeof(PmxRows), storages_fields,
                                     "All buckets."};

/* --- how it is, what went wrong --- */

static const PmxField health_fields[] = {
    {"status", PMX_FIELD_STRING, offsetof(PmxHealth, status), SHOWN, .doc = "`ok`."},
    {0},
};

const PmxObject pmx_health_view = {"Health", sizeof(PmxHealth), health_fields,
                                   "How the server is."};

static const PmxField problem_fields[] = {
    {"code", PMX_FIELD_STRING, .flags = SHOWN, .doc = "The kind of mistake."},
    {"path", PMX_FIELD_STRING, .flags = SHOWN,
     .doc = "Where: a JSON path or a parameter; empty for the whole."},
    {"message", PMX_FIELD_STRING, .flags = SHOWN, .doc = "What is wrong."},
    {0},
};

static const PmxObject problem_view = {"Problem", 0, problem_fields, "A mistake in a request."};

static const PmxField inner_fields[] = {
    {"code", PMX_FIELD_STRING, .flags = SHOWN, .doc = "The kind of the first problem."},
    {"message", PMX_FIELD_STRING, .flags = SHOWN, .doc = "A sentence for people."},
    {"problems", PMX_FIELD_ARRAY, .flags = SHOWN, .object = &problem_view,
     .doc = "Everything that is wrong with the request."},
    {"request_id", PMX_FIELD_STRING, .flags = SHOWN, .doc = "As in X-Request-Id."},
    {0},
};

static const PmxObject inner_view = {"ErrorBody", 0, inner_fields, "What went wrong."};

static const PmxField error_fields[] = {
    {"error", PMX_FIELD_OBJECT, .flags = SHOWN, .object = &inner_view, .doc = "What went wrong."},
    {0},
};

const PmxObject pmx_error_view = {"Error", 0, error_fields, "Any refusal or failure."};

/* --- writing --- */

json_t *pmx_view_json(const PmxObject *view, const void *value)
{
    json_t *json = pmx_object_dump(view, value);
    json_t *all = json_incref(json_object_get(json, PMX_VIEW_ALL));
    json_object_del(json, PMX_VIEW_ALL);
    json_object_update_missing(json, all);
    json_decref(all);
    return json;
}

static GPtrArray *of_kind(const GPtrArray *list, PmxPartKind kind)
{
    GPtrArray *some = g_ptr_array_new();
    for (guint i = 0; list && i < list->len; i++) {
        PmxPartRecord *part = g_ptr_array_index(list, i);
        if (part->kind == (int)kind)
            g_ptr_array_add(some, part);
    }
    return some;
}

json_t *pmx_job_json(const PmxJobView *view)
{
    g_autoptr(GPtrArray) outputs = of_kind(view->parts, PMX_PART_OUTPUT);
    g_autoptr(GPtrArray) groups = of_kind(view->parts, PMX_PART_GROUP);
    PmxJobAnswer answer = {*view->job, outputs, groups};
    return pmx_view_json(&pmx_job_view, &answer);
}

json_t *pmx_rows_json(const PmxObject *view, GPtrArray *rows)
{
    if (!rows)
        return NULL;
    json_t *json = pmx_object_dump(view, &(PmxRows){.rows = rows});
    g_ptr_array_unref(rows);
    return json;
}
