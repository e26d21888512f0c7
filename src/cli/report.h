/* SPDX-License-Identifier: MIT */
/*
 * The report of a run: what each output is, read back from the file itself, and how much work it
 * took.
 */
#pragma once

#include "cli/session.h"
#include "exec/executor.h"

typedef struct PmxReport PmxReport;

/* Gathered from `executor`, which has to outlive it. */
PmxReport *pmx_report_new(const PmxSession *session, const PmxExecutor *executor,
                          double wall_seconds);
void pmx_report_free(PmxReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxReport, pmx_report_free)

/* Every output succeeded. */
gboolean pmx_report_success(const PmxReport *report);

/* For programs (new reference) and for people (on stdout). */
json_t *pmx_report_json(const PmxReport *report);
void pmx_report_print(const PmxReport *report);
