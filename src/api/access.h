/* SPDX-License-Identifier: MIT */
/*
 * Who may come in: requests are checked against the access key pairs.
 *
 *     PmxSignable ─► pmx_access_check()  (V3, else V2; clock; nonce) ─► PmxVerdict
 *     Authorization: Basic ─► pmx_access_check_basic()               ─►
 *
 * A signature is checked against the whole request, a date may be 15 minutes off either way, and a
 * nonce is good once: it is remembered as long as its date would be accepted, and only after the
 * signature has proved right, so that strangers fill no memory. The memory has an end (a million
 * nonces); beyond it requests are told to wait rather than nonces forgotten.
 *
 * Any thread.
 */
#pragma once

#include "api/credentials.h"
#include "api/signature.h"

typedef struct PmxAccess PmxAccess;

/* Keeps copies of the pairs. */
PmxAccess *pmx_access_new(const PmxCredentials *credentials);
/* From now on these pairs and no others; nonces stay remembered. */
void pmx_access_replace(PmxAccess *access, const PmxCredentials *credentials);
void pmx_access_free(PmxAccess *access);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxAccess, pmx_access_free)

/* For tests: another clock than pmx_moment_now(), in milliseconds since 1970. Before any check. */
void pmx_access_set_clock(PmxAccess *access, gint64 (*now)(gpointer data), gpointer data);

typedef struct {
    guint status;     /* 0: let in; else the HTTP status */
    const char *code; /* of the job API (static), with `message`, when refused */
    char *message;    /* holds no secret */
    char *key_id;     /* whose request it is, when let in */
} PmxVerdict;
void pmx_verdict_clear(PmxVerdict *verdict);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PmxVerdict, pmx_verdict_clear)

/* Checks the signature of a request of the IMS dialect: V3 when there is an Authorization of that
 * kind, else V2 by its parameters. TRUE: let in. Fills `verdict` (uninitialised) either way.
 *
 *     MissingParameter             400  no signature, or a part of it is not there
 *     IncompleteSignature          400  malformed Authorization, or a header left unsigned
 *     InvalidParameter.NotSupported 400 another algorithm or version of signatures
 *     InvalidAccessKeyId.NotFound  404
 *     InvalidTimeStamp.Format      400
 *     InvalidTimeStamp.Expired     400
 *     SignatureDoesNotMatch        400  the message carries what the server signed
 *     SignatureNonceUsed           400
 *     Throttling.User              503  no memory for nonces left
 */
gboolean pmx_access_check(PmxAccess *access, const PmxSignable *request, PmxVerdict *verdict);

/* Checks HTTP Basic with a key pair, for REST; `authorization` may be NULL. Refused: 401,
 * "Unauthorized" (the caller adds WWW-Authenticate). */
gboolean pmx_access_check_basic(PmxAccess *access, const char *authorization, PmxVerdict *verdict);
