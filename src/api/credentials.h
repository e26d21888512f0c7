/* SPDX-License-Identifier: MIT */
/*
 * Access key pairs in a file, in the INI form that the cloud's own SDKs read:
 *
 *     [default]
 *     type = access_key
 *     access_key_id = …
 *     access_key_secret = …
 *
 * Every group of this type is a pair; groups of other types are somebody else's. The server makes
 * the file when it is not there; the command's clients read the first pair of it. A file that
 * others may read is refused.
 *
 * Secrets are wiped when freed and stand in no message.
 */
#pragma once

#include <glib.h>

typedef struct {
    char *group, *id, *secret;
} PmxKeyPair;

typedef struct {
    GPtrArray *pairs; /* of PmxKeyPair *: at least one, [default] first, then in the file's order */
} PmxCredentials;

/* NULL with a sentence; G_FILE_ERROR_NOENT when there is no such file. Caller frees. */
PmxCredentials *pmx_credentials_read(const char *path, GError **error);

/* As read, but makes the file with a fresh pair in [default], mode 0600, when it is not there;
 * `made` says so. The file appears whole and stays, whenever the machine goes down. */
PmxCredentials *pmx_credentials_ensure(const char *path, gboolean *made, GError **error);

void pmx_credentials_free(PmxCredentials *credentials);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxCredentials, pmx_credentials_free)
