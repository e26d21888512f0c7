/* SPDX-License-Identifier: MIT */
/*
 * The parent's end of the data socket: a thread that answers a runner's questions for bytes
 * (base/wire.h).
 */
#pragma once

#include "base/problem.h"

/* What stands behind a number: a file held open by the caller, or one to be opened by name when it
 * is first asked for. */
typedef struct {
    int fd;     /* >= 0: borrowed, read with pread only */
    char *path; /* used when fd < 0; owned */
    gint64 size;
    char *name; /* told to the runner; owned */
} PmxServed;

void pmx_served_free(gpointer served);

/* Starts answering on `socket` (borrowed; stays open until the thread is joined) for `inputs` (of
 * PmxServed *, a reference is taken; not changed by anybody meanwhile). The thread ends when the
 * runner's end is closed or the socket shut down. */
GThread *pmx_serve_start(int socket, GPtrArray *inputs);
