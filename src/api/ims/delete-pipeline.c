/* SPDX-License-Identifier: MIT */
/* DeletePipeline. */
#include "api/ims/actions.h"

static const PmxField fields[] = PMX_IMS_ID_FIELDS("PipelineId", "The pipeline.");
static const PmxObject parameters = {
    "DeletePipeline", sizeof(PmxImsId), fields,
    "Deletes a pipeline without open jobs; `default` stays. Answers `Success`."};

static json_t *run(const PmxImsCall *call, const void *data, PmxProblems *problems)
{
    const PmxImsId *given = data;
    return pmx_ims_success(pmx_service_pipeline_delete(call->service, given->id, problems));
}

const PmxImsAction pmx_ims_delete_pipeline = {"DeletePipeline", &parameters, run};
