/* SPDX-License-Identifier: MIT */
/* See flow-reader.h. */
#include "storage/flow-reader.h"

#include <errno.h>

gint64 pmx_flow_reader_read(PmxReader *reader, gint64 offset, void *buffer, gsize length,
                            GCancellable *cancel)
{
    GError *error = NULL;
    PmxFlow *flow = ((PmxFlowReader *)reader)->flow;
    gint64 n = pmx_flow_read(flow, offset, buffer, length, cancel, &error);
    if (n >= 0)
        return n;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_error_free(error);
    else
        pmx_reader_fail(reader, error);
    return -EIO;
}

gboolean pmx_flow_reader_unchanged(PmxReader *reader, GError **error)
{
    GError *failure = pmx_reader_failure(reader);
    if (failure)
        g_propagate_error(error, failure);
    return failure == NULL;
}

void pmx_flow_reader_clear(PmxFlowReader *reader)
{
    pmx_flow_free(reader->flow);
    pmx_reader_clear(&reader->reader);
}
