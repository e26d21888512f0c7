/* SPDX-License-Identifier: MIT */
/* JSON in single quotes, which reads better in C. For tests only. */
#pragma once

#include <glib.h>
#include <jansson.h>

/* The value of `text`, whose single quotes stand for double ones; ends the test when it is no JSON.
 * New reference. */
static inline json_t *json_of(const char *text)
{
    g_autofree char *json = g_strdelimit(g_strdup(text), "'", '"');
    json_error_t error;
    json_t *value = json_loads(json, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (!value)
        g_error("%s: %s", text, error.text);
    return value;
}
