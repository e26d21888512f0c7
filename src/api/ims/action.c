/* SPDX-License-Identifier: MIT */
/* What several actions need: see action.h. */
#include "api/ims/action.h"

const PmxField pmx_ims_no_fields[] = {{0}};

gboolean pmx_ims_given(const PmxImsCall *call, const char *name)
{
    return json_object_get(call->given, name) != NULL;
}

json_t *pmx_ims_json(const char *name, const char *text, PmxProblems *problems)
{
    json_error_t where;
    if (!text)
        return NULL;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &where);
    if (json_is_object(json))
        return json;
    if (json)
        pmx_problems_add(problems, PMX_CODE_INVALID, name, "must hold a JSON object, as text");
    else
        pmx_problems_add(problems, PMX_CODE_INVALID, name,
                         "must hold JSON: %s at line %d, column %d", where.text, where.line,
                         where.column);
    json_decref(json);
    return NULL;
}

json_t *pmx_ims_success(gboolean done)
{
    return done ? json_pack("{s:b}", "Success", TRUE) : NULL;
}

json_t *pmx_ims_single(const char *key, json_t *view)
{
    return view ? json_pack("{s:o}", key, view) : NULL;
}
