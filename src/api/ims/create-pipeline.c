/* SPDX-License-Identifier: MIT */
/* CreatePipeline. */
#include "api/ims/actions.h"
#include "api/ims/views.h"

typedef struct {
    char *name;
    int speed;
    gint64 priority;
} Parameters;

#define AT(member) offsetof(Parameters, member)
static const PmxField fields[] = {
    {"Name", PMX_FIELD_STRING, AT(name), PMX_FIELD_REQUIRED | PMX_FIELD_NON_EMPTY,
     .max = PMX_IMS_NAME_BYTES, .doc = "A name for people."},
    {"Speed", PMX_FIELD_ENUM, AT(speed), .fallback = "Standard",
     .choices = pmx_pipeline_speed_names, .doc = "Kept and told; all pipelines work alike."},
    {"Priority", PMX_FIELD_INT, AT(priority), .fallback = "6", .min = 1, .max = 10,
     .doc = "Jobs of pipelines with a higher one go first."},
    {0},
};
#undef AT

static const PmxObject parameters = {"CreatePipeline", sizeof(Parameters), fields,
                                     "Makes a pipeline that jobs wait in. Answers `Pipeline`."};

static json_t *run(const PmxImsCall *call, const void *data, PmxProblems *problems)
{
    const Parameters *given = data;
    g_autoptr(PmxPipelineRecord) made = pmx_service_pipeline_create(
        call->service, given->name, pmx_pipeline_speed_names[given->speed], given->priority,
        problems);
    return pmx_ims_single("Pipeline", made ? pmx_ims_pipeline_view(made) : NULL);
}

const PmxImsAction pmx_ims_create_pipeline = {"CreatePipeline", &parameters, run};
