/* SPDX-License-Identifier: MIT */
/* /v1/templates: the ready-made ones and custom ones, as one list. */
#include <string.h>

#include "api/rest/call.h"
#include "api/rest/handlers.h"
#include "api/rest/views.h"

static json_t *template_json(const PmxTemplateRecord *record, gboolean system)
{
    PmxTemplateAnswer answer = {*record, system};
    return pmx_view_json(&pmx_template_view, &answer);
}

/* Takes a custom one, which may be NULL for "it failed". */
static json_t *custom_json(PmxTemplateRecord *record)
{
    json_t *json = record ? template_json(record, FALSE) : NULL;
    pmx_template_record_free(record);
    return json;
}

json_t *pmx_rest_templates_get(PmxCall *call)
{
    const PmxTemplateRecord *ready = pmx_service_system_template(call->service, call->id);
    if (ready)
        return template_json(ready, TRUE);
    return custom_json(pmx_service_template(call->service, call->id, call->problems));
}

json_t *pmx_rest_templates_create(PmxCall *call)
{
    const PmxTemplateRequest *body = call->body;
    PmxTemplateRecord *made =
        pmx_service_template_create(call->service, body->id, body->name, body->type, body->subtype,
                                    body->config, call->problems);
    if (made)
        pmx_call_locate(call, "templates", made->id);
    return custom_json(made);
}

json_t *pmx_rest_templates_change(PmxCall *call)
{
    const PmxTemplateRequest *body = call->body;
    return custom_json(pmx_service_template_update(call->service, call->id, body->name,
                                                   body->config, call->problems));
}

json_t *pmx_rest_templates_delete(PmxCall *call)
{
    pmx_service_template_delete(call->service, call->id, call->problems);
    return NULL;
}

json_t *pmx_rest_templates_default(PmxCall *call)
{
    if (!pmx_service_template_set_default(call->service, call->id, call->problems))
        return NULL;
    return pmx_rest_templates_get(call);
}

/* --- the list --- */

static gboolean has_in_name(const char *name, const char *part)
{
    g_autofree char *folded = g_utf8_casefold(name ? name : "", -1);
    g_autofree char *wanted = g_utf8_casefold(part, -1);
    return strstr(folded, wanted) != NULL;
}

static gboolean is_wanted(const PmxTemplateRecord *record, const PmxTemplatesQuery *query)
{
    return (!query->type || record->type == query->type) &&
           (!query->subtype || record->subtype == query->subtype) &&
           (!query->name || has_in_name(record->name, query->name));
}

static gint64 room_on(const PmxTemplatesQuery *query, const json_t *rows)
{
    return query->limit - (gint64)json_array_size(rows);
}

/* Adds the page's share of ready-made ones; how many there are on all pages. */
static gint64 add_system(PmxCall *call, json_t *rows)
{
    const PmxTemplatesQuery *query = call->query;
    const GPtrArray *all = pmx_service_system_templates(call->service);
    gint64 count = 0;
    for (guint i = 0; i < all->len; i++) {
        const PmxTemplateRecord *record = g_ptr_array_index(all, i);
        if (!is_wanted(record, query))
            continue;
        if (count++ >= query->offset && room_on(query, rows) > 0)
            json_array_append_new(rows, template_json(record, TRUE));
    }
    return count;
}

/* Adds custom ones, behind `before` others; how many there are on all pages, or -1. */
static gint64 add_custom(PmxCall *call, json_t *rows, gint64 before)
{
    const PmxTemplatesQuery *query = call->query;
    gint64 total = 0;
    PmxTemplateFilter filter = {.type = query->type,
                                .subtype = query->subtype,
                                .name = query->name,
                                .offset = (guint)MAX(query->offset - before, 0),
                                .limit = (guint)MAX(room_on(query, rows), 1)};
    g_autoptr(GPtrArray) found =
        pmx_service_templates(call->service, &filter, &total, call->problems);
    for (guint i = 0; found && i < found->len && room_on(query, rows) > 0; i++)
        json_array_append_new(rows, template_json(g_ptr_array_index(found, i), FALSE));
    return found ? total : -1;
}

json_t *pmx_rest_templates_list(PmxCall *call)
{
    json_t *rows = json_array();
    gint64 ready = add_system(call, rows);
    gint64 custom = add_custom(call, rows, ready);
    json_t *json = custom < 0 ? NULL
                              : json_pack("{s:O, s:I}", "templates", rows, "total",
                                          (json_int_t)(ready + custom));
    json_decref(rows);
    return json;
}
