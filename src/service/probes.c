/* SPDX-License-Identifier: MIT */
/* Looks into files, so many at once. See private.h. */
#include "service/private.h"

struct PmxProbes {
    PmxProbe probe;
    guint at_once;
    GPtrArray *active; /* of PmxLook * */
    GQueue *waiting;   /* of PmxLook * */
};

struct PmxLook {
    PmxProbes *probes;
    const PmxLocalInput *input;
    PmxProbing *probing; /* NULL while it waits */
    PmxLookDone done;
    gpointer data;
};

PmxProbes *pmx_probes_new(const PmxProbe *probe, guint at_once)
{
    PmxProbes *probes = g_new0(PmxProbes, 1);
    probes->probe = *probe;
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

static void start_waiting(PmxProbes *probes);

static void looked(PmxFacts *facts, const GError *error, gpointer data)
{
    PmxLook *look = data;
    PmxProbes *probes = look->probes;
    g_ptr_array_remove(probes->active, look);
    look->done(facts, error, look->data);
    g_free(look);
    start_waiting(probes);
}

static void start_waiting(PmxProbes *probes)
{
    while (probes->active->len < probes->at_once && probes->waiting->head) {
        PmxLook *look = g_queue_pop_head(probes->waiting);
        g_ptr_array_add(probes->active, look);
        look->probing = pmx_probe_start(&probes->probe, look->input, looked, look);
    }
}

PmxLook *pmx_probes_look(PmxProbes *probes, const PmxLocalInput *input, PmxLookDone done,
                         gpointer data)
{
    PmxLook *look = g_new0(PmxLook, 1);
    *look = (PmxLook){probes, input, NULL, done, data};
    g_queue_push_tail(probes->waiting, look);
    start_waiting(probes);
    return look;
}

void pmx_look_cancel(PmxLook *look)
{
    if (!look)
        return;
    PmxProbes *probes = look->probes;
    if (look->probing) {
        pmx_probing_cancel(look->probing);
        g_ptr_array_remove(probes->active, look);
    } else {
        g_queue_remove(probes->waiting, look);
    }
    g_free(look);
    start_waiting(probes);
}

/* Which libraries looked is nobody's business but the keys'. */
json_t *pmx_service_facts_json(const PmxFacts *facts)
{
    json_t *json = pmx_object_dump(&pmx_facts_object, facts);
    json_object_del(json, "versions");
    return json;
}
