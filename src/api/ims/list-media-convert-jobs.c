/* SPDX-License-Identifier: MIT */
/* ListMediaConvertJobs. */
#include "api/ims/actions.h"
#include "api/ims/views.h"

typedef struct {
    gint64 from, to;
    int state, order;
    char *id, *after;
    gint64 size;
} Parameters;

static const char *const orders[] = {"CreateTimeDesc", "CreateTimeAsc", NULL};

#define AT(member) offsetof(Parameters, member)
static const PmxField fields[] = {
    {"StartOfCreateTime", PMX_FIELD_TEXT, AT(from), .kind = &pmx_moment_kind,
     .doc = "Only jobs submitted then or later."},
    {"EndOfCreateTime", PMX_FIELD_TEXT, AT(to), .kind = &pmx_moment_kind,
     .doc = "Only jobs submitted then, to the end of that second, or earlier."},
    {"Status", PMX_FIELD_ENUM, AT(state), .choices = pmx_job_state_names,
     .doc = "Only jobs in this state."},
    {"JobId", PMX_FIELD_STRING, AT(id), .max = PMX_IMS_ID_BYTES, .doc = "Only this job."},
    {"OrderBy", PMX_FIELD_ENUM, AT(order), .fallback = "CreateTimeDesc", .choices = orders,
     .doc = "Newest or oldest first."},
    {"PageSize", PMX_FIELD_INT, AT(size), .fallback = "20", .min = 1, .max = PMX_IMS_PAGE_SIZE,
     .doc = "Jobs in the answer, at most."},
    {"NextPageToken", PMX_FIELD_STRING, AT(after), .max = 1024,
     .doc = "From the page before; without it, the first page."},
    {0},
};
#undef AT

static const PmxObject parameters = {
    "ListMediaConvertJobs", sizeof(Parameters), fields,
    "Lists jobs, without their details. Answers `Jobs` and `NextPageToken`, which is empty at the "
    "end. No job comes twice and none is left out, also while others are submitted."};

static PmxJobFilter filter_of(const PmxImsCall *call, const Parameters *given)
{
    PmxJobFilter filter = {
        .from = given->from,
        .to = given->to,
        .oldest_first = given->order == 1,
        .limit = (guint)given->size,
        .after = given->after,
    };
    if (pmx_ims_given(call, "Status"))
        filter.state = pmx_job_state_names[given->state];
    if (given->id && *given->id)
        filter.id = given->id;
    /* Whoever takes a CreateTime from an answer sees no milliseconds, and means that job too. */
    if (filter.to && filter.to % 1000 == 0)
        filter.to += 999;
    return filter;
}

static json_t *run(const PmxImsCall *call, const void *data, PmxProblems *problems)
{
    const PmxJobFilter filter = filter_of(call, data);
    g_autofree char *next = NULL;
    if (filter.from && filter.to && filter.from > filter.to)
        pmx_problems_add(problems, PMX_CODE_INVALID, "EndOfCreateTime",
                         "must not be before StartOfCreateTime");
    if (pmx_problems_count(problems) > 0)
        return NULL;
    g_autoptr(GPtrArray) jobs = pmx_service_jobs(call->service, &filter, &next, problems);
    if (!jobs)
        return NULL;
    json_t *list = json_array();
    for (guint i = 0; i < jobs->len; i++)
        json_array_append_new(list, pmx_ims_job_view(g_ptr_array_index(jobs, i)));
    return json_pack("{s:o, s:s}", "Jobs", list, "NextPageToken", next ? next : "");
}

const PmxImsAction pmx_ims_list_media_convert_jobs = {"ListMediaConvertJobs", &parameters, run};
