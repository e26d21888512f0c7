/* SPDX-License-Identifier: MIT */
/* What is wrong with a request's head: see http.h. What libmicrohttpd lets pass is often how two
 * servers in a row come to see two different requests (RFC 9112, 11.2). */
#include <string.h>

#include "api/http-private.h"

typedef struct {
    guint hosts, lengths, codings;
    const char *length, *coding;
    gboolean bad_name;
} Head;

static gboolean is_token(const char *name)
{
    for (const char *c = name; *c; c++)
        if (!g_ascii_isalnum(*c) && !strchr("!#$%&'*+-.^_`|~", *c))
            return FALSE;
    return *name != '\0';
}

static enum MHD_Result look_at(void *data, enum MHD_ValueKind kind, const char *name,
                               const char *value)
{
    Head *head = data;
    (void)kind;
    head->bad_name |= !is_token(name);
    if (g_ascii_strcasecmp(name, "Host") == 0)
        head->hosts++;
    if (g_ascii_strcasecmp(name, "Content-Length") == 0) {
        head->lengths++;
        head->length = value;
    }
    if (g_ascii_strcasecmp(name, "Transfer-Encoding") == 0) {
        head->codings++;
        head->coding = value;
    }
    return MHD_YES;
}

static gboolean is_target(const PmxExchange *exchange)
{
    if (*exchange->path != '/')
        return FALSE;
    for (const char *c = exchange->path; *c; c++)
        if (g_ascii_iscntrl(*c) || *c == ' ')
            return FALSE;
    for (const char *c = exchange->query; *c; c++)
        if (g_ascii_iscntrl(*c) || *c == ' ')
            return FALSE;
    return TRUE;
}

static gsize target_length(const PmxExchange *exchange)
{
    return strlen(exchange->path) + strlen(exchange->query) + 1;
}

static gsize head_length(const PmxExchange *exchange)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info ? info->header_size : 0;
}

static gboolean is_too_long(const char *length)
{
    return length && g_ascii_strtoull(length, NULL, 10) > PMX_HTTP_BODY_LIMIT;
}

guint pmx_head_check(const PmxExchange *exchange, const char *version, const char **why)
{
    Head head = {0};
    gsize target = target_length(exchange);
    MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, look_at, &head);
    const struct {
        gboolean wrong;
        guint status;
        const char *why;
    } checks[] = {
        {target > PMX_HTTP_TARGET_LIMIT, 414, "the request target is longer than 256 KiB"},
        {head_length(exchange) > target + PMX_HTTP_HEADERS_LIMIT, 431,
         "the headers are larger than 64 KiB"},
        {!is_target(exchange), 400, "the request target must be a path, percent-encoded"},
        {head.bad_name, 400, "a header's name holds characters that may not be there"},
        {!head.hosts && strcmp(version, MHD_HTTP_VERSION_1_0) != 0, 400, "there is no Host"},
        {head.hosts > 1, 400, "there is more than one Host"},
        {head.lengths + head.codings > 1, 400,
         "there is more than one Content-Length or Transfer-Encoding"},
        {head.coding && g_ascii_strcasecmp(head.coding, "chunked") != 0, 400,
         "of the transfer codings only chunked is known here"},
        {is_too_long(head.length), 413, "the body is larger than 4 MiB"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(checks); i++)
        if (checks[i].wrong) {
            *why = checks[i].why;
            return checks[i].status;
        }
    return 0;
}
