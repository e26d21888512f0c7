/* SPDX-License-Identifier: MIT */
/* [storage NAME] groups of the configuration. */
#include <string.h>

#include "configuration-reading.h"

#define KEYS "access-key-id = id\naccess-key-secret = hush\n"
#define OSS "type = oss\nbucket = film\nendpoint = oss-cn-hangzhou.aliyuncs.com\n" KEYS
#define S3 "type = s3\nbucket = film\nendpoint = http://127.0.0.1:9000\n" KEYS

static PmxConfiguration *read_right(const char *text, const char *const *environment)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    PmxConfiguration *read = read_text(text, environment, NULL, problems);
    g_autofree char *told = pmx_problems_to_text(problems);
    g_assert_cmpstr(told, ==, "");
    return read;
}

static const PmxStorageSettings *storage_at(const PmxConfiguration *read, guint i)
{
    return g_ptr_array_index(read->storages, i);
}

/* --- what is right --- */

static void none(void)
{
    g_autoptr(PmxConfiguration) read = read_right("[server]\n", NULL);
    g_assert_cmpuint(read->storages->len, ==, 0);
}

static void all_keys(void)
{
    g_autoptr(PmxConfiguration) read = read_right(
        "[storage cloud-1]\ntype = oss\nbucket = *\nendpoint = https://oss-cn-beijing.aliyuncs.com\n"
        "region = cn-beijing\naccess-key-id = id\naccess-key-secret = se = cret#;\n"
        "security-token = token\npath-style = false\nprefix = pre fix/\nsignature = 1\n"
        "acl = private\nstorage-class = IA\n[storage b]\n" OSS "default = true\n",
        NULL);
    g_assert_cmpuint(read->storages->len, ==, 2);
    const PmxBucketOptions bucket = pmx_storage_settings_bucket(storage_at(read, 0));
    g_assert_cmpstr(storage_at(read, 0)->name, ==, "cloud-1");
    g_assert_false(storage_at(read, 0)->is_default);
    g_assert_true(storage_at(read, 1)->is_default);
    g_assert_cmpint(bucket.type, ==, PMX_BUCKET_OSS);
    g_assert_null(bucket.bucket);
    g_assert_cmpstr(bucket.endpoint, ==, "https://oss-cn-beijing.aliyuncs.com");
    g_assert_cmpstr(bucket.region, ==, "cn-beijing");
    g_assert_cmpstr(bucket.access_key, ==, "id");
    g_assert_cmpstr(bucket.secret, ==, "se = cret#;");
    g_assert_cmpstr(bucket.token, ==, "token");
    g_assert_false(bucket.path_style);
    g_assert_cmpstr(bucket.prefix, ==, "pre fix/");
    g_assert_cmpuint(bucket.signature, ==, 1);
    g_assert_cmpstr(bucket.acl, ==, "private");
    g_assert_cmpstr(bucket.storage_class, ==, "IA");
}

static void several(void)
{
    g_autoptr(PmxConfiguration) read = read_right(
        "[storage b]\n" S3 "path-style = true\n[storage a]\n" OSS
        "[storage by-name]\ntype = s3\nendpoint = e\n" KEYS
        "[storage folder]\ntype = folder\npath = /srv/films\n[storage other]\ntype = folder\n"
        "bucket = dubs\npath = /srv/dubs\n",
        NULL);
    g_assert_cmpuint(read->storages->len, ==, 5);
    g_assert_cmpstr(storage_at(read, 0)->name, ==, "b"); /* in the file's order */
    const PmxBucketOptions s3 = pmx_storage_settings_bucket(storage_at(read, 0));
    g_assert_cmpint(s3.type, ==, PMX_BUCKET_S3);
    g_assert_true(s3.path_style);
    g_assert_cmpuint(pmx_storage_settings_bucket(storage_at(read, 1)).signature, ==, 4);
    const PmxBucketOptions folder = pmx_storage_settings_bucket(storage_at(read, 3));
    g_assert_cmpint(folder.type, ==, PMX_BUCKET_FOLDER);
    g_assert_cmpstr(pmx_storage_settings_bucket(storage_at(read, 2)).bucket, ==, "by-name");
    g_assert_cmpstr(folder.bucket, ==, "folder");
    g_assert_cmpstr(folder.endpoint, ==, "/srv/films");
    g_assert_cmpstr(pmx_storage_settings_bucket(storage_at(read, 4)).bucket, ==, "dubs");
}

static void secret_files(void)
{
    g_autofree char *folder = temporary_folder();
    g_autofree char *id = g_build_filename(folder, "id", NULL);
    g_autofree char *secret = g_build_filename(folder, "secret", NULL);
    g_autofree char *token = g_build_filename(folder, "token", NULL);
    g_autofree char *text = g_strdup_printf(
        "[storage a]\ntype = s3\nbucket = film\nendpoint = s3.amazonaws.com\n"
        "access-key-id-file = %s\naccess-key-secret-file = %s\nsecurity-token-file = %s\n",
        id, secret, token);
    g_assert_true(g_file_set_contents(id, "id\n", -1, NULL));
    g_assert_true(g_file_set_contents(secret, " hush \nanother line\n", -1, NULL));
    g_assert_true(g_file_set_contents(token, "token", -1, NULL));
    g_autoptr(PmxConfiguration) read = read_right(text, NULL);
    const PmxBucketOptions bucket = pmx_storage_settings_bucket(storage_at(read, 0));
    g_assert_cmpstr(bucket.access_key, ==, "id");
    g_assert_cmpstr(bucket.secret, ==, "hush");
    g_assert_cmpstr(bucket.token, ==, "token");
    temporary_remove(folder);
}

/* --- the environment --- */

static void variables(void)
{
    const char *const environment[] = {
        "POLYMUX_STORAGE_A_B_ACCESS_KEY_ID=other", "POLYMUX_STORAGE_A_B_ACCESS_KEY_SECRET=whisper",
        "POLYMUX_STORAGE_A_B_PREFIX=", "POLYMUX_STORAGE_A_B_SECURITY_TOKEN=token", NULL};
    g_autoptr(PmxConfiguration) read =
        read_right("[storage a]\n" S3 "[storage a-b]\n" OSS "prefix = x/\n", environment);
    const PmxBucketOptions bucket = pmx_storage_settings_bucket(storage_at(read, 1));
    g_assert_cmpstr(bucket.access_key, ==, "other");
    g_assert_cmpstr(bucket.secret, ==, "whisper");
    g_assert_cmpstr(bucket.token, ==, "token");
    g_assert_cmpstr(bucket.prefix, ==, "x/");
    g_assert_cmpstr(storage_at(read, 0)->key_id, ==, "id");
}

/* A container has no file. */
static void variables_alone(void)
{
    const char *const environment[] = {"POLYMUX_STORAGE_MAIN_PATH=/srv/films",
                                       "POLYMUX_STORAGE_MAIN_TYPE=folder", NULL};
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxConfiguration) read = pmx_configuration_read(NULL, environment, NULL, problems);
    g_assert_nonnull(read);
    g_assert_cmpstr(storage_at(read, 0)->name, ==, "main");
    g_assert_cmpstr(storage_at(read, 0)->path, ==, "/srv/films");
}

static void wrong_variables(void)
{
    const char *const environment[] = {
        "POLYMUX_STORAGE_FLIM_ACCESS_KEY_ID=x", "POLYMUX_STORAGE_FILM_ACCES_KEY_ID=x",
        "POLYMUX_STORAGE_FILM_2_REGIO=x",       "POLYMUX_STORAGE_NOTHING=x",
        "POLYMUX_STORAGE_FILM_REGION=y",        "POLYMUX_STORAGE_FILM_PATH_STYLE=yes",
        "POLYMUX_STORAGE_X_ENDPOINT=",          NULL};
    check_told("[storage film]\n" OSS "[storage film-2]\n" S3, environment, NULL,
               "POLYMUX_STORAGE_FLIM_ACCESS_KEY_ID: there is no group [storage flim], and no "
               "variable POLYMUX_STORAGE_FLIM_TYPE that would make one; did you mean "
               "\"storage film\"?\n"
               "POLYMUX_STORAGE_FILM_ACCES_KEY_ID: names no key of the group [storage film]; did "
               "you mean \"POLYMUX_STORAGE_FILM_ACCESS_KEY_ID\"?\n"
               "POLYMUX_STORAGE_FILM_2_REGIO: names no key of the group [storage film-2]; did you "
               "mean \"POLYMUX_STORAGE_FILM_2_REGION\"?\n"
               "POLYMUX_STORAGE_NOTHING: names no key of a group [storage NAME]\n"
               "POLYMUX_STORAGE_FILM_PATH_STYLE: must be true or false, not \"yes\"\n");
}

/* POLYMUX_STORAGE_NAME_KEY can be split in one way only. */
static void no_key_ends_another(void)
{
    const PmxObject *object = NULL;
    for (guint i = 0; pmx_configuration_groups[i].object; i++)
        if (pmx_configuration_groups[i].named)
            object = pmx_configuration_groups[i].object;
    g_assert_nonnull(object);
    for (const PmxField *a = object->fields; a->name; a++)
        for (const PmxField *b = object->fields; b->name; b++) {
            g_autofree char *tail = g_strconcat("-", b->name, NULL);
            g_assert_false(g_str_has_suffix(a->name, tail));
        }
}

/* --- what is wrong --- */

static void names(void)
{
    check_told("[storage]\ntype = oss\n[storage Main]\n[storage a_b]\n[storage -a]\n"
               "[storage a b]\n[stroage a]\n[storage  a]\n",
               NULL, NULL,
               "[storage]: must have a name of a-z, 0-9 and - behind it, such as [storage media]\n"
               "[storage Main]: must have a name of a-z, 0-9 and - behind it, such as "
               "[storage media]\n"
               "[storage a_b]: must have a name of a-z, 0-9 and - behind it, such as "
               "[storage media]\n"
               "[storage -a]: must have a name of a-z, 0-9 and - behind it, such as "
               "[storage media]\n"
               "[storage a b]: must have a name of a-z, 0-9 and - behind it, such as "
               "[storage media]\n"
               "[stroage a]: is not a known group; did you mean \"storage\"?\n"
               "[storage  a]: must have a name of a-z, 0-9 and - behind it, such as "
               "[storage media]\n");
}

/* They would be made into one that is neither. */
static void twice(void)
{
    check_told(
        "[storage a]\n" OSS "[server]\nworkers = 1\n [storage a] \n" S3 "[server]\nthreads = 1\n",
        NULL, NULL,
        "[storage a]: is there twice, in the lines 1 and 9; give one of them another name\n");
}

static void all_mistakes_at_once(void)
{
    check_told(
        "[storage a]\ntype = oos\n[storage b]\nbucket = x\n[storage c]\ntype = oss\n"
        "endpiont = x\n[storage d]\ntype = s3\nbucket = x\nendpoint = http://a/b\nsignature = 1\n"
        "path = /x\nprefix = /x\naccess-key-id =\n[storage e]\ntype = folder\nbucket = *\n"
        "endpoint = x\naccess-key-secret = hush\npath = films\n",
        NULL, NULL,
        "[storage a] type: must be one of s3, oss, folder, not \"oos\"\n"
        "[storage b] type: is required\n"
        "[storage c] endpiont: is not a known key; did you mean \"endpoint\"?\n"
        "[storage d] endpoint: must be a host, such as oss-cn-hangzhou.aliyuncs.com, or "
        "http://HOST:PORT\n"
        "[storage d] access-key-id: must not be empty\n"
        "[storage d] prefix: must be the beginning of a key, such as films/: without / before it "
        "and without //, . or .. in it\n"
        "[storage c] endpoint: must be given: a host such as oss-cn-hangzhou.aliyuncs.com, or "
        "http://HOST:PORT\n"
        "[storage c] access-key-id: must be given: here, in access-key-id-file, or in the "
        "variable POLYMUX_STORAGE_C_ACCESS_KEY_ID\n"
        "[storage c] access-key-secret: must be given: here, in access-key-secret-file, or in the "
        "variable POLYMUX_STORAGE_C_ACCESS_KEY_SECRET\n"
        "[storage d] path: has no effect with type s3; leave it out\n"
        "[storage d] signature: has no effect with type s3; leave it out\n"
        "[storage d] access-key-secret: must be given: here, in access-key-secret-file, or in the "
        "variable POLYMUX_STORAGE_D_ACCESS_KEY_SECRET\n"
        "[storage e] endpoint: has no effect with type folder; leave it out\n"
        "[storage e] access-key-secret: has no effect with type folder; leave it out\n"
        "[storage e] bucket: must be one name: a folder is one bucket\n"
        "[storage e] path: must be absolute: begin with /\n");
}

static void both_ways(void)
{
    check_told("[storage a]\n" OSS "access-key-secret-file = /nowhere\n", NULL, NULL,
               "[storage a] access-key-secret-file: is given besides access-key-secret; leave one "
               "out\n");
    check_told("[storage a]\ntype = s3\nbucket = *\nendpoint = e\naccess-key-id = id\n"
               "access-key-secret-file = /nowhere/file\n",
               NULL, NULL,
               "[storage a] access-key-secret-file: Failed to open file “/nowhere/file”: No such "
               "file or directory\n");
}

static void together(void)
{
    check_told("[storage a]\n" OSS "default = true\n[storage b]\n" OSS "default = true\n"
               "[storage s3]\n" S3 "[storage film]\ntype = folder\npath = /srv\n",
               NULL, NULL,
               "[storage b] bucket: is that of [storage a] already\n"
               "[storage b] default: is [storage a] already; there is one\n"
               "[storage film] bucket: is that of [storage a] already\n");
}

static void default_of_all(void)
{
    check_told("[storage a]\ntype = s3\nbucket = *\nendpoint = e\ndefault = true\n" KEYS, NULL,
               NULL, "[storage a] default: must be one bucket, and this is all of them\n");
}

/* What the bucket's own rules say. */
static void buckets(void)
{
    check_told("[storage a]\ntype = oss\nbucket = film\nendpoint = oss.example.com\n" KEYS, NULL,
               NULL,
               "[storage a]: the storage at \"oss.example.com\" needs a region, such as "
               "cn-hangzhou\n");
    check_told("[storage a]\ntype = s3\nbucket = Fi\nendpoint = e\n" KEYS, NULL, NULL,
               "[storage a]: \"Fi\" is no name of a bucket (3 to 63 of a-z, 0-9, - and .)\n");
}

/* --- secrets --- */

/* However wrong the rest is, no message has it. */
static void secrets(void)
{
    static const char *const texts[] = {
        "[storage a]\ntype = oss\naccess-key-secret = HIDDEN\nsecurity-token = HIDDEN\n",
        "[storage a]\ntype = folder\naccess-key-secret = HIDDEN\nsecurity-token = HIDDEN\n",
        "[storage a]\n" OSS "access-key-secret-file = /nowhere\naccess-key-secret = HIDDEN\n",
        "[storage a]\ntype = s3\nbucket = x\nendpoint = /\naccess-key-secret = HIDDEN\n",
        "[storage a]\ntype = s3\nbucket = x\nendpoint = http://user:HIDDEN@host\n" KEYS,
        "[storage a]\naccess-key-secrt = HIDDEN\n",
        "[storage a]\naccess-key-secret HIDDEN\n",
        "access-key-secret = HIDDEN\n",
        "[storage a]\ntype = s3\nbucket = film\nendpoint = e\naccess-key-id = i\n"
        "access-key-secret = HIDDEN\nsecurity-token = HIDDEN\x01\n",
        "[storage a]\ntype = s3\nbucket = film\nendpoint = e\naccess-key-id = i\n"
        "access-key-secret = HIDDEN\xff\n",
    };
    const char *const environment[] = {"POLYMUX_STORAGE_B_ACCESS_KEY_SECRET=HIDDEN",
                                       "POLYMUX_STORAGE_A_ACCESS_KEY_SECRT=HIDDEN", NULL};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(PmxProblems) problems = pmx_problems_new();
        g_autoptr(PmxConfiguration) read = read_text(texts[i], environment, NULL, problems);
        g_autofree char *told = pmx_problems_to_text(problems);
        g_assert_null(read);
        g_assert_cmpstr(told, !=, "");
        g_assert_null(strstr(told, "HIDDEN"));
    }
}

/* Nor what is printed of a whole one. */
static void never_shown(void)
{
    g_autoptr(PmxConfiguration) read =
        read_right("[storage a]\n" OSS "security-token = hush\n", NULL);
    for (guint i = 0; pmx_configuration_groups[i].object; i++) {
        if (!pmx_configuration_groups[i].named)
            continue;
        json_t *shown = pmx_object_dump(pmx_configuration_groups[i].object, storage_at(read, 0));
        char *text = json_dumps(shown, 0);
        g_assert_nonnull(strstr(text, "oss-cn-hangzhou"));
        g_assert_null(strstr(text, "hush"));
        free(text);
        json_decref(shown);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/configuration-storages/none", none);
    g_test_add_func("/configuration-storages/all-keys", all_keys);
    g_test_add_func("/configuration-storages/several", several);
    g_test_add_func("/configuration-storages/secret-files", secret_files);
    g_test_add_func("/configuration-storages/variables", variables);
    g_test_add_func("/configuration-storages/variables-alone", variables_alone);
    g_test_add_func("/configuration-storages/wrong-variables", wrong_variables);
    g_test_add_func("/configuration-storages/no-key-ends-another", no_key_ends_another);
    g_test_add_func("/configuration-storages/names", names);
    g_test_add_func("/configuration-storages/twice", twice);
    g_test_add_func("/configuration-storages/all-mistakes-at-once", all_mistakes_at_once);
    g_test_add_func("/configuration-storages/both-ways", both_ways);
    g_test_add_func("/configuration-storages/together", together);
    g_test_add_func("/configuration-storages/default-of-all", default_of_all);
    g_test_add_func("/configuration-storages/buckets", buckets);
    g_test_add_func("/configuration-storages/secrets", secrets);
    g_test_add_func("/configuration-storages/never-shown", never_shown);
    return g_test_run();
}
