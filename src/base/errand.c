/* SPDX-License-Identifier: MIT */
/* See errand.h. */
#include "base/errand.h"

struct PmxErrand {
    const PmxErrandKind *kind;
    gpointer data;
    GCancellable *cancel;
    GThread *thread;
    GSource *back; /* has the main loop call `done`, when the thread says so as its last act */

    /* the thread's until it is joined */
    gpointer result;
    GError *error;
};

static gpointer thread_main(gpointer data)
{
    PmxErrand *errand = data;
    errand->result = errand->kind->work(errand->data, errand->cancel, &errand->error);
    g_source_set_ready_time(errand->back, 0);
    return NULL;
}

static void errand_free(PmxErrand *errand)
{
    g_source_destroy(errand->back);
    g_source_unref(errand->back);
    g_object_unref(errand->cancel);
    g_clear_error(&errand->error);
    g_free(errand);
}

static gboolean come_back(gpointer data)
{
    PmxErrand *errand = data;
    g_thread_join(errand->thread);
    errand->kind->done(errand->result, errand->error, errand->data);
    errand_free(errand);
    return G_SOURCE_REMOVE;
}

static gboolean dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
    (void)source;
    return callback(data);
}

PmxErrand *pmx_errand_start(const PmxErrandKind *kind, gpointer data)
{
    static GSourceFuncs functions = {.dispatch = dispatch};
    PmxErrand *errand = g_new0(PmxErrand, 1);
    errand->kind = kind;
    errand->data = data;
    errand->cancel = g_cancellable_new();
    errand->back = g_source_new(&functions, sizeof(GSource));
    g_source_set_callback(errand->back, come_back, errand, NULL);
    g_source_attach(errand->back, g_main_context_get_thread_default());
    errand->thread = g_thread_new("errand", thread_main, errand);
    return errand;
}

void pmx_errand_cancel(PmxErrand *errand)
{
    if (!errand)
        return;
    g_cancellable_cancel(errand->cancel);
    g_thread_join(errand->thread);
    if (errand->result && errand->kind->free_result)
        errand->kind->free_result(errand->result);
    errand_free(errand);
}
