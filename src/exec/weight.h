/* SPDX-License-Identifier: MIT */
/* How much work an artifact is, roughly: for progress and the time left, never for a decision.
 * Pure. */
#pragma once

#include "plan/plan.h"

/* Of the i-th thing the task makes, in seconds of one core, about. */
double pmx_weight(const PmxTask *task, guint i);

/* Frames the video task is expected to encode for each rendition, at least one. */
double pmx_weight_frames(const PmxTask *task);

/* Of two things the task makes: below, above or 0 as the picture of the first is smaller, larger or the
 * same (pixels, then width). What is no picture is the same as all that is none. */
gint pmx_size_compare(const PmxTask *task, guint i, guint k);

/* Bytes a runner needs for the i-th thing the task makes, and besides. */
guint64 pmx_memory(const PmxTask *task, guint i);
static const guint64 pmx_memory_base = 88 << 20;

/* What each core adds to the memory unless the user says otherwise: about one 1080p encoder. */
static const guint64 pmx_memory_share = 512 << 20;
