/* SPDX-License-Identifier: MIT */
/* See places.h. */
#include "cli/places.h"

#include "base/errand.h"
#include "exec/artifacts.h"

PmxStorageSetup *pmx_configured_storages(const PmxConfiguration *configuration)
{
    const GPtrArray *storages = configuration->storages;
    PmxStorageSetup *setups = g_new0(PmxStorageSetup, storages->len + 1);
    for (guint i = 0; i < storages->len; i++) {
        const PmxStorageSettings *settings = g_ptr_array_index(storages, i);
        setups[i] = (PmxStorageSetup){settings->name, pmx_storage_settings_bucket(settings),
                                      settings->is_default};
    }
    return setups;
}

PmxConfiguration *pmx_configuration_of_command(const char *command, const char *path)
{
    const char *usual = g_getenv("POLYMUX_CONFIG");
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_auto(GStrv) environment = g_get_environ();
    PmxConfiguration *configuration =
        pmx_configuration_read(path              ? path
                               : usual && *usual ? usual
                                                 : NULL,
                               (const char *const *)environment, NULL, problems);
    if (configuration)
        return configuration;
    g_autofree char *text = pmx_problems_to_text(problems);
    g_printerr("polymux %s: the configuration is wrong (polymux serve --sample-config shows every "
               "key):\n%s",
               command, text);
    return NULL;
}

PmxPlaces *pmx_places_of_command(const PmxConfiguration *configuration, const char *folder,
                                 GError **error)
{
    g_autofree PmxStorageSetup *setups = pmx_configured_storages(configuration);
    g_autofree char *root = pmx_artifacts_default_root();
    g_autoptr(PmxGuard) guard = pmx_guard_new(configuration->network.allow_hosts, error);
    if (!guard)
        return NULL;
    return pmx_places_routed(&(PmxRoutes){
        .storages = {.setups = setups,
                     .count = configuration->storages->len,
                     .user_agent = "polymux/" PMX_VERSION,
                     .guard = guard},
        .folder = root,
        .rest = pmx_places_local(folder),
    });
}

/* --- waiting for a storage --- */

typedef struct {
    const PmxPlaces *places;
    const char *address;
} Asking;

static gpointer open_reader(gpointer data, GCancellable *cancel, GError **error)
{
    const Asking *asking = data;
    return pmx_places_open(asking->places, asking->address, cancel, error);
}

static void free_reader(gpointer reader)
{
    pmx_reader_free(reader);
}

PmxReader *pmx_open_waiting(const PmxPlaces *places, const char *address, GCancellable *cancel,
                            GError **error)
{
    Asking asking = {places, address};
    return pmx_errand_wait(open_reader, &asking, free_reader, cancel, error);
}

static gpointer ask_writable(gpointer data, GCancellable *cancel, GError **error)
{
    const Asking *asking = data;
    return pmx_places_writable(asking->places, asking->address, cancel, error) ? data : NULL;
}

gboolean pmx_writable_waiting(const PmxPlaces *places, const char *address, GCancellable *cancel,
                              GError **error)
{
    Asking asking = {places, address};
    return pmx_errand_wait(ask_writable, &asking, NULL, cancel, error) != NULL;
}
