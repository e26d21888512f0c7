/* SPDX-License-Identifier: MIT */
/*
 * One runner process: started with an order, watched, and its answer handed over.
 *
 *     order ─► polymux-runner ─► progress … ─► result | error | died | hung
 *
 * Everything happens on the thread-default main context of the thread that started it; only the
 * byte server (exec/serve.h) has a thread of its own. A runner that says nothing for the time
 * allowed is killed.
 */
#pragma once

#include "base/problem.h"
#include "plan/order.h"

typedef struct PmxProcess PmxProcess;

typedef enum {
    PMX_RUN_DONE,   /* `result` is set */
    PMX_RUN_FAILED, /* the runner told what is wrong: the same order would fail again */
    PMX_RUN_DIED,   /* it crashed, was killed or hung: trying again may help */
} PmxRunEnd;

typedef struct {
    PmxRunEnd end;
    const json_t *result; /* borrowed for the call */
    const GError *error;  /* FAILED and DIED; borrowed for the call */
    int bad_input;        /* FAILED: the order's input that is a damaged artifact; -1: none */
    double cpu_seconds;
} PmxRunOutcome;

typedef struct {
    void (*progress)(const json_t *progress, gpointer data);
    /* Exactly once, last; the process object may be freed in it. */
    void (*ended)(const PmxRunOutcome *outcome, gpointer data);
} PmxProcessEvents;

/* Starts `runner` (path) with `order` (borrowed); `inputs` (of PmxServed *) are what the order's
 * inputs stand for. `patience` in seconds. NULL when it cannot be started. */
PmxProcess *pmx_process_start(const char *runner, const PmxOrder *order, GPtrArray *inputs,
                              guint patience, const PmxProcessEvents *events, gpointer data,
                              GError **error);

/* Kills it if it still runs, without any further event, and frees. */
void pmx_process_free(PmxProcess *process);
