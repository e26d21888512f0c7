/* SPDX-License-Identifier: MIT */
/*
 * From a job's record to the plan of what is left to do.
 *
 *     read the job ─► open inputs ─► look into each ─► plan
 *
 * What is wrong on the way fails the outputs that it is about, in the ledger. For the engine's thread;
 * inputs are opened in one of their own.
 */
#pragma once

#include "plan/plan.h"
#include "service/ledger.h"

typedef struct {
    PmxProbes *probes;              /* borrowed, like all of these */
    PmxAllowance *allowance;        /* for waiting */
    void (*changed)(gpointer data); /* the ledger has to be settled */
    void (*ready)(gpointer data);   /* the plan is there */
    gpointer data;
} PmxPreparationSetup;

typedef struct {
    PmxLedger *ledger;
    PmxPreparationSetup setup;
    PmxTemplates *templates;
    PmxJob *job;
    PmxErrand *opening;
    guint opened;        /* how many inputs could be opened */
    GPtrArray *inputs;   /* of PmxReader * */
    GError **unwritable; /* one an output: why it cannot be written, or NULL */
    GPtrArray *facts;    /* of PmxFacts *, those looked into so far */
    PmxLook *look;
    PmxJob *wanted; /* the job with those outputs only that are still to be made; borrows them */

    /* What it is for. */
    PmxPlan *plan;
    GArray *places; /* of guint, one an output of the plan: which part it is */
} PmxPreparation;

/* `ledger` has to live longer. */
PmxPreparation *pmx_preparation_new(PmxLedger *ledger, const PmxPreparationSetup *setup);
/* At any time but within a call of `ready`; nothing is told any more. The plan and the inputs go with
 * it. NULL is allowed. */
void pmx_preparation_free(PmxPreparation *prep);

void pmx_preparation_start(PmxPreparation *prep);

/* The part that is the plan's n-th output. */
PmxPartRecord *pmx_preparation_part(const PmxPreparation *prep, guint output);
