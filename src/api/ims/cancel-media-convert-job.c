/* SPDX-License-Identifier: MIT */
/* CancelMediaConvertJob: ours, the job API has the state but not the action. */
#include "api/ims/actions.h"

static const PmxField fields[] = PMX_IMS_ID_FIELDS("JobId", "The job.");
static const PmxObject parameters = {
    "CancelMediaConvertJob", sizeof(PmxImsId), fields,
    "Stops a job that has not ended. An extension: the job API has no such action. Answers "
    "`Success`."};

static json_t *run(const PmxImsCall *call, const void *data, PmxProblems *problems)
{
    const PmxImsId *given = data;
    return pmx_ims_success(pmx_service_cancel(call->service, given->id, problems));
}

const PmxImsAction pmx_ims_cancel_media_convert_job = {"CancelMediaConvertJob", &parameters, run};
