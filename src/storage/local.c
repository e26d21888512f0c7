/* SPDX-License-Identifier: MIT */
/* Places of the command line: local paths and file://. See places.h. */
#include "storage/address.h"
#include "storage/places-kind.h"

static char *resolve(const PmxPlaces *places, const char *address, gboolean output, GError **error)
{
    (void)output;
    return pmx_address_to_path(address, places->root, error);
}

static char *name(const PmxPlaces *places, const char *address, GError **error)
{
    g_autofree char *path = pmx_address_to_path(address, places->root, error);
    return path ? pmx_local_real_path(path) : NULL;
}

static PmxReader *open_input(const PmxPlaces *places, const char *address,
                             const PmxPatience *patience, GError **error)
{
    (void)patience;
    g_autofree char *path = pmx_address_to_path(address, places->root, error);
    return path ? pmx_reader_open_file(path, error) : NULL;
}

static gboolean writable(const PmxPlaces *places, const char *address, const PmxPatience *patience,
                         GError **error)
{
    (void)patience;
    g_autofree char *path = pmx_address_to_path(address, places->root, error);
    return path && pmx_local_writable(path, error);
}

static gboolean publish(const PmxPlaces *places, const char *from, const char *address,
                        const PmxPatience *patience, GError **error)
{
    (void)patience;
    g_autofree char *path = pmx_address_to_path(address, places->root, error);
    return path && pmx_local_publish(from, path, path, error);
}

PmxPlaces *pmx_places_local(const char *folder)
{
    static const PmxPlacesKind kind = {resolve, name, open_input, writable, publish, NULL};
    return pmx_places_new(&kind, folder);
}
