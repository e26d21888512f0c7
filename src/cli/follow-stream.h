/* SPDX-License-Identifier: MIT */
/*
 * The event streams of jobs, read in threads of their own and told in the default main context.
 *
 *     thread: request ─► bytes ─► sse.h ─► note ─► main context: told()
 *
 * A stream that breaks is opened again behind its last event, until the server has given no sign
 * for a minute. Each job's last note says that it is over.
 */
#pragma once

#include "cli/remote.h"

/* Borrowed for the call. */
typedef struct {
    json_t *body;        /* of an event, or NULL */
    gboolean over;       /* the job's last note */
    const GError *error; /* with `over`: why it cannot be followed on */
} PmxFollowNote;

typedef void (*PmxFollowTold)(const PmxFollowNote *note, gpointer data);

typedef struct PmxFollowStreams PmxFollowStreams;

/* Reads the streams of `ids` (NULL at the end), at most `at_once` together. The strings and
 * `remote` are borrowed until freed. */
PmxFollowStreams *pmx_follow_streams_new(const PmxRemote *remote, char *const *ids, guint at_once,
                                         PmxFollowTold told, gpointer data);

/* Only when all jobs are over. */
void pmx_follow_streams_free(PmxFollowStreams *streams);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxFollowStreams, pmx_follow_streams_free)
