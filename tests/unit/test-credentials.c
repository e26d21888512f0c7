/* SPDX-License-Identifier: MIT */
/* Access key pairs in a file: api/credentials. */
#include "api/credentials.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "temporary.h"

typedef struct {
    char *folder, *path;
} File;

static void file_open(File *file)
{
    file->folder = temporary_folder();
    file->path = g_build_filename(file->folder, "credentials", NULL);
}

static void file_write(const File *file, const char *text)
{
    g_assert_true(
        g_file_set_contents_full(file->path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

static void file_close(File *file)
{
    temporary_remove(file->folder);
    g_free(file->folder);
    g_free(file->path);
}

static const PmxKeyPair *pair_at(const PmxCredentials *credentials, guint at)
{
    g_assert_cmpuint(at, <, credentials->pairs->len);
    return g_ptr_array_index(credentials->pairs, at);
}

static void test_ensure(void)
{
    File file;
    gboolean made;
    struct stat status;
    g_autoptr(GError) error = NULL;
    file_open(&file);
    g_autoptr(PmxCredentials) fresh = pmx_credentials_ensure(file.path, &made, &error);
    g_assert_no_error(error);
    g_assert_true(made);
    g_assert_cmpint(stat(file.path, &status), ==, 0);
    g_assert_cmpuint(status.st_mode & 07777, ==, 0600);
    g_assert_cmpuint(count_entries(file.folder), ==, 1);
    const PmxKeyPair *pair = pair_at(fresh, 0);
    g_assert_cmpstr(pair->group, ==, "default");
    g_assert_cmpuint(strlen(pair->id), ==, 24);
    g_assert_cmpuint(strlen(pair->secret), ==, 40);
    g_autoptr(PmxCredentials) again = pmx_credentials_ensure(file.path, &made, &error);
    g_assert_no_error(error);
    g_assert_false(made);
    g_assert_cmpstr(pair_at(again, 0)->secret, ==, pair->secret);
    unlink(file.path);
    g_autoptr(PmxCredentials) other = pmx_credentials_ensure(file.path, &made, &error);
    g_assert_cmpstr(pair_at(other, 0)->secret, !=, pair->secret);
    file_close(&file);
}

static void test_several_pairs(void)
{
    File file;
    g_autoptr(GError) error = NULL;
    file_open(&file);
    file_write(&file, "# ours\n[ci]\ntype = access_key\naccess_key_id = b\naccess_key_secret = 2\n"
                      "[role]\ntype = ecs_ram_role\nrole_name = r\n"
                      "[default]\ntype=access_key\naccess_key_id=a\naccess_key_secret=1\n");
    g_autoptr(PmxCredentials) credentials = pmx_credentials_read(file.path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(credentials->pairs->len, ==, 2);
    g_assert_cmpstr(pair_at(credentials, 0)->id, ==, "a");
    g_assert_cmpstr(pair_at(credentials, 1)->id, ==, "b");
    g_assert_cmpstr(pair_at(credentials, 1)->secret, ==, "2");
    file_close(&file);
}

static void assert_bad_file(const char *text, const char *says)
{
    File file;
    g_autoptr(GError) error = NULL;
    file_open(&file);
    file_write(&file, text);
    g_assert_null(pmx_credentials_read(file.path, &error));
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, file.path));
    g_assert_nonnull(strstr(error->message, says));
    g_assert_null(strstr(error->message, "s3cret"));
    file_close(&file);
}

static void test_bad_files(void)
{
    assert_bad_file("", "no group with type");
    assert_bad_file("[default]\ntype = ecs_ram_role\n", "no group with type");
    assert_bad_file("[default]\ntype = access_key\naccess_key_id = a\n", "access_key_secret");
    assert_bad_file("[default]\ntype = access_key\naccess_key_secret = s3cret\n", "access_key_id");
    assert_bad_file("[x]\ntype=access_key\naccess_key_id=a:b\naccess_key_secret=s3cret\n", "colon");
    assert_bad_file("nonsense", "");
}

static void test_readable_by_others(void)
{
    static const mode_t modes[] = {0640, 0604, 0660, 0644};
    for (guint i = 0; i < G_N_ELEMENTS(modes); i++) {
        File file;
        gboolean made;
        g_autoptr(GError) error = NULL;
        file_open(&file);
        file_write(&file, "[default]\ntype=access_key\naccess_key_id=a\naccess_key_secret=1\n");
        g_assert_cmpint(chmod(file.path, modes[i]), ==, 0);
        g_assert_null(pmx_credentials_ensure(file.path, &made, &error));
        g_autofree char *remedy = g_strdup_printf("chmod 600 %s", file.path);
        g_assert_nonnull(strstr(error->message, remedy));
        file_close(&file);
    }
}

static void test_no_folder(void)
{
    gboolean made;
    g_autoptr(GError) error = NULL;
    g_assert_null(pmx_credentials_ensure("/nonexistent/credentials", &made, &error));
    g_assert_false(made);
    g_assert_nonnull(strstr(error->message, "/nonexistent/credentials"));
    g_clear_error(&error);
    g_assert_null(pmx_credentials_read("/nonexistent/credentials", &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/credentials/ensure", test_ensure);
    g_test_add_func("/credentials/several-pairs", test_several_pairs);
    g_test_add_func("/credentials/bad-files", test_bad_files);
    g_test_add_func("/credentials/readable-by-others", test_readable_by_others);
    g_test_add_func("/credentials/no-folder", test_no_folder);
    return g_test_run();
}
