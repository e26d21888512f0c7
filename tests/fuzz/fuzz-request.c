/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a request of the job API ("METHOD TARGET\nNAME:VALUE\n…\n\nBODY"): nobody without the
 * secret is let in, whoever is refused is told why in UTF-8, and what was read as parameters reads
 * back as the same from the text that is signed.
 */
#include <string.h>

#include "api/access.h"
#include "base/moment.h"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static gint64 frozen(gpointer data)
{
    gint64 moment = 0;
    (void)data;
    pmx_moment_parse("2026-01-02T03:04:05Z", &moment);
    return moment;
}

static PmxAccess *open_access(void)
{
    PmxKeyPair pair = {(char *)"default", (char *)"testAccessKeyId",
                       (char *)"not told to the fuzzer"};
    g_autoptr(GPtrArray) pairs = g_ptr_array_new();
    g_ptr_array_add(pairs, &pair);
    const PmxCredentials credentials = {pairs};
    PmxAccess *access = pmx_access_new(&credentials);
    pmx_access_set_clock(access, frozen, NULL);
    return access;
}

/* `source` is a NULL-terminated array of lines "name:value". */
static const char *header_of(const char *name, gconstpointer source)
{
    gsize length = strlen(name);
    for (char *const *line = source; *line; line++)
        if (g_ascii_strncasecmp(*line, name, length) == 0 && (*line)[length] == ':')
            return *line + length + 1;
    return NULL;
}

static void assert_same(const PmxParameters *once, const PmxParameters *twice)
{
    g_assert_cmpuint(once->items->len, ==, twice->items->len);
    for (guint i = 0; i < once->items->len; i++) {
        const PmxParameter *parameter = g_ptr_array_index(once->items, i);
        g_assert_true(g_utf8_validate(parameter->value, -1, NULL));
        g_assert_cmpstr(pmx_parameters_find(twice, parameter->name), ==, parameter->value);
    }
}

static void check_round_trip(const PmxSignable *request)
{
    char *none[] = {NULL};
    g_autofree char *canonical = pmx_acs3_canonical(request, none, PMX_TEXT_SIGNED);
    const char *query = canonical + strlen(request->method) + strlen(request->path) + 2;
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxParameters) again = pmx_parameters_parse(query, strcspn(query, "\n"), problems);
    g_assert_cmpuint(pmx_problems_count(problems), ==, 0);
    assert_same(request->query, again);
}

static void check_access(const PmxSignable *request)
{
    g_autoptr(PmxAccess) access = open_access();
    g_auto(PmxVerdict) signature = {0}, basic = {0};
    g_assert_false(pmx_access_check(access, request, &signature));
    g_assert_true(g_utf8_validate(signature.message, -1, NULL));
    g_assert_cmpuint(signature.status, >=, 400);
    g_assert_false(
        pmx_access_check_basic(access, request->header("authorization", request->source), &basic));
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    char *body = strstr(text, "\n\n");
    gsize body_length = body ? size - (gsize)(body + 2 - text) : 0;
    if (body)
        *body = '\0';
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    const char *target = lines[0] ? strchr(lines[0], '?') : NULL;
    target = target ? target + 1 : "";
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxParameters) query = pmx_parameters_parse(target, strlen(target), problems);
    const char *raw = body ? (const char *)data + (body + 2 - text) : "";
    g_autoptr(PmxParameters) form = pmx_parameters_parse(raw, body_length, problems);
    const PmxSignable request = {.method = "POST",
                                 .path = "/",
                                 .query = query,
                                 .form =
                                     pmx_is_form(header_of("content-type", lines)) ? form : NULL,
                                 .body = raw,
                                 .body_length = body_length,
                                 .header = header_of,
                                 .source = lines};
    check_round_trip(&request);
    check_access(&request);
    return 0;
}
