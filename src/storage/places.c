/* SPDX-License-Identifier: MIT */
/* See places.h. */
#include "storage/places-kind.h"

PmxPlaces *pmx_places_new(const PmxPlacesKind *kind, const char *root)
{
    PmxPlaces *places = g_new0(PmxPlaces, 1);
    places->kind = kind;
    places->root = g_canonicalize_filename(root, NULL);
    return places;
}

void pmx_places_free(PmxPlaces *places)
{
    if (!places)
        return;
    g_free(places->root);
    g_free(places);
}

gboolean pmx_places_check(const PmxPlaces *places, const char *address, GError **error)
{
    return places->kind->check(places, address, error);
}

PmxReader *pmx_places_open(const PmxPlaces *places, const char *address, GCancellable *cancel,
                           GError **error)
{
    return places->kind->open(places, address, cancel, error);
}

gboolean pmx_places_writable(const PmxPlaces *places, const char *address, GError **error)
{
    return places->kind->writable(places, address, error);
}

gboolean pmx_places_publish(const PmxPlaces *places, const char *from, const char *address,
                            GCancellable *cancel, GError **error)
{
    return places->kind->publish(places, from, address, cancel, error);
}
