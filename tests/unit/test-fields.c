/* SPDX-License-Identifier: MIT */
/* Field tables: what they read, refuse, write and free, and the page made from them. */
#include <string.h>

#include "base/fields.h"
#include "base/ratio.h"
#include "base/reference.h"

#include "single-quoted.h"

typedef struct {
    char *text;
} Part;

typedef struct {
    char *word, *checked;
    gint64 whole, even;
    double real;
    gboolean flag;
    int mode;
    PmxRatio rate;
    Part part;
    GPtrArray *parts;
    json_t *raw;
} Thing;

static char *check_short(const char *text)
{
    return strlen(text) > 3 ? g_strdup_printf("\"%s\" is too long", text) : NULL;
}

static const char *const modes[] = {"slow", "fast", NULL};
static const char *const other_modes[] = {"warp", NULL};

static const PmxField part_fields[] = {
    {"Text", PMX_FIELD_STRING, offsetof(Part, text), PMX_FIELD_REQUIRED | PMX_FIELD_NON_EMPTY,
     .doc = "Any text."},
    {0},
};
static const PmxObject part_object = {"Part", sizeof(Part), part_fields, "A part."};

#define AT(member) offsetof(Thing, member)
static const PmxField fields[] = {
    {"Word", PMX_FIELD_STRING, AT(word), .fallback = "none", .max = 5, .doc = "A word."},
    {"Checked", PMX_FIELD_STRING, AT(checked), .check = check_short, .doc = "A short word."},
    {"Whole", PMX_FIELD_INT, AT(whole), .fallback = "7", .min = -5, .max = 100000000, .doc = "N."},
    {"Even", PMX_FIELD_INT, AT(even), PMX_FIELD_EXTENSION, .multiple = 2, .doc = "Even."},
    {"Real", PMX_FIELD_DOUBLE, AT(real), .fallback = "-1", .min = 0, .max = 1.5, .doc = "R."},
    {"Flag", PMX_FIELD_BOOL, AT(flag), .fallback = "true", .doc = "On or off."},
    {"Mode", PMX_FIELD_ENUM, AT(mode), .fallback = "fast", .choices = modes, .refused = other_modes,
     .doc = "How."},
    {"Rate", PMX_FIELD_TEXT, AT(rate), .fallback = "25", .kind = &pmx_ratio_kind, .doc = "Rate."},
    {"Part", PMX_FIELD_OBJECT, AT(part), PMX_FIELD_JSON_TEXT, .object = &part_object, .doc = "P."},
    {"Parts", PMX_FIELD_ARRAY, AT(parts), PMX_FIELD_NON_EMPTY, .max = 3, .object = &part_object,
     .doc = "Ps."},
    {"Raw", PMX_FIELD_JSON, AT(raw), PMX_FIELD_JSON_TEXT, .doc = "Anything."},
    {"Later", PMX_FIELD_STRING, .flags = PMX_FIELD_UNSUPPORTED, .fallback = "off"},
    {"Never", PMX_FIELD_OBJECT, .flags = PMX_FIELD_UNSUPPORTED},
    {0},
};
#undef AT
static const PmxObject object = {"Thing", sizeof(Thing), fields, "All types of field."};

static char *parse(const char *text, Thing *thing)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    json_t *json = json_of(text);
    memset(thing, 0xa5, sizeof *thing); /* parsing may not count on what was there */
    pmx_object_parse(&object, json, "", thing, problems);
    json_decref(json);
    return pmx_problems_to_text(problems);
}

static void test_defaults(void)
{
    Thing thing;
    g_autofree char *problems = parse("{'Mode': null}", &thing);
    g_assert_cmpstr(problems, ==, "");
    g_assert_cmpstr(thing.word, ==, "none");
    g_assert_null(thing.checked);
    g_assert_cmpint(thing.whole, ==, 7);
    g_assert_cmpfloat(thing.real, ==, -1);
    g_assert_true(thing.flag);
    g_assert_cmpint(thing.mode, ==, 1);
    g_assert_cmpint(thing.rate.num, ==, 25);
    g_assert_null(thing.part.text);
    g_assert_null(thing.parts);
    pmx_object_clear(&object, &thing);
}

/* The job API's clients send numbers and booleans as strings, and objects as strings of JSON. */
static void test_forms(void)
{
    static const char *const forms[] = {
        "{'Whole': 12, 'Real': 0.5, 'Flag': false, 'Mode': 'slow', 'Rate': '24000/1001',"
        " 'Part': {'Text': 'x'}, 'Parts': [{'Text': 'a'}, {'Text': 'b'}], 'Raw': {'k': [1]}}",
        "{'Whole': '12', 'Real': '5e-1', 'Flag': 'FALSE', 'Mode': 'SLOW', 'Rate': '24000/1001',"
        " 'Part': '{\\'Text\\': \\'x\\'}', 'Parts': [{'Text': 'a'}, {'Text': 'b'}],"
        " 'Raw': '{\\'k\\':[1]}'}",
        "{'Whole': 12.0, 'Real': 0.5, 'Flag': 'false', 'Mode': 'Slow', 'Rate': '48000/2002',"
        " 'Part': {'Text': 'x'}, 'Parts': [{'Text': 'a'}, {'Text': 'b'}], 'Raw': {'k': [1]},"
        " 'Later': 'off', 'Never': {}}"};
    for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
        Thing thing;
        g_autofree char *problems = parse(forms[i], &thing);
        g_assert_cmpstr(problems, ==, "");
        g_assert_cmpint(thing.whole, ==, 12);
        g_assert_cmpfloat(thing.real, ==, 0.5);
        g_assert_false(thing.flag);
        g_assert_cmpint(thing.mode, ==, 0);
        g_assert_cmpint(thing.rate.num, ==, 24000);
        g_assert_cmpstr(thing.part.text, ==, "x");
        g_assert_cmpuint(thing.parts->len, ==, 2);
        g_assert_cmpstr(((Part *)g_ptr_array_index(thing.parts, 1))->text, ==, "b");
        g_assert_cmpint(json_array_size(json_object_get(thing.raw, "k")), ==, 1);
        pmx_object_clear(&object, &thing);
    }
}

static const struct {
    const char *json, *problems;
} wrong[] = {
    {"[]", "must be a JSON object\n"},
    {"{'Word': 5}", "Word: must be a string, not 5\n"},
    {"{'Word': 'sixsix'}", "Word: must be at most 5 bytes long, not 6\n"},
    {"{'Word': 'a\\u0000b'}", "Word: must be a string, not \"a\\u0000b\"\n"},
    {"{'Checked': 'long'}", "Checked: \"long\" is too long\n"},
    {"{'Whole': 'twelve'}", "Whole: must be a whole number, not \"twelve\"\n"},
    {"{'Whole': ''}", "Whole: must be a whole number, not \"\"\n"},
    {"{'Whole': 1.5}", "Whole: must be a whole number, not 1.5\n"},
    {"{'Whole': true}", "Whole: must be a whole number, not true\n"},
    {"{'Whole': -6}", "Whole: must be from -5 to 100000000, not -6\n"},
    {"{'Whole': 123456789}", "Whole: must be from -5 to 100000000, not 123456789\n"},
    {"{'Whole': '99999999999999999999'}",
     "Whole: must be a whole number, not \"99999999999999999999\"\n"},
    {"{'Even': '3'}", "Even: must be a multiple of 2, not 3\n"},
    {"{'Real': 'nan'}", "Real: must be a number, not \"nan\"\n"},
    {"{'Real': '1.5x'}", "Real: must be a number, not \"1.5x\"\n"},
    {"{'Real': 1.6}", "Real: must be from 0 to 1.5, not 1.6\n"},
    {"{'Flag': 1}", "Flag: must be true or false, not 1\n"},
    {"{'Mode': 'medium'}", "Mode: must be one of slow, fast, not \"medium\"\n"},
    {"{'Mode': 1}", "Mode: must be one of slow, fast, not 1\n"},
    {"{'Mode': 'WARP'}",
     "Mode: WARP is not supported by this version of Polymux; it must be one of slow, fast\n"},
    {"{'Rate': '25/0'}", "Rate: must be a number or a fraction such as 30000/1001, not \"25/0\"\n"},
    {"{'Part': []}", "Part: must be an object, not []\n"},
    {"{'Part': {}}", "Part.Text: is required\n"},
    {"{'Part': {'Text': null}}", "Part.Text: must not be null\n"},
    {"{'Part': {'Text': ''}}", "Part.Text: must not be empty\n"},
    {"{'Part': '{'}", "Part: must be an object or a string that holds one as JSON: string or '}' "
                      "expected near end of file at line 1, column 1\n"},
    {"{'Part': '{\\'Text\\':\\'a\\',\\'Text\\':\\'b\\'}'}",
     "Part: must be an object or a string that holds one as JSON: duplicate object key near "
     "'\"Text\"' at line 1, column 18\n"},
    {"{'Parts': {}}", "Parts: must be an array, not {}\n"},
    {"{'Parts': []}", "Parts: must not be empty\n"},
    {"{'Parts': [{'Text': 'a'}, 7, {}]}",
     "Parts[1]: must be an object\nParts[2].Text: is required\n"},
    {"{'Parts': [1, 2, 3, 4]}", "Parts: must have at most 3 elements, not 4\n"},
    {"{'Later': 'on'}",
     "Later: is not supported by this version of Polymux except as off; leave it out\n"},
    {"{'Never': {'k': 1}}", "Never: is not supported by this version of Polymux; leave it out\n"},
    {"{'Wrod': 'a', 'part': 1, 'x': 2}",
     "Wrod: is not a known key; did you mean \"Word\"?\n"
     "part: is not a known key; did you mean \"Part\"?\nx: is not a known key\n"},
    {"{'Word': ['a', 'very', 'long', 'list', 'of', 'words', 'that', 'goes', 'on', 'and', 'on']}",
     "Word: must be a string, not "
     "[\"a\",\"very\",\"long\",\"list\",\"of\",\"words\",\"that\",\"goes\",\"on\"...\n"},
};

/* Every mistake has its line, and the struct is whole all the same. */
static void test_wrong(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        Thing thing;
        g_autofree char *problems = parse(wrong[i].json, &thing);
        g_assert_cmpstr(problems, ==, wrong[i].problems);
        pmx_object_clear(&object, &thing);
    }
}

static void test_codes(void)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    json_t *json = json_of("{'Word': 'sixsix', 'Part': {}, 'Later': 'on', 'Parts': [], 'x': 1}");
    Thing thing;
    pmx_object_parse(&object, json, "A[0]", &thing, problems);
    json_t *list = pmx_problems_to_json(problems);
    json_t *want = json_of(
        "[{'Code': 'InvalidParameter.OutOfRange', 'Path': 'A[0].Word',"
        "  'Message': 'must be at most 5 bytes long, not 6'},"
        " {'Code': 'MissingParameter', 'Path': 'A[0].Part.Text', 'Message': 'is required'},"
        " {'Code': 'InvalidParameter.EmptyValue', 'Path': 'A[0].Parts',"
        "  'Message': 'must not be empty'},"
        " {'Code': 'InvalidParameter.NotSupported', 'Path': 'A[0].Later', 'Message':"
        "  'is not supported by this version of Polymux except as off; leave it out'},"
        " {'Code': 'InvalidParameter', 'Path': 'A[0].x', 'Message': 'is not a known key'}]");
    g_assert_true(json_equal(list, want));
    json_decref(list);
    json_decref(want);
    json_decref(json);
    pmx_object_clear(&object, &thing);
}

/* What was written reads back as the same, defaults left out. */
static void test_round_trip(void)
{
    static const char *const texts[] = {
        "{}", "{'Word': 'w', 'Whole': -5, 'Real': 0.1, 'Flag': false, 'Mode': 'slow',"
              " 'Rate': '30000/1001', 'Part': {'Text': 'x'}, 'Parts': [{'Text': 'a'}],"
              " 'Raw': [null]}"};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        json_t *json = json_of(texts[i]);
        Thing thing;
        g_autofree char *problems = parse(texts[i], &thing);
        g_assert_cmpstr(problems, ==, "");
        json_t *dumped = pmx_object_dump(&object, &thing);
        g_assert_true(json_equal(dumped, json));
        json_decref(dumped);
        json_decref(json);
        pmx_object_clear(&object, &thing);
    }
}

static void test_read(void)
{
    g_autoptr(GError) error = NULL;
    json_t *good = json_of("{'Text': 'a'}"), *bad = json_of("{'Txet': 'a'}");
    Part *part = pmx_object_read(&part_object, good, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(part->text, ==, "a");
    pmx_object_free(&part_object, part);
    g_assert_null(pmx_object_read(&part_object, bad, &error));
    g_assert_error(error, PMX_ERROR, PMX_CODE_INTERNAL);
    g_assert_cmpstr(error->message, ==,
                    "Part: Text: is required\nTxet: is not a known key; did you mean \"Text\"?");
    pmx_object_free(&part_object, NULL);
    json_decref(good);
    json_decref(bad);
}

static void test_problem_codes(void)
{
    for (int code = 0; code <= PMX_CODE_INTERNAL; code++)
        g_assert_cmpint(pmx_code_from_name(pmx_code_name(code)), ==, code);
    g_assert_cmpint(pmx_code_from_name("Nonsense"), ==, PMX_CODE_INTERNAL);
    g_autoptr(GError) error = g_error_new(PMX_ERROR, PMX_CODE_RESOURCE_BAD, "cut off");
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    pmx_problems_add_error(problems, "Inputs[0]", error);
    const PmxProblem *problem = g_ptr_array_index(problems->items, 0);
    g_assert_cmpint(problem->code, ==, PMX_CODE_RESOURCE_BAD);
    g_assert_cmpint(pmx_error_code(NULL), ==, PMX_CODE_INTERNAL);
}

static void test_reference(void)
{
    g_autofree char *page = pmx_reference_markdown(&object);
    static const char *const parts[] = {
        "## Thing\n\nAll types of field.\n\n| key | type | values | default | extension | meaning |",
        "| `Word` | string | up to 5 bytes | `none` |  | A word. |\n",
        "| `Whole` | whole number | -5 to 100000000 | `7` |  | N. |\n",
        "| `Even` | whole number | a multiple of 2 |  | yes | Even. |\n",
        "| `Real` | number | 0 to 1.5 |  |  | R. |\n", /* the default lies outside the range */
        "| `Mode` | word | `slow`, `fast` (not yet: `warp`) | `fast` |  | How. |\n",
        "| `Rate` | value | a number or a fraction such as 30000/1001 | `25` |  | Rate. |\n",
        "| `Part` | object | see Part, or a string that holds it as JSON |  |  | P. |\n",
        "| `Parts` | array of objects | see Part; 1 to 3 elements |  |  | Ps. |\n",
        "\nNot supported by this version, and refused: `Later` (except as `off`), `Never`.\n",
        "\n## Part\n\nA part.\n",
        "| `Text` | string |  | required |  | Any text. |\n"};
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
        if (!strstr(page, parts[i]))
            g_error("not on the page: %s\n%s", parts[i], page);
    g_assert_true(strstr(page, "## Part") == g_strrstr(page, "## Part")); /* once */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fields/defaults", test_defaults);
    g_test_add_func("/fields/forms", test_forms);
    g_test_add_func("/fields/wrong", test_wrong);
    g_test_add_func("/fields/codes", test_codes);
    g_test_add_func("/fields/round-trip", test_round_trip);
    g_test_add_func("/fields/read", test_read);
    g_test_add_func("/fields/problem-codes", test_problem_codes);
    g_test_add_func("/fields/reference", test_reference);
    return g_test_run();
}
