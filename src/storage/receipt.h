/* SPDX-License-Identifier: MIT */
/*
 * Receipts: what a storage says it got, against what was sent.
 *
 * A storage that says nothing, or something that cannot be compared, is believed. Pure.
 */
#pragma once

#include "storage/dialect.h"
#include "storage/digest.h"

typedef struct {
    const char *etag;  /* or NULL */
    const char *crc64; /* in decimal digits; or NULL */
    gboolean encrypted;
} PmxReceipt;

/* What the answer's headers say; borrowed from it. */
PmxReceipt pmx_receipt(const PmxDialect *dialect, const PmxClientReply *reply);

/* Of an object that was sent whole, or of a part. */
gboolean pmx_receipt_fits(const PmxReceipt *receipt, const PmxDigest *sent);

/* Of an object that was sent in parts, whose ETag is each storage's own. */
gboolean pmx_receipt_fits_crc64(const PmxReceipt *receipt, guint64 sent);
