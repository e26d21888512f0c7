/* SPDX-License-Identifier: MIT */
/* CreateCustomTemplate. */
#include "api/ims/actions.h"
#include "api/ims/template-query.h"
#include "api/ims/views.h"

typedef struct {
    char *name, *config;
    gint64 type, subtype;
} Parameters;

#define AT(member) offsetof(Parameters, member)
static const PmxField fields[] = {
    {"Name", PMX_FIELD_STRING, AT(name), PMX_FIELD_REQUIRED | PMX_FIELD_NON_EMPTY,
     .max = PMX_IMS_NAME_BYTES, .doc = "A name for people."},
    {"Type", PMX_FIELD_INT, AT(type), PMX_FIELD_REQUIRED, .min = 1, .max = PMX_IMS_TYPE_MAX,
     .doc = "What it is for: 1 is transcoding."},
    {"Subtype", PMX_FIELD_INT, AT(subtype), .min = 0, .max = PMX_IMS_SUBTYPE_MAX,
     .doc = "For transcoding: 1 Normal, 2 AudioTranscode, 3 Remux, 4 NarrowBandV1, 5 "
            "NarrowBandV2; without it, 1."},
    {"TemplateConfig", PMX_FIELD_STRING, AT(config), PMX_FIELD_REQUIRED | PMX_FIELD_NON_EMPTY,
     .doc = "The parameters, as JSON: see the job reference, OverrideParams."},
    {0},
};
#undef AT

static const PmxObject parameters = {"CreateCustomTemplate", sizeof(Parameters), fields,
                                     "Makes a template. Answers `CustomTemplate`, whose `Subtype` "
                                     "is a word here and a number elsewhere."};

static json_t *run(const PmxImsCall *call, const void *data, PmxProblems *problems)
{
    const Parameters *given = data;
    json_t *config = pmx_ims_json("TemplateConfig", given->config, problems);
    if (!config)
        return NULL;
    g_autoptr(PmxTemplateRecord) made = pmx_service_template_create(
        call->service, NULL, given->name, given->type,
        pmx_ims_subtype_of(call, given->type, given->subtype), config, problems);
    json_decref(config);
    return pmx_ims_single("CustomTemplate",
                          made ? pmx_ims_custom_template_view(made, PMX_IMS_SUBTYPE_NAME) : NULL);
}

const PmxImsAction pmx_ims_create_custom_template = {"CreateCustomTemplate", &parameters, run};
