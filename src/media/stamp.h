/* SPDX-License-Identifier: MIT */
/*
 * Stamps: a rendition's overlays (plan/overlay.h) as filters.
 *
 *     [pK]  a picture without anything on it  ─► overlay, drawtext … ─► [outN]
 *
 * Images come out of sources of their own in the graph, one frame that stays. One thread.
 */
#pragma once

#include "media/avptr.h"
#include "media/run.h"
#include "plan/task.h"

typedef struct PmxStamps PmxStamps;

/* Reads what the task's renditions are stamped with: images, of which the first is input `first`
 * of the order, and fonts. Borrows both. NULL with `error`. */
PmxStamps *pmx_stamps_new(PmxRun *run, const PmxVideoTask *task, guint first, GError **error);
void pmx_stamps_free(PmxStamps *stamps);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxStamps, pmx_stamps_free)

/* Appends the filters of `rendition`, the `branch`-th of the graph, from the label "[pN]" to
 * "[outN]", N the branch. `format` is what the picture has before and after. */
void pmx_stamps_describe(const PmxStamps *stamps, const PmxRendition *rendition, guint branch,
                         const char *format, GString *text);

/* Adds the sources of the images that pmx_stamps_describe() named to the graph, and to the list of
 * its loose ends; feed them once the graph is configured. */
int pmx_stamps_add_sources(PmxStamps *stamps, const PmxRendition *rendition, guint branch,
                           AVFilterGraph *graph, AVFilterInOut **outputs);
int pmx_stamps_feed(PmxStamps *stamps);
