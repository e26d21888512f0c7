/* SPDX-License-Identifier: MIT */
/* The result of a cut task, as the video task reads it: {"tick": N} in the source's ticks. */
#pragma once

#include "media/run.h"

/* Reads the cut that is input `n` of the order. */
gboolean pmx_cut_read(PmxRun *run, guint n, gint64 *tick, GError **error);
