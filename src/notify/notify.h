/* SPDX-License-Identifier: MIT */
/*
 * The notifier: brings what stands in the outbox to its receivers.
 *
 *     service: state change + event + delivery, one transaction ─► outbox ─► notifier ─► HTTP | MNS
 *
 * A delivery is tried until the receiver answers 2xx, at least once, in order within its job; a
 * receiver that is slow or gone delays no other job's. Attempts are spaced by back-off with jitter
 * until the time allowed is over; then the delivery is dead and waits for somebody to resend it. One
 * that the guard refuses is dead at once.
 *
 * One thread of its own, with net/client.h's; the functions are safe from any thread.
 */
#pragma once

#include "net/guard.h"
#include "store/store.h"

typedef struct PmxNotifier PmxNotifier;

typedef struct {
    guint timeout;       /* seconds an attempt may take */
    guint64 give_up;     /* seconds from its making until a delivery is dead */
    guint64 first_pause; /* milliseconds after the first failure; doubles up to an hour */
    guint at_once;       /* deliveries under way together, over all receivers */
    guint at_once_host;  /* to one receiver */
    char *mns_endpoint;  /* https://ACCOUNT.mns.REGION.aliyuncs.com, or NULL: no MNS */
    char *mns_key_id, *mns_key_secret;
    char *user_agent;
    PmxGuard *guard; /* where deliveries may go; NULL: anywhere */
} PmxNotifyOptions;

typedef struct {
    guint64 delivered, failed, dead; /* attempts since the start */
} PmxNotifyCounts;

/* `options` is copied. */
PmxNotifier *pmx_notifier_new(PmxStore *store, const PmxNotifyOptions *options);

/* Ends at once; what is under way is tried again after the next start. */
void pmx_notifier_free(PmxNotifier *notifier);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxNotifier, pmx_notifier_free)

/* The outbox has something new. */
void pmx_notifier_poke(PmxNotifier *notifier);
PmxNotifyCounts pmx_notifier_counts(PmxNotifier *notifier);

/* The envelope of an event, as both kinds of receiver get it: {"EventType", "UserId", "EventTime",
 * "MessageBody"}. `body` is borrowed. Caller frees. Pure. */
char *pmx_notify_envelope(const char *event, gint64 user, gint64 moment, const json_t *body);

/* X-ICE-SIGNATURE: lower-case hex MD5 of "URL|timestamp|key" (job API's callback signing). Caller
 * frees. Pure. */
char *pmx_notify_signature(const char *url, gint64 seconds, const char *key);
