/* SPDX-License-Identifier: MIT */
/*
 * Streams: see http.h. libmicrohttpd asks for the next piece of a body when it could send one
 * (read_piece); when there is none the connection is suspended, and a push resumes it. A suspended
 * connection does not notice that its peer leaves: that is for http-watch.c.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "api/http-private.h"

#define MOST_WAITING (1u << 20)

struct PmxHttpStream {
    gint references; /* the owner, the response, the connection's peer */
    void (*gone)(gpointer data);
    gpointer data;
    struct MHD_Connection *connection;

    /* protected by the lock */
    GMutex lock;
    GByteArray *waiting;
    gsize sent; /* bytes of `waiting` that are no longer needed */
    gboolean suspended;
    gboolean ended;  /* nothing more will be pushed */
    gboolean left;   /* the peer has closed */
    gboolean closed; /* by the owner, whose `data` may be gone */
};

static void stream_unref(void *data)
{
    PmxHttpStream *stream = data;
    if (!g_atomic_int_dec_and_test(&stream->references))
        return;
    g_byte_array_unref(stream->waiting);
    g_mutex_clear(&stream->lock);
    g_free(stream);
}

/* --- in the connection's thread --- */

static gsize take(PmxHttpStream *stream, char *buffer, gsize room)
{
    gsize length = MIN(stream->waiting->len - stream->sent, room);
    if (length)
        memcpy(buffer, stream->waiting->data + stream->sent, length);
    stream->sent += length;
    if (stream->sent == stream->waiting->len) {
        /* A burst need not be paid for until the stream ends. */
        g_byte_array_unref(stream->waiting);
        stream->waiting = g_byte_array_new();
        stream->sent = 0;
    }
    return length;
}

/* The buffer is most of the connection's block of memory, and half of it was touched when the
 * answer began. What lies in it is of no use to anybody while the stream waits. */
static void give_back(char *buffer, gsize room)
{
    gsize page = (gsize)sysconf(_SC_PAGESIZE);
    gsize skip = (page - (gsize)buffer % page) % page;
    if (room > skip + page)
        madvise(buffer + skip, (room - skip) / page * page, MADV_DONTNEED);
}

static ssize_t read_piece(void *data, uint64_t position, char *buffer, size_t room)
{
    PmxHttpStream *stream = data;
    (void)position;
    g_mutex_lock(&stream->lock);
    ssize_t length = (ssize_t)take(stream, buffer, room);
    if (stream->left) {
        length = MHD_CONTENT_READER_END_WITH_ERROR;
    } else if (length == 0 && stream->ended) {
        length = MHD_CONTENT_READER_END_OF_STREAM;
    } else if (length == 0) {
        give_back(buffer, room);
        stream->suspended = TRUE;
        MHD_suspend_connection(stream->connection);
    }
    g_mutex_unlock(&stream->lock);
    return length;
}

static void wake(PmxHttpStream *stream)
{
    if (stream->suspended)
        MHD_resume_connection(stream->connection);
    stream->suspended = FALSE;
}

void pmx_stream_gone(PmxHttpStream *stream)
{
    g_mutex_lock(&stream->lock);
    stream->left = stream->ended = TRUE;
    stream->suspended = FALSE;
    if (!stream->closed && stream->gone)
        stream->gone(stream->data);
    g_mutex_unlock(&stream->lock);
    stream_unref(stream);
}

/* --- in other threads --- */

void pmx_stream_left(PmxHttpStream *stream)
{
    g_mutex_lock(&stream->lock);
    stream->left = TRUE;
    wake(stream);
    g_mutex_unlock(&stream->lock);
}

void pmx_stream_end(PmxHttpStream *stream)
{
    g_mutex_lock(&stream->lock);
    stream->ended = TRUE;
    wake(stream);
    g_mutex_unlock(&stream->lock);
}

static struct MHD_Response *make_response(PmxExchange *exchange, PmxHttpStream *stream,
                                          const char *type)
{
    /* The buffer asked for here serves HTTP/1.0 only, which knows no chunks. */
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 1024, read_piece, stream, stream_unref);
    pmx_add_standing_headers(response, type);
    for (guint i = 0; i < exchange->headers->len; i += 2)
        MHD_add_response_header(response, exchange->headers->pdata[i],
                                exchange->headers->pdata[i + 1]);
    return response;
}

PmxHttpStream *pmx_exchange_stream(PmxExchange *exchange, const char *type,
                                   void (*gone)(gpointer data), gpointer data)
{
    PmxHttp *http = exchange->http;
    PmxHttpStream *stream = g_new0(PmxHttpStream, 1);
    stream->references = 3;
    stream->gone = gone;
    stream->data = data;
    stream->connection = exchange->connection;
    stream->waiting = g_byte_array_new();
    g_mutex_init(&stream->lock);
    struct MHD_Response *response = make_response(exchange, stream, type);
    g_mutex_lock(&http->lock);
    stream->ended = http->stopping;
    exchange->answered = TRUE;
    exchange->status = 200;
    exchange->response = response;
    exchange->peer->stream = stream;
    http->streams++;
    http->under_way--;
    g_mutex_unlock(&http->lock);
    return stream;
}

gboolean pmx_http_stream_push(PmxHttpStream *stream, const char *text, gsize length)
{
    g_mutex_lock(&stream->lock);
    gboolean fits = !stream->left && !stream->ended &&
                    stream->waiting->len - stream->sent + length <= MOST_WAITING;
    if (fits && stream->sent > MOST_WAITING) {
        g_byte_array_remove_range(stream->waiting, 0, (guint)stream->sent);
        stream->sent = 0;
    }
    if (fits && length) {
        g_byte_array_append(stream->waiting, (const guint8 *)text, (guint)length);
        wake(stream);
    }
    g_mutex_unlock(&stream->lock);
    return fits;
}

void pmx_http_stream_close(PmxHttpStream *stream)
{
    g_mutex_lock(&stream->lock);
    stream->closed = stream->ended = TRUE;
    wake(stream);
    g_mutex_unlock(&stream->lock);
    stream_unref(stream);
}
