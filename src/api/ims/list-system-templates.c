/* SPDX-License-Identifier: MIT */
/* ListSystemTemplates. */
#include "api/ims/actions.h"
#include "api/ims/template-query.h"
#include "api/ims/views.h"

static const char *const states[] = {"Normal", "Invisible", "All", NULL};

static const PmxField fields[] = {
    PMX_IMS_TEMPLATE_QUERY_FIELDS,
    {"Status", PMX_FIELD_ENUM, offsetof(PmxImsTemplateQuery, status), .fallback = "Normal",
     .choices = states, .doc = "All of ours are Normal."},
    {0},
};

static const PmxObject parameters = {
    "ListSystemTemplates", sizeof(PmxImsTemplateQuery), fields,
    "Lists the ready-made templates. Answers `SystemTemplateList` and `Total`."};

static json_t *run(const PmxImsCall *call, const void *data, G_GNUC_UNUSED PmxProblems *problems)
{
    const PmxImsTemplateQuery *query = data;
    gint64 total = 0;
    json_t *list = json_array();
    if (!g_str_equal(states[query->status], "Invisible"))
        total = pmx_ims_pick_templates(pmx_service_system_templates(call->service), query,
                                       pmx_ims_system_template_view, list);
    return json_pack("{s:o, s:I}", "SystemTemplateList", list, "Total", (json_int_t)total);
}

const PmxImsAction pmx_ims_list_system_templates = {"ListSystemTemplates", &parameters, run};
