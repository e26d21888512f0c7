/* SPDX-License-Identifier: MIT */
/* GetMediaConvertJob. */
#include "api/ims/actions.h"
#include "api/ims/views.h"

static const PmxField fields[] = PMX_IMS_ID_FIELDS("JobId", "The job.");
static const PmxObject parameters = {"GetMediaConvertJob", sizeof(PmxImsId), fields,
                                     "Tells how a job is. Answers `Job`, with `OutputDetails` and "
                                     "`OutputGroupDetails`."};

static json_t *run(const PmxImsCall *call, const void *data, PmxProblems *problems)
{
    const PmxImsId *given = data;
    g_autoptr(PmxJobView) job = pmx_service_job(call->service, given->id, problems);
    return pmx_ims_single("Job", job ? pmx_ims_job_view(job) : NULL);
}

const PmxImsAction pmx_ims_get_media_convert_job = {"GetMediaConvertJob", &parameters, run};
