/* SPDX-License-Identifier: MIT */
/* What all kinds of readers share: see reader.h. */
#include "storage/reader.h"

void pmx_reader_init(PmxReader *reader, const PmxReaderKind *kind, const char *name, gint64 size,
                     const char *identity)
{
    reader->kind = kind;
    reader->name = g_strdup(name);
    reader->size = size;
    reader->identity = g_strdup(identity);
    g_mutex_init(&reader->lock);
}

void pmx_reader_clear(PmxReader *reader)
{
    g_clear_error(&reader->failure);
    g_mutex_clear(&reader->lock);
    g_free(reader->name);
    g_free(reader->identity);
}

void pmx_reader_free(PmxReader *reader)
{
    if (reader)
        reader->kind->close(reader);
}

gint64 pmx_reader_read(PmxReader *reader, gint64 offset, void *buffer, gsize length)
{
    return reader->kind->read(reader, offset, buffer, length);
}

gboolean pmx_reader_unchanged(PmxReader *reader, GError **error)
{
    return reader->kind->unchanged(reader, error);
}

void pmx_reader_fail(PmxReader *reader, GError *failure)
{
    g_mutex_lock(&reader->lock);
    if (reader->failure)
        g_error_free(failure);
    else
        reader->failure = failure;
    g_mutex_unlock(&reader->lock);
}

GError *pmx_reader_failure(PmxReader *reader)
{
    g_mutex_lock(&reader->lock);
    GError *failure = reader->failure ? g_error_copy(reader->failure) : NULL;
    g_mutex_unlock(&reader->lock);
    return failure;
}
