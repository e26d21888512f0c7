/* SPDX-License-Identifier: MIT */
/* `polymux template` against a server: the ready-made templates and custom ones. */
#pragma once

#include "cli/remote.h"

typedef struct {
    PmxRemoteOptions where;
    char *id, *name;
    int type, subtype; /* 0: not given */
    gboolean json;
} PmxTemplateOptions;

/* `words`: the verb and its arguments, NULL at the end. The exit status, or -1 when they are no
 * request of this kind. */
int pmx_template_remote(char *const *words, const PmxTemplateOptions *options);
