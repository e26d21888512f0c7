/* SPDX-License-Identifier: MIT */
/* SetDefaultStorageLocation. */
#include "api/ims/actions.h"
#include "api/ims/storage.h"

typedef struct {
    int type;
    char *bucket, *path;
} Parameters;

#define AT(member) offsetof(Parameters, member)
static const PmxField fields[] = {
    {"StorageType", PMX_FIELD_ENUM, AT(type), .fallback = "user_oss_bucket",
     .choices = pmx_ims_storage_types, .refused = pmx_ims_foreign_storage_types,
     .doc = "The only kind there is."},
    {"Bucket", PMX_FIELD_STRING, AT(bucket), PMX_FIELD_REQUIRED | PMX_FIELD_NON_EMPTY,
     .max = PMX_IMS_NAME_BYTES, .doc = "The bucket's name."},
    {"Path", PMX_FIELD_STRING, AT(path), .max = 1024, .doc = "A folder in it; without it, all."},
    {0},
};
#undef AT

static const PmxObject parameters = {"SetDefaultStorageLocation", sizeof(Parameters), fields,
                                     "Says which storage is the default one. Answers `Success`."};

static json_t *run(const PmxImsCall *call, const void *data, PmxProblems *problems)
{
    const Parameters *given = data;
    return pmx_ims_success(pmx_service_set_default_storage(
        call->service, given->bucket, given->path ? given->path : "", problems));
}

const PmxImsAction pmx_ims_set_default_storage_location = {"SetDefaultStorageLocation", &parameters,
                                                           run};
