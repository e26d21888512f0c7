/* SPDX-License-Identifier: MIT */
/* See placeholders.h. Pure. */
#include "job/placeholders.h"

#include <stddef.h>
#include <string.h>

#include "base/suggest.h"

typedef struct {
    const char *name;
    size_t offset;       /* of its value */
    const char *missing; /* said where there is none */
} Placeholder;

static const Placeholder placeholders[] = {
    {"JobId", offsetof(PmxPlaceholders, job_id), "it is not known here"},
    {"JobName", offsetof(PmxPlaceholders, job_name), "the job has no JobName"},
    {"OutputName", offsetof(PmxPlaceholders, output_name), "the output has no Name"},
    {"ExtName", offsetof(PmxPlaceholders, extension), "the output has no extension"},
};

static const char *name_at(gconstpointer unused, guint i)
{
    (void)unused;
    return i < G_N_ELEMENTS(placeholders) ? placeholders[i].name : NULL;
}

static char *unknown(const char *name)
{
    const char *near = pmx_suggest(name, name_at, NULL);
    return g_strdup_printf("has {%s}, which is no placeholder%s%s%s; those are {JobId}, {JobName}, "
                           "{OutputName} and {ExtName}",
                           name, near ? "; did you mean {" : "", near ? near : "",
                           near ? "}?" : "");
}

static gboolean fits(const char *value)
{
    return *value && !strchr(value, '/') && strcmp(value, ".") != 0 && strcmp(value, "..") != 0;
}

/* NULL with `why`; borrowed. */
static const char *value_of(const PmxPlaceholders *values, const char *name, char **why)
{
    for (guint i = 0; i < G_N_ELEMENTS(placeholders); i++) {
        if (strcmp(placeholders[i].name, name) != 0)
            continue;
        const char *value = *(const char *const *)((const char *)values + placeholders[i].offset);
        if (value && fits(value))
            return value;
        *why = value ? g_strdup_printf("has {%s}, and \"%s\" cannot be a part of a file's name",
                                       name, value)
                     : g_strdup_printf("has {%s}, and %s", name, placeholders[i].missing);
        return NULL;
    }
    *why = unknown(name);
    return NULL;
}

/* The letters between the braces at the beginning of `text`; NULL: there are none. Caller frees. */
static char *name_in(const char *text)
{
    gsize length = 0;
    while (g_ascii_isalpha(text[1 + length]))
        length++;
    return *text == '{' && length > 0 && text[1 + length] == '}' ? g_strndup(text + 1, length)
                                                                 : NULL;
}

char *pmx_placeholders_fill(const PmxPlaceholders *values, const char *text, char **why)
{
    g_autoptr(GString) filled = g_string_new(NULL);
    while (*text) {
        g_autofree char *name = name_in(text);
        const char *value = name ? value_of(values, name, why) : NULL;
        if (name && !value)
            return NULL;
        if (name) {
            g_string_append(filled, value);
            text += strlen(name) + strlen("{}");
        } else {
            g_string_append_c(filled, *text++);
        }
    }
    return g_string_free(g_steal_pointer(&filled), FALSE);
}
