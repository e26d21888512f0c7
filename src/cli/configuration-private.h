/* SPDX-License-Identifier: MIT */
/*
 * The configuration while it is read. For the files configuration*.c only.
 *
 *     configuration-gather.c     file, environment and command line, as text
 *     configuration.c            the text becomes structs, and is checked
 *     configuration-storages.c   what keys of a [storage NAME] mean together
 */
#pragma once

#include "cli/configuration.h"

/* What has been gathered before it is checked. A group is called by its title: "server", "storage
 * NAME". */
typedef struct {
    json_t *values;      /* {title: {key: text}} */
    GHashTable *origins; /* "title.key" → the name to blame: a variable or an option */
    PmxProblems *problems;
} PmxGathering;

void pmx_gather(PmxGathering *gathering, const char *path, const char *const *environment,
                const PmxConfigurationFlag *flags);

/* The NAME of a title of this named group; NULL: it is one of another group. Points into it. */
const char *pmx_title_name(const PmxObject *group, const char *title);

/* What its author knows the key as. Caller frees. */
char *pmx_gathering_origin(const PmxGathering *gathering, const char *title, const char *key);

/* Adds a problem about a key. */
void pmx_gathering_complain(const PmxGathering *gathering, const char *title, const char *key,
                            const char *message);

/* The first line of the file, without space around it. NULL, with a problem about the key `key`, when
 * there is none. Caller frees. */
char *pmx_gathering_first_line(const PmxGathering *gathering, const char *title, const char *key,
                               const char *path);

/* Reads the secret files and checks each storage by itself and all of them together. */
void pmx_storages_settle(const PmxGathering *gathering, GPtrArray *storages);
