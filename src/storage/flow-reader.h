/* SPDX-License-Identifier: MIT */
/* What the kinds of readers that read through chunks (chunks.h) share. For the files of storage/ only. */
#pragma once

#include "storage/chunks.h"
#include "storage/reader.h"

/* The beginning of the kind's own struct; it sets `flow` itself. */
typedef struct {
    PmxReader reader;
    PmxFlow *flow;
} PmxFlowReader;

/* For the kind's table: see PmxReaderKind. Nothing has changed as long as no read has failed, for each
 * one asks for what was opened. */
gint64 pmx_flow_reader_read(PmxReader *reader, gint64 offset, void *buffer, gsize length,
                            GCancellable *cancel);
gboolean pmx_flow_reader_unchanged(PmxReader *reader, GError **error);

/* First of all when the kind is closed: what is fetched ahead still uses it. */
void pmx_flow_reader_clear(PmxFlowReader *reader);
