/* SPDX-License-Identifier: MIT */
/* See errand.h. */
#include "base/errand.h"

#include "base/problem.h"

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

/* --- waiting for it --- */

typedef struct {
    gpointer (*work)(gpointer data, GCancellable *cancel, GError **error);
    gpointer data;
    GMainLoop *loop;
    gboolean over;
    gpointer result;
    GError *error;
} Waiting;

static gpointer work_for(gpointer data, GCancellable *cancel, GError **error)
{
    const Waiting *waiting = data;
    return waiting->work(waiting->data, cancel, error);
}

static void waited_for(gpointer result, const GError *error, gpointer data)
{
    Waiting *waiting = data;
    waiting->over = TRUE;
    waiting->result = result;
    waiting->error = error ? g_error_copy(error) : NULL;
    g_main_loop_quit(waiting->loop);
}

static void quit_loop(GCancellable *cancel, gpointer loop)
{
    (void)cancel;
    g_main_loop_quit(loop);
}

static void wait_for(PmxErrand *errand, Waiting *waiting, GCancellable *cancel)
{
    gulong watch =
        cancel ? g_signal_connect(cancel, "cancelled", G_CALLBACK(quit_loop), waiting->loop) : 0;
    g_main_loop_run(waiting->loop);
    if (watch)
        g_signal_handler_disconnect(cancel, watch);
    if (waiting->over)
        return;
    pmx_errand_cancel(errand);
    waiting->error = g_error_new(PMX_ERROR, PMX_CODE_INTERNAL, "interrupted");
}

gpointer pmx_errand_wait(gpointer (*work)(gpointer data, GCancellable *cancel, GError **error),
                         gpointer data, GDestroyNotify free_result, GCancellable *cancel,
                         GError **error)
{
    const PmxErrandKind kind = {work_for, waited_for, free_result};
    Waiting waiting = {.work = work, .data = data};
    if (g_cancellable_is_cancelled(cancel)) {
        g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "interrupted");
        return NULL;
    }
    waiting.loop = g_main_loop_new(g_main_context_get_thread_default(), FALSE);
    wait_for(pmx_errand_start(&kind, &waiting), &waiting, cancel);
    g_main_loop_unref(waiting.loop);
    if (waiting.error)
        g_propagate_error(error, waiting.error);
    return waiting.result;
}
