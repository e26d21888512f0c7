/* SPDX-License-Identifier: MIT */
/*
 * Measures and budgets: the artifacts of rate control.
 *
 * A measure is a line of JSON (what a segment took, and the sizes of what follows), then the
 * encoder's notes of its first pass, deflated. A budget is a line of JSON: the share of each segment.
 * One thread.
 */
#pragma once

#include "media/run.h"
#include "plan/budget.h"

/* The number of the order's input that is the artifact `key`; FALSE when it has none. */
gboolean pmx_run_find(const PmxRun *run, const char *key, guint *n, GError **error);

/* Writes `path`: `measured`, and the files `notes` and `notes` + `second`; NULL: there are none. */
gboolean pmx_measure_write(const char *path, const PmxMeasured *measured, const char *notes,
                           const char *second, GError **error);

/* Reads what the measure that is input `n` says. */
gboolean pmx_measure_read(PmxRun *run, guint n, PmxMeasured *measured, GError **error);

/* As above, and writes its notes where they were. */
gboolean pmx_measure_unpack(PmxRun *run, guint n, const char *notes, const char *second,
                            PmxMeasured *measured, GError **error);

/* What x264 or x265 say in the notes at `path` that their pictures took, added to `measured`. */
gboolean pmx_measure_notes(const char *path, PmxMeasured *measured, GError **error);

gboolean pmx_budget_write(const char *path, const PmxShare *shares, guint count, GError **error);

/* What the budget that is input `n` gives to `segment`. */
gboolean pmx_budget_read(PmxRun *run, guint n, gint64 segment, PmxShare *share, GError **error);
