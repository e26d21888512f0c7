/* SPDX-License-Identifier: MIT */
/* A bucket that is a folder: storage/bucket-folder*. */
#include "storage/bucket.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "temporary.h"

typedef struct {
    char *root, *outside;
    PmxBucket *bucket;
    GError *error;
} Stage;

static const PmxPatience patient = {0};

static void stage_init(Stage *stage)
{
    stage->root = temporary_folder();
    stage->outside = g_build_filename(stage->root, "outside", NULL);
    g_autofree char *folder = g_build_filename(stage->root, "bucket", NULL);
    g_assert_cmpint(g_mkdir(folder, 0755), ==, 0);
    g_assert_true(g_file_set_contents(stage->outside, "secret", -1, NULL));
    const PmxBucketOptions options = {
        .type = PMX_BUCKET_FOLDER, .endpoint = stage->root, .prefix = "films/"};
    stage->bucket = pmx_bucket_new(&options, "bucket", NULL, NULL, &stage->error);
    g_assert_no_error(stage->error);
}

static void stage_clear(Stage *stage)
{
    g_autofree char *kept = NULL;
    g_assert_true(g_file_get_contents(stage->outside, &kept, NULL, NULL));
    g_assert_cmpstr(kept, ==, "secret");
    pmx_bucket_free(stage->bucket);
    g_clear_error(&stage->error);
    temporary_remove(stage->root);
    g_free(stage->root);
    g_free(stage->outside);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Stage, stage_clear)
#define STAGE()                                                                                    \
    g_auto(Stage) stage = {0};                                                                     \
    stage_init(&stage)

static char *path_of(const Stage *stage, const char *key)
{
    return g_build_filename(stage->root, "bucket", "films", key, NULL);
}

/* A file with this text, that nobody else sees; caller closes. */
static int file_with(const char *text)
{
    int fd = g_open(g_get_tmp_dir(), O_TMPFILE | O_RDWR, 0600);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(write(fd, text, strlen(text)), ==, (gssize)strlen(text));
    return fd;
}

static gboolean put(Stage *stage, const char *key, const char *text)
{
    int fd = file_with(text);
    const PmxFileRange range = {fd, 0, strlen(text)};
    g_clear_error(&stage->error);
    gboolean ok = pmx_bucket_put(stage->bucket, key, "video/mp4", &range, &patient, &stage->error);
    close(fd);
    return ok;
}

static char *read_text(Stage *stage, const PmxRange *range)
{
    g_clear_error(&stage->error);
    g_autoptr(GBytes) bytes = pmx_bucket_read(stage->bucket, range, &patient, NULL, &stage->error);
    gsize length;
    return bytes ? g_strndup(g_bytes_get_data(bytes, &length), g_bytes_get_size(bytes)) : NULL;
}

static const char *const keys[] = {"a.mp4",
                                   "a b/c.mp4",
                                   "in dir/文件 (1)*~'!+.mp4",
                                   "50%25 off/100%.mp4",
                                   "😀/a b+c&d=e;f?g#h.mp4",
                                   "x/.hidden",
                                   "..."};

static void test_all(void)
{
    STAGE();
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_assert_true(put(&stage, keys[i], "old"));
        g_assert_true(put(&stage, keys[i], "hello, world"));
        g_autofree char *path = path_of(&stage, keys[i]), *text = NULL;
        g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
        g_assert_cmpstr(text, ==, "hello, world");
        g_autoptr(PmxStored) stored =
            pmx_bucket_head(stage.bucket, keys[i], &patient, &stage.error);
        g_assert_no_error(stage.error);
        g_assert_cmpstr(stored->key, ==, keys[i]);
        g_assert_cmpuint(stored->size, ==, 12);
        g_assert_cmpint(ABS(stored->modified - g_get_real_time() / 1000), <, 60000);
        const PmxRange range = {keys[i], 7, 500, stored->etag};
        g_autofree char *part = read_text(&stage, &range);
        g_assert_cmpstr(part, ==, "world");
        g_assert_true(pmx_bucket_delete(stage.bucket, keys[i], &patient, &stage.error));
        g_assert_true(pmx_bucket_delete(stage.bucket, keys[i], &patient, &stage.error));
        g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    }
}

static void test_replaced(void)
{
    STAGE();
    g_assert_true(put(&stage, "k", "first"));
    g_autoptr(PmxStored) stored = pmx_bucket_head(stage.bucket, "k", &patient, &stage.error);
    g_assert_true(put(&stage, "k", "later"));
    const PmxRange range = {"k", 0, 5, stored->etag}, beyond = {"k", 5, 1, NULL};
    g_autofree char *text = read_text(&stage, &range);
    g_assert_error(stage.error, PMX_ERROR, PMX_CODE_RESOURCE_REPLACED);
    g_autofree char *more = read_text(&stage, &beyond);
    g_assert_error(stage.error, PMX_ERROR, PMX_CODE_RESOURCE_BAD);
    g_assert_true(!text && !more);
}

static void assert_head_fails(Stage *stage, const char *key, PmxCode code)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxStored) stored = pmx_bucket_head(stage->bucket, key, &patient, &error);
    g_test_message("%s: %s", key, error ? error->message : "no error");
    g_assert_null(stored);
    g_assert_error(error, PMX_ERROR, (int)code);
}

static void test_what_is_none(void)
{
    STAGE();
    g_assert_true(put(&stage, "folder/k", "text"));
    g_autofree char *out = path_of(&stage, "out"), *pipe = path_of(&stage, "pipe");
    g_assert_cmpint(symlink(stage.outside, out), ==, 0);
    g_assert_cmpint(mkfifo(pipe, 0600), ==, 0);
    assert_head_fails(&stage, "none", PMX_CODE_RESOURCE_NOT_FOUND);
    assert_head_fails(&stage, "folder", PMX_CODE_RESOURCE_NOT_FOUND);
    assert_head_fails(&stage, "folder/k/more", PMX_CODE_RESOURCE_NOT_FOUND);
    assert_head_fails(&stage, "pipe", PMX_CODE_RESOURCE_NOT_FOUND);
    assert_head_fails(&stage, "out", PMX_CODE_ACCESS_DENIED);
    static const char *const wrong[] = {
        "", "/k", "k/", "a//b", ".", "a/..", "../../", "\xFF", ".polymux-uploads/1/key"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
        assert_head_fails(&stage, wrong[i], PMX_CODE_INVALID);
    g_assert_false(put(&stage, "folder/k/more", "text"));
    g_assert_false(put(&stage, "folder", "text"));
    g_assert_true(put(&stage, "out", "in the link's place"));
}

/* Nothing appears of a file that ends too early. */
static void test_short_file(void)
{
    STAGE();
    int fd = file_with("text");
    const PmxFileRange range = {fd, 0, 5};
    g_assert_false(pmx_bucket_put(stage.bucket, "k", "video/mp4", &range, &patient, &stage.error));
    close(fd);
    assert_head_fails(&stage, "k", PMX_CODE_RESOURCE_NOT_FOUND);
    g_autofree char *folder = path_of(&stage, "");
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_assert_null(g_dir_read_name(dir));
}

static void assert_list(Stage *stage, const char *prefix, const char *expected)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(PmxPage) page = pmx_bucket_list(stage->bucket, prefix, NULL, &patient, &stage->error);
    g_assert_no_error(stage->error);
    for (guint i = 0; i < page->stored->len; i++)
        g_string_append_printf(text, "%s\n", ((PmxStored *)page->stored->pdata[i])->key);
    g_assert_cmpstr(text->str, ==, expected);
    g_assert_null(page->next);
}

/* In the order of the keys, which is not that of the folders: "-" is before "/". */
static void test_list(void)
{
    STAGE();
    assert_list(&stage, "", "");
    g_assert_true(put(&stage, "b", "text") && put(&stage, "a/2", "text") &&
                  put(&stage, "a/1/z", "text") && put(&stage, "a-", "text"));
    g_autofree char *out = path_of(&stage, "out");
    g_assert_cmpint(symlink(stage.root, out), ==, 0);
    assert_list(&stage, "", "a-\na/1/z\na/2\nb\n");
    assert_list(&stage, "a/", "a/1/z\na/2\n");
    assert_list(&stage, "a/1", "a/1/z\n");
    assert_list(&stage, "c", "");
}

/* --- in parts --- */

static PmxPart *put_part(Stage *stage, const PmxUploading *uploading, guint number,
                         const char *text)
{
    int fd = file_with(text);
    const PmxFileRange range = {fd, 1, strlen(text) - 1};
    PmxPart *part =
        pmx_bucket_part(stage->bucket, uploading, number, &range, &patient, &stage->error);
    close(fd);
    return part;
}

static void assert_uploads(Stage *stage, guint count)
{
    g_autoptr(GPtrArray) uploads = pmx_bucket_uploads(stage->bucket, "a/", &patient, &stage->error);
    g_assert_no_error(stage->error);
    g_assert_cmpuint(uploads->len, ==, count);
    for (guint i = 0; i < count; i++)
        g_assert_cmpstr(((PmxUploading *)uploads->pdata[i])->key, ==, "a/k");
}

static void test_parts(void)
{
    STAGE();
    assert_uploads(&stage, 0);
    g_autoptr(PmxUploading) one =
        pmx_bucket_begin(stage.bucket, "a/k", "video/mp4", &patient, &stage.error);
    g_autoptr(PmxUploading) other =
        pmx_bucket_begin(stage.bucket, "a/k", "video/mp4", &patient, &stage.error);
    g_autoptr(PmxUploading) elsewhere =
        pmx_bucket_begin(stage.bucket, "b/k", "video/mp4", &patient, &stage.error);
    g_assert_no_error(stage.error);
    g_assert_true(one && other && elsewhere);
    assert_uploads(&stage, 2);
    g_autoptr(PmxPart) second = put_part(&stage, one, 2, "., ");
    g_autoptr(PmxPart) wrong = put_part(&stage, one, 1, ".goodbye");
    g_autoptr(PmxPart) first = put_part(&stage, one, 1, ".hello");
    g_autoptr(PmxPart) third = put_part(&stage, one, 3, ".world");
    g_autoptr(GPtrArray) parts = g_ptr_array_new();
    g_ptr_array_add(parts, first);
    g_ptr_array_add(parts, second);
    g_ptr_array_add(parts, third);
    assert_list(&stage, "", "");
    g_assert_true(pmx_bucket_complete(stage.bucket, one, parts, &patient, &stage.error));
    assert_list(&stage, "", "a/k\n");
    const PmxRange range = {"a/k", 0, 100, NULL};
    g_autofree char *text = read_text(&stage, &range);
    g_assert_cmpstr(text, ==, "hello, world");
    assert_uploads(&stage, 1);
    g_assert_true(pmx_bucket_abort(stage.bucket, other, &patient, &stage.error));
    g_assert_true(pmx_bucket_abort(stage.bucket, other, &patient, &stage.error));
    assert_uploads(&stage, 0);
    g_autofree char *folder = g_build_filename(stage.root, "bucket", ".polymux-uploads", NULL);
    g_assert_true(g_file_test(folder, G_FILE_TEST_IS_DIR));
    g_assert_true(pmx_bucket_abort(stage.bucket, elsewhere, &patient, &stage.error));
    g_assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
    g_assert_false(pmx_bucket_complete(stage.bucket, one, parts, &patient, &stage.error));
    g_assert_error(stage.error, PMX_ERROR, PMX_CODE_RESOURCE_NOT_FOUND);
}

enum { BEGINNERS = 4, UPLOADS = 300 };

static gpointer begin_and_abort(gpointer data)
{
    PmxBucket *bucket = data;
    for (guint i = 0; i < UPLOADS; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(PmxUploading) uploading =
            pmx_bucket_begin(bucket, "a/k", "video/mp4", &patient, &error);
        g_assert_no_error(error);
        pmx_bucket_abort(bucket, uploading, &patient, &error);
        g_assert_no_error(error);
    }
    return NULL;
}

/* Those that end take nothing away from those that begin. */
static void test_many_uploads(void)
{
    STAGE();
    GThread *threads[BEGINNERS];
    for (guint i = 0; i < BEGINNERS; i++)
        threads[i] = g_thread_new("upload", begin_and_abort, stage.bucket);
    for (guint i = 0; i < BEGINNERS; i++)
        g_thread_join(threads[i]);
    assert_uploads(&stage, 0);
}

/* An ID from elsewhere is no path. */
static void test_strange_uploads(void)
{
    STAGE();
    static const char *const ids[] = {"", ".", "..", "../films", "../../outside", "x"};
    g_autoptr(PmxUploading) real =
        pmx_bucket_begin(stage.bucket, "a/k", "video/mp4", &patient, &stage.error);
    g_assert_true(put(&stage, "k", "text"));
    for (guint i = 0; i < G_N_ELEMENTS(ids); i++) {
        const PmxUploading uploading = {(char *)"k", (char *)ids[i], 0};
        g_autoptr(GError) error = NULL;
        g_assert_true(pmx_bucket_abort(stage.bucket, &uploading, &patient, &stage.error));
        g_autoptr(GPtrArray) parts = g_ptr_array_new();
        g_assert_false(pmx_bucket_complete(stage.bucket, &uploading, parts, &patient, &error));
        g_assert_error(error, PMX_ERROR, PMX_CODE_RESOURCE_NOT_FOUND);
    }
    assert_list(&stage, "", "k\n");
    assert_uploads(&stage, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bucket-folder/all", test_all);
    g_test_add_func("/bucket-folder/replaced", test_replaced);
    g_test_add_func("/bucket-folder/what-is-none", test_what_is_none);
    g_test_add_func("/bucket-folder/short-file", test_short_file);
    g_test_add_func("/bucket-folder/list", test_list);
    g_test_add_func("/bucket-folder/parts", test_parts);
    g_test_add_func("/bucket-folder/many-uploads", test_many_uploads);
    g_test_add_func("/bucket-folder/strange-uploads", test_strange_uploads);
    return g_test_run();
}
