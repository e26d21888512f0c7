/* SPDX-License-Identifier: MIT */
/* What a kind of place is made of. For the files of storage/ only. */
#pragma once

#include "storage/places.h"

typedef struct {
    char *(*resolve)(const PmxPlaces *places, const char *address, gboolean output, GError **error);
    char *(*name)(const PmxPlaces *places, const char *address, GError **error);
    PmxReader *(*open)(const PmxPlaces *places, const char *address, const PmxPatience *patience,
                       GError **error);
    gboolean (*writable)(const PmxPlaces *places, const char *address, const PmxPatience *patience,
                         GError **error);
    gboolean (*publish)(const PmxPlaces *places, const char *from, const char *address,
                        const PmxPatience *patience, GError **error);
    void (*clear)(PmxPlaces *places); /* frees what is the kind's own; or NULL */
} PmxPlacesKind;

/* The beginning of a kind's own struct, or all of it. */
struct PmxPlaces {
    const PmxPlacesKind *kind;
    char *root; /* absolute; or NULL */
    PmxAllowanceLimits limits;
};

/* One of the kinds that have no struct of their own. */
PmxPlaces *pmx_places_new(const PmxPlacesKind *kind, const char *root);
