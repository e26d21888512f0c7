/* SPDX-License-Identifier: MIT */
/*
 * Readers of what stands in the web, at http:// and https:// addresses: see reader.h.
 *
 *     URL ─► first bytes, by range ─ 206 ─► read by range, through chunks (chunks.h)
 *                                  └ 200 ─► the server knows no ranges: kept on the disk (spool.h)
 *
 * Redirects are followed, five at most and never from https to http; the client's guard says where to.
 */
#pragma once

#include "net/client.h"
#include "storage/chunks.h"
#include "storage/patience.h"
#include "storage/reader.h"

/* `client` and `chunks` outlive the reader; `spool` is the folder for sources without ranges. Of
 * `patience` the allowance is kept for what is read later. NULL with RESOURCE_NOT_FOUND, ACCESS_DENIED,
 * RESOURCE_BAD or UNAVAILABLE. */
PmxReader *pmx_web_reader_open(PmxClient *client, const char *url, PmxChunks *chunks,
                               const char *spool, const PmxPatience *patience, GError **error);
