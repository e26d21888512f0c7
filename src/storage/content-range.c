/* SPDX-License-Identifier: MIT */
/* See content-range.h. */
#include "storage/content-range.h"

#include <string.h>

static gboolean parse_number(const char **at, const char *end, guint64 *number)
{
    char *behind;
    if (!g_ascii_isdigit(**at))
        return FALSE;
    *number = g_ascii_strtoull(*at, &behind, 10);
    gboolean ok = *number <= G_MAXINT64 && strncmp(behind, end, strlen(end)) == 0;
    *at = behind + strlen(end);
    return ok;
}

gboolean pmx_content_range(const PmxClientReply *reply, PmxContentRange *range)
{
    const char *at = pmx_client_header(reply->headers, "Content-Range");
    if (!at || g_ascii_strncasecmp(at, "bytes ", 6) != 0)
        return FALSE;
    at += 6;
    return parse_number(&at, "-", &range->first) && parse_number(&at, "/", &range->last) &&
           parse_number(&at, "", &range->size) && *at == '\0' && range->first <= range->last &&
           range->last < range->size;
}
