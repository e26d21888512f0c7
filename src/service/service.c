/* SPDX-License-Identifier: MIT */
/* The service's life, and how it is. See service.h. */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "service/private.h"

/* --- small things --- */

/* UUID version 7 (RFC 9562, 5.7) without its hyphens: the time comes first, so that new rows lie
 * beside each other in the store's indexes. */
char *pmx_service_id(void)
{
    guint64 now = (guint64)pmx_moment_now();
    guint32 a = g_random_int(), b = g_random_int(), c = g_random_int();
    return g_strdup_printf("%012" G_GINT64_MODIFIER "x7%03x%04x%04x%08x",
                           now & G_GUINT64_CONSTANT(0xffffffffffff), a >> 20, 0x8000 | (a & 0x3fff),
                           b & 0xffff, c);
}

void pmx_service_fail(PmxProblems *problems, const char *path, const GError *error)
{
    pmx_problems_add_error(problems, path, error);
}

void pmx_service_missing(PmxProblems *problems, const char *what, const char *id)
{
    pmx_problems_add(problems, PMX_CODE_RESOURCE_NOT_FOUND, "",
                     "The resource operated \"%s\" cannot be found: there is no such %s",
                     id ? id : "", what);
}

gboolean pmx_service_read(PmxService *service, PmxStoreWork work, gpointer data,
                          PmxProblems *problems)
{
    g_autoptr(GError) error = NULL;
    if (pmx_store_read(service->store, work, data, &error))
        return TRUE;
    pmx_service_fail(problems, "", error);
    return FALSE;
}

gboolean pmx_service_write(PmxService *service, PmxStoreWork work, gpointer data,
                           PmxProblems *problems)
{
    g_autoptr(GError) error = NULL;
    if (pmx_store_write(service->store, work, data, &error))
        return TRUE;
    pmx_service_fail(problems, "", error);
    return FALSE;
}

/* --- the data folder --- */

/* What is the server's alone, and what the umask may let others into: media come and go. */
enum { PRIVATE = 0700, SHARED = 0777, PRIVATE_FILE = 0600 };

static gboolean make_folder(const char *path, int mode, GError **error)
{
    if (g_mkdir_with_parents(path, mode) == 0)
        return TRUE;
    int number = errno;
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL,
                "the data folder \"%s\" cannot be made: %s; give another one with --data", path,
                g_strerror(number));
    return FALSE;
}

/* Two servers would run the same jobs. */
static gboolean take_lock(PmxService *service, GError **error)
{
    g_autofree char *path = g_build_filename(service->data, "lock", NULL);
    service->lock = g_open(path, O_RDWR | O_CREAT | O_CLOEXEC, PRIVATE_FILE);
    if (service->lock >= 0 && flock(service->lock, LOCK_EX | LOCK_NB) == 0)
        return TRUE;
    int number = errno;
    if (service->lock >= 0 && number == EWOULDBLOCK)
        g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL,
                    "another server uses the data folder \"%s\"; stop it, or give this one another "
                    "folder with --data",
                    service->data);
    else
        g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL,
                    "the data folder \"%s\" cannot be written to: %s", service->data,
                    g_strerror(number));
    return FALSE;
}

static PmxPlaces *places_of(const PmxService *service, const char *buckets)
{
    static const char *const no_files[] = {NULL};
    const PmxServiceOptions *options = &service->options;
    return pmx_places_routed(&(PmxRoutes){
        .storages = {.setups = options->storages,
                     .count = options->storage_count,
                     .user_agent = options->notify.user_agent,
                     .guard = options->notify.guard},
        .folder = service->data,
        .kept_on_disk = options->input_cache,
        .files = options->files ? options->files : no_files,
        .rest = pmx_places_buckets(buckets),
        .rest_is_buckets = TRUE,
        .limits = options->limits,
    });
}

static gboolean open_folders(PmxService *service, GError **error)
{
    g_autofree char *buckets = g_build_filename(service->data, "buckets", NULL);
    gboolean fresh = !g_file_test(buckets, G_FILE_TEST_EXISTS);
    if (!make_folder(service->data, PRIVATE, error) || !take_lock(service, error) ||
        !make_folder(buckets, SHARED, error))
        return FALSE;
    g_autofree char *first = g_build_filename(buckets, "media", NULL);
    if (fresh && !make_folder(first, SHARED, error))
        return FALSE;
    service->places = places_of(service, buckets);
    return TRUE;
}

/* --- what must be there from the start --- */

static gboolean ensure_pipeline(PmxDb *db, gpointer data, GError **error)
{
    (void)data;
    g_autoptr(GError) failure = NULL;
    g_autoptr(PmxPipelineRecord) known = pmx_pipelines_get(db, "default", &failure);
    if (known || failure) {
        if (failure)
            g_propagate_error(error, g_steal_pointer(&failure));
        return known != NULL;
    }
    gint64 now = pmx_moment_now();
    const PmxPipelineRecord row = {.id = (char *)"default",
                                   .name = (char *)"default",
                                   .priority = 6,
                                   .created = now,
                                   .modified = now};
    return pmx_pipelines_insert(db, &row, error);
}

/* The database has the key that signs callbacks. SQLite gives the files beside it the same mode. A
 * failure here is one of opening it as well, which is told then. */
static void keep_private(const char *path)
{
    int fd = g_open(path, O_RDWR | O_CREAT | O_CLOEXEC, PRIVATE_FILE);
    if (fd >= 0 && fchmod(fd, PRIVATE_FILE) < 0)
        g_message("%s may be read by others: %s", path, g_strerror(errno));
    if (fd >= 0)
        close(fd);
}

static gboolean open_store(PmxService *service, GError **error)
{
    g_autofree char *path = g_build_filename(service->data, "polymux.db", NULL);
    keep_private(path);
    service->store = pmx_store_open(path, error);
    if (!service->store || !pmx_store_write(service->store, ensure_pipeline, NULL, error))
        return FALSE;
    service->watches = pmx_watches_new(service->store);
    return pmx_service_templates_open(service, error);
}

/* --- what a kill left in storages: parts of uploads, which cost money and nobody sees --- */

static gpointer clean(gpointer data, GCancellable *cancel, GError **error)
{
    (void)error;
    guint removed = pmx_places_clean(((PmxService *)data)->places, cancel);
    if (removed > 0)
        g_printerr("polymux: %u uploads that were left when the server was killed are removed\n",
                   removed);
    return data;
}

static void cleaned(gpointer result, const GError *error, gpointer data)
{
    (void)result, (void)error;
    ((PmxService *)data)->cleaning = NULL;
}

static void start_cleaning(PmxService *service)
{
    static const PmxErrandKind kind = {clean, cleaned, NULL};
    service->cleaning = pmx_errand_start(&kind, service);
}

/* --- life --- */

static gboolean open_all(PmxService *service, GError **error)
{
    if (!open_folders(service, error) || !open_store(service, error))
        return FALSE;
    service->notifier = pmx_notifier_new(service->store, &service->options.notify);
    start_cleaning(service);
    service->engine = pmx_engine_new(service, error);
    return service->engine != NULL;
}

PmxService *pmx_service_new(const PmxServiceOptions *options, GError **error)
{
    g_autoptr(PmxService) service = g_new0(PmxService, 1);
    service->options = *options;
    service->data = g_canonicalize_filename(options->data, NULL);
    service->lock = -1;
    g_rw_lock_init(&service->templates_lock);
    gboolean open = open_all(service, error);
    service->options.storages = NULL; /* the caller's, and copied where it is needed */
    service->options.files = NULL;
    service->options.artifacts_storage = NULL;
    return open ? g_steal_pointer(&service) : NULL;
}

void pmx_service_free(PmxService *service)
{
    if (!service)
        return;
    pmx_errand_cancel(service->cleaning);
    pmx_engine_free(service->engine);
    pmx_notifier_free(service->notifier);
    pmx_watches_free(service->watches);
    pmx_service_templates_close(service);
    pmx_store_free(service->store);
    pmx_places_free(service->places);
    if (service->lock >= 0)
        close(service->lock);
    g_rw_lock_clear(&service->templates_lock);
    g_free(service->data);
    g_free(service);
}

/* --- how it is --- */

typedef struct {
    PmxServiceState *state;
    gint64 oldest_job, oldest_delivery;
} Counting;

static gboolean count(PmxDb *db, gpointer data, GError **error)
{
    Counting *counting = data;
    PmxServiceState *state = counting->state;
    return pmx_jobs_count(db, state->jobs, &counting->oldest_job, error) &&
           pmx_outbox_count(db, &state->deliveries_waiting, &state->deliveries_dead,
                            &counting->oldest_delivery, error);
}

gboolean pmx_service_state(PmxService *service, PmxServiceState *state, char **problem)
{
    g_autoptr(GError) error = NULL;
    Counting counting = {state, 0, 0};
    gint64 now = pmx_moment_now();
    pmx_engine_state(service->engine, state);
    if (!pmx_store_read(service->store, count, &counting, &error)) {
        *problem = g_strdup(error->message);
        return FALSE;
    }
    state->queue_age = counting.oldest_job ? MAX(0, now - counting.oldest_job) : 0;
    state->delivery_age = counting.oldest_delivery ? MAX(0, now - counting.oldest_delivery) : 0;
    state->notify = pmx_notifier_counts(service->notifier);
    return TRUE;
}
