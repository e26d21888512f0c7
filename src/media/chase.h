/* SPDX-License-Identifier: MIT */
/*
 * Coming to a rate: how each rendition of a segment is encoded, and whether what came out will do.
 *
 *     budget, notes ─► encode ─► near enough, and the buffer holds? ─► kept
 *                        ▲                     │ no
 *                        └── told a little more or less; a few times at most, the best is kept
 *
 * No encoder comes to a rate exactly in ten seconds, and x264's and x265's second passes are off by
 * several per cent on some film. A rendition without a rate or a highest rate is kept as it comes
 * out. The same segment always takes the same steps. Used by the video and measure tasks.
 */
#pragma once

#include "media/encoder.h"
#include "media/run.h"

typedef struct PmxChase PmxChase;

/* For the renditions of `task`, which is what the order of `run` says; both borrowed. `measures`: it
 * is only measured, once. NULL with `error`. */
PmxChase *pmx_chase_new(PmxRun *run, const PmxVideoTask *task, gboolean measures, GError **error);
void pmx_chase_free(PmxChase *chase);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxChase, pmx_chase_free)

/* Whether rendition `i` has still to be encoded. */
gboolean pmx_chase_wants(const PmxChase *chase, guint i);

/* How, and the file for it (caller frees; NULL: none). */
const PmxEncodeHow *pmx_chase_how(const PmxChase *chase, guint i);
char *pmx_chase_file(const PmxChase *chase, guint i);

/* It has been encoded, and this is what came out. */
gboolean pmx_chase_take(PmxChase *chase, guint i, const PmxEncoded *made, GError **error);
