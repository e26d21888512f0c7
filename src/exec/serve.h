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

typedef struct PmxServer PmxServer;

/* Starts answering on `socket` (borrowed; stays open until the end) for `inputs` (of PmxServed *, a
 * reference is taken; not changed by anybody meanwhile). It stops when the runner's end is closed or
 * the socket shut down. */
PmxServer *pmx_server_new(int socket, GPtrArray *inputs);

/* TRUE: the runner waits for an answer, so its silence says nothing about it. */
gboolean pmx_server_is_asked(const PmxServer *server);

/* Calls off what it is waiting for, and waits until it has stopped. */
void pmx_server_free(PmxServer *server);
