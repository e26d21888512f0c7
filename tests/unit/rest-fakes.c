/* SPDX-License-Identifier: MIT */
/* See rest-fakes.h. */
#include "rest-fakes.h"

#include <string.h>

#include "single-quoted.h"

/* --- access --- */

void pmx_verdict_clear(PmxVerdict *verdict)
{
    g_clear_pointer(&verdict->message, g_free);
    g_clear_pointer(&verdict->key_id, g_free);
}

gboolean pmx_access_check_basic(G_GNUC_UNUSED PmxAccess *access, const char *authorization,
                                PmxVerdict *verdict)
{
    gboolean good = g_strcmp0(authorization, GOOD_KEY) == 0;
    *verdict = (PmxVerdict){good ? 0 : 401, good ? NULL : "Unauthorized",
                            good ? NULL : g_strdup("no"), good ? g_strdup("key") : NULL};
    return good;
}

/* --- exchanges --- */

const double pmx_http_bucket_seconds[PMX_HTTP_BUCKETS] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                          0.1,   0.25,   0.5,   1,    2.5};

PmxHttpCounts pmx_http_counts(G_GNUC_UNUSED PmxHttp *http)
{
    return (PmxHttpCounts){.connections = 3};
}

PmxExchange *fake_exchange(const char *method, const char *target, const char *body)
{
    PmxExchange *exchange = g_new0(PmxExchange, 1);
    const char *mark = strchr(target, '?');
    exchange->method = method;
    exchange->path = mark ? g_strndup(target, (gsize)(mark - target)) : g_strdup(target);
    exchange->query = mark ? mark + 1 : "";
    exchange->body = body ? body : "";
    exchange->added = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return exchange;
}

static void stream_free(PmxHttpStream *stream)
{
    if (!stream)
        return;
    g_assert_true(stream->ended);
    g_mutex_clear(&stream->lock);
    g_string_free(stream->text, TRUE);
    g_free(stream);
}

void fake_exchange_free(PmxExchange *exchange)
{
    if (!exchange)
        return;
    stream_free(exchange->stream);
    g_hash_table_unref(exchange->added);
    g_free((char *)exchange->path);
    g_free(exchange->type);
    g_free(exchange->text);
    g_free(exchange);
}

void fake_header(PmxExchange *exchange, const char *name, const char *value)
{
    guint i = 0;
    while (exchange->headers[i][0])
        i++;
    g_assert_cmpuint(i, <, G_N_ELEMENTS(exchange->headers) - 1);
    exchange->headers[i][0] = name;
    exchange->headers[i][1] = value;
}

const char *fake_added(const PmxExchange *exchange, const char *name)
{
    return g_hash_table_lookup(exchange->added, name);
}

const char *pmx_exchange_method(const PmxExchange *exchange)
{
    return exchange->method;
}

const char *pmx_exchange_path(const PmxExchange *exchange)
{
    return exchange->path;
}

const char *pmx_exchange_query(const PmxExchange *exchange)
{
    return exchange->query;
}

const char *pmx_exchange_header(const PmxExchange *exchange, const char *name)
{
    for (guint i = 0; exchange->headers[i][0]; i++)
        if (g_ascii_strcasecmp(exchange->headers[i][0], name) == 0)
            return exchange->headers[i][1];
    return NULL;
}

const char *pmx_exchange_body(const PmxExchange *exchange, gsize *length)
{
    *length = strlen(exchange->body);
    return exchange->body;
}

void pmx_exchange_add_header(PmxExchange *exchange, const char *name, const char *value)
{
    g_assert_false(g_hash_table_contains(exchange->added, name));
    g_hash_table_insert(exchange->added, g_strdup(name), g_strdup(value));
}

void pmx_exchange_answer(PmxExchange *exchange, guint status, const char *type, char *body,
                         gsize length)
{
    g_assert_cmpuint(exchange->status, ==, 0);
    g_assert_cmpuint(body ? strlen(body) : 0, ==, length);
    exchange->status = status;
    exchange->type = g_strdup(type);
    exchange->text = body;
}

void pmx_exchange_later(PmxExchange *exchange)
{
    exchange->later = TRUE;
}

/* --- streams --- */

PmxHttpStream *pmx_exchange_stream(PmxExchange *exchange, const char *type,
                                   void (*gone)(gpointer data), gpointer data)
{
    PmxHttpStream *stream = g_new0(PmxHttpStream, 1);
    g_assert_cmpuint(exchange->status, ==, 0);
    g_mutex_init(&stream->lock);
    stream->text = g_string_new(NULL);
    stream->gone = gone;
    stream->data = data;
    exchange->status = 200;
    exchange->type = g_strdup(type);
    exchange->stream = stream;
    return stream;
}

gboolean pmx_http_stream_push(PmxHttpStream *stream, const char *text, gsize length)
{
    g_mutex_lock(&stream->lock);
    g_assert_false(stream->ended);
    gboolean taken = !stream->full;
    if (taken)
        g_string_append_len(stream->text, text, (gssize)length);
    g_mutex_unlock(&stream->lock);
    return taken;
}

void pmx_http_stream_close(PmxHttpStream *stream)
{
    g_mutex_lock(&stream->lock);
    g_assert_false(stream->ended);
    stream->ended = TRUE;
    g_mutex_unlock(&stream->lock);
}

char *fake_stream_text(PmxHttpStream *stream)
{
    g_mutex_lock(&stream->lock);
    char *text = g_strdup(stream->text->str);
    g_mutex_unlock(&stream->lock);
    return text;
}

/* --- the service --- */

static void template_free(gpointer record)
{
    pmx_template_record_free(record);
}

PmxService *fake_service(void)
{
    PmxService *service = g_new0(PmxService, 1);
    g_rec_mutex_init(&service->lock);
    service->watches = g_ptr_array_new();
    service->system = g_ptr_array_new_with_free_func(template_free);
    service->custom = g_ptr_array_new_with_free_func(template_free);
    return service;
}

void fake_service_free(PmxService *service)
{
    g_assert_cmpuint(service->watches->len, ==, 0);
    g_ptr_array_unref(service->watches);
    g_ptr_array_unref(service->system);
    g_ptr_array_unref(service->custom);
    g_rec_mutex_clear(&service->lock);
    g_free(service->told);
    g_free(service);
}

static gboolean may(PmxService *service, PmxProblems *problems)
{
    if (service->fails)
        pmx_problems_add(problems, service->code, service->path ? service->path : "", "no");
    return !service->fails;
}

static void tell(PmxService *service, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void tell(PmxService *service, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_free(service->told);
    service->told = g_strdup_vprintf(format, args);
    va_end(args);
}

void pmx_job_view_free(PmxJobView *view)
{
    if (!view)
        return;
    pmx_job_record_free(view->job);
    g_clear_pointer(&view->parts, g_ptr_array_unref);
    g_free(view);
}

static void *record_of(const PmxObject *object, const char *json)
{
    g_autoptr(GError) error = NULL;
    json_t *value = json_of(json);
    void *record = pmx_object_read(object, value, &error);
    g_assert_no_error(error);
    json_decref(value);
    return record;
}

static PmxJobView *job_view(const char *id, gboolean whole)
{
    PmxJobView *view = g_new0(PmxJobView, 1);
    view->job = record_of(&pmx_job_record_object,
                          "{'id': '1', 'state': 'Running', 'percent': 42, 'priority': 6,"
                          " 'created': '2026-01-02T03:04:05.678Z', 'pipeline': 'default',"
                          " 'fingerprint': 'hidden'}");
    g_free(view->job->id);
    view->job->id = g_strdup(id);
    if (!whole)
        return view;
    view->parts = g_ptr_array_new_with_free_func((GDestroyNotify)pmx_part_record_free);
    g_ptr_array_add(view->parts,
                    record_of(&pmx_part_record_object, "{'id': 'p', 'kind': 'output', 'place': 0,"
                                                       " 'state': 'Running', 'percent': 42}"));
    g_ptr_array_add(view->parts,
                    record_of(&pmx_part_record_object, "{'id': 'g', 'kind': 'group', 'place': 0,"
                                                       " 'state': 'Init', 'percent': 0}"));
    return view;
}

PmxJobView *pmx_service_submit(PmxService *service, const PmxSubmission *submission,
                               PmxProblems *problems)
{
    char *config = json_dumps(submission->config, JSON_COMPACT);
    tell(service, "submit %s %s %s %s", config, submission->pipeline, submission->token,
         submission->user_data);
    free(config);
    return may(service, problems) ? job_view("j1", TRUE) : NULL;
}

PmxJobView *pmx_service_job(PmxService *service, const char *id, PmxProblems *problems)
{
    return may(service, problems) ? job_view(id, TRUE) : NULL;
}

GPtrArray *pmx_service_jobs(PmxService *service, const PmxJobFilter *filter, char **next,
                            PmxProblems *problems)
{
    tell(service, "%s %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %d %u %s", filter->state,
         filter->pipeline, filter->from, filter->to, filter->oldest_first, filter->limit,
         filter->after);
    *next = g_strdup("more");
    if (!may(service, problems))
        return NULL;
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)pmx_job_view_free);
    g_ptr_array_add(list, job_view("j1", FALSE));
    return list;
}

gboolean pmx_service_cancel(PmxService *service, const char *id, PmxProblems *problems)
{
    tell(service, "cancel %s", id);
    return may(service, problems);
}

/* --- watches --- */

PmxWatch *pmx_service_watch(PmxService *service, const char *job, gint64 after,
                            void (*event)(const PmxEventRecord *event, gpointer data),
                            gpointer data, PmxProblems *problems)
{
    if (strcmp(job, "vanishing") == 0) {
        pmx_problems_add(problems, PMX_CODE_RESOURCE_NOT_FOUND, "", "no");
        return NULL;
    }
    PmxWatch *watch = g_new0(PmxWatch, 1);
    *watch = (PmxWatch){service, event, data};
    g_rec_mutex_lock(&service->lock);
    tell(service, "watch %s after %" G_GINT64_FORMAT, job, after);
    g_ptr_array_add(service->watches, watch);
    g_rec_mutex_unlock(&service->lock);
    if (strcmp(job, "ended") == 0) {
        /* Its end is told at once, and whoever waits for that comes to run. */
        event(&(PmxEventRecord){0}, data);
        while (g_main_context_iteration(NULL, FALSE))
            continue;
    }
    return watch;
}

void pmx_watch_free(PmxWatch *watch)
{
    g_rec_mutex_lock(&watch->service->lock);
    g_assert_true(g_ptr_array_remove(watch->service->watches, watch));
    g_rec_mutex_unlock(&watch->service->lock);
    g_free(watch);
}

void fake_emit(PmxService *service, gint64 seq, const char *type, const char *body)
{
    json_t *json = body ? json_of(body) : NULL;
    PmxEventRecord event = {.seq = seq, .type = (char *)type, .body = json};
    g_rec_mutex_lock(&service->lock);
    for (guint i = 0; i < service->watches->len; i++) {
        PmxWatch *watch = g_ptr_array_index(service->watches, i);
        watch->event(&event, watch->data);
    }
    g_rec_mutex_unlock(&service->lock);
    json_decref(json);
}

guint fake_watches(PmxService *service)
{
    g_rec_mutex_lock(&service->lock);
    guint count = service->watches->len;
    g_rec_mutex_unlock(&service->lock);
    return count;
}

/* --- templates --- */

const PmxTemplateRecord *pmx_service_system_template(PmxService *service, const char *id)
{
    for (guint i = 0; i < service->system->len; i++) {
        const PmxTemplateRecord *record = g_ptr_array_index(service->system, i);
        if (strcmp(record->id, id) == 0)
            return record;
    }
    return NULL;
}

const GPtrArray *pmx_service_system_templates(PmxService *service)
{
    return service->system;
}

static PmxTemplateRecord *template_record(const char *id)
{
    g_autofree char *json =
        g_strdup_printf("{'id': '%s', 'name': 'n', 'type': 1, 'subtype': 1, 'is_default': false,"
                        " 'config': {}}",
                        id);
    return record_of(&pmx_template_record_object, json);
}

PmxTemplateRecord *pmx_service_template_create(PmxService *service, const char *id,
                                               const char *name, gint64 type, gint64 subtype,
                                               G_GNUC_UNUSED const json_t *config,
                                               PmxProblems *problems)
{
    tell(service, "create %s %s %d %d", id, name, (int)type, (int)subtype);
    return may(service, problems) ? template_record("t 1") : NULL;
}

PmxTemplateRecord *pmx_service_template_update(PmxService *service, const char *id,
                                               const char *name, const json_t *config,
                                               PmxProblems *problems)
{
    tell(service, "update %s %s %s", id, name, config ? "config" : "");
    return may(service, problems) ? template_record(id) : NULL;
}

gboolean pmx_service_template_delete(PmxService *service, const char *id, PmxProblems *problems)
{
    tell(service, "delete %s", id);
    return may(service, problems);
}

PmxTemplateRecord *pmx_service_template(PmxService *service, const char *id, PmxProblems *problems)
{
    return may(service, problems) ? template_record(id) : NULL;
}

gboolean pmx_service_template_set_default(PmxService *service, const char *id,
                                          PmxProblems *problems)
{
    tell(service, "default %s", id);
    return may(service, problems);
}

GPtrArray *pmx_service_templates(PmxService *service, const PmxTemplateFilter *filter,
                                 gint64 *total, PmxProblems *problems)
{
    tell(service, "templates %u %u", filter->offset, filter->limit);
    if (!may(service, problems))
        return NULL;
    GPtrArray *page = g_ptr_array_new_with_free_func(template_free);
    *total = service->custom->len;
    for (guint i = filter->offset; i < service->custom->len && page->len < filter->limit; i++) {
        const PmxTemplateRecord *record = g_ptr_array_index(service->custom, i);
        g_ptr_array_add(page, template_record(record->id));
    }
    return page;
}

/* --- pipelines --- */

static PmxPipelineRecord *pipeline_record(void)
{
    return record_of(&pmx_pipeline_record_object,
                     "{'id': 'p1', 'name': 'n', 'speed': 'Standard', 'priority': 6,"
                     " 'state': 'Active'}");
}

PmxPipelineRecord *pmx_service_pipeline_create(PmxService *service, const char *name,
                                               const char *speed, gint64 priority,
                                               PmxProblems *problems)
{
    tell(service, "create %s %s %d", name, speed, (int)priority);
    return may(service, problems) ? pipeline_record() : NULL;
}

PmxPipelineRecord *pmx_service_pipeline_update(PmxService *service, const char *id,
                                               const char *name, const char *state, gint64 priority,
                                               PmxProblems *problems)
{
    tell(service, "update %s %s %s %d", id, name, state, (int)priority);
    return may(service, problems) ? pipeline_record() : NULL;
}

PmxPipelineRecord *pmx_service_pipeline(PmxService *service, G_GNUC_UNUSED const char *id,
                                        PmxProblems *problems)
{
    return may(service, problems) ? pipeline_record() : NULL;
}

GPtrArray *pmx_service_pipelines(PmxService *service, PmxProblems *problems)
{
    if (!may(service, problems))
        return NULL;
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)pmx_pipeline_record_free);
    g_ptr_array_add(list, pipeline_record());
    return list;
}

gboolean pmx_service_pipeline_delete(PmxService *service, const char *id, PmxProblems *problems)
{
    tell(service, "delete %s", id);
    return may(service, problems);
}

/* --- callback, deliveries --- */

gboolean pmx_service_set_callback(PmxService *service, const PmxCallbackRecord *callback,
                                  PmxProblems *problems)
{
    tell(service, "callback %s %s %s %d %s", callback->type, callback->url, callback->events,
         callback->auth, callback->auth_key);
    return may(service, problems);
}

PmxCallbackRecord *pmx_service_callback(PmxService *service, PmxProblems *problems)
{
    PmxCallbackRecord *record =
        record_of(&pmx_callback_record_object, "{'type': 'HTTP', 'url': 'http://h/', 'events': 'e',"
                                               " 'auth': true, 'auth_key': 'Secret1'}");
    if (may(service, problems))
        return record;
    pmx_callback_record_free(record);
    return NULL;
}

static PmxDeliveryRecord *delivery_record(gint64 id)
{
    PmxDeliveryRecord *record =
        record_of(&pmx_delivery_record_object,
                  "{'id': 1, 'job': 'j1', 'event': 'e', 'type': 'HTTP', 'target': 'http://h/',"
                  " 'state': 'dead', 'attempts': 3}");
    record->id = id;
    return record;
}

GPtrArray *pmx_service_deliveries(PmxService *service, const char *state, gint64 after, guint limit,
                                  PmxProblems *problems)
{
    tell(service, "deliveries %s %d %u", state, (int)after, limit);
    if (!may(service, problems))
        return NULL;
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)pmx_delivery_record_free);
    g_ptr_array_add(list, delivery_record(8));
    g_ptr_array_add(list, delivery_record(9));
    return list;
}

PmxDeliveryRecord *pmx_service_resend(PmxService *service, gint64 id, PmxProblems *problems)
{
    tell(service, "resend %d", (int)id);
    return may(service, problems) ? delivery_record(id) : NULL;
}

/* --- storages, probe, state --- */

static const PmxField storage_fields[] = {
    {"bucket", PMX_FIELD_STRING, offsetof(PmxStorageRecord, bucket), PMX_FIELD_REQUIRED,
     .doc = "d"},
    {"is_default", PMX_FIELD_BOOL, offsetof(PmxStorageRecord, is_default), PMX_FIELD_REQUIRED,
     .doc = "d"},
    {"created", PMX_FIELD_TEXT, offsetof(PmxStorageRecord, created), .kind = &pmx_moment_kind,
     .doc = "d"},
    {0},
};
const PmxObject pmx_storage_record_object = {"Storage", sizeof(PmxStorageRecord), storage_fields,
                                             "d"};

static void storage_free(gpointer record)
{
    pmx_object_free(&pmx_storage_record_object, record);
}

GPtrArray *pmx_service_storages(PmxService *service, PmxProblems *problems)
{
    if (!may(service, problems))
        return NULL;
    GPtrArray *list = g_ptr_array_new_with_free_func(storage_free);
    g_ptr_array_add(list,
                    record_of(&pmx_storage_record_object, "{'bucket': 'b', 'is_default': true}"));
    return list;
}

gboolean pmx_service_set_default_storage(PmxService *service, const char *bucket, const char *path,
                                         PmxProblems *problems)
{
    tell(service, "storage %s %s", bucket, path);
    return may(service, problems);
}

gboolean pmx_service_default_storage(PmxService *service, char **bucket, char **path,
                                     PmxProblems *problems)
{
    *bucket = g_strdup("b");
    *path = NULL;
    return may(service, problems);
}

void pmx_service_probe(PmxService *service, const char *address,
                       void (*done)(const json_t *facts, const PmxProblems *problems,
                                    gpointer data),
                       gpointer data)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    json_t *facts = json_of("{'format': 'mp4'}");
    tell(service, "probe %s", address);
    done(may(service, problems) ? facts : NULL, problems, data);
    json_decref(facts);
}

gboolean pmx_service_state(PmxService *service, PmxServiceState *state, char **problem)
{
    *state = (PmxServiceState){.jobs = {1, 2, 3, 4, 5}};
    *problem = g_strdup(service->state_problem);
    return !service->state_problem;
}

/* --- asking --- */

PmxExchange *fake_ask(PmxRest *rest, const char *method, const char *target, const char *body)
{
    PmxExchange *exchange = fake_exchange(method, target, body);
    fake_header(exchange, "authorization", GOOD_KEY);
    fake_header(exchange, "content-type", "application/json; charset=utf-8");
    pmx_rest_handle(rest, exchange);
    return exchange;
}
