/* SPDX-License-Identifier: MIT */
/* See receipt.h. */
#include "storage/receipt.h"

#include <string.h>

/* The headers of encryption differ in their ends only. */
static gboolean is_encrypted(const PmxDialect *dialect, const PmxClientReply *reply)
{
    static const char *const ends[] = {"", "-customer-algorithm", "-aws-kms-key-id", "-key-id"};
    for (guint i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autofree char *name = g_strconcat(dialect->encryption, ends[i], NULL);
        if (pmx_client_header(reply->headers, name))
            return TRUE;
    }
    return FALSE;
}

PmxReceipt pmx_receipt(const PmxDialect *dialect, const PmxClientReply *reply)
{
    return (PmxReceipt){.etag = pmx_client_header(reply->headers, "ETag"),
                        .crc64 = dialect->crc64 ? pmx_client_header(reply->headers, dialect->crc64)
                                                : NULL,
                        .encrypted = is_encrypted(dialect, reply)};
}

/* The hex digits of an ETag that looks like an MD5; NULL: it does not. Caller frees. */
static char *md5_of(const char *etag)
{
    gsize length = strlen(etag);
    gboolean quoted = length >= 2 && etag[0] == '"' && etag[length - 1] == '"';
    g_autofree char *digits =
        quoted ? g_ascii_strdown(etag + 1, (gssize)length - 2) : g_ascii_strdown(etag, -1);
    gboolean fits = strlen(digits) == (gsize)2 * PMX_MD5_BYTES &&
                    strspn(digits, "0123456789abcdef") == strlen(digits);
    return fits ? g_steal_pointer(&digits) : NULL;
}

/* An encrypted object's ETag is no MD5, though it may look like one. */
static gboolean fits_md5(const PmxReceipt *receipt, const PmxDigest *sent)
{
    g_autofree char *told = receipt->etag && !receipt->encrypted ? md5_of(receipt->etag) : NULL;
    g_autofree char *own = pmx_digest_hex(sent);
    return !told || strcmp(told, own) == 0;
}

gboolean pmx_receipt_fits(const PmxReceipt *receipt, const PmxDigest *sent)
{
    return fits_md5(receipt, sent) && pmx_receipt_fits_crc64(receipt, sent->crc64);
}

gboolean pmx_receipt_fits_crc64(const PmxReceipt *receipt, guint64 sent)
{
    guint64 told;
    return !receipt->crc64 ||
           !g_ascii_string_to_unsigned(receipt->crc64, 10, 0, G_MAXUINT64, &told, NULL) ||
           told == sent;
}
