/* SPDX-License-Identifier: MIT */
/* See retry.h. */
#include "storage/retry.h"

#include <string.h>

#include "base/http-date.h"

enum { MOST_OF_FEW = 4 }; /* attempts */
#define FIRST_PAUSE (G_TIME_SPAN_SECOND / 5)
#define LONGEST_PAUSE (10 * G_TIME_SPAN_SECOND)

/* --- whether --- */

static PmxAgain for_failure(PmxClientFailure failure)
{
    switch (failure) {
    case PMX_CLIENT_NO_CONNECTION:
    case PMX_CLIENT_TIMEOUT:
    case PMX_CLIENT_CUT_SHORT:
        return PMX_AGAIN_LONG;
    case PMX_CLIENT_TLS: /* the other side hung up, or is not to be trusted */
        return PMX_AGAIN_FEW;
    case PMX_CLIENT_FINE:
    case PMX_CLIENT_FORBIDDEN:
    case PMX_CLIENT_TOO_LONG:
    case PMX_CLIENT_CANCELLED:
    case PMX_CLIENT_OTHER:
    default:
        return PMX_AGAIN_NEVER;
    }
}

/* The words of S3 and OSS that say more than the status they come with. */
static const struct {
    const char *code;
    PmxAgain again;
} codes[] = {
    {"InternalError", PMX_AGAIN_LONG},      {"RequestTimeout", PMX_AGAIN_LONG},
    {"ServiceUnavailable", PMX_AGAIN_LONG}, {"SlowDown", PMX_AGAIN_LONG},
    {"BadDigest", PMX_AGAIN_FEW},           {"IncompleteBody", PMX_AGAIN_FEW},
    {"InvalidDigest", PMX_AGAIN_FEW},       {"RequestTimeTooSkewed", PMX_AGAIN_FEW},
};

static PmxAgain for_status(guint status)
{
    switch (status) {
    case 408: /* Request Timeout */
    case 429: /* Too Many Requests */
        return PMX_AGAIN_LONG;
    case 403: /* Forbidden */
        return PMX_AGAIN_ONCE;
    case 409: /* Conflict: another request is at it, or it may not be written at all */
        return PMX_AGAIN_FEW;
    case 501: /* Not Implemented */
    case 505: /* HTTP Version Not Supported */
        return PMX_AGAIN_NEVER;
    default:
        return status >= 500 ? PMX_AGAIN_LONG : PMX_AGAIN_NEVER;
    }
}

PmxAgain pmx_retry_helps(PmxClientFailure failure, guint status, const char *code)
{
    if (failure != PMX_CLIENT_FINE)
        return for_failure(failure);
    for (guint i = 0; code && i < G_N_ELEMENTS(codes); i++)
        if (strcmp(codes[i].code, code) == 0)
            return codes[i].again;
    return for_status(status);
}

/* --- when --- */

gint64 pmx_retry_pause(guint failures, double chance)
{
    gint64 pause = FIRST_PAUSE;
    for (guint i = 1; i < failures && pause < LONGEST_PAUSE; i++)
        pause *= 2;
    pause = MIN(pause, LONGEST_PAUSE);
    return pause - (gint64)(chance * (double)pause / 2);
}

gint64 pmx_retry_after(const char *value, gint64 moment)
{
    guint64 seconds;
    gint64 date;
    if (!value)
        return 0;
    if (g_ascii_string_to_unsigned(value, 10, 0, G_MAXUINT32, &seconds, NULL))
        return (gint64)seconds * G_TIME_SPAN_SECOND;
    if (pmx_http_date_parse(value, &date) && date > moment)
        return (date - moment) * G_TIME_SPAN_MILLISECOND;
    return 0;
}

static gboolean is_allowed(const PmxRetry *retry, PmxAgain again)
{
    static const guint most[] = {
        [PMX_AGAIN_NEVER] = 1, [PMX_AGAIN_ONCE] = 2, [PMX_AGAIN_FEW] = MOST_OF_FEW};
    return again == PMX_AGAIN_LONG || retry->failures < most[again];
}

gboolean pmx_retry_wait(PmxRetry *retry, PmxAgain again, const char *retry_after,
                        GCancellable *cancel)
{
    const PmxClock *clock = retry->clock;
    retry->failures++;
    if (!is_allowed(retry, again))
        return FALSE;
    gint64 pause = pmx_retry_pause(retry->failures, clock->chance(clock->data));
    gint64 asked = pmx_retry_after(retry_after, clock->moment(clock->data));
    pause = MAX(pause, asked);
    if (clock->ticks(clock->data) + pause >= retry->deadline)
        return FALSE;
    clock->wait(pause, cancel, clock->data);
    return !g_cancellable_is_cancelled(cancel);
}
