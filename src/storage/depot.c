/* SPDX-License-Identifier: MIT */
/* See depot.h. */
#include "storage/depot.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

enum {
    AT_ONCE = 4,          /* in the background */
    PATIENCE_SECONDS = 5, /* for an answer that says whether it is there */
    PIECE_SECONDS = 60,   /* for a piece of it */
    PIECE_BYTES = 4 * 1024 * 1024,
    REST_SECONDS = 30, /* for which a storage that did not answer is not asked */
    LAST_SECONDS = 10  /* that the end waits for what is being put */
};

struct PmxDepot {
    PmxBucket *bucket;
    char *base, *prefix;
    PmxUploads *uploads;
    GThreadPool *background;
    GCancellable *ending;
    gint puts; /* atomic: so far */
    GMutex lock;
    /* protected by the lock */
    gint64 rest; /* monotonic: not asked before */
    guint under_way;
    GCond idle;
};

/* One thing to be done in the background; `path` NULL: to be deleted. The path is a name of our own. */
typedef struct {
    char *key, *path;
} Sending;

static char *name_of(const PmxDepot *depot, const char *key)
{
    return g_strdup_printf("%s%.2s/%s", depot->prefix, key, key + MIN(2, strlen(key)));
}

/* --- a storage that does not answer --- */

static gboolean is_resting(PmxDepot *depot)
{
    g_mutex_lock(&depot->lock);
    gboolean resting = g_get_monotonic_time() < depot->rest;
    g_mutex_unlock(&depot->lock);
    return resting;
}

static void note_failure(PmxDepot *depot, const GError *error)
{
    if (g_error_matches(error, PMX_ERROR, (int)PMX_CODE_RESOURCE_NOT_FOUND) ||
        g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    g_mutex_lock(&depot->lock);
    depot->rest = g_get_monotonic_time() + REST_SECONDS * G_TIME_SPAN_SECOND;
    g_mutex_unlock(&depot->lock);
    g_message("the storage of artifacts is not asked for %d s: %s", REST_SECONDS, error->message);
}

static PmxPatience patience_of(guint seconds, GCancellable *cancel)
{
    return (PmxPatience){cancel, g_get_monotonic_time() + seconds * G_TIME_SPAN_SECOND};
}

/* --- fetching --- */

static gboolean write_all(int fd, GBytes *bytes, GError **error)
{
    gsize length, done = 0;
    const char *at = g_bytes_get_data(bytes, &length);
    while (done < length) {
        ssize_t n = write(fd, at + done, length - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            int number = errno;
            g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(number),
                        "a fetched artifact cannot be written: %s", g_strerror(number));
            return FALSE;
        }
        done += (gsize)n;
    }
    return TRUE;
}

static gboolean fetch_piece(const PmxDepot *depot, const PmxStored *stored, guint64 offset, int fd,
                            GCancellable *cancel, GError **error)
{
    const PmxRange range = {stored->key, offset, (gsize)MIN(PIECE_BYTES, stored->size - offset),
                            stored->etag};
    const PmxPatience patience = patience_of(PIECE_SECONDS, cancel);
    g_autoptr(GBytes) bytes = pmx_bucket_read(depot->bucket, &range, &patience, NULL, error);
    return bytes && write_all(fd, bytes, error);
}

static gboolean fetch(const PmxDepot *depot, const PmxStored *stored, const char *to,
                      GCancellable *cancel, GError **error)
{
    int fd = g_open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    gboolean ok = fd >= 0;
    if (!ok)
        g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(errno),
                    "a fetched artifact cannot be written: %s", g_strerror(errno));
    for (guint64 offset = 0; ok && offset < stored->size; offset += PIECE_BYTES)
        ok = fetch_piece(depot, stored, offset, fd, cancel, error);
    if (fd >= 0)
        close(fd);
    if (!ok)
        g_unlink(to);
    return ok;
}

gboolean pmx_depot_get(PmxDepot *depot, const char *key, const char *to, GCancellable *cancel)
{
    g_autofree char *name = name_of(depot, key);
    g_autoptr(GError) error = NULL;
    if (is_resting(depot))
        return FALSE;
    const PmxPatience patience = patience_of(PATIENCE_SECONDS, cancel);
    g_autoptr(PmxStored) stored = pmx_bucket_head(depot->bucket, name, &patience, &error);
    if (stored && fetch(depot, stored, to, cancel, &error))
        return TRUE;
    note_failure(depot, error);
    return FALSE;
}

/* --- in the background --- */

static gboolean put(const PmxDepot *depot, const Sending *sending, const char *name, GError **error)
{
    g_autofree char *address = g_strconcat(depot->base, name, NULL);
    const PmxUploadTarget target = {depot->bucket, name, address, "application/octet-stream", 0};
    const PmxPatience patience = {.cancel = depot->ending};
    return pmx_upload(depot->uploads, sending->path, &target, &patience, error);
}

static gboolean take_away(const PmxDepot *depot, const char *name, GError **error)
{
    const PmxPatience patience = patience_of(PIECE_SECONDS, depot->ending);
    return pmx_bucket_delete(depot->bucket, name, &patience, error);
}

static void run_sending(gpointer data, gpointer pool_data)
{
    Sending *sending = data;
    PmxDepot *depot = pool_data;
    g_autofree char *name = name_of(depot, sending->key);
    g_autoptr(GError) error = NULL;
    gboolean ok = is_resting(depot) || (sending->path ? put(depot, sending, name, &error)
                                                      : take_away(depot, name, &error));
    if (!ok)
        note_failure(depot, error);
    if (sending->path)
        g_unlink(sending->path);
    g_free(sending->key);
    g_free(sending->path);
    g_free(sending);
    g_mutex_lock(&depot->lock);
    if (--depot->under_way == 0)
        g_cond_broadcast(&depot->idle);
    g_mutex_unlock(&depot->lock);
}

/* Takes `path`. */
static void enqueue(PmxDepot *depot, const char *key, char *path)
{
    Sending *sending = g_new(Sending, 1);
    *sending = (Sending){g_strdup(key), path};
    g_mutex_lock(&depot->lock);
    depot->under_way++;
    g_mutex_unlock(&depot->lock);
    g_thread_pool_push(depot->background, sending, NULL);
    /* cppcheck-suppress memleak ; the pool has it */
}

void pmx_depot_put(PmxDepot *depot, const char *key, const char *path)
{
    guint number = (guint)g_atomic_int_add(&depot->puts, 1);
    g_autofree char *own = g_strdup_printf("%s.put-%u", path, number);
    if (link(path, own) == 0)
        enqueue(depot, key, g_steal_pointer(&own));
    else
        g_message("an artifact is not put into its storage: %s: %s", own, g_strerror(errno));
}

void pmx_depot_drop(PmxDepot *depot, const char *key)
{
    enqueue(depot, key, NULL);
}

/* --- life --- */

PmxDepot *pmx_depot_new(PmxBucket *bucket, const char *base, const char *prefix,
                        PmxUploads *uploads)
{
    PmxDepot *depot = g_new0(PmxDepot, 1);
    depot->bucket = bucket;
    depot->base = g_strdup(base);
    depot->prefix = g_strdup(prefix);
    depot->uploads = uploads;
    depot->ending = g_cancellable_new();
    depot->background = g_thread_pool_new(run_sending, depot, AT_ONCE, FALSE, NULL);
    g_mutex_init(&depot->lock);
    g_cond_init(&depot->idle);
    return depot;
}

static void wait_for_background(PmxDepot *depot)
{
    gint64 until = g_get_monotonic_time() + LAST_SECONDS * G_TIME_SPAN_SECOND;
    g_mutex_lock(&depot->lock);
    while (depot->under_way > 0 && g_cond_wait_until(&depot->idle, &depot->lock, until))
        ;
    g_mutex_unlock(&depot->lock);
}

void pmx_depot_free(PmxDepot *depot)
{
    if (!depot)
        return;
    wait_for_background(depot);
    g_cancellable_cancel(depot->ending);
    g_thread_pool_free(depot->background, FALSE, TRUE);
    g_cond_clear(&depot->idle);
    g_mutex_clear(&depot->lock);
    g_object_unref(depot->ending);
    g_free(depot->base);
    g_free(depot->prefix);
    g_free(depot);
}
