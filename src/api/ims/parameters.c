/* SPDX-License-Identifier: MIT */
/* See parameters.h. Pure. */
#include "api/ims/parameters.h"

#include <string.h>

/* No action has more than ten; each one that is unknown costs a search for its nearest name. */
enum { PARAMETERS_MAX = 100 };

static gboolean is_protocol(const char *name)
{
    static const char *const names[] = {"Action",
                                        "Version",
                                        "Format",
                                        "Signature",
                                        "SignatureMethod",
                                        "SignatureNonce",
                                        "SignatureType",
                                        "SignatureVersion",
                                        "AccessKeyId",
                                        "SecurityToken",
                                        "Timestamp",
                                        "RegionId",
                                        "OwnerId",
                                        "OwnerAccount",
                                        "ResourceOwnerId",
                                        "ResourceOwnerAccount",
                                        "ResourceGroupId",
                                        "AppId",
                                        NULL};
    return g_strv_contains(names, name);
}

/* The field whose name is the first `length` bytes of `name`. */
static const PmxField *find(const PmxObject *object, const char *name, gsize length)
{
    for (const PmxField *field = object->fields; field->name; field++)
        if (strlen(field->name) == length && strncmp(field->name, name, length) == 0)
            return field;
    return NULL;
}

static gboolean asks_nothing(const PmxField *field, const char *value)
{
    return field && field->type != PMX_FIELD_STRING && !value[strspn(value, " \t\r\n")];
}

/* "Input.Media" is Media in the object Input. */
static gboolean put_member(json_t *json, const PmxObject *object, const PmxParameter *parameter)
{
    const char *dot = strchr(parameter->name, '.');
    const PmxField *field =
        dot ? find(object, parameter->name, (gsize)(dot - parameter->name)) : NULL;
    if (!field || (field->type != PMX_FIELD_OBJECT && field->type != PMX_FIELD_JSON))
        return FALSE;
    json_t *inner = json_object_get(json, field->name);
    if (!inner) {
        inner = json_object();
        json_object_set_new(json, field->name, inner);
    }
    return json_object_set_new(inner, dot + 1, json_string(parameter->value)) == 0;
}

static void put(json_t *json, const PmxObject *object, const PmxParameter *parameter)
{
    const PmxField *field = find(object, parameter->name, strlen(parameter->name));
    if (is_protocol(parameter->name) || asks_nothing(field, parameter->value))
        return;
    if (!put_member(json, object, parameter))
        json_object_set_new(json, parameter->name, json_string(parameter->value));
}

json_t *pmx_ims_parameters_json(const PmxParameters *parameters, const PmxObject *object,
                                PmxProblems *problems)
{
    json_t *json = json_object();
    if (parameters->items->len > PARAMETERS_MAX) {
        pmx_problems_add(problems, PMX_CODE_OUT_OF_RANGE, "",
                         "a request must have at most %d parameters, not %u", PARAMETERS_MAX,
                         parameters->items->len);
        return json;
    }
    for (guint i = 0; i < parameters->items->len; i++)
        put(json, object, g_ptr_array_index(parameters->items, i));
    return json;
}
