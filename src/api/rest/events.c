/* SPDX-License-Identifier: MIT */
/* /v1/jobs/{id}/events */
#include "api/rest/call.h"
#include "api/rest/handlers.h"
#include "api/rest/views.h"

/* The header comes from a reader that was here before, and so knows more than the address. */
static gboolean read_after(PmxCall *call, gint64 *after)
{
    const PmxEventsQuery *query = call->query;
    const char *last = pmx_exchange_header(call->exchange, "Last-Event-ID");
    *after = query->after;
    if (!last || !*last || g_ascii_string_to_signed(last, 10, 0, G_MAXINT64, after, NULL))
        return TRUE;
    pmx_problems_add(call->problems, PMX_CODE_INVALID, "Last-Event-ID",
                     "must be the id of an event");
    return FALSE;
}

json_t *pmx_rest_events(PmxCall *call)
{
    gint64 after = 0;
    if (!read_after(call, &after))
        return NULL;
    g_autoptr(PmxJobView) view = pmx_service_job(call->service, call->id, call->problems);
    if (!view)
        return NULL;
    if (call->head)
        pmx_exchange_answer(call->exchange, 200, "text/event-stream", NULL, 0);
    call->answered = call->head || pmx_followers_add(call->rest->followers, call->service,
                                                     call->exchange, call->id, after);
    if (!call->answered) {
        call->refusal = 503;
        pmx_problems_add(call->problems, PMX_CODE_INTERNAL, "", "the server is stopping");
    }
    return NULL;
}
