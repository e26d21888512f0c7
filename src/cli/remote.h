/* SPDX-License-Identifier: MIT */
/*
 * The server that a subcommand talks to, by the REST dialect with HTTP Basic.
 *
 *     where: --endpoint, else $POLYMUX_ENDPOINT, else this machine
 *     keys:  --credentials, else $POLYMUX_ACCESS_KEY_ID and _SECRET, else
 *            $ALIBABA_CLOUD_ACCESS_KEY_ID and _SECRET, else $ALIBABA_CLOUD_CREDENTIALS_FILE, else
 *            the data folder's
 *
 * Errors are PMX_ERROR; their sentence says what to do, their code decides the exit status. The
 * secret is in none of them. Any thread may call with a PmxRemote.
 */
#pragma once

#include "base/problem.h"
#include "cli/command.h"

typedef struct {
    char *endpoint; /* without a slash at the end */
    char *key_id, *key_secret;
    char *origin; /* where the keys are from, for messages */
} PmxRemote;

/* The options that say where and who; members of GOptionEntry arrays. Strings are the caller's. */
typedef struct {
    char *endpoint, *credentials;
} PmxRemoteOptions;

#define PMX_REMOTE_ENTRIES(options)                                                                \
    {"endpoint",                                                                                   \
     0,                                                                                            \
     0,                                                                                            \
     G_OPTION_ARG_STRING,                                                                          \
     &(options)->endpoint,                                                                         \
     "The server ($POLYMUX_ENDPOINT, else http://127.0.0.1:8080)",                                 \
     "URL"},                                                                                       \
    {                                                                                              \
        "credentials", 0, 0, G_OPTION_ARG_FILENAME, &(options)->credentials,                       \
            "Take the access key from FILE", "FILE"                                                \
    }

void pmx_remote_options_clear(PmxRemoteOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PmxRemoteOptions, pmx_remote_options_clear)

/* Whether somebody has said that a server is to be asked. */
gboolean pmx_remote_wanted(const PmxRemoteOptions *options);

PmxRemote *pmx_remote_new(const PmxRemoteOptions *options, GError **error);
void pmx_remote_free(PmxRemote *remote);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxRemote, pmx_remote_free)

/* One request; `body` (or NULL) is taken. The answer's JSON, null for an answer without one; new
 * reference. NULL with `error`. */
json_t *pmx_remote_call(const PmxRemote *remote, const char *method, const char *path, json_t *body,
                        GError **error);

/* The sentence that goes with an answer of status 400 or more. */
void pmx_remote_refused(const PmxRemote *remote, guint status, const char *body, gsize length,
                        GError **error);

/* The sentence for a request without an answer, for which net/client.h has given `why`. */
void pmx_remote_silent(const PmxRemote *remote, const char *why, GError **error);

/* "KIND/ID" below /v1 with the id escaped; "more" (or "") follows. Caller frees. */
char *pmx_remote_path(const char *kind, const char *id, const char *more);

/* Tells `error` as the subcommand's and gives the exit status. */
int pmx_remote_fail(const GError *error);

/* A member of an answer as text; "" where there is none. Borrowed. */
const char *pmx_remote_text(const json_t *object, const char *name);
