/* SPDX-License-Identifier: MIT */
/*
 * A session: a job file read, its inputs opened and looked into, and the plan made. What `run` and
 * `plan` share.
 */
#pragma once

#include "exec/probe.h"
#include "plan/plan.h"
#include "storage/reader.h"

typedef struct {
    json_t *config;
    PmxTemplates *templates;
    PmxJob *job;
    GPtrArray *inputs; /* of PmxReader *, one an input of the job */
    GPtrArray *facts;  /* of PmxFacts *, likewise */
    PmxPlan *plan;
    char *runner; /* path */
    PmxProbe probe;
} PmxSession;

/* Reads `path` ("-": standard input). `output` is run's -o, or NULL; `cancel` (or NULL) ends the
 * looking into inputs, and is borrowed for the session's life. On any problem the session has no
 * plan and `problems` says everything that is wrong. Output addresses of the plan are absolute
 * paths. */
PmxSession *pmx_session_new(const char *path, const char *output, GCancellable *cancel,
                            PmxProblems *problems);
void pmx_session_free(PmxSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxSession, pmx_session_free)
