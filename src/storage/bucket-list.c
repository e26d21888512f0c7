/* SPDX-License-Identifier: MIT */
/* Lists of objects and of uploads, of S3 and OSS: see bucket-http.h. */
#include <string.h>

#include "base/moment.h"
#include "base/percent.h"
#include "storage/bucket-http.h"
#include "storage/xml.h"

/* Of uploads; a server that always has more would keep us for ever. */
enum { MOST_PAGES = 1000 };

/* Keys are asked for percent-encoded: XML cannot have every character that keys can. */
static const PmxPair encoded = {"encoding-type", "url"};

/* `data`: the root's name. */
static gboolean check_list(const PmxClientReply *reply, gconstpointer data, PmxTrouble *trouble)
{
    const char *name = data;
    g_autoptr(PmxXml) xml = pmx_bucket_xml(reply);
    return (xml && strcmp(xml->root->name, name) == 0) ||
           pmx_trouble_found(trouble, PMX_CODE_RESOURCE_BAD, PMX_AGAIN_FEW,
                             "the storage's answer is no list");
}

static PmxXml *ask_list(PmxBucketHttp *bucket, const PmxPair *query, const char *name,
                        const PmxPatience *patience, GError **error)
{
    const PmxAsk ask = {
        .verb = "listed", .method = "GET", .query = query, .check = check_list, .data = name};
    g_autoptr(PmxClientReply) reply = pmx_bucket_ask(bucket, &ask, patience, NULL, error);
    return reply ? pmx_bucket_xml(reply) : NULL;
}

/* A key or a marker of a list; NULL: it is no text. Caller frees. */
static char *decoded(const PmxXml *xml, const char *text)
{
    if (strcmp(pmx_xml_field(xml->root, "EncodingType"), encoded.value) != 0)
        return g_strdup(text);
    return pmx_percent_decode(text, strlen(text), TRUE, NULL);
}

/* NULL: it is none of those that were asked for. Caller frees. */
static char *key_with(char *text, const char *prefix)
{
    g_autofree char *key = text;
    return key && *key && g_str_has_prefix(key, prefix) ? g_steal_pointer(&key) : NULL;
}

static char *key_of(const PmxXml *xml, const PmxXmlRecord *record, const char *prefix)
{
    return key_with(decoded(xml, pmx_xml_field(record, "Key")), prefix);
}

static gboolean is_truncated(const PmxXml *xml)
{
    return strcmp(pmx_xml_field(xml->root, "IsTruncated"), "true") == 0;
}

static gint64 moment_of(const PmxXmlRecord *record, const char *name)
{
    gint64 moment;
    return pmx_moment_parse(pmx_xml_field(record, name), &moment) ? moment : 0;
}

/* --- objects --- */

static PmxStored *stored_of(const PmxXml *xml, const PmxXmlRecord *record, const char *prefix)
{
    g_autofree char *key = key_of(xml, record, prefix);
    guint64 size;
    if (!key ||
        !g_ascii_string_to_unsigned(pmx_xml_field(record, "Size"), 10, 0, G_MAXINT64, &size, NULL))
        return NULL;
    return pmx_stored_new(key, size, pmx_xml_field(record, "ETag"),
                          moment_of(record, "LastModified"));
}

static PmxPage *page_of(const PmxXml *xml, const char *prefix)
{
    PmxPage *page = pmx_page_new();
    for (guint i = 0; i < xml->records->len; i++) {
        const PmxXmlRecord *record = g_ptr_array_index(xml->records, i);
        PmxStored *stored =
            strcmp(record->name, "Contents") == 0 ? stored_of(xml, record, prefix) : NULL;
        if (stored)
            g_ptr_array_add(page->stored, stored);
    }
    const char *next = pmx_xml_field(xml->root, "NextContinuationToken");
    page->next = is_truncated(xml) && *next ? g_strdup(next) : NULL;
    return page;
}

PmxPage *pmx_bucket_http_list(PmxBucket *base, const char *prefix, const char *from,
                              const PmxPatience *patience, GError **error)
{
    const PmxPair query[] = {{"list-type", "2"},
                             encoded,
                             {"max-keys", "1000"},
                             {"prefix", prefix},
                             {from ? "continuation-token" : NULL, from},
                             {0}};
    g_autoptr(PmxXml) xml =
        ask_list((PmxBucketHttp *)base, query, "ListBucketResult", patience, error);
    return xml ? page_of(xml, prefix) : NULL;
}

/* --- uploads --- */

/* Ceph's RGW (16) encodes the keys of uploads as it is asked to, but not the markers, and does not say so. */
static gboolean is_encoded_in_silence(const PmxXml *xml, const char *key)
{
    static const char left[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                               "-_.~/!*'()%";
    return !*pmx_xml_field(xml->root, "EncodingType") && strspn(key, left) == strlen(key);
}

static char *upload_key_of(const PmxXml *xml, const PmxXmlRecord *record, const char *prefix)
{
    const char *text = pmx_xml_field(record, "Key");
    char *key = is_encoded_in_silence(xml, text)
                    ? pmx_percent_decode(text, strlen(text), FALSE, NULL)
                    : NULL;
    return key_with(key ? key : decoded(xml, text), prefix);
}

static void add_uploads(const PmxXml *xml, const char *prefix, GPtrArray *uploads)
{
    for (guint i = 0; i < xml->records->len; i++) {
        const PmxXmlRecord *record = g_ptr_array_index(xml->records, i);
        g_autofree char *key =
            strcmp(record->name, "Upload") == 0 ? upload_key_of(xml, record, prefix) : NULL;
        const char *id = pmx_xml_field(record, "UploadId");
        if (key && *id)
            g_ptr_array_add(uploads, pmx_uploading_new(key, id, moment_of(record, "Initiated")));
    }
}

static void uploading_free(gpointer uploading)
{
    pmx_uploading_free(uploading);
}

/* Where the next page begins. FALSE: there is none. */
static gboolean next_page(const PmxXml *xml, char **key, char **id)
{
    g_autofree char *next = decoded(xml, pmx_xml_field(xml->root, "NextKeyMarker"));
    const char *next_id = pmx_xml_field(xml->root, "NextUploadIdMarker");
    gboolean moves = next && *next && (strcmp(next, *key) != 0 || strcmp(next_id, *id) != 0);
    if (!is_truncated(xml) || !moves)
        return FALSE;
    g_free(*key);
    g_free(*id);
    *key = g_steal_pointer(&next);
    *id = g_strdup(next_id);
    return TRUE;
}

GPtrArray *pmx_bucket_http_uploads(PmxBucket *base, const char *prefix, const PmxPatience *patience,
                                   GError **error)
{
    g_autoptr(GPtrArray) uploads = g_ptr_array_new_with_free_func(uploading_free);
    g_autofree char *key = g_strdup(""), *id = g_strdup("");
    g_autoptr(PmxXml) xml = NULL;
    guint pages = 0;
    do {
        const PmxPair query[] = {{"uploads", ""},
                                 encoded,
                                 {"prefix", prefix},
                                 {*key ? "key-marker" : NULL, key},
                                 {*id ? "upload-id-marker" : NULL, id},
                                 {0}};
        g_clear_pointer(&xml, pmx_xml_free);
        xml = ask_list((PmxBucketHttp *)base, query, "ListMultipartUploadsResult", patience, error);
        if (!xml)
            return NULL;
        add_uploads(xml, prefix, uploads);
    } while (next_page(xml, &key, &id) && ++pages < MOST_PAGES);
    return g_steal_pointer(&uploads);
}
