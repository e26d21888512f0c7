/* SPDX-License-Identifier: MIT */
/* GetMediaInfoJob. */
#include "api/ims/actions.h"
#include "api/ims/views.h"

static const PmxField fields[] = PMX_IMS_ID_FIELDS("JobId", "The job.");
static const PmxObject parameters = {
    "GetMediaInfoJob", sizeof(PmxImsId), fields,
    "Tells what was found. Answers `MediaInfoJob`: `Status` is Init, Success or Fail, and "
    "`MediaInfoProperty` is there after Success."};

static json_t *run(const PmxImsCall *call, const void *data, PmxProblems *problems)
{
    const PmxImsId *given = data;
    g_autoptr(PmxMediaInfoRecord) found =
        pmx_service_media_info(call->service, given->id, problems);
    return pmx_ims_single("MediaInfoJob", found ? pmx_ims_media_info_view(found) : NULL);
}

const PmxImsAction pmx_ims_get_media_info_job = {"GetMediaInfoJob", &parameters, run};
