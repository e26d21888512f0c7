/* SPDX-License-Identifier: MIT */
/* See client.h. One thread performs every transfer; others only add to `incoming`. */
#include "net/client.h"

#include "net/lanes.h"
#include "net/transfer.h"
#include "net/waits.h"

struct PmxClient {
    char *user_agent; /* fixed, as is the guard */
    PmxGuard *guard;  /* of the client, because connections are used again; or NULL */
    GThread *thread;
    CURLM *multi; /* the thread's, but for curl_multi_wakeup() */

    /* the thread's */
    PmxLanes *lanes;
    GHashTable *transfers; /* id → PmxTransfer: those in the lanes and those under way */
    GArray *dropped;       /* ids: `given_up` as it was taken */

    GMutex lock;
    GCond left;
    GQueue incoming;  /* under the lock, as all below */
    GArray *given_up; /* ids */
    guint64 last_id;
    guint waiting; /* those who wait in pmx_client_perform() */
    gboolean ended;
};

/* --- the thread --- */

/* A borrowed view of the reply, for those who do not keep it. */
static void tell(const PmxTransfer *transfer, const PmxClientReply *reply)
{
    PmxClientAnswer answer = {.status = reply->status,
                              .headers = reply->headers,
                              .failure = reply->failure,
                              .problem = reply->problem};
    const char *body = g_bytes_get_data(reply->body, &answer.length);
    answer.body = body ? body : "";
    transfer->done(&answer, transfer->data);
}

/* Whoever waits is told and gone before the transfer is. */
static void finish(PmxClient *client, PmxTransfer *transfer, PmxClientReply *reply)
{
    if (transfer->running) {
        curl_multi_remove_handle(client->multi, transfer->easy);
        pmx_lanes_done(client->lanes, transfer->host);
    } else {
        pmx_lanes_remove(client->lanes, transfer->host, transfer);
    }
    if (transfer->take) {
        transfer->take(reply, transfer->data);
    } else {
        tell(transfer, reply);
        pmx_client_reply_free(reply);
    }
    g_hash_table_remove(client->transfers, &transfer->id);
}

static void finish_those_done(PmxClient *client)
{
    const CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(client->multi, &left))) {
        char *private = NULL;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
        PmxTransfer *transfer = (PmxTransfer *)(gpointer) private;
        finish(client, transfer, pmx_transfer_reply(transfer, code));
    }
}

static void begin_those_in_turn(PmxClient *client)
{
    PmxTransfer *transfer;
    while ((transfer = pmx_lanes_next(client->lanes))) {
        transfer->running = TRUE;
        curl_multi_add_handle(client->multi, transfer->easy);
    }
}

static void drop_those_given_up(PmxClient *client)
{
    for (guint i = 0; i < client->dropped->len; i++) {
        guint64 id = g_array_index(client->dropped, guint64, i);
        PmxTransfer *transfer = g_hash_table_lookup(client->transfers, &id);
        if (transfer)
            finish(client, transfer,
                   pmx_transfer_no_reply(PMX_CLIENT_CANCELLED, "the request was cancelled"));
    }
    g_array_set_size(client->dropped, 0);
}

/* FALSE: the client has ended. */
static gboolean take_incoming(PmxClient *client)
{
    g_mutex_lock(&client->lock);
    gboolean ended = client->ended;
    PmxTransfer *transfer;
    while ((transfer = g_queue_pop_head(&client->incoming))) {
        g_hash_table_insert(client->transfers, &transfer->id, transfer);
        pmx_lanes_add(client->lanes, transfer->host, transfer);
    }
    GArray *given_up = client->given_up;
    client->given_up = client->dropped;
    client->dropped = given_up;
    g_mutex_unlock(&client->lock);
    drop_those_given_up(client);
    return !ended;
}

/* Handles just added make the poll return at once. */
static gpointer drive(gpointer data)
{
    PmxClient *client = data;
    int running;
    while (take_incoming(client)) {
        begin_those_in_turn(client);
        curl_multi_perform(client->multi, &running);
        finish_those_done(client);
        begin_those_in_turn(client);
        curl_multi_poll(client->multi, NULL, 0, 60000, NULL);
    }
    return NULL;
}

/* --- from outside --- */

static void free_transfer(gpointer transfer)
{
    pmx_transfer_free(transfer);
}

PmxClient *pmx_client_new_guarded(guint at_once, guint at_once_host, const char *user_agent,
                                  PmxGuard *guard)
{
    PmxClient *client = g_new0(PmxClient, 1);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(client->multi = curl_multi_init()))
        g_error("libcurl does not start");
    curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)MAX(at_once, 1));
    client->user_agent = g_strdup(user_agent);
    client->guard = guard ? pmx_guard_ref(guard) : NULL;
    client->lanes = pmx_lanes_new(at_once, at_once_host);
    client->transfers = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free_transfer);
    client->dropped = g_array_new(FALSE, FALSE, sizeof(guint64));
    client->given_up = g_array_new(FALSE, FALSE, sizeof(guint64));
    g_mutex_init(&client->lock);
    g_cond_init(&client->left);
    g_queue_init(&client->incoming);
    client->thread = g_thread_new("net", drive, client);
    return client;
}

PmxClient *pmx_client_new(guint at_once, guint at_once_host, const char *user_agent)
{
    return pmx_client_new_guarded(at_once, at_once_host, user_agent, NULL);
}

static void abandon(gpointer data)
{
    PmxTransfer *transfer = data;
    if (transfer->take)
        transfer->take(pmx_transfer_no_reply(PMX_CLIENT_CANCELLED, "the client has ended"),
                       transfer->data);
    pmx_transfer_free(transfer);
}

static gboolean abandon_known(gpointer id, gpointer data, gpointer client)
{
    (void)id;
    PmxTransfer *transfer = data;
    if (transfer->running)
        curl_multi_remove_handle(((PmxClient *)client)->multi, transfer->easy);
    abandon(transfer);
    return TRUE;
}

static void end(PmxClient *client)
{
    g_mutex_lock(&client->lock);
    client->ended = TRUE;
    g_mutex_unlock(&client->lock);
    curl_multi_wakeup(client->multi);
    g_thread_join(client->thread);
    g_hash_table_foreach_steal(client->transfers, abandon_known, client);
    g_queue_clear_full(&client->incoming, abandon);
    g_mutex_lock(&client->lock);
    while (client->waiting > 0)
        g_cond_wait(&client->left, &client->lock);
    g_mutex_unlock(&client->lock);
}

void pmx_client_free(PmxClient *client)
{
    if (!client)
        return;
    end(client);
    pmx_lanes_free(client->lanes, NULL);
    g_hash_table_unref(client->transfers);
    g_array_unref(client->dropped);
    g_array_unref(client->given_up);
    curl_multi_cleanup(client->multi);
    curl_global_cleanup();
    g_mutex_clear(&client->lock);
    g_cond_clear(&client->left);
    pmx_guard_unref(client->guard);
    g_free(client->user_agent);
    g_free(client);
}

/* Under the lock. */
static guint64 push(PmxClient *client, PmxTransfer *transfer)
{
    transfer->id = ++client->last_id;
    g_queue_push_tail(&client->incoming, transfer);
    return transfer->id;
}

void pmx_client_start(PmxClient *client, const PmxClientRequest *request, PmxClientDone done,
                      gpointer data)
{
    PmxTransfer *transfer = pmx_transfer_new(request, client->user_agent, client->guard);
    transfer->done = done;
    transfer->data = data;
    g_mutex_lock(&client->lock);
    push(client, transfer);
    g_mutex_unlock(&client->lock);
    curl_multi_wakeup(client->multi);
}

/* --- for those who wait --- */

guint64 pmx_client_enter(PmxClient *client, const PmxClientRequest *request, PmxReplyDone take,
                         gpointer data)
{
    PmxTransfer *transfer = pmx_transfer_new(request, client->user_agent, client->guard);
    transfer->take = take;
    transfer->data = data;
    g_mutex_lock(&client->lock);
    client->waiting++;
    gboolean ended = client->ended;
    guint64 id = ended ? 0 : push(client, transfer);
    g_mutex_unlock(&client->lock);
    if (ended)
        abandon(transfer);
    else
        curl_multi_wakeup(client->multi);
    return id;
}

void pmx_client_leave(PmxClient *client)
{
    g_mutex_lock(&client->lock);
    client->waiting--;
    g_cond_signal(&client->left);
    g_mutex_unlock(&client->lock);
}

void pmx_client_cancel(PmxClient *client, guint64 id)
{
    g_mutex_lock(&client->lock);
    g_array_append_val(client->given_up, id);
    g_mutex_unlock(&client->lock);
    curl_multi_wakeup(client->multi);
}
