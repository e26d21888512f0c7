/* SPDX-License-Identifier: MIT */
/* A change of a job: its rows, the events that tell of it and their deliveries. See private.h. */
#include <string.h>

#include "service/private.h"

gboolean pmx_job_is_over(int state)
{
    return state == PMX_JOB_COMPLETE || state == PMX_JOB_ERROR || state == PMX_JOB_CANCELLED;
}

gboolean pmx_part_is_over(int state)
{
    return state == PMX_PART_SUCCESS || state == PMX_PART_FAILED || state == PMX_PART_SKIPPED;
}

/* --- who is told --- */

/* Where a job's messages go. */
typedef struct {
    const char *type, *target; /* NULL: nowhere */
    const char *events;        /* comma separated */
    PmxCallbackRecord *callback;
    char *own;
} Receiver;

static void receiver_clear(Receiver *receiver)
{
    pmx_callback_record_free(receiver->callback);
    g_free(receiver->own);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Receiver, receiver_clear)

static const char callback_default[] = "MediaConvertComplete";

char *pmx_service_notify_address(const char *user_data)
{
    json_t *json = user_data ? json_loads(user_data, 0, NULL) : NULL;
    const char *text = json_string_value(json_object_get(json, "NotifyAddress"));
    char *address = text && *text ? g_strdup(text) : NULL;
    json_decref(json);
    return address;
}

/* NotifyAddress inside UserData goes before the account's callback. */
static gboolean own_receiver(Receiver *receiver, const PmxJobRecord *job)
{
    receiver->own = pmx_service_notify_address(job->user_data);
    if (!receiver->own)
        return FALSE;
    receiver->type = g_str_has_prefix(receiver->own, "ice-callback-") ? "MNS" : "HTTP";
    receiver->target = receiver->own;
    return TRUE;
}

static gboolean find_receiver(PmxDb *db, const PmxJobRecord *job, Receiver *receiver,
                              GError **error)
{
    g_autoptr(GError) failure = NULL;
    receiver->callback = pmx_callback_get(db, &failure);
    if (failure) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    const PmxCallbackRecord *callback = receiver->callback;
    if (!own_receiver(receiver, job) && callback && callback->type) {
        receiver->type = callback->type;
        receiver->target = strcmp(callback->type, "MNS") == 0 ? callback->queue : callback->url;
    }
    receiver->events =
        callback && callback->events && *callback->events ? callback->events : callback_default;
    return TRUE;
}

static gboolean wants(const Receiver *receiver, const char *event)
{
    if (!receiver->target || !*receiver->target)
        return FALSE;
    g_auto(GStrv) names = g_strsplit(receiver->events, ",", -1);
    for (guint i = 0; names[i]; i++)
        if (strcmp(g_strstrip(names[i]), event) == 0)
            return TRUE;
    return FALSE;
}

/* --- messages --- */

/* The job API's words for how a job ended. */
static const char *job_status(const PmxJobRecord *job)
{
    return job->state == PMX_JOB_COMPLETE ? "Success"
           : job->state == PMX_JOB_ERROR  ? "Failed"
                                          : "Cancelled";
}

static void set_text(json_t *json, const char *key, const char *text)
{
    if (text)
        json_object_set_new(json, key, json_string(text));
}

static json_t *common_body(const PmxJobRecord *job, const char *status, gint64 finished)
{
    g_autofree char *time = pmx_moment_text(finished);
    json_t *body =
        json_pack("{s:s, s:s, s:s, s:s}", "JobId", job->id, "Status", status, "TriggerSource",
                  job->trigger ? job->trigger : "API", "FinishTime", time);
    set_text(body, "UserData", job->user_data);
    return body;
}

static json_t *job_body(const PmxJobRecord *job)
{
    json_t *body = common_body(job, job_status(job), job->finished);
    json_object_set_new(body, "Name", json_string(job->name ? job->name : ""));
    set_text(body, "Code", job->code);
    set_text(body, "Message", job->message);
    return body;
}

static json_t *part_body(const PmxJobRecord *job, const PmxPartRecord *part)
{
    json_t *body = common_body(job, pmx_part_state_names[part->state], part->finished);
    json_object_set_new(body, "Name", json_string(part->name ? part->name : ""));
    json_object_set_new(body, "TaskId", json_string(part->id));
    if (part->address)
        json_object_set_new(body, "OutputFile",
                            json_pack("{s:s, s:s}", "Type", "OSS", "Media", part->address));
    set_text(body, "Code", part->code);
    set_text(body, "Message", part->message);
    return body;
}

/* Takes `body`. */
static gboolean deliver(PmxDb *db, PmxChange *change, const Receiver *receiver, const char *event,
                        json_t *body, gint64 user, GError **error)
{
    gint64 now = pmx_moment_now();
    gboolean ok = TRUE;
    if (wants(receiver, event)) {
        PmxDeliveryRecord row = {.job = change->job->id,
                                 .event = (char *)event,
                                 .type = (char *)receiver->type,
                                 .target = (char *)receiver->target,
                                 .created = now,
                                 .due = now};
        row.body = pmx_notify_envelope(event, user, now, body);
        ok = pmx_outbox_add(db, &row, error);
        change->deliveries = TRUE;
        g_free(row.body);
    }
    json_decref(body);
    return ok;
}

/* --- events --- */

static json_t *part_event(const PmxPartRecord *part)
{
    json_t *body =
        json_pack("{s:s, s:s, s:I}", "id", part->id, "state", pmx_part_state_names[part->state],
                  "percent", (json_int_t)part->percent);
    set_text(body, "name", part->name);
    set_text(body, "address", part->address);
    set_text(body, "code", part->code);
    set_text(body, "message", part->message);
    return body;
}

static json_t *job_event(const PmxJobRecord *job)
{
    json_t *body = json_pack("{s:s, s:s, s:I}", "id", job->id, "state",
                             pmx_job_state_names[job->state], "percent", (json_int_t)job->percent);
    set_text(body, "code", job->code);
    set_text(body, "message", job->message);
    return body;
}

/* Takes `body`. */
static gboolean add_event(PmxDb *db, PmxChange *change, const char *type, json_t *body,
                          GError **error)
{
    PmxEventRecord *event = g_new0(PmxEventRecord, 1);
    event->job = g_strdup(change->job->id);
    event->at = pmx_moment_now();
    event->type = g_strdup(type);
    event->body = body;
    g_ptr_array_add(change->events, event);
    return pmx_events_add(db, event, error);
}

static gboolean tell_part(PmxDb *db, PmxChange *change, const PmxPartRecord *part,
                          const Receiver *receiver, GError **error)
{
    gboolean group = part->kind == PMX_PART_GROUP;
    if (!add_event(db, change, pmx_part_kind_names[part->kind], part_event(part), error))
        return FALSE;
    return !pmx_part_is_over(part->state) ||
           deliver(db, change, receiver,
                   group ? "MediaConvertOutputGroupComplete" : "MediaConvertOutputComplete",
                   part_body(change->job, part), change->user, error);
}

static gboolean tell_job(PmxDb *db, PmxChange *change, const Receiver *receiver, GError **error)
{
    if (!add_event(db, change, "state", job_event(change->job), error))
        return FALSE;
    return !pmx_job_is_over(change->job->state) ||
           deliver(db, change, receiver, "MediaConvertComplete", job_body(change->job),
                   change->user, error);
}

static void event_free(gpointer event)
{
    pmx_event_record_free(event);
}

gboolean pmx_change_apply(PmxDb *db, gpointer data, GError **error)
{
    PmxChange *change = data;
    g_auto(Receiver) receiver = {0};
    pmx_change_clear(change);
    change->events = g_ptr_array_new_with_free_func(event_free);
    if (!find_receiver(db, change->job, &receiver, error))
        return FALSE;
    for (guint i = 0; i < change->parts->len; i++) {
        const PmxPartRecord *part = g_ptr_array_index(change->parts, i);
        if (!pmx_parts_update(db, part, error) || !tell_part(db, change, part, &receiver, error))
            return FALSE;
    }
    if ((change->job_changed || change->job_noted) && !pmx_jobs_update(db, change->job, error))
        return FALSE;
    return !change->job_changed || tell_job(db, change, &receiver, error);
}

void pmx_change_clear(PmxChange *change)
{
    g_clear_pointer(&change->events, g_ptr_array_unref);
    change->deliveries = FALSE;
}
