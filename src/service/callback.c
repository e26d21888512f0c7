/* SPDX-License-Identifier: MIT */
/* Who is told of events, and the messages themselves. See service.h. */
#include <string.h>

#include "base/suggest.h"
#include "net/url.h"
#include "service/private.h"

enum { URL_BYTES = 256, KEY_BYTES = 32, QUEUE_BYTES = 256 };

static const char *const event_names[] = {"MediaConvertComplete", "MediaConvertOutputGroupComplete",
                                          "MediaConvertOutputComplete", NULL};

/* --- checks: the job API's rules for SetEventCallback --- */

static void check_url(const PmxService *service, const char *url, PmxProblems *problems)
{
    g_autoptr(GUri) uri = url ? g_uri_parse(url, G_URI_FLAGS_NONE, NULL) : NULL;
    const char *scheme = uri ? g_uri_get_scheme(uri) : "";
    if (!url || !*url)
        pmx_problems_add(problems, PMX_CODE_MISSING_PARAMETER, "CallbackURL",
                         "is required with CallbackType HTTP");
    else if (strlen(url) > URL_BYTES)
        pmx_problems_add(problems, PMX_CODE_OUT_OF_RANGE, "CallbackURL",
                         "must be at most %d bytes long, not %zu", URL_BYTES, strlen(url));
    else if (!uri || !g_uri_get_host(uri) || !*g_uri_get_host(uri) ||
             (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0))
        pmx_problems_add(problems, PMX_CODE_INVALID, "CallbackURL",
                         "must be an http:// or https:// address");
    else
        pmx_service_check_receiver(service, url, "CallbackURL", problems);
}

gboolean pmx_service_check_receiver(const PmxService *service, const char *url, const char *path,
                                    PmxProblems *problems)
{
    g_autofree char *refusal = pmx_url_refusal(url, service->options.notify.guard);
    if (refusal)
        pmx_problems_add(problems, PMX_CODE_ACCESS_DENIED, path, "%s", refusal);
    return !refusal;
}

static void check_queue(PmxService *service, const char *queue, PmxProblems *problems)
{
    if (!queue || !*queue)
        pmx_problems_add(problems, PMX_CODE_MISSING_PARAMETER, "CallbackQueueName",
                         "is required with CallbackType MNS");
    else if (!g_str_has_prefix(queue, "ice-callback-") || strlen(queue) > QUEUE_BYTES)
        pmx_problems_add(problems, PMX_CODE_INVALID, "CallbackQueueName",
                         "must begin with ice-callback- and be at most %d bytes long", QUEUE_BYTES);
    if (!service->options.notify.mns_endpoint)
        pmx_problems_add(problems, PMX_CODE_NOT_SUPPORTED, "CallbackType",
                         "MNS needs an endpoint: set it in the configuration, [mns] endpoint");
}

static const char *event_at(gconstpointer unused, guint i)
{
    (void)unused;
    return i < G_N_ELEMENTS(event_names) ? event_names[i] : NULL;
}

static gboolean is_word(const char *name)
{
    gboolean word = *name != '\0';
    for (; word && *name; name++)
        word = g_ascii_isalnum(*name);
    return word;
}

/* Programs name events of the cloud's other services too, which never happen here; but a name that
 * is nearly one of ours is a mistake. */
static void check_events(const char *events, PmxProblems *problems)
{
    g_auto(GStrv) names = g_strsplit(events ? events : "", ",", -1);
    for (guint i = 0; names[i]; i++) {
        const char *name = g_strstrip(names[i]);
        const char *near = pmx_suggest(name, event_at, NULL);
        if (g_strv_contains(event_names, name) || (is_word(name) && !near))
            continue;
        pmx_problems_add(problems, PMX_CODE_INVALID, "EventTypeList",
                         "\"%s\" is not the name of an event%s%s%s", name,
                         near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    }
}

static void check_key(const char *key, PmxProblems *problems)
{
    gboolean upper = FALSE, lower = FALSE, digit = FALSE, other = FALSE;
    for (const char *at = key ? key : ""; *at; at++) {
        upper |= g_ascii_isupper(*at);
        lower |= g_ascii_islower(*at);
        digit |= g_ascii_isdigit(*at);
        other |= !g_ascii_isalnum(*at);
    }
    if (!upper || !lower || !digit || other || strlen(key) > KEY_BYTES)
        pmx_problems_add(problems, PMX_CODE_INVALID, "AuthKey",
                         "must be at most %d letters and digits, with at least one upper-case "
                         "letter, one lower-case letter and one digit",
                         KEY_BYTES);
}

static gboolean set(PmxDb *db, gpointer callback, GError **error)
{
    return pmx_callback_set(db, callback, error);
}

gboolean pmx_service_set_callback(PmxService *service, const PmxCallbackRecord *callback,
                                  PmxProblems *problems)
{
    guint before = pmx_problems_count(problems);
    const char *type = callback->type ? callback->type : "";
    PmxCallbackRecord row = *callback;
    if (g_ascii_strcasecmp(type, "MNS") == 0)
        check_queue(service, callback->queue, problems);
    else if (g_ascii_strcasecmp(type, "HTTP") == 0)
        check_url(service, callback->url, problems);
    else
        pmx_problems_add(problems, *type ? PMX_CODE_INVALID : PMX_CODE_MISSING_PARAMETER,
                         "CallbackType", "must be HTTP or MNS");
    if (callback->events && *callback->events)
        check_events(callback->events, problems);
    if (callback->auth)
        check_key(callback->auth_key, problems);
    if (pmx_problems_count(problems) > before)
        return FALSE;
    g_autofree char *upper = g_ascii_strup(type, -1);
    row.type = upper;
    return pmx_service_write(service, set, &row, problems);
}

static gboolean get(PmxDb *db, gpointer data, GError **error)
{
    PmxCallbackRecord **callback = data;
    GError *failure = NULL;
    *callback = pmx_callback_get(db, &failure);
    return pmx_error_none(failure, error);
}

PmxCallbackRecord *pmx_service_callback(PmxService *service, PmxProblems *problems)
{
    PmxCallbackRecord *callback = NULL;
    if (!pmx_service_read(service, get, &callback, problems))
        return NULL;
    return callback ? callback : g_new0(PmxCallbackRecord, 1);
}

/* --- deliveries --- */

typedef struct {
    const char *state;
    gint64 after;
    guint limit;
    GPtrArray *rows;
} Listing;

static gboolean list(PmxDb *db, gpointer data, GError **error)
{
    Listing *listing = data;
    listing->rows = pmx_outbox_list(db, listing->state, listing->after, listing->limit, error);
    return listing->rows != NULL;
}

GPtrArray *pmx_service_deliveries(PmxService *service, const char *state, gint64 after, guint limit,
                                  PmxProblems *problems)
{
    Listing listing = {state, after, limit, NULL};
    pmx_service_read(service, list, &listing, problems);
    return listing.rows;
}

typedef struct {
    gint64 id;
    PmxDeliveryRecord *row;
} Resend;

/* Its time begins anew. */
static gboolean resend(PmxDb *db, gpointer data, GError **error)
{
    Resend *wanted = data;
    GError *failure = NULL;
    wanted->row = pmx_outbox_get(db, wanted->id, &failure);
    PmxDeliveryRecord *row = wanted->row;
    if (!row)
        return pmx_error_none(failure, error);
    if (row->state != PMX_DELIVERY_DEAD) {
        g_set_error(error, PMX_ERROR, PMX_CODE_INVALID,
                    "the delivery %" G_GINT64_FORMAT " is %s; only a dead one can be sent again",
                    row->id, pmx_delivery_state_names[row->state]);
        return FALSE;
    }
    row->state = PMX_DELIVERY_WAITING;
    row->attempts = 0;
    row->settled = 0;
    row->created = row->due = pmx_moment_now();
    return pmx_outbox_update(db, row, error);
}

PmxDeliveryRecord *pmx_service_resend(PmxService *service, gint64 id, PmxProblems *problems)
{
    Resend wanted = {id, NULL};
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, id);
    if (!pmx_service_write(service, resend, &wanted, problems)) {
        pmx_delivery_record_free(wanted.row);
        return NULL;
    }
    if (wanted.row)
        pmx_notifier_poke(service->notifier);
    else
        pmx_service_missing(problems, "delivery", text);
    return wanted.row;
}
