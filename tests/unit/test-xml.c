/* SPDX-License-Identifier: MIT */
/* Storages' XML, also from those who mean no good: storage/xml. */
#include "storage/xml.h"

#include <string.h>

static PmxXml *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    PmxXml *xml = pmx_xml_parse(text, strlen(text), &error);
    g_assert_no_error(error);
    return xml;
}

static const PmxXmlRecord *record_at(const PmxXml *xml, guint at)
{
    g_assert_cmpuint(at, <, xml->records->len);
    return g_ptr_array_index(xml->records, at);
}

static void test_error(void)
{
    g_autoptr(PmxXml) xml =
        parse(" \n<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n   <Error><Code>SlowDown</Code>"
              "<Message>Please &lt;reduce&gt; &#x66;ast &amp; now</Message><Empty/></Error>\n");
    g_assert_cmpstr(xml->root->name, ==, "Error");
    g_assert_cmpstr(pmx_xml_field(xml->root, "Code"), ==, "SlowDown");
    g_assert_cmpstr(pmx_xml_field(xml->root, "Message"), ==, "Please <reduce> fast & now");
    g_assert_cmpstr(pmx_xml_field(xml->root, "Empty"), ==, "");
    g_assert_cmpstr(pmx_xml_field(xml->root, "None"), ==, "");
    g_assert_cmpuint(xml->records->len, ==, 0);
}

/* Fields around records, records in records, names with a prefix. */
static void test_list(void)
{
    g_autoptr(PmxXml) xml = parse(
        "\xEF\xBB\xBF<a:ListBucketResult xmlns:a=\"http://s3.amazonaws.com/doc/2006-03-01/\">\n"
        "  <a:IsTruncated>true</a:IsTruncated>\n"
        "  <a:Contents><a:Key>a b</a:Key>\n<a:Owner><a:ID>1</a:ID><a:Key>x</a:Key></a:Owner>"
        "<a:Size>7</a:Size></a:Contents>\n"
        "  <a:Contents><a:Key><![CDATA[<b>]]></a:Key><a:Key>second</a:Key></a:Contents>\n"
        "  <a:Contents/>\n"
        "  <a:NextContinuationToken>t</a:NextContinuationToken>\n"
        "</a:ListBucketResult>");
    g_assert_cmpstr(xml->root->name, ==, "ListBucketResult");
    g_assert_cmpstr(pmx_xml_field(xml->root, "IsTruncated"), ==, "true");
    g_assert_cmpstr(pmx_xml_field(xml->root, "NextContinuationToken"), ==, "t");
    g_assert_cmpuint(xml->records->len, ==, 2);
    g_assert_cmpstr(record_at(xml, 0)->name, ==, "Contents");
    g_assert_cmpstr(pmx_xml_field(record_at(xml, 0), "Key"), ==, "a b");
    g_assert_cmpstr(pmx_xml_field(record_at(xml, 0), "Size"), ==, "7");
    g_assert_cmpstr(pmx_xml_field(record_at(xml, 0), "Owner"), ==, "");
    g_assert_cmpstr(pmx_xml_field(record_at(xml, 1), "Key"), ==, "<b>");
}

static void assert_refused(const char *text, gsize length, const char *why)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxXml) xml = pmx_xml_parse(text, length, &error);
    g_autofree char *shown = g_strescape(text, NULL);
    g_test_message("%.60s", shown);
    g_assert_null(xml);
    g_assert_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD);
    g_assert_cmpstr(error->message, ==, why);
}

static void test_what_is_none(void)
{
    static const char *const texts[] = {"<",
                                        "<a",
                                        "<a>",
                                        "<a></b>",
                                        "<a><b></a></b>",
                                        "</a>",
                                        "text",
                                        "<a>&nbsp;</a>",
                                        "<a>&#0;</a>",
                                        "<a b></a>",
                                        "<html><p>Bad Gateway<br></html>",
                                        "{\"Code\": \"SlowDown\"}",
                                        "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>"};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        assert_refused(texts[i], strlen(texts[i]), "is not well-formed XML");
    assert_refused("<a>\0</a>", 8, "is not UTF-8");
    assert_refused("<a>\xFF</a>", 8, "is not UTF-8");
}

static void test_nothing(void)
{
    static const char *const texts[] = {"", " \n", "<?xml version=\"1.0\"?>", "<!-- a -->"};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(PmxXml) xml = pmx_xml_parse(texts[i], strlen(texts[i]), &error);
        g_assert_null(xml);
        g_assert_error(error, PMX_ERROR, PMX_CODE_RESOURCE_BAD);
    }
}

static char *repeated(const char *before, const char *text, guint times, const char *behind)
{
    GString *all = g_string_new(before);
    for (guint i = 0; i < times; i++)
        g_string_append(all, text);
    g_string_append(all, behind);
    return g_string_free(all, FALSE);
}

static void assert_too_much(char *text, const char *why)
{
    assert_refused(text, strlen(text), why);
    g_free(text);
}

static void test_limits(void)
{
    GString *fields = g_string_new("<a>");
    for (guint i = 0; i < 33; i++)
        g_string_append_printf(fields, "<f%u/>", i);
    g_string_append(fields, "</a>");
    assert_too_much(g_string_free(fields, FALSE), "has too many fields");
    assert_too_much(repeated("<a>", "<r><f/></r>", 10001, "</a>"), "has too many records");
    assert_too_much(repeated("<a><b>", "0123456789", 820, "</b></a>"),
                    "has a field that is too long");
    assert_too_much(repeated("", "<a></a>", 2, ""), "is more than one document");
    assert_too_much(repeated("", "<a>", 17, ""), "is nested too deep");
    assert_too_much(repeated("<a>", "          ", PMX_XML_MOST_BYTES / 10 + 1, "</a>"),
                    "is too long");
}

/* As large as may be. */
static void test_within_limits(void)
{
    g_autofree char *records = repeated("<a>", "<r><f/></r>", 10000, "</a>");
    g_autoptr(PmxXml) many = parse(records);
    g_assert_cmpuint(many->records->len, ==, 10000);
    g_autofree char *text = repeated("<a><b>", "01234567", 1024, "</b></a>");
    g_autoptr(PmxXml) long_one = parse(text);
    g_assert_cmpuint(strlen(pmx_xml_field(long_one->root, "b")), ==, 8192);
    g_autofree char *open = repeated("", "<a>", 16, ""), *whole = repeated(open, "</a>", 16, "");
    g_autoptr(PmxXml) deep = parse(whole);
    g_assert_cmpuint(deep->records->len, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xml/error", test_error);
    g_test_add_func("/xml/list", test_list);
    g_test_add_func("/xml/what-is-none", test_what_is_none);
    g_test_add_func("/xml/nothing", test_nothing);
    g_test_add_func("/xml/limits", test_limits);
    g_test_add_func("/xml/within-limits", test_within_limits);
    return g_test_run();
}
