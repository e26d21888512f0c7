/* SPDX-License-Identifier: MIT */
/* Long languages put into a finished file: see long_languages.h. For mux.c only. */
#pragma once

#include "base/problem.h"
#include "media/long_languages.h"

/* `names` and `tags` (of char *) of the tracks that have one, in track order. */
gboolean pmx_mux_patch(const char *path, PmxLongForm form, const GPtrArray *names,
                       const GPtrArray *tags, GError **error);
