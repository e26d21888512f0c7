/* SPDX-License-Identifier: MIT */
/*
 * Places: what an address leads to, for whoever reads inputs and publishes outputs.
 *
 *     address ─► PmxPlaces (const vtable) ─► routed.c    storages of the configuration, the web
 *                                         ├► local.c    paths and file://, for the command line
 *                                         └► buckets.c  oss://BUCKET/KEY as folders, for the service
 *
 * An address is data of a stranger where the service runs: a kind of place decides what it may lead
 * to and nothing else is ever opened. Safe from any thread.
 */
#pragma once

#include <gio/gio.h>

#include "storage/patience.h"
#include "storage/reader.h"

typedef struct PmxPlaces PmxPlaces;

/* Local paths, relative ones below `folder`. */
PmxPlaces *pmx_places_local(const char *folder);

/* Buckets: each folder in `root` is one. An object is named oss://BUCKET/KEY, or as in the cloud
 * https://BUCKET.oss-REGION.aliyuncs.com/KEY: the same input either way. No key leads out of its
 * bucket, by whatever spelling or symbolic link (openat2(2), RESOLVE_BENEATH); a bucket may itself
 * be a link to a folder elsewhere, which is its administrator's doing. */
PmxPlaces *pmx_places_buckets(const char *root);

void pmx_places_free(PmxPlaces *places);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxPlaces, pmx_places_free)

/* FALSE when the address's text alone says that it leads nowhere here; as an input, or as an output. */
gboolean pmx_places_check(const PmxPlaces *places, const char *address, GError **error);
gboolean pmx_places_check_output(const PmxPlaces *places, const char *address, GError **error);

/* The same, and the address in full: an absolute path for a local one, others as they are. Caller
 * frees. */
char *pmx_places_resolve_output(const PmxPlaces *places, const char *address, GError **error);

/* One name for all spellings of an address: known from its text alone, but that links in a local path are
 * followed; NULL: it leads nowhere here. Caller frees. */
char *pmx_places_name(const PmxPlaces *places, const char *address);

/* What one job may spend on waiting for these places, for the calls below. Caller frees. */
PmxAllowance *pmx_places_allowance(const PmxPlaces *places);

/* Opens for reading; see pmx_reader_open_file(). May wait for a network; `patience`, or NULL for the usual
 * one. The reader keeps its allowance. */
PmxReader *pmx_places_open(const PmxPlaces *places, const char *address,
                           const PmxPatience *patience, GError **error);

/* FALSE when nothing can be written there, found out without making anything that would be seen. Waits
 * likewise. */
gboolean pmx_places_writable(const PmxPlaces *places, const char *address,
                             const PmxPatience *patience, GError **error);

/* Makes the finished file `from` appear there, whole or not at all. Waits likewise, and for a disk. */
gboolean pmx_places_publish(const PmxPlaces *places, const char *from, const char *address,
                            const PmxPatience *patience, GError **error);
