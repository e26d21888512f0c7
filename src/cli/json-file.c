/* SPDX-License-Identifier: MIT */
/* See json-file.h. */
#include "cli/json-file.h"

#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <string.h>
#include <unistd.h>

static char *read_text(const char *path, gsize *length, GError **error)
{
    char *text = NULL;
    if (strcmp(path, "-") != 0)
        return g_file_get_contents(path, &text, length, error) ? text : NULL;
    g_autoptr(GInputStream) standard = g_unix_input_stream_new(STDIN_FILENO, FALSE);
    g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable();
    if (g_output_stream_splice(memory, standard, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, error) <
        0)
        return NULL;
    *length = g_memory_output_stream_get_data_size(G_MEMORY_OUTPUT_STREAM(memory));
    return g_memory_output_stream_steal_data(G_MEMORY_OUTPUT_STREAM(memory));
}

json_t *pmx_json_file_read(const char *path, const char *what, PmxProblems *problems)
{
    g_autoptr(GError) error = NULL;
    gsize length = 0;
    json_error_t where;
    g_autofree char *text = read_text(path, &length, &error);
    if (error) {
        pmx_problems_add(problems, PMX_CODE_RESOURCE_NOT_FOUND, "", "%s cannot be read: %s", what,
                         error->message);
        return NULL;
    }
    /* Some editors put a byte order mark before UTF-8. */
    gsize mark = text && length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    json_t *json =
        json_loadb(text ? text + mark : "", length - mark, JSON_REJECT_DUPLICATES, &where);
    const char *origin = strcmp(path, "-") == 0 ? "on the standard input" : path;
    if (!json)
        pmx_problems_add(problems, PMX_CODE_INVALID, "",
                         "%s %s is not valid JSON: line %d, column %d: %s", what, origin,
                         where.line, where.column, where.text);
    else if (!json_is_object(json))
        pmx_problems_add(problems, PMX_CODE_INVALID, "", "%s %s must hold a JSON object", what,
                         origin);
    if (json_is_object(json))
        return json;
    json_decref(json);
    return NULL;
}
