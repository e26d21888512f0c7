/* SPDX-License-Identifier: MIT */
/* Records: field tables, spellings, frees (see records.h). Pure. */
#include "store/records.h"

#define FIELD(record, member, kind_of, ...)                                                        \
    {                                                                                              \
        .type = PMX_FIELD_##kind_of, .offset = offsetof(record, member), __VA_ARGS__               \
    }
#define MOMENT(record, member, ...)                                                                \
    FIELD(record, member, TEXT, .kind = &pmx_moment_kind, __VA_ARGS__)
#define ALWAYS .flags = PMX_FIELD_REQUIRED
#define FIXED .flags = PMX_FIELD_FIXED
#define ALWAYS_FIXED .flags = PMX_FIELD_REQUIRED | PMX_FIELD_FIXED
#define HIDDEN .flags = PMX_FIELD_HIDDEN
#define HIDDEN_FIXED .flags = PMX_FIELD_HIDDEN | PMX_FIELD_FIXED
#define PER_CENT .min = 0, .max = 100

const char *const pmx_job_state_names[] = {"Inited", "Running",   "Complete",
                                           "Error",  "Cancelled", NULL};
const char *const pmx_part_kind_names[] = {"output", "group", NULL};
const char *const pmx_part_state_names[] = {"Init",   "Scheduled", "Running", "Success",
                                            "Failed", "Skipped",   NULL};
const char *const pmx_pipeline_state_names[] = {"Active", "Paused", NULL};
const char *const pmx_pipeline_speed_names[] = {"Standard", "Boost", "NarrowBandHDV2", NULL};
const char *const pmx_delivery_state_names[] = {"waiting", "delivered", "dead", NULL};

#define JOB(member, kind_of, ...) FIELD(PmxJobRecord, member, kind_of, __VA_ARGS__)
static const PmxField job_fields[] = {
    JOB(id, STRING, .name = "id", ALWAYS, .doc = "The job's id, 32 hex digits."),
    JOB(name, STRING, .name = "name", FIXED, .doc = "JobName of the Config."),
    JOB(state, ENUM, .name = "state", ALWAYS, .choices = pmx_job_state_names,
        .doc = "How far the job is."),
    JOB(percent, INT, .name = "percent", ALWAYS, PER_CENT,
        .doc = "How much of the work is done, in per cent."),
    JOB(code, STRING, .name = "code", .doc = "Why the job failed, as a code of the job API."),
    JOB(message, STRING, .name = "message", .doc = "Why the job failed, as a sentence."),
    MOMENT(PmxJobRecord, created, .name = "created", FIXED, .doc = "When the job was submitted."),
    MOMENT(PmxJobRecord, started, .name = "started", .doc = "When work on the job began."),
    MOMENT(PmxJobRecord, finished, .name = "finished", .doc = "When the job ended."),
    JOB(pipeline, STRING, .name = "pipeline", FIXED, .doc = "Id of the pipeline the job is in."),
    JOB(priority, INT, .name = "priority", ALWAYS_FIXED, .min = 1, .max = 10,
        .doc = "The highest Priority of the job's outputs."),
    JOB(request, STRING, .name = "request_id", FIXED,
        .doc = "Id of the request that submitted the job."),
    JOB(token, STRING, .name = "client_token", FIXED,
        .doc = "The submitter's own name for the request; the same token gives the same job."),
    JOB(fingerprint, STRING, .name = "fingerprint", HIDDEN_FIXED,
        .doc = "What a request with the same token must agree with."),
    JOB(user_data, STRING, .name = "user_data", FIXED,
        .doc = "Text of the submitter's, handed on with every event."),
    JOB(trigger, STRING, .name = "trigger", FIXED, .doc = "What submitted the job: API."),
    JOB(config, JSON, .name = "config", FIXED, .doc = "The Config as it was submitted."),
    JOB(templates, JSON, .name = "templates", HIDDEN_FIXED,
        .doc = "The custom templates that the job uses, as they were when it was submitted."),
    JOB(inputs, JSON, .name = "inputs", HIDDEN, .doc = "Identities of the inputs."),
    JOB(number, INT, .name = "number", HIDDEN_FIXED, .doc = "Rises with each job."),
    {.name = NULL}};

#define PART(member, kind_of, ...) FIELD(PmxPartRecord, member, kind_of, __VA_ARGS__)
static const PmxField part_fields[] = {
    PART(id, STRING, .name = "id", ALWAYS, .doc = "The task's id, 32 hex digits."),
    PART(job, STRING, .name = "job", FIXED, .doc = "Id of the job."),
    PART(kind, ENUM, .name = "kind", ALWAYS_FIXED, .choices = pmx_part_kind_names,
         .doc = "Whether this is an output or a group of outputs."),
    PART(place, INT, .name = "place", ALWAYS_FIXED,
         .doc = "Place among the job's outputs, or among its groups, from 0."),
    PART(group, INT, .name = "group", FIXED, .fallback = "-1",
         .doc = "For an output in a group: the group's place."),
    PART(name, STRING, .name = "name", .doc = "Name in the Config."),
    PART(state, ENUM, .name = "state", ALWAYS, .choices = pmx_part_state_names,
         .doc = "How far the output or group is."),
    PART(percent, INT, .name = "percent", ALWAYS, PER_CENT,
         .doc = "How much of the work is done, in per cent."),
    PART(code, STRING, .name = "code", .doc = "Why it failed, as a code of the job API."),
    PART(message, STRING, .name = "message", .doc = "Why it failed, as a sentence."),
    MOMENT(PmxPartRecord, created, .name = "created", .doc = "When it was submitted."),
    MOMENT(PmxPartRecord, finished, .name = "finished", .doc = "When it ended."),
    PART(address, STRING, .name = "address", .doc = "Where the output's file is put."),
    PART(facts, JSON, .name = "facts", .doc = "What is in the finished file, read back from it."),
    PART(warnings, JSON, .name = "warnings",
         .doc = "What the submitter should know of the finished file, as sentences."),
    {.name = NULL}};

#define TEMPLATE(member, kind_of, ...) FIELD(PmxTemplateRecord, member, kind_of, __VA_ARGS__)
static const PmxField template_fields[] = {
    TEMPLATE(id, STRING, .name = "id", ALWAYS, .doc = "The template's id."),
    TEMPLATE(name, STRING, .name = "name", ALWAYS, .doc = "The template's name."),
    TEMPLATE(type, INT, .name = "type", ALWAYS,
             .doc = "The job API's number of the kind of template: 1 is transcoding."),
    TEMPLATE(subtype, INT, .name = "subtype", ALWAYS,
             .doc = "The job API's number of the kind within the type."),
    TEMPLATE(is_default, BOOL, .name = "is_default", ALWAYS,
             .doc = "Whether it is the default of its type and subtype."),
    MOMENT(PmxTemplateRecord, created, .name = "created", .doc = "When it was made."),
    MOMENT(PmxTemplateRecord, modified, .name = "modified", .doc = "When it was last changed."),
    TEMPLATE(config, JSON, .name = "config", .doc = "The parameters it stands for."),
    {.name = NULL}};

#define PIPELINE(member, kind_of, ...) FIELD(PmxPipelineRecord, member, kind_of, __VA_ARGS__)
static const PmxField pipeline_fields[] = {
    PIPELINE(id, STRING, .name = "id", ALWAYS, .doc = "The pipeline's id."),
    PIPELINE(name, STRING, .name = "name", ALWAYS, .doc = "The pipeline's name."),
    PIPELINE(speed, ENUM, .name = "speed", ALWAYS, .choices = pmx_pipeline_speed_names,
             .doc = "The job API's speed class; it is kept and changes nothing."),
    PIPELINE(priority, INT, .name = "priority", ALWAYS, .min = 1, .max = 10,
             .doc = "Jobs of a pipeline with a higher priority go first."),
    PIPELINE(state, ENUM, .name = "state", ALWAYS, .choices = pmx_pipeline_state_names,
             .doc = "A paused pipeline holds its jobs."),
    MOMENT(PmxPipelineRecord, created, .name = "created", .doc = "When it was made."),
    MOMENT(PmxPipelineRecord, modified, .name = "modified", .doc = "When it was last changed."),
    {.name = NULL}};

#define CALLBACK(member, kind_of, ...) FIELD(PmxCallbackRecord, member, kind_of, __VA_ARGS__)
static const PmxField callback_fields[] = {
    CALLBACK(type, STRING, .name = "type", .doc = "Kind of receiver: HTTP or MNS."),
    CALLBACK(url, STRING, .name = "url", .doc = "Where events are posted to, for HTTP."),
    CALLBACK(queue, STRING, .name = "queue", .doc = "Name of the queue, for MNS."),
    CALLBACK(events, STRING, .name = "events",
             .doc = "The types of events that are sent, separated by commas."),
    CALLBACK(auth, BOOL, .name = "auth", .doc = "Whether requests to the URL are signed."),
    CALLBACK(auth_key, STRING, .name = "auth_key", HIDDEN,
             .doc = "The secret that requests are signed with; it can be set, never read."),
    {.name = NULL}};

#define MEDIA_INFO(member, kind_of, ...) FIELD(PmxMediaInfoRecord, member, kind_of, __VA_ARGS__)
static const PmxField media_info_fields[] = {
    MEDIA_INFO(id, STRING, .name = "id", ALWAYS, .doc = "The job's id, 32 hex digits."),
    MEDIA_INFO(state, ENUM, .name = "state", ALWAYS, .choices = pmx_job_state_names,
               .doc = "How far the job is."),
    MEDIA_INFO(name, STRING, .name = "name", .doc = "The submitter's name for it."),
    MEDIA_INFO(user_data, STRING, .name = "user_data", .doc = "Text of the submitter's."),
    MEDIA_INFO(input, STRING, .name = "input", .doc = "Address of the file that is looked into."),
    MEDIA_INFO(code, STRING, .name = "code", .doc = "Why it failed, as a code of the job API."),
    MEDIA_INFO(message, STRING, .name = "message", .doc = "Why it failed, as a sentence."),
    MOMENT(PmxMediaInfoRecord, created, .name = "created", .doc = "When it was submitted."),
    MOMENT(PmxMediaInfoRecord, finished, .name = "finished", .doc = "When it ended."),
    MEDIA_INFO(facts, JSON, .name = "facts", .doc = "What is in the file."),
    {.name = NULL}};

#define EVENT(member, kind_of, ...) FIELD(PmxEventRecord, member, kind_of, __VA_ARGS__)
static const PmxField event_fields[] = {
    EVENT(seq, INT, .name = "seq", ALWAYS, .doc = "Number of the event; rises over all jobs."),
    EVENT(job, STRING, .name = "job", ALWAYS, .doc = "Id of the job."),
    MOMENT(PmxEventRecord, at, .name = "at", .doc = "When it happened."),
    EVENT(type, STRING, .name = "type", ALWAYS, .doc = "What it is about: state, group or output."),
    EVENT(body, JSON, .name = "body", .doc = "What is told."),
    {.name = NULL}};

#define DELIVERY(member, kind_of, ...) FIELD(PmxDeliveryRecord, member, kind_of, __VA_ARGS__)
static const PmxField delivery_fields[] = {
    DELIVERY(id, INT, .name = "id", ALWAYS, .doc = "Number of the delivery; rises."),
    DELIVERY(job, STRING, .name = "job", FIXED, .doc = "Id of the job."),
    DELIVERY(event, STRING, .name = "event", FIXED,
             .doc = "Type of the event, such as MediaConvertComplete."),
    DELIVERY(type, STRING, .name = "type", FIXED, .doc = "Kind of receiver: HTTP or MNS."),
    DELIVERY(target, STRING, .name = "target", .doc = "URL, or name of the queue."),
    DELIVERY(body, STRING, .name = "body", .doc = "The message as it is sent."),
    DELIVERY(state, ENUM, .name = "state", ALWAYS, .choices = pmx_delivery_state_names,
             .doc = "Whether it waits, was delivered, or was given up."),
    DELIVERY(attempts, INT, .name = "attempts", ALWAYS, .doc = "How often it was tried."),
    MOMENT(PmxDeliveryRecord, created, .name = "created",
           .doc = "When it was made, or sent again."),
    MOMENT(PmxDeliveryRecord, due, .name = "due", .doc = "When it is tried next."),
    MOMENT(PmxDeliveryRecord, settled, .name = "settled",
           .doc = "When it was delivered or given up."),
    DELIVERY(problem, STRING, .name = "problem", .doc = "What the last attempt met."),
    {.name = NULL}};

/* The object of a record, and its free. */
#define RECORD(type_name, prefix, table, title, sentence)                                          \
    static void prefix##_destroy(gpointer record)                                                  \
    {                                                                                              \
        prefix##_free(record);                                                                     \
    }                                                                                              \
    const PmxObject prefix##_object = {.name = (title),                                            \
                                       .size = sizeof(type_name),                                  \
                                       .fields = (table),                                          \
                                       .doc = (sentence),                                          \
                                       .destroy = prefix##_destroy};                               \
    void prefix##_free(type_name *record)                                                          \
    {                                                                                              \
        pmx_object_free(&prefix##_object, record);                                                 \
    }

RECORD(PmxJobRecord, pmx_job_record, job_fields, "Job", "A transcoding job.")
RECORD(PmxPartRecord, pmx_part_record, part_fields, "Part",
       "An output of a job, or a group of outputs.")
RECORD(PmxTemplateRecord, pmx_template_record, template_fields, "Template",
       "Parameters under a name.")
RECORD(PmxPipelineRecord, pmx_pipeline_record, pipeline_fields, "Pipeline",
       "A queue that jobs wait in.")
RECORD(PmxCallbackRecord, pmx_callback_record, callback_fields, "Callback",
       "Who is told of events.")
RECORD(PmxMediaInfoRecord, pmx_media_info_record, media_info_fields, "MediaInfo",
       "A look into a media file.")
RECORD(PmxEventRecord, pmx_event_record, event_fields, "Event",
       "Something that happened to a job or to one of its parts.")
RECORD(PmxDeliveryRecord, pmx_delivery_record, delivery_fields, "Delivery",
       "One message to one receiver.")
