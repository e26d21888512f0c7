/* SPDX-License-Identifier: MIT */
/* /v1/callback */
#include "api/rest/call.h"
#include "api/rest/handlers.h"
#include "api/rest/views.h"

json_t *pmx_rest_callback_get(PmxCall *call)
{
    g_autoptr(PmxCallbackRecord) callback = pmx_service_callback(call->service, call->problems);
    return callback ? pmx_object_dump(&pmx_callback_record_object, callback) : NULL;
}

json_t *pmx_rest_callback_set(PmxCall *call)
{
    if (!pmx_service_set_callback(call->service, call->body, call->problems))
        return NULL;
    return pmx_rest_callback_get(call);
}
