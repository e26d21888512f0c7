/* SPDX-License-Identifier: MIT */
/* Which libraries do the work, down to the build: part of every artifact's key. */
#pragma once

#include <glib.h>

/* "libavcodec 59.37.100, …, build 0f3a…"; caller frees. The build is a hash of the GNU build ids of
 * all loaded codec libraries, so a patched package is another version even where no number changed.
 * The processor class is named too, because x264 decides differently below SSE4.2; from there on
 * up, all processors give the same bytes. */
char *pmx_versions(void);
