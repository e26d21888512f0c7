/* SPDX-License-Identifier: MIT */
/* See averror.h. */
#include "media/averror.h"

#include <libavutil/error.h>

gboolean pmx_av_fail(GError **error, PmxCode code, int averror, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    char why[AV_ERROR_MAX_STRING_SIZE] = "";
    av_strerror(averror, why, sizeof why);
    g_set_error(error, PMX_ERROR, (int)code, "%s: %s", what, why);
    return FALSE;
}
