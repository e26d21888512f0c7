/* SPDX-License-Identifier: MIT */
/*
 * What the server is told: one file, the environment, the command line.
 *
 *     defaults ◄─ FILE (INI) ◄─ POLYMUX_GROUP_KEY ◄─ command line        later ones win
 *
 * Of a named group there may be any number: [storage NAME], POLYMUX_STORAGE_NAME_KEY. One is there when
 * the file has it or when the environment says its type.
 *
 * A field table per group (configuration-tables.c) says which keys there are, with type, range,
 * default and a sentence. From it come the checks, the names of the environment variables and the
 * commented sample (etc/polymux.conf). Every mistake is told at once, each under the name by which
 * its author knows it: "[server] workers", "POLYMUX_SERVER_WORKERS" or "--workers".
 *
 * Values of secret keys appear in no message. Pure but for reading files; one thread.
 */
#pragma once

#include "base/fields.h"
#include "storage/bucket.h"

typedef struct {
    char *listen;
    char *data; /* NULL: see pmx_configuration_data() */
    gint64 workers;
    gint64 memory; /* bytes; 0: 512 MiB a core */
    char *tls_cert, *tls_key;
    gboolean open_metrics;
    gint64 threads, connections;
    char *files; /* folders, with commas between them, or NULL: see pmx_folders_split() */
} PmxServerSettings;

typedef struct {
    gint64 limit; /* bytes; 0: none */
    gint64 days;
    char *storage; /* NULL: none */
} PmxArtifactsSettings;

typedef struct {
    gint64 days;
    gint64 media_infos;
    gint64 storage_patience, storage_deadline; /* milliseconds */
    gint64 input_cache;                        /* bytes; 0: none on the disk */
} PmxJobsSettings;

/* Durations are milliseconds. */
typedef struct {
    gint64 user_id;
    gint64 timeout, first_pause, give_up;
    gint64 at_once, at_once_receiver;
} PmxEventsSettings;

typedef struct {
    char *endpoint, *key_id, *key_secret, *key_secret_file;
} PmxMnsSettings;

extern const char *const pmx_storage_type_names[]; /* by PmxBucketType; NULL at the end */

/* The secrets are here whichever of the ways to give them was taken; the files are read. */
typedef struct {
    char *name; /* of the group */
    int type;   /* PmxBucketType */
    char *bucket, *endpoint, *region;
    char *key_id, *key_id_file, *key_secret, *key_secret_file, *token, *token_file;
    gboolean path_style;
    char *prefix;
    int signature; /* 0: 4; 1: 1 */
    char *acl, *storage_class;
    char *path; /* of a folder: absolute */
    gboolean is_default;
} PmxStorageSettings;

typedef struct {
    char *allow_hosts; /* see net/guard.h; NULL: none */
} PmxNetworkSettings;

typedef struct {
    PmxServerSettings server;
    PmxArtifactsSettings artifacts;
    PmxJobsSettings jobs;
    PmxNetworkSettings network;
    PmxEventsSettings events;
    PmxMnsSettings mns;
    GPtrArray *storages; /* of PmxStorageSettings *, in the order of the file */
} PmxConfiguration;

/* A group of the file: its table and where its struct lies. The last has no object. */
typedef struct {
    const PmxObject *object; /* its name is the group's */
    size_t offset;           /* of a named one: of the list */
    const char *named;       /* an example of a name; NULL: there is one such group, without any */
} PmxConfigurationGroup;
extern const PmxConfigurationGroup pmx_configuration_groups[];

/* What the command line says: "group", "key", the option's name and its value; NULL value: not
 * given. The last has group NULL. */
typedef struct {
    const char *group, *key, *option, *value;
} PmxConfigurationFlag;

/* `path`: the file, or NULL for none; `environment`: "NAME=VALUE", NULL at the end. NULL with
 * `problems`. */
PmxConfiguration *pmx_configuration_read(const char *path, const char *const *environment,
                                         const PmxConfigurationFlag *flags, PmxProblems *problems);
void pmx_configuration_free(PmxConfiguration *configuration);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxConfiguration, pmx_configuration_free)

/* What its bucket is made with; borrows from `settings`. A folder is its own bucket: `endpoint` is the
 * folder itself here. */
PmxBucketOptions pmx_storage_settings_bucket(const PmxStorageSettings *settings);

/* The data folder, absolute: the key's, else systemd's $STATE_DIRECTORY, else polymux in the user's
 * data folder. Caller frees. */
char *pmx_configuration_data(const char *configured);

/* The name of the environment variable of a key; of a named group, `group` is "GROUP NAME". Caller
 * frees. */
char *pmx_configuration_variable(const char *group, const char *key);

/* The sample file: every key with its sentence, range and default, commented out. Caller frees. */
char *pmx_configuration_sample(void);
