/* SPDX-License-Identifier: MIT */
/* From the configuration to storages and places. */
#pragma once

#include "cli/configuration.h"
#include "storage/routed.h"

/* What --config is, for the help of commands. */
#define PMX_CONFIG_HELP "Read storages from the configuration FILE ($POLYMUX_CONFIG)"

/* One for each [storage NAME]; borrows from the configuration. Caller frees with g_free(). */
PmxStorageSetup *pmx_configured_storages(const PmxConfiguration *configuration);

/* How long a job may wait for storages. */
PmxAllowanceLimits pmx_configured_limits(const PmxConfiguration *configuration);

/* The configuration of a command that runs here: of `path`, else of $POLYMUX_CONFIG, else none, with
 * what the environment adds. NULL with everything that is wrong on stderr. */
PmxConfiguration *pmx_configuration_of_command(const char *command, const char *path);

/* The places of such a command: what is configured, the web, and local paths below `folder`. NULL with
 * `error`. */
PmxPlaces *pmx_places_of_command(const PmxConfiguration *configuration, const char *folder,
                                 GError **error);

/* What the command may spend on waiting; of each host that it waits for stderr is told once. */
PmxAllowance *pmx_allowance_of_command(const PmxPlaces *places);

/* pmx_places_open() and pmx_places_writable() in a thread, waited for: the default main context runs, and
 * the patience's `cancel` (or NULL), cancelled from it, ends the waiting. */
PmxReader *pmx_open_waiting(const PmxPlaces *places, const char *address,
                            const PmxPatience *patience, GError **error);
gboolean pmx_writable_waiting(const PmxPlaces *places, const char *address,
                              const PmxPatience *patience, GError **error);
