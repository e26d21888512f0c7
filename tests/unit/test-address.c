/* SPDX-License-Identifier: MIT */
/* Local files: storage/address. */
#include "storage/address.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/reader.h"
#include "temporary.h"

static void test_path(void)
{
    static const struct {
        const char *address, *path; /* NULL: refused */
    } rows[] = {
        {"a.mp4", "/jobs/here/a.mp4"},
        {"./a.mp4", "/jobs/here/a.mp4"},
        {"sub/../a.mp4", "/jobs/here/a.mp4"},
        {"../a.mp4", "/jobs/a.mp4"},
        {"/films/a.mp4", "/films/a.mp4"},
        {"/films//x/../a.mp4", "/films/a.mp4"},
        {"a b:c.mp4", "/jobs/here/a b:c.mp4"},
        {"c:a.mp4", "/jobs/here/c:a.mp4"},
        {"what?.mp4", "/jobs/here/what?.mp4"},
        {"100%.mp4", "/jobs/here/100%.mp4"},
        {"a%20b.mp4", "/jobs/here/a%20b.mp4"},
        {"日本.mp4", "/jobs/here/日本.mp4"},
        {"file:///films/a.mp4", "/films/a.mp4"},
        {"file:///films/a%20b.mp4", "/films/a b.mp4"},
        {"file:///films/%E6%97%A5.mp4", "/films/日.mp4"},
        {"file:///films/caf%E9.mp4", "/films/caf\xe9.mp4"},
        {"file://localhost/films/a.mp4", "/films/a.mp4"},
        {"FILE:///films/a.mp4", "/films/a.mp4"},
        {"file:///films/a%00b.mp4", NULL},
        {"file:///films/a%2Fb.mp4", NULL},
        {"file://films/a.mp4", NULL}, /* a host named films */
        {"https://bucket.example/a.mp4", NULL},
        {"oss://bucket/a.mp4", NULL},
        {"s3://bucket/a.mp4", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *path = pmx_address_to_path(rows[i].address, "/jobs/here", &error);
        g_test_message("%s", rows[i].address);
        g_assert_cmpstr(path, ==, rows[i].path);
        g_assert_cmpint(error == NULL, ==, path != NULL);
        if (error)
            g_assert_cmpint(pmx_error_code(error), ==, PMX_CODE_NOT_SUPPORTED);
        if (error)
            g_assert_nonnull(strstr(error->message, rows[i].address));
    }
}

static void write_file(const char *path, const char *text)
{
    FILE *file = g_fopen(path, "wb");
    g_assert_nonnull(file);
    g_assert_cmpint(fputs(text, file), >=, 0);
    g_assert_cmpint(fclose(file), ==, 0);
}

static void assert_file(const char *path, const char *text)
{
    g_autofree char *found = NULL;
    g_assert_true(g_file_get_contents(path, &found, NULL, NULL));
    g_assert_cmpstr(found, ==, text);
}

/* --- inputs --- */

static void assert_no_input(const char *path, PmxCode code, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxReader) input = pmx_reader_open_file(path, &error);
    g_assert_null(input);
    g_assert_error(error, PMX_ERROR, (int)code);
    g_assert_nonnull(strstr(error->message, path));
    g_assert_nonnull(strstr(error->message, words));
}

static void test_no_input(void)
{
    g_autofree char *folder = temporary_folder();
    g_autofree char *missing = g_build_filename(folder, "missing", NULL);
    g_autofree char *empty = g_build_filename(folder, "empty", NULL);
    g_autofree char *below = g_build_filename(folder, "empty", "file", NULL);
    g_autofree char *pipe = g_build_filename(folder, "pipe", NULL);
    write_file(empty, "");
    g_assert_cmpint(mkfifo(pipe, 0600), ==, 0);
    assert_no_input(missing, PMX_CODE_RESOURCE_NOT_FOUND, "No such file");
    assert_no_input(below, PMX_CODE_RESOURCE_NOT_FOUND, "Not a directory");
    assert_no_input(empty, PMX_CODE_RESOURCE_BAD, "is empty");
    assert_no_input(folder, PMX_CODE_RESOURCE_BAD, "is not a file");
    assert_no_input(pipe, PMX_CODE_RESOURCE_BAD, "is not a file"); /* and does not wait */
    temporary_remove(folder);
}

/* What was opened is what is read, whatever happens to its name; what is written into is told. */
static void test_input(void)
{
    g_autofree char *folder = temporary_folder();
    g_autofree char *path = g_build_filename(folder, "a.mp4", NULL);
    g_autofree char *other = g_build_filename(folder, "b.mp4", NULL);
    g_autoptr(GError) error = NULL;
    char bytes[9] = "";
    write_file(path, "eight by");
    g_autoptr(PmxReader) input = pmx_reader_open_file(path, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(input->name, ==, path);
    g_assert_cmpint(input->size, ==, 8);
    g_assert_true(pmx_reader_unchanged(input, &error));
    write_file(other, "other 88");
    g_assert_cmpint(g_rename(other, path), ==, 0); /* replaced: still the old one */
    g_assert_true(pmx_reader_unchanged(input, &error));
    g_assert_cmpint(pmx_reader_read(input, 0, bytes, 8), ==, 8);
    g_assert_cmpstr(bytes, ==, "eight by");
    g_autoptr(PmxReader) again = pmx_reader_open_file(path, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(again->identity, !=, input->identity);
    g_usleep(20000); /* a file system's clock may tick slowly */
    write_file(path, "new text");
    g_assert_false(pmx_reader_unchanged(again, &error));
    g_assert_error(error, PMX_ERROR, (int)PMX_CODE_RESOURCE_BAD);
    g_assert_nonnull(strstr(error->message, "was changed"));
    temporary_remove(folder);
    pmx_reader_free(NULL);
}

/* The same file has the same identity; its size, time and path are part of it. */
static void test_identity(void)
{
    g_autofree char *folder = temporary_folder();
    g_autofree char *path = g_build_filename(folder, "a.mp4", NULL);
    g_autofree char *link_path = g_build_filename(folder, "b.mp4", NULL);
    write_file(path, "text");
    g_assert_cmpint(link(path, link_path), ==, 0);
    g_autoptr(PmxReader) one = pmx_reader_open_file(path, NULL);
    g_autoptr(PmxReader) two = pmx_reader_open_file(path, NULL);
    g_autoptr(PmxReader) linked = pmx_reader_open_file(link_path, NULL);
    g_assert_cmpstr(one->identity, ==, two->identity);
    g_assert_cmpstr(one->identity, !=, linked->identity);
    const struct timespec times[2] = {{1000000, 1}, {1000000, 1}};
    g_assert_cmpint(utimensat(AT_FDCWD, path, times, 0), ==, 0);
    g_autoptr(PmxReader) older = pmx_reader_open_file(path, NULL);
    g_assert_cmpstr(one->identity, !=, older->identity);
    g_assert_false(pmx_reader_unchanged(one, NULL));
    temporary_remove(folder);
}

/* --- outputs --- */

static void publish(const char *from, const char *to, const char *text)
{
    g_autoptr(GError) error = NULL;
    struct stat info;
    write_file(from, text);
    g_assert_cmpint(g_chmod(from, 0600), ==, 0);
    g_assert_true(pmx_local_publish(from, to, to, &error));
    g_assert_no_error(error);
    assert_file(to, text);
    g_assert_cmpint(g_stat(to, &info), ==, 0);
    g_assert_cmpuint(info.st_mode & 0777, ==, 0644); /* as the umask below lets others read */
}

static void publish_into(const char *scratch, const char *target)
{
    g_autofree char *from = g_build_filename(scratch, "out.mp4", NULL);
    g_autofree char *deep = g_build_filename(target, "new", "folders", "a.mp4", NULL);
    g_autofree char *folder = g_path_get_dirname(deep);
    mode_t mask = umask(022);
    publish(from, deep, "first");
    int before = g_open(deep, O_RDONLY | O_CLOEXEC, 0);
    publish(from, deep, "second, longer");
    char old[16] = "";
    g_assert_cmpint(pread(before, old, sizeof old - 1, 0), ==, 5); /* replaced, not written into */
    g_assert_cmpstr(old, ==, "first");
    close(before);
    g_assert_cmpuint(count_entries(folder), ==, 1); /* no temporary file is left */
    umask(mask);
}

static void test_publish(void)
{
    g_autofree char *scratch = temporary_folder(), *target = temporary_folder();
    publish_into(scratch, target);
    temporary_remove(scratch);
    temporary_remove(target);
}

static void test_publish_across(void)
{
    struct stat here, there;
    g_autofree char *scratch = temporary_folder(), *target = NULL;
    char shared[] = "/dev/shm/polymux-test-XXXXXX";
    target = g_strdup(g_mkdtemp(shared));
    if (!target || g_stat(target, &there) != 0 || g_stat(scratch, &here) != 0 ||
        here.st_dev == there.st_dev) {
        g_test_skip("there is no second file system at /dev/shm");
    } else {
        publish_into(scratch, target);
    }
    temporary_remove(scratch);
    if (target)
        temporary_remove(target);
}

/* What cannot be written is told, and what stood there stays. */
static void test_publish_fails(void)
{
    g_autofree char *folder = temporary_folder();
    g_autofree char *from = g_build_filename(folder, "from", NULL);
    g_autofree char *file = g_build_filename(folder, "file", NULL);
    g_autofree char *below = g_build_filename(folder, "file", "sub", "a.mp4", NULL);
    g_autofree char *missing = g_build_filename(folder, "missing", NULL);
    g_autofree char *dir = g_build_filename(folder, "dir", NULL);
    g_autofree char *inside = g_build_filename(dir, "inside", NULL);
    write_file(from, "new");
    write_file(file, "old");
    g_assert_cmpint(g_mkdir(dir, 0700), ==, 0);
    write_file(inside, "old");
    const struct {
        const char *from, *to;
    } rows[] = {{from, below}, {missing, file}, {from, dir}};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(pmx_local_publish(rows[i].from, rows[i].to, rows[i].to, &error));
        g_assert_cmpuint(error->domain, ==, PMX_ERROR);
        g_assert_false(pmx_local_publish(rows[i].from, rows[i].to, rows[i].to, NULL));
    }
    assert_file(file, "old");
    assert_file(inside, "old");
    assert_file(from, "new");
    g_assert_cmpuint(count_entries(folder), ==, 3);
    temporary_remove(folder);
}

/* Found out before any work begins, and without making anything. */
static void test_writable(void)
{
    g_autofree char *folder = temporary_folder();
    g_autofree char *fine = g_build_filename(folder, "x", "y", "a.mp4", NULL);
    g_autofree char *file = g_build_filename(folder, "file", NULL);
    g_autofree char *below = g_build_filename(folder, "file", "a.mp4", NULL);
    g_autofree char *locked = g_build_filename(folder, "locked", NULL);
    g_autofree char *in_locked = g_build_filename(locked, "a.mp4", NULL);
    g_autoptr(GError) error = NULL;
    write_file(file, "old");
    g_assert_true(pmx_local_writable(fine, &error));
    g_assert_true(pmx_local_writable(file, &error)); /* it would be replaced */
    g_assert_false(pmx_local_writable(below, &error));
    g_assert_nonnull(strstr(error->message, file));
    g_clear_error(&error);
    g_assert_cmpuint(count_entries(folder), ==, 1);
    g_assert_false(pmx_local_writable(folder, &error));
    g_assert_error(error, PMX_ERROR, (int)PMX_CODE_INVALID);
    g_clear_error(&error);
    assert_file(file, "old");
    g_assert_cmpint(g_mkdir(locked, 0500), ==, 0);
    gboolean root = geteuid() == 0;
    if (root) /* may write everywhere: look with somebody else's eyes */
        g_assert_true(g_chmod(folder, 0755) == 0 && setresuid(65534, 65534, 0) == 0);
    gboolean ok = pmx_local_writable(in_locked, &error);
    if (root)
        g_assert_cmpint(setresuid(0, 0, 0), ==, 0);
    g_assert_false(ok);
    g_assert_error(error, PMX_ERROR, (int)PMX_CODE_ACCESS_DENIED);
    temporary_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/address/path", test_path);
    g_test_add_func("/address/no-input", test_no_input);
    g_test_add_func("/address/input", test_input);
    g_test_add_func("/address/identity", test_identity);
    g_test_add_func("/address/publish", test_publish);
    g_test_add_func("/address/publish-across", test_publish_across);
    g_test_add_func("/address/publish-fails", test_publish_fails);
    g_test_add_func("/address/writable", test_writable);
    return g_test_run();
}
