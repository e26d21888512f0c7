/* SPDX-License-Identifier: MIT */
/* The dialect's reference, from the table of routes and the field tables. Pure. */
#include "base/reference.h"

#include "api/rest/rest.h"
#include "api/rest/routes.h"
#include "api/rest/views.h"
#include "job/config.h"
#include "job/params.h"

static char *linked(const PmxObject *object, const char *otherwise)
{
    return g_strdup(object ? object->name : otherwise ? otherwise : "");
}

static void add_statuses(const PmxRoute *route, GString *page)
{
    guint statuses[PMX_ROUTE_STATUSES];
    pmx_route_statuses(route, statuses);
    g_string_append_printf(page, "%u", route->status);
    for (guint i = 0; statuses[i]; i++)
        g_string_append_printf(page, ", %u", statuses[i]);
}

static void add_route(const PmxRoute *route, GString *page)
{
    g_autofree char *takes = linked(route->query ? route->query : route->body, NULL);
    g_autofree char *answers = linked(route->answer, route->type);
    g_string_append_printf(page, "| `%s %s` | %s%s | %s | %s | ", route->method, route->pattern,
                           route->doc, route->flags & PMX_ROUTE_OPEN ? " Asks for no key." : "",
                           takes, answers);
    add_statuses(route, page);
    g_string_append(page, " |\n");
}

static void add_routes(GString *page)
{
    g_string_append(page, "## Operations\n\n"
                          "| request | what it does | takes | answers | statuses |\n"
                          "|---|---|---|---|---|\n");
    for (const PmxRoute *route = pmx_routes; route->method; route++)
        add_route(route, page);
}

/* Each operation's objects, NULL at the end. */
static GPtrArray *objects(void)
{
    GPtrArray *list = g_ptr_array_new();
    for (const PmxRoute *route = pmx_routes; route->method; route++) {
        const PmxObject *const ones[] = {route->query, route->body, route->answer};
        for (guint i = 0; i < G_N_ELEMENTS(ones); i++)
            if (ones[i])
                g_ptr_array_add(list, (gpointer)ones[i]);
    }
    g_ptr_array_add(list, (gpointer)&pmx_error_view);
    g_ptr_array_add(list, NULL);
    return list;
}

/* The job's own objects have a page already: docs/job-reference.md. */
char *pmx_rest_reference_markdown(void)
{
    static const PmxObject *const known[] = {&pmx_config_object, &pmx_params_object, NULL};
    g_autoptr(GPtrArray) list = objects();
    g_autofree char *sections =
        pmx_reference_sections((const PmxObject *const *)list->pdata, known);
    GString *page = g_string_new(NULL);
    add_routes(page);
    g_string_append_printf(page, "\n%s", sections);
    return g_string_free(page, FALSE);
}
