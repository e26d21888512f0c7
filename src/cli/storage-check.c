/* SPDX-License-Identifier: MIT */
/* See storage-check.h. */
#include "cli/storage-check.h"

#include <string.h>
#include <unistd.h>

#include "base/problem.h"

enum {
    WHOLE_BYTES = 1024 * 1024,
    RANGE_OFFSET = 100001,
    RANGE_BYTES = 256 * 1024,
    PARTS = 3,
    S3_PART_BYTES = 5 * 1024 * 1024, /* the least that S3 takes */
    OSS_PART_BYTES = 100 * 1024,     /* the least that OSS takes */
    STEP_SECONDS = 60,
};

typedef struct {
    PmxBucket *bucket;
    PmxPatience patience;
    char *whole, *parted, *given_up; /* keys */
    guchar *bytes;                   /* what is written: noise */
    gsize part_bytes;
    int fd;     /* a file with them */
    char *etag; /* of the whole object, once it is there */
} Check;

/* A step returns how many bytes it moved, for the speed; -1 with `error`. */
typedef struct {
    const char *name;
    gssize (*run)(Check *check, GError **error);
} Step;

/* Also of one that was cancelled. */
static PmxPatience patience_to_clean(void)
{
    return (PmxPatience){.deadline = g_get_monotonic_time() + STEP_SECONDS * G_TIME_SPAN_SECOND};
}

static gssize wrong(GError **error, const char *what)
{
    g_set_error_literal(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD, what);
    return -1;
}

static gssize write_whole(Check *check, GError **error)
{
    const PmxFileRange content = {check->fd, 0, WHOLE_BYTES};
    return pmx_bucket_put(check->bucket, check->whole, "application/octet-stream", &content,
                          &check->patience, error)
               ? WHOLE_BYTES
               : -1;
}

static gssize look(Check *check, GError **error)
{
    g_autoptr(PmxStored) stored =
        pmx_bucket_head(check->bucket, check->whole, &check->patience, error);
    if (!stored)
        return -1;
    check->etag = g_strdup(stored->etag);
    return stored->size == WHOLE_BYTES ? 0
                                       : wrong(error, "the object has another size than was sent");
}

/* Compares `length` bytes at `offset` with what was written from `base` on. */
static gboolean same(Check *check, const PmxRange *range, gsize base, GError **error)
{
    g_autoptr(GBytes) bytes = pmx_bucket_read(check->bucket, range, &check->patience, NULL, error);
    if (!bytes)
        return FALSE;
    if (g_bytes_get_size(bytes) == range->length &&
        memcmp(g_bytes_get_data(bytes, NULL), check->bytes + base + range->offset, range->length) ==
            0)
        return TRUE;
    wrong(error, "what is read is not what was written");
    return FALSE;
}

static gssize read_range(Check *check, GError **error)
{
    const PmxRange range = {check->whole, RANGE_OFFSET, RANGE_BYTES, check->etag};
    return same(check, &range, 0, error) ? RANGE_BYTES : -1;
}

static void part_free(gpointer part)
{
    pmx_part_free(part);
}

static gboolean send_parts(Check *check, const PmxUploading *uploading, GError **error)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(part_free);
    for (guint i = 0; i < PARTS; i++) {
        const PmxFileRange content = {check->fd, i * check->part_bytes, check->part_bytes};
        PmxPart *part =
            pmx_bucket_part(check->bucket, uploading, i + 1, &content, &check->patience, error);
        if (!part)
            return FALSE;
        g_ptr_array_add(parts, part);
    }
    return pmx_bucket_complete(check->bucket, uploading, parts, &check->patience, error);
}

static PmxUploading *begin(Check *check, const char *key, GError **error)
{
    return pmx_bucket_begin(check->bucket, key, "application/octet-stream", &check->patience,
                            error);
}

static gssize write_parts(Check *check, GError **error)
{
    const PmxPatience own = patience_to_clean();
    g_autoptr(PmxUploading) uploading = begin(check, check->parted, error);
    if (!uploading)
        return -1;
    if (send_parts(check, uploading, error))
        return (gssize)(PARTS * check->part_bytes);
    pmx_bucket_abort(check->bucket, uploading, &own, NULL);
    return -1;
}

static gssize read_parts(Check *check, GError **error)
{
    const PmxRange last = {check->parted, (PARTS - 1) * check->part_bytes, check->part_bytes, NULL};
    return same(check, &last, 0, error) ? (gssize)check->part_bytes : -1;
}

/* Whether the begun upload is among those that are listed. */
static gboolean is_listed(Check *check, const PmxUploading *begun, GError **error)
{
    g_autoptr(GPtrArray) list =
        pmx_bucket_uploads(check->bucket, check->given_up, &check->patience, error);
    for (guint i = 0; list && i < list->len; i++)
        if (strcmp(((const PmxUploading *)g_ptr_array_index(list, i))->id, begun->id) == 0)
            return TRUE;
    if (list)
        wrong(error, "an upload that was begun is not listed");
    return FALSE;
}

static gssize give_up(Check *check, GError **error)
{
    const PmxPatience own = patience_to_clean();
    g_autoptr(PmxUploading) begun = begin(check, check->given_up, error);
    if (!begun)
        return -1;
    gboolean listed = is_listed(check, begun, error);
    gboolean aborted = pmx_bucket_abort(check->bucket, begun, &own, listed ? error : NULL);
    return listed && aborted ? 0 : -1;
}

static gssize list(Check *check, GError **error)
{
    g_autoptr(PmxPage) page =
        pmx_bucket_list(check->bucket, check->whole, NULL, &check->patience, error);
    if (!page)
        return -1;
    for (guint i = 0; i < page->stored->len; i++)
        if (strcmp(((const PmxStored *)g_ptr_array_index(page->stored, i))->key, check->whole) == 0)
            return 0;
    return wrong(error, "an object that is there is not listed");
}

/* Also when it was cancelled: nothing is to stay. */
static gssize clean(Check *check, GError **error)
{
    const PmxPatience own = patience_to_clean();
    gboolean deleted = pmx_bucket_delete(check->bucket, check->whole, &own, error);
    deleted &= pmx_bucket_delete(check->bucket, check->parted, &own, deleted ? error : NULL);
    return deleted ? 0 : -1;
}

static gssize look_again(Check *check, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(PmxStored) stored =
        pmx_bucket_head(check->bucket, check->whole, &check->patience, &failure);
    if (g_error_matches(failure, PMX_ERROR, PMX_CODE_RESOURCE_NOT_FOUND))
        return 0;
    if (stored)
        return wrong(error, "an object that was deleted is still there");
    g_propagate_error(error, g_steal_pointer(&failure));
    return -1;
}

/* --- telling --- */

static void print_step(const char *name, gssize bytes, gint64 microseconds, const GError *error)
{
    double seconds = MAX(1.0, (double)microseconds) / G_USEC_PER_SEC;
    if (error) {
        g_print("  %-15s FAILED: %s: %s\n", name, pmx_code_name(pmx_error_code(error)),
                error->message);
    } else if (bytes > 0) {
        g_autofree char *size = g_format_size((guint64)bytes);
        g_print("  %-15s ok  %.0f ms, %s, %.1f MB/s\n", name, seconds * 1000, size,
                (double)bytes / seconds / 1e6);
    } else {
        g_print("  %-15s ok  %.0f ms\n", name, seconds * 1000);
    }
}

static gboolean run_step(Check *check, const Step *step)
{
    g_autoptr(GError) error = NULL;
    gint64 began = g_get_monotonic_time();
    check->patience.deadline = began + STEP_SECONDS * G_TIME_SPAN_SECOND;
    gssize bytes = step->run(check, &error);
    print_step(step->name, bytes, g_get_monotonic_time() - began, error);
    return bytes >= 0;
}

static gboolean run_steps(Check *check)
{
    static const Step first = {"write", write_whole},
                      last[] = {{"delete", clean}, {"look again", look_again}};
    static const Step steps[] = {{"look", look},
                                 {"read by range", read_range},
                                 {"write in parts", write_parts},
                                 {"read a part", read_parts},
                                 {"give up", give_up},
                                 {"list", list}};
    gboolean ok = run_step(check, &first);
    if (!ok) {
        clean(check, NULL); /* it may be the answer that was lost */
        return FALSE;
    }
    for (guint i = 0; i < G_N_ELEMENTS(steps); i++)
        ok =
            !g_cancellable_is_cancelled(check->patience.cancel) && run_step(check, &steps[i]) && ok;
    for (guint i = 0; i < G_N_ELEMENTS(last); i++)
        ok = run_step(check, &last[i]) && ok;
    return ok;
}

/* --- what is written --- */

static gboolean make_file(Check *check, gsize size, GError **error)
{
    g_autofree char *path = NULL;
    check->bytes = g_malloc(size);
    for (gsize i = 0; i < size; i += sizeof(guint32))
        memcpy(check->bytes + i, &(guint32){g_random_int()}, sizeof(guint32));
    check->fd = g_file_open_tmp("polymux-XXXXXX", &path, error);
    if (check->fd < 0)
        return FALSE;
    unlink(path);
    for (gsize done = 0; done < size;) {
        ssize_t n = write(check->fd, check->bytes + done, size - done);
        if (n <= 0) {
            wrong(error, "the temporary folder takes no file of this size");
            return FALSE;
        }
        done += (gsize)n;
    }
    return TRUE;
}

/* With what is most easily signed or encoded wrongly in the key. */
static char *make_key(const char *id, const char *name)
{
    return g_strdup_printf("polymux-check-%s %s +%%20(1)*'!~&=?片🎬.bin", id, name);
}

gboolean pmx_storage_check(PmxBucket *bucket, PmxBucketType type, GCancellable *cancel)
{
    g_autofree char *id = g_uuid_string_random();
    g_autoptr(GError) error = NULL;
    Check check = {.bucket = bucket,
                   .patience = {.cancel = cancel},
                   .whole = make_key(id, "whole"),
                   .parted = make_key(id, "parts"),
                   .given_up = make_key(id, "given up"),
                   .part_bytes = type == PMX_BUCKET_S3 ? S3_PART_BYTES : OSS_PART_BYTES,
                   .fd = -1};
    gboolean made = make_file(&check, MAX(WHOLE_BYTES, PARTS * check.part_bytes), &error);
    if (!made)
        g_printerr("polymux storage: %s\n", error->message);
    gboolean ok = made && run_steps(&check);
    if (check.fd >= 0)
        close(check.fd);
    g_free(check.bytes);
    g_free(check.etag);
    g_free(check.whole);
    g_free(check.parted);
    g_free(check.given_up);
    return ok;
}
