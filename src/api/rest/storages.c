/* SPDX-License-Identifier: MIT */
/* /v1/storages */
#include "api/rest/call.h"
#include "api/rest/handlers.h"
#include "api/rest/views.h"

json_t *pmx_rest_storages_list(PmxCall *call)
{
    return pmx_rows_json(&pmx_storages_view, pmx_service_storages(call->service, call->problems));
}

json_t *pmx_rest_storages_default(PmxCall *call)
{
    g_autofree char *bucket = NULL, *path = NULL;
    if (!pmx_service_default_storage(call->service, &bucket, &path, call->problems))
        return NULL;
    PmxPlace place = {bucket ? bucket : (char[]){""}, path};
    return pmx_object_dump(&pmx_place_view, &place);
}

json_t *pmx_rest_storages_set_default(PmxCall *call)
{
    const PmxPlace *body = call->body;
    if (!pmx_service_set_default_storage(call->service, body->bucket, body->path, call->problems))
        return NULL;
    return pmx_rest_storages_default(call);
}
