/* SPDX-License-Identifier: MIT */
/*
 * Records: what the store keeps, a struct a row. The field tables say how a record is a row, how it
 * looks in the REST dialect, and what the OpenAPI document says of it; what is PMX_FIELD_HIDDEN
 * there is a column only. Plain data.
 */
#pragma once

#include "base/moment.h"

typedef enum {
    PMX_JOB_INITED,
    PMX_JOB_RUNNING,
    PMX_JOB_COMPLETE,
    PMX_JOB_ERROR,
    PMX_JOB_CANCELLED
} PmxJobState;

/* An output of a job, or a group of outputs. */
typedef enum { PMX_PART_OUTPUT, PMX_PART_GROUP } PmxPartKind;
typedef enum {
    PMX_PART_INIT,
    PMX_PART_SCHEDULED,
    PMX_PART_RUNNING,
    PMX_PART_SUCCESS,
    PMX_PART_FAILED,
    PMX_PART_SKIPPED
} PmxPartState;

/* Spellings, which are the job API's: Inited, Running …; Init, Scheduled …. NULL at the end. */
extern const char *const pmx_job_state_names[];
extern const char *const pmx_part_kind_names[]; /* output, group */
extern const char *const pmx_part_state_names[];

typedef struct {
    char *id;   /* 32 hex digits */
    char *name; /* JobName, or NULL */
    int state;  /* PmxJobState */
    gint64 percent;
    char *code, *message;              /* why it failed, or NULL */
    gint64 created, started, finished; /* moments */
    char *pipeline;                    /* PipelineId */
    gint64 priority;                   /* the highest of its outputs */
    char *request;                     /* RequestId of the submit */
    char *token;                       /* ClientToken, or NULL; unique */
    char *fingerprint;                 /* what a request with the same token must agree with */
    char *user_data;                   /* or NULL */
    char *trigger;                     /* TriggerSource: API */
    json_t *config;                    /* as submitted; NULL in lists */
    json_t *templates;                 /* custom ones that it uses, {id: config}, or NULL */
    json_t *inputs;                    /* identities of the inputs, once they were looked into */
    gint64 number;                     /* rises with each job; pmx_jobs_insert() gives it */
} PmxJobRecord;

typedef struct {
    char *id; /* TaskId: 32 hex digits */
    char *job;
    int kind;     /* PmxPartKind */
    gint64 place; /* among the job's outputs (in the order of PmxJob), or among its groups */
    gint64 group; /* outputs: place of the group; -1: none */
    char *name;   /* or NULL */
    int state;    /* PmxPartState */
    gint64 percent;
    char *code, *message;
    gint64 created, finished; /* moments */
    char *address;            /* of the output's file; NULL for a group */
    json_t *facts;            /* PmxFacts of the finished file; NULL before */
    json_t *warnings;         /* array of texts, or NULL */
} PmxPartRecord;

typedef struct {
    char *id; /* 32 hex digits, or what the caller wants */
    char *name;
    gint64 type, subtype; /* the job API's numbers */
    gboolean is_default;
    gint64 created, modified;
    json_t *config;
} PmxTemplateRecord;

typedef enum { PMX_PIPELINE_ACTIVE, PMX_PIPELINE_PAUSED } PmxPipelineState;
extern const char *const pmx_pipeline_state_names[]; /* Active, Paused */
extern const char *const pmx_pipeline_speed_names[]; /* Standard, Boost, NarrowBandHDV2 */

typedef struct {
    char *id;
    char *name;
    int speed;
    gint64 priority; /* 1..10 */
    int state;       /* PmxPipelineState */
    gint64 created, modified;
} PmxPipelineRecord;

typedef struct {
    char *type;   /* HTTP or MNS */
    char *url;    /* HTTP: where to; MNS: NULL */
    char *queue;  /* MNS */
    char *events; /* EventTypeList, comma separated */
    gboolean auth;
    char *auth_key; /* secret: never shown */
} PmxCallbackRecord;

typedef struct {
    char *id;  /* 32 hex digits */
    int state; /* PmxJobState: Inited, Running, Complete, Error */
    char *name, *user_data;
    char *input; /* address */
    char *code, *message;
    gint64 created, finished;
    json_t *facts;
} PmxMediaInfoRecord;

/* Something happened to a job or to one of its parts. */
typedef struct {
    gint64 seq;
    char *job;
    gint64 at;
    char *type;   /* state, group, output */
    json_t *body; /* what is told: {"state", "percent"} or {"id", "name", "state", …} */
} PmxEventRecord;

typedef enum { PMX_DELIVERY_WAITING, PMX_DELIVERY_DELIVERED, PMX_DELIVERY_DEAD } PmxDeliveryState;
extern const char *const pmx_delivery_state_names[]; /* waiting, delivered, dead */

/* One message to one receiver. */
typedef struct {
    gint64 id;
    char *job;
    char *event;  /* MediaConvertComplete … */
    char *type;   /* HTTP or MNS */
    char *target; /* URL, or name of the queue */
    char *body;   /* the envelope, as it is sent */
    int state;    /* PmxDeliveryState */
    gint64 attempts;
    gint64 created, due, settled; /* moments */
    char *problem;                /* what the last attempt met, or NULL */
} PmxDeliveryRecord;

extern const PmxObject pmx_job_record_object;
extern const PmxObject pmx_part_record_object;
extern const PmxObject pmx_template_record_object;
extern const PmxObject pmx_pipeline_record_object;
extern const PmxObject pmx_callback_record_object;
extern const PmxObject pmx_media_info_record_object;
extern const PmxObject pmx_event_record_object;
extern const PmxObject pmx_delivery_record_object;

void pmx_job_record_free(PmxJobRecord *record);
void pmx_part_record_free(PmxPartRecord *record);
void pmx_template_record_free(PmxTemplateRecord *record);
void pmx_pipeline_record_free(PmxPipelineRecord *record);
void pmx_callback_record_free(PmxCallbackRecord *record);
void pmx_media_info_record_free(PmxMediaInfoRecord *record);
void pmx_event_record_free(PmxEventRecord *record);
void pmx_delivery_record_free(PmxDeliveryRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxJobRecord, pmx_job_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxPartRecord, pmx_part_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxTemplateRecord, pmx_template_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxPipelineRecord, pmx_pipeline_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxCallbackRecord, pmx_callback_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxMediaInfoRecord, pmx_media_info_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxEventRecord, pmx_event_record_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxDeliveryRecord, pmx_delivery_record_free)
