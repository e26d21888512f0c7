/* SPDX-License-Identifier: MIT */
/* The notifier's thread: see notify.h. A round writes back what was answered, then sends what is
 * due; between rounds it sleeps until an answer, a poke or the next delivery's time. */
#include "net/client.h"
#include "notify/attempt.h"
#include "notify/receivers.h"
#include "notify/retry.h"

/* Milliseconds: between tries while the store does not answer; and the longest sleep, because the
 * clock may be set while we sleep. */
enum { STORE_PAUSE = 1000, LONGEST_SLEEP = 60000 };

/* Looking past full receivers reads everything that waits for them: in one eleventh of the time. */
enum { LOOK_REST = 10 };

struct PmxNotifier {
    PmxStore *store; /* fixed */
    PmxNotifyOptions options;
    GThread *thread;

    /* the thread's */
    PmxClient *client;
    PmxReceivers *receivers;
    GHashTable *flights; /* id of the delivery → Flight */
    GPtrArray *settled;  /* flights that are over, but not written yet */
    gint64 rested;       /* moment before which it does not look past full receivers */
    gboolean in_trouble; /* the store did not answer last time */

    GMutex lock;
    GCond changed;
    GQueue answers; /* flights, under the lock as all below */
    gboolean poked, ended;
    PmxNotifyCounts counts;
};

/* A delivery under way. The client's thread has it until it is among `answers`. */
typedef struct {
    PmxNotifier *notifier;
    PmxDeliveryRecord *delivery;
    char *problem;
    gboolean silent;   /* there was no answer at all */
    gboolean hopeless; /* nor will there be one */
} Flight;

static void flight_free(gpointer data)
{
    Flight *flight = data;
    pmx_delivery_record_free(flight->delivery);
    g_free(flight->problem);
    g_free(flight);
}

/* --- answers: the client's thread, then ours --- */

static void land(Flight *flight)
{
    PmxNotifier *notifier = flight->notifier;
    g_mutex_lock(&notifier->lock);
    g_queue_push_tail(&notifier->answers, flight);
    g_cond_signal(&notifier->changed);
    g_mutex_unlock(&notifier->lock);
}

static void answered(const PmxClientAnswer *answer, gpointer data)
{
    Flight *flight = data;
    flight->problem = pmx_attempt_problem(answer);
    flight->hopeless = answer->failure == PMX_CLIENT_FORBIDDEN;
    flight->silent = answer->status == 0 && !flight->hopeless;
    land(flight);
}

static void settle_answers(PmxNotifier *notifier)
{
    Flight *flight;
    g_mutex_lock(&notifier->lock);
    while ((flight = g_queue_pop_head(&notifier->answers))) {
        if (flight->hopeless)
            pmx_retry_bury(flight->delivery, flight->problem, pmx_moment_now());
        else
            pmx_retry_settle(flight->delivery, flight->problem, &notifier->options,
                             pmx_moment_now(), g_random_double());
        g_ptr_array_add(notifier->settled, flight);
    }
    g_mutex_unlock(&notifier->lock);
}

static void count(PmxNotifier *notifier, const PmxDeliveryRecord *delivery)
{
    g_mutex_lock(&notifier->lock);
    notifier->counts.delivered += delivery->state == PMX_DELIVERY_DELIVERED;
    notifier->counts.failed += delivery->state != PMX_DELIVERY_DELIVERED;
    notifier->counts.dead += delivery->state == PMX_DELIVERY_DEAD;
    g_mutex_unlock(&notifier->lock);
}

static gboolean write_settled(PmxDb *db, gpointer data, GError **error)
{
    const PmxNotifier *notifier = data;
    for (guint i = 0; i < notifier->settled->len; i++) {
        const Flight *flight = notifier->settled->pdata[i];
        if (!pmx_outbox_update(db, flight->delivery, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean write_back(PmxNotifier *notifier, GError **error)
{
    settle_answers(notifier);
    if (notifier->settled->len == 0)
        return TRUE;
    if (!pmx_store_write(notifier->store, write_settled, notifier, error))
        return FALSE;
    for (guint i = 0; i < notifier->settled->len; i++) {
        const Flight *flight = notifier->settled->pdata[i];
        pmx_receivers_give(notifier->receivers, flight->delivery->target, !flight->silent);
        count(notifier, flight->delivery);
        g_hash_table_remove(notifier->flights, &flight->delivery->id);
    }
    g_ptr_array_set_size(notifier->settled, 0);
    return TRUE;
}

/* --- sending --- */

typedef struct {
    char **full; /* receivers to look past */
    guint limit;
    gint64 now;
    GPtrArray *due; /* of PmxDeliveryRecord * */
    gint64 next;    /* when more becomes due, 0: never */
    PmxCallbackRecord *callback;
} Look;

static void look_clear(Look *look)
{
    g_strfreev(look->full);
    g_clear_pointer(&look->due, g_ptr_array_unref);
    pmx_callback_record_free(look->callback);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Look, look_clear)

static gboolean read_due(PmxDb *db, gpointer data, GError **error)
{
    Look *look = data;
    GError *failure = NULL;
    look->due = pmx_outbox_due(db, look->now, (const char *const *)look->full, look->limit, error);
    if (!look->due || !pmx_outbox_next(db, look->now, &look->next, error))
        return FALSE;
    look->callback = pmx_callback_get(db, &failure);
    if (failure)
        g_propagate_error(error, failure);
    return !failure;
}

static void start(PmxNotifier *notifier, PmxDeliveryRecord *delivery, const char *auth_key)
{
    Flight *flight = g_new0(Flight, 1);
    flight->notifier = notifier;
    flight->delivery = delivery;
    g_hash_table_insert(notifier->flights, &delivery->id, flight);
    if (!pmx_attempt_start(notifier->client, delivery, &notifier->options, auth_key, answered,
                           flight, &flight->problem))
        land(flight);
}

/* How many of the deliveries found went out. */
static guint start_due(PmxNotifier *notifier, Look *look)
{
    guint started = 0;
    const char *auth_key = look->callback && look->callback->auth ? look->callback->auth_key : NULL;
    for (guint i = 0; i < look->due->len; i++) {
        PmxDeliveryRecord *delivery = look->due->pdata[i];
        if (g_hash_table_size(notifier->flights) >= notifier->options.at_once)
            break;
        if (g_hash_table_contains(notifier->flights, &delivery->id) ||
            !pmx_receivers_take(notifier->receivers, delivery->target))
            continue;
        start(notifier, delivery, auth_key);
        look->due->pdata[i] = NULL;
        started++;
    }
    return started;
}

/* Looks once. FALSE with `error`, or without one when there is no more to be found now; then `next`
 * is when to look again, 0: when something happens. */
static gboolean send_some(PmxNotifier *notifier, gint64 *next, GError **error)
{
    g_auto(Look) look = {.full = pmx_receivers_full(notifier->receivers),
                         .limit = notifier->options.at_once,
                         .now = pmx_moment_now()};
    gboolean past = look.full[0] != NULL;
    if (past && look.now < notifier->rested) {
        *next = *next ? MIN(*next, notifier->rested) : notifier->rested;
        return FALSE;
    }
    if (!pmx_store_read(notifier->store, read_due, &look, error))
        return FALSE;
    gint64 took = pmx_moment_now() - look.now;
    guint started = start_due(notifier, &look);
    *next = look.next;
    if (past && started == 0)
        notifier->rested = look.now + took + took * LOOK_REST;
    return started > 0;
}

static gboolean send_due(PmxNotifier *notifier, gint64 *next, GError **error)
{
    GError *failure = NULL;
    *next = 0;
    while (g_hash_table_size(notifier->flights) < notifier->options.at_once &&
           send_some(notifier, next, &failure))
        ;
    if (failure)
        g_propagate_error(error, failure);
    return !failure;
}

/* --- the thread --- */

/* The moment of the next round, 0: when something happens. */
static gint64 do_round(PmxNotifier *notifier)
{
    gint64 next = 0;
    g_autoptr(GError) error = NULL;
    if (!write_back(notifier, &error) || !send_due(notifier, &next, &error)) {
        next = pmx_moment_now() + STORE_PAUSE;
        if (!notifier->in_trouble)
            g_warning("no events are sent until the store answers: %s", error->message);
    }
    notifier->in_trouble = error != NULL;
    return next;
}

/* FALSE: it is over. */
static gboolean sleep_until(PmxNotifier *notifier, gint64 moment)
{
    gint64 pause = moment ? CLAMP(moment - pmx_moment_now(), 0, LONGEST_SLEEP) : LONGEST_SLEEP;
    gint64 end = g_get_monotonic_time() + pause * 1000;
    g_mutex_lock(&notifier->lock);
    while (!notifier->ended && !notifier->poked && g_queue_is_empty(&notifier->answers) &&
           g_cond_wait_until(&notifier->changed, &notifier->lock, end))
        ;
    notifier->poked = FALSE;
    gboolean go_on = !notifier->ended;
    g_mutex_unlock(&notifier->lock);
    return go_on;
}

/* What was answered by the end is written, so that it is not sent a second time. */
static gpointer run(gpointer data)
{
    PmxNotifier *notifier = data;
    const PmxNotifyOptions *options = &notifier->options;
    g_autoptr(GError) error = NULL;
    notifier->client = pmx_client_new_guarded(options->at_once, options->at_once_host,
                                              options->user_agent, options->guard);
    while (sleep_until(notifier, do_round(notifier)))
        ;
    g_clear_pointer(&notifier->client, pmx_client_free);
    if (!write_back(notifier, &error))
        g_warning("the last answers of receivers were not kept: %s", error->message);
    return NULL;
}

/* --- from outside --- */

static void copy_options(const PmxNotifyOptions *from, PmxNotifyOptions *to)
{
    *to = *from;
    to->at_once = MAX(from->at_once, 1);
    to->at_once_host = MAX(from->at_once_host, 1);
    to->mns_endpoint = g_strdup(from->mns_endpoint);
    to->mns_key_id = g_strdup(from->mns_key_id);
    to->mns_key_secret = g_strdup(from->mns_key_secret);
    to->user_agent = g_strdup(from->user_agent);
    to->guard = from->guard ? pmx_guard_ref(from->guard) : NULL;
}

static void clear_options(PmxNotifyOptions *options)
{
    g_free(options->mns_endpoint);
    g_free(options->mns_key_id);
    g_free(options->mns_key_secret);
    g_free(options->user_agent);
    pmx_guard_unref(options->guard);
}

PmxNotifier *pmx_notifier_new(PmxStore *store, const PmxNotifyOptions *options)
{
    PmxNotifier *notifier = g_new0(PmxNotifier, 1);
    notifier->store = store;
    copy_options(options, &notifier->options);
    notifier->receivers = pmx_receivers_new(options->at_once_host);
    notifier->flights = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, flight_free);
    notifier->settled = g_ptr_array_new();
    g_mutex_init(&notifier->lock);
    g_cond_init(&notifier->changed);
    g_queue_init(&notifier->answers);
    notifier->thread = g_thread_new("notify", run, notifier);
    return notifier;
}

void pmx_notifier_free(PmxNotifier *notifier)
{
    if (!notifier)
        return;
    g_mutex_lock(&notifier->lock);
    notifier->ended = TRUE;
    g_cond_signal(&notifier->changed);
    g_mutex_unlock(&notifier->lock);
    g_thread_join(notifier->thread);
    g_ptr_array_unref(notifier->settled);
    g_hash_table_unref(notifier->flights);
    pmx_receivers_free(notifier->receivers);
    clear_options(&notifier->options);
    g_mutex_clear(&notifier->lock);
    g_cond_clear(&notifier->changed);
    g_free(notifier);
}

void pmx_notifier_poke(PmxNotifier *notifier)
{
    g_mutex_lock(&notifier->lock);
    notifier->poked = TRUE;
    g_cond_signal(&notifier->changed);
    g_mutex_unlock(&notifier->lock);
}

PmxNotifyCounts pmx_notifier_counts(PmxNotifier *notifier)
{
    g_mutex_lock(&notifier->lock);
    PmxNotifyCounts counts = notifier->counts;
    g_mutex_unlock(&notifier->lock);
    return counts;
}
