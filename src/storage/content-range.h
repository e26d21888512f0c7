/* SPDX-License-Identifier: MIT */
/* Which bytes an answer has: Content-Range, RFC 9110, 14.4. Pure. */
#pragma once

#include "net/client.h"

typedef struct {
    guint64 first, last, size; /* "bytes first-last/size" */
} PmxContentRange;

/* FALSE: the answer does not say it, or not in full. */
gboolean pmx_content_range(const PmxClientReply *reply, PmxContentRange *range);
