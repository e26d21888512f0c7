/* SPDX-License-Identifier: MIT */
/* libav's negative return codes as GErrors. Used by the media room only. */
#pragma once

#include "base/problem.h"

/* Sets `error` to PMX_ERROR/`code` with the formatted text and libav's own words for `averror`;
 * returns FALSE. */
gboolean pmx_av_fail(GError **error, PmxCode code, int averror, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
