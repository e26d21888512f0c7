/* SPDX-License-Identifier: MIT */
/* Looks into inputs, so many at once. See private.h. */
#include "base/errand.h"
#include "service/private.h"

struct PmxProbes {
    PmxProbe probe;
    const PmxPlaces *places;
    guint at_once;
    GPtrArray *active; /* of PmxLook * */
    GQueue *waiting;   /* of PmxLook * */
};

struct PmxLook {
    PmxProbes *probes;
    char *address; /* to be opened first; or NULL */
    PmxErrand *opening;
    PmxReader *opened; /* owned, like `address` */
    PmxReader *input;
    PmxProbing *probing; /* NULL while it waits or is opened */
    PmxLookDone done;
    gpointer data;
};

PmxProbes *pmx_probes_new(const PmxProbe *probe, const PmxPlaces *places, guint at_once)
{
    PmxProbes *probes = g_new0(PmxProbes, 1);
    probes->probe = *probe;
    probes->places = places;
    probes->at_once = at_once;
    probes->active = g_ptr_array_new();
    probes->waiting = g_queue_new();
    return probes;
}

void pmx_probes_free(PmxProbes *probes)
{
    if (!probes)
        return;
    while (probes->waiting->head)
        pmx_look_cancel(probes->waiting->head->data);
    while (probes->active->len > 0)
        pmx_look_cancel(g_ptr_array_index(probes->active, 0));
    g_ptr_array_unref(probes->active);
    g_queue_free(probes->waiting);
    g_free(probes);
}

static void look_free(PmxLook *look)
{
    pmx_errand_cancel(look->opening);
    pmx_probing_cancel(look->probing);
    pmx_reader_free(look->opened);
    g_free(look->address);
    g_free(look);
}

static void start_waiting(PmxProbes *probes);

static void looked(PmxFacts *facts, const GError *error, gpointer data)
{
    PmxLook *look = data;
    PmxProbes *probes = look->probes;
    look->probing = NULL;
    g_ptr_array_remove(probes->active, look);
    look->done(facts, error, look->data);
    look_free(look);
    start_waiting(probes);
}

static gpointer open_address(gpointer data, GCancellable *cancel, GError **error)
{
    const PmxLook *look = data;
    g_autoptr(PmxAllowance) allowance = pmx_places_allowance(look->probes->places);
    const PmxPatience patience = {.cancel = cancel, .allowance = allowance};
    return pmx_places_open(look->probes->places, look->address, &patience, error);
}

static void opened(gpointer reader, const GError *error, gpointer data)
{
    PmxLook *look = data;
    look->opening = NULL;
    look->input = look->opened = reader;
    if (reader)
        look->probing = pmx_probe_start(&look->probes->probe, reader, looked, look);
    else
        looked(NULL, error, look);
}

static void free_reader(gpointer reader)
{
    pmx_reader_free(reader);
}

static void start(PmxLook *look)
{
    static const PmxErrandKind opening = {open_address, opened, free_reader};
    if (look->address)
        look->opening = pmx_errand_start(&opening, look);
    else
        look->probing = pmx_probe_start(&look->probes->probe, look->input, looked, look);
}

static void start_waiting(PmxProbes *probes)
{
    while (probes->active->len < probes->at_once && probes->waiting->head) {
        PmxLook *look = g_queue_pop_head(probes->waiting);
        g_ptr_array_add(probes->active, look);
        start(look);
    }
}

static PmxLook *enqueue(PmxProbes *probes, const PmxLook *order)
{
    PmxLook *look = g_memdup2(order, sizeof *order);
    g_queue_push_tail(probes->waiting, look);
    start_waiting(probes);
    return look;
}

PmxLook *pmx_probes_look(PmxProbes *probes, PmxReader *input, PmxLookDone done, gpointer data)
{
    const PmxLook look = {.probes = probes, .input = input, .done = done, .data = data};
    return enqueue(probes, &look);
}

PmxLook *pmx_probes_look_at(PmxProbes *probes, const char *address, PmxLookDone done, gpointer data)
{
    const PmxLook look = {
        .probes = probes, .address = g_strdup(address), .done = done, .data = data};
    return enqueue(probes, &look);
}

void pmx_look_cancel(PmxLook *look)
{
    if (!look)
        return;
    PmxProbes *probes = look->probes;
    if (!g_ptr_array_remove(probes->active, look))
        g_queue_remove(probes->waiting, look);
    look_free(look);
    start_waiting(probes);
}

/* Which libraries looked is nobody's business but the keys'. */
json_t *pmx_service_facts_json(const PmxFacts *facts)
{
    json_t *json = pmx_object_dump(&pmx_facts_object, facts);
    json_object_del(json, "versions");
    return json;
}
