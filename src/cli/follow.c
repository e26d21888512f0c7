/* SPDX-License-Identifier: MIT */
/* See follow.h. */
#include "cli/follow.h"

#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

#include "cli/display.h"
#include "cli/follow-stream.h"
#include "cli/job-view.h"

enum { AT_ONCE = 32, TICK_MS = 100 };

typedef struct {
    char *id, *name;
    PmxShownState state;
    double fraction, began, seconds;
} Output;

typedef struct {
    GPtrArray *outputs; /* of Output *, of all jobs */
    GHashTable *by_id;  /* borrowed from outputs */
    guint open;         /* jobs that have not ended */
    GError *error;      /* the first thing that kept from following a job on */
    GMainLoop *loop;
} Following;

static void free_output(gpointer data)
{
    Output *output = data;
    g_free(output->id);
    g_free(output->name);
    g_free(output);
}

/* --- what the display draws --- */

static guint count_outputs(gconstpointer source)
{
    return ((const Following *)source)->outputs->len;
}

static const Output *output_at(gconstpointer source, guint i)
{
    return g_ptr_array_index(((const Following *)source)->outputs, i);
}

static PmxShown show_output(gconstpointer source, guint i)
{
    const Output *output = output_at(source, i);
    return (PmxShown){output->name, output->state, output->fraction, output->seconds};
}

/* Where the film's length is not known, all outputs count the same. */
static PmxShownWork show_work(gconstpointer source)
{
    PmxShownWork work = {0};
    for (guint i = 0; i < count_outputs(source); i++) {
        const Output *output = output_at(source, i);
        double weight = output->seconds > 0 ? output->seconds : 1;
        double now = output->state == PMX_SHOWN_WORKING ? output->fraction : 1;
        work.total += weight;
        work.done += now * weight;
        work.fresh += MAX(0, now - output->began) * weight;
    }
    return work;
}

static const PmxDisplaySource following_source = {count_outputs, show_output, show_work};

/* --- what is told --- */

static PmxShownState shown_state(const char *state)
{
    if (strcmp(state, "Success") == 0)
        return PMX_SHOWN_DONE;
    return strcmp(state, "Failed") == 0 || strcmp(state, "Skipped") == 0 ? PMX_SHOWN_FAILED
                                                                         : PMX_SHOWN_WORKING;
}

/* What an output of an answer or of an event says; members that are not there change nothing. */
static void update_output(Output *output, const json_t *told)
{
    const json_t *percent = json_object_get(told, "percent");
    const json_t *seconds = json_object_get(told, "seconds");
    const char *state = pmx_remote_text(told, "state");
    if (percent)
        output->fraction = CLAMP(json_number_value(percent) / 100, 0, 1);
    if (seconds)
        output->seconds = json_number_value(seconds);
    if (*state)
        output->state = shown_state(state);
    if (output->state == PMX_SHOWN_DONE)
        output->fraction = 1;
}

static void update_by_id(Following *following, const json_t *told)
{
    Output *output = g_hash_table_lookup(following->by_id, pmx_remote_text(told, "id"));
    if (output)
        update_output(output, told);
}

/* In the main context. */
static void on_told(const PmxFollowNote *note, gpointer data)
{
    Following *following = data;
    size_t i;
    const json_t *output;
    if (note->body)
        update_by_id(following, note->body);
    json_array_foreach (json_object_get(note->body, "outputs"), i, output) {
        update_by_id(following, output);
    }
    if (!note->over)
        return;
    if (note->error && !following->error)
        following->error = g_error_copy(note->error);
    if (--following->open == 0)
        g_main_loop_quit(following->loop);
}

/* --- beginning --- */

static void add_output(Following *following, const json_t *told, const char *prefix)
{
    Output *output = g_new0(Output, 1);
    const char *name = pmx_remote_text(told, "name");
    output->id = g_strdup(pmx_remote_text(told, "id"));
    output->name = g_strconcat(prefix, *name ? name : pmx_remote_text(told, "address"), NULL);
    update_output(output, told);
    output->began = output->fraction;
    g_ptr_array_add(following->outputs, output);
    g_hash_table_insert(following->by_id, output->id, output);
}

static json_t *get_job(const PmxRemote *remote, const char *id, GError **error)
{
    g_autofree char *path = pmx_remote_path("jobs", id, "");
    return pmx_remote_call(remote, "GET", path, NULL, error);
}

/* Several jobs' outputs have the beginning of their job's id before their name. */
static gboolean add_jobs(Following *following, const PmxRemote *remote, char *const *ids,
                         GError **error)
{
    size_t i;
    const json_t *output;
    for (guint n = 0; ids[n]; n++) {
        json_t *job = get_job(remote, ids[n], error);
        if (!job)
            return FALSE;
        g_autofree char *prefix = ids[1] ? g_strdup_printf("%.8s/", ids[n]) : g_strdup("");
        json_array_foreach (json_object_get(job, "outputs"), i, output) {
            add_output(following, output, prefix);
        }
        following->open++;
        json_decref(job);
    }
    return TRUE;
}

/* --- until they have ended --- */

static gboolean tick(gpointer display)
{
    pmx_display_tick(display);
    return G_SOURCE_CONTINUE;
}

/* At once: the threads may sit in a read for as long as nothing happens. */
static gboolean on_interrupt(gpointer unused)
{
    (void)unused;
    g_printerr("\n%s: not waiting any more; the jobs go on\n", g_get_prgname());
    _exit(128 + SIGINT);
}

static void follow_to_the_end(Following *following, const PmxRemote *remote, char *const *ids,
                              gboolean quiet)
{
    g_autoptr(PmxDisplay) display = pmx_display_new(&following_source, following);
    guint interrupt = g_unix_signal_add(SIGINT, on_interrupt, NULL);
    guint ticks = quiet ? 0 : g_timeout_add(TICK_MS, tick, display);
    /* Followed for as long as it is held. */
    G_GNUC_UNUSED g_autoptr(PmxFollowStreams) streams =
        pmx_follow_streams_new(remote, ids, AT_ONCE, on_told, following);
    if (following->open > 0)
        g_main_loop_run(following->loop);
    if (ticks)
        g_source_remove(ticks);
    g_source_remove(interrupt);
    if (!quiet)
        pmx_display_end(display);
}

/* --- what became of them --- */

static void tell(json_t *jobs, gboolean as_json)
{
    size_t i;
    const json_t *job;
    if (as_json) {
        pmx_command_print_json(json_array_size(jobs) == 1 ? json_array_get(jobs, 0) : jobs);
        return;
    }
    json_array_foreach (jobs, i, job) {
        pmx_job_view_print(job);
    }
}

static int report(const PmxRemote *remote, char *const *ids, gboolean as_json, GError **error)
{
    json_t *jobs = json_array();
    gboolean whole = TRUE;
    for (guint i = 0; ids[i]; i++) {
        json_t *job = get_job(remote, ids[i], error);
        if (!job) {
            json_decref(jobs);
            return -1;
        }
        whole &= pmx_job_view_succeeded(job);
        json_array_append_new(jobs, job);
    }
    tell(jobs, as_json);
    json_decref(jobs);
    return whole ? PMX_EXIT_OK : PMX_EXIT_FAILED;
}

int pmx_follow(const PmxRemote *remote, char *const *ids, gboolean as_json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) outputs = g_ptr_array_new_with_free_func(free_output);
    g_autoptr(GHashTable) by_id = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    Following following = {outputs, by_id, 0, NULL, loop};
    if (add_jobs(&following, remote, ids, &error))
        follow_to_the_end(&following, remote, ids, as_json);
    if (following.error)
        g_propagate_error(&error, following.error);
    int status = error ? -1 : report(remote, ids, as_json, &error);
    return error ? pmx_remote_fail(error) : status;
}
