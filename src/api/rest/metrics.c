/* SPDX-License-Identifier: MIT */
/* Figures: see metrics.h; and their route, /metrics. */
#include "api/rest/metrics.h"

#include <string.h>

#include "api/rest/call.h"
#include "api/rest/handlers.h"

/* --- lines --- */

static void family(GString *page, const char *name, const char *type, const char *help)
{
    g_string_append_printf(page, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* `labels` as in name{labels}, or NULL. */
static void sample(GString *page, const char *name, const char *labels, double value)
{
    gboolean whole = value == (double)(gint64)value && value < 1e15 && value > -1e15;
    g_string_append_printf(page, "%s%s%s%s ", name, labels ? "{" : "", labels ? labels : "",
                           labels ? "}" : "");
    if (whole) {
        g_string_append_printf(page, "%" G_GINT64_FORMAT "\n", (gint64)value);
    } else {
        char text[G_ASCII_DTOSTR_BUF_SIZE];
        g_string_append_printf(page, "%s\n", g_ascii_dtostr(text, sizeof text, value));
    }
}

static void labelled(GString *page, const char *name, const char *label, const char *word,
                     double value)
{
    g_autofree char *labels = g_strdup_printf("%s=\"%s\"", label, word);
    sample(page, name, labels, value);
}

typedef struct {
    const char *name, *type, *help;
    double value;
} Single;

static void add_singles(GString *page, const Single *rows, guint count)
{
    for (guint i = 0; i < count; i++) {
        family(page, rows[i].name, rows[i].type, rows[i].help);
        sample(page, rows[i].name, NULL, rows[i].value);
    }
}

/* --- the service --- */

static void add_jobs(GString *page, const PmxServiceState *state)
{
    family(page, "polymux_jobs", "gauge", "Jobs in the store, by state.");
    for (guint i = 0; i < G_N_ELEMENTS(state->jobs); i++)
        labelled(page, "polymux_jobs", "state", pmx_job_state_names[i], (double)state->jobs[i]);
}

static void add_tasks(GString *page, const PmxServiceState *state)
{
    family(page, "polymux_tasks", "gauge", "Tasks of the jobs that are being worked on, by state.");
    labelled(page, "polymux_tasks", "state", "running", state->running);
    labelled(page, "polymux_tasks", "state", "ready", state->ready);
    family(page, "polymux_tasks_ended_total", "counter", "Tasks that have ended, by result.");
    labelled(page, "polymux_tasks_ended_total", "result", "done", (double)state->tasks_done);
    labelled(page, "polymux_tasks_ended_total", "result", "failed", (double)state->tasks_failed);
}

static void add_deliveries(GString *page, const PmxServiceState *state)
{
    family(page, "polymux_deliveries", "gauge", "Events on their way to receivers, by state.");
    labelled(page, "polymux_deliveries", "state", "waiting", (double)state->deliveries_waiting);
    labelled(page, "polymux_deliveries", "state", "dead", (double)state->deliveries_dead);
    family(page, "polymux_delivery_attempts_total", "counter", "Attempts to deliver, by result.");
    labelled(page, "polymux_delivery_attempts_total", "result", "delivered",
             (double)state->notify.delivered);
    labelled(page, "polymux_delivery_attempts_total", "result", "failed",
             (double)state->notify.failed);
}

static double speed(const PmxServiceState *state)
{
    return state->cpu_seconds > 0 ? state->media_seconds / state->cpu_seconds : 0;
}

static void add_service(GString *page, const PmxServiceState *state)
{
    const Single rows[] = {
        {"polymux_queue_age_seconds", "gauge", "Age of the oldest job that waits.",
         (double)state->queue_age / 1e3},
        {"polymux_encoded_media_seconds_total", "counter", "Length of the finished outputs.",
         state->media_seconds},
        {"polymux_cpu_seconds_total", "counter", "Processor time of tasks.", state->cpu_seconds},
        {"polymux_encode_speed_ratio", "gauge",
         "Seconds of finished outputs a second of processor time, since the start.", speed(state)},
        {"polymux_cache_hits_total", "counter", "Artifacts that were there already.",
         (double)state->artifacts_kept},
        {"polymux_cache_misses_total", "counter", "Artifacts that had to be made.",
         (double)state->artifacts_made},
        {"polymux_delivery_lag_seconds", "gauge", "Age of the oldest event that waits.",
         (double)state->delivery_age / 1e3},
        {"polymux_deliveries_given_up_total", "counter", "Events that were given up.",
         (double)state->notify.dead},
    };
    add_jobs(page, state);
    add_tasks(page, state);
    add_deliveries(page, state);
    add_singles(page, rows, G_N_ELEMENTS(rows));
}

/* --- HTTP --- */

static void add_buckets(GString *page, const PmxHttpCounts *http)
{
    static const char name[] = "polymux_http_request_duration_seconds";
    guint64 count = 0;
    family(page, name, "histogram", "Time from a whole request to its answer, without streams.");
    for (guint i = 0; i <= PMX_HTTP_BUCKETS; i++) {
        char bound[G_ASCII_DTOSTR_BUF_SIZE] = "+Inf";
        count += http->took[i];
        if (i < PMX_HTTP_BUCKETS)
            g_ascii_formatd(bound, sizeof bound, "%g", pmx_http_bucket_seconds[i]);
        labelled(page, "polymux_http_request_duration_seconds_bucket", "le", bound, (double)count);
    }
    sample(page, "polymux_http_request_duration_seconds_sum", NULL, http->took_seconds);
    sample(page, "polymux_http_request_duration_seconds_count", NULL, (double)count);
}

static void add_http(GString *page, const PmxHttpCounts *http)
{
    const Single rows[] = {
        {"polymux_http_connections", "gauge", "Open connections.", http->connections},
        {"polymux_http_streams", "gauge", "Open event streams.", http->streams},
    };
    family(page, "polymux_http_requests_total", "counter",
           "Answered requests, by class of status.");
    for (guint i = 1; i < G_N_ELEMENTS(http->requests); i++) {
        const char class[] = {(char)('0' + i), 'x', 'x', '\0'};
        labelled(page, "polymux_http_requests_total", "status", class, (double)http->requests[i]);
    }
    add_buckets(page, http);
    add_singles(page, rows, G_N_ELEMENTS(rows));
}

/* --- all --- */

char *pmx_metrics_text(const PmxServiceState *state, const PmxHttpCounts *http)
{
    GString *page = g_string_new(NULL);
    family(page, "polymux_build_info", "gauge", "Always 1; the version is the label.");
    labelled(page, "polymux_build_info", "version", PMX_VERSION, 1);
    family(page, "polymux_store_up", "gauge", "Whether the store answers.");
    sample(page, "polymux_store_up", NULL, state ? 1 : 0);
    if (state)
        add_service(page, state);
    if (http)
        add_http(page, http);
    return g_string_free(page, FALSE);
}

json_t *pmx_rest_metrics(PmxCall *call)
{
    PmxServiceState state;
    g_autofree char *problem = NULL;
    PmxHttp *http = g_atomic_pointer_get(&call->rest->http);
    PmxHttpCounts counts = {0};
    if (http)
        counts = pmx_http_counts(http);
    gboolean up = pmx_service_state(call->service, &state, &problem);
    char *text = pmx_metrics_text(up ? &state : NULL, http ? &counts : NULL);
    call->answered = TRUE;
    pmx_exchange_answer(call->exchange, 200, call->route->type, text, strlen(text));
    return NULL;
}
