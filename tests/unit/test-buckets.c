/* SPDX-License-Identifier: MIT */
/* Buckets as folders: storage/buckets. Addresses are a stranger's, and so may be what they name. */
#include <string.h>
#include <unistd.h>

#include "buckets-stage.h"

/* --- addresses --- */

#define B63 "a23456789-123456789-123456789-123456789-123456789-123456789-123"
#define P51 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxy"
#define P255 P51 P51 P51 P51 P51
#define K1023 P255 "/" P255 "/" P255 "/" P255
#define CLOUD "https://bucket.oss-cn-shanghai.aliyuncs.com"

static void test_good_addresses(void)
{
    static const struct {
        const char *address, *path;
    } rows[] = {
        {"oss://bucket/a.mp4", "bucket/a.mp4"},
        {"OSS://bucket/a.mp4", "bucket/a.mp4"},
        {"oss://bucket/a/b/c.mp4", "bucket/a/b/c.mp4"},
        {"oss://bucket/ a b ", "bucket/ a b "},
        {"oss://bucket/a%20b", "bucket/a%20b"}, /* a key is as it is */
        {"oss://bucket/%2e%2e/a", "bucket/%2e%2e/a"},
        {"oss://bucket/..%2fa", "bucket/..%2fa"},
        {"oss://bucket/...", "bucket/..."},
        {"oss://bucket/..a/b..", "bucket/..a/b.."},
        {"oss://bucket/.a", "bucket/.a"},
        {"oss://bucket/a?b#c", "bucket/a?b#c"},
        {"oss://bucket/..\\a", "bucket/..\\a"},
        {"oss://bucket/a\nb", "bucket/a\nb"},
        {"oss://bucket/日本/片.mp4", "bucket/日本/片.mp4"},
        {"oss://bucket/-rf", "bucket/-rf"},
        {"oss://abc/a", "abc/a"},
        {"oss://1-2/a", "1-2/a"},
        {"oss://" B63 "/a", B63 "/a"},
        {"oss://bucket/" P255, "bucket/" P255},
        {"oss://bucket/" K1023, "bucket/" K1023},
        {CLOUD "/a.mp4", "bucket/a.mp4"},
        {CLOUD "/a/b.mp4", "bucket/a/b.mp4"},
        {CLOUD ":443/a.mp4", "bucket/a.mp4"},
        {"http://bucket.oss-cn-shanghai.aliyuncs.com/a", "bucket/a"},
        {"HTTPS://Bucket.OSS-cn-shanghai.AliyunCS.com/A", "bucket/A"},
        {"https://bucket.oss-cn-shanghai-internal.aliyuncs.com/a", "bucket/a"},
        {"https://bucket.oss-accelerate.aliyuncs.com/a", "bucket/a"},
        {"https://bucket.oss-accelerate-overseas.aliyuncs.com/a", "bucket/a"},
        {CLOUD "/a%20b", "bucket/a b"},
        {CLOUD "/a b", "bucket/a b"},
        {CLOUD "/%E6%97%A5", "bucket/日"},
        {CLOUD "/日", "bucket/日"},
        {CLOUD "/a+b", "bucket/a+b"},
        {CLOUD "/a%2Bb", "bucket/a+b"},
        {CLOUD "/a%2fb", "bucket/a/b"},
        {CLOUD "/a%2520b", "bucket/a%20b"},
        {CLOUD "/a%3Fb%23c", "bucket/a?b#c"},
        {CLOUD "/...", "bucket/..."},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Stage stage;
        g_test_message("row %u", i); /* not the address: one has a line break */
        stage_init(&stage);
        g_autofree char *name = g_strndup(rows[i].path, strcspn(rows[i].path, "/"));
        g_autofree char *bucket = g_build_filename(stage.root, name, NULL);
        make_dir(bucket);
        g_assert_true(pmx_places_check(stage.places, rows[i].address, NULL));
        assert_published(&stage, rows[i].address, rows[i].path);
        assert_reads(&stage, rows[i].address, new_text);
        g_autoptr(PmxReader) input = pmx_places_open(stage.places, rows[i].address, NULL, NULL);
        g_assert_true(g_str_has_prefix(input->name, "oss://"));
        g_assert_cmpstr(input->name + 6, ==, rows[i].path); /* one name for all spellings */
        stage_clear(&stage);
    }
}

static const char *const not_ours[] = {
    "",
    "film.mp4",
    "/etc/passwd",
    "../outside/secret",
    "bucket/a",
    " oss://bucket/a",
    "oss:/bucket/a",
    "oss:bucket/a",
    "file:///etc/passwd",
    "s3://bucket/a",
    "ftp://bucket.oss-cn-shanghai.aliyuncs.com/a",
    "http://example.com/a",
    "https://bucket/a",
    "https:///a",
    "https://bucket.example.com/.oss-cn-shanghai.aliyuncs.com",
    "https://bucket.oss-cn-shanghai.aliyuncs.com.example.com/a",
    "https://bucket.oss-cn-shanghai.aliyuncs.com@example.com/a",
    "https://bucket.oss-cn-shanghai.aliyuncs.com:x/a",
    "https://bucket.ossaliyuncs.com/a",
    "https://user:word@bucket.oss-cn-shanghai.aliyuncs.com/a",
    "https://oss-cn-shanghai.aliyuncs.com/bucket/a",
    CLOUD "/a?Expires=1&Signature=x",
    CLOUD "/a#b",
    CLOUD "/a%00b",
    CLOUD "/a%zz",
    CLOUD "/100%",
    CLOUD "/caf%E9",
};

static const struct {
    const char *address, *words;
} malformed[] = {
    {"oss://", "bucket name"},
    {"oss:///a", "bucket name"},
    {"oss://ab/a", "bucket name"},
    {"oss://" B63 "4/a", "bucket name"},
    {"oss://Bucket/a", "bucket name"},
    {"oss://-bucket/a", "bucket name"},
    {"oss://bucket-/a", "bucket name"},
    {"oss://buc_ket/a", "bucket name"},
    {"oss://buc.ket/a", "bucket name"},
    {"oss://.../a", "bucket name"},
    {"oss://../outside/secret", "bucket name"},
    {"oss://bucket:80/a", "bucket name"},
    {"oss://me@bucket/a", "bucket name"},
    {"oss://buck%65t/a", "bucket name"},
    {"oss://bücket/a", "bucket name"},
    {"oss://bucket\\a/b", "bucket name"},
    {"oss://bucket?/a", "bucket name"},
    {"https://ab.oss-cn-shanghai.aliyuncs.com/a", "bucket name"},
    {"https://-ab.oss-cn-shanghai.aliyuncs.com/a", "bucket name"},
    {"oss://bucket", "no file in it"},
    {"oss://bucket/", "no file in it"},
    {CLOUD, "no file in it"},
    {CLOUD "/", "no file in it"},
    {"oss://bucket//a", "empty part"},
    {"oss://bucket/a//b", "empty part"},
    {"oss://bucket/a/", "empty part"},
    {"oss://bucket/oss://bucket/a", "empty part"},
    {CLOUD "//a", "empty part"},
    {CLOUD "/%2Fetc/passwd", "empty part"},
    {CLOUD "/a%2F", "empty part"},
    {"oss://bucket/..", "in its key"},
    {"oss://bucket/.", "in its key"},
    {"oss://bucket/./a", "in its key"},
    {"oss://bucket/../outside/secret", "in its key"},
    {"oss://bucket/../../outside/secret", "in its key"},
    {"oss://bucket/a/..", "in its key"},
    {"oss://bucket/a/../b", "in its key"},
    {"oss://bucket/a/./b", "in its key"},
    {CLOUD "/%2e%2e/%2E%2E/outside/secret", "in its key"},
    {CLOUD "/..%2f..%2foutside%2fsecret", "in its key"},
    {CLOUD "/a/.%2E/b", "in its key"},
    {"oss://bucket/\xff", "UTF-8"},
    {"oss://bucket/a\xc0\xae\xc0\xae/b", "UTF-8"}, /* .. in five bytes of no Unicode */
    {"oss://bucket/" P255 "a", "255 bytes"},
    {"oss://bucket/" K1023 "a", "1023 bytes"},
};

static void assert_refused(const Stage *stage, const char *address, PmxCode code, const char *words)
{
    GError *error = NULL;
    g_autofree char *told = g_utf8_make_valid(address, -1);
    g_test_message("%s", told);
    g_assert_false(pmx_places_check(stage->places, address, &error));
    assert_error(error, code, words);
    g_assert_false(pmx_places_check(stage->places, address, NULL));
    assert_unreadable(stage, address, code, words);
    assert_unwritable(stage, address, code, words);
    g_assert_cmpuint(count_files(stage->root), ==, 0);
}

static void test_bad_addresses(void)
{
    Stage stage;
    stage_init(&stage);
    for (guint i = 0; i < G_N_ELEMENTS(not_ours); i++)
        assert_refused(&stage, not_ours[i], PMX_CODE_NOT_SUPPORTED, "give oss://BUCKET/KEY");
    for (guint i = 0; i < G_N_ELEMENTS(malformed); i++)
        assert_refused(&stage, malformed[i].address, PMX_CODE_INVALID, malformed[i].words);
    g_assert_cmpuint(count_entries(stage.bucket), ==, 0);
    stage_clear(&stage);
}

/* --- links --- */

/* Whatever leads out is neither read nor written through; nor is what only claims to. */
static void test_links_out(void)
{
    Stage stage;
    stage_init(&stage);
    g_autofree char *sub = g_build_filename(stage.bucket, "sub", NULL);
    make_dir(sub);
    make_link(&stage, "absolute", stage.outside);
    make_link(&stage, "relative", "../../outside");
    make_link(&stage, "sub/deep", "../../../outside");
    make_link(&stage, "twice", "sub/deep");
    make_link(&stage, "around", "../bucket/sub"); /* out and in again */
    make_link(&stage, "self", stage.bucket);
    make_link(&stage, "process", "/proc/self/cwd");
    static const char *const folders[] = {"absolute", "relative", "sub/deep", "twice",
                                          "around",   "self",     "process"};
    for (guint i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *inside = g_strdup_printf("oss://bucket/%s/secret", folders[i]);
        g_autofree char *below = g_strdup_printf("oss://bucket/%s/new/a", folders[i]);
        g_test_message("%s", folders[i]);
        assert_unreadable(&stage, inside, PMX_CODE_ACCESS_DENIED, "leads out of its bucket");
        assert_unwritable(&stage, inside, PMX_CODE_ACCESS_DENIED, "leads out of its bucket");
        assert_unwritable(&stage, below, PMX_CODE_ACCESS_DENIED, "leads out of its bucket");
    }
    make_link(&stage, "file", stage.secret);
    assert_unreadable(&stage, "oss://bucket/file", PMX_CODE_ACCESS_DENIED, "leads out");
    make_link(&stage, "ring", "ring");
    assert_unreadable(&stage, "oss://bucket/ring", PMX_CODE_ACCESS_DENIED, "Too many levels");
    assert_unwritable(&stage, "oss://bucket/ring/a", PMX_CODE_ACCESS_DENIED, "Too many levels");
    stage_clear(&stage);
}

static void test_links_within(void)
{
    Stage stage;
    stage_init(&stage);
    g_autofree char *films = g_build_filename(stage.bucket, "a", "films", NULL);
    g_autofree char *film = g_build_filename(films, "film", NULL);
    make_dir(films);
    write_file(film, "a film");
    make_link(&stage, "film", "a/films/film");
    make_link(&stage, "films", "a/films");
    make_link(&stage, "a/up", "../a/films");
    assert_reads(&stage, "oss://bucket/film", "a film");
    assert_reads(&stage, "oss://bucket/films/film", "a film");
    assert_reads(&stage, "oss://bucket/a/up/film", "a film");
    assert_published(&stage, "oss://bucket/films/one", "bucket/a/films/one");
    assert_published(&stage, "oss://bucket/a/up/two", "bucket/a/films/two");
    assert_published(&stage, "oss://bucket/a/up/new/three", "bucket/a/films/new/three");
    make_link(&stage, "nowhere", "missing");
    assert_unreadable(&stage, "oss://bucket/nowhere", PMX_CODE_RESOURCE_NOT_FOUND, "No such file");
    assert_unwritable(&stage, "oss://bucket/nowhere/a", PMX_CODE_RESOURCE_NOT_FOUND,
                      "No such file");
    g_assert_cmpuint(count_entries(stage.bucket), ==, 4);
    stage_clear(&stage);
}

/* A finished file takes the place of a link, and what the link leads to stays. */
static void test_link_is_replaced(void)
{
    Stage stage;
    stage_init(&stage);
    g_autofree char *film = g_build_filename(stage.bucket, "film", NULL), *text = NULL;
    write_file(film, "a film");
    make_link(&stage, "out", stage.secret);
    make_link(&stage, "in", "film");
    make_link(&stage, "nowhere", "missing");
    make_link(&stage, "ring", "ring");
    make_link(&stage, "folder", stage.outside);
    assert_published(&stage, "oss://bucket/out", "bucket/out");
    assert_published(&stage, "oss://bucket/in", "bucket/in");
    assert_published(&stage, "oss://bucket/nowhere", "bucket/nowhere");
    assert_published(&stage, "oss://bucket/ring", "bucket/ring");
    assert_published(&stage, "oss://bucket/folder", "bucket/folder");
    g_assert_true(g_file_get_contents(film, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "a film");
    g_assert_cmpuint(count_entries(stage.bucket), ==, 6);
    stage_clear(&stage);
}

/* A bucket may be somewhere else altogether: a link there is its administrator's. */
static void test_linked_bucket(void)
{
    Stage stage;
    stage_init(&stage);
    g_autofree char *disk = g_build_filename(stage.folder, "disk", NULL);
    g_autofree char *link = g_build_filename(stage.root, "linked", NULL);
    g_autofree char *out = g_build_filename(disk, "out", NULL);
    make_dir(disk);
    g_assert_cmpint(symlink(disk, link), ==, 0);
    g_assert_cmpint(symlink(stage.outside, out), ==, 0);
    assert_published(&stage, "oss://linked/a/b", "../disk/a/b");
    assert_reads(&stage, "oss://linked/a/b", new_text);
    assert_unreadable(&stage, "oss://linked/out/secret", PMX_CODE_ACCESS_DENIED, "leads out");
    stage_clear(&stage);
}

/* --- what is there, or not --- */

static void test_no_input(void)
{
    Stage stage;
    stage_init(&stage);
    g_autofree char *pipe = g_build_filename(stage.bucket, "pipe", NULL);
    g_autofree char *folder = g_build_filename(stage.bucket, "folder", NULL);
    g_autofree char *empty = g_build_filename(stage.bucket, "empty", NULL);
    g_assert_cmpint(mkfifo(pipe, 0600), ==, 0);
    make_dir(folder);
    write_file(empty, "");
    static const struct {
        const char *address;
        PmxCode code;
        const char *words;
    } rows[] = {
        {"oss://bucket/missing", PMX_CODE_RESOURCE_NOT_FOUND, "No such file"},
        {"oss://bucket/missing/too", PMX_CODE_RESOURCE_NOT_FOUND, "No such file"},
        {"oss://bucket/empty/below", PMX_CODE_RESOURCE_NOT_FOUND, "Not a directory"},
        {"oss://bucket/pipe", PMX_CODE_RESOURCE_BAD, "is not a file"}, /* and does not wait */
        {"oss://bucket/folder", PMX_CODE_RESOURCE_BAD, "is not a file"},
        {"oss://bucket/empty", PMX_CODE_RESOURCE_BAD, "is empty"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_unreadable(&stage, rows[i].address, rows[i].code, rows[i].words);
        assert_unreadable(&stage, rows[i].address, rows[i].code, rows[i].address);
    }
    stage_clear(&stage);
}

static void test_no_bucket(void)
{
    Stage stage;
    stage_init(&stage);
    g_autofree char *file = g_build_filename(stage.root, "file", NULL);
    static const char *const addresses[] = {"oss://buckets/a", "oss://file/a"};
    write_file(file, "not a folder");
    for (guint i = 0; i < G_N_ELEMENTS(addresses); i++) {
        g_assert_true(pmx_places_check(stage.places, addresses[i], NULL)); /* as far as it says */
        assert_unreadable(&stage, addresses[i], PMX_CODE_RESOURCE_NOT_FOUND, "there is no bucket");
        assert_unreadable(&stage, addresses[i], PMX_CODE_RESOURCE_NOT_FOUND, stage.root);
        assert_unwritable(&stage, addresses[i], PMX_CODE_RESOURCE_NOT_FOUND, "there is no bucket");
    }
    g_assert_cmpuint(count_entries(stage.root), ==, 2); /* none is made */
    stage_clear(&stage);
}

/* Calls `look` as somebody who is not root. */
static void as_nobody(const Stage *stage, void (*look)(const Stage *stage))
{
    gboolean root = geteuid() == 0;
    if (root)
        g_assert_true(g_chmod(stage->folder, 0755) == 0 && setresuid(65534, 65534, 0) == 0);
    look(stage);
    if (root)
        g_assert_cmpint(setresuid(0, 0, 0), ==, 0);
}

static void look_at_locked(const Stage *stage)
{
    g_autoptr(GError) error = NULL;
    assert_unreadable(stage, "oss://bucket/hidden", PMX_CODE_ACCESS_DENIED, "Permission denied");
    assert_unreadable(stage, "oss://bucket/locked/a", PMX_CODE_ACCESS_DENIED, "Permission denied");
    g_assert_false(pmx_places_writable(stage->places, "oss://bucket/locked/a", &error));
    g_assert_error(error, PMX_ERROR, (int)PMX_CODE_ACCESS_DENIED);
    g_assert_false(pmx_places_writable(stage->places, "oss://bucket/closed/new/a", NULL));
    g_assert_false(pmx_places_writable(stage->places, "oss://bucket/closed/a", NULL));
}

static void test_locked(void)
{
    Stage stage;
    stage_init(&stage);
    g_autofree char *hidden = g_build_filename(stage.bucket, "hidden", NULL);
    g_autofree char *locked = g_build_filename(stage.bucket, "locked", NULL);
    g_autofree char *closed = g_build_filename(stage.bucket, "closed", NULL);
    write_file(hidden, "hidden");
    make_dir(locked);
    make_dir(closed);
    g_assert_true(g_chmod(hidden, 0) == 0 && g_chmod(locked, 0) == 0 && g_chmod(closed, 0555) == 0);
    as_nobody(&stage, look_at_locked);
    g_assert_cmpint(g_chmod(locked, 0700), ==, 0);
    stage_clear(&stage);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/buckets/good-addresses", test_good_addresses);
    g_test_add_func("/buckets/bad-addresses", test_bad_addresses);
    g_test_add_func("/buckets/links-out", test_links_out);
    g_test_add_func("/buckets/links-within", test_links_within);
    g_test_add_func("/buckets/link-is-replaced", test_link_is_replaced);
    g_test_add_func("/buckets/linked-bucket", test_linked_bucket);
    g_test_add_func("/buckets/no-input", test_no_input);
    g_test_add_func("/buckets/no-bucket", test_no_bucket);
    g_test_add_func("/buckets/locked", test_locked);
    return g_test_run();
}
