/* SPDX-License-Identifier: MIT */
/* UpdateCustomTemplate. */
#include "api/ims/actions.h"

typedef struct {
    char *id, *name, *config;
} Parameters;

#define AT(member) offsetof(Parameters, member)
static const PmxField fields[] = {
    {"TemplateId", PMX_FIELD_STRING, AT(id), PMX_FIELD_REQUIRED | PMX_FIELD_NON_EMPTY,
     .max = PMX_IMS_ID_BYTES, .doc = "The template."},
    {"Name", PMX_FIELD_STRING, AT(name), PMX_FIELD_NON_EMPTY, .max = PMX_IMS_NAME_BYTES,
     .doc = "Its new name; without it, the old one stays."},
    {"TemplateConfig", PMX_FIELD_STRING, AT(config), PMX_FIELD_NON_EMPTY,
     .doc = "Its new parameters, all of them, as JSON; without it, the old ones stay."},
    {0},
};
#undef AT

static const PmxObject parameters = {
    "UpdateCustomTemplate", sizeof(Parameters), fields,
    "Changes a template. Jobs submitted earlier keep what it was. Answers `Success`."};

static json_t *run(const PmxImsCall *call, const void *data, PmxProblems *problems)
{
    const Parameters *given = data;
    json_t *config = pmx_ims_json("TemplateConfig", given->config, problems);
    if (pmx_problems_count(problems) > 0)
        return NULL;
    g_autoptr(PmxTemplateRecord) changed =
        pmx_service_template_update(call->service, given->id, given->name, config, problems);
    json_decref(config);
    return pmx_ims_success(changed != NULL);
}

const PmxImsAction pmx_ims_update_custom_template = {"UpdateCustomTemplate", &parameters, run};
