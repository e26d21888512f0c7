/* SPDX-License-Identifier: MIT */
/* SetEventCallback. */
#include "api/ims/actions.h"

typedef struct {
    int type, auth;
    char *url, *queue, *events, *key;
} Parameters;

static const char *const types[] = {"HTTP", "MNS", NULL};
static const char *const switches[] = {"off", "on", NULL};

#define AT(member) offsetof(Parameters, member)
static const PmxField fields[] = {
    {"CallbackType", PMX_FIELD_ENUM, AT(type), PMX_FIELD_REQUIRED, .choices = types,
     .doc = "How events are sent."},
    {"CallbackURL", PMX_FIELD_STRING, AT(url), .max = 256, .doc = "For HTTP: where to."},
    {"CallbackQueueName", PMX_FIELD_STRING, AT(queue), .max = PMX_IMS_NAME_BYTES,
     .doc = "For MNS: the queue; its name begins with `ice-callback-`."},
    {"EventTypeList", PMX_FIELD_STRING, AT(events), .max = 1024,
     .doc = "Which events, with commas between them: `MediaConvertComplete`, "
            "`MediaConvertOutputGroupComplete`, `MediaConvertOutputComplete`."},
    {"AuthSwitch", PMX_FIELD_ENUM, AT(auth), .fallback = "off", .choices = switches,
     .doc = "For HTTP: whether requests are signed."},
    {"AuthKey", PMX_FIELD_STRING, AT(key), .max = 32,
     .doc = "What they are signed with: upper and lower case letters and digits, each at least "
            "once."},
    {0},
};
#undef AT

static const PmxObject parameters = {"SetEventCallback", sizeof(Parameters), fields,
                                     "Says where events go. Answers `Success`."};

static char *or_null(char *text)
{
    return text && *text ? text : NULL;
}

static json_t *run(const PmxImsCall *call, const void *data, PmxProblems *problems)
{
    const Parameters *given = data;
    const PmxCallbackRecord callback = {
        .type = (char *)types[given->type],
        .url = or_null(given->url),
        .queue = or_null(given->queue),
        .events = or_null(given->events),
        .auth = given->auth == 1,
        .auth_key = or_null(given->key),
    };
    return pmx_ims_success(pmx_service_set_callback(call->service, &callback, problems));
}

const PmxImsAction pmx_ims_set_event_callback = {"SetEventCallback", &parameters, run};
