/* SPDX-License-Identifier: MIT */
/*
 * Uploads: a request's body out of a file, read as it is sent.
 *
 * The file is read at its own places and its position is left alone, so that several requests may
 * send parts of one file. Belongs to one thread at a time.
 */
#pragma once

#include <curl/curl.h>
#include <glib.h>

typedef struct {
    int fd; /* borrowed */
    guint64 offset, length;
    guint64 sent;
    char *problem; /* why no more could be read */
} PmxUpload;

/* `upload` stays where it is until `easy` is done. */
void pmx_upload_set(PmxUpload *upload, CURL *easy);
