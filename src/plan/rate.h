/* SPDX-License-Identifier: MIT */
/* The rate that an output's video is to have, given its source. Pure. */
#pragma once

#include "job/job.h"
#include "plan/facts.h"
#include "plan/task.h"

/* kbit/s of the stream: as the file says, else what is left of the file's own rate when the audio
 * that says its rate is taken off; 0 when nothing says anything. */
gint64 pmx_rate_of_source(const PmxFacts *facts, const PmxStream *video);

/* Fills rate control of `out`, a rendition of `video`. FALSE with `error` when the source's rate is
 * needed and not known, or is lower than the output allows. */
gboolean pmx_rate_choose(const PmxOutput *output, const PmxFacts *facts, const PmxStream *video,
                         PmxRendition *out, GError **error);
