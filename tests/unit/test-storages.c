/* SPDX-License-Identifier: MIT */
/* Which storage an address is in: storage/storages.h, from its text alone. */
#include "storage/storages.h"

#include <string.h>

#define KEYS .access_key = "id", .secret = "hush"

static const PmxStorageSetup setups[] = {
    {"film",
     {.type = PMX_BUCKET_OSS, .bucket = "film", .endpoint = "oss-cn-hangzhou.aliyuncs.com", KEYS}},
    {"dubs",
     {.type = PMX_BUCKET_OSS,
      .bucket = "dubs",
      .endpoint = "oss-cn-beijing-internal.aliyuncs.com",
      .prefix = "2024/in/",
      KEYS}},
    {"aws",
     {.type = PMX_BUCKET_S3, .bucket = "archive", .endpoint = "s3.eu-west-1.amazonaws.com", KEYS}},
    {"ours", {.type = PMX_BUCKET_S3, .endpoint = "http://127.0.0.1:9000", KEYS}},
    {"disk", {.type = PMX_BUCKET_FOLDER, .bucket = "disk", .endpoint = "/srv/disk"}},
    {"oss-ip",
     {.type = PMX_BUCKET_OSS,
      .bucket = "local",
      .endpoint = "http://127.0.0.1:9001",
      .region = "cn-hangzhou",
      KEYS}},
    {"fast",
     {.type = PMX_BUCKET_OSS,
      .bucket = "fast",
      .endpoint = "https://oss-accelerate.aliyuncs.com",
      .region = "oss-cn-shanghai",
      KEYS}},
};

static PmxStorages *storages_of(const PmxStorageSetup *from, guint count)
{
    return pmx_storages_new(
        &(PmxStoragesOptions){.setups = from, .count = count, .user_agent = "test"});
}

/* `storage` is the configured name, or a word for what else it is. */
typedef struct {
    const char *address, *storage, *name;
} Row;

#define WEB "the web"
#define OTHER "elsewhere"
#define UNKNOWN "unknown bucket"
#define WRONG "refused"

static const Row rows[] = {
    /* by the scheme: keys as they are */
    {"oss://film/a.mp4", "film", "oss://film/a.mp4"},
    {"OSS://film/a.mp4", "film", "oss://film/a.mp4"},
    {"oss://film/a b+c%20d?e#f", "film", "oss://film/a b+c%20d?e#f"},
    {"oss://film/片/🎬 (1)*'!~.mp4", "film", "oss://film/片/🎬 (1)*'!~.mp4"},
    {"oss://film//a", "film", "oss://film//a"},
    {"oss://film/a/", "film", "oss://film/a/"},
    {"oss://dubs/a", "dubs", "oss://dubs/a"},
    {"oss://disk/a", "disk", "oss://disk/a"},
    {"oss://local/a", "oss-ip", "oss://local/a"},
    {"s3://archive/a%2Fb", "aws", "s3://archive/a%2Fb"},
    {"S3://archive/a", "aws", "s3://archive/a"},
    {"s3://anything/a", "ours", "s3://anything/a"},
    {"s3://Any_Thing.x/a", "ours", "s3://Any_Thing.x/a"},
    /* a bucket that is named is that one's, whatever the scheme */
    {"s3://film/a", "film", "oss://film/a"},
    {"oss://archive/a", "aws", "s3://archive/a"},
    {"s3://disk/a", "disk", "oss://disk/a"},
    /* what no storage has */
    {"oss://other/a", UNKNOWN, NULL},
    {"oss://FILM/a", UNKNOWN, NULL},
    {"oss:///a", UNKNOWN, NULL},
    {"oss://", UNKNOWN, NULL},
    {"oss://user@film/a", UNKNOWN, NULL},
    /* no object */
    {"oss://film", WRONG, NULL},
    {"oss://film/", WRONG, NULL},
    {"s3://archive", WRONG, NULL},
    /* hosts of OSS */
    {"https://film.oss-cn-hangzhou.aliyuncs.com/a.mp4", "film", "oss://film/a.mp4"},
    {"http://film.oss-cn-hangzhou.aliyuncs.com/a.mp4", "film", "oss://film/a.mp4"},
    {"https://film.oss-cn-hangzhou.aliyuncs.com:443/a", "film", "oss://film/a"},
    {"http://film.oss-cn-hangzhou.aliyuncs.com:80/a", "film", "oss://film/a"},
    {"https://film.oss-cn-hangzhou.aliyuncs.com:8443/a", WEB, NULL},
    {"HTTPS://FILM.OSS-cn-Hangzhou.AliyunCS.com/A", "film", "oss://film/A"},
    {"https://film.oss-cn-hangzhou-internal.aliyuncs.com/a", "film", "oss://film/a"},
    {"https://film.oss-accelerate.aliyuncs.com/a", "film", "oss://film/a"},
    {"https://film.oss-accelerate-overseas.aliyuncs.com/a", "film", "oss://film/a"},
    {"https://film.cn-hangzhou.oss.aliyuncs.com/a", "film", "oss://film/a"},
    {"https://fast.oss-cn-shanghai.aliyuncs.com/a", "fast", "oss://fast/a"},
    {"https://fast.oss-cn-shanghai-internal.aliyuncs.com/a", "fast", "oss://fast/a"},
    {"https://fast.oss-accelerate.aliyuncs.com/a", "fast", "oss://fast/a"},
    {"https://film.oss-cn-beijing.aliyuncs.com/a", WEB, NULL}, /* another region */
    {"https://other.oss-cn-hangzhou.aliyuncs.com/a", WEB, NULL},
    {"https://oss-cn-hangzhou.aliyuncs.com/film/a", WEB, NULL}, /* OSS has no such form */
    {"https://film.oss-cn-hangzhou.aliyuncs.com.example.com/a", WEB, NULL},
    {"https://xfilm.oss-cn-hangzhou.aliyuncs.com/a", WEB, NULL},
    {"https://www.film.oss-cn-hangzhou.aliyuncs.com/a", WEB, NULL},
    {"https://film.oss-cn-hangzhou.aliyuncs.com", WRONG, NULL},
    {"https://film.oss-cn-hangzhou.aliyuncs.com/", WRONG, NULL},
    /* encoded keys */
    {"https://film.oss-cn-hangzhou.aliyuncs.com/a%20b%2Bc%2525", "film", "oss://film/a b+c%25"},
    {"https://film.oss-cn-hangzhou.aliyuncs.com/a+b", "film", "oss://film/a+b"},
    {"https://film.oss-cn-hangzhou.aliyuncs.com/%E7%89%87%F0%9F%8E%AC", "film", "oss://film/片🎬"},
    {"https://film.oss-cn-hangzhou.aliyuncs.com/片", "film", "oss://film/片"},
    {"https://film.oss-cn-hangzhou.aliyuncs.com/(1)*'!~", "film", "oss://film/(1)*'!~"},
    {"https://film.oss-cn-hangzhou.aliyuncs.com/%3F%23", "film", "oss://film/?#"},
    {"https://film.oss-cn-hangzhou.aliyuncs.com/a%2fb", "film", "oss://film/a/b"},
    {"https://film.oss-cn-hangzhou.aliyuncs.com/a/../b", "film", "oss://film/a/../b"},
    {"https://film.oss-cn-hangzhou.aliyuncs.com/a%00b", WRONG, NULL},
    {"https://film.oss-cn-hangzhou.aliyuncs.com/100%", WRONG, NULL},
    {"https://film.oss-cn-hangzhou.aliyuncs.com/caf%E9", WRONG, NULL},
    {"http://127.0.0.1:9000/any/%zz", WRONG, NULL},
    {"https://example.com/caf%E9", WEB, NULL}, /* a server may think otherwise */
    {"https://film.oss-cn-hangzhou.aliyuncs.com/a?Expires=1&Signature=x", WEB, NULL},
    {"https://film.oss-cn-hangzhou.aliyuncs.com/a#b", WEB, NULL},
    /* with a prefix, which only https:// addresses have */
    {"https://dubs.oss-cn-beijing.aliyuncs.com/2024/in/a", "dubs", "oss://dubs/a"},
    {"https://dubs.oss-cn-beijing.aliyuncs.com/2024/in/", WRONG, NULL},
    {"https://dubs.oss-cn-beijing.aliyuncs.com/2024/a", WRONG, NULL},
    {"https://dubs.oss-cn-beijing.aliyuncs.com/a", WRONG, NULL},
    /* hosts of S3, before the key and in the path */
    {"https://archive.s3.eu-west-1.amazonaws.com/a", "aws", "s3://archive/a"},
    {"https://archive.s3-eu-west-1.amazonaws.com/a", "aws", "s3://archive/a"},
    {"https://archive.s3.dualstack.eu-west-1.amazonaws.com/a", "aws", "s3://archive/a"},
    {"https://archive.s3.amazonaws.com/a", "aws", "s3://archive/a"},
    {"https://archive.s3-accelerate.amazonaws.com/a", "aws", "s3://archive/a"},
    {"https://s3.eu-west-1.amazonaws.com/archive/a%20b", "aws", "s3://archive/a b"},
    {"https://s3.amazonaws.com/archive/a", "aws", "s3://archive/a"},
    {"https://s3.eu-west-1.amazonaws.com/archive", WRONG, NULL},
    {"https://s3.eu-west-1.amazonaws.com/other/a", WEB, NULL},
    {"https://archive.s3.us-east-2.amazonaws.com/a", WEB, NULL},
    {"http://127.0.0.1:9000/anything/a/b", "ours", "s3://anything/a/b"},
    /* s3:// leads into another storage, whose bucket is called the same */
    {"http://127.0.0.1:9000/film/a", "ours", "http://127.0.0.1:9000/film/a"},
    {"http://127.0.0.1:9000/anything/", WRONG, NULL},
    {"http://127.0.0.1:9000/", WRONG, NULL},
    {"http://127.0.0.1:9001/local/a", "oss-ip", "oss://local/a"},
    /* the web */
    {"https://example.com/film.mp4", WEB, NULL},
    {"http://example.com:8080/a%20b?x=y", WEB, NULL},
    {"https://example.com/", WEB, NULL},
    {"http://127.0.0.1:9002/a", WRONG, NULL}, /* the guard */
    {"http://[::1]/a", WRONG, NULL},
    {"http://2130706433/a", WRONG, NULL},
    {"https://me:word@example.com/a", WRONG, NULL},
    {"https://me:word@film.oss-cn-hangzhou.aliyuncs.com/a", WRONG, NULL},
    {"https://", WRONG, NULL},
    {"http:///a", WRONG, NULL},
    /* what is somebody else's to say */
    {"film.mp4", OTHER, NULL},
    {"/srv/film.mp4", OTHER, NULL},
    {"file:///srv/film.mp4", OTHER, NULL},
    {"oss:/film/a", OTHER, NULL},
    {"oss:film/a", OTHER, NULL},
    {" oss://film/a", OTHER, NULL},
    {"ftp://film.oss-cn-hangzhou.aliyuncs.com/a", OTHER, NULL},
    {"https:film", OTHER, NULL},
    {"", OTHER, NULL},
};

static const char *what(const PmxAddress *address)
{
    static const char *const words[] = {
        [PMX_ADDRESS_UNKNOWN] = UNKNOWN, [PMX_ADDRESS_WEB] = WEB, [PMX_ADDRESS_OTHER] = OTHER};
    return address->kind == PMX_ADDRESS_OBJECT ? address->storage->name : words[address->kind];
}

static void check_row(const PmxStorages *storages, const Row *row)
{
    g_auto(PmxAddress) address = {0}, again = {0};
    g_autoptr(GError) error = NULL;
    g_test_message("%s", row->address);
    gboolean fine = pmx_storages_recognise(storages, row->address, &address, &error);
    g_assert_cmpstr(fine ? what(&address) : WRONG, ==, row->storage);
    g_assert_true(fine == !error);
    g_assert_cmpstr(fine ? address.name : NULL, ==, row->name);
    g_assert_false(pmx_storages_recognise(storages, row->address, &again, NULL) != fine);
}

static void addresses(void)
{
    g_autoptr(PmxStorages) storages = storages_of(setups, G_N_ELEMENTS(setups));
    g_assert_cmpuint(G_N_ELEMENTS(rows), >=, 60);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        check_row(storages, &rows[i]);
}

/* An object's one name leads to the object again. */
static void names_lead_back(void)
{
    g_autoptr(PmxStorages) storages = storages_of(setups, G_N_ELEMENTS(setups));
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].name)
            check_row(storages, &(Row){rows[i].name, rows[i].storage, rows[i].name});
}

/* Where no storage is OSS's, its public hosts are names of buckets, as oss:// is. */
static void cloud_without_oss(void)
{
    static const Row without[] = {
        {"https://archive.oss-cn-hangzhou.aliyuncs.com/a%20b", "aws", "s3://archive/a b"},
        {"https://disk.oss-cn-hangzhou.aliyuncs.com/a", "disk", "oss://disk/a"},
        {"https://disk.oss-cn-hangzhou.aliyuncs.com/", WRONG, NULL},
        {"https://film.oss-cn-hangzhou.aliyuncs.com/a", WEB, NULL},
        {"https://disk.oss-cn-hangzhou.aliyuncs.com/a?x", WEB, NULL},
        {"https://film.oss-cn-hangzhou.aliyuncs.com/a%00", WRONG, NULL},
    };
    const PmxStorageSetup some[] = {setups[2], setups[4]};
    g_autoptr(PmxStorages) storages = storages_of(some, G_N_ELEMENTS(some));
    for (guint i = 0; i < G_N_ELEMENTS(without); i++)
        check_row(storages, &without[i]);
}

/* * is for the rest. */
static void any_bucket(void)
{
    static const Row any[] = {
        {"oss://film/a", "film", "oss://film/a"},
        {"oss://other/a", "any", "oss://other/a"},
        {"https://other.oss-cn-hangzhou.aliyuncs.com/a", "any", "oss://other/a"},
        {"https://film.oss-cn-hangzhou.aliyuncs.com/a", "film", "oss://film/a"},
        {"s3://other/a", UNKNOWN, NULL},
    };
    const PmxStorageSetup some[] = {{"any",
                                     {.type = PMX_BUCKET_OSS,
                                      .endpoint = "oss-cn-hangzhou.aliyuncs.com",
                                      .region = NULL,
                                      KEYS}},
                                    setups[0]};
    g_autoptr(PmxStorages) storages = storages_of(some, G_N_ELEMENTS(some));
    for (guint i = 0; i < G_N_ELEMENTS(any); i++)
        check_row(storages, &any[i]);
}

static void check_unknown(const PmxStorageSetup *from, guint count, const char *text,
                          const char *words)
{
    g_autoptr(PmxStorages) storages = storages_of(from, count);
    g_auto(PmxAddress) address = {0};
    g_autoptr(GError) error = NULL;
    g_assert_true(pmx_storages_recognise(storages, text, &address, NULL));
    g_assert_false(pmx_storages_refuse_unknown(storages, text, &address, &error));
    g_assert_error(error, PMX_ERROR, PMX_CODE_RESOURCE_NOT_FOUND);
    g_assert_nonnull(strstr(error->message, text));
    g_assert_nonnull(strstr(error->message, words));
}

static void unknown_buckets(void)
{
    check_unknown(setups, 2, "oss://flim/a", "did you mean \"film\"?");
    check_unknown(setups, 2, "s3://quite-another/a", "with bucket = quite-another");
    check_unknown(setups, 0, "oss://film/a", "no storage is configured");
}

/* A password is in no message. */
static void passwords(void)
{
    g_autoptr(PmxStorages) storages = storages_of(setups, G_N_ELEMENTS(setups));
    g_auto(PmxAddress) address = {0};
    g_autoptr(GError) error = NULL;
    g_assert_false(
        pmx_storages_recognise(storages, "https://me:word@example.com/a", &address, &error));
    g_assert_null(strstr(error->message, "word@"));
}

static void buckets_are_shared(void)
{
    g_autoptr(PmxStorages) storages = storages_of(setups, G_N_ELEMENTS(setups));
    const PmxStorage *any = pmx_storages_named(storages, "ours");
    const PmxStorage *film = pmx_storages_named(storages, "film");
    g_autoptr(GError) error = NULL;
    PmxBucket *first = pmx_storages_bucket(storages, any, "first", NULL);
    g_assert_nonnull(first);
    g_assert_true(pmx_storages_bucket(storages, any, "first", NULL) == first);
    g_assert_true(pmx_storages_bucket(storages, any, "second", NULL) != first);
    g_assert_true(pmx_storages_bucket(storages, film, NULL, NULL) ==
                  pmx_storages_bucket(storages, film, "film", NULL));
    g_assert_null(pmx_storages_bucket(storages, any, "../..", &error));
    g_assert_error(error, PMX_ERROR, PMX_CODE_INVALID);
    g_assert_null(pmx_storages_named(storages, "none"));
    g_assert_null(pmx_storages_at(storages, G_N_ELEMENTS(setups)));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/storages/addresses", addresses);
    g_test_add_func("/storages/names-lead-back", names_lead_back);
    g_test_add_func("/storages/cloud-without-oss", cloud_without_oss);
    g_test_add_func("/storages/any-bucket", any_bucket);
    g_test_add_func("/storages/unknown-buckets", unknown_buckets);
    g_test_add_func("/storages/passwords", passwords);
    g_test_add_func("/storages/buckets-are-shared", buckets_are_shared);
    return g_test_run();
}
