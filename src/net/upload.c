/* SPDX-License-Identifier: MIT */
/* See upload.h. */
#include "net/upload.h"

#include <errno.h>
#include <unistd.h>

/* libcurl's largest: what it asks for at a time. */
enum { PIECE = 2 << 20 };

static size_t stop(PmxUpload *upload, const char *why)
{
    g_free(upload->problem);
    upload->problem = g_strconcat("the file that is being sent", why, NULL);
    return CURL_READFUNC_ABORT;
}

static size_t give(char *bytes, size_t one, size_t room, void *data)
{
    PmxUpload *upload = data;
    gsize length = MIN(one * room, upload->length - upload->sent);
    if (length == 0)
        return 0;
    gssize n;
    do
        n = pread(upload->fd, bytes, length, (off_t)(upload->offset + upload->sent));
    while (n < 0 && errno == EINTR);
    if (n == 0)
        return stop(upload, " has become shorter");
    if (n < 0) {
        g_autofree char *why = g_strconcat(": ", g_strerror(errno), NULL);
        return stop(upload, why);
    }
    upload->sent += (guint64)n;
    return (size_t)n;
}

/* A kept connection may turn out to be dead only when something was sent already. */
static int go_back(void *data, curl_off_t place, int from)
{
    PmxUpload *upload = data;
    if (from != SEEK_SET || place < 0 || (guint64)place > upload->length)
        return CURL_SEEKFUNC_FAIL;
    upload->sent = (guint64)place;
    return CURL_SEEKFUNC_OK;
}

void pmx_upload_set(PmxUpload *upload, CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)PIECE);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)upload->length);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(easy, CURLOPT_READDATA, upload);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, go_back);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, upload);
}
