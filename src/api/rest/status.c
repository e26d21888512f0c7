/* SPDX-License-Identifier: MIT */
/* /healthz: the process answers. /readyz: so does the store. */
#include "api/rest/call.h"
#include "api/rest/handlers.h"
#include "api/rest/views.h"

static json_t *health(void)
{
    PmxHealth fine = {.status = (char[]){"ok"}};
    return pmx_object_dump(&pmx_health_view, &fine);
}

json_t *pmx_rest_healthz(G_GNUC_UNUSED PmxCall *call)
{
    return health();
}

/* Asks for no key, so that it does not say why. */
json_t *pmx_rest_readyz(PmxCall *call)
{
    PmxServiceState state;
    g_autofree char *problem = NULL;
    if (pmx_service_state(call->service, &state, &problem))
        return health();
    call->refusal = 503;
    pmx_problems_add(call->problems, PMX_CODE_INTERNAL, "", "the store does not answer");
    return NULL;
}
