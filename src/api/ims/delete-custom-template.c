/* SPDX-License-Identifier: MIT */
/* DeleteCustomTemplate. */
#include "api/ims/actions.h"

static const PmxField fields[] = PMX_IMS_ID_FIELDS("TemplateId", "The template.");
static const PmxObject parameters = {"DeleteCustomTemplate", sizeof(PmxImsId), fields,
                                     "Deletes a template. Answers `Success`."};

static json_t *run(const PmxImsCall *call, const void *data, PmxProblems *problems)
{
    const PmxImsId *given = data;
    return pmx_ims_success(pmx_service_template_delete(call->service, given->id, problems));
}

const PmxImsAction pmx_ims_delete_custom_template = {"DeleteCustomTemplate", &parameters, run};
