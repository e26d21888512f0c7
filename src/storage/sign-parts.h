/* SPDX-License-Identifier: MIT */
/* What the signatures of sign.h are made of. For the files sign*.c and their tests only. */
#pragma once

#include "storage/sign.h"

/* --- sign-parts.c --- */

/* Names and values, both owned, in the order of the names' bytes. Empty. */
GTree *pmx_sign_pairs(void);

/* Headers as such pairs: names in lower case, values trimmed. */
GTree *pmx_sign_headers(const PmxPair *headers);
void pmx_sign_headers_add(GTree *headers, const char *name, const char *value);

/* "/bucket/key", encoded; "/" and "/bucket/" where there is no more. Caller frees. */
char *pmx_sign_path(const PmxSignRequest *request, gboolean with_bucket);

/* How a parameter without a value is written: "a" or "a=". */
typedef enum { PMX_SIGN_EMPTY_BARE, PMX_SIGN_EMPTY_EQUALS } PmxSignEmpty;

/* "a=1&b=2", encoded, in the order of the names. Caller frees. */
char *pmx_sign_query(const PmxSignRequest *request, PmxSignEmpty empty);

/* Both as they go on the wire. */
PmxSigned *pmx_signed_new(const PmxSignRequest *request, const char *query, GTree *headers);

/* --- sign-v4.c --- */

/* The two signatures that are chains of HMAC-SHA256. */
typedef struct {
    const char *algorithm;
    const char *prefix;  /* of the names of the storage's own headers */
    const char *seed;    /* stands before the secret */
    const char *service; /* in the scope, as are the region and the terminator */
    const char *terminator;
    gboolean all_headers;   /* each is signed, and named, and the host with them */
    gboolean always_bucket; /* it is in the path that is signed, also where the host names it */
    PmxSignEmpty empty;
} PmxSignV4;

extern const PmxSignV4 pmx_sign_aws4, pmx_sign_oss4;

PmxSigned *pmx_sign_v4(const PmxSignV4 *scheme, const PmxSignRequest *request);

/* The steps. `names`: what the request says is signed; `headers`: what is. Caller frees. */
char *pmx_sign_v4_canonical(const PmxSignV4 *scheme, const PmxSignRequest *request, GTree *headers,
                            const char *names, const char *sha256);
char *pmx_sign_v4_to_sign(const PmxSignV4 *scheme, const PmxSignRequest *request,
                          const char *canonical);
char *pmx_sign_v4_signature(const PmxSignV4 *scheme, const PmxSignRequest *request,
                            const char *to_sign);

/* --- sign-oss1.c --- */

PmxSigned *pmx_sign_oss1(const PmxSignRequest *request);
char *pmx_sign_oss1_to_sign(const PmxSignRequest *request, GTree *headers, const char *date);
