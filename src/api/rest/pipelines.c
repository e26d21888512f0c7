/* SPDX-License-Identifier: MIT */
/* /v1/pipelines */
#include "api/rest/call.h"
#include "api/rest/handlers.h"
#include "api/rest/views.h"

/* Takes one, which may be NULL for "it failed". */
static json_t *pipeline_json(PmxPipelineRecord *record)
{
    json_t *json = record ? pmx_object_dump(&pmx_pipeline_record_object, record) : NULL;
    pmx_pipeline_record_free(record);
    return json;
}

json_t *pmx_rest_pipelines_list(PmxCall *call)
{
    return pmx_rows_json(&pmx_pipelines_view, pmx_service_pipelines(call->service, call->problems));
}

json_t *pmx_rest_pipelines_create(PmxCall *call)
{
    const PmxPipelineRequest *body = call->body;
    PmxPipelineRecord *made = pmx_service_pipeline_create(call->service, body->name,
                                                          pmx_pipeline_speed_names[body->speed],
                                                          body->priority, call->problems);
    if (made)
        pmx_call_locate(call, "pipelines", made->id);
    return pipeline_json(made);
}

json_t *pmx_rest_pipelines_get(PmxCall *call)
{
    return pipeline_json(pmx_service_pipeline(call->service, call->id, call->problems));
}

json_t *pmx_rest_pipelines_change(PmxCall *call)
{
    const PmxPipelineRequest *body = call->body;
    const char *state = pmx_spelling(pmx_pipeline_state_names, body->state);
    return pipeline_json(pmx_service_pipeline_update(call->service, call->id, body->name, state,
                                                     body->priority, call->problems));
}

json_t *pmx_rest_pipelines_delete(PmxCall *call)
{
    pmx_service_pipeline_delete(call->service, call->id, call->problems);
    return NULL;
}
