/* SPDX-License-Identifier: MIT */
/* Field tables as Markdown: see reference.h. Pure. */
#include "base/reference.h"

/* --- cells --- */

static char *list_of(const char *const *names)
{
    g_autofree char *inner = g_strjoinv("`, `", (char **)names);
    return g_strconcat("`", inner, "`", NULL);
}

static const char *type_of(const PmxField *field)
{
    static const char *const names[] = {
        [PMX_FIELD_STRING] = "string", [PMX_FIELD_INT] = "whole number",
        [PMX_FIELD_DOUBLE] = "number", [PMX_FIELD_BOOL] = "boolean",
        [PMX_FIELD_ENUM] = "word",     [PMX_FIELD_TEXT] = "value",
        [PMX_FIELD_OBJECT] = "object", [PMX_FIELD_ARRAY] = "array of objects",
        [PMX_FIELD_JSON] = "object"};
    return names[field->type];
}

static void add_limits(const PmxField *field, GString *cell)
{
    if (field->type == PMX_FIELD_ARRAY)
        g_string_append_printf(cell, "%s%.0f elements",
                               field->flags & PMX_FIELD_NON_EMPTY ? "1 to " : "up to ", field->max);
    else if (field->type == PMX_FIELD_STRING)
        g_string_append_printf(cell, "up to %.0f bytes", field->max);
    else
        g_string_append_printf(cell, "%.12g to %.12g", field->min, field->max);
}

static void add_object(const PmxField *field, GString *cell)
{
    g_string_append_printf(cell, "see %s", field->object->name);
    if (field->flags & PMX_FIELD_JSON_TEXT)
        g_string_append(cell, ", or a string that holds it as JSON");
}

static void add_values(const PmxField *field, GString *cell)
{
    g_autofree char *choices = field->choices ? list_of(field->choices) : NULL;
    g_autofree char *refused = field->refused ? list_of(field->refused) : NULL;
    if (choices)
        g_string_append(cell, choices);
    if (field->kind)
        g_string_append(cell, field->kind->form);
    if (field->object)
        add_object(field, cell);
    if (field->object && field->max > 0)
        g_string_append(cell, "; ");
    if (field->min < field->max)
        add_limits(field, cell);
    if (field->multiple > 0)
        g_string_append_printf(cell, "%sa multiple of %" G_GINT64_FORMAT, cell->len > 0 ? ", " : "",
                               field->multiple);
    if (refused)
        g_string_append_printf(cell, " (not yet: %s)", refused);
}

/* A default outside the range stands for something that only the sentence can say. */
static gboolean default_is_shown(const PmxField *field)
{
    if (!field->fallback)
        return FALSE;
    double number = g_ascii_strtod(field->fallback, NULL);
    gboolean ranged = field->type == PMX_FIELD_INT || field->type == PMX_FIELD_DOUBLE;
    return !ranged || field->min >= field->max || (number >= field->min && number <= field->max);
}

static char *default_of(const PmxField *field)
{
    if (field->flags & PMX_FIELD_REQUIRED)
        return g_strdup("required");
    return default_is_shown(field) ? g_strconcat("`", field->fallback, "`", NULL) : g_strdup("");
}

/* --- rows --- */

typedef struct {
    GString *text;
    GPtrArray *done;     /* objects that have their section, here or elsewhere */
    gboolean extensions; /* whether there is a column for them */
} Page;

static void add_row(const PmxField *field, const Page *page)
{
    g_autoptr(GString) values = g_string_new(NULL);
    g_autofree char *fallback = default_of(field);
    const char *mark = field->flags & PMX_FIELD_EXTENSION ? " yes |" : "  |";
    add_values(field, values);
    g_string_append_printf(page->text, "| `%s` | %s | %s | %s |%s %s |\n", field->name,
                           type_of(field), values->str, fallback, page->extensions ? mark : "",
                           field->doc);
}

static void add_unsupported(const PmxObject *object, const Page *page)
{
    const char *before = "\nNot supported by this version, and refused: ";
    for (const PmxField *field = object->fields; field->name; field++) {
        if (!(field->flags & PMX_FIELD_UNSUPPORTED))
            continue;
        g_string_append_printf(page->text, "%s`%s`", before, field->name);
        if (field->fallback)
            g_string_append_printf(page->text, " (except as `%s`)", field->fallback);
        before = ", ";
    }
    g_string_append(page->text, *before == ',' ? ".\n" : "");
}

static void add_table(const PmxObject *object, const Page *page)
{
    const char *before = page->extensions
                             ? "\n| key | type | values | default | extension | meaning |\n"
                               "|---|---|---|---|---|---|\n"
                             : "\n| key | type | values | default | meaning |\n"
                               "|---|---|---|---|---|\n";
    for (const PmxField *field = object->fields; field->name; field++) {
        if (field->flags & (PMX_FIELD_UNSUPPORTED | PMX_FIELD_HIDDEN))
            continue;
        g_string_append(page->text, before);
        add_row(field, page);
        before = "";
    }
}

/* --- sections --- */

static void add_sections(const PmxObject *object, const Page *page)
{
    if (g_ptr_array_find(page->done, object, NULL))
        return;
    g_ptr_array_add(page->done, (gpointer)object);
    g_string_append_printf(page->text, "%s## %s\n\n%s\n", page->text->len > 0 ? "\n" : "",
                           object->name, object->doc);
    add_table(object, page);
    add_unsupported(object, page);
    for (const PmxField *field = object->fields; field->name; field++)
        if (field->object)
            add_sections(field->object, page);
}

char *pmx_reference_markdown(const PmxObject *root)
{
    g_autoptr(GPtrArray) done = g_ptr_array_new();
    Page page = {g_string_new(NULL), done, TRUE};
    add_sections(root, &page);
    return g_string_free(page.text, FALSE);
}

char *pmx_reference_sections(const PmxObject *const *roots, const PmxObject *const *known)
{
    g_autoptr(GPtrArray) done = g_ptr_array_new();
    Page page = {g_string_new(NULL), done, FALSE};
    for (; *known; known++)
        g_ptr_array_add(done, (gpointer)*known);
    for (; *roots; roots++)
        add_sections(*roots, &page);
    return g_string_free(page.text, FALSE);
}
