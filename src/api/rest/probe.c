/* SPDX-License-Identifier: MIT */
/* /v1/probe: answered when the runner has looked. */
#include "api/rest/call.h"
#include "api/rest/handlers.h"
#include "api/rest/views.h"

/* What is needed when the call has long returned. */
typedef struct {
    PmxExchange *exchange;
    const PmxRoute *route;
    char *request;
} Pending;

static void on_done(const json_t *facts, const PmxProblems *problems, gpointer data)
{
    Pending *pending = data;
    if (facts)
        pmx_rest_answer_json(pending->exchange, 200, json_incref((json_t *)facts));
    else
        pmx_rest_answer_problems(pending->exchange, pending->request, pending->route, 0, problems);
    g_free(pending->request);
    g_free(pending);
}

json_t *pmx_rest_probe(PmxCall *call)
{
    const PmxProbeRequest *body = call->body;
    Pending *pending = g_new0(Pending, 1);
    pending->exchange = call->exchange;
    pending->route = call->route;
    pending->request = g_strdup(call->request);
    call->answered = TRUE;
    /* From here on the exchange may end at any moment. */
    pmx_exchange_later(call->exchange);
    pmx_service_probe(call->service, body->media, on_done, pending);
    return NULL;
}
