/* SPDX-License-Identifier: MIT */
/* See table.h. */
#include "media/table.h"

#include <libavutil/log.h>

/* libav prints the table through its log only, and its hook takes no argument of ours: the one
 * place where the room needs a variable of its own, set for the length of one call and one thread.
 */
static GString *collecting;

static void collect(void *object, int level, const char *format, va_list arguments)
{
    (void)object;
    if (level <= AV_LOG_INFO)
        g_string_append_vprintf(collecting, format, arguments);
}

char *pmx_table_printable(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autoptr(GString) out = g_string_new(NULL);
    for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
        gunichar letter = g_utf8_get_char(at);
        g_string_append_unichar(out, g_unichar_iscntrl(letter) ? '?' : letter);
    }
    return g_strdup(out->str);
}

static gboolean wanted(const char *line)
{
    return g_str_has_prefix(line, "Duration:") || g_str_has_prefix(line, "Stream #");
}

char **pmx_table_lines(AVFormatContext *format)
{
    g_autoptr(GString) text = g_string_new(NULL);
    GPtrArray *lines = g_ptr_array_new();
    collecting = text;
    av_log_set_callback(collect);
    av_dump_format(format, 0, "", 0);
    av_log_set_callback(av_log_default_callback);
    collecting = NULL;
    g_auto(GStrv) all = g_strsplit(text->str, "\n", -1);
    for (guint i = 0; all[i]; i++)
        if (wanted(g_strstrip(all[i])))
            g_ptr_array_add(lines, pmx_table_printable(all[i]));
    g_ptr_array_add(lines, NULL);
    return (char **)g_ptr_array_free(lines, FALSE);
}
