/* SPDX-License-Identifier: MIT */
/*
 * The artifact store: results of tasks, kept by key on disk.
 *
 *     ROOT/objects/ab/cdef…   an artifact; complete, because it is linked in when finished
 *     ROOT/lock               held while a process enters or removes a folder of ROOT/jobs
 *     ROOT/jobs/N/            one running polymux: its lock, its scratch folders, and a hard link
 *                             to each artifact it has found or made
 *
 * The links pin: what a running job counts on has more than one name and is not dropped, and stays
 * readable even where another process clears the store. A process that was killed leaves a folder
 * whose lock is free; the next one to open the store removes it. Above its size limit the store
 * drops the least recently used artifacts.
 *
 * Any number of processes may share a store. A PmxArtifacts belongs to one thread.
 */
#pragma once

#include "base/problem.h"

typedef struct PmxArtifacts PmxArtifacts;

/* Opens (creating) the store below `root`; `limit` in bytes, 0: none. Without `keep` nothing kept
 * is seen and nothing made is left: the artifacts live in this process's own folder. */
PmxArtifacts *pmx_artifacts_open(const char *root, guint64 limit, gboolean keep, GError **error);

/* Drops the pins and what is over the limit. */
void pmx_artifacts_free(PmxArtifacts *artifacts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxArtifacts, pmx_artifacts_free)

/* The pinned file of `key`, or NULL when it is not kept. Caller frees. Each time it is found it is
 * pinned once more. */
char *pmx_artifacts_find(PmxArtifacts *artifacts, const char *key);

/* Takes back one pin. After the last the artifact is kept like any other. */
void pmx_artifacts_release(PmxArtifacts *artifacts, const char *key);

/* Takes the finished file `path` in as `key` (it is moved; it must be in a scratch folder of this
 * store). */
gboolean pmx_artifacts_put(PmxArtifacts *artifacts, const char *key, const char *path,
                           GError **error);

/* Forgets the artifact of `key`, which has turned out to be damaged. Whoever has pinned it still
 * has to release it: the count goes on for the one that takes its place. */
void pmx_artifacts_drop(PmxArtifacts *artifacts, const char *key);

/* A new empty folder for one task, absolute; and its removal with everything in it. Caller frees
 * the name. */
char *pmx_artifacts_scratch(PmxArtifacts *artifacts, GError **error);
void pmx_artifacts_discard(const char *scratch);

/* The store's folder when nothing more can be written to its disk, NULL while there is room.
 * Borrowed. */
const char *pmx_artifacts_full(const PmxArtifacts *artifacts);

typedef struct {
    guint64 count, bytes; /* artifacts kept and their size */
    guint64 used;         /* of them by running jobs */
} PmxArtifactsUse;

PmxArtifactsUse pmx_artifacts_use(const PmxArtifacts *artifacts);

/* Drops what is over the limit; and first whatever was not used since `oldest` (microseconds since
 * 1970). What is pinned stays. */
void pmx_artifacts_trim(PmxArtifacts *artifacts, gint64 oldest);

/* Removes every artifact no running job uses; how many. */
guint64 pmx_artifacts_clear(PmxArtifacts *artifacts);

/* Where the store is by default: $POLYMUX_CACHE, else polymux in the user's cache folder; and its
 * limit from $POLYMUX_CACHE_SIZE ("20G"), by default 20 GiB. Caller frees. FALSE for a size that is
 * none. */
char *pmx_artifacts_default_root(void);
gboolean pmx_artifacts_default_limit(guint64 *limit, GError **error);
