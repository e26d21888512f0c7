/* SPDX-License-Identifier: MIT */
/* See spool.h. */
#include "storage/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "storage/local-error.h"

/* The hours are for a large file from a slow server. */
enum { PATIENCE_HOURS = 6, ATTEMPTS = 10 };

typedef struct {
    int fd;
    guint64 length;
    GChecksum *sum;
    int failure; /* errno of the write that failed */
} Spool;

/* Nothing can be resumed where there are no ranges. */
static void begin_anew(gpointer data)
{
    Spool *spool = data;
    spool->length = 0;
    g_checksum_reset(spool->sum);
}

static gboolean take(const char *bytes, gsize length, gpointer data)
{
    Spool *spool = data;
    for (gsize done = 0; done < length;) {
        ssize_t n = pwrite(spool->fd, bytes + done, length - done, (off_t)(spool->length + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            spool->failure = n < 0 ? errno : ENOSPC;
            return FALSE;
        }
        done += (gsize)n;
    }
    g_checksum_update(spool->sum, (const guchar *)bytes, (gssize)length);
    spool->length += length;
    return TRUE;
}

static gboolean fill(PmxWebSource *source, Spool *spool, const PmxPatience *patience,
                     GError **error)
{
    PmxPatience hours = *patience;
    hours.deadline = g_get_monotonic_time() + PATIENCE_HOURS * G_TIME_SPAN_HOUR;
    static const char *const headers[] = {NULL};
    const PmxWebAsk ask = {.headers = headers,
                           .longest = PMX_XML_MOST_BYTES,
                           .chunk = take,
                           .chunk_data = spool,
                           .again = begin_anew,
                           .attempts = ATTEMPTS};
    g_autoptr(PmxClientReply) reply = pmx_web_ask(source, &ask, &hours, error);
    if (!reply)
        return FALSE;
    if (spool->failure)
        return pmx_local_fail(error, PMX_CODE_INTERNAL, "cannot keep", source->name,
                              spool->failure);
    /* An earlier attempt may have sent more. */
    return ftruncate(spool->fd, (off_t)spool->length) == 0 ||
           pmx_local_fail(error, PMX_CODE_INTERNAL, "cannot keep", source->name, errno);
}

static PmxReader *reader_of(const PmxWebSource *source, Spool *spool, GError **error)
{
    PmxReader *reader = pmx_reader_take_file(spool->fd, source->name, error);
    spool->fd = -1;
    if (!reader)
        return NULL;
    pmx_reader_identify(reader, g_checksum_get_string(spool->sum));
    return reader;
}

PmxReader *pmx_spool_open(PmxWebSource *source, const char *folder, const PmxPatience *patience,
                          GError **error)
{
    PmxReader *reader = NULL;
    Spool spool = {.fd = g_open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600),
                   .sum = g_checksum_new(G_CHECKSUM_SHA256)};
    if (spool.fd < 0)
        pmx_local_fail(error, PMX_CODE_INTERNAL, "cannot keep a copy in", folder, errno);
    else if (fill(source, &spool, patience, error))
        reader = reader_of(source, &spool, error);
    if (spool.fd >= 0)
        close(spool.fd);
    g_checksum_free(spool.sum);
    return reader;
}
