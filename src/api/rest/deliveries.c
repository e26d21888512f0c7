/* SPDX-License-Identifier: MIT */
/* /v1/deliveries: messages to receivers of events, above all those that were given up. */
#include "api/rest/call.h"
#include "api/rest/handlers.h"
#include "api/rest/views.h"

/* A full page may be the last one; the following is empty then. */
static gint64 next_of(const GPtrArray *rows, gint64 limit)
{
    if (rows->len == 0 || rows->len < limit)
        return 0;
    return ((const PmxDeliveryRecord *)g_ptr_array_index(rows, rows->len - 1))->id;
}

json_t *pmx_rest_deliveries_list(PmxCall *call)
{
    const PmxDeliveriesQuery *query = call->query;
    const char *state = pmx_spelling(pmx_delivery_state_names, query->state);
    g_autoptr(GPtrArray) rows = pmx_service_deliveries(call->service, state, query->after,
                                                       (guint)query->limit, call->problems);
    if (!rows)
        return NULL;
    return pmx_object_dump(&pmx_deliveries_view,
                           &(PmxRows){.rows = rows, .number = next_of(rows, query->limit)});
}

json_t *pmx_rest_deliveries_resend(PmxCall *call)
{
    gint64 id = 0;
    if (!g_ascii_string_to_signed(call->id, 10, 1, G_MAXINT64, &id, NULL)) {
        pmx_problems_add(call->problems, PMX_CODE_RESOURCE_NOT_FOUND, "id",
                         "there is no delivery \"%s\"", call->id);
        return NULL;
    }
    g_autoptr(PmxDeliveryRecord) sent = pmx_service_resend(call->service, id, call->problems);
    return sent ? pmx_object_dump(&pmx_delivery_record_object, sent) : NULL;
}
