/* SPDX-License-Identifier: MIT */
/* A request that is done by a client and waited for: see client.h. */
#include "net/waits.h"

typedef struct {
    PmxClient *client;
    guint64 id;
    GMutex lock;
    GCond landed;
    PmxClientReply *reply; /* under the lock */
} Wait;

/* In the client's thread. */
static void land(PmxClientReply *reply, gpointer data)
{
    Wait *wait = data;
    g_mutex_lock(&wait->lock);
    wait->reply = reply;
    g_cond_signal(&wait->landed);
    g_mutex_unlock(&wait->lock);
}

static void give_up(GCancellable *cancel, gpointer data)
{
    (void)cancel;
    const Wait *wait = data;
    pmx_client_cancel(wait->client, wait->id);
}

static void wait_for_reply(Wait *wait)
{
    g_mutex_lock(&wait->lock);
    while (!wait->reply)
        g_cond_wait(&wait->landed, &wait->lock);
    g_mutex_unlock(&wait->lock);
}

PmxClientReply *pmx_client_perform(PmxClient *client, const PmxClientRequest *request,
                                   GCancellable *cancel)
{
    Wait wait = {.client = client};
    g_mutex_init(&wait.lock);
    g_cond_init(&wait.landed);
    wait.id = pmx_client_enter(client, request, land, &wait);
    gulong handler = cancel ? g_cancellable_connect(cancel, G_CALLBACK(give_up), &wait, NULL) : 0;
    wait_for_reply(&wait);
    g_cancellable_disconnect(cancel, handler);
    pmx_client_leave(client);
    g_mutex_clear(&wait.lock);
    g_cond_clear(&wait.landed);
    return wait.reply;
}
