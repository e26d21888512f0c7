/* SPDX-License-Identifier: MIT */
/* See places.h. */
#include "storage/places-kind.h"

static const PmxPatience usual = {0};

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
    if (places->kind->clear)
        places->kind->clear(places);
    g_free(places->root);
    g_free(places);
}

gboolean pmx_places_check(const PmxPlaces *places, const char *address, GError **error)
{
    g_autofree char *resolved = places->kind->resolve(places, address, FALSE, error);
    return resolved != NULL;
}

gboolean pmx_places_check_output(const PmxPlaces *places, const char *address, GError **error)
{
    g_autofree char *resolved = pmx_places_resolve_output(places, address, error);
    return resolved != NULL;
}

char *pmx_places_resolve_output(const PmxPlaces *places, const char *address, GError **error)
{
    return places->kind->resolve(places, address, TRUE, error);
}

PmxAllowance *pmx_places_allowance(const PmxPlaces *places)
{
    return pmx_allowance_new(&places->limits);
}

char *pmx_places_name(const PmxPlaces *places, const char *address)
{
    return places->kind->name(places, address, NULL);
}

PmxReader *pmx_places_open(const PmxPlaces *places, const char *address,
                           const PmxPatience *patience, GError **error)
{
    return places->kind->open(places, address, patience ? patience : &usual, error);
}

gboolean pmx_places_writable(const PmxPlaces *places, const char *address,
                             const PmxPatience *patience, GError **error)
{
    return places->kind->writable(places, address, patience ? patience : &usual, error);
}

gboolean pmx_places_publish(const PmxPlaces *places, const char *from, const char *address,
                            const PmxPatience *patience, GError **error)
{
    return places->kind->publish(places, from, address, patience ? patience : &usual, error);
}
