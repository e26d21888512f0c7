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

/* Longer is for ever, and can still be added to a time. */
static gint64 microseconds(gint64 milliseconds)
{
    static const gint64 century = G_GINT64_CONSTANT(36525) * 86400 * 1000;
    return MIN(milliseconds, century) * 1000;
}

PmxAllowanceLimits pmx_configured_limits(const PmxConfiguration *configuration)
{
    const PmxJobsSettings *jobs = &configuration->jobs;
    return (PmxAllowanceLimits){.request = microseconds(jobs->storage_patience),
                                .job = microseconds(jobs->storage_deadline)};
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
        .kept_on_disk = (guint64)configuration->jobs.input_cache,
        .rest = pmx_places_local(folder),
        .limits = pmx_configured_limits(configuration),
    });
}

/* --- waiting for a storage --- */

static void tell_waiting(const char *host, const char *why, gint64 left)
{
    g_printerr("polymux: cannot use %s yet (%s); trying for another %" G_GINT64_FORMAT " s\n", host,
               why, (left + G_TIME_SPAN_SECOND - 1) / G_TIME_SPAN_SECOND);
}

PmxAllowance *pmx_allowance_of_command(const PmxPlaces *places)
{
    PmxAllowance *allowance = pmx_places_allowance(places);
    pmx_allowance_watch(allowance, tell_waiting);
    return allowance;
}

typedef struct {
    const PmxPlaces *places;
    const char *address;
    PmxAllowance *allowance;
} Asking;

static PmxPatience patience_of(const Asking *asking, GCancellable *cancel)
{
    return (PmxPatience){.cancel = cancel, .allowance = asking->allowance};
}

static gpointer open_reader(gpointer data, GCancellable *cancel, GError **error)
{
    const Asking *asking = data;
    const PmxPatience patience = patience_of(asking, cancel);
    return pmx_places_open(asking->places, asking->address, &patience, error);
}

static void free_reader(gpointer reader)
{
    pmx_reader_free(reader);
}

PmxReader *pmx_open_waiting(const PmxPlaces *places, const char *address,
                            const PmxPatience *patience, GError **error)
{
    Asking asking = {places, address, patience->allowance};
    return pmx_errand_wait(open_reader, &asking, free_reader, patience->cancel, error);
}

static gpointer ask_writable(gpointer data, GCancellable *cancel, GError **error)
{
    const Asking *asking = data;
    const PmxPatience patience = patience_of(asking, cancel);
    return pmx_places_writable(asking->places, asking->address, &patience, error) ? data : NULL;
}

gboolean pmx_writable_waiting(const PmxPlaces *places, const char *address,
                              const PmxPatience *patience, GError **error)
{
    Asking asking = {places, address, patience->allowance};
    return pmx_errand_wait(ask_writable, &asking, NULL, patience->cancel, error) != NULL;
}
