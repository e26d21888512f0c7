/* SPDX-License-Identifier: MIT */
/* Readers of local files: see reader.h. */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/local-error.h"
#include "storage/reader.h"

typedef struct {
    PmxReader reader;
    int fd;
} FileReader;

static char *identity_of(const char *path, const struct stat *info)
{
    return g_strdup_printf("%s|%ju|%jd|%jd.%09ld", path, (uintmax_t)info->st_ino,
                           (intmax_t)info->st_size, (intmax_t)info->st_mtim.tv_sec,
                           info->st_mtim.tv_nsec);
}

static gint64 read_at(PmxReader *reader, gint64 offset, void *buffer, gsize length)
{
    ssize_t n;
    do
        n = pread(((FileReader *)reader)->fd, buffer, length, (off_t)offset);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

static gboolean unchanged(PmxReader *reader, GError **error)
{
    struct stat info;
    if (fstat(((FileReader *)reader)->fd, &info) < 0)
        return pmx_local_fail(error, PMX_CODE_RESOURCE_BAD, "cannot read", reader->name, errno);
    g_autofree char *now = identity_of(reader->name, &info);
    if (strcmp(now, reader->identity) == 0)
        return TRUE;
    g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD,
                "\"%s\" was changed while the job read it; run the job again when it is complete",
                reader->name);
    return FALSE;
}

static void close_file(PmxReader *reader)
{
    close(((FileReader *)reader)->fd);
    pmx_reader_clear(reader);
    g_free(reader);
}

static PmxReader *file_reader_new(int fd, const char *name, const struct stat *info)
{
    static const PmxReaderKind kind = {read_at, unchanged, close_file};
    FileReader *reader = g_new0(FileReader, 1);
    g_autofree char *identity = identity_of(name, info);
    pmx_reader_init(&reader->reader, &kind, name, info->st_size, identity);
    reader->fd = fd;
    return &reader->reader;
}

static gboolean check(int fd, const char *name, struct stat *info, GError **error)
{
    if (fstat(fd, info) < 0)
        return pmx_local_fail(error, pmx_local_code(errno), "cannot read", name, errno);
    if (S_ISREG(info->st_mode) && info->st_size > 0)
        return TRUE;
    g_set_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD, "\"%s\" %s", name,
                S_ISREG(info->st_mode) ? "is empty" : "is not a file");
    return FALSE;
}

PmxReader *pmx_reader_take_file(int fd, const char *name, GError **error)
{
    struct stat info;
    if (check(fd, name, &info, error))
        return file_reader_new(fd, name, &info);
    close(fd);
    return NULL;
}

PmxReader *pmx_reader_open_file(const char *path, GError **error)
{
    /* Non-blocking, so that a named pipe without a writer is an error and not a wait. */
    int fd = g_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
    if (fd >= 0)
        return pmx_reader_take_file(fd, path, error);
    pmx_local_fail(error, pmx_local_code(errno), "cannot read", path, errno);
    return NULL;
}
