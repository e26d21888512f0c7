/* SPDX-License-Identifier: MIT */
/* `polymux storage`: what the configuration says there is, and whether it works. */
#include <glib-unix.h>
#include <signal.h>
#include <string.h>

#include "base/errand.h"
#include "base/suggest.h"
#include "cli/command.h"
#include "cli/places.h"
#include "cli/storage-check.h"

typedef struct {
    char *config, *bucket;
} Options;

static const char *type_of(const PmxStorage *storage)
{
    return pmx_storage_type_names[storage->type];
}

static const char *scheme_of(const PmxStorage *storage)
{
    return storage->type == PMX_BUCKET_S3 ? "s3" : "oss";
}

/* --- list --- */

static int list(const PmxStorages *storages)
{
    const PmxStorage *storage = pmx_storages_at(storages, 0);
    if (!storage) {
        g_printerr("polymux storage: no storage is configured: give --config FILE\n");
        return PMX_EXIT_FAILED;
    }
    g_print("%-16s %-7s %-24s %s\n", "NAME", "TYPE", "BUCKET", "WHERE");
    for (guint i = 0; (storage = pmx_storages_at(storages, i)); i++) {
        g_autofree char *bucket =
            g_strconcat(scheme_of(storage), "://", storage->bucket ? storage->bucket : "*", NULL);
        g_print("%-16s %-7s %-24s %s%s%s%s\n", storage->name, type_of(storage), bucket,
                storage->endpoint, *storage->prefix ? ", below " : "", storage->prefix,
                storage->is_default ? ", the default" : "");
    }
    return PMX_EXIT_OK;
}

/* --- check --- */

typedef struct {
    PmxBucket *bucket;
    PmxBucketType type;
} Checked;

static gpointer check_bucket(gpointer data, GCancellable *cancel, GError **error)
{
    const Checked *checked = data;
    if (pmx_storage_check(checked->bucket, checked->type, cancel))
        return data;
    g_set_error_literal(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD, "told already");
    return NULL;
}

static gboolean check(PmxStorages *storages, const PmxStorage *storage, const char *name,
                      GCancellable *cancel)
{
    g_autoptr(GError) error = NULL;
    const char *bucket = storage->bucket ? storage->bucket : name;
    g_print("[storage %s]: %s://%s at %s\n", storage->name, scheme_of(storage),
            bucket ? bucket : "*", storage->endpoint);
    if (!bucket) {
        g_print("  FAILED: it is for any bucket: say with --bucket NAME which one to try\n");
        return FALSE;
    }
    Checked checked = {pmx_storages_bucket(storages, storage, bucket, &error), storage->type};
    if (checked.bucket)
        return pmx_errand_wait(check_bucket, &checked, NULL, cancel, NULL) != NULL;
    g_print("  FAILED: %s: %s\n", pmx_code_name(pmx_error_code(error)), error->message);
    return FALSE;
}

static const char *name_at(gconstpointer storages, guint i)
{
    const PmxStorage *storage = pmx_storages_at(storages, i);
    return storage ? storage->name : NULL;
}

static int refuse_name(const PmxStorages *storages, const char *name)
{
    const char *near = pmx_suggest(name, name_at, storages);
    g_printerr("polymux storage: the configuration has no [storage %s]%s%s%s\n", name,
               near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    return PMX_EXIT_INVALID;
}

static int check_all(PmxStorages *storages, const Options *options, const char *only,
                     GCancellable *cancel)
{
    gboolean ok = TRUE;
    const PmxStorage *storage = only ? pmx_storages_named(storages, only) : NULL;
    if (only && !storage)
        return refuse_name(storages, only);
    if (only)
        return check(storages, storage, options->bucket, cancel) ? PMX_EXIT_OK : PMX_EXIT_FAILED;
    for (guint i = 0; (storage = pmx_storages_at(storages, i)); i++)
        if (!g_cancellable_is_cancelled(cancel))
            ok &= check(storages, storage, options->bucket, cancel);
    return ok ? PMX_EXIT_OK : PMX_EXIT_FAILED;
}

/* Ctrl-C ends a step, and what was made is deleted all the same. */
static gboolean on_interrupt(gpointer cancel)
{
    g_cancellable_cancel(cancel);
    return G_SOURCE_CONTINUE;
}

static int check_interruptible(PmxStorages *storages, const Options *options, const char *only)
{
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    guint watches[] = {g_unix_signal_add(SIGINT, on_interrupt, cancel),
                       g_unix_signal_add(SIGTERM, on_interrupt, cancel)};
    int status = check_all(storages, options, only, cancel);
    for (guint i = 0; i < G_N_ELEMENTS(watches); i++)
        g_source_remove(watches[i]);
    return status;
}

/* --- the command --- */

static int run(const Options *options, char *const *words)
{
    guint count = g_strv_length((char **)words);
    gboolean lists = count == 2 && strcmp(words[1], "list") == 0;
    gboolean checks = (count == 2 || count == 3) && strcmp(words[1], "check") == 0;
    if (!lists && !checks) {
        g_printerr("polymux storage: say \"list\" or \"check [NAME]\" (see polymux storage "
                   "--help)\n");
        return PMX_EXIT_INVALID;
    }
    g_autoptr(PmxConfiguration) configuration =
        pmx_configuration_of_command("storage", options->config);
    if (!configuration)
        return PMX_EXIT_INVALID;
    g_autofree PmxStorageSetup *setups = pmx_configured_storages(configuration);
    g_autoptr(PmxStorages) storages =
        pmx_storages_new(&(PmxStoragesOptions){.setups = setups,
                                               .count = configuration->storages->len,
                                               .user_agent = "polymux/" PMX_VERSION});
    return lists || !pmx_storages_at(storages, 0)
               ? list(storages)
               : check_interruptible(storages, options, words[2]);
}

int pmx_command_storage(char **argv)
{
    Options options = {0};
    const GOptionEntry entries[] = {
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &options.config, PMX_CONFIG_HELP, "FILE"},
        {"bucket", 0, 0, G_OPTION_ARG_STRING, &options.bucket,
         "Try this bucket of a storage that is for any", "NAME"},
        G_OPTION_ENTRY_NULL,
    };
    g_auto(GStrv) words = pmx_command_options(
        argv, entries, "list | check [NAME]",
        "Lists the storages of the configuration, or tries one, or all of them: writes an object, "
        "reads\nit by range, writes one in parts, lists and deletes them, and says how fast that "
        "was.\n\nExit status: 0 all of it works, 1 something does not, 2 the configuration is "
        "invalid.");
    int status = words ? run(&options, words) : PMX_EXIT_INVALID;
    g_free(options.config);
    g_free(options.bucket);
    return status;
}
