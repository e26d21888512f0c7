/* SPDX-License-Identifier: MIT */
/* What is put onto a rendition's pictures: an output's watermarks, as tasks have them. Pure. */
#pragma once

#include "job/job.h"
#include "plan/plan.h"

/* Adds the output's watermarks to `rendition`. FALSE with `error` when one cannot be had of a film
 * such as `video`; `inputs` as pmx_plan_new() has them. */
gboolean pmx_overlay_add_all(const PmxOutput *output, const PmxPlanInput *inputs,
                             const PmxStream *video, PmxRendition *rendition, GError **error);

/* Gives a copy of a rendition lists of its own. */
void pmx_overlay_copy_all(const PmxRendition *from, PmxRendition *to);

/* Has the task read the pictures of a rendition of its body, behind all that it needs: `also` of
 * the task, and `images` of the body. */
void pmx_overlay_read(const PmxPlanInput *inputs, guint count, const PmxRendition *rendition,
                      PmxTask *task);

/* A length of the job: a part of `side`, or pixels. */
gint64 pmx_overlay_pixels(double length, gint64 side);
