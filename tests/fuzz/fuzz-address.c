/* SPDX-License-Identifier: MIT */
/* Any text as an address: it is recognised as something, or there is a reason why not. An object's one
 * name leads back to the object, and a folder's key stays below it. */
#include <string.h>

#include "storage/folder.h"
#include "storage/storages.h"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

#define KEYS .access_key = "id", .secret = "hush"

static PmxStorages *make(void)
{
    static const PmxStorageSetup setups[] = {
        {"film",
         {.type = PMX_BUCKET_OSS,
          .bucket = "film",
          .endpoint = "oss-cn-hangzhou.aliyuncs.com",
          KEYS}},
        {"ours",
         {.type = PMX_BUCKET_S3, .endpoint = "http://127.0.0.1:9000", .prefix = "p/", KEYS}},
        {"disk", {.type = PMX_BUCKET_FOLDER, .bucket = "disk", .endpoint = "/srv/disk"}},
    };
    return pmx_storages_new(&(PmxStoragesOptions){
        .setups = setups, .count = G_N_ELEMENTS(setups), .user_agent = "fuzz"});
}

static void look(PmxStorages *storages, const PmxAddress *address)
{
    g_auto(PmxAddress) again = {0};
    g_assert_true(pmx_storages_recognise(storages, address->name, &again, NULL));
    g_assert_true(again.kind == PMX_ADDRESS_OBJECT && again.storage == address->storage);
    g_assert_cmpstr(again.bucket, ==, address->bucket);
    g_assert_cmpstr(again.key, ==, address->key);
    if (!pmx_folder_wrong_key(address->key)) {
        g_autofree char *path = g_canonicalize_filename(address->key, "/srv/disk");
        g_assert_true(g_str_has_prefix(path, "/srv/disk/"));
    }
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
    static PmxStorages *storages;
    if (!storages)
        storages = make();
    g_autofree char *text = g_strndup((const char *)data, size);
    g_auto(PmxAddress) address = {0};
    g_autoptr(GError) error = NULL;
    gboolean fine = pmx_storages_recognise(storages, text, &address, &error);
    g_assert_true(fine == !error);
    if (fine && address.kind == PMX_ADDRESS_OBJECT)
        look(storages, &address);
    if (fine && address.kind == PMX_ADDRESS_UNKNOWN)
        g_assert_false(pmx_storages_refuse_unknown(storages, text, &address, NULL));
    return 0;
}
