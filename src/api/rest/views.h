/* SPDX-License-Identifier: MIT */
/*
 * Views: what the dialect's answers show around records, and what its requests are made of: field
 * tables, so that checks, answers, the OpenAPI document and the reference agree. How a record looks
 * is in its own table (store/records.h).
 *
 * The structs of answers are shallow: they borrow what they show, and are never cleared.
 */
#pragma once

#include "service/service.h"

/* --- answers --- */

/* The name of an OBJECT field whose members stand among its owner's, as if they were its own. */
#define PMX_VIEW_ALL "*"

typedef struct {
    PmxJobRecord job;
    GPtrArray *outputs, *groups; /* of PmxPartRecord * */
} PmxJobAnswer;

typedef struct {
    PmxTemplateRecord record;
    gboolean system;
} PmxTemplateAnswer;

/* A list, and what goes with it. */
typedef struct {
    GPtrArray *rows;
    char *cursor;  /* jobs: where to go on; NULL at the end */
    gint64 number; /* deliveries: where to go on, 0 at the end; templates: how many there are */
} PmxRows;

typedef struct {
    char *bucket, *path;
} PmxPlace;

typedef struct {
    char *status;
} PmxHealth;

extern const PmxObject pmx_job_view;
extern const PmxObject pmx_jobs_view;
extern const PmxObject pmx_template_view;
extern const PmxObject pmx_templates_view;
extern const PmxObject pmx_pipelines_view;
extern const PmxObject pmx_deliveries_view;
extern const PmxObject pmx_storages_view;
extern const PmxObject pmx_place_view; /* also a request */
extern const PmxObject pmx_health_view;
extern const PmxObject pmx_error_view; /* of documents only: it has no struct */

/* --- requests --- */

typedef struct {
    json_t *config;
    char *pipeline, *token, *user_data;
} PmxJobRequest;

typedef struct {
    char *state, *pipeline;
    gint64 from, to;
    int oldest_first;
    gint64 limit;
    char *cursor;
} PmxJobsQuery;

typedef struct {
    gint64 after;
} PmxEventsQuery;

typedef struct {
    char *id, *name;
    gint64 type, subtype;
    json_t *config;
} PmxTemplateRequest;

typedef struct {
    gint64 type, subtype;
    char *name;
    gint64 offset, limit;
} PmxTemplatesQuery;

typedef struct {
    char *name;
    int speed;
    gint64 priority;
    char *state;
} PmxPipelineRequest;

typedef struct {
    char *state;
    gint64 after, limit;
} PmxDeliveriesQuery;

typedef struct {
    char *media;
} PmxProbeRequest;

extern const PmxObject pmx_job_request;
extern const PmxObject pmx_jobs_query;
extern const PmxObject pmx_events_query;
extern const PmxObject pmx_template_request; /* a new one */
extern const PmxObject pmx_template_replace; /* PUT: name and config, both */
extern const PmxObject pmx_template_patch;   /* PATCH: what is given */
extern const PmxObject pmx_templates_query;
extern const PmxObject pmx_pipeline_request;
extern const PmxObject pmx_pipeline_patch;
extern const PmxObject pmx_callback_request; /* PmxCallbackRecord */
extern const PmxObject pmx_deliveries_query;
extern const PmxObject pmx_probe_request;

/* --- writing; new references --- */

/* `value` as `view` shows it, the members of PMX_VIEW_ALL in their place. */
json_t *pmx_view_json(const PmxObject *view, const void *value);
json_t *pmx_job_json(const PmxJobView *view);
/* A list's JSON; takes `rows`, which may be NULL for "it failed": then NULL. */
json_t *pmx_rows_json(const PmxObject *view, GPtrArray *rows);
