/* SPDX-License-Identifier: MIT */
/*
 * Placeholders in the names of outputs: {JobId}, {JobName}, {OutputName}, {ExtName}.
 *
 * Letters between braces are one or a mistake; any other brace is a brace. What stands in for one is
 * a part of a name: it has no slash, so that no value makes a folder or leads elsewhere. Pure.
 */
#pragma once

#include <glib.h>

/* NULL: there is none. */
typedef struct {
    const char *job_id, *job_name, *output_name;
    const char *extension; /* "mp4" */
} PmxPlaceholders;

/* `text` with its placeholders filled in; NULL with a sentence in `why`. Caller frees both. */
char *pmx_placeholders_fill(const PmxPlaceholders *values, const char *text, char **why);
