/* SPDX-License-Identifier: MIT */
/* See ledger.h. */
#include "service/ledger.h"

/* --- parts --- */

PmxPartRecord *pmx_ledger_part(const PmxLedger *ledger, guint i)
{
    return g_ptr_array_index(ledger->parts, i);
}

void pmx_ledger_set(PmxLedger *ledger, PmxPartRecord *part, PmxPartState state, const GError *error)
{
    if (part->state == (int)state || pmx_part_is_over(part->state))
        return;
    part->state = state;
    if (error) {
        g_free(part->code);
        g_free(part->message);
        part->code = g_strdup(pmx_code_name(pmx_error_code(error)));
        part->message = g_utf8_make_valid(error->message, -1);
    }
    if (state == PMX_PART_SUCCESS)
        part->percent = 100;
    if (pmx_part_is_over(state))
        part->finished = pmx_moment_now();
    g_hash_table_add(ledger->changed, part);
}

void pmx_ledger_set_all(PmxLedger *ledger, PmxPartState state, const GError *error)
{
    for (guint i = 0; i < ledger->outputs; i++)
        pmx_ledger_set(ledger, pmx_ledger_part(ledger, i), state, error);
}

gboolean pmx_ledger_is_done(const PmxLedger *ledger)
{
    gboolean over = TRUE;
    for (guint i = 0; over && i < ledger->outputs; i++)
        over = pmx_part_is_over(pmx_ledger_part(ledger, i)->state);
    return over;
}

const PmxPartRecord *pmx_ledger_first(const PmxLedger *ledger, PmxPartState state)
{
    for (guint i = 0; i < ledger->outputs; i++)
        if (pmx_ledger_part(ledger, i)->state == (int)state)
            return pmx_ledger_part(ledger, i);
    return NULL;
}

/* --- groups --- */

static PmxPartState group_state(const PmxLedger *ledger, const PmxPartRecord *group)
{
    guint all = 0, over = 0, good = 0, skipped = 0, begun = 0;
    for (guint i = 0; i < ledger->outputs; i++) {
        const PmxPartRecord *part = pmx_ledger_part(ledger, i);
        if (part->group != group->place)
            continue;
        all++;
        over += pmx_part_is_over(part->state);
        good += part->state == PMX_PART_SUCCESS;
        skipped += part->state == PMX_PART_SKIPPED;
        begun += part->state != PMX_PART_INIT && part->state != PMX_PART_SCHEDULED;
    }
    if (over < all)
        return begun > 0 ? PMX_PART_RUNNING : PMX_PART_INIT;
    return good > 0 ? PMX_PART_SUCCESS : skipped == all ? PMX_PART_SKIPPED : PMX_PART_FAILED;
}

static void update_groups(PmxLedger *ledger)
{
    for (guint i = ledger->outputs; i < ledger->parts->len; i++) {
        PmxPartRecord *group = pmx_ledger_part(ledger, i);
        pmx_ledger_set(ledger, group, group_state(ledger, group), NULL);
    }
}

/* --- the job --- */

void pmx_ledger_begin(PmxLedger *ledger)
{
    PmxJobRecord *record = ledger->record;
    if (record->state == PMX_JOB_INITED) {
        record->state = PMX_JOB_RUNNING;
        record->started = pmx_moment_now();
        ledger->record_changed = TRUE;
    }
    for (guint i = 0; i < ledger->outputs; i++)
        if (pmx_ledger_part(ledger, i)->state == PMX_PART_INIT)
            pmx_ledger_set(ledger, pmx_ledger_part(ledger, i), PMX_PART_SCHEDULED, NULL);
}

void pmx_ledger_note_inputs(PmxLedger *ledger, json_t *identities)
{
    json_decref(ledger->record->inputs);
    ledger->record->inputs = identities;
    ledger->record_noted = TRUE;
}

/* "Success indicates that at least one output succeeded", says the job API. */
static void close_record(PmxLedger *ledger)
{
    PmxJobRecord *record = ledger->record;
    const PmxPartRecord *failed = pmx_ledger_first(ledger, PMX_PART_FAILED);
    gboolean good = pmx_ledger_first(ledger, PMX_PART_SUCCESS) != NULL;
    record->state = good ? PMX_JOB_COMPLETE : PMX_JOB_ERROR;
    record->percent = good ? 100 : record->percent;
    record->finished = pmx_moment_now();
    if (!good && failed) {
        record->code = g_strdup(failed->code);
        record->message = g_strdup(failed->message);
    }
    ledger->record_changed = TRUE;
}

void pmx_ledger_cancel(PmxLedger *ledger)
{
    pmx_ledger_set_all(ledger, PMX_PART_SKIPPED, NULL);
    ledger->record->state = PMX_JOB_CANCELLED;
    ledger->record->finished = pmx_moment_now();
    ledger->record_changed = TRUE;
}

/* --- saving --- */

/* The changed parts in the order of the job: outputs before the groups they end. */
static GPtrArray *changed_parts(const PmxLedger *ledger)
{
    GPtrArray *list = g_ptr_array_new();
    for (guint i = 0; i < ledger->parts->len; i++)
        if (g_hash_table_contains(ledger->changed, pmx_ledger_part(ledger, i)))
            g_ptr_array_add(list, pmx_ledger_part(ledger, i));
    return list;
}

gboolean pmx_ledger_is_marked(const PmxLedger *ledger)
{
    return ledger->record_changed || ledger->record_noted || g_hash_table_size(ledger->changed) > 0;
}

static gboolean save(PmxLedger *ledger, GError **error)
{
    PmxService *service = ledger->service;
    if (!pmx_ledger_is_marked(ledger))
        return TRUE;
    g_autoptr(GPtrArray) parts = changed_parts(ledger);
    PmxChange change = {.user = service->options.user,
                        .job = ledger->record,
                        .job_changed = ledger->record_changed,
                        .job_noted = ledger->record_noted,
                        .parts = parts};
    gboolean ok = pmx_store_write(service->store, pmx_change_apply, &change, error);
    if (ok) {
        g_hash_table_remove_all(ledger->changed);
        ledger->record_changed = ledger->record_noted = FALSE;
        pmx_watches_tell(service->watches, ledger->record->id, change.events,
                         pmx_job_is_over(ledger->record->state));
        if (change.deliveries)
            pmx_notifier_poke(service->notifier);
    }
    pmx_change_clear(&change);
    return ok;
}

gboolean pmx_ledger_settle(PmxLedger *ledger)
{
    g_autoptr(GError) error = NULL;
    update_groups(ledger);
    if (pmx_ledger_is_done(ledger) && !pmx_job_is_over(ledger->record->state))
        close_record(ledger);
    gboolean saved = save(ledger, &error);
    if (!saved && !ledger->in_trouble)
        g_printerr("polymux: job %s: what happened cannot be saved yet: %s\n", ledger->record->id,
                   error->message);
    ledger->in_trouble = !saved;
    return saved && pmx_job_is_over(ledger->record->state);
}

/* --- life --- */

PmxLedger *pmx_ledger_new(PmxService *service, PmxJobRecord *record, GPtrArray *parts)
{
    PmxLedger *ledger = g_new0(PmxLedger, 1);
    ledger->service = service;
    ledger->record = record;
    ledger->parts = parts;
    while (ledger->outputs < parts->len &&
           pmx_ledger_part(ledger, ledger->outputs)->kind == PMX_PART_OUTPUT)
        ledger->outputs++;
    ledger->changed = g_hash_table_new(NULL, NULL);
    return ledger;
}

void pmx_ledger_free(PmxLedger *ledger)
{
    g_hash_table_unref(ledger->changed);
    g_ptr_array_unref(ledger->parts);
    pmx_job_record_free(ledger->record);
    g_free(ledger);
}
