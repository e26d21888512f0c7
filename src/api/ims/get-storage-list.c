/* SPDX-License-Identifier: MIT */
/* GetStorageList. */
#include "api/ims/actions.h"
#include "api/ims/storage.h"
#include "api/ims/views.h"

typedef struct {
    int type, state;
} Parameters;

const char *const pmx_ims_storage_types[] = {"user_oss_bucket", NULL};
const char *const pmx_ims_foreign_storage_types[] = {"vod_oss_bucket", NULL};
static const char *const states[] = {"Normal", NULL};

#define AT(member) offsetof(Parameters, member)
static const PmxField fields[] = {
    {"StorageType", PMX_FIELD_ENUM, AT(type), .choices = pmx_ims_storage_types,
     .refused = pmx_ims_foreign_storage_types, .doc = "The only kind there is."},
    {"Status", PMX_FIELD_ENUM, AT(state), .choices = states, .doc = "The only state there is."},
    {0},
};
#undef AT

static const PmxObject parameters = {
    "GetStorageList", sizeof(Parameters), fields,
    "Lists the buckets. Answers `StorageInfoList`: `StorageLocation` is the bucket's name, the "
    "NAME in oss://NAME/KEY (* stands for all that are not listed otherwise); `Path` is that of the "
    "default storage; `Endpoint`, an extension, is where one of the configuration is."};

static json_t *run(const PmxImsCall *call, G_GNUC_UNUSED const void *data, PmxProblems *problems)
{
    g_autofree char *bucket = NULL, *path = NULL;
    g_autoptr(GPtrArray) found = pmx_service_storages(call->service, problems);
    if (!found || !pmx_service_default_storage(call->service, &bucket, &path, problems))
        return NULL;
    json_t *list = json_array();
    for (guint i = 0; i < found->len; i++)
        json_array_append_new(list, pmx_ims_storage_view(g_ptr_array_index(found, i), path));
    return pmx_ims_single("StorageInfoList", list);
}

const PmxImsAction pmx_ims_get_storage_list = {"GetStorageList", &parameters, run};
