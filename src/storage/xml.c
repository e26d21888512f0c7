/* SPDX-License-Identifier: MIT */
/* See xml.h. */
#include "storage/xml.h"

#include <string.h>

/* More than any answer of a storage has: a list holds a thousand records, a key 1024 bytes, each of
 * which may be written as an escape. */
enum { MOST_DEPTH = 16, MOST_RECORDS = 10000, MOST_FIELDS = 32, MOST_TEXT = 8192 };

/* How many elements are open when one of a kind is the innermost. */
enum { ROOT = 1, FIELD_OR_RECORD, FIELD_OF_RECORD };

typedef struct {
    PmxXml *xml;
    guint depth;
    PmxXmlRecord *record; /* that is open, or NULL */
    GString *text;        /* of the innermost element */
    gboolean nested;      /* the record's field that is open has elements: it is left out */
} Reader;

static PmxXmlRecord *record_new(const char *name)
{
    PmxXmlRecord *record = g_new0(PmxXmlRecord, 1);
    record->name = g_strdup(name);
    record->fields = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return record;
}

static void record_free(gpointer data)
{
    PmxXmlRecord *record = data;
    if (!record)
        return;
    g_free(record->name);
    g_hash_table_unref(record->fields);
    g_free(record);
}

const char *pmx_xml_field(const PmxXmlRecord *record, const char *name)
{
    const char *text = g_hash_table_lookup(record->fields, name);
    return text ? text : "";
}

static const char *local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static gboolean refuse(GError **error, const char *why)
{
    g_set_error_literal(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD, why);
    return FALSE;
}

/* --- the parser's calls --- */

static void begin_record(Reader *reader, GMarkupParseContext *context)
{
    const GSList *names = g_markup_parse_context_get_element_stack(context);
    if (!reader->record)
        reader->record = record_new(local_name(names->next->data));
}

static void start_element(GMarkupParseContext *context, const char *name, const char **names,
                          const char **values, gpointer data, GError **error)
{
    (void)names, (void)values;
    Reader *reader = data;
    const char *wrong = reader->depth == MOST_DEPTH               ? "is nested too deep"
                        : reader->depth == 0 && reader->xml->root ? "is more than one document"
                                                                  : NULL;
    if (wrong) {
        refuse(error, wrong);
        return;
    }
    if (reader->depth == 0)
        reader->xml->root = record_new(local_name(name));
    else if (reader->depth == FIELD_OR_RECORD)
        begin_record(reader, context);
    else if (reader->depth == FIELD_OF_RECORD)
        reader->nested = TRUE;
    reader->depth++;
    g_string_truncate(reader->text, 0);
}

static gboolean keep_field(PmxXmlRecord *record, const char *name, const char *text, GError **error)
{
    if (g_hash_table_contains(record->fields, name))
        return TRUE;
    if (g_hash_table_size(record->fields) == MOST_FIELDS)
        return refuse(error, "has too many fields");
    g_hash_table_insert(record->fields, g_strdup(name), g_strdup(text));
    return TRUE;
}

static gboolean keep_record(Reader *reader, GError **error)
{
    if (reader->xml->records->len == MOST_RECORDS)
        return refuse(error, "has too many records");
    g_ptr_array_add(reader->xml->records, g_steal_pointer(&reader->record));
    return TRUE;
}

static void end_element(GMarkupParseContext *context, const char *whole_name, gpointer data,
                        GError **error)
{
    (void)context;
    Reader *reader = data;
    const char *name = local_name(whole_name);
    if (reader->depth == FIELD_OF_RECORD && !reader->nested)
        keep_field(reader->record, name, reader->text->str, error);
    else if (reader->depth == FIELD_OR_RECORD && reader->record)
        keep_record(reader, error);
    else if (reader->depth == FIELD_OR_RECORD)
        keep_field(reader->xml->root, name, reader->text->str, error);
    if (reader->depth == FIELD_OF_RECORD)
        reader->nested = FALSE;
    reader->depth--;
}

static void take_text(GMarkupParseContext *context, const char *text, gsize length, gpointer data,
                      GError **error)
{
    (void)context;
    Reader *reader = data;
    if (reader->depth != FIELD_OR_RECORD && reader->depth != FIELD_OF_RECORD)
        return;
    if (length > MOST_TEXT - reader->text->len)
        refuse(error, "has a field that is too long");
    else
        g_string_append_len(reader->text, text, (gssize)length);
}

/* --- all of it --- */

static gboolean read_text(Reader *reader, const char *text, gsize length, GError **error)
{
    static const GMarkupParser parser = {
        .start_element = start_element, .end_element = end_element, .text = take_text};
    static const char mark[] = "\xEF\xBB\xBF";
    if (length > PMX_XML_MOST_BYTES)
        return refuse(error, "is too long");
    if (!g_utf8_validate(text, (gssize)length, NULL)) /* GLib looks at names only */
        return refuse(error, "is not UTF-8");
    gsize skip = length >= strlen(mark) && memcmp(text, mark, strlen(mark)) == 0 ? strlen(mark) : 0;
    g_autoptr(GMarkupParseContext) context =
        g_markup_parse_context_new(&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, reader, NULL);
    return g_markup_parse_context_parse(context, text + skip, (gssize)(length - skip), error) &&
           g_markup_parse_context_end_parse(context, error) &&
           (reader->xml->root || refuse(error, "is empty"));
}

PmxXml *pmx_xml_parse(const char *text, gsize length, GError **error)
{
    g_autoptr(PmxXml) xml = g_new0(PmxXml, 1);
    g_autoptr(GError) problem = NULL;
    xml->records = g_ptr_array_new_with_free_func(record_free);
    Reader reader = {.xml = xml, .text = g_string_new(NULL)};
    gboolean ok = read_text(&reader, text, length, &problem);
    record_free(reader.record);
    g_string_free(reader.text, TRUE);
    if (ok)
        return g_steal_pointer(&xml);
    /* GLib's words would repeat what the stranger wrote. */
    gboolean own = g_error_matches(problem, PMX_ERROR, PMX_CODE_RESOURCE_BAD);
    refuse(error, own ? problem->message : "is not well-formed XML");
    return NULL;
}

void pmx_xml_free(PmxXml *xml)
{
    if (!xml)
        return;
    record_free(xml->root);
    g_ptr_array_unref(xml->records);
    g_free(xml);
}
