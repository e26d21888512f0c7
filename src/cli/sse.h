/* SPDX-License-Identifier: MIT */
/*
 * Server-Sent Events (HTML standard, 9.2), read from bytes as they come, in whatever pieces.
 *
 * Pure. A reader belongs to one thread.
 */
#pragma once

#include <glib.h>

typedef struct PmxSse PmxSse;

/* `id`: of this event or of the last one that had one, "" before; `type`: "message" where the event
 * has none. Borrowed for the call. */
typedef void (*PmxSseEvent)(const char *id, const char *type, const char *text, gpointer data);

PmxSse *pmx_sse_new(PmxSseEvent event, gpointer data);
void pmx_sse_free(PmxSse *sse);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxSse, pmx_sse_free)

/* FALSE when an event is larger than 16 MiB: what comes is no such stream. */
gboolean pmx_sse_feed(PmxSse *sse, const char *bytes, gsize length);
