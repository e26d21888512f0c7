/* SPDX-License-Identifier: MIT */
/* GetSystemTemplate. */
#include "api/ims/actions.h"
#include "api/ims/views.h"

static const PmxField fields[] = PMX_IMS_ID_FIELDS("TemplateId", "The template.");
static const PmxObject parameters = {"GetSystemTemplate", sizeof(PmxImsId), fields,
                                     "Answers a ready-made template as `SystemTemplate`."};

static json_t *run(const PmxImsCall *call, const void *data, PmxProblems *problems)
{
    const PmxImsId *given = data;
    const PmxTemplateRecord *found = pmx_service_system_template(call->service, given->id);
    if (!found)
        pmx_problems_add(problems, PMX_CODE_RESOURCE_NOT_FOUND, "TemplateId",
                         "The resource operated \"%s\" cannot be found", given->id);
    return pmx_ims_single("SystemTemplate", found ? pmx_ims_system_template_view(found) : NULL);
}

const PmxImsAction pmx_ims_get_system_template = {"GetSystemTemplate", &parameters, run};
