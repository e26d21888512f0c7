/* SPDX-License-Identifier: MIT */
/* The commented sample, out of the tables: see configuration.h. */
#include "base/fields-text.h"
#include "cli/configuration.h"

enum { WIDTH = 100 };

/* `text` as comment lines of at most WIDTH columns. */
static void add_comment(GString *page, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    gsize column = 0;
    for (guint i = 0; words[i]; i++) {
        gsize length = (gsize)g_utf8_strlen(words[i], -1);
        if (column > 0 && column + 1 + length > WIDTH) {
            g_string_append_c(page, '\n');
            column = 0;
        }
        g_string_append_printf(page, "%s%s", column > 0 ? " " : "# ", words[i]);
        column += length + (column > 0 ? 1 : 2);
    }
    g_string_append_c(page, '\n');
}

/* " A whole number from 0 to 16."; "" where anything goes. Caller frees. */
static char *values_of(const PmxField *field)
{
    g_autofree char *want = pmx_field_expected(field);
    *want = g_ascii_toupper(*want);
    if (field->type == PMX_FIELD_STRING)
        return g_strdup("");
    if (field->min < field->max && field->max <= 1e9)
        return g_strdup_printf(" %s from %.0f to %.0f.", want, field->min, field->max);
    return g_strdup_printf(" %s.", want);
}

static void add_key(GString *page, const PmxField *field)
{
    g_autofree char *values = values_of(field);
    g_autofree char *text = g_strconcat(field->doc, values, NULL);
    add_comment(page, text);
    g_string_append_printf(page, "#%s =%s%s\n", field->name, field->fallback ? " " : "",
                           field->fallback ? field->fallback : "");
}

static void add_group(GString *page, const PmxConfigurationGroup *group)
{
    const PmxObject *object = group->object;
    g_string_append_c(page, '\n');
    add_comment(page, object->doc);
    if (group->named)
        g_string_append_printf(page, "#[%s %s]\n", object->name, group->named);
    else
        g_string_append_printf(page, "[%s]\n", object->name);
    for (const PmxField *field = object->fields; field->name; field++) {
        g_string_append_c(page, '\n');
        add_key(page, field);
    }
}

char *pmx_configuration_sample(void)
{
    GString *page = g_string_new(
        "# SPDX-License-Identifier: MIT\n"
        "# Configuration of Polymux; printed by `polymux serve --sample-config`.\n#\n"
        "# Every key is here, with its default. A variable of the environment goes before the\n"
        "# file (POLYMUX_SERVER_TLS_CERT for tls-cert in [server]), the command line before both.\n");
    for (guint i = 0; pmx_configuration_groups[i].object; i++)
        add_group(page, &pmx_configuration_groups[i]);
    return g_string_free(page, FALSE);
}
