/* SPDX-License-Identifier: MIT */
/* SubmitMediaInfoJob. */
#include "api/ims/actions.h"
#include "api/ims/views.h"
#include "job/job.h"
#include "job/params.h"

typedef struct {
    PmxMediaRef input;
    char *name, *user_data;
    json_t *schedule;
} Parameters;

enum { ADDRESS_BYTES = 4096 };

static char *check_type(const char *text)
{
    if (g_ascii_strcasecmp(text, "OSS") == 0 || g_ascii_strcasecmp(text, "Media") == 0)
        return NULL;
    return g_strdup("must be OSS or Media");
}

static const PmxField input_fields[] = {
    {"Type", PMX_FIELD_STRING, offsetof(PmxMediaRef, type), .check = check_type,
     .doc = "OSS or Media; the address itself says what it is."},
    {"Media", PMX_FIELD_STRING, offsetof(PmxMediaRef, media),
     PMX_FIELD_REQUIRED | PMX_FIELD_NON_EMPTY, .max = ADDRESS_BYTES, .check = pmx_check_plain_text,
     .doc = "The address."},
    {0},
};
static const PmxObject input_object = {"SubmitMediaInfoJob.Input", sizeof(PmxMediaRef),
                                       input_fields, "The file to look into."};

#define AT(member) offsetof(Parameters, member)
static const PmxField fields[] = {
    {"Input", PMX_FIELD_OBJECT, AT(input), PMX_FIELD_REQUIRED | PMX_FIELD_JSON_TEXT,
     .object = &input_object, .doc = "The file, as JSON, or its parts as `Input.Media` and so on."},
    {"Name", PMX_FIELD_STRING, AT(name), .max = PMX_IMS_NAME_BYTES, .doc = "A name for people."},
    {"UserData", PMX_FIELD_STRING, AT(user_data), .max = PMX_IMS_USER_DATA_BYTES,
     .doc = "Handed back."},
    {"ScheduleConfig", PMX_FIELD_JSON, AT(schedule), PMX_FIELD_JSON_TEXT,
     .doc = "Taken and not used: a look waits in no pipeline."},
    {0},
};
#undef AT

static const PmxObject parameters = {"SubmitMediaInfoJob", sizeof(Parameters), fields,
                                     "Has a media file looked into. Answers `MediaInfoJob`."};

static json_t *run(const PmxImsCall *call, const void *data, PmxProblems *problems)
{
    const Parameters *given = data;
    g_autoptr(PmxMediaInfoRecord) made = pmx_service_media_info_submit(
        call->service, given->input.media, given->name, given->user_data, problems);
    return pmx_ims_single("MediaInfoJob", made ? pmx_ims_media_info_view(made) : NULL);
}

const PmxImsAction pmx_ims_submit_media_info_job = {"SubmitMediaInfoJob", &parameters, run};
