/* SPDX-License-Identifier: MIT */
/* /v1/jobs */
#include "api/rest/call.h"
#include "api/rest/handlers.h"
#include "api/rest/views.h"

json_t *pmx_rest_jobs_submit(PmxCall *call)
{
    const PmxJobRequest *body = call->body;
    PmxSubmission submission = {body->config, body->pipeline, body->token, body->user_data,
                                call->request};
    g_autoptr(PmxJobView) view = pmx_service_submit(call->service, &submission, call->problems);
    if (!view)
        return NULL;
    pmx_call_locate(call, "jobs", view->job->id);
    return pmx_job_json(view);
}

json_t *pmx_rest_jobs_get(PmxCall *call)
{
    g_autoptr(PmxJobView) view = pmx_service_job(call->service, call->id, call->problems);
    return view ? pmx_job_json(view) : NULL;
}

json_t *pmx_rest_jobs_cancel(PmxCall *call)
{
    if (!pmx_service_cancel(call->service, call->id, call->problems))
        return NULL;
    return pmx_rest_jobs_get(call);
}

/* --- lists --- */

static PmxJobFilter filter_of(const PmxJobsQuery *query)
{
    return (PmxJobFilter){
        .state = pmx_spelling(pmx_job_state_names, query->state),
        .pipeline = query->pipeline,
        .from = query->from,
        .to = query->to,
        .oldest_first = query->oldest_first,
        .limit = (guint)query->limit,
        .after = query->cursor,
    };
}

json_t *pmx_rest_jobs_list(PmxCall *call)
{
    g_autofree char *next = NULL;
    PmxJobFilter filter = filter_of(call->query);
    g_autoptr(GPtrArray) views = pmx_service_jobs(call->service, &filter, &next, call->problems);
    if (!views)
        return NULL;
    g_autoptr(GPtrArray) rows = g_ptr_array_new();
    for (guint i = 0; i < views->len; i++)
        g_ptr_array_add(rows, ((PmxJobView *)g_ptr_array_index(views, i))->job);
    return pmx_object_dump(&pmx_jobs_view, &(PmxRows){.rows = rows, .cursor = next});
}
