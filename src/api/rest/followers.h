/* SPDX-License-Identifier: MIT */
/*
 * Followers: peers that read a job's events as they happen, one stream each.
 *
 *     handler ─► pmx_followers_add(): stream, watch, list
 *     service's threads ─► event ─► push to the stream ─┐
 *     server's threads ─► gone ─────────────────────────┤ "over": a flag, and the reaper is woken
 *     main context: heartbeat to all of them ───────────┘
 *     main context: reaper ─► pmx_watch_free(), pmx_http_stream_close(), free
 *
 * A follower ends when its job has (after `event: end`), when the peer is gone, or when the peer
 * reads so slowly that too much waits for it. Whoever sees that only sets the flag: neither `event`
 * may free its watch nor `gone` close its stream, and both may run at the same time. The reaper, a
 * source of the default main context, is the one place that frees; it holds no lock then. A
 * follower comes onto the list when it is complete, so the reaper never sees half of one.
 *
 * One timer beats for all followers. Locks: the list's, under which streams are pushed to; nothing
 * that a stream or a watch calls takes it.
 */
#pragma once

#include "api/http.h"
#include "service/service.h"

typedef struct PmxFollowers PmxFollowers;

/* In the thread that runs the default main context, as stop and free. */
PmxFollowers *pmx_followers_new(guint heartbeat_seconds);

/* Ends them all; from now on none is taken. */
void pmx_followers_stop(PmxFollowers *followers);
void pmx_followers_free(PmxFollowers *followers);

/* Answers the exchange with the job's events after `after`. FALSE, with nothing answered, when
 * stopped. The job must have been there a moment ago. From the exchange's handler. */
gboolean pmx_followers_add(PmxFollowers *followers, PmxService *service, PmxExchange *exchange,
                           const char *job, gint64 after);
guint pmx_followers_count(PmxFollowers *followers);

/* An event as Server-Sent Events (HTML standard, 9.2) write it; caller frees. Pure.
 *     id: SEQ            not for progress, which is not kept
 *     event: TYPE        end for an event without a type
 *     data: BODY         with "at", when it happened
 */
char *pmx_event_text(const PmxEventRecord *event);
