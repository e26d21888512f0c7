/* SPDX-License-Identifier: MIT */
/* See client.h. One thread performs every exchange; others only add to `incoming`. */
#include "net/client.h"

#include "net/exchange.h"
#include "net/lanes.h"

struct PmxClient {
    char *user_agent; /* fixed */
    GThread *thread;
    CURLM *multi; /* the thread's, but for curl_multi_wakeup() */

    /* the thread's */
    PmxLanes *lanes;
    GHashTable *active; /* of PmxExchange */

    GMutex lock;
    GQueue incoming; /* under the lock, as is `ended` */
    gboolean ended;
};

static void free_exchange(gpointer exchange)
{
    pmx_exchange_free(exchange);
}

/* --- the thread --- */

static void finish(PmxClient *client, PmxExchange *exchange, CURLcode code)
{
    g_autofree char *problem = pmx_exchange_problem(exchange, code);
    PmxClientAnswer answer = {.status = pmx_exchange_status(exchange),
                              .body = exchange->body->str,
                              .length = exchange->body->len,
                              .problem = problem};
    curl_multi_remove_handle(client->multi, exchange->easy);
    exchange->done(&answer, exchange->data);
    pmx_lanes_done(client->lanes, exchange->host);
    g_hash_table_remove(client->active, exchange);
}

static void finish_those_done(PmxClient *client)
{
    const CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(client->multi, &left))) {
        char *exchange = NULL;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
        finish(client, (PmxExchange *)(gpointer)exchange, code);
    }
}

static void begin_those_in_turn(PmxClient *client)
{
    PmxExchange *exchange;
    while ((exchange = pmx_lanes_next(client->lanes))) {
        g_hash_table_add(client->active, exchange);
        curl_multi_add_handle(client->multi, exchange->easy);
    }
}

/* FALSE: the client has ended. */
static gboolean take_incoming(PmxClient *client)
{
    g_mutex_lock(&client->lock);
    gboolean ended = client->ended;
    PmxExchange *exchange;
    while ((exchange = g_queue_pop_head(&client->incoming)))
        pmx_lanes_add(client->lanes, exchange->host, exchange);
    g_mutex_unlock(&client->lock);
    return !ended;
}

static void abandon_active(PmxClient *client)
{
    GHashTableIter iter;
    gpointer exchange;
    g_hash_table_iter_init(&iter, client->active);
    while (g_hash_table_iter_next(&iter, &exchange, NULL))
        curl_multi_remove_handle(client->multi, ((PmxExchange *)exchange)->easy);
    g_hash_table_remove_all(client->active);
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
    abandon_active(client);
    return NULL;
}

/* --- from outside --- */

PmxClient *pmx_client_new(guint at_once, guint at_once_host, const char *user_agent)
{
    PmxClient *client = g_new0(PmxClient, 1);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(client->multi = curl_multi_init()))
        g_error("libcurl does not start");
    curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)MAX(at_once, 1));
    client->user_agent = g_strdup(user_agent);
    client->lanes = pmx_lanes_new(at_once, at_once_host);
    client->active = g_hash_table_new_full(NULL, NULL, free_exchange, NULL);
    g_mutex_init(&client->lock);
    g_queue_init(&client->incoming);
    client->thread = g_thread_new("net", drive, client);
    return client;
}

void pmx_client_free(PmxClient *client)
{
    if (!client)
        return;
    g_mutex_lock(&client->lock);
    client->ended = TRUE;
    g_mutex_unlock(&client->lock);
    curl_multi_wakeup(client->multi);
    g_thread_join(client->thread);
    g_queue_clear_full(&client->incoming, free_exchange);
    pmx_lanes_free(client->lanes, free_exchange);
    g_hash_table_unref(client->active);
    curl_multi_cleanup(client->multi);
    curl_global_cleanup();
    g_mutex_clear(&client->lock);
    g_free(client->user_agent);
    g_free(client);
}

void pmx_client_start(PmxClient *client, const PmxClientRequest *request, PmxClientDone done,
                      gpointer data)
{
    PmxExchange *exchange = pmx_exchange_new(request, client->user_agent);
    exchange->done = done;
    exchange->data = data;
    g_mutex_lock(&client->lock);
    g_queue_push_tail(&client->incoming, exchange);
    g_mutex_unlock(&client->lock);
    curl_multi_wakeup(client->multi);
}
