/* SPDX-License-Identifier: MIT */
/* The sums of a stretch of a file that storages tell and are told. Safe from any thread. */
#pragma once

#include "base/problem.h"
#include "storage/bucket.h"

enum { PMX_MD5_BYTES = 16 };

typedef struct {
    guint8 md5[PMX_MD5_BYTES];
    guint64 crc64; /* storage/crc64.h */
} PmxDigest;

/* Reads it all. FALSE with `error`, also when the file ends before. */
gboolean pmx_digest_file(const PmxFileRange *range, GCancellable *cancel, PmxDigest *digest,
                         GError **error);

/* As Content-MD5 has it (RFC 1864), and as an ETag does. Caller frees. */
char *pmx_digest_base64(const PmxDigest *digest);
char *pmx_digest_hex(const PmxDigest *digest);

/* The Content-MD5 of a text. Caller frees. */
char *pmx_digest_text_base64(const char *text);
