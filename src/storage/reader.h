/* SPDX-License-Identifier: MIT */
/*
 * A reader: an input held open, for bytes of it by range.
 *
 *     address ─► PmxPlaces ─► PmxReader ─► exec/serve.c ─► runner
 *
 * What the input was when the job began is what is read: a file that is renamed or replaced stays
 * the one that was opened, and an object that is replaced is noticed. Reading is safe from any
 * number of threads at once; opening and closing belong to one.
 */
#pragma once

#include "base/problem.h"

typedef struct PmxReader PmxReader;

typedef struct {
    /* Up to `length` bytes at `offset`: how many, 0 at the end, -errno. */
    gint64 (*read)(PmxReader *reader, gint64 offset, void *buffer, gsize length);
    gboolean (*unchanged)(PmxReader *reader, GError **error);
    void (*close)(PmxReader *reader); /* frees what is the kind's own, and the reader */
} PmxReaderKind;

struct PmxReader {
    const PmxReaderKind *kind;
    char *name;     /* its address or path, for messages; its end helps to recognise the format */
    gint64 size;    /* bytes */
    char *identity; /* the same content as long as it is the same */
    GMutex lock;
    GError *failure; /* protected by the lock: why reading failed first */
};

/* The file at `path`. NULL with ResourceNotFound, PermissionDenied or ResourceContentBad (a folder,
 * an empty file). */
PmxReader *pmx_reader_open_file(const char *path, GError **error);

/* The same for a descriptor, which is taken; `name` stands for the path in messages and in the
 * identity. */
PmxReader *pmx_reader_take_file(int fd, const char *name, GError **error);

void pmx_reader_free(PmxReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxReader, pmx_reader_free)

gint64 pmx_reader_read(PmxReader *reader, gint64 offset, void *buffer, gsize length);

/* FALSE, with `error`, when what is behind it was changed since it was opened. */
gboolean pmx_reader_unchanged(PmxReader *reader, GError **error);

/* Why reading failed, in words that a number cannot tell; NULL: it did not, or the number says it
 * all. Caller frees. */
GError *pmx_reader_failure(PmxReader *reader);

/* --- for kinds of readers --- */

/* `reader` is the beginning of the kind's own struct; the texts are copied. */
void pmx_reader_init(PmxReader *reader, const PmxReaderKind *kind, const char *name, gint64 size,
                     const char *identity);
void pmx_reader_clear(PmxReader *reader);

/* Remembers the first failure (taken) for pmx_reader_failure(). */
void pmx_reader_fail(PmxReader *reader, GError *failure);
