/* SPDX-License-Identifier: MIT */
/* GetPipeline. */
#include "api/ims/actions.h"
#include "api/ims/views.h"

static const PmxField fields[] = PMX_IMS_ID_FIELDS("PipelineId", "The pipeline.");
static const PmxObject parameters = {"GetPipeline", sizeof(PmxImsId), fields,
                                     "Answers `Pipeline`."};

static json_t *run(const PmxImsCall *call, const void *data, PmxProblems *problems)
{
    const PmxImsId *given = data;
    g_autoptr(PmxPipelineRecord) found = pmx_service_pipeline(call->service, given->id, problems);
    return pmx_ims_single("Pipeline", found ? pmx_ims_pipeline_view(found) : NULL);
}

const PmxImsAction pmx_ims_get_pipeline = {"GetPipeline", &parameters, run};
