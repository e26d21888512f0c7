/* SPDX-License-Identifier: MIT */
/*
 * The parent's end of the data socket: a thread that answers a runner's questions for bytes
 * (base/wire.h).
 */
#pragma once

#include "storage/reader.h"

/* What stands behind a number: an input held open by the caller, or a file to be opened by name when
 * it is first asked for. */
typedef struct {
    PmxReader *reader; /* borrowed; or NULL */
    char *path;        /* used without a reader; owned */
    gint64 size;
    char *name; /* told to the runner; owned */
} PmxServed;

void pmx_served_free(gpointer served);

/* Starts answering on `socket` (borrowed; stays open until the thread is joined) for `inputs` (of
 * PmxServed *, a reference is taken; not changed by anybody meanwhile). The thread ends when the
 * runner's end is closed or the socket shut down. */
GThread *pmx_serve_start(int socket, GPtrArray *inputs);
