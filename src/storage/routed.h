/* SPDX-License-Identifier: MIT */
/*
 * Places by the configuration: each address goes where it belongs.
 *
 *     address ─┬► an object of a storage   read by range, uploaded         storages.h
 *              ├► http://, https://        read only, and guarded          web-reader.h
 *              ├► file://                  below the folders allowed
 *              └► what is left             local paths, or buckets as folders
 */
#pragma once

#include "storage/depot.h"
#include "storage/places.h"
#include "storage/storages.h"

typedef struct {
    PmxStoragesOptions storages; /* copied, like what follows but for `rest` */
    const char *folder;          /* for what is kept of sources far away (spool/) and notes of
                                 uploads (uploads/); they are made when they are needed */
    guint64 kept_on_disk;        /* bytes of the former, for all jobs together */
    const char *const *files;    /* file:// leads below these only. NULL: `rest` takes it */
    PmxPlaces *rest;             /* taken */
    gboolean rest_is_buckets;  /* pmx_places_buckets(): has what oss:// names and no storage has */
    PmxAllowanceLimits limits; /* of each job, for pmx_places_allowance() */
} PmxRoutes;

PmxPlaces *pmx_places_routed(const PmxRoutes *routes);

/* What such places were made of; they live as long. */
PmxStorages *pmx_places_storages(const PmxPlaces *places);

/* The journal of its uploads. NULL with `error`: there can be none. */
PmxUploads *pmx_places_uploads(const PmxPlaces *places, GError **error);

/* A depot for artifacts in the storage of that name; has to be freed before the places. NULL with
 * `error`: there is no such storage, or it is for any bucket. (routed-depot.c) */
PmxDepot *pmx_places_depot(const PmxPlaces *places, const char *name, GError **error);

/* Aborts uploads that a kill has left in the storages; how many. Waits for the network. */
guint pmx_places_clean(const PmxPlaces *places, GCancellable *cancel);
