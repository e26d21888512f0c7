/* SPDX-License-Identifier: MIT */
/* Jobs, pipelines, callback and storages as JSON: see views.h. Pure. */
#include "api/ims/views.h"

#include "base/text.h"

/* --- members --- */

void pmx_ims_set_text(json_t *view, const char *key, const char *text)
{
    if (text)
        json_object_set_new(view, key, pmx_json_text(text));
}

void pmx_ims_set_moment(json_t *view, const char *key, gint64 moment)
{
    g_autofree char *text = moment ? pmx_moment_text(moment) : NULL;
    pmx_ims_set_text(view, key, text);
}

void pmx_ims_set_json(json_t *view, const char *key, const json_t *json)
{
    char *text = json ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    pmx_ims_set_text(view, key, text);
    free(text);
}

/* --- jobs --- */

json_t *pmx_ims_file_view(const char *address)
{
    json_t *view = json_pack("{s:s}", "Type", "OSS");
    pmx_ims_set_text(view, "Media", address);
    pmx_ims_set_text(view, "Url", address);
    return view;
}

static void set_result(json_t *view, const PmxPartRecord *part)
{
    json_t *meta = pmx_ims_media_view(part->facts, part->address, "transcode_file");
    if (!meta)
        return;
    json_t *result = json_pack("{s:o, s:o}", "OutputFile", pmx_ims_file_view(part->address),
                               "OutFileMeta", meta);
    json_object_set_new(view, "Result", result);
}

static json_t *part_view(const PmxPartRecord *part)
{
    json_t *view = json_object();
    pmx_ims_set_text(view, "TaskId", part->id);
    pmx_ims_set_text(view, "Name", part->name);
    pmx_ims_set_text(view, "Status", pmx_part_state_names[part->state]);
    pmx_ims_set_text(view, "Code", part->code);
    pmx_ims_set_text(view, "Message", part->message);
    pmx_ims_set_moment(view, "CreateTime", part->created);
    pmx_ims_set_moment(view, "FinishTime", part->finished);
    set_result(view, part);
    return view;
}

/* The outputs of a group, or those of none for -1. */
static json_t *outputs_of(const GPtrArray *parts, gint64 group)
{
    json_t *list = json_array();
    for (guint i = 0; i < parts->len; i++) {
        const PmxPartRecord *part = g_ptr_array_index(parts, i);
        if (part->kind == PMX_PART_OUTPUT && part->group == group)
            json_array_append_new(list, part_view(part));
    }
    return list;
}

static json_t *groups_of(const GPtrArray *parts)
{
    json_t *list = json_array();
    for (guint i = 0; i < parts->len; i++) {
        const PmxPartRecord *part = g_ptr_array_index(parts, i);
        if (part->kind != PMX_PART_GROUP)
            continue;
        json_t *view = part_view(part);
        json_object_set_new(view, "Outputs", outputs_of(parts, part->place));
        json_array_append_new(list, view);
    }
    return list;
}

static void set_parts(json_t *view, const GPtrArray *parts)
{
    if (!parts)
        return;
    json_object_set_new(view, "OutputDetails", outputs_of(parts, -1));
    json_object_set_new(view, "OutputGroupDetails", groups_of(parts));
}

json_t *pmx_ims_job_view(const PmxJobView *job)
{
    const PmxJobRecord *record = job->job;
    json_t *view = json_object();
    pmx_ims_set_text(view, "JobId", record->id);
    pmx_ims_set_text(view, "State", pmx_job_state_names[record->state]);
    json_object_set_new(view, "Percent", json_integer(record->percent));
    pmx_ims_set_text(view, "Code", record->code);
    pmx_ims_set_text(view, "Message", record->message);
    pmx_ims_set_moment(view, "CreateTime", record->created);
    pmx_ims_set_moment(view, "FinishTime", record->finished);
    pmx_ims_set_text(view, "PipelineId", record->pipeline);
    pmx_ims_set_text(view, "RequestId", record->request);
    pmx_ims_set_text(view, "ClientToken", record->token);
    pmx_ims_set_text(view, "UserData", record->user_data);
    if (record->config)
        json_object_set_new(view, "Config", pmx_ims_config_view(record->config));
    set_parts(view, job->parts);
    return view;
}

/* --- the rest --- */

json_t *pmx_ims_pipeline_view(const PmxPipelineRecord *record)
{
    json_t *view = json_object();
    pmx_ims_set_text(view, "PipelineId", record->id);
    pmx_ims_set_text(view, "Name", record->name);
    pmx_ims_set_text(view, "Speed", pmx_pipeline_speed_names[record->speed]);
    json_object_set_new(view, "Priority", json_integer(record->priority));
    pmx_ims_set_text(view, "Status", pmx_pipeline_state_names[record->state]);
    pmx_ims_set_moment(view, "CreateTime", record->created);
    pmx_ims_set_moment(view, "ModifiedTime", record->modified);
    return view;
}

/* The key is told here, as the job API does it: only its owner can ask. */
json_t *pmx_ims_callback_view(const PmxCallbackRecord *record)
{
    json_t *view = json_object();
    if (!record->type)
        return view;
    pmx_ims_set_text(view, "CallbackType", record->type);
    pmx_ims_set_text(view, "CallbackURL", record->url);
    pmx_ims_set_text(view, "CallbackQueueName", record->queue);
    pmx_ims_set_text(view, "EventTypeList", record->events);
    pmx_ims_set_text(view, "AuthSwitch", record->auth ? "on" : "off");
    pmx_ims_set_text(view, "AuthKey", record->auth_key);
    return view;
}

json_t *pmx_ims_storage_view(const PmxStorageRecord *record, const char *path)
{
    json_t *view = json_object();
    pmx_ims_set_text(view, "StorageLocation", record->bucket);
    pmx_ims_set_text(view, "StorageType", "user_oss_bucket");
    pmx_ims_set_text(view, "Path", record->is_default && path ? path : "");
    json_object_set_new(view, "DefaultStorage", json_boolean(record->is_default));
    pmx_ims_set_text(view, "Status", "Normal");
    pmx_ims_set_text(view, "Endpoint", record->endpoint);
    pmx_ims_set_moment(view, "CreationTime", record->created);
    pmx_ims_set_moment(view, "ModifiedTime", record->created);
    return view;
}
