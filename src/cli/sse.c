/* SPDX-License-Identifier: MIT */
/* See sse.h. */
#include "cli/sse.h"

#include <string.h>

enum { EVENT_MAX = 16 << 20 };

struct PmxSse {
    PmxSseEvent event;
    gpointer data;
    GString *line, *id, *type, *text;
    gboolean after_cr; /* the last byte was a CR: a LF now belongs to it */
    gboolean begun;    /* the first line has been read */
};

PmxSse *pmx_sse_new(PmxSseEvent event, gpointer data)
{
    PmxSse *sse = g_new0(PmxSse, 1);
    sse->event = event;
    sse->data = data;
    sse->line = g_string_new(NULL);
    sse->id = g_string_new(NULL);
    sse->type = g_string_new(NULL);
    sse->text = g_string_new(NULL);
    return sse;
}

void pmx_sse_free(PmxSse *sse)
{
    if (!sse)
        return;
    g_string_free(sse->line, TRUE);
    g_string_free(sse->id, TRUE);
    g_string_free(sse->type, TRUE);
    g_string_free(sse->text, TRUE);
    g_free(sse);
}

/* An event without a line of data is none. */
static void dispatch(PmxSse *sse)
{
    if (sse->text->len > 0) {
        g_string_truncate(sse->text, sse->text->len - 1);
        sse->event(sse->id->str, sse->type->len > 0 ? sse->type->str : "message", sse->text->str,
                   sse->data);
    }
    g_string_truncate(sse->text, 0);
    g_string_truncate(sse->type, 0);
}

static void take_field(PmxSse *sse, const char *name, const char *value)
{
    if (strcmp(name, "data") == 0)
        g_string_append_printf(sse->text, "%s\n", value);
    else if (strcmp(name, "event") == 0)
        g_string_assign(sse->type, value);
    else if (strcmp(name, "id") == 0)
        g_string_assign(sse->id, value);
}

static void take_line(PmxSse *sse, char *line)
{
    if (!sse->begun && g_str_has_prefix(line, "\xef\xbb\xbf"))
        line += 3;
    sse->begun = TRUE;
    if (!*line) {
        dispatch(sse);
        return;
    }
    char *colon = strchr(line, ':');
    char *value = colon ? colon + 1 : line + strlen(line);
    if (colon)
        *colon = '\0';
    take_field(sse, line, value + (*value == ' '));
}

static void end_line(PmxSse *sse)
{
    take_line(sse, sse->line->str);
    g_string_truncate(sse->line, 0);
}

gboolean pmx_sse_feed(PmxSse *sse, const char *bytes, gsize length)
{
    for (gsize i = 0; i < length; i++) {
        gboolean joined = bytes[i] == '\n' && sse->after_cr;
        sse->after_cr = bytes[i] == '\r';
        if (joined)
            continue;
        if (bytes[i] == '\n' || bytes[i] == '\r')
            end_line(sse);
        else
            g_string_append_c(sse->line, bytes[i]);
        if (sse->line->len + sse->text->len > EVENT_MAX)
            return FALSE;
    }
    return TRUE;
}
