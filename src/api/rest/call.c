/* SPDX-License-Identifier: MIT */
/* What a request brings, read by its route's tables: see call.h. */
#include "api/rest/call.h"

#include <string.h>

#include "api/query.h"
#include "base/percent.h"

const char *pmx_spelling(const char *const *names, const char *text)
{
    for (; text && *names; names++)
        if (g_ascii_strcasecmp(*names, text) == 0)
            return *names;
    return NULL;
}

void pmx_call_locate(PmxCall *call, const char *kind, const char *id)
{
    g_autofree char *segment = pmx_percent_encode(id);
    g_autofree char *location = g_strdup_printf("/v1/%s/%s", kind, segment);
    pmx_exchange_add_header(call->exchange, "Location", location);
}

/* --- the query --- */

static json_t *query_json(PmxCall *call)
{
    const char *text = pmx_exchange_query(call->exchange);
    g_autoptr(PmxParameters) parameters = pmx_parameters_parse(text, strlen(text), call->problems);
    json_t *json = json_object();
    for (guint i = 0; i < parameters->items->len; i++) {
        const PmxParameter *pair = g_ptr_array_index(parameters->items, i);
        json_object_set_new(json, pair->name, json_string(pair->value));
    }
    return json;
}

static void read_query(PmxCall *call)
{
    json_t *json = query_json(call);
    call->query = g_malloc(call->route->query->size);
    pmx_object_parse(call->route->query, json, "", call->query, call->problems);
    json_decref(json);
}

/* --- the body --- */

/* A page of another origin can have a browser send forms and texts, with the user's own password,
 * but not JSON: so nothing else is taken, not even a body that does not say what it is. */
static gboolean is_json_type(const char *type)
{
    g_auto(GStrv) parts = g_strsplit(type ? type : "", ";", 2);
    return parts[0] && g_ascii_strcasecmp(g_strstrip(parts[0]), "application/json") == 0;
}

static json_t *body_json(PmxCall *call)
{
    gsize length = 0;
    json_error_t where;
    const char *text = pmx_exchange_body(call->exchange, &length);
    if (length == 0) {
        pmx_problems_add(call->problems, PMX_CODE_MISSING_PARAMETER, "", "a JSON body is required");
        return NULL;
    }
    if (!is_json_type(pmx_exchange_header(call->exchange, "Content-Type"))) {
        call->refusal = 415;
        pmx_problems_add(call->problems, PMX_CODE_INVALID, "Content-Type",
                         "must be application/json");
        return NULL;
    }
    json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &where);
    if (!json)
        pmx_problems_add(call->problems, PMX_CODE_INVALID, "",
                         "the body is no JSON: %s (line %d, column %d)", where.text, where.line,
                         where.column);
    return json;
}

/* {"config": …} from a Config that came alone; takes and gives a reference. */
static json_t *wrap_bare(const PmxRoute *route, json_t *json)
{
    gboolean bare = route->flags & PMX_ROUTE_BARE && json_object_get(json, "Inputs") &&
                    !json_object_get(json, "config");
    return bare ? json_pack("{s:o}", "config", json) : json;
}

static void read_body(PmxCall *call)
{
    json_t *json = body_json(call);
    if (!json)
        return;
    json = wrap_bare(call->route, json);
    call->body = g_malloc(call->route->body->size);
    pmx_object_parse(call->route->body, json, "", call->body, call->problems);
    json_decref(json);
}

gboolean pmx_call_read(PmxCall *call)
{
    if (call->route->query)
        read_query(call);
    if (call->route->body)
        read_body(call);
    return pmx_problems_count(call->problems) == 0;
}
