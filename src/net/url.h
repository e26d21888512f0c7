/* SPDX-License-Identifier: MIT */
/* URLs that strangers and servers give: which are taken, and where a redirect leads. Pure. */
#pragma once

#include "net/guard.h"

/* Why the guard will never let anybody go there, because the host of `url` is an address, in
 * whatever spelling, that it refuses; NULL: that is not known before the name is looked up, or
 * `url` is none. Caller frees. */
char *pmx_url_refusal(const char *url, const PmxGuard *guard);

/* Whether `url` may be a source: http or https, with a host, without a user name or password (they
 * would be shown with the job), and not refused as above (`guard` NULL: by none). PMX_ERROR. */
gboolean pmx_url_check(const char *url, const PmxGuard *guard, GError **error);

/* An address as it is shown: of http and https without the query, which may be a signature, without
 * the fragment, and without a user name and password. Others are as they are. Caller frees. */
char *pmx_url_shown(const char *address);

/* How many redirects a caller follows. */
enum { PMX_REDIRECTS = 5 };

/* Where the answer of `url` with this Location leads, absolute (RFC 9110, 10.2.2). NULL with
 * PMX_ERROR for what is not followed: anything but http and https, from https to http, and what
 * pmx_url_check() refuses. Caller frees. */
char *pmx_url_redirect(const char *url, const char *location, const PmxGuard *guard,
                       GError **error);
