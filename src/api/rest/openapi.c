/* SPDX-License-Identifier: MIT */
/* The OpenAPI 3.0.3 document, from the table of routes and the field tables; and its route. */
#include <string.h>

#include "api/rest/call.h"
#include "api/rest/handlers.h"
#include "api/rest/schema.h"
#include "api/rest/views.h"
#include "job/config.h"

static json_t *content_of(const char *type, json_t *schema)
{
    return json_pack("{s:{s:o}}", type, "schema", schema);
}

/* --- what an operation takes --- */

static json_t *id_parameter(void)
{
    return json_pack("{s:s, s:s, s:b, s:s, s:{s:s}}", "name", "id", "in", "path", "required", TRUE,
                     "description", "Its id.", "schema", "type", "string");
}

static json_t *query_parameter(json_t *schemas, const PmxField *field)
{
    json_t *schema = pmx_schema_field(schemas, field);
    json_object_del(schema, "description");
    return json_pack("{s:s, s:s, s:b, s:s, s:o}", "name", field->name, "in", "query", "required",
                     (field->flags & PMX_FIELD_REQUIRED) != 0, "description", field->doc, "schema",
                     schema);
}

static json_t *resume_parameter(void)
{
    return json_pack("{s:s, s:s, s:s, s:{s:s, s:s}}", "name", "Last-Event-ID", "in", "header",
                     "description", "The id of the last event that was seen.", "schema", "type",
                     "integer", "format", "int64");
}

static json_t *parameters_of(json_t *schemas, const PmxRoute *route)
{
    json_t *list = json_array();
    if (pmx_route_has_id(route))
        json_array_append_new(list, id_parameter());
    if (route->query)
        for (const PmxField *field = route->query->fields; field->name; field++)
            json_array_append_new(list, query_parameter(schemas, field));
    if (route->query == &pmx_events_query)
        json_array_append_new(list, resume_parameter());
    return list;
}

static json_t *body_of(json_t *schemas, const PmxRoute *route)
{
    json_t *schema = pmx_schema_ref(schemas, route->body);
    if (route->flags & PMX_ROUTE_BARE)
        schema =
            json_pack("{s:[o, o]}", "anyOf", schema, pmx_schema_ref(schemas, &pmx_config_object));
    return json_pack("{s:b, s:o}", "required", TRUE, "content",
                     content_of("application/json", schema));
}

/* --- what it answers --- */

static json_t *headers_of(guint status)
{
    json_t *headers = json_pack("{s:{s:s, s:{s:s}}}", "X-Request-Id", "description",
                                "The request's id.", "schema", "type", "string");
    if (status == 201)
        json_object_set_new(
            headers, "Location",
            json_pack("{s:s, s:{s:s}}", "description", "Where it is.", "schema", "type", "string"));
    return headers;
}

/* An answer that is no JSON is text; the document itself is any object. */
static json_t *plain_schema(const char *type)
{
    const char *kind = strcmp(type, "application/json") == 0 ? "object" : "string";
    return json_pack("{s:s}", "type", kind);
}

static json_t *success_of(json_t *schemas, const PmxRoute *route)
{
    json_t *answer = json_pack("{s:s, s:o}", "description", pmx_status_text(route->status),
                               "headers", headers_of(route->status));
    if (route->answer)
        json_object_set_new(answer, "content",
                            content_of("application/json", pmx_schema_ref(schemas, route->answer)));
    else if (route->type)
        json_object_set_new(answer, "content", content_of(route->type, plain_schema(route->type)));
    return answer;
}

static json_t *failure_of(json_t *schemas, guint status)
{
    return json_pack("{s:s, s:o, s:o}", "description", pmx_status_text(status), "headers",
                     headers_of(status), "content",
                     content_of("application/json", pmx_schema_ref(schemas, &pmx_error_view)));
}

static void set_status(json_t *answers, guint status, json_t *answer)
{
    g_autofree char *key = g_strdup_printf("%u", status);
    json_object_set_new(answers, key, answer);
}

static json_t *answers_of(json_t *schemas, const PmxRoute *route)
{
    guint statuses[PMX_ROUTE_STATUSES];
    json_t *answers = json_object();
    set_status(answers, route->status, success_of(schemas, route));
    pmx_route_statuses(route, statuses);
    for (guint i = 0; statuses[i]; i++)
        set_status(answers, statuses[i], failure_of(schemas, statuses[i]));
    return answers;
}

/* --- the document --- */

static json_t *operation_of(json_t *schemas, const PmxRoute *route)
{
    json_t *operation = json_pack("{s:s, s:s, s:o, s:o}", "operationId", route->name, "summary",
                                  route->doc, "parameters", parameters_of(schemas, route),
                                  "responses", answers_of(schemas, route));
    if (route->body)
        json_object_set_new(operation, "requestBody", body_of(schemas, route));
    if (route->flags & PMX_ROUTE_OPEN)
        json_object_set_new(operation, "security", json_array());
    return operation;
}

static json_t *paths_of(json_t *schemas)
{
    json_t *paths = json_object();
    for (const PmxRoute *route = pmx_routes; route->method; route++) {
        g_autofree char *method = g_ascii_strdown(route->method, -1);
        if (!json_object_get(paths, route->pattern))
            json_object_set_new(paths, route->pattern, json_object());
        json_object_set_new(json_object_get(paths, route->pattern), method,
                            operation_of(schemas, route));
    }
    return paths;
}

static json_t *document(void)
{
    json_t *schemas = json_object();
    json_t *paths = paths_of(schemas);
    return json_pack("{s:s, s:{s:s, s:s, s:s}, s:[{s:[]}], s:o, s:{s:o, s:{s:{s:s, s:s, s:s}}}}",
                     "openapi", "3.0.3", "info", "title", "Polymux", "version", PMX_VERSION,
                     "description", "Transcoding jobs: submit, follow, collect.", "security", "key",
                     "paths", paths, "components", "schemas", schemas, "securitySchemes", "key",
                     "type", "http", "scheme", "basic", "description",
                     "An access key's id and secret.");
}

char *pmx_rest_openapi_text(void)
{
    json_t *json = document();
    char *raw = json_dumps(json, JSON_COMPACT);
    char *text = g_strdup(raw);
    free(raw);
    json_decref(json);
    return text;
}

json_t *pmx_rest_openapi(PmxCall *call)
{
    const char *text = call->rest->openapi;
    call->answered = TRUE;
    pmx_exchange_answer(call->exchange, 200, call->route->type, g_strdup(text), strlen(text));
    return NULL;
}
