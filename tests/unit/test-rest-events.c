/* SPDX-License-Identifier: MIT */
/* Event streams: their bytes, and who frees what when both ends go at once. */
#include <string.h>

#include "api/rest/followers.h"
#include "rest-fakes.h"
#include "single-quoted.h"

typedef struct {
    PmxService *service;
    PmxRest *rest;
    GPtrArray *exchanges; /* kept until the streams have ended */
} Fixture;

static void set_up(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    f->service = fake_service();
    f->rest = pmx_rest_new(&(PmxRestOptions){.service = f->service, .heartbeat = 1});
    f->exchanges = g_ptr_array_new_with_free_func((GDestroyNotify)fake_exchange_free);
}

static void tear_down(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    pmx_rest_free(f->rest);
    g_ptr_array_unref(f->exchanges);
    fake_service_free(f->service);
}

static PmxHttpStream *follow(Fixture *f, const char *target, const char *last)
{
    PmxExchange *exchange = fake_exchange("GET", target, NULL);
    fake_header(exchange, "Authorization", GOOD_KEY);
    if (last)
        fake_header(exchange, "Last-Event-ID", last);
    pmx_rest_handle(f->rest, exchange);
    g_ptr_array_add(f->exchanges, exchange);
    return exchange->stream;
}

/* Runs the main context until so many watches are left. */
static void wait_watches(Fixture *f, guint left)
{
    while (fake_watches(f->service) > left)
        g_main_context_iteration(NULL, TRUE);
}

/* --- bytes --- */

static void test_text(void)
{
    static const struct {
        gint64 seq, at;
        const char *type, *body, *text;
    } rows[] = {
        {7, 1767323045678, "state", "{'state': 'Running', 'percent': 0}",
         "id: 7\nevent: state\n"
         "data: {\"state\":\"Running\",\"percent\":0,\"at\":\"2026-01-02T03:04:05.678Z\"}\n\n"},
        {0, 0, "progress", "{'percent': 3}", "event: progress\ndata: {\"percent\":3}\n\n"},
        {0, 0, NULL, NULL, "event: end\ndata: {}\n\n"},
        {8, 0, "output", "{'message': 'a\\nb\\r'}",
         "id: 8\nevent: output\ndata: {\"message\":\"a\\nb\\r\"}\n\n"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        json_t *body = rows[i].body ? json_of(rows[i].body) : NULL;
        PmxEventRecord event = {
            .seq = rows[i].seq, .at = rows[i].at, .type = (char *)rows[i].type, .body = body};
        g_autofree char *text = pmx_event_text(&event);
        g_assert_cmpstr(text, ==, rows[i].text);
        json_decref(body);
    }
}

static void test_stream(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    PmxHttpStream *stream = follow(f, "/v1/jobs/j/events", NULL);
    const PmxExchange *exchange = g_ptr_array_index(f->exchanges, 0);
    g_assert_cmpstr(exchange->type, ==, "text/event-stream");
    g_assert_cmpstr(fake_added(exchange, "X-Accel-Buffering"), ==, "no");
    g_assert_cmpstr(f->service->told, ==, "watch j after 0");
    fake_emit(f->service, 4, "state", "{'state': 'Running'}");
    fake_emit(f->service, 0, NULL, NULL);
    wait_watches(f, 0);
    g_autofree char *text = fake_stream_text(stream);
    g_assert_cmpstr(text, ==,
                    "retry: 2000\n\nid: 4\nevent: state\ndata: {\"state\":\"Running\"}\n\n"
                    "event: end\ndata: {}\n\n");
    g_assert_true(stream->ended);
}

/* --- where it goes on --- */

static void test_resume(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    static const struct {
        const char *target, *last, *told;
    } rows[] = {
        {"/v1/jobs/j/events", "12", "watch j after 12"},
        {"/v1/jobs/j/events?after=9", NULL, "watch j after 9"},
        {"/v1/jobs/j/events?after=9", "12", "watch j after 12"},
        {"/v1/jobs/j/events?after=9", "", "watch j after 9"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_assert_nonnull(follow(f, rows[i].target, rows[i].last));
        g_assert_cmpstr(f->service->told, ==, rows[i].told);
    }
    g_assert_null(follow(f, "/v1/jobs/j/events", "x"));
    const PmxExchange *refused = g_ptr_array_index(f->exchanges, f->exchanges->len - 1);
    g_assert_cmpuint(refused->status, ==, 400);
}

static void test_head(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(PmxExchange) exchange = fake_ask(f->rest, "HEAD", "/v1/jobs/j/events", NULL);
    g_assert_cmpuint(exchange->status, ==, 200);
    g_assert_null(exchange->stream);
}

/* --- how it ends --- */

/* The job was there when it was asked for, and is no more when it is to be watched. */
static void test_vanished(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    PmxHttpStream *stream = follow(f, "/v1/jobs/vanishing/events", NULL);
    while (!stream->ended)
        g_main_context_iteration(NULL, TRUE);
    g_autofree char *text = fake_stream_text(stream);
    g_assert_cmpstr(text, ==, "retry: 2000\n\nevent: end\ndata: {}\n\n");
}

/* It was over before it was complete. */
static void test_ended(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    PmxHttpStream *stream = follow(f, "/v1/jobs/ended/events", NULL);
    wait_watches(f, 0);
    g_assert_true(stream->ended);
}

static void test_gone(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    PmxHttpStream *stream = follow(f, "/v1/jobs/j/events", NULL);
    PmxHttpStream *other = follow(f, "/v1/jobs/j/events", NULL);
    stream->gone(stream->data);
    g_assert_false(stream->ended); /* not by the callback itself */
    wait_watches(f, 1);
    g_assert_true(stream->ended);
    g_assert_false(other->ended);
}

static void test_slow(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    PmxHttpStream *stream = follow(f, "/v1/jobs/j/events", NULL);
    PmxHttpStream *other = follow(f, "/v1/jobs/j/events", NULL);
    stream->full = TRUE;
    fake_emit(f->service, 1, "state", "{}");
    fake_emit(f->service, 2, "state", "{}");
    wait_watches(f, 1);
    g_assert_true(stream->ended);
    g_autofree char *text = fake_stream_text(other);
    g_assert_nonnull(strstr(text, "id: 2\n"));
}

static void test_heartbeat(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    PmxHttpStream *stream = follow(f, "/v1/jobs/j/events", NULL);
    PmxHttpStream *dead = follow(f, "/v1/jobs/j/events", NULL);
    dead->full = TRUE;
    wait_watches(f, 1); /* the beat finds that nobody reads */
    g_autofree char *text = fake_stream_text(stream);
    g_assert_cmpstr(text, ==, "retry: 2000\n\n:\n\n");
    g_assert_true(dead->ended);
}

static void test_stop(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    PmxHttpStream *stream = follow(f, "/v1/jobs/j/events", NULL);
    pmx_rest_stop(f->rest);
    g_assert_true(stream->ended);
    g_assert_null(follow(f, "/v1/jobs/j/events", NULL));
    const PmxExchange *refused = g_ptr_array_index(f->exchanges, 1);
    g_assert_cmpuint(refused->status, ==, 503);
}

/* --- both ends at once --- */

enum { STREAMS = 150 };

static gpointer emit_many(gpointer data)
{
    Fixture *f = data;
    for (gint64 seq = 1; seq <= 200; seq++)
        fake_emit(f->service, seq, "output", "{'id': 'x'}");
    fake_emit(f->service, 0, NULL, NULL);
    return NULL;
}

static gpointer leave(gpointer data)
{
    GPtrArray *exchanges = data;
    for (guint i = 0; i < exchanges->len; i += 2) {
        const PmxExchange *exchange = g_ptr_array_index(exchanges, i);
        g_mutex_lock(&exchange->stream->lock);
        /* As the server does it: not after the owner has ended the stream. */
        if (!exchange->stream->ended)
            exchange->stream->gone(exchange->stream->data);
        g_mutex_unlock(&exchange->stream->lock);
        g_thread_yield();
    }
    return NULL;
}

static gpointer come(gpointer data)
{
    Fixture *f = ((gpointer *)data)[0];
    GPtrArray *mine = ((gpointer *)data)[1];
    for (guint i = 0; i < STREAMS; i++) {
        PmxExchange *exchange = fake_exchange("GET", "/v1/jobs/j/events", NULL);
        fake_header(exchange, "Authorization", GOOD_KEY);
        pmx_rest_handle(f->rest, exchange);
        g_ptr_array_add(mine, exchange);
    }
    return NULL;
}

/* Readers come and go while events and the end of the job arrive; run under sanitizers. */
static void test_races(Fixture *f, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GPtrArray) later = g_ptr_array_new_with_free_func((GDestroyNotify)fake_exchange_free);
    for (guint i = 0; i < STREAMS; i++)
        follow(f, "/v1/jobs/j/events", NULL);
    gpointer given[] = {f, later};
    GThread *threads[] = {g_thread_new("emit", emit_many, f),
                          g_thread_new("leave", leave, f->exchanges),
                          g_thread_new("come", come, given)};
    /* Watches come while this runs, so their number says nothing; the end comes to all at last. */
    while (fake_watches(f->service) > STREAMS / 2)
        g_main_context_iteration(NULL, FALSE);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
    fake_emit(f->service, 0, NULL, NULL);
    wait_watches(f, 0);
    for (guint i = 0; i < STREAMS; i++)
        g_assert_true(((PmxExchange *)g_ptr_array_index(later, i))->stream->ended);
}

#define TEST(path, function) g_test_add(path, Fixture, NULL, set_up, function, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rest/events/text", test_text);
    TEST("/rest/events/stream", test_stream);
    TEST("/rest/events/resume", test_resume);
    TEST("/rest/events/head", test_head);
    TEST("/rest/events/vanished", test_vanished);
    TEST("/rest/events/ended", test_ended);
    TEST("/rest/events/gone", test_gone);
    TEST("/rest/events/slow", test_slow);
    TEST("/rest/events/heartbeat", test_heartbeat);
    TEST("/rest/events/stop", test_stop);
    TEST("/rest/events/races", test_races);
    return g_test_run();
}
