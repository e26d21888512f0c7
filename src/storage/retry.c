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

/* Of time that has passed; attempts that failed count, but for the first of them. */
static void spend(const PmxRetry *retry, gint64 from)
{
    pmx_allowance_spend(retry->allowance, from, retry->clock->ticks(retry->clock->data));
}

/* When there is to be no other attempt any more. */
static gint64 end_of(const PmxRetry *retry, gint64 now)
{
    gint64 end = now + pmx_allowance_request(retry->allowance);
    return retry->deadline ? MIN(end, retry->deadline) : end;
}

/* Whether there is time for a pause and what follows it. */
static gboolean has_time(PmxRetry *retry, gint64 now, gint64 pause)
{
    if (now + pause >= retry->until)
        return FALSE;
    retry->over = pause >= pmx_allowance_left(retry->allowance);
    return !retry->over;
}

static void tell(const PmxRetry *retry, gint64 now)
{
    gint64 left = MIN(retry->until - now, pmx_allowance_left(retry->allowance));
    if (retry->host && retry->why)
        pmx_allowance_tell(retry->allowance, retry->host, retry->why, left);
}

gboolean pmx_retry_wait(PmxRetry *retry, PmxAgain again, const char *retry_after,
                        GCancellable *cancel)
{
    const PmxClock *clock = retry->clock;
    gint64 now = clock->ticks(clock->data);
    if (retry->begun)
        spend(retry, retry->begun);
    if (!retry->until)
        retry->until = end_of(retry, now);
    retry->failures++;
    if (!is_allowed(retry, again))
        return FALSE;
    gint64 pause = pmx_retry_pause(retry->failures, clock->chance(clock->data));
    gint64 asked = pmx_retry_after(retry_after, clock->moment(clock->data));
    pause = MAX(pause, asked);
    if (!has_time(retry, now, pause))
        return FALSE;
    if (again == PMX_AGAIN_LONG)
        tell(retry, now);
    clock->wait(pause, cancel, clock->data);
    spend(retry, now);
    retry->begun = clock->ticks(clock->data);
    return !g_cancellable_is_cancelled(cancel);
}

void pmx_retry_renew(PmxRetry *retry)
{
    retry->failures = 0;
    retry->until = 0;
}

/* --- in words --- */

static char *span(gint64 microseconds)
{
    gint64 seconds = microseconds / G_TIME_SPAN_SECOND;
    if (microseconds % G_TIME_SPAN_SECOND)
        return g_strdup_printf("%" G_GINT64_FORMAT " ms", microseconds / G_TIME_SPAN_MILLISECOND);
    return seconds % 60 ? g_strdup_printf("%" G_GINT64_FORMAT " s", seconds)
                        : g_strdup_printf("%" G_GINT64_FORMAT " min", seconds / 60);
}

char *pmx_retry_told(const PmxRetry *retry)
{
    GString *text = g_string_new(NULL);
    if (retry->failures > 1)
        g_string_append_printf(text, "; tried %u times", retry->failures);
    g_autofree char *whole = retry->over ? span(pmx_allowance_whole(retry->allowance)) : NULL;
    if (whole)
        g_string_append_printf(
            text,
            "; the %s that the whole job may wait for storages (storage-deadline "
            "in the group [jobs]) are over",
            whole);
    return g_string_free(text, FALSE);
}
