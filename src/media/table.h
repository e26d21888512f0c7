/* SPDX-License-Identifier: MIT */
/* The stream table in the words of libavformat, as the source document prints it. Used by the
 * probe. */
#pragma once

#include "media/avptr.h"

/* `text` as UTF-8 without control characters, which a terminal would obey; caller frees. */
char *pmx_table_printable(const char *text);

/* "Duration: …", "Stream #0:0[0x1](und): Video: …"; caller frees with g_strfreev(). Uses libav's
 * process-wide log hook while it runs: call from one thread. */
char **pmx_table_lines(AVFormatContext *format);
