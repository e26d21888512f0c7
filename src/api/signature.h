/* SPDX-License-Identifier: MIT */
/*
 * The two signatures of the cloud's RPC requests, as a server computes them:
 *
 *     V3  Authorization: ACS3-HMAC-SHA256 Credential=…,SignedHeaders=a;b,Signature=<hex>
 *           request ─► pmx_acs3_canonical() ─► pmx_acs3_to_sign() ─► pmx_acs3_sign()
 *     V2  the parameter Signature=<base64>
 *           method, query + form ─► pmx_rpc_to_sign() ─► pmx_rpc_sign()
 *
 * The query is signed as it decodes, never as it stood on the wire: clients and proxies differ in
 * what they escape. The body is hashed as received, without transfer coding. Header values are
 * those the client named in SignedHeaders; whether it had to name more is for api/access.h.
 *
 * Pure: no keys are kept, no clock is read. Any thread. Texts returned are the caller's to free.
 */
#pragma once

#include "api/query.h"

/* A request as far as it can be signed. Everything is borrowed; without HTTP, so that tests can
 * make one. */
typedef struct {
    const char *method; /* as on the wire */
    const char *path;   /* as on the wire, before the ? */
    const PmxParameters *query;
    const PmxParameters *form; /* NULL: the body is no form */
    const char *body;
    gsize body_length;
    /* The value of the header `name` (any case), or NULL. */
    const char *(*header)(const char *name, gconstpointer source);
    gconstpointer source;
} PmxSignable;

typedef struct {
    char *key_id;
    char **headers;  /* SignedHeaders: lower case, sorted */
    char *signature; /* as given */
} PmxAuthorization;

/* NULL with a sentence when it is not of the scheme ACS3-HMAC-SHA256: PMX_CODE_NOT_SUPPORTED for
 * another algorithm of the cloud, PMX_CODE_INVALID for one that is malformed. */
PmxAuthorization *pmx_authorization_parse(const char *value, GError **error);
void pmx_authorization_free(PmxAuthorization *authorization);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxAuthorization, pmx_authorization_free)

/* Whether `value` (may be NULL) names a scheme ACS…, so that V3 is meant and not Basic. */
gboolean pmx_authorization_is_acs(const char *value);

/* How a text is made: to be signed, or to be shown in an error, where values that are secrets
 * (AuthKey, security tokens) read "***". */
typedef enum { PMX_TEXT_SIGNED, PMX_TEXT_SHOWN } PmxTextUse;

char *pmx_acs3_canonical(const PmxSignable *request, char *const *headers, PmxTextUse use);
char *pmx_acs3_to_sign(const char *canonical);
char *pmx_acs3_sign(const char *to_sign, const char *secret);

char *pmx_rpc_to_sign(const char *method, const PmxParameters *all, PmxTextUse use);
char *pmx_rpc_sign(const char *to_sign, const char *secret);

/* Takes the same time wherever two texts of equal length differ. */
gboolean pmx_texts_equal(const char *a, const char *b);
