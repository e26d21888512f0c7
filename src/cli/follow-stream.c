/* SPDX-License-Identifier: MIT */
/* See follow-stream.h. */
#include "cli/follow-stream.h"

#include <string.h>

#include "cli/sse.h"
#include "net/client.h"

/* A stream is opened again after a while even if it seems to be well: a server whose machine has
 * lost its power does not say goodbye. */
enum { PATIENCE_SECONDS = 60, STREAM_SECONDS = 600, PAUSE_MS = 1000, ANSWER_LIMIT = 1 << 20 };

struct PmxFollowStreams {
    const PmxRemote *remote;
    PmxFollowTold told;
    gpointer data;
    GThreadPool *threads;
};

/* One job's, of one thread. */
typedef struct {
    PmxFollowStreams *streams;
    const char *job;
    char *last;   /* id of the last event, or NULL */
    gint64 heard; /* monotonic time of the last sign of the server */
    gboolean ended;
} Stream;

/* On its way into the main context. */
typedef struct {
    PmxFollowStreams *streams;
    json_t *body;
    gboolean over;
    GError *error;
} Letter;

/* --- into the main context --- */

static gboolean deliver(gpointer data)
{
    const Letter *letter = data;
    const PmxFollowNote note = {letter->body, letter->over, letter->error};
    letter->streams->told(&note, letter->streams->data);
    return G_SOURCE_REMOVE;
}

static void free_letter(gpointer data)
{
    Letter *letter = data;
    json_decref(letter->body);
    g_clear_error(&letter->error);
    g_free(letter);
}

/* Takes `body` and `error`. */
static void post(PmxFollowStreams *streams, json_t *body, gboolean over, GError *error)
{
    Letter *letter = g_new0(Letter, 1);
    *letter = (Letter){streams, body, over, error};
    g_idle_add_full(G_PRIORITY_DEFAULT, deliver, letter, free_letter);
    /* cppcheck-suppress memleak ; the source owns it */
}

/* --- in a job's thread --- */

static void on_event(const char *id, const char *type, const char *text, gpointer data)
{
    Stream *stream = data;
    if (*id) {
        g_free(stream->last);
        stream->last = g_strdup(id);
    }
    if (strcmp(type, "end") == 0) {
        stream->ended = TRUE;
        return;
    }
    json_t *body = json_loads(text, 0, NULL);
    if (body)
        post(stream->streams, body, FALSE, NULL);
}

typedef struct {
    Stream *stream;
    PmxSse *sse;
} Reading;

static gboolean on_bytes(const char *bytes, gsize length, gpointer data)
{
    Reading *reading = data;
    reading->stream->heard = g_get_monotonic_time();
    return pmx_sse_feed(reading->sse, bytes, length) && !reading->stream->ended;
}

/* One request; TRUE: it is worth another try. */
static gboolean read_once(Stream *stream, GError **error)
{
    const PmxRemote *remote = stream->streams->remote;
    g_autofree char *path = pmx_remote_path("jobs", stream->job, "/events");
    g_autofree char *url = g_strconcat(remote->endpoint, "/v1/", path, NULL);
    g_autofree char *from = g_strconcat("Last-Event-ID: ", stream->last, NULL);
    const char *const headers[] = {"Accept: text/event-stream", stream->last ? from : NULL, NULL};
    const PmxClientRequest request = {.method = "GET",
                                      .url = url,
                                      .headers = headers,
                                      .timeout = STREAM_SECONDS,
                                      .answer_limit = ANSWER_LIMIT,
                                      .user = remote->key_id,
                                      .password = remote->key_secret};
    g_autoptr(PmxSse) sse = pmx_sse_new(on_event, stream);
    Reading reading = {stream, sse};
    g_autoptr(GError) failed = NULL;
    guint status = 0;
    gsize length = 0;
    g_autofree char *answer =
        pmx_client_call(&request, on_bytes, &reading, &status, &length, &failed);
    if (status >= 300)
        pmx_remote_refused(remote, status, answer, length, error);
    else if (failed)
        pmx_remote_silent(remote, failed->message, error);
    return status < 300 || status >= 500;
}

/* NULL when the job has ended. */
static GError *read_to_the_end(Stream *stream)
{
    for (;;) {
        GError *error = NULL;
        gboolean again = read_once(stream, &error);
        gint64 silent = g_get_monotonic_time() - stream->heard;
        if (stream->ended) {
            g_clear_error(&error);
            return NULL;
        }
        if (error && (!again || silent > (gint64)PATIENCE_SECONDS * G_USEC_PER_SEC))
            return error;
        g_clear_error(&error);
        g_usleep(PAUSE_MS * 1000);
    }
}

static void read_job(gpointer job, gpointer data)
{
    PmxFollowStreams *streams = data;
    Stream stream = {.streams = streams, .job = job, .heard = g_get_monotonic_time()};
    GError *error = read_to_the_end(&stream);
    g_free(stream.last);
    post(streams, NULL, TRUE, error);
}

/* --- all of them --- */

PmxFollowStreams *pmx_follow_streams_new(const PmxRemote *remote, char *const *ids, guint at_once,
                                         PmxFollowTold told, gpointer data)
{
    PmxFollowStreams *streams = g_new0(PmxFollowStreams, 1);
    streams->remote = remote;
    streams->told = told;
    streams->data = data;
    streams->threads = g_thread_pool_new(read_job, streams, (gint)at_once, FALSE, NULL);
    for (; *ids; ids++)
        g_thread_pool_push(streams->threads, *ids, NULL);
    return streams;
}

void pmx_follow_streams_free(PmxFollowStreams *streams)
{
    if (!streams)
        return;
    g_thread_pool_free(streams->threads, FALSE, TRUE);
    g_free(streams);
}
