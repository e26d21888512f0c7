/* SPDX-License-Identifier: MIT */
/* Addresses of objects as the clouds write them: https://BUCKET.ENDPOINT/KEY. Pure. */
#pragma once

#include <glib.h>

typedef struct {
    char *host;         /* in lower case, with the port unless it is the scheme's usual one */
    char *path;         /* decoded; begins with /, or is empty */
    gboolean malformed; /* the path is encoded wrongly, and is as it was written */
} PmxObjectUrl;

/* FALSE: it is no http:// or https:// address, or one that says more than where an object is (a user,
 * a query, a fragment). */
gboolean pmx_object_url_split(const char *address, PmxObjectUrl *url);
void pmx_object_url_clear(PmxObjectUrl *url);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PmxObjectUrl, pmx_object_url_clear)

/* oss://BUCKET/KEY for what is at BUCKET.oss-REGION.aliyuncs.com; NULL: it is another host. Caller
 * frees. */
char *pmx_object_url_as_oss(const PmxObjectUrl *url);
