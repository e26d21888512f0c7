/* SPDX-License-Identifier: MIT */
/* Streams of a job's events: see followers.h. */
#include "api/rest/followers.h"

#include <string.h>

enum { HEARTBEAT_SECONDS = 15 };

struct PmxFollowers {
    /* fixed after new */
    GSource *reaper, *heart;
    /* protected by lock */
    GMutex lock;
    GPtrArray *list; /* of Follower * */
    gboolean stopped;
};

typedef struct {
    PmxFollowers *owner;
    PmxHttpStream *stream;
    PmxWatch *watch; /* NULL: the job went before it could be watched */
    gint over;       /* atomic */
} Follower;

/* --- text --- */

static char *body_text(const PmxEventRecord *event)
{
    json_t *body = event->body ? json_copy(event->body) : json_object();
    if (event->at) {
        g_autofree char *at = pmx_moment_kind.format(&event->at);
        json_object_set_new(body, "at", json_string(at));
    }
    char *text = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    return text;
}

char *pmx_event_text(const PmxEventRecord *event)
{
    GString *text = g_string_new(NULL);
    char *body = body_text(event);
    if (event->seq > 0)
        g_string_append_printf(text, "id: %" G_GINT64_FORMAT "\n", event->seq);
    g_string_append_printf(text, "event: %s\ndata: %s\n\n", event->type ? event->type : "end",
                           body ? body : "{}");
    free(body);
    return g_string_free(text, FALSE);
}

/* --- one follower --- */

/* The owner is read first: with the flag set the reaper may free the follower. */
static void set_over(Follower *follower)
{
    PmxFollowers *owner = follower->owner;
    g_atomic_int_set(&follower->over, TRUE);
    g_source_set_ready_time(owner->reaper, 0);
}

static gboolean is_over(Follower *follower)
{
    return g_atomic_int_get(&follower->over);
}

static void push(Follower *follower, const char *text)
{
    if (!is_over(follower) && !pmx_http_stream_push(follower->stream, text, strlen(text)))
        set_over(follower);
}

static void on_event(const PmxEventRecord *event, gpointer data)
{
    Follower *follower = data;
    if (is_over(follower))
        return;
    g_autofree char *text = pmx_event_text(event);
    push(follower, text);
    if (!event->type)
        set_over(follower);
}

static void on_gone(gpointer data)
{
    set_over(data);
}

/* Frees it; from no callback of its own, and without the lock. */
static void release(gpointer data)
{
    Follower *follower = data;
    if (follower->watch)
        pmx_watch_free(follower->watch);
    pmx_http_stream_close(follower->stream);
    g_free(follower);
}

/* --- all of them --- */

/* Takes those that are over, or all, off the list. */
static GPtrArray *take(PmxFollowers *followers, gboolean all)
{
    GPtrArray *taken = g_ptr_array_new_with_free_func(release);
    g_mutex_lock(&followers->lock);
    for (guint i = followers->list->len; i-- > 0;)
        if (all || is_over(g_ptr_array_index(followers->list, i)))
            g_ptr_array_add(taken, g_ptr_array_remove_index_fast(followers->list, i));
    g_mutex_unlock(&followers->lock);
    return taken;
}

static gboolean reap(gpointer data)
{
    PmxFollowers *followers = data;
    /* Before looking: who is over later than this wakes it again. */
    g_source_set_ready_time(followers->reaper, -1);
    g_ptr_array_unref(take(followers, FALSE));
    return G_SOURCE_CONTINUE;
}

static gboolean beat(gpointer data)
{
    PmxFollowers *followers = data;
    g_mutex_lock(&followers->lock);
    for (guint i = 0; i < followers->list->len; i++)
        push(g_ptr_array_index(followers->list, i), ":\n\n");
    g_mutex_unlock(&followers->lock);
    return G_SOURCE_CONTINUE;
}

static gboolean call_back(G_GNUC_UNUSED GSource *source, GSourceFunc callback, gpointer data)
{
    return callback(data);
}

/* A source that runs `reap` when its ready time has come, and never by itself. */
static GSource *reaper_new(PmxFollowers *followers)
{
    static GSourceFuncs functions = {.dispatch = call_back};
    GSource *source = g_source_new(&functions, sizeof(GSource));
    g_source_set_callback(source, reap, followers, NULL);
    g_source_attach(source, NULL);
    return source;
}

PmxFollowers *pmx_followers_new(guint heartbeat_seconds)
{
    PmxFollowers *followers = g_new0(PmxFollowers, 1);
    g_mutex_init(&followers->lock);
    followers->list = g_ptr_array_new();
    followers->reaper = reaper_new(followers);
    followers->heart =
        g_timeout_source_new_seconds(heartbeat_seconds ? heartbeat_seconds : HEARTBEAT_SECONDS);
    g_source_set_callback(followers->heart, beat, followers, NULL);
    g_source_attach(followers->heart, NULL);
    return followers;
}

void pmx_followers_stop(PmxFollowers *followers)
{
    g_mutex_lock(&followers->lock);
    followers->stopped = TRUE;
    g_mutex_unlock(&followers->lock);
    g_ptr_array_unref(take(followers, TRUE));
}

void pmx_followers_free(PmxFollowers *followers)
{
    if (!followers)
        return;
    pmx_followers_stop(followers);
    g_source_destroy(followers->heart);
    g_source_unref(followers->heart);
    g_source_destroy(followers->reaper);
    g_source_unref(followers->reaper);
    g_ptr_array_unref(followers->list);
    g_mutex_clear(&followers->lock);
    g_free(followers);
}

guint pmx_followers_count(PmxFollowers *followers)
{
    g_mutex_lock(&followers->lock);
    guint count = followers->list->len;
    g_mutex_unlock(&followers->lock);
    return count;
}

static gboolean is_stopped(PmxFollowers *followers)
{
    g_mutex_lock(&followers->lock);
    gboolean stopped = followers->stopped;
    g_mutex_unlock(&followers->lock);
    return stopped;
}

/* Puts it onto the list, or frees it where nothing would ever do so. */
static void keep(PmxFollowers *followers, Follower *follower)
{
    g_mutex_lock(&followers->lock);
    gboolean kept = !followers->stopped;
    if (kept)
        g_ptr_array_add(followers->list, follower);
    /* It may have been over before the reaper could see it. Under the lock: so it is still there. */
    if (kept && is_over(follower))
        set_over(follower);
    g_mutex_unlock(&followers->lock);
    if (!kept)
        release(follower);
}

gboolean pmx_followers_add(PmxFollowers *followers, PmxService *service, PmxExchange *exchange,
                           const char *job, gint64 after)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    if (is_stopped(followers))
        return FALSE;
    Follower *follower = g_new0(Follower, 1);
    follower->owner = followers;
    /* Proxies must hand events on as they come. */
    pmx_exchange_add_header(exchange, "X-Accel-Buffering", "no");
    follower->stream = pmx_exchange_stream(exchange, "text/event-stream", on_gone, follower);
    push(follower, "retry: 2000\n\n");
    follower->watch = pmx_service_watch(service, job, after, on_event, follower, problems);
    if (!follower->watch)
        on_event(&(PmxEventRecord){0}, follower);
    keep(followers, follower);
    return TRUE;
}
