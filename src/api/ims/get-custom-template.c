/* SPDX-License-Identifier: MIT */
/* GetCustomTemplate: by its id, or the default one of a type and subtype. */
#include "api/ims/actions.h"
#include "api/ims/template-query.h"
#include "api/ims/views.h"

typedef struct {
    char *id;
    gint64 type, subtype;
} Parameters;

#define AT(member) offsetof(Parameters, member)
static const PmxField fields[] = {
    {"TemplateId", PMX_FIELD_STRING, AT(id), .max = PMX_IMS_ID_BYTES,
     .doc = "The template; or else:"},
    {"Type", PMX_FIELD_INT, AT(type), .min = 1, .max = PMX_IMS_TYPE_MAX,
     .doc = "The default template of this type"},
    {"Subtype", PMX_FIELD_INT, AT(subtype), .min = 0, .max = PMX_IMS_SUBTYPE_MAX,
     .doc = "and this subtype; without it, 1."},
    {0},
};
#undef AT

static const PmxObject parameters = {"GetCustomTemplate", sizeof(Parameters), fields,
                                     "Answers `CustomTemplate`."};

static PmxTemplateRecord *find(const PmxImsCall *call, const Parameters *given,
                               PmxProblems *problems)
{
    if (given->id && *given->id)
        return pmx_service_template(call->service, given->id, problems);
    if (pmx_ims_given(call, "Type"))
        return pmx_service_template_default(call->service, given->type,
                                            pmx_ims_subtype_of(call, given->type, given->subtype),
                                            problems);
    pmx_problems_add(problems, PMX_CODE_MISSING_PARAMETER, "TemplateId",
                     "is required, unless Type asks for a default template");
    return NULL;
}

static json_t *run(const PmxImsCall *call, const void *data, PmxProblems *problems)
{
    g_autoptr(PmxTemplateRecord) found = find(call, data, problems);
    return pmx_ims_single("CustomTemplate",
                          found ? pmx_ims_custom_template_view(found, PMX_IMS_SUBTYPE_NUMBER)
                                : NULL);
}

const PmxImsAction pmx_ims_get_custom_template = {"GetCustomTemplate", &parameters, run};
