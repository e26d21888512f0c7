/* SPDX-License-Identifier: MIT */
/* See probe.h. */
#include "exec/probe.h"

#include "exec/process.h"
#include "exec/serve.h"

struct PmxProbing {
    PmxProbe probe;
    PmxReader *input;
    PmxProcess *process;
    guint attempt;
    guint failing; /* the source that tells of a runner that did not start */
    GError *failure;
    void (*done)(PmxFacts *facts, const GError *error, gpointer data);
    gpointer data;
};

static PmxOrder *probe_order(const PmxReader *input)
{
    g_autofree char *name = g_path_get_basename(input->name);
    PmxOrder *order = g_malloc(sizeof *order);
    pmx_object_init(&pmx_order_object, order);
    order->kind = PMX_ORDER_PROBE;
    PmxOrderInput *entry = pmx_array_add(&pmx_order_input_object, &order->inputs);
    entry->name = g_utf8_make_valid(name, -1);
    entry->size = input->size;
    return order;
}

static gboolean ask(PmxProbing *probing, GError **error);

void pmx_probing_cancel(PmxProbing *probing)
{
    if (!probing)
        return;
    pmx_process_free(probing->process);
    g_clear_handle_id(&probing->failing, g_source_remove);
    g_clear_error(&probing->failure);
    g_free(probing);
}

static void finish(PmxProbing *probing, PmxFacts *facts, const GError *error)
{
    probing->done(facts, error, probing->data);
    pmx_probing_cancel(probing);
}

/* As with any task, dying is forgiven once. */
static gboolean try_again(PmxProbing *probing)
{
    if (probing->attempt > 1)
        return FALSE;
    g_clear_pointer(&probing->process, pmx_process_free);
    return ask(probing, NULL);
}

/* What could not be read is why, whatever a demuxer made of it. */
static PmxFacts *facts_of(const PmxProbing *probing, const PmxRunOutcome *outcome, GError **error)
{
    GError *unreadable = pmx_reader_failure(probing->input);
    if (unreadable)
        g_propagate_error(error, unreadable);
    else if (outcome->end == PMX_RUN_DONE)
        return pmx_object_read(&pmx_facts_object, outcome->result, error);
    else if (outcome->end == PMX_RUN_FAILED)
        g_propagate_error(error, g_error_copy(outcome->error));
    else
        g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD, "reading the file ended badly: %s",
                    outcome->error->message);
    return NULL;
}

static void ended(const PmxRunOutcome *outcome, gpointer data)
{
    PmxProbing *probing = data;
    g_autoptr(GError) error = NULL;
    PmxFacts *facts = facts_of(probing, outcome, &error);
    if (outcome->end == PMX_RUN_DIED && try_again(probing))
        return;
    finish(probing, facts, error);
}

static gboolean ask(PmxProbing *probing, GError **error)
{
    static const PmxProcessEvents events = {NULL, ended};
    g_autoptr(GPtrArray) inputs = g_ptr_array_new_with_free_func(pmx_served_free);
    PmxServed *served = g_new0(PmxServed, 1);
    *served = (PmxServed){.reader = probing->input, .size = probing->input->size};
    g_ptr_array_add(inputs, served);
    PmxOrder *order = probe_order(probing->input);
    probing->attempt++;
    probing->process = pmx_process_start(probing->probe.runner, order, inputs,
                                         probing->probe.patience, &events, probing, error);
    pmx_object_free(&pmx_order_object, order);
    return probing->process != NULL;
}

static gboolean tell_failure(gpointer data)
{
    PmxProbing *probing = data;
    probing->failing = 0;
    finish(probing, NULL, probing->failure);
    return G_SOURCE_REMOVE;
}

PmxProbing *pmx_probe_start(const PmxProbe *probe, PmxReader *input,
                            void (*done)(PmxFacts *facts, const GError *error, gpointer data),
                            gpointer data)
{
    PmxProbing *probing = g_new0(PmxProbing, 1);
    probing->probe = *probe;
    probing->input = input;
    probing->done = done;
    probing->data = data;
    if (!ask(probing, &probing->failure))
        probing->failing = g_idle_add(tell_failure, probing);
    return probing;
}

/* --- waiting for it --- */

typedef struct {
    GMainLoop *loop;
    PmxFacts *facts;
    GError *error;
} Waiting;

static void waited_for(PmxFacts *facts, const GError *error, gpointer data)
{
    Waiting *waiting = data;
    waiting->facts = facts;
    waiting->error = error ? g_error_copy(error) : NULL;
    g_main_loop_quit(waiting->loop);
}

static void quit_loop(GCancellable *cancel, gpointer loop)
{
    (void)cancel;
    g_main_loop_quit(loop);
}

PmxFacts *pmx_probe_file(const PmxProbe *probe, PmxReader *input, GError **error)
{
    if (g_cancellable_set_error_if_cancelled(probe->cancel, error))
        return NULL;
    Waiting waiting = {.loop = g_main_loop_new(NULL, FALSE)};
    PmxProbing *probing = pmx_probe_start(probe, input, waited_for, &waiting);
    gulong watch = probe->cancel ? g_signal_connect(probe->cancel, "cancelled",
                                                    G_CALLBACK(quit_loop), waiting.loop)
                                 : 0;
    g_main_loop_run(waiting.loop);
    if (watch)
        g_signal_handler_disconnect(probe->cancel, watch);
    g_main_loop_unref(waiting.loop);
    if (!waiting.facts && !waiting.error) {
        pmx_probing_cancel(probing);
        waiting.error = g_error_new(PMX_ERROR, PMX_CODE_INTERNAL, "interrupted");
    }
    if (waiting.error)
        g_propagate_error(error, waiting.error);
    return waiting.facts;
}

char *pmx_runner_path(void)
{
    const char *wanted = g_getenv("POLYMUX_RUNNER");
    if (wanted && *wanted)
        return g_canonicalize_filename(wanted, NULL);
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = self ? g_path_get_dirname(self) : NULL;
    g_autofree char *beside = folder ? g_build_filename(folder, "polymux-runner", NULL) : NULL;
    if (beside && g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer(&beside);
    return g_build_filename(PMX_LIBEXECDIR, "polymux-runner", NULL);
}

gboolean pmx_runner_check(GError **error)
{
    g_autofree char *path = pmx_runner_path();
    if (g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
        return TRUE;
    g_set_error(
        error, PMX_ERROR, PMX_CODE_INTERNAL,
        "the program %s is missing: install Polymux again, or set POLYMUX_RUNNER to where it is",
        path);
    return FALSE;
}

guint pmx_runner_patience(void)
{
    const char *text = g_getenv("POLYMUX_TASK_TIMEOUT");
    guint64 seconds = 0;
    if (text && g_ascii_string_to_unsigned(text, 10, 1, 86400, &seconds, NULL))
        return (guint)seconds;
    return 120;
}
