/* SPDX-License-Identifier: MIT */
/* See headers.h. */
#include "net/headers.h"

struct PmxClientHeaders {
    GPtrArray *texts; /* a name, its value, a name, its value … */
};

PmxClientHeaders *pmx_headers_new(CURL *easy)
{
    PmxClientHeaders *headers = g_new0(PmxClientHeaders, 1);
    headers->texts = g_ptr_array_new_with_free_func(g_free);
    const struct curl_header *header = NULL;
    while ((header = curl_easy_nextheader(easy, CURLH_HEADER, -1, (void *)header))) {
        g_ptr_array_add(headers->texts, g_strdup(header->name));
        g_ptr_array_add(headers->texts, g_strdup(header->value));
    }
    return headers;
}

void pmx_headers_free(PmxClientHeaders *headers)
{
    if (!headers)
        return;
    g_ptr_array_unref(headers->texts);
    g_free(headers);
}

const char *pmx_client_header(const PmxClientHeaders *headers, const char *name)
{
    for (guint i = 0; headers && i < headers->texts->len; i += 2)
        if (g_ascii_strcasecmp(headers->texts->pdata[i], name) == 0)
            return headers->texts->pdata[i + 1];
    return NULL;
}
