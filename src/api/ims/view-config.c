/* SPDX-License-Identifier: MIT */
/* Config echoed: see views.h. The service has checked it; what is odd is left as it is. Pure. */
#include "api/ims/views.h"

/* What clients declare as a string. */
static void make_text(json_t *output, const char *key)
{
    json_t *value = json_object_get(output, key);
    if (json_is_null(value))
        json_object_del(output, key);
    else if (json_is_object(value) || json_is_array(value)) {
        json_t *keep = json_incref(value);
        pmx_ims_set_json(output, key, keep);
        json_decref(keep);
    }
}

/* What clients declare as a number may have been submitted as a string. */
static void make_number(json_t *output, const char *key)
{
    const json_t *value = json_object_get(output, key);
    gint64 number = 0;
    if (json_is_real(value))
        number = (gint64)json_real_value(value);
    else if (!json_is_string(value) ||
             !g_ascii_string_to_signed(json_string_value(value), 10, G_MININT64, G_MAXINT64,
                                       &number, NULL))
        return;
    json_object_set_new(output, key, json_integer(number));
}

/* A string where clients declare an object: the other spelling of OutputFileName. */
static void make_file_name(json_t *output)
{
    json_t *file = json_object_get(output, "OutputFile");
    if (!json_is_string(file))
        return;
    if (!json_object_get(output, "OutputFileName"))
        json_object_set(output, "OutputFileName", file);
    json_object_del(output, "OutputFile");
}

static void make_outputs(json_t *outputs)
{
    size_t i;
    json_t *output;
    json_array_foreach (outputs, i, output) {
        make_text(output, "OverrideParams");
        make_text(output, "Features");
        make_number(output, "Priority");
        make_file_name(output);
    }
}

json_t *pmx_ims_config_view(const json_t *config)
{
    json_t *view = json_deep_copy(config), *group;
    size_t i;
    make_outputs(json_object_get(view, "Outputs"));
    json_array_foreach (json_object_get(view, "OutputGroups"), i, group) {
        make_outputs(json_object_get(group, "Outputs"));
    }
    return view;
}
