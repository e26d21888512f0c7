/* SPDX-License-Identifier: MIT */
/* Whole reads and writes on the runner's sockets: see wire.h. */
#include "base/wire.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

gboolean pmx_wire_read(int fd, void *buffer, size_t length)
{
    for (char *at = buffer; length > 0;) {
        ssize_t n = read(fd, at, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            errno = n == 0 ? 0 : errno;
            return FALSE;
        }
        at += n;
        length -= (size_t)n;
    }
    return TRUE;
}

gboolean pmx_wire_write(int fd, const void *buffer, size_t length)
{
    for (const char *at = buffer; length > 0;) {
        /* A peer that is gone is an error to report, not a SIGPIPE to die of. */
        ssize_t n = send(fd, at, length, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return FALSE;
        at += n;
        length -= (size_t)n;
    }
    return TRUE;
}

gboolean pmx_wire_send(int fd, const json_t *json)
{
    char *line = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    g_autoptr(GString) text = g_string_new(line);
    free(line);
    g_string_append_c(text, '\n');
    return pmx_wire_write(fd, text->str, text->len);
}
