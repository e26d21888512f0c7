/* SPDX-License-Identifier: MIT */
/*
 * Signatures of requests to object storages, and those requests' targets:
 *
 *     what is asked, decoded ─► pmx_sign() ─► target and headers, as they go on the wire
 *
 * What is signed and what is sent come out of one call, so they cannot differ: the target is
 * encoded once, by RFC 3986, and header values are trimmed before they are signed.
 *
 * Pure: no clock is read, nothing is kept. Any thread.
 */
#pragma once

#include <glib.h>

typedef enum {
    PMX_SIGN_AWS4, /* AWS4-HMAC-SHA256 for s3: docs.aws.amazon.com, "Authenticating Requests: Using
                      the Authorization Header" */
    PMX_SIGN_OSS4, /* OSS4-HMAC-SHA256: help.aliyun.com, "Include a V4 signature in the header" */
    PMX_SIGN_OSS1, /* HMAC-SHA1: help.aliyun.com, "Include a V1 signature in the header" */
} PmxSignScheme;

typedef struct {
    const char *access_key;
    const char *secret;
    const char *token;  /* of temporary keys (STS); or NULL */
    const char *region; /* "us-east-1", "cn-hangzhou"; OSS1 has no use for it */
} PmxSignKeys;

typedef struct {
    const char *name, *value;
} PmxPair;

/* Everything is borrowed and decoded. Lists end with a name that is NULL, or are NULL. */
typedef struct {
    PmxSignScheme scheme;
    const PmxSignKeys *keys;
    const char *method;
    const char *host;       /* as the header Host will have it, with a port that is not the usual */
    const char *bucket;     /* NULL: the service itself */
    const char *key;        /* of the object; NULL: the bucket itself */
    gboolean path_style;    /* the bucket stands in the path and not in the host */
    const PmxPair *query;   /* "": without a value */
    const PmxPair *headers; /* to be sent: every name once */
    const char *sha256;     /* of the body, in hex, for AWS4; NULL: the body is not signed */
    gint64 moment;          /* now, by the server's clock: base/moment.h */
} PmxSignRequest;

typedef struct {
    char *target;   /* "/bucket/key?a=b" */
    char **headers; /* "name: value", NULL at the end: those given and those of the signature */
} PmxSigned;

/* Never NULL. The access key and, hardly hidden, the token are in the headers: not to be shown. */
PmxSigned *pmx_sign(const PmxSignRequest *request);
void pmx_signed_free(PmxSigned *signed_request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxSigned, pmx_signed_free)
