/* SPDX-License-Identifier: MIT */
/* Picking templates: see template-query.h. */
#include "api/ims/template-query.h"

#include <string.h>

/* --- several types as bits --- */

static gboolean parse_types(const char *text, void *out)
{
    gint64 types = 0;
    guint64 type = 0;
    g_auto(GStrv) words = g_strsplit(text, ",", PMX_IMS_TYPE_MAX + 1);
    for (char **word = words; *word; word++) {
        if (!g_ascii_string_to_unsigned(g_strstrip(*word), 10, 1, PMX_IMS_TYPE_MAX, &type, NULL))
            return FALSE;
        types |= (gint64)1 << type;
    }
    *(gint64 *)out = types;
    return types != 0;
}

static char *format_types(const void *value)
{
    GString *text = g_string_new(NULL);
    for (int type = 1; type <= PMX_IMS_TYPE_MAX; type++)
        if (*(const gint64 *)value >> type & 1)
            g_string_append_printf(text, "%s%d", text->len > 0 ? "," : "", type);
    return g_string_free(text, FALSE);
}

const PmxTextKind pmx_ims_types_kind = {"numbers from 1 to 9 with commas between them", parse_types,
                                        format_types};

gint64 pmx_ims_subtype_of(const PmxImsCall *call, gint64 type, gint64 subtype)
{
    if (pmx_ims_given(call, "Subtype"))
        return subtype;
    return type == 1 || type == 2 ? 1 : 0; /* only transcoding and snapshots have subtypes */
}

/* --- picking --- */

static gboolean has_name(const PmxTemplateRecord *record, const char *part)
{
    g_autofree char *name = g_utf8_casefold(record->name ? record->name : "", -1);
    g_autofree char *sought = g_utf8_casefold(part, -1);
    return strstr(name, sought) != NULL;
}

static gboolean fits(const PmxTemplateRecord *record, const PmxImsTemplateQuery *query)
{
    gboolean typed = record->type > 0 && record->type <= PMX_IMS_TYPE_MAX;
    if (query->types && !(typed && query->types >> record->type & 1))
        return FALSE;
    if (query->subtype && query->subtype != record->subtype)
        return FALSE;
    if (query->id && *query->id && strcmp(query->id, record->id) != 0)
        return FALSE;
    return !query->name || !*query->name || has_name(record, query->name);
}

gint64 pmx_ims_pick_templates(const GPtrArray *records, const PmxImsTemplateQuery *query,
                              json_t *(*show)(const PmxTemplateRecord *), json_t *list)
{
    gint64 first = (query->number - 1) * query->size, found = 0;
    for (guint i = 0; i < records->len; i++) {
        const PmxTemplateRecord *record = g_ptr_array_index(records, i);
        if (!fits(record, query))
            continue;
        if (found >= first && found < first + query->size)
            json_array_append_new(list, show(record));
        found++;
    }
    return found;
}
