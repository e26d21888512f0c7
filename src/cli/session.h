/* SPDX-License-Identifier: MIT */
/*
 * A session: a job file read, its inputs opened and looked into, and the plan made. What `run` and
 * `plan` share.
 */
#pragma once

#include "cli/configuration.h"
#include "exec/probe.h"
#include "plan/plan.h"
#include "storage/places.h"

typedef struct {
    const PmxConfiguration *configuration;
    const char *path;   /* of the job file; "-": standard input */
    const char *output; /* run's -o: a folder, or an address; or NULL */
    gboolean writes;    /* storages are asked whether the outputs can be written */
    GCancellable
        *cancel; /* ends the looking into inputs; or NULL. Borrowed for the session's life */
} PmxSessionOptions;

typedef struct {
    PmxPlaces *places;       /* what addresses lead to */
    PmxAllowance *allowance; /* what the job may spend on waiting for them; NULL: no places */
    json_t *config;
    PmxTemplates *templates;
    PmxJob *job;
    GPtrArray *inputs; /* of PmxReader *, one an input of the job */
    GPtrArray *facts;  /* of PmxFacts *, likewise */
    PmxPlan *plan;
    char *runner; /* path */
    PmxProbe probe;
} PmxSession;

/* Reads the job. On any problem the session has no plan and `problems` says everything that is wrong.
 * Output addresses of the plan are whole: absolute paths, or addresses. */
PmxSession *pmx_session_new(const PmxSessionOptions *options, PmxProblems *problems);
void pmx_session_free(PmxSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxSession, pmx_session_free)
