/* SPDX-License-Identifier: MIT */
/* A file served over a socket pair by exec/serve, as a runner meets it. For tests only. */
#pragma once

#include <glib/gstdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exec/serve.h"
#include "media/source.h"

typedef struct {
    GPtrArray *inputs; /* of PmxServed * */
    int ends[2];       /* the parent's, the runner's */
    PmxServer *server;
} Serving;

/* Serves `path`, which must exist, as input 0. */
static inline PmxSourceRef serving_start(Serving *serving, const char *path)
{
    GStatBuf info;
    PmxServed *served = g_new0(PmxServed, 1);
    g_assert_cmpint(g_stat(path, &info), ==, 0);
    *served = (PmxServed){.path = g_strdup(path), .size = info.st_size};
    serving->inputs = g_ptr_array_new_with_free_func(pmx_served_free);
    g_ptr_array_add(serving->inputs, served);
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, serving->ends), ==, 0);
    serving->server = pmx_server_new(serving->ends[0], serving->inputs);
    return (PmxSourceRef){.input = 0, .size = info.st_size, .fd = serving->ends[1]};
}

static inline void serving_stop(Serving *serving)
{
    close(serving->ends[1]);
    pmx_server_free(serving->server);
    close(serving->ends[0]);
    g_ptr_array_unref(serving->inputs);
}
