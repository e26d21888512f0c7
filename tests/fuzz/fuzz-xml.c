/* SPDX-License-Identifier: MIT */
/* Any bytes as a storage's XML: there is a document with a name, or a reason why not. */
#include "storage/xml.h"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static void look(const PmxXmlRecord *record)
{
    GHashTableIter iter;
    gpointer name, text;
    g_assert_true(g_utf8_validate(record->name, -1, NULL));
    g_hash_table_iter_init(&iter, record->fields);
    while (g_hash_table_iter_next(&iter, &name, &text)) {
        g_assert_true(g_utf8_validate(text, -1, NULL));
        g_assert_true(pmx_xml_field(record, name) == text);
    }
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxXml) xml = pmx_xml_parse((const char *)data, size, &error);
    g_assert_true((xml == NULL) == (error != NULL));
    if (!xml)
        return 0;
    look(xml->root);
    for (guint i = 0; i < xml->records->len; i++)
        look(g_ptr_array_index(xml->records, i));
    return 0;
}
