/* SPDX-License-Identifier: MIT */
/*
 * Objects in a folder: files beneath it, whose keys are their paths. No key leads out of it, by
 * whatever spelling or symbolic link (beneath.h).
 *
 * Safe from any thread.
 */
#pragma once

#include "storage/reader.h"

typedef struct {
    int folder;          /* O_PATH; borrowed */
    const char *key;     /* one that pmx_folder_wrong_key() has nothing against */
    const char *address; /* for messages */
} PmxFolderObject;

/* Why there can be no such key, behind its address ("has . or .. in its key"); NULL: there can.
 * Static. Keys are those of an object storage: at most 1023 bytes of UTF-8. */
const char *pmx_folder_wrong_key(const char *key);

/* The folder itself; -1 with `error`: "ADDRESS": MISSING. */
int pmx_folder_open(const char *path, const char *address, const char *missing, GError **error);

/* `name` is the object's one name, however it was spelt, for its identity. */
PmxReader *pmx_folder_read(const PmxFolderObject *object, const char *name, GError **error);

/* FALSE when nothing can be written there, found out without making anything. */
gboolean pmx_folder_writable(const PmxFolderObject *object, GError **error);

/* Moves the finished file `from` there; see address.h. */
gboolean pmx_folder_publish(const PmxFolderObject *object, const char *from, GError **error);
