/* SPDX-License-Identifier: MIT */
/* See supervisor.h. */
#include "cli/supervisor.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Length of the address, 0: there is none. A leading @ stands for the abstract name space. */
static socklen_t manager_address(struct sockaddr_un *address)
{
    const char *path = g_getenv("NOTIFY_SOCKET");
    gsize length = path ? strlen(path) : 0;
    if (length < 2 || length >= sizeof address->sun_path)
        return 0;
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path, path, length);
    if (path[0] == '@')
        address->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

void pmx_supervisor_tell(const char *lines)
{
    struct sockaddr_un address;
    socklen_t length = manager_address(&address);
    int fd = length ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
    if (fd < 0)
        return;
    if (sendto(fd, lines, strlen(lines), MSG_NOSIGNAL, (struct sockaddr *)&address, length) < 0)
        g_printerr("polymux serve: the service manager cannot be told: %m\n");
    close(fd);
}

void pmx_supervisor_tell_reloading(void)
{
    g_autofree char *lines =
        g_strdup_printf("RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time());
    pmx_supervisor_tell(lines);
}

static gboolean number_from(const char *name, guint64 *number)
{
    const char *text = g_getenv(name);
    return text && g_ascii_string_to_unsigned(text, 10, 1, G_MAXUINT32, number, NULL);
}

static gboolean alive(gpointer unused)
{
    (void)unused;
    pmx_supervisor_tell("WATCHDOG=1");
    return G_SOURCE_CONTINUE;
}

guint pmx_supervisor_watch(void)
{
    guint64 microseconds, process;
    if (!number_from("WATCHDOG_USEC", &microseconds))
        return 0;
    if (number_from("WATCHDOG_PID", &process) && process != (guint64)getpid())
        return 0;
    return g_timeout_add((guint)MAX(1, microseconds / 2000), alive, NULL);
}

gboolean pmx_supervisor_logs(void)
{
    const char *journal = g_getenv("JOURNAL_STREAM");
    return journal && *journal;
}
