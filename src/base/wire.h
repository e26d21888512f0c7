/* SPDX-License-Identifier: MIT */
/*
 * What parent and runner say to each other, over two sockets that the runner is born with.
 *
 *     control  JSON, one document a line. Parent: the order, once. Runner: any number of
 * {"progress": …}, then exactly one
 *              {"result": …} or {"error": {"code", "message"}}.
 *     data     the runner asks for bytes of a numbered input, the parent answers; one question at a
 * time.
 *
 * Both ends run on one machine, so the structs travel in host byte order. Blocking calls; a socket
 * belongs to one thread.
 */
#pragma once

#include <gio/gio.h>
#include <jansson.h>

enum { PMX_CONTROL_FD = 3, PMX_DATA_FD = 4 };

/* The largest answer to one question; longer reads are asked for in parts. */
enum { PMX_WIRE_MAX = 1 << 20 };

typedef struct {
    guint32 input;
    guint32 length; /* 1..PMX_WIRE_MAX */
    guint64 offset;
} PmxWireQuestion;

/* Followed by that many bytes; fewer than asked at the end of the input; < 0: -errno, no bytes
 * follow. */
typedef struct {
    gint64 length;
} PmxWireAnswer;

/* Reads or writes all of `length` bytes; EINTR is retried. FALSE at end of file or on an error,
 * with errno (0: EOF). */
gboolean pmx_wire_read(int fd, void *buffer, size_t length);
gboolean pmx_wire_write(int fd, const void *buffer, size_t length);

/* Sends `json` (borrowed) as one line. */
gboolean pmx_wire_send(int fd, const json_t *json);
