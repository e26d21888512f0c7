/* SPDX-License-Identifier: MIT */
/* Places by the configuration: storage/routed.h. What needs a server is in tests/system. */
#include "storage/routed.h"

#include <string.h>
#include <unistd.h>

#include "receiver.h"
#include "temporary.h"

/* A storage "disk" of the folder disk, one of a bucket before a server, a folder "free" for file://,
 * one for local paths, and one of buckets. */
typedef struct {
    char *folder, *disk, *below, *buckets, *finished;
    Receiver *receiver;
    PmxPlaces *places;
} Stage;

static const char text[] = "a finished file";

static char *make_folder(const char *folder, const char *name)
{
    char *path = g_build_filename(folder, name, NULL);
    g_assert_cmpint(g_mkdir_with_parents(path, 0755), ==, 0);
    return path;
}

static int answer(Receiver *receiver, const Received *request, guint number)
{
    (void)number;
    const int *status = receiver->data;
    receiver->headers = "Content-Type: application/xml\r\n";
    receiver->content =
        strstr(request->head, "?uploads")
            ? "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>"
            : "";
    return *status;
}

static void stage_init(Stage *stage, gboolean service, gboolean with_oss, int *status)
{
    stage->folder = temporary_folder();
    stage->disk = make_folder(stage->folder, "disk");
    stage->below = make_folder(stage->folder, "free");
    stage->buckets = make_folder(stage->folder, "buckets");
    g_free(make_folder(stage->buckets, "media"));
    stage->finished = g_build_filename(stage->folder, "finished", NULL);
    stage->receiver = receiver_new(answer, status);
    const PmxStorageSetup setups[] = {
        {"disk",
         {.type = PMX_BUCKET_FOLDER, .bucket = "disk", .endpoint = stage->disk, .prefix = "p/"}},
        {"far",
         {.type = with_oss ? PMX_BUCKET_OSS : PMX_BUCKET_S3,
          .bucket = "far",
          .endpoint = stage->receiver->url,
          .region = "cn-test",
          .access_key = "id",
          .secret = "hush"}}};
    const char *const files[] = {stage->below, NULL};
    stage->places = pmx_places_routed(&(PmxRoutes){
        .storages = {.setups = setups, .count = 2, .user_agent = "test"},
        .folder = stage->folder,
        .files = service ? files : NULL,
        .rest = service ? pmx_places_buckets(stage->buckets) : pmx_places_local(stage->folder),
        .rest_is_buckets = service});
}

static void stage_clear(Stage *stage)
{
    pmx_places_free(stage->places);
    receiver_free(stage->receiver);
    temporary_remove(stage->folder);
    char *const names[] = {stage->folder, stage->disk, stage->below, stage->buckets,
                           stage->finished};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        g_free(names[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Stage, stage_clear)

static void assert_told(GError *error, PmxCode code, const char *words)
{
    g_assert_error(error, PMX_ERROR, (int)code);
    if (!strstr(error->message, words))
        g_error("\"%s\" is not in \"%s\"", words, error->message);
    g_error_free(error);
}

static void assert_refused(const Stage *stage, const char *address, gboolean output, PmxCode code,
                           const char *words)
{
    GError *error = NULL;
    g_autofree char *shown = g_utf8_make_valid(address, -1);
    g_test_message("%s", shown);
    g_assert_false(output ? pmx_places_check_output(stage->places, address, &error)
                          : pmx_places_check(stage->places, address, &error));
    assert_told(g_steal_pointer(&error), code, words);
    if (output)
        g_assert_false(pmx_places_publish(stage->places, stage->finished, address, NULL, &error));
    else
        g_assert_null(pmx_places_open(stage->places, address, NULL, &error));
    assert_told(error, code, words);
}

/* Written to `address`, the file is at `path` below the stage's folder, and is read again. */
static void assert_goes_to(const Stage *stage, const char *address, const char *path,
                           const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *whole = g_build_filename(stage->folder, path, NULL), *found = NULL;
    g_test_message("%s", address);
    g_assert_true(g_file_set_contents(stage->finished, text, -1, NULL));
    g_assert_true(pmx_places_check(stage->places, address, NULL));
    g_assert_true(pmx_places_check_output(stage->places, address, NULL));
    g_assert_true(pmx_places_writable(stage->places, address, NULL, &error));
    g_assert_no_error(error);
    pmx_places_publish(stage->places, stage->finished, address, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(whole, &found, NULL, NULL));
    g_assert_cmpstr(found, ==, text);
    g_autoptr(PmxReader) reader = pmx_places_open(stage->places, address, NULL, &error);
    g_assert_no_error(error);
    g_autofree char *full = name ? g_strdup(name) : g_strdup(whole);
    g_assert_cmpstr(reader->name, ==, full);
}

static char *file_address(const Stage *stage, const char *path)
{
    return g_strconcat("file://", stage->folder, "/", path, NULL);
}

/* --- the service --- */

static void service_ways(void)
{
    g_auto(Stage) stage = {0};
    int status = 500;
    stage_init(&stage, TRUE, FALSE, &status);
    g_autofree char *file = file_address(&stage, "free/a/b%20c.mp4");
    g_autofree char *odd = file_address(&stage, "free/%E7%89%87+%25.mp4");
    assert_goes_to(&stage, "oss://disk/a/b c.mp4", "disk/p/a/b c.mp4", "oss://disk/a/b c.mp4");
    assert_goes_to(&stage, "https://disk.oss-cn-x.aliyuncs.com/a%2Bd.mp4", "disk/p/a+d.mp4",
                   "oss://disk/a+d.mp4");
    assert_goes_to(&stage, "oss://media/a.mp4", "buckets/media/a.mp4", "oss://media/a.mp4");
    assert_goes_to(&stage, "https://media.oss-cn-x.aliyuncs.com/c%20d", "buckets/media/c d",
                   "oss://media/c d");
    assert_goes_to(&stage, file, "free/a/b c.mp4", NULL);
    assert_goes_to(&stage, odd, "free/片+%.mp4", NULL);
    g_assert_cmpuint(receiver_count(stage.receiver), ==, 0);
}

static void service_refusals(void)
{
    g_auto(Stage) stage = {0};
    int status = 500;
    stage_init(&stage, TRUE, FALSE, &status);
    const struct {
        const char *address;
        PmxCode code;
        const char *words;
    } rows[] = {
        {"oss://disk/../a", PMX_CODE_INVALID, ". or .."},
        {"oss://disk/a//b", PMX_CODE_INVALID, "empty part"},
        {"oss://disk", PMX_CODE_INVALID, "no file in it"},
        {"oss://far/a/../b", PMX_CODE_INVALID, ". or .."},
        {"s3://far/\xff", PMX_CODE_INVALID, "UTF-8"},
        {"s3://fra/a", PMX_CODE_RESOURCE_NOT_FOUND, "did you mean \"far\"?"},
        {"oss://me/a", PMX_CODE_INVALID, "valid bucket name"},
        {"https://media.oss-cn-x.aliyuncs.com/../a", PMX_CODE_INVALID, ". or .."},
        {"film.mp4", PMX_CODE_NOT_SUPPORTED, "give oss://BUCKET/KEY"},
        {"/etc/passwd", PMX_CODE_NOT_SUPPORTED, "give oss://BUCKET/KEY"},
        {"ftp://example.com/a", PMX_CODE_NOT_SUPPORTED, "give oss://BUCKET/KEY"},
        {"file:///etc/passwd", PMX_CODE_ACCESS_DENIED, "[server]"},
        {"file://elsewhere/etc/passwd", PMX_CODE_NOT_SUPPORTED, "file:///PATH"},
        {"file:etc/passwd", PMX_CODE_NOT_SUPPORTED, "file:///PATH"},
        {"http://127.0.0.1/a", PMX_CODE_ACCESS_DENIED, "http://127.0.0.1/a"},
        {"https://me:word@example.com/a", PMX_CODE_INVALID, "password"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_refused(&stage, rows[i].address, FALSE, rows[i].code, rows[i].words);
        assert_refused(&stage, rows[i].address, TRUE, rows[i].code, rows[i].words);
    }
    g_assert_cmpuint(receiver_count(stage.receiver), ==, 0);
}

static void files_stay_below(void)
{
    g_auto(Stage) stage = {0};
    int status = 500;
    stage_init(&stage, TRUE, FALSE, &status);
    static const char *const outside[] = {"free", "freed/a", "disk/a", "frees"};
    for (guint i = 0; i < G_N_ELEMENTS(outside); i++) {
        g_autofree char *address = file_address(&stage, outside[i]);
        assert_refused(&stage, address, FALSE, PMX_CODE_ACCESS_DENIED, "[server]");
    }
    static const char *const dots[] = {"free/../disk/a", "free/%2e%2e/disk/a", "free/./a",
                                       "free//a", "free/"};
    for (guint i = 0; i < G_N_ELEMENTS(dots); i++) {
        g_autofree char *address = file_address(&stage, dots[i]);
        GError *error = NULL;
        g_test_message("%s", address);
        g_assert_false(pmx_places_check(stage.places, address, &error));
        g_assert_error(error, PMX_ERROR, PMX_CODE_INVALID);
        g_error_free(error);
    }
    /* a link out */
    g_autofree char *link = g_build_filename(stage.below, "out", NULL);
    g_assert_cmpint(symlink(stage.disk, link), ==, 0);
    g_autofree char *address = file_address(&stage, "free/out/a");
    GError *error = NULL;
    g_assert_true(pmx_places_check(stage.places, address, NULL));
    g_assert_null(pmx_places_open(stage.places, address, NULL, &error));
    assert_told(error, PMX_CODE_ACCESS_DENIED, "leads out");
}

/* Where a storage is OSS's, its public hosts are what they are called. */
static void real_cloud(void)
{
    g_auto(Stage) stage = {0};
    int status = 500;
    stage_init(&stage, TRUE, TRUE, &status);
    assert_goes_to(&stage, "oss://media/a.mp4", "buckets/media/a.mp4", "oss://media/a.mp4");
    g_assert_true(pmx_places_check(stage.places, "https://media.oss-cn-x.aliyuncs.com/a", NULL));
    assert_refused(&stage, "https://media.oss-cn-x.aliyuncs.com/a", TRUE, PMX_CODE_NOT_SUPPORTED,
                   "can be read and not written");
}

static void web_is_read_only(void)
{
    g_auto(Stage) stage = {0};
    int status = 500;
    stage_init(&stage, TRUE, FALSE, &status);
    g_assert_true(pmx_places_check(stage.places, "https://example.com/a", NULL));
    assert_refused(&stage, "https://example.com/a", TRUE, PMX_CODE_NOT_SUPPORTED,
                   "can be read and not written");
}

static void missing_folder(void)
{
    g_auto(Stage) stage = {0};
    int status = 500;
    GError *error = NULL;
    stage_init(&stage, TRUE, FALSE, &status);
    g_assert_cmpint(g_rmdir(stage.disk), ==, 0);
    g_assert_true(pmx_places_check(stage.places, "oss://disk/a", NULL));
    g_assert_null(pmx_places_open(stage.places, "oss://disk/a", NULL, &error));
    assert_told(g_steal_pointer(&error), PMX_CODE_RESOURCE_NOT_FOUND, "[storage disk]");
    g_assert_false(pmx_places_writable(stage.places, "oss://disk/a", NULL, &error));
    assert_told(error, PMX_CODE_RESOURCE_NOT_FOUND, "[storage disk]");
}

/* A bucket that nobody has may be one of the configuration's, or of the folders. */
static void near_buckets(void)
{
    g_auto(Stage) stage = {0};
    int status = 500;
    GError *error = NULL;
    stage_init(&stage, TRUE, FALSE, &status);
    g_assert_null(pmx_places_open(stage.places, "oss://dissk/a", NULL, &error));
    assert_told(g_steal_pointer(&error), PMX_CODE_RESOURCE_NOT_FOUND, "did you mean \"disk\"?");
    g_assert_false(pmx_places_writable(stage.places, "oss://dissk/a", NULL, &error));
    assert_told(g_steal_pointer(&error), PMX_CODE_RESOURCE_NOT_FOUND, "did you mean \"disk\"?");
    g_assert_null(pmx_places_open(stage.places, "oss://quite-another/a", NULL, &error));
    assert_told(g_steal_pointer(&error), PMX_CODE_RESOURCE_NOT_FOUND, "[storage NAME]");
    g_assert_null(pmx_places_open(stage.places, "oss://dissk/a", NULL, NULL));
}

/* --- the command line --- */

static void local_ways(void)
{
    g_auto(Stage) stage = {0};
    int status = 500;
    stage_init(&stage, FALSE, FALSE, &status);
    g_autofree char *file = file_address(&stage, "any%20where/a.mp4");
    assert_goes_to(&stage, "a/b.mp4", "a/b.mp4", NULL);
    assert_goes_to(&stage, "./a/c.mp4", "a/c.mp4", NULL);
    assert_goes_to(&stage, file, "any where/a.mp4", NULL);
    assert_goes_to(&stage, "oss://disk/a", "disk/p/a", "oss://disk/a");
    assert_refused(&stage, "oss://media/a", FALSE, PMX_CODE_RESOURCE_NOT_FOUND, "bucket = media");
    assert_refused(&stage, "oss://dissk/a", TRUE, PMX_CODE_RESOURCE_NOT_FOUND, "\"disk\"?");
    g_autofree char *path = pmx_places_resolve_output(stage.places, "a/b.mp4", NULL);
    g_autofree char *whole = g_build_filename(stage.folder, "a", "b.mp4", NULL);
    g_autofree char *object = pmx_places_resolve_output(stage.places, "oss://disk/x", NULL);
    g_assert_cmpstr(path, ==, whole);
    g_assert_cmpstr(object, ==, "oss://disk/x");
}

static void one_name(void)
{
    g_auto(Stage) stage = {0};
    int status = 500;
    stage_init(&stage, TRUE, FALSE, &status);
    g_autofree char *same = pmx_places_name(stage.places, "s3://disk/a b");
    g_autofree char *cloud =
        pmx_places_name(stage.places, "https://disk.oss-cn-x.aliyuncs.com/a%20b");
    g_autofree char *bucket = pmx_places_name(stage.places, "http://media.oss-cn-x.aliyuncs.com/a");
    g_autofree char *web = pmx_places_name(stage.places, "https://example.com/a");
    g_assert_cmpstr(same, ==, "oss://disk/a b");
    g_assert_cmpstr(cloud, ==, "oss://disk/a b");
    g_assert_cmpstr(bucket, ==, "oss://media/a");
    g_assert_cmpstr(web, ==, "https://example.com/a");
    g_assert_null(pmx_places_name(stage.places, "film.mp4"));
}

/* --- whether a bucket takes anything --- */

static void asked_once(void)
{
    g_auto(Stage) stage = {0};
    int status = 200;
    g_autoptr(GError) error = NULL;
    stage_init(&stage, FALSE, FALSE, &status);
    g_assert_true(pmx_places_writable(stage.places, "s3://far/a.mp4", NULL, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(receiver_count(stage.receiver), ==, 2); /* begun and given up */
    g_assert_nonnull(strstr(receiver_request(stage.receiver, 0)->head, "video/mp4"));
    g_assert_true(g_str_has_prefix(receiver_request(stage.receiver, 1)->head, "DELETE "));
    g_assert_true(pmx_places_writable(stage.places, "s3://far/b.mp4", NULL, &error));
    g_assert_cmpuint(receiver_count(stage.receiver), ==, 2);
}

static void not_allowed(void)
{
    g_auto(Stage) stage = {0};
    int status = 403;
    GError *error = NULL;
    stage_init(&stage, FALSE, FALSE, &status);
    g_assert_true(pmx_places_check_output(stage.places, "s3://far/a.mp4", NULL));
    g_assert_cmpuint(receiver_count(stage.receiver), ==, 0);
    g_assert_false(pmx_places_writable(stage.places, "s3://far/a.mp4", NULL, &error));
    assert_told(error, PMX_CODE_ACCESS_DENIED, "s3://far/a.mp4");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/routed/service/ways", service_ways);
    g_test_add_func("/routed/service/refusals", service_refusals);
    g_test_add_func("/routed/service/files-stay-below", files_stay_below);
    g_test_add_func("/routed/service/real-cloud", real_cloud);
    g_test_add_func("/routed/service/web-is-read-only", web_is_read_only);
    g_test_add_func("/routed/service/missing-folder", missing_folder);
    g_test_add_func("/routed/service/near-buckets", near_buckets);
    g_test_add_func("/routed/local/ways", local_ways);
    g_test_add_func("/routed/one-name", one_name);
    g_test_add_func("/routed/writable/asked-once", asked_once);
    g_test_add_func("/routed/writable/not-allowed", not_allowed);
    return g_test_run();
}
