/* SPDX-License-Identifier: MIT */
/* See upload.h. */
#include "storage/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/local-error.h"
#include "storage/uploads.h"

enum {
    WHOLE_BYTES = 16 * 1024 * 1024, /* below this, one request */
    PART_BYTES = 8 * 1024 * 1024,
    MOST_PARTS = 10000, /* what S3 and OSS allow */
    AT_ONCE = 4
};

/* An upload in parts, shared by the threads that send them. */
typedef struct {
    PmxBucket *bucket;
    const PmxUploading *uploading;
    int fd;
    guint64 size, part_size;
    guint count;
    PmxPatience patience; /* cancelled by the caller, and once a part has failed */
    GMutex lock;
    /* protected by the lock */
    guint next;      /* parts taken so far */
    PmxPart **parts; /* `count`, those that are there */
    GError *error;   /* the first */
} Sending;

/* --- parts --- */

/* The number of the next, from 0; FALSE: there is none, or no use. */
static gboolean take_part(Sending *sending, guint *number)
{
    g_mutex_lock(&sending->lock);
    gboolean any = !sending->error && sending->next < sending->count &&
                   !g_cancellable_is_cancelled(sending->patience.cancel);
    if (any)
        *number = sending->next++;
    g_mutex_unlock(&sending->lock);
    return any;
}

static void note_part(Sending *sending, guint number, PmxPart *part, GError *error)
{
    g_mutex_lock(&sending->lock);
    sending->parts[number] = part;
    gboolean first = error && !sending->error;
    if (first)
        sending->error = error;
    else
        g_clear_error(&error);
    g_mutex_unlock(&sending->lock);
    if (first)
        g_cancellable_cancel(sending->patience.cancel);
}

static gpointer send_parts(gpointer data)
{
    Sending *sending = data;
    guint number;
    while (take_part(sending, &number)) {
        const guint64 offset = number * sending->part_size;
        const PmxFileRange range = {sending->fd, offset,
                                    MIN(sending->part_size, sending->size - offset)};
        GError *error = NULL;
        PmxPart *part = pmx_bucket_part(sending->bucket, sending->uploading, number + 1, &range,
                                        &sending->patience, &error);
        note_part(sending, number, part, error);
    }
    return NULL;
}

static void send_all(Sending *sending)
{
    GThread *threads[AT_ONCE] = {0};
    for (guint i = 0; i < AT_ONCE && i < sending->count; i++)
        threads[i] = g_thread_new("upload", send_parts, sending);
    for (guint i = 0; i < AT_ONCE && threads[i]; i++)
        g_thread_join(threads[i]);
}

static void free_part(gpointer part)
{
    pmx_part_free(part);
}

/* Takes the parts out. */
static gboolean complete(Sending *sending, const PmxPatience *patience, GError **error)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(free_part);
    for (guint i = 0; i < sending->count; i++)
        if (sending->parts[i])
            g_ptr_array_add(parts, sending->parts[i]);
    if (sending->error) {
        g_propagate_error(error, sending->error);
        return FALSE;
    }
    if (g_cancellable_set_error_if_cancelled(patience->cancel, error))
        return FALSE;
    return pmx_bucket_complete(sending->bucket, sending->uploading, parts, patience, error);
}

static void cancel_too(GCancellable *outer, gpointer inner)
{
    (void)outer;
    g_cancellable_cancel(inner);
}

static gboolean send_in_parts(Sending *sending, const PmxPatience *patience, GError **error)
{
    g_autoptr(GCancellable) inner = g_cancellable_new();
    GCancellable *cancel = patience->cancel;
    sending->patience = *patience;
    sending->patience.cancel = inner;
    sending->parts = g_new0(PmxPart *, sending->count);
    g_mutex_init(&sending->lock);
    gulong watch = cancel ? g_cancellable_connect(cancel, G_CALLBACK(cancel_too), inner, NULL) : 0;
    send_all(sending);
    g_cancellable_disconnect(cancel, watch);
    gboolean ok = complete(sending, patience, error);
    g_mutex_clear(&sending->lock);
    g_free(sending->parts);
    return ok;
}

/* As few bytes as suit, and no more parts than are allowed. */
static guint64 part_size_for(guint64 size)
{
    guint64 least = (size + MOST_PARTS - 1) / MOST_PARTS;
    return MAX(PART_BYTES, (least + PART_BYTES - 1) / PART_BYTES * PART_BYTES);
}

/* --- an upload in parts and its note --- */

/* Also when the caller has been called off: what is left costs money. */
static void abandon(const Sending *sending, PmxUploadNote *note)
{
    enum { SECONDS = 10 };
    const PmxPatience patience = {NULL, g_get_monotonic_time() + SECONDS * G_TIME_SPAN_SECOND};
    gboolean gone = pmx_bucket_abort(sending->bucket, sending->uploading, &patience, NULL);
    if (note && gone)
        pmx_upload_note_strike(note);
    else if (note)
        pmx_upload_note_leave(note);
}

static gboolean send_begun(Sending *sending, PmxUploadNote *note, const PmxPatience *patience,
                           GError **error)
{
    gboolean ok = (!note || pmx_upload_note_id(note, sending->uploading->id, error)) &&
                  send_in_parts(sending, patience, error);
    if (!ok)
        abandon(sending, note);
    else if (note)
        pmx_upload_note_strike(note);
    return ok;
}

static gboolean upload_in_parts(PmxUploads *uploads, int fd, guint64 size,
                                const PmxUploadTarget *target, const PmxPatience *patience,
                                GError **error)
{
    PmxUploadNote *note = uploads ? pmx_upload_note_new(uploads, target->address, error) : NULL;
    if (uploads && !note)
        return FALSE;
    g_autoptr(PmxUploading) uploading =
        pmx_bucket_begin(target->bucket, target->key, target->content_type, patience, error);
    if (!uploading) {
        /* It may have begun all the same. */
        if (note)
            pmx_upload_note_leave(note);
        return FALSE;
    }
    Sending sending = {.bucket = target->bucket,
                       .uploading = uploading,
                       .fd = fd,
                       .size = size,
                       .part_size = target->part_bytes ? target->part_bytes : part_size_for(size)};
    sending.count = (guint)((size + sending.part_size - 1) / sending.part_size);
    return send_begun(&sending, note, patience, error);
}

/* --- none of a file --- */

gboolean pmx_upload_try(PmxUploads *uploads, const PmxUploadTarget *target,
                        const PmxPatience *patience, GError **error)
{
    PmxUploadNote *note = uploads ? pmx_upload_note_new(uploads, target->address, error) : NULL;
    if (uploads && !note)
        return FALSE;
    g_autoptr(PmxUploading) begun =
        pmx_bucket_begin(target->bucket, target->key, target->content_type, patience, error);
    gboolean ok = begun && (!note || pmx_upload_note_id(note, begun->id, error));
    if (begun)
        pmx_bucket_abort(target->bucket, begun, patience, NULL);
    if (note)
        pmx_upload_note_strike(note);
    return ok;
}

/* --- the file --- */

static gboolean upload_open(PmxUploads *uploads, int fd, const PmxUploadTarget *target,
                            const PmxPatience *patience, GError **error)
{
    struct stat info;
    if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode)) {
        g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "what is to become \"%s\" is no file",
                    target->address);
        return FALSE;
    }
    guint64 size = (guint64)info.st_size;
    if (size >= WHOLE_BYTES)
        return upload_in_parts(uploads, fd, size, target, patience, error);
    const PmxFileRange range = {fd, 0, size};
    return pmx_bucket_put(target->bucket, target->key, target->content_type, &range, patience,
                          error);
}

gboolean pmx_upload(PmxUploads *uploads, const char *from, const PmxUploadTarget *target,
                    const PmxPatience *patience, GError **error)
{
    static const PmxPatience usual = {0};
    int fd = g_open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (fd < 0)
        return pmx_local_fail(error, PMX_CODE_INTERNAL, "cannot read", from, errno);
    gboolean ok = upload_open(uploads, fd, target, patience ? patience : &usual, error);
    close(fd);
    return ok;
}
