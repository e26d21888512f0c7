/* SPDX-License-Identifier: MIT */
/*
 * The ladder: which picture size and encoder settings an output's parameters mean for a given
 * source. Pure.
 */
#pragma once

#include "job/job.h"
#include "plan/facts.h"
#include "plan/task.h"

/* Fills `out` (zeroed by the caller) for `output` made from `video`, but for its GOP. Strings are
 * copied. FALSE with `error` when the output refuses a source this small. */
gboolean pmx_ladder_rendition(const PmxOutput *output, const PmxStream *video, PmxRendition *out,
                              GError **error);

/* Width and height of the source as shown upright. */
void pmx_ladder_upright(const PmxStream *video, gint64 *width, gint64 *height);
