/* SPDX-License-Identifier: MIT */
/* Uploads into a bucket, and the journal of those under way: storage/upload. */
#include "storage/upload.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/uploads.h"
#include "temporary.h"

enum { MIB = 1024 * 1024 };

typedef struct {
    char *root, *journal, *from;
    PmxBucket *bucket;
    PmxUploads *uploads;
} Stage;

static PmxBucket *folder_bucket(const Stage *stage)
{
    const PmxBucketOptions options = {.type = PMX_BUCKET_FOLDER, .endpoint = stage->root};
    return pmx_bucket_new(&options, "bucket", NULL, NULL, NULL);
}

static void stage_init(Stage *stage)
{
    stage->root = temporary_folder();
    stage->journal = g_build_filename(stage->root, "journal", NULL);
    stage->from = g_build_filename(stage->root, "from", NULL);
    g_autofree char *folder = g_build_filename(stage->root, "bucket", NULL);
    g_assert_cmpint(g_mkdir(folder, 0755), ==, 0);
    stage->bucket = folder_bucket(stage);
    stage->uploads = pmx_uploads_open(stage->journal, NULL);
    g_assert_nonnull(stage->bucket);
    g_assert_nonnull(stage->uploads);
}

static void stage_clear(Stage *stage)
{
    pmx_bucket_free(stage->bucket);
    pmx_uploads_free(stage->uploads);
    temporary_remove(stage->root);
    g_free(stage->root);
    g_free(stage->journal);
    g_free(stage->from);
}

/* Bytes that differ from block to block. */
static char *make_file(const Stage *stage, gsize size)
{
    g_autofree guint32 *words = g_new0(guint32, size / sizeof(guint32) + 1);
    for (gsize i = 0; i < size / sizeof(guint32) + 1; i++)
        words[i] = (guint32)i * 2654435761u;
    g_assert_true(g_file_set_contents(stage->from, (const char *)words, (gssize)size, NULL));
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)words, size);
}

static guint count_uploads(const Stage *stage)
{
    const PmxPatience patience = {0};
    g_autoptr(GPtrArray) list = pmx_bucket_uploads(stage->bucket, "", &patience, NULL);
    g_assert_nonnull(list);
    return list->len;
}

static PmxUploadTarget target_of(const Stage *stage)
{
    return (PmxUploadTarget){stage->bucket, "a/film.mp4", "oss://bucket/a/film.mp4", "video/mp4",
                             0};
}

/* Below and above the size from which on parts are sent; the last part may be short. */
static void test_sizes(void)
{
    static const gsize sizes[] = {1, 5 * MIB, 16 * MIB - 1, 16 * MIB, 40 * MIB + 7};
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        Stage stage;
        stage_init(&stage);
        g_autoptr(GError) error = NULL;
        g_autofree char *sum = make_file(&stage, sizes[i]), *bytes = NULL;
        g_autofree char *to = g_build_filename(stage.root, "bucket/a/film.mp4", NULL);
        const PmxUploadTarget target = target_of(&stage);
        gsize length;
        pmx_upload(stage.uploads, stage.from, &target, NULL, &error);
        g_assert_no_error(error);
        g_assert_true(g_file_get_contents(to, &bytes, &length, NULL));
        g_autofree char *there =
            g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes, length);
        g_assert_cmpstr(there, ==, sum);
        g_assert_cmpuint(count_entries(stage.journal), ==, 0);
        g_assert_cmpuint(count_uploads(&stage), ==, 0);
        stage_clear(&stage);
    }
}

/* What cannot be sent leaves nothing, neither there nor in the journal. */
static void test_called_off(void)
{
    Stage stage;
    stage_init(&stage);
    g_autofree char *sum = make_file(&stage, 20 * MIB);
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    g_autoptr(GError) error = NULL;
    const PmxUploadTarget target = target_of(&stage);
    const PmxPatience patience = {.cancel = cancel};
    g_cancellable_cancel(cancel);
    g_assert_false(pmx_upload(stage.uploads, stage.from, &target, &patience, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_assert_cmpuint(count_uploads(&stage), ==, 0);
    stage_clear(&stage);
}

/* --- what a kill leaves --- */

/* In a child: as an upload begins; `named`: the id is noted as well. It ends without cleaning up. */
static void begin_and_die(const Stage *stage, gboolean named)
{
    const PmxPatience patience = {0};
    PmxUploadNote *note = pmx_upload_note_new(stage->uploads, "oss://bucket/a/film.mp4", NULL);
    PmxUploading *uploading =
        pmx_bucket_begin(stage->bucket, "a/film.mp4", "video/mp4", &patience, NULL);
    if (!note || !uploading || (named && !pmx_upload_note_id(note, uploading->id, NULL)))
        _exit(1);
    _exit(0);
}

static void leave_upload(const Stage *stage, gboolean named)
{
    int status = -1;
    pid_t child = fork();
    if (child == 0)
        begin_and_die(stage, named);
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_cmpint(status, ==, 0);
}

static PmxBucket *bucket_of(const char *address, char **key, gpointer data)
{
    const Stage *stage = data;
    g_assert_true(g_str_has_prefix(address, "oss://bucket/"));
    *key = g_strdup(address + strlen("oss://bucket/"));
    return stage->bucket;
}

static PmxBucket *no_bucket(const char *address, char **key, gpointer data)
{
    (void)address, (void)key, (void)data;
    return NULL;
}

static void test_left(void)
{
    for (int named = 0; named < 2; named++) {
        Stage stage;
        stage_init(&stage);
        const PmxPatience patience = {0};
        g_autoptr(PmxUploading) others =
            pmx_bucket_begin(stage.bucket, "other.mp4", "video/mp4", &patience, NULL);
        PmxUploadNote *living = pmx_upload_note_new(stage.uploads, "oss://bucket/living.mp4", NULL);
        leave_upload(&stage, named);
        g_assert_cmpuint(count_uploads(&stage), ==, 2);
        g_assert_cmpuint(count_entries(stage.journal), ==, 2);
        g_assert_cmpuint(pmx_uploads_clean(stage.uploads, bucket_of, &stage, NULL), ==, 1);
        g_assert_cmpuint(count_uploads(&stage), ==, 1); /* somebody else's */
        g_assert_cmpuint(count_entries(stage.journal), ==, 1);
        pmx_upload_note_strike(living);
        g_assert_cmpuint(count_entries(stage.journal), ==, 0);
        stage_clear(&stage);
    }
}

static void write_note(const Stage *stage, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(stage->journal, name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* Of a bucket that is configured no more, or not noted to the end, the note goes; but one that another
 * configuration may know stays for a while. */
static void test_useless_notes(void)
{
    Stage stage;
    stage_init(&stage);
    leave_upload(&stage, TRUE);
    write_note(&stage, "torn.json", "{\"addr");
    write_note(&stage, "old.json", "{\"address\": \"oss://bucket/a\", \"noted\": 1700000000000}");
    g_assert_cmpuint(pmx_uploads_clean(stage.uploads, no_bucket, NULL, NULL), ==, 2);
    g_assert_cmpuint(count_entries(stage.journal), ==, 1);
    g_assert_cmpuint(pmx_uploads_clean(stage.uploads, bucket_of, &stage, NULL), ==, 1);
    g_assert_cmpuint(count_entries(stage.journal), ==, 0);
    stage_clear(&stage);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/upload/sizes", test_sizes);
    g_test_add_func("/upload/called-off", test_called_off);
    g_test_add_func("/upload/left", test_left);
    g_test_add_func("/upload/useless-notes", test_useless_notes);
    return g_test_run();
}
