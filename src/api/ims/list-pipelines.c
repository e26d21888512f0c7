/* SPDX-License-Identifier: MIT */
/* ListPipelines. */
#include "api/ims/actions.h"
#include "api/ims/views.h"

typedef struct {
    int speed;
} Parameters;

static const PmxField fields[] = {
    {"Speed", PMX_FIELD_ENUM, offsetof(Parameters, speed), .choices = pmx_pipeline_speed_names,
     .doc = "Only pipelines with this speed."},
    {0},
};

static const PmxObject parameters = {"ListPipelines", sizeof(Parameters), fields,
                                     "Answers `PipelineList`, oldest first."};

static json_t *run(const PmxImsCall *call, const void *data, PmxProblems *problems)
{
    const Parameters *given = data;
    gboolean any = !pmx_ims_given(call, "Speed");
    g_autoptr(GPtrArray) found = pmx_service_pipelines(call->service, problems);
    if (!found)
        return NULL;
    json_t *list = json_array();
    for (guint i = 0; i < found->len; i++) {
        const PmxPipelineRecord *record = g_ptr_array_index(found, i);
        if (any || record->speed == given->speed)
            json_array_append_new(list, pmx_ims_pipeline_view(record));
    }
    return pmx_ims_single("PipelineList", list);
}

const PmxImsAction pmx_ims_list_pipelines = {"ListPipelines", &parameters, run};
