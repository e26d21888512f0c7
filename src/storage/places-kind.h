/* SPDX-License-Identifier: MIT */
/* What a kind of place is made of. For the files of storage/ only. */
#pragma once

#include "storage/places.h"

typedef struct {
    gboolean (*check)(const PmxPlaces *places, const char *address, GError **error);
    PmxReader *(*open)(const PmxPlaces *places, const char *address, GCancellable *cancel,
                       GError **error);
    gboolean (*writable)(const PmxPlaces *places, const char *address, GError **error);
    gboolean (*publish)(const PmxPlaces *places, const char *from, const char *address,
                        GCancellable *cancel, GError **error);
} PmxPlacesKind;

struct PmxPlaces {
    const PmxPlacesKind *kind;
    char *root; /* absolute */
};

PmxPlaces *pmx_places_new(const PmxPlacesKind *kind, const char *root);
