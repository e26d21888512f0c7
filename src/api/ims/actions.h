/* SPDX-License-Identifier: MIT */
/*
 * The table of actions: one row an action, one short file an action (see action.h).
 */
#pragma once

#include "api/ims/action.h"

/* The action of this name, or NULL; names are case-sensitive, as the job API has it. */
const PmxImsAction *pmx_ims_action_find(const char *name);

/* The nearest name to a wrong one, or NULL. Static. */
const char *pmx_ims_action_near(const char *name);

/* The i-th action in the order of the reference, or NULL at the end. */
const PmxImsAction *pmx_ims_action_at(guint i);

/* A Markdown section for docs/api.md, from the table. Caller frees. */
char *pmx_ims_reference_markdown(void);

/* --- the rows, each in a file of its own --- */

extern const PmxImsAction pmx_ims_submit_media_convert_job;
extern const PmxImsAction pmx_ims_get_media_convert_job;
extern const PmxImsAction pmx_ims_list_media_convert_jobs;
extern const PmxImsAction pmx_ims_cancel_media_convert_job;
extern const PmxImsAction pmx_ims_set_event_callback;
extern const PmxImsAction pmx_ims_get_event_callback;
extern const PmxImsAction pmx_ims_create_custom_template;
extern const PmxImsAction pmx_ims_update_custom_template;
extern const PmxImsAction pmx_ims_delete_custom_template;
extern const PmxImsAction pmx_ims_get_custom_template;
extern const PmxImsAction pmx_ims_list_custom_templates;
extern const PmxImsAction pmx_ims_set_default_custom_template;
extern const PmxImsAction pmx_ims_list_system_templates;
extern const PmxImsAction pmx_ims_get_system_template;
extern const PmxImsAction pmx_ims_create_pipeline;
extern const PmxImsAction pmx_ims_update_pipeline;
extern const PmxImsAction pmx_ims_get_pipeline;
extern const PmxImsAction pmx_ims_list_pipelines;
extern const PmxImsAction pmx_ims_delete_pipeline;
extern const PmxImsAction pmx_ims_get_storage_list;
extern const PmxImsAction pmx_ims_set_default_storage_location;
extern const PmxImsAction pmx_ims_get_default_storage_location;
extern const PmxImsAction pmx_ims_submit_media_info_job;
extern const PmxImsAction pmx_ims_get_media_info_job;
