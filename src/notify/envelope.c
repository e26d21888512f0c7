/* SPDX-License-Identifier: MIT */
/* The envelope of an event: see notify.h. */
#include <stdlib.h>

#include "notify/notify.h"

/* jansson's strings are malloc's, and the caller frees with g_free(). */
static char *take_text(char *text)
{
    char *copy = g_strdup(text);
    free(text);
    return copy;
}

char *pmx_notify_envelope(const char *event, gint64 user, gint64 moment, const json_t *body)
{
    g_autofree char *time = pmx_moment_text(moment);
    json_t *envelope = json_pack("{s:s, s:I, s:s, s:O}", "EventType", event, "UserId",
                                 (json_int_t)user, "EventTime", time, "MessageBody", body);
    char *text = take_text(json_dumps(envelope, JSON_COMPACT));
    json_decref(envelope);
    return text;
}
