/* SPDX-License-Identifier: MIT */
/* What requests are made of: see views.h. Pure. */
#include "api/rest/call.h"
#include "api/rest/views.h"
#include "job/config.h"
#include "job/params.h"

enum { NAME_BYTES = 255, ADDRESS_BYTES = 4096, PAGE_MAX = 100 };

/* --- words that may be left out: an ENUM would have a default --- */

static char *check_word(const char *const *names, const char *text)
{
    if (pmx_spelling(names, text))
        return NULL;
    g_autofree char *list = g_strjoinv(", ", (char **)names);
    return g_strdup_printf("must be one of %s", list);
}

static char *check_job_state(const char *text)
{
    return check_word(pmx_job_state_names, text);
}

static char *check_pipeline_state(const char *text)
{
    return check_word(pmx_pipeline_state_names, text);
}

static char *check_delivery_state(const char *text)
{
    return check_word(pmx_delivery_state_names, text);
}

/* --- jobs --- */

#define AT(member) offsetof(PmxJobRequest, member)

static const PmxField job_fields[] = {
    {"config", PMX_FIELD_JSON, AT(config), PMX_FIELD_REQUIRED, .object = &pmx_config_object,
     .doc = "What is to be done."},
    {"pipeline", PMX_FIELD_STRING, AT(pipeline), PMX_FIELD_NON_EMPTY, .max = NAME_BYTES,
     .doc = "Id of the pipeline; the default one when left out."},
    {"client_token", PMX_FIELD_STRING, AT(token), PMX_FIELD_NON_EMPTY, .max = NAME_BYTES,
     .check = pmx_check_plain_text,
     .doc = "The same token with the same request gives the same job, however often it is sent."},
    {"user_data", PMX_FIELD_STRING, AT(user_data),
     .doc = "Comes back with the job and its events. JSON with NotifyAddress says where the "
            "events of this job go."},
    {0},
};
#undef AT

const PmxObject pmx_job_request = {"JobRequest", sizeof(PmxJobRequest), job_fields,
                                   "A job to be done, with what goes with it."};

static const char *const orders[] = {"desc", "asc", NULL};

#define AT(member) offsetof(PmxJobsQuery, member)

static const PmxField jobs_fields[] = {
    {"state", PMX_FIELD_STRING, AT(state), .choices = pmx_job_state_names, .check = check_job_state,
     .doc = "Only jobs in this state."},
    {"pipeline", PMX_FIELD_STRING, AT(pipeline), PMX_FIELD_NON_EMPTY, .max = NAME_BYTES,
     .doc = "Only jobs of this pipeline."},
    {"from", PMX_FIELD_TEXT, AT(from), .kind = &pmx_moment_kind,
     .doc = "Only jobs submitted at or after this moment."},
    {"to", PMX_FIELD_TEXT, AT(to), .kind = &pmx_moment_kind,
     .doc = "Only jobs submitted at or before this moment."},
    {"order", PMX_FIELD_ENUM, AT(oldest_first), .fallback = "desc", .choices = orders,
     .doc = "By the moment of submission: newest first or oldest first."},
    {"limit", PMX_FIELD_INT, AT(limit), .fallback = "20", .min = 1, .max = PAGE_MAX,
     .doc = "Jobs on a page."},
    {"cursor", PMX_FIELD_STRING, AT(cursor), .doc = "`next` of the page before."},
    {0},
};
#undef AT

const PmxObject pmx_jobs_query = {"JobsQuery", sizeof(PmxJobsQuery), jobs_fields,
                                  "Which jobs, and how many."};

static const PmxField events_fields[] = {
    {"after", PMX_FIELD_INT, offsetof(PmxEventsQuery, after), .min = 0, .max = 1e15,
     .doc = "Only events with a higher id. The header Last-Event-ID, which comes with every "
            "reconnection, goes before."},
    {0},
};

const PmxObject pmx_events_query = {"EventsQuery", sizeof(PmxEventsQuery), events_fields,
                                    "Where to go on."};

/* --- templates --- */

#define AT(member) offsetof(PmxTemplateRequest, member)
#define TEMPLATE_NAME(more)                                                                        \
    {                                                                                              \
        "name", PMX_FIELD_STRING, AT(name), PMX_FIELD_NON_EMPTY | (more),                          \
            .max = NAME_BYTES, .check = pmx_check_plain_text, .doc = "A name for people."          \
    }
#define TEMPLATE_CONFIG(more)                                                                      \
    {                                                                                              \
        "config", PMX_FIELD_JSON, AT(config), more, .object = &pmx_params_object,                  \
                                                    .doc = "The parameters."                       \
    }

static const PmxField template_fields[] = {
    {"id", PMX_FIELD_STRING, AT(id), PMX_FIELD_NON_EMPTY, .max = NAME_BYTES,
     .check = pmx_check_plain_text, .doc = "The id it is to have; made up when left out."},
    TEMPLATE_NAME(PMX_FIELD_REQUIRED),
    {"type", PMX_FIELD_INT, AT(type), .fallback = "1", .min = 1, .max = 6,
     .doc = "The kind: 1 is for transcoding."},
    {"subtype", PMX_FIELD_INT, AT(subtype), .fallback = "1", .min = 1, .max = 5,
     .doc = "For transcoding: 1 normal, 2 audio, 3 remux, 4 and 5 narrow band."},
    TEMPLATE_CONFIG(PMX_FIELD_REQUIRED),
    {0},
};

static const PmxField replace_fields[] = {
    TEMPLATE_NAME(PMX_FIELD_REQUIRED),
    TEMPLATE_CONFIG(PMX_FIELD_REQUIRED),
    {0},
};

static const PmxField patch_fields[] = {TEMPLATE_NAME(0), TEMPLATE_CONFIG(0), {0}};
#undef AT

const PmxObject pmx_template_request = {"TemplateRequest", sizeof(PmxTemplateRequest),
                                        template_fields, "A template to be made."};
const PmxObject pmx_template_replace = {"TemplateReplacement", sizeof(PmxTemplateRequest),
                                        replace_fields, "What a template is to be."};
const PmxObject pmx_template_patch = {"TemplateChange", sizeof(PmxTemplateRequest), patch_fields,
                                      "What is to change of a template; the rest stays."};

#define AT(member) offsetof(PmxTemplatesQuery, member)

static const PmxField templates_fields[] = {
    {"type", PMX_FIELD_INT, AT(type), .min = 0, .max = 6, .doc = "Only this type; 0: any."},
    {"subtype", PMX_FIELD_INT, AT(subtype), .min = 0, .max = 5,
     .doc = "Only this subtype; 0: any."},
    {"name", PMX_FIELD_STRING, AT(name), .max = NAME_BYTES,
     .doc = "Only templates with this in their name."},
    {"offset", PMX_FIELD_INT, AT(offset), .min = 0, .max = 1e9, .doc = "How many to leave out."},
    {"limit", PMX_FIELD_INT, AT(limit), .fallback = "100", .min = 1, .max = PAGE_MAX,
     .doc = "Templates on a page."},
    {0},
};
#undef AT

const PmxObject pmx_templates_query = {"TemplatesQuery", sizeof(PmxTemplatesQuery),
                                       templates_fields, "Which templates, and how many."};

/* --- pipelines --- */

#define AT(member) offsetof(PmxPipelineRequest, member)
#define PIPELINE_NAME(more)                                                                        \
    {                                                                                              \
        "name", PMX_FIELD_STRING, AT(name), PMX_FIELD_NON_EMPTY | (more),                          \
            .max = NAME_BYTES, .check = pmx_check_plain_text, .doc = "A name for people."          \
    }
#define PIPELINE_PRIORITY(standard)                                                                \
    {                                                                                              \
        "priority", PMX_FIELD_INT, AT(priority),                                                   \
            .fallback = standard, .min = 1, .max = 10,                                             \
            .doc = "Its jobs come before those of pipelines with a lower one."                     \
    }

static const PmxField pipeline_fields[] = {
    PIPELINE_NAME(PMX_FIELD_REQUIRED),
    {"speed", PMX_FIELD_ENUM, AT(speed), .choices = pmx_pipeline_speed_names,
     .doc = "Kept for the job API; changes nothing here."},
    PIPELINE_PRIORITY("6"),
    {0},
};

static const PmxField pipeline_patch_fields[] = {
    PIPELINE_NAME(0),
    PIPELINE_PRIORITY(NULL),
    {"state", PMX_FIELD_STRING, AT(state), .choices = pmx_pipeline_state_names,
     .check = check_pipeline_state, .doc = "Whether its jobs run."},
    {0},
};
#undef AT

const PmxObject pmx_pipeline_request = {"PipelineRequest", sizeof(PmxPipelineRequest),
                                        pipeline_fields, "A pipeline to be made."};
const PmxObject pmx_pipeline_patch = {"PipelineChange", sizeof(PmxPipelineRequest),
                                      pipeline_patch_fields,
                                      "What is to change of a pipeline; the rest stays."};

/* --- events going out --- */

#define AT(member) offsetof(PmxCallbackRecord, member)

static const char *const callback_types[] = {"HTTP", "MNS", NULL};

static char *check_callback_type(const char *text)
{
    return check_word(callback_types, text);
}

static const PmxField callback_fields[] = {
    {"type", PMX_FIELD_STRING, AT(type), PMX_FIELD_REQUIRED, .choices = callback_types,
     .check = check_callback_type, .doc = "How."},
    {"url", PMX_FIELD_STRING, AT(url), .doc = "HTTP: where to, up to 256 bytes."},
    {"queue", PMX_FIELD_STRING, AT(queue),
     .doc = "MNS: the queue, whose name begins with ice-callback-."},
    {"events", PMX_FIELD_STRING, AT(events), PMX_FIELD_REQUIRED,
     .doc = "Which: names with commas between them."},
    {"auth", PMX_FIELD_BOOL, AT(auth), .doc = "HTTP: whether messages are signed."},
    {"auth_key", PMX_FIELD_STRING, AT(auth_key),
     .doc = "What signs them: up to 32 letters of both cases and digits. Never shown again."},
    {0},
};
#undef AT

const PmxObject pmx_callback_request = {"CallbackRequest", sizeof(PmxCallbackRecord),
                                        callback_fields, "Where events are to be sent."};

#define AT(member) offsetof(PmxDeliveriesQuery, member)

static const PmxField deliveries_fields[] = {
    {"state", PMX_FIELD_STRING, AT(state), .choices = pmx_delivery_state_names,
     .check = check_delivery_state, .doc = "Only messages in this state."},
    {"after", PMX_FIELD_INT, AT(after), .min = 0, .max = 1e15,
     .doc = "Only messages with a higher id."},
    {"limit", PMX_FIELD_INT, AT(limit), .fallback = "20", .min = 1, .max = PAGE_MAX,
     .doc = "Messages on a page."},
    {0},
};
#undef AT

const PmxObject pmx_deliveries_query = {"DeliveriesQuery", sizeof(PmxDeliveriesQuery),
                                        deliveries_fields, "Which messages, and how many."};

/* --- storages, looks into media --- */

#define AT(member) offsetof(PmxPlace, member)

static const PmxField place_fields[] = {
    {"bucket", PMX_FIELD_STRING, AT(bucket), PMX_FIELD_REQUIRED, .max = NAME_BYTES,
     .doc = "NAME in oss://NAME/KEY."},
    {"path", PMX_FIELD_STRING, AT(path), .max = ADDRESS_BYTES,
     .doc = "The folder in the bucket; its top when left out."},
    {0},
};
#undef AT

const PmxObject pmx_place_view = {"StoragePlace", sizeof(PmxPlace), place_fields,
                                  "A folder in a bucket."};

static const PmxField probe_fields[] = {
    {"media", PMX_FIELD_STRING, offsetof(PmxProbeRequest, media),
     PMX_FIELD_REQUIRED | PMX_FIELD_NON_EMPTY, .max = ADDRESS_BYTES,
     .doc = "The file's address: oss://BUCKET/KEY."},
    {0},
};

const PmxObject pmx_probe_request = {"ProbeRequest", sizeof(PmxProbeRequest), probe_fields,
                                     "A file to look into."};
