/* SPDX-License-Identifier: MIT */
/* SubmitMediaConvertJob. */
#include "api/ims/actions.h"
#include "api/ims/views.h"

typedef struct {
    char *config, *token, *pipeline, *user_data;
} Parameters;

enum { TOKEN_BYTES = 64 };

static char *check_token(const char *text)
{
    return g_str_is_ascii(text) ? NULL : g_strdup("must be ASCII");
}

#define AT(member) offsetof(Parameters, member)
static const PmxField fields[] = {
    {"Config", PMX_FIELD_STRING, AT(config), PMX_FIELD_REQUIRED | PMX_FIELD_NON_EMPTY,
     .doc = "The job, as JSON: see the job reference."},
    {"ClientToken", PMX_FIELD_STRING, AT(token), .max = TOKEN_BYTES, .check = check_token,
     .doc = "Makes the submit safe to repeat: the same token with the same request gives the same "
            "job, with another request it is an error. ASCII."},
    {"PipelineId", PMX_FIELD_STRING, AT(pipeline), .max = PMX_IMS_ID_BYTES,
     .doc = "The pipeline that the job waits in; without it, `default`."},
    {"UserData", PMX_FIELD_STRING, AT(user_data), .max = PMX_IMS_USER_DATA_BYTES,
     .doc = "Handed back with the job and its events. As JSON with `NotifyAddress` it says where "
            "this job's events go."},
    {0},
};
#undef AT

static const PmxObject parameters = {"SubmitMediaConvertJob", sizeof(Parameters), fields,
                                     "Submits a job. Answers `Job`."};

static const char *or_null(const char *text)
{
    return text && *text ? text : NULL;
}

static json_t *run(const PmxImsCall *call, const void *data, PmxProblems *problems)
{
    const Parameters *given = data;
    json_t *config = pmx_ims_json("Config", given->config, problems);
    if (!config)
        return NULL;
    const PmxSubmission submission = {
        .config = config,
        .pipeline = or_null(given->pipeline),
        .token = or_null(given->token),
        .user_data = given->user_data,
        .request = call->request,
    };
    g_autoptr(PmxJobView) job = pmx_service_submit(call->service, &submission, problems);
    json_decref(config);
    return pmx_ims_single("Job", job ? pmx_ims_job_view(job) : NULL);
}

const PmxImsAction pmx_ims_submit_media_convert_job = {"SubmitMediaConvertJob", &parameters, run};
