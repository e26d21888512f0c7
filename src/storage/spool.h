/* SPDX-License-Identifier: MIT */
/* A source of the web that is sent as a whole only, kept on the disk while it is read. */
#pragma once

#include "storage/reader.h"
#include "storage/web-ask.h"

/* `folder` gets a file without a name, which is gone with the reader. The identity is made of the
 * content. */
PmxReader *pmx_spool_open(PmxWebSource *source, const char *folder, const PmxPatience *patience,
                          GError **error);
