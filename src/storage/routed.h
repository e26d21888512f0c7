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

#include "storage/chunks.h"
#include "storage/places.h"
#include "storage/storages.h"
#include "storage/upload.h"

typedef struct {
    PmxStorages *storages;    /* borrowed, like what follows but for `rest` */
    PmxChunks *chunks;        /* what was read, for all inputs */
    const char *spool;        /* folder for sources that are sent as a whole only; copied */
    PmxUploads *uploads;      /* or NULL */
    const char *const *files; /* file:// leads below these only; copied. NULL: `rest` takes it */
    PmxPlaces *rest;          /* taken */
    gboolean rest_is_buckets; /* pmx_places_buckets(): has what oss:// names and no storage has */
} PmxRoutes;

PmxPlaces *pmx_places_routed(const PmxRoutes *routes);
