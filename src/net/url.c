/* SPDX-License-Identifier: MIT */
/* See url.h. */
#include "net/url.h"

#include <curl/curl.h>
#include <string.h>

#include "base/problem.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CURLU, curl_url_cleanup)

/* Caller frees; NULL: the URL has none. */
static char *part_of(CURLU *url, CURLUPart part, unsigned flags)
{
    char *text = NULL;
    if (curl_url_get(url, part, &text, flags) != CURLUE_OK)
        return NULL;
    char *copy = g_strdup(text);
    curl_free(text);
    return copy;
}

static gboolean fail(GError **error, PmxCode code, const char *message)
{
    g_set_error_literal(error, PMX_ERROR, code, message);
    return FALSE;
}

static char *refusal(CURLU *url, const PmxGuard *guard)
{
    g_autofree char *host = part_of(url, CURLUPART_HOST, 0);
    g_autofree char *port = part_of(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    if (!host || !guard)
        return NULL;
    return pmx_guard_refusal_of_text(guard, host,
                                     port ? (guint)g_ascii_strtoull(port, NULL, 10) : 0);
}

static gboolean has_scheme(CURLU *url, const char *expected)
{
    g_autofree char *scheme = part_of(url, CURLUPART_SCHEME, 0);
    return g_strcmp0(scheme, expected) == 0;
}

static gboolean check(CURLU *url, const PmxGuard *guard, GError **error)
{
    g_autofree char *user = part_of(url, CURLUPART_USER, 0);
    g_autofree char *password = part_of(url, CURLUPART_PASSWORD, 0);
    g_autofree char *host = part_of(url, CURLUPART_HOST, 0);
    g_autofree char *refused = refusal(url, guard);
    if (!has_scheme(url, "http") && !has_scheme(url, "https"))
        return fail(error, PMX_CODE_INVALID, "the URL is neither http nor https");
    if (user || password)
        return fail(error, PMX_CODE_INVALID, "the URL must not hold a user name or password");
    if (host && !g_utf8_validate(host, -1, NULL))
        return fail(error, PMX_CODE_INVALID, "the URL's host is not written in UTF-8");
    return !refused || fail(error, PMX_CODE_ACCESS_DENIED, refused);
}

/* NULL: it is none. */
static CURLU *parse(const char *text)
{
    g_autoptr(CURLU) url = curl_url();
    return curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK
               ? g_steal_pointer(&url)
               : NULL;
}

char *pmx_url_refusal(const char *text, const PmxGuard *guard)
{
    g_autoptr(CURLU) url = parse(text);
    return url ? refusal(url, guard) : NULL;
}

gboolean pmx_url_check(const char *text, const PmxGuard *guard, GError **error)
{
    g_autoptr(CURLU) url = parse(text);
    return url ? check(url, guard, error) : fail(error, PMX_CODE_INVALID, "the URL is malformed");
}

static gboolean begins(const char *text, const char *scheme)
{
    return g_ascii_strncasecmp(text, scheme, strlen(scheme)) == 0;
}

char *pmx_url_shown(const char *address)
{
    if (!begins(address, "http://") && !begins(address, "https://"))
        return g_strdup(address);
    const char *host = strstr(address, "://") + strlen("://"), *at = host + strcspn(host, "/?#");
    while (at > host && *at != '@')
        at--;
    const char *rest = *at == '@' ? at : host;
    gsize length = strcspn(rest, "?#");
    return g_strdup_printf("%.*s%s%.*s%s", (int)(host - address), address, *at == '@' ? "..." : "",
                           (int)length, rest, rest[length] == '?' ? "?..." : "");
}

/* Spaces and bytes of other alphabets, which servers put there as they are, are escaped. */
char *pmx_url_redirect(const char *from, const char *location, const PmxGuard *guard,
                       GError **error)
{
    const unsigned lenient = CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE | CURLU_ALLOW_SPACE;
    g_autoptr(CURLU) url = parse(from);
    gboolean secure = url && has_scheme(url, "https");
    if (!url || curl_url_set(url, CURLUPART_URL, location, lenient) != CURLUE_OK)
        fail(error, PMX_CODE_RESOURCE_BAD, "the server redirects to something that is no URL");
    else if (secure && has_scheme(url, "http"))
        fail(error, PMX_CODE_ACCESS_DENIED,
             "the server redirects from https to http, which is not followed");
    else if (check(url, guard, error))
        return part_of(url, CURLUPART_URL, 0);
    else
        g_prefix_error(error, "the server redirects to a place that is not followed: ");
    return NULL;
}
