/* SPDX-License-Identifier: MIT */
/* Which characters a font has: small fonts made here, and one that is installed; and what a job makes
 * of it. */
#include "job/job.h"

#include <string.h>

#include "single-quoted.h"

static void put(GByteArray *to, guint64 value, guint width)
{
    for (guint i = width; i-- > 0;) {
        guint8 byte = i < sizeof value ? (guint8)(value >> (8 * i)) : 0;
        g_byte_array_append(to, &byte, 1);
    }
}

static void put_all(GByteArray *to, const guint16 *values, guint count)
{
    for (guint i = 0; i < count; i++)
        put(to, values[i], 2);
}

/* a-c by delta; 0x4e00-0x4e03 by a list in which 0x4e01 has no glyph; the last segment of all. */
static GByteArray *short_table(void)
{
    static const guint16 words[] = {
        4,      0,      0,      6,      0, 0, 0, /* format, length, language, 2 × segments … */
        'c',    0x4e03, 0xffff, 0,               /* ends */
        'a',    0x4e00, 0xffff,                  /* starts */
        0xffa0, 10,     1,                       /* deltas: a becomes 1 */
        0,      4,      0,                       /* offsets: from here on to the list */
        5,      0,      7,      0xfff7,          /* glyphs: 15, none, 17, and 1 */
    };
    GByteArray *table = g_byte_array_new();
    put_all(table, words, G_N_ELEMENTS(words));
    return table;
}

static GByteArray *long_table(void)
{
    static const guint32 groups[][3] = {
        {'a', 'c', 1}, {0x4e00, 0x4e03, 15}, {0x1f600, 0x1f600, 40}};
    GByteArray *table = g_byte_array_new();
    put(table, 12, 2);
    put(table, 0, 10);
    put(table, G_N_ELEMENTS(groups), 4);
    for (guint i = 0; i < G_N_ELEMENTS(groups); i++)
        for (guint k = 0; k < 3; k++)
            put(table, groups[i][k], 4);
    return table;
}

/* Takes the tables; `more` may be NULL. With a collection's header before it, or not. */
static GBytes *font(GByteArray *table, GByteArray *more, gboolean collection)
{
    GByteArray *file = g_byte_array_new();
    guint start = collection ? 16 : 0, cmap = start + 12 + 2 * 16, records = more ? 2 : 1;
    if (collection) {
        put(file, 0x74746366, 4);
        put(file, 0x00010000, 4);
        put(file, 1, 4);
        put(file, start, 4);
    }
    put(file, 0x00010000, 4);
    put(file, 2, 2);
    put(file, 0, 6);
    put(file, 0x676c7966, 4); /* glyf */
    put(file, 0, 12);
    put(file, 0x636d6170, 4); /* cmap */
    put(file, 0, 4);
    put(file, cmap, 4);
    put(file, 0, 4);
    put(file, 0, 2);
    put(file, records, 2);
    put(file, 0x00030001, 4);
    put(file, 4 + 8 * records, 4);
    if (more) {
        put(file, 0x0003000a, 4);
        put(file, 4 + 8 * records + table->len, 4);
    }
    g_byte_array_append(file, table->data, table->len);
    if (more)
        g_byte_array_append(file, more->data, more->len);
    g_byte_array_unref(table);
    if (more)
        g_byte_array_unref(more);
    return g_byte_array_free_to_bytes(file);
}

typedef struct {
    const char *text;
    gunichar in_short, in_long; /* what is lacking */
} Row;

static const Row rows[] = {
    {"", 0, 0},
    {"abc", 0, 0},
    {"a\nb\r\n", 0, 0},
    {"abd", 'd', 'd'},
    {"`", '`', '`'},
    {"a\xe4\xb8\x80", 0, 0},            /* 4E00 */
    {"\xe4\xb8\x81", 0x4e01, 0},        /* listed as none */
    {"\xe4\xb8\x82\xe4\xb8\x83", 0, 0}, /* 4E02 4E03 */
    {"\xe4\xb8\x84", 0x4e04, 0x4e04},   /* just behind */
    {"\xe6\x96\x87", 0x6587, 0x6587},
    {"\xf0\x9f\x98\x80", 0x1f600, 0}, /* beyond 16 bits */
    {"\xf0\x9f\x98\x81", 0x1f601, 0x1f601},
};

static void test_tables(void)
{
    for (guint collection = 0; collection < 2; collection++) {
        g_autoptr(GBytes) first = font(short_table(), NULL, collection > 0),
                          second = font(long_table(), NULL, collection > 0),
                          both = font(short_table(), long_table(), collection > 0);
        for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
            g_assert_cmphex(pmx_font_lacks(first, rows[i].text), ==, rows[i].in_short);
            g_assert_cmphex(pmx_font_lacks(second, rows[i].text), ==, rows[i].in_long);
            g_assert_cmphex(pmx_font_lacks(both, rows[i].text), ==, rows[i].in_long);
        }
    }
}

/* Cut off anywhere it lacks what cannot be read, and nothing beyond it is touched. */
static void test_cut(void)
{
    g_autoptr(GBytes) whole = font(short_table(), long_table(), TRUE);
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(whole, &size);
    for (gsize length = 0; length < size; length++) {
        g_autofree guint8 *copy = g_memdup2(bytes, length);
        g_autoptr(GBytes) cut = g_bytes_new_take(g_steal_pointer(&copy), length);
        g_assert_cmphex(pmx_font_lacks(cut, "\xf0\x9f\x98\x80"), ==, 0x1f600);
    }
    g_autoptr(GBytes) noise =
        g_bytes_new_static("ttcf\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 16);
    g_assert_cmphex(pmx_font_lacks(noise, "a"), ==, 'a');
}

static void test_installed(void)
{
    char *bytes = NULL;
    gsize length = 0;
    if (!g_file_get_contents(pmx_font_places[0].path, &bytes, &length, NULL)) {
        g_test_skip("DejaVu Sans is not installed");
        return;
    }
    g_autoptr(GBytes) file = g_bytes_new_take(bytes, length);
    g_assert_cmphex(pmx_font_lacks(file, "Aß€Жλ⇒😀"), ==, 0);
    g_assert_cmphex(pmx_font_lacks(file, "A中"), ==, 0x4e2d);
    g_assert_cmphex(pmx_font_lacks(file, "🦄"), ==, 0x1f984);
}

/* --- what a job makes of it --- */

/* DejaVu Sans has a-c and four Chinese characters but one, WenQuanYi Zen Hei all four, nothing else is
 * installed. */
static GBytes *read_font(int index)
{
    if (index == 0)
        return font(short_table(), NULL, FALSE);
    return index == PMX_FONT_ZENHEI ? font(long_table(), NULL, TRUE) : NULL;
}

static PmxJob *parse(const char *mark, PmxProblems *problems)
{
    const PmxJobOptions options = {.have_fdk_aac = TRUE, .read_font = read_font};
    PmxTemplates *templates = pmx_templates_new();
    g_autofree char *text = g_strdup_printf(
        "{'Inputs':[{'Name':'v','InputFile':{'Type':'OSS','Media':'v.mp4'}}],'Outputs':["
        "{'OutputFile':{'Type':'OSS','Media':'o.mp4'},'TemplateId':'Video-360P','Features':"
        "{'Watermarks':[{'Type':'Text',%s}]}}]}",
        mark);
    json_t *config = json_of(text);
    PmxJob *job = pmx_job_parse(config, templates, &options, problems);
    json_decref(config);
    pmx_templates_free(templates);
    return job;
}

typedef struct {
    const char *mark, *problem; /* NULL: it is taken */
    int font;
} Choice;

static const Choice choices[] = {
    {"'Content':'abc'", NULL, 0},
    {"'Content':'\xe4\xb8\x81'", NULL, PMX_FONT_ZENHEI},
    {"'Content':'abc','FontName':'WenQuanYi Zen Hei'", NULL, PMX_FONT_ZENHEI},
    {"'Content':'\xe4\xb8\x81','FontName':'DejaVu Sans'",
     "has no \"\xe4\xb8\x81\" (U+4E01); WenQuanYi Zen Hei has all of Content", 0},
    {"'Content':'abcd'", "install the package fonts-wqy-zenhei", 0},
    {"'Content':'abc','FontName':'Symbola'",
     "not installed here; install the package fonts-symbola", 0},
};

static void test_choice(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(choices); i++) {
        g_autoptr(PmxProblems) problems = pmx_problems_new();
        g_autoptr(PmxJob) job = parse(choices[i].mark, problems);
        g_autofree char *told = pmx_problems_to_text(problems);
        g_assert_true((job == NULL) == (choices[i].problem != NULL));
        if (!job) {
            g_assert_nonnull(strstr(told, "Outputs[0].Features.Watermarks[0].FontName: "));
            g_assert_nonnull(strstr(told, choices[i].problem));
            continue;
        }
        const PmxOutput *output = g_ptr_array_index(job->outputs, 0);
        const PmxWatermark *watermark = g_ptr_array_index(output->watermarks, 0);
        g_autoptr(GBytes) file = read_font(choices[i].font);
        g_autofree char *sum = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, file);
        g_assert_cmpint(watermark->font, ==, choices[i].font);
        g_assert_cmpstr(watermark->font_file, ==, sum);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fonts/tables", test_tables);
    g_test_add_func("/fonts/cut", test_cut);
    g_test_add_func("/fonts/installed", test_installed);
    g_test_add_func("/fonts/choice", test_choice);
    return g_test_run();
}
