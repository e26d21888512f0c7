/* SPDX-License-Identifier: MIT */
/*
 * The form that HTTP's headers have for a moment (base/moment.h): RFC 9110's IMF-fixdate,
 * "Fri, 02 Jan 2026 03:04:05 GMT". Whole seconds. Pure; every room may use it.
 */
#pragma once

#include <glib.h>

/* Caller frees. */
char *pmx_http_date(gint64 moment);

/* FALSE for anything else, RFC 9110's two obsolete forms included. The name of the day is not
 * compared with the date. */
gboolean pmx_http_date_parse(const char *text, gint64 *moment);
