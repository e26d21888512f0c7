/* SPDX-License-Identifier: MIT */
/* UpdatePipeline. */
#include "api/ims/actions.h"
#include "api/ims/views.h"

typedef struct {
    char *id, *name;
    int state;
    gint64 priority;
} Parameters;

#define AT(member) offsetof(Parameters, member)
static const PmxField fields[] = {
    {"PipelineId", PMX_FIELD_STRING, AT(id), PMX_FIELD_REQUIRED | PMX_FIELD_NON_EMPTY,
     .max = PMX_IMS_ID_BYTES, .doc = "The pipeline."},
    {"Name", PMX_FIELD_STRING, AT(name), PMX_FIELD_NON_EMPTY, .max = PMX_IMS_NAME_BYTES,
     .doc = "Its new name; without it, the old one stays."},
    {"Status", PMX_FIELD_ENUM, AT(state), .choices = pmx_pipeline_state_names,
     .doc = "Paused: its jobs wait; without it, the old one stays."},
    {"Priority", PMX_FIELD_INT, AT(priority), .min = 1, .max = 10,
     .doc = "Its new priority; without it, the old one stays."},
    {0},
};
#undef AT

static const PmxObject parameters = {"UpdatePipeline", sizeof(Parameters), fields,
                                     "Changes a pipeline. Answers `Pipeline`."};

static json_t *run(const PmxImsCall *call, const void *data, PmxProblems *problems)
{
    const Parameters *given = data;
    const char *state =
        pmx_ims_given(call, "Status") ? pmx_pipeline_state_names[given->state] : NULL;
    g_autoptr(PmxPipelineRecord) changed = pmx_service_pipeline_update(
        call->service, given->id, given->name, state, given->priority, problems);
    return pmx_ims_single("Pipeline", changed ? pmx_ims_pipeline_view(changed) : NULL);
}

const PmxImsAction pmx_ims_update_pipeline = {"UpdatePipeline", &parameters, run};
