/* SPDX-License-Identifier: MIT */
/* See probe.h. */
#include "exec/probe.h"

#include "exec/process.h"
#include "exec/serve.h"

typedef struct {
    GMainLoop *loop;
    PmxFacts *facts;
    GError *error;
    gboolean died;
} Asking;

static void ended(const PmxRunOutcome *outcome, gpointer data)
{
    Asking *asking = data;
    asking->died = outcome->end == PMX_RUN_DIED;
    if (outcome->end == PMX_RUN_DONE)
        asking->facts = pmx_object_read(&pmx_facts_object, outcome->result, &asking->error);
    else if (outcome->end == PMX_RUN_FAILED)
        asking->error = g_error_copy(outcome->error);
    else
        asking->error = g_error_new(PMX_ERROR, PMX_CODE_RESOURCE_BAD,
                                    "reading the file ended badly: %s", outcome->error->message);
    g_main_loop_quit(asking->loop);
}

static PmxOrder *probe_order(const PmxLocalInput *input)
{
    g_autofree char *name = g_path_get_basename(input->path);
    PmxOrder *order = g_malloc(sizeof *order);
    pmx_object_init(&pmx_order_object, order);
    order->kind = PMX_ORDER_PROBE;
    PmxOrderInput *entry = pmx_array_add(&pmx_order_input_object, &order->inputs);
    entry->name = g_utf8_make_valid(name, -1);
    entry->size = input->size;
    return order;
}

static void quit_loop(GCancellable *cancel, gpointer loop)
{
    (void)cancel;
    g_main_loop_quit(loop);
}

static void ask(const PmxProbe *probe, const PmxLocalInput *input, Asking *asking)
{
    static const PmxProcessEvents events = {NULL, ended};
    g_autoptr(GPtrArray) inputs = g_ptr_array_new_with_free_func(pmx_served_free);
    PmxServed *served = g_new0(PmxServed, 1);
    *served = (PmxServed){.fd = input->fd, .size = input->size};
    g_ptr_array_add(inputs, served);
    PmxOrder *order = probe_order(input);
    PmxProcess *process = pmx_process_start(probe->runner, order, inputs, probe->patience, &events,
                                            asking, &asking->error);
    pmx_object_free(&pmx_order_object, order);
    gulong watch = probe->cancel ? g_signal_connect(probe->cancel, "cancelled",
                                                    G_CALLBACK(quit_loop), asking->loop)
                                 : 0;
    if (process && !g_cancellable_is_cancelled(probe->cancel))
        g_main_loop_run(asking->loop);
    if (watch)
        g_signal_handler_disconnect(probe->cancel, watch);
    pmx_process_free(process);
}

PmxFacts *pmx_probe_file(const PmxProbe *probe, const PmxLocalInput *input, GError **error)
{
    Asking asking = {.loop = g_main_loop_new(NULL, FALSE)};
    ask(probe, input, &asking);
    /* As with any task, dying is forgiven once. */
    if (asking.died && !g_cancellable_is_cancelled(probe->cancel)) {
        g_clear_error(&asking.error);
        ask(probe, input, &asking);
    }
    g_main_loop_unref(asking.loop);
    if (!asking.facts && !asking.error)
        asking.error = g_error_new(PMX_ERROR, PMX_CODE_INTERNAL, "interrupted");
    if (asking.error)
        g_propagate_error(error, asking.error);
    return asking.facts;
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
