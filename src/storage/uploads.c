/* SPDX-License-Identifier: MIT */
/*
 * The journal of uploads: see upload.h.
 *
 * A note is a file of JSON, {"address": …, "noted": milliseconds, "id": …}. It is locked (flock(2))
 * from before it has its name until it is struck out, so one that can be locked is nobody's.
 */
#include "storage/uploads.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/moment.h"

struct PmxUploads {
    char *folder;
};

struct PmxUploadNote {
    char *path;
    int fd;
    json_t *json;
};

static gboolean fail(GError **error, const char *path, int number)
{
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "the upload cannot be noted in \"%s\": %s",
                path, g_strerror(number));
    return FALSE;
}

PmxUploads *pmx_uploads_open(const char *folder, GError **error)
{
    if (g_mkdir_with_parents(folder, 0700) < 0) {
        fail(error, folder, errno);
        return NULL;
    }
    PmxUploads *uploads = g_new0(PmxUploads, 1);
    uploads->folder = g_strdup(folder);
    return uploads;
}

void pmx_uploads_free(PmxUploads *uploads)
{
    if (!uploads)
        return;
    g_free(uploads->folder);
    g_free(uploads);
}

/* --- notes --- */

static void note_free(PmxUploadNote *note)
{
    close(note->fd);
    json_decref(note->json);
    g_free(note->path);
    g_free(note);
}

static gboolean write_note(const PmxUploadNote *note, GError **error)
{
    char *text = json_dumps(note->json, JSON_COMPACT);
    size_t length = strlen(text);
    gboolean ok = pwrite(note->fd, text, length, 0) == (ssize_t)length &&
                  ftruncate(note->fd, (off_t)length) == 0 && fdatasync(note->fd) == 0;
    int number = errno;
    free(text);
    return ok || fail(error, note->path, number);
}

PmxUploadNote *pmx_upload_note_new(const PmxUploads *uploads, const char *address, GError **error)
{
    g_autofree char *id = g_uuid_string_random();
    PmxUploadNote *note = g_new0(PmxUploadNote, 1);
    note->path = g_strdup_printf("%s/%s.json", uploads->folder, id);
    note->json = json_pack("{s:s, s:I}", "address", address, "noted", (json_int_t)pmx_moment_now());
    /* Without a name until it is locked, so that nobody takes it for one that was left. */
    note->fd = g_open(uploads->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    g_autofree char *self = g_strdup_printf("/proc/self/fd/%d", note->fd);
    if (note->fd >= 0 && flock(note->fd, LOCK_EX | LOCK_NB) == 0 && write_note(note, error) &&
        linkat(AT_FDCWD, self, AT_FDCWD, note->path, AT_SYMLINK_FOLLOW) == 0)
        return note;
    if (!error || !*error)
        fail(error, note->path, errno);
    note_free(note);
    return NULL;
}

gboolean pmx_upload_note_id(PmxUploadNote *note, const char *id, GError **error)
{
    json_object_set_new(note->json, "id", json_string(id));
    return write_note(note, error);
}

void pmx_upload_note_strike(PmxUploadNote *note)
{
    g_unlink(note->path);
    note_free(note);
}

void pmx_upload_note_leave(PmxUploadNote *note)
{
    note_free(note);
}

/* --- what was left --- */

static json_t *read_note(int fd)
{
    enum { MOST = 64 * 1024 };
    g_autofree char *text = g_malloc(MOST);
    ssize_t n = pread(fd, text, MOST, 0);
    return n > 0 ? json_loadb(text, (size_t)n, 0, NULL) : NULL;
}

/* NULL: somebody else's, or gone. */
static PmxUploadNote *take(const char *path)
{
    int fd = g_open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0);
    if (fd < 0)
        return NULL;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return NULL;
    }
    PmxUploadNote *note = g_new0(PmxUploadNote, 1);
    *note = (PmxUploadNote){g_strdup(path), fd, read_note(fd)};
    return note;
}

static gboolean abort_one(PmxBucket *bucket, const PmxUploading *uploading, GCancellable *cancel)
{
    const PmxPatience patience = {.cancel = cancel};
    g_autoptr(GError) error = NULL;
    if (pmx_bucket_abort(bucket, uploading, &patience, &error))
        return TRUE;
    g_message("an upload that was left cannot be removed yet: %s", error->message);
    return FALSE;
}

/* Whoever noted it was killed before it knew the id: those of the key that began since. */
static gboolean abort_nameless(PmxBucket *bucket, const char *key, gint64 noted,
                               GCancellable *cancel)
{
    enum { CLOCKS_APART = 60 * 1000 };
    const PmxPatience patience = {.cancel = cancel};
    g_autoptr(GPtrArray) list = pmx_bucket_uploads(bucket, key, &patience, NULL);
    gboolean ok = list != NULL;
    for (guint i = 0; list && i < list->len; i++) {
        const PmxUploading *uploading = g_ptr_array_index(list, i);
        if (strcmp(uploading->key, key) == 0 && uploading->begun >= noted - CLOCKS_APART)
            ok &= abort_one(bucket, uploading, cancel);
    }
    return ok;
}

/* TRUE: nothing of it is there any more, or nobody knows where it was. Commands with other
 * configurations share a journal, so one that knows the bucket is waited for, but not for ever. */
static gboolean abort_noted(const PmxUploadNote *note, PmxUploadsBucket bucket_of, gpointer data,
                            GCancellable *cancel)
{
    const gint64 month = G_GINT64_CONSTANT(30) * 86400 * 1000;
    const char *address = json_string_value(json_object_get(note->json, "address"));
    const char *id = json_string_value(json_object_get(note->json, "id"));
    gint64 noted = json_integer_value(json_object_get(note->json, "noted"));
    g_autofree char *key = NULL;
    PmxBucket *bucket = address ? bucket_of(address, &key, data) : NULL;
    if (!bucket)
        return !address || pmx_moment_now() - noted > month;
    const PmxUploading uploading = {key, (char *)id, 0};
    return id ? abort_one(bucket, &uploading, cancel) : abort_nameless(bucket, key, noted, cancel);
}

guint pmx_uploads_clean(PmxUploads *uploads, PmxUploadsBucket bucket_of, gpointer data,
                        GCancellable *cancel)
{
    guint cleaned = 0;
    const char *name;
    g_autoptr(GDir) folder = g_dir_open(uploads->folder, 0, NULL);
    while (folder && !g_cancellable_is_cancelled(cancel) && (name = g_dir_read_name(folder))) {
        g_autofree char *path = g_build_filename(uploads->folder, name, NULL);
        PmxUploadNote *note = take(path);
        if (!note)
            continue;
        if (abort_noted(note, bucket_of, data, cancel)) {
            pmx_upload_note_strike(note);
            cleaned++;
        } else {
            pmx_upload_note_leave(note);
        }
    }
    return cleaned;
}
