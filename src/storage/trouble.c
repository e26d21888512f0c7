/* SPDX-License-Identifier: MIT */
/* See trouble.h. */
#include "storage/trouble.h"

#include <string.h>

#include "storage/xml.h"

enum { LONGEST_CODE = 64 };

void pmx_trouble_clear(PmxTrouble *trouble)
{
    g_free(trouble->server);
    g_free(trouble->words);
    *trouble = (PmxTrouble){0};
}

gboolean pmx_trouble_found(PmxTrouble *trouble, PmxCode code, PmxAgain again, const char *format,
                           ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_free(trouble->words);
    trouble->words = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    trouble->code = code;
    trouble->again = again;
    return FALSE;
}

/* --- the server's code --- */

static gboolean is_code(const char *text)
{
    gsize length =
        strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    return length > 0 && length <= LONGEST_CODE && text[length] == '\0';
}

/* NULL: the text is no <Error> with one. Caller frees. */
static char *code_of(const char *text, gsize length)
{
    g_autoptr(PmxXml) xml = length > 0 ? pmx_xml_parse(text, length, NULL) : NULL;
    if (!xml || strcmp(xml->root->name, "Error") != 0)
        return NULL;
    const char *code = pmx_xml_field(xml->root, "Code");
    return g_strdup(is_code(code) ? code : "Error");
}

/* An answer to HEAD has no body; OSS puts it into a header. */
static char *code_of_reply(const PmxClientReply *reply)
{
    const char *header = pmx_client_header(reply->headers, "x-oss-err");
    gsize length;
    const char *body = g_bytes_get_data(reply->body, &length);
    if (length > 0 || !header)
        return code_of(body, length);
    g_autofree guchar *text = g_base64_decode(header, &length);
    return code_of((const char *)text, length);
}

/* --- what it means --- */

typedef struct {
    guint status;       /* 0: any */
    const char *server; /* NULL: any */
    PmxCode code;
    const char *words;
} Meaning;

/* The first that fits. */
static const Meaning meanings[] = {
    {0, "NoSuchKey", PMX_CODE_RESOURCE_NOT_FOUND, "there is no such object"},
    {0, "NoSuchBucket", PMX_CODE_RESOURCE_NOT_FOUND, "there is no such bucket"},
    {0, "NoSuchUpload", PMX_CODE_RESOURCE_NOT_FOUND, "its upload is gone"},
    {0, "PreconditionFailed", PMX_CODE_RESOURCE_REPLACED, "it was replaced while the job read it"},
    {0, "InvalidRange", PMX_CODE_RESOURCE_BAD, "it is shorter than it was said to be"},
    {404, NULL, PMX_CODE_RESOURCE_NOT_FOUND, "there is no such object"},
    {412, NULL, PMX_CODE_RESOURCE_REPLACED, "it was replaced while the job read it"},
    {416, NULL, PMX_CODE_RESOURCE_BAD, "it is shorter than it was said to be"},
    {0, "AuthorizationHeaderMalformed", PMX_CODE_RESOURCE_BAD,
     "the bucket is elsewhere: check the storage's endpoint and region"},
    {0, "InvalidObjectState", PMX_CODE_ACCESS_DENIED, "it is archived: restore it first"},
    {0, "AccessDenied", PMX_CODE_ACCESS_DENIED,
     "the storage refuses it: check its access key and what that may do"},
    /* S3 says these with 400. */
    {0, "ExpiredToken", PMX_CODE_ACCESS_DENIED,
     "the storage refuses it: check its access key and what that may do"},
    {0, "InvalidToken", PMX_CODE_ACCESS_DENIED,
     "the storage refuses it: check its access key and what that may do"},
    {401, NULL, PMX_CODE_ACCESS_DENIED,
     "the storage refuses it: check its access key and what that may do"},
    {403, NULL, PMX_CODE_ACCESS_DENIED,
     "the storage refuses it: check its access key and what that may do"},
    {301, NULL, PMX_CODE_RESOURCE_BAD,
     "the bucket is elsewhere: check the storage's endpoint and region"},
    {307, NULL, PMX_CODE_RESOURCE_BAD,
     "the bucket is elsewhere: check the storage's endpoint and region"},
};

static const Meaning *meaning_of(guint status, const char *server)
{
    for (guint i = 0; i < G_N_ELEMENTS(meanings); i++) {
        const Meaning *meaning = &meanings[i];
        if ((!meaning->status || meaning->status == status) &&
            (!meaning->server || g_strcmp0(meaning->server, server) == 0))
            return meaning;
    }
    return NULL;
}

static void judge_status(guint status, PmxTrouble *trouble)
{
    PmxAgain again = pmx_retry_helps(PMX_CLIENT_FINE, status, trouble->server);
    const Meaning *meaning = meaning_of(status, trouble->server);
    g_autofree char *said = trouble->server ? g_strdup_printf("%u %s", status, trouble->server)
                                            : g_strdup_printf("%u", status);
    gboolean final = again == PMX_AGAIN_NEVER || again == PMX_AGAIN_ONCE;
    if (final && meaning)
        pmx_trouble_found(trouble, meaning->code, again, "%s (%s)", meaning->words, said);
    else
        pmx_trouble_found(trouble, final ? PMX_CODE_RESOURCE_BAD : PMX_CODE_UNAVAILABLE, again,
                          "the storage answers %s", said);
}

static PmxCode code_for(PmxClientFailure failure)
{
    switch (failure) {
    case PMX_CLIENT_FORBIDDEN:
        return PMX_CODE_ACCESS_DENIED;
    case PMX_CLIENT_TOO_LONG:
        return PMX_CODE_RESOURCE_BAD;
    case PMX_CLIENT_FINE:
    case PMX_CLIENT_CANCELLED:
    case PMX_CLIENT_OTHER:
        return PMX_CODE_INTERNAL;
    case PMX_CLIENT_NO_CONNECTION:
    case PMX_CLIENT_TIMEOUT:
    case PMX_CLIENT_CUT_SHORT:
    case PMX_CLIENT_TLS:
    default:
        return PMX_CODE_UNAVAILABLE;
    }
}

static gboolean is_success(const PmxClientReply *reply)
{
    return reply->status >= 200 && reply->status < 300;
}

/* A refusal whose page is longer than what was asked for is a refusal all the same. */
static gboolean is_answer(const PmxClientReply *reply)
{
    return reply->failure == PMX_CLIENT_FINE ||
           (reply->failure == PMX_CLIENT_TOO_LONG && !is_success(reply));
}

gboolean pmx_trouble_of(const PmxClientReply *reply, PmxTrouble *trouble)
{
    if (!is_answer(reply)) {
        pmx_trouble_found(trouble, code_for(reply->failure),
                          pmx_retry_helps(reply->failure, 0, NULL), "%s", reply->problem);
        return TRUE;
    }
    if (is_success(reply))
        return FALSE;
    trouble->server = code_of_reply(reply);
    judge_status(reply->status, trouble);
    return TRUE;
}

gboolean pmx_trouble_inside(const PmxClientReply *reply, PmxTrouble *trouble)
{
    trouble->server = code_of_reply(reply);
    if (trouble->server)
        judge_status(reply->status, trouble);
    return trouble->server != NULL;
}
