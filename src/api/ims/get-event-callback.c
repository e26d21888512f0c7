/* SPDX-License-Identifier: MIT */
/* GetEventCallback. */
#include "api/ims/actions.h"
#include "api/ims/views.h"

static const PmxObject parameters = {
    "GetEventCallback", 1, pmx_ims_no_fields,
    "Tells where events go. Answers the parameters of SetEventCallback; none of them when nothing "
    "was set."};

static json_t *run(const PmxImsCall *call, G_GNUC_UNUSED const void *data, PmxProblems *problems)
{
    g_autoptr(PmxCallbackRecord) callback = pmx_service_callback(call->service, problems);
    return callback ? pmx_ims_callback_view(callback) : NULL;
}

const PmxImsAction pmx_ims_get_event_callback = {"GetEventCallback", &parameters, run};
