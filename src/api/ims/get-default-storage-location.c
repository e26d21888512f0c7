/* SPDX-License-Identifier: MIT */
/* GetDefaultStorageLocation. */
#include "api/ims/actions.h"
#include "api/ims/storage.h"
#include "api/ims/views.h"

static const PmxObject parameters = {
    "GetDefaultStorageLocation", 1, pmx_ims_no_fields,
    "Answers the parameters of SetDefaultStorageLocation and `Status`."};

static json_t *run(const PmxImsCall *call, G_GNUC_UNUSED const void *data, PmxProblems *problems)
{
    g_autofree char *bucket = NULL, *path = NULL;
    if (!pmx_service_default_storage(call->service, &bucket, &path, problems))
        return NULL;
    json_t *view =
        json_pack("{s:s, s:s}", "StorageType", pmx_ims_storage_types[0], "Status", "Normal");
    pmx_ims_set_text(view, "Bucket", bucket ? bucket : "");
    pmx_ims_set_text(view, "Path", path ? path : "");
    return view;
}

const PmxImsAction pmx_ims_get_default_storage_location = {"GetDefaultStorageLocation", &parameters,
                                                           run};
