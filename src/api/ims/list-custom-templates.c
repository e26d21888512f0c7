/* SPDX-License-Identifier: MIT */
/* ListCustomTemplates. */
#include "api/ims/actions.h"
#include "api/ims/template-query.h"
#include "api/ims/views.h"

/* The second spellings are those of the job API's earlier documents. */
static const char *const orders[] = {"CreationTime:Desc", "CreationTime:Asc", "CreateTimeDesc",
                                     "CreateTimeAsc", NULL};

static const PmxField fields[] = {
    PMX_IMS_TEMPLATE_QUERY_FIELDS,
    {"OrderBy", PMX_FIELD_ENUM, offsetof(PmxImsTemplateQuery, order),
     .fallback = "CreationTime:Desc", .choices = orders, .doc = "Newest or oldest first."},
    {0},
};

static const PmxObject parameters = {"ListCustomTemplates", sizeof(PmxImsTemplateQuery), fields,
                                     "Answers `CustomTemplateList` and `Total`."};

static json_t *show(const PmxTemplateRecord *record)
{
    return pmx_ims_custom_template_view(record, PMX_IMS_SUBTYPE_NUMBER);
}

static PmxTemplateFilter filter_of(const PmxImsTemplateQuery *query)
{
    return (PmxTemplateFilter){
        .type = query->types ? g_bit_nth_lsf((gulong)query->types, -1) : 0,
        .subtype = query->subtype,
        .name = query->name && *query->name ? query->name : NULL,
        .id = query->id && *query->id ? query->id : NULL,
        .oldest_first = query->order % 2 == 1,
        .offset = (guint)((query->number - 1) * query->size),
        .limit = (guint)query->size,
    };
}

static gboolean has_several_types(const PmxImsTemplateQuery *query)
{
    return (query->types & (query->types - 1)) != 0;
}

static json_t *run(const PmxImsCall *call, const void *data, PmxProblems *problems)
{
    const PmxImsTemplateQuery *query = data;
    PmxTemplateFilter filter = filter_of(query);
    gboolean several = has_several_types(query);
    gint64 total = 0;
    if (several) {
        filter.type = filter.offset = 0;
        filter.limit = G_MAXINT32;
    }
    g_autoptr(GPtrArray) found = pmx_service_templates(call->service, &filter, &total, problems);
    if (!found)
        return NULL;
    json_t *list = json_array();
    if (several)
        total = pmx_ims_pick_templates(found, query, show, list);
    else
        for (guint i = 0; i < found->len; i++)
            json_array_append_new(list, show(g_ptr_array_index(found, i)));
    return json_pack("{s:o, s:I}", "CustomTemplateList", list, "Total", (json_int_t)total);
}

const PmxImsAction pmx_ims_list_custom_templates = {"ListCustomTemplates", &parameters, run};
