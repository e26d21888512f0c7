/* SPDX-License-Identifier: MIT */
/* The OpenAPI document and the reference against the table of routes. Whether the document keeps to
 * the standard is checked by tests/style/openapi.py. With --print: the document. */
#include <string.h>

#include "api/rest/routes.h"
#include "rest-fakes.h"

static json_t *document(void)
{
    g_autofree char *text = pmx_rest_openapi_text();
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    g_assert_nonnull(json);
    return json;
}

static const json_t *operation(const json_t *json, const PmxRoute *route)
{
    g_autofree char *method = g_ascii_strdown(route->method, -1);
    const json_t *path = json_object_get(json_object_get(json, "paths"), route->pattern);
    return json_object_get(path, method);
}

static const json_t *schema(const json_t *json, const char *name)
{
    const json_t *components = json_object_get(json, "components");
    return json_object_get(json_object_get(components, "schemas"), name);
}

/* The value at "a.b.c". */
static const json_t *at(const json_t *json, const char *path)
{
    g_auto(GStrv) names = g_strsplit(path, ".", -1);
    for (guint i = 0; names[i] && json; i++)
        json = json_object_get(json, names[i]);
    return json;
}

static void test_routes(void)
{
    json_t *json = document();
    for (const PmxRoute *route = pmx_routes; route->method; route++) {
        const json_t *found = operation(json, route);
        g_autofree char *status = g_strdup_printf("%u", route->status);
        g_assert_cmpstr(json_string_value(at(found, "operationId")), ==, route->name);
        g_assert_nonnull(json_object_get(at(found, "responses"), status));
        g_assert_cmpint(at(found, "requestBody") != NULL, ==, route->body != NULL);
    }
    json_decref(json);
}

static void check_refs(const json_t *json, const json_t *value)
{
    static const char before[] = "#/components/schemas/";
    const char *key;
    size_t i;
    json_t *member;
    json_object_foreach ((json_t *)value, key, member) {
        if (strcmp(key, "$ref") == 0) {
            const char *text = json_string_value(member);
            g_assert_true(g_str_has_prefix(text, before));
            g_assert_nonnull(schema(json, text + strlen(before)));
        }
        check_refs(json, member);
    }
    json_array_foreach (value, i, member)
        check_refs(json, member);
}

static void test_references(void)
{
    json_t *json = document();
    check_refs(json, json);
    json_decref(json);
}

/* A few schemas, word by word. */
static void test_schemas(void)
{
    static const struct {
        const char *name, *path, *json;
    } rows[] = {
        {"Job", "properties.state.enum",
         "[\"Inited\",\"Running\",\"Complete\",\"Error\",\"Cancelled\"]"},
        {"Job", "properties.percent.maximum", "100"},
        {"Job", "properties.created.format", "\"date-time\""},
        {"Job", "properties.fingerprint", NULL},
        {"Callback", "properties.auth_key", NULL},
        {"PipelineRequest", "required", "[\"name\"]"},
        {"PipelineRequest", "properties.priority.default", "6"},
        {"PipelineRequest", "properties.name.minLength", "1"},
        {"JobRequest", "properties.config.allOf", "[{\"$ref\":\"#/components/schemas/Config\"}]"},
        {"Config", "properties.Inputs.minItems", "1"},
        {"Video", "properties.Width.multipleOf", "2"},
        {"GroupConfig", "properties.ManifestName", NULL}, /* not supported: not in the document */
    };
    json_t *json = document();
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const json_t *value = at(schema(json, rows[i].name), rows[i].path);
        char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
        g_assert_nonnull(schema(json, rows[i].name));
        g_assert_cmpstr(text, ==, rows[i].json);
        free(text);
    }
    json_decref(json);
}

/* Two objects of one name would hide one another. */
static void test_names(void)
{
    json_t *json = document();
    const json_t *detail = at(schema(json, "JobDetail"), "allOf");
    g_assert_cmpuint(json_array_size(detail), ==, 2);
    g_assert_null(schema(json, "JobDetail[]"));
    g_assert_nonnull(schema(json, "OutputGroups.Outputs"));
    g_assert_nonnull(schema(json, "Outputs"));
    json_decref(json);
}

static void test_statuses(void)
{
    static const struct {
        const char *method, *path;
        guint statuses[PMX_ROUTE_STATUSES];
    } rows[] = {
        {"GET", "/healthz", {0}},
        {"GET", "/readyz", {503}},
        {"GET", "/v1/jobs", {400, 401, 500}},
        {"POST", "/v1/jobs", {400, 401, 403, 409, 413, 415, 500}},
        {"DELETE", "/v1/jobs/x", {400, 401, 403, 404, 409, 500}},
        {"GET", "/v1/jobs/x/events", {400, 401, 404, 500, 503}},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        guint have[PMX_ROUTE_STATUSES];
        g_autofree char *id = NULL, *allow = NULL;
        pmx_route_statuses(pmx_route_find(rows[i].method, rows[i].path, &id, &allow), have);
        for (guint n = 0; n == 0 || have[n - 1]; n++)
            g_assert_cmpuint(have[n], ==, rows[i].statuses[n]);
    }
}

static void test_reference(void)
{
    g_autofree char *page = pmx_rest_reference_markdown();
    for (const PmxRoute *route = pmx_routes; route->method; route++) {
        g_autofree char *request = g_strdup_printf("`%s %s`", route->method, route->pattern);
        g_assert_nonnull(strstr(page, request));
    }
    g_assert_nonnull(strstr(page, "\n## Job\n"));
    g_assert_nonnull(strstr(page, "\n## Error\n"));
    g_assert_null(strstr(page, "\n## Config\n")); /* has a page of its own */
    g_assert_null(strstr(page, "fingerprint"));
    g_assert_null(strstr(page, "(null)"));
}

static int print(void)
{
    g_autofree char *text = pmx_rest_openapi_text();
    g_print("%s\n", text);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--print") == 0)
        return print();
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rest/openapi/routes", test_routes);
    g_test_add_func("/rest/openapi/references", test_references);
    g_test_add_func("/rest/openapi/schemas", test_schemas);
    g_test_add_func("/rest/openapi/names", test_names);
    g_test_add_func("/rest/openapi/statuses", test_statuses);
    g_test_add_func("/rest/openapi/reference", test_reference);
    return g_test_run();
}
