/* SPDX-License-Identifier: MIT */
/*
 * The deinterlacer: a frame out for a frame in, from both of its fields and those around it.
 *
 * libavfilter's bwdif, whose lines are interpolated in time and place; the field order is each
 * frame's own. A picture depends on its neighbours, so a segment pushes the frame before its first
 * and the one behind its last too, and is as the film uncut. One thread.
 */
#pragma once

#include "media/avptr.h"
#include "plan/task.h"

typedef struct PmxDeinterlacer PmxDeinterlacer;

/* `all`: also what is not flagged interlaced. */
PmxDeinterlacer *pmx_deinterlacer_new(gboolean all);
void pmx_deinterlacer_free(PmxDeinterlacer *deinterlacer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxDeinterlacer, pmx_deinterlacer_free)

/* Takes over what `frame` refers to, NULL at the end; pts come out as they went in. */
gboolean pmx_deinterlacer_push(PmxDeinterlacer *deinterlacer, AVFrame *frame, GError **error);

/* The next frame that is ready into `frame` (unreferenced first); FALSE when none is. */
gboolean pmx_deinterlacer_take(PmxDeinterlacer *deinterlacer, AVFrame *frame);
