/* SPDX-License-Identifier: MIT */
/* SetDefaultCustomTemplate. */
#include "api/ims/actions.h"

static const PmxField fields[] = PMX_IMS_ID_FIELDS("TemplateId", "The template.");
static const PmxObject parameters = {
    "SetDefaultCustomTemplate", sizeof(PmxImsId), fields,
    "Makes a template the default one of its type and subtype. Answers `Success`."};

static json_t *run(const PmxImsCall *call, const void *data, PmxProblems *problems)
{
    const PmxImsId *given = data;
    return pmx_ims_success(pmx_service_template_set_default(call->service, given->id, problems));
}

const PmxImsAction pmx_ims_set_default_custom_template = {"SetDefaultCustomTemplate", &parameters,
                                                          run};
