/* SPDX-License-Identifier: MIT */
/*
 * Findings: small artifacts of tasks that look and make no media (cut, border, loudness), a JSON
 * object in one line, "0.pmx".
 */
#pragma once

#include "media/run.h"

/* The run's own; takes `json`. Keys are sorted, so equal findings are equal bytes. */
gboolean pmx_finding_write(const PmxRun *run, json_t *json, GError **error);

/* Of the run's input `n`, at most `most` bytes. NULL: it cannot be read, which is not told yet: see
 * pmx_finding_damaged(). The order has such an input. */
json_t *pmx_finding_read(PmxRun *run, guint n, gsize most);

/* Has `error` and the run say that input `n`, `what` ("a kept cut"), has to be made again. FALSE. */
gboolean pmx_finding_damaged(PmxRun *run, guint n, const char *what, GError **error);
