/* SPDX-License-Identifier: MIT */
/* What the routes run, by the file that has it. Each is a PmxRoute's `run`. */
#pragma once

#include "api/rest/routes.h"

/* jobs.c */
json_t *pmx_rest_jobs_submit(PmxCall *call);
json_t *pmx_rest_jobs_list(PmxCall *call);
json_t *pmx_rest_jobs_get(PmxCall *call);
json_t *pmx_rest_jobs_cancel(PmxCall *call);

/* events.c */
json_t *pmx_rest_events(PmxCall *call);

/* templates.c */
json_t *pmx_rest_templates_list(PmxCall *call);
json_t *pmx_rest_templates_create(PmxCall *call);
json_t *pmx_rest_templates_get(PmxCall *call);
json_t *pmx_rest_templates_change(PmxCall *call);
json_t *pmx_rest_templates_delete(PmxCall *call);
json_t *pmx_rest_templates_default(PmxCall *call);

/* pipelines.c */
json_t *pmx_rest_pipelines_list(PmxCall *call);
json_t *pmx_rest_pipelines_create(PmxCall *call);
json_t *pmx_rest_pipelines_get(PmxCall *call);
json_t *pmx_rest_pipelines_change(PmxCall *call);
json_t *pmx_rest_pipelines_delete(PmxCall *call);

/* callback.c */
json_t *pmx_rest_callback_get(PmxCall *call);
json_t *pmx_rest_callback_set(PmxCall *call);

/* deliveries.c */
json_t *pmx_rest_deliveries_list(PmxCall *call);
json_t *pmx_rest_deliveries_resend(PmxCall *call);

/* storages.c */
json_t *pmx_rest_storages_list(PmxCall *call);
json_t *pmx_rest_storages_default(PmxCall *call);
json_t *pmx_rest_storages_set_default(PmxCall *call);

/* probe.c */
json_t *pmx_rest_probe(PmxCall *call);

/* openapi.c */
json_t *pmx_rest_openapi(PmxCall *call);

/* status.c */
json_t *pmx_rest_healthz(PmxCall *call);
json_t *pmx_rest_readyz(PmxCall *call);

/* metrics.c */
json_t *pmx_rest_metrics(PmxCall *call);
