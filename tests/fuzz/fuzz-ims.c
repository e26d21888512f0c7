/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the parameters of any action: it answers, or says why not, and both can be written.
 * The first byte says which action, the rest is a form body.
 */
#include "api/ims/actions.h"
#include "api/ims/error.h"
#include "api/ims/parameters.h"

#include "../unit/ims-service.h"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static const PmxImsAction *action_of(guint8 byte)
{
    guint count = 0;
    while (pmx_ims_action_at(count))
        count++;
    return pmx_ims_action_at(byte % count);
}

static json_t *run(PmxService *service, const PmxImsAction *action, const json_t *given,
                   PmxProblems *problems)
{
    const PmxImsCall call = {service, "ID", given};
    g_autofree void *parameters = g_malloc(action->parameters->size);
    pmx_object_parse(action->parameters, given, "", parameters, problems);
    json_t *view = NULL;
    if (pmx_problems_count(problems) == 0)
        view = action->run(&call, parameters, problems);
    pmx_object_clear(action->parameters, parameters);
    return view;
}

static void write_error(const PmxProblems *problems)
{
    g_autofree char *text = pmx_ims_problems_text(problems);
    g_autofree char *body = pmx_ims_error_body("ID", text, "InvalidParameter", text);
    g_assert_nonnull(body);
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
    if (size == 0)
        return 0;
    const PmxImsAction *action = action_of(data[0]);
    PmxService *service = fake_service_new();
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxParameters) parameters =
        pmx_parameters_parse((const char *)data + 1, size - 1, problems);
    json_t *given = pmx_ims_parameters_json(parameters, action->parameters, problems);
    json_t *view = pmx_problems_count(problems) == 0 ? run(service, action, given, problems) : NULL;
    g_assert_true((view == NULL) == (pmx_problems_count(problems) > 0));
    char *text = view ? json_dumps(view, JSON_COMPACT) : NULL;
    g_assert_true(!view || text);
    free(text);
    write_error(problems);
    json_decref(view);
    json_decref(given);
    fake_service_free(service);
    return 0;
}
