/* SPDX-License-Identifier: MIT */
/*
 * What is known of one running job, and what of that is not saved yet.
 *
 *     a part changes ─► marked ─► settled: groups and job follow, one transaction saves them all
 *
 * Where the store does not take it, the marks stay, and the next settling tries again.
 *
 * For the engine's thread.
 */
#pragma once

#include "service/private.h"

typedef struct {
    PmxService *service; /* borrowed */
    PmxJobRecord *record;
    GPtrArray *parts;        /* of PmxPartRecord *: outputs in the job's order, then groups */
    guint outputs;           /* how many of the parts are outputs */
    GHashTable *changed;     /* set of PmxPartRecord * */
    gboolean record_changed; /* so that its events tell it */
    gboolean record_noted;   /* changed, and nobody is told */
    gboolean in_trouble;     /* the store did not take it last time */
} PmxLedger;

/* Takes `record` and `parts`. */
PmxLedger *pmx_ledger_new(PmxService *service, PmxJobRecord *record, GPtrArray *parts);
void pmx_ledger_free(PmxLedger *ledger);

PmxPartRecord *pmx_ledger_part(const PmxLedger *ledger, guint i);

/* Of a part that is over nothing changes any more. `error` or NULL: why it failed. */
void pmx_ledger_set(PmxLedger *ledger, PmxPartRecord *part, PmxPartState state,
                    const GError *error);
/* Every output that is not over yet. */
void pmx_ledger_set_all(PmxLedger *ledger, PmxPartState state, const GError *error);

/* Takes the identities of what the job reads. */
void pmx_ledger_note_inputs(PmxLedger *ledger, json_t *identities);

void pmx_ledger_begin(PmxLedger *ledger);
void pmx_ledger_cancel(PmxLedger *ledger);

/* Whether all outputs are over. */
gboolean pmx_ledger_is_done(const PmxLedger *ledger);
/* The first output in this state, or NULL. */
const PmxPartRecord *pmx_ledger_first(const PmxLedger *ledger, PmxPartState state);

/* Whether something is not saved. */
gboolean pmx_ledger_is_marked(const PmxLedger *ledger);
/* Saves what is marked, and closes the job when nothing is left to do. Whether it is over, and saved. */
gboolean pmx_ledger_settle(PmxLedger *ledger);
