/* SPDX-License-Identifier: MIT */
/*
 * Views: records as the IMS dialect's JSON.
 *
 *     record, facts ─► view ─► answer
 *
 * The key spellings and types are those that typed clients parse: what they declare as a string is
 * never an object or a number, so user data, OverrideParams, Features and TemplateConfig are text,
 * and so are all of a file's facts; Percent, Priority, Total and Type are numbers. A key that there
 * is nothing to say for is left out. Times are "yyyy-MM-ddTHH:mm:ssZ".
 *
 * Pure. Each function gives a new reference; what it is handed is borrowed.
 */
#pragma once

#include "service/service.h"

/* --- members, for the views' own use: left out for NULL, "" being something --- */

void pmx_ims_set_text(json_t *view, const char *key, const char *text);
void pmx_ims_set_moment(json_t *view, const char *key, gint64 moment);
/* JSON as text; left out for NULL. */
void pmx_ims_set_json(json_t *view, const char *key, const json_t *json);

/* --- jobs --- */

/* With its parts as OutputDetails and OutputGroupDetails, when they were read. */
json_t *pmx_ims_job_view(const PmxJobView *job);

/* Config as it was submitted, put so that typed clients read it: OverrideParams and Features as
 * JSON text, Priority as a number, a group output's OutputFile as OutputFileName. */
json_t *pmx_ims_config_view(const json_t *config);

/* {"Type", "Media", "Url"} of an address. */
json_t *pmx_ims_file_view(const char *address);

/* {"FileBasicInfo", "VideoStreamInfoList", "AudioStreamInfoList"} from the JSON of PmxFacts;
 * `type` is transcode_file or source_file. NULL when there are no facts that can be read. */
json_t *pmx_ims_media_view(const json_t *facts, const char *address, const char *type);

json_t *pmx_ims_media_info_view(const PmxMediaInfoRecord *info);

/* --- templates --- */

/* CreateCustomTemplate names a Subtype by word, everybody else by number and SubtypeName. */
typedef enum { PMX_IMS_SUBTYPE_NUMBER, PMX_IMS_SUBTYPE_NAME } PmxImsSubtype;
json_t *pmx_ims_custom_template_view(const PmxTemplateRecord *record, PmxImsSubtype subtype);
json_t *pmx_ims_system_template_view(const PmxTemplateRecord *record);

/* --- the rest --- */

json_t *pmx_ims_pipeline_view(const PmxPipelineRecord *record);
json_t *pmx_ims_callback_view(const PmxCallbackRecord *record);
/* `path`: of the default storage, else NULL. */
json_t *pmx_ims_storage_view(const PmxStorageRecord *record, const char *path);
