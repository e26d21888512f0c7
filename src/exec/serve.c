/* SPDX-License-Identifier: MIT */
/* See serve.h. */
#include "exec/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "base/wire.h"

/* More than an output has tracks. */
enum { OPEN_MAX_INPUTS = 64 };

struct PmxServer {
    int socket;
    GThread *thread;
    GCancellable *ending;
    gint asked; /* atomic */
    GPtrArray *inputs;
    struct {
        int fd; /* -1: none */
        guint input;
    } open
        [OPEN_MAX_INPUTS]; /* inputs opened by name, in turns: a package reads a few lanes alternately */
    guint next_open;
    guint8 *buffer; /* PMX_WIRE_MAX bytes */
};

void pmx_served_free(gpointer data)
{
    PmxServed *served = data;
    g_free(served->path);
    g_free(served->name);
    g_free(served);
}

static void close_all(PmxServer *server)
{
    for (guint i = 0; i < OPEN_MAX_INPUTS; i++)
        if (server->open[i].fd >= 0)
            close(server->open[i].fd);
}

static int open_by_name(PmxServer *server, guint input, const char *path)
{
    guint slot = server->next_open++ % OPEN_MAX_INPUTS;
    if (server->open[slot].fd >= 0)
        close(server->open[slot].fd);
    server->open[slot].fd = g_open(path, O_RDONLY | O_CLOEXEC, 0);
    server->open[slot].input = input;
    return server->open[slot].fd;
}

static int descriptor(PmxServer *server, guint input, const char *path)
{
    for (guint i = 0; i < OPEN_MAX_INPUTS; i++)
        if (server->open[i].fd >= 0 && server->open[i].input == input)
            return server->open[i].fd;
    return open_by_name(server, input, path);
}

static gint64 read_file(PmxServer *server, const PmxWireQuestion *question, const char *path)
{
    int fd = descriptor(server, question->input, path);
    if (fd < 0)
        return -errno;
    ssize_t n;
    do
        n = pread(fd, server->buffer, question->length, (off_t)question->offset);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

static gint64 read_bytes(PmxServer *server, const PmxWireQuestion *question)
{
    if (question->input >= server->inputs->len || question->length > PMX_WIRE_MAX ||
        question->offset > G_MAXINT64)
        return -EINVAL;
    const PmxServed *served = g_ptr_array_index(server->inputs, question->input);
    return served->reader ? pmx_reader_read(served->reader, (gint64)question->offset,
                                            server->buffer, question->length, server->ending)
                          : read_file(server, question, served->path);
}

static gpointer thread_main(gpointer data)
{
    PmxServer *server = data;
    PmxWireQuestion question;
    while (pmx_wire_read(server->socket, &question, sizeof question)) {
        g_atomic_int_set(&server->asked, TRUE);
        PmxWireAnswer answer = {read_bytes(server, &question)};
        g_atomic_int_set(&server->asked, FALSE);
        gsize follows = (gsize)MAX(0, answer.length);
        if (!pmx_wire_write(server->socket, &answer, sizeof answer) ||
            !pmx_wire_write(server->socket, server->buffer, follows))
            break;
    }
    return NULL;
}

PmxServer *pmx_server_new(int socket, GPtrArray *inputs)
{
    PmxServer *server = g_new0(PmxServer, 1);
    server->socket = socket;
    server->ending = g_cancellable_new();
    server->inputs = g_ptr_array_ref(inputs);
    for (guint i = 0; i < OPEN_MAX_INPUTS; i++)
        server->open[i].fd = -1;
    server->buffer = g_malloc(PMX_WIRE_MAX);
    server->thread = g_thread_new("serve", thread_main, server);
    return server;
}

gboolean pmx_server_is_asked(const PmxServer *server)
{
    return g_atomic_int_get(&server->asked);
}

void pmx_server_free(PmxServer *server)
{
    g_cancellable_cancel(server->ending);
    g_thread_join(server->thread);
    close_all(server);
    g_ptr_array_unref(server->inputs);
    g_object_unref(server->ending);
    g_free(server->buffer);
    g_free(server);
}
