/* SPDX-License-Identifier: MIT */
/* Names of artifacts: plan/key. */
#include "plan/key.h"

#include "single-quoted.h"

typedef struct {
    const char *kind, *identity, *versions, *parameters;
} Arguments;

static const Arguments base = {"audio", "a.mp4|1|2|3", "libx 1", "{'a':1,'b':{'c':'d'}}"};

static char *key_of(const Arguments *arguments)
{
    json_t *parameters = json_of(arguments->parameters);
    char *key = pmx_key_new(arguments->kind, arguments->identity, arguments->versions, parameters);
    g_assert_cmpuint(parameters->refcount, ==, 1); /* borrowed */
    json_decref(parameters);
    return key;
}

/* Every argument counts, and none runs into its neighbour. */
static void test_distinct(void)
{
    static const Arguments rows[] = {
        {"audio", "a.mp4|1|2|3", "libx 1", "{'a':1,'b':{'c':'d'}}"},
        {"video", "a.mp4|1|2|3", "libx 1", "{'a':1,'b':{'c':'d'}}"},
        {"audio", "a.mp4|1|2|4", "libx 1", "{'a':1,'b':{'c':'d'}}"},
        {"audio", "a.mp4|1|2|3", "libx 2", "{'a':1,'b':{'c':'d'}}"},
        {"audio", "a.mp4|1|2|3", "libx 1", "{'a':2,'b':{'c':'d'}}"},
        {"audio", "a.mp4|1|2|3", "libx 1", "{'a':'1','b':{'c':'d'}}"},
        {"audio", "a.mp4|1|2|3", "libx 1", "{'a':1.0,'b':{'c':'d'}}"},
        {"audio", "a.mp4|1|2|3", "libx 1", "{'a':1,'b':{'c':'e'}}"},
        {"audio", "a.mp4|1|2|3", "libx 1", "{'a':1,'b':{'c':'d','e':0}}"},
        {"audio", "a.mp4|1|2|3", "libx 1", "{'a':1}"},
        {"audio", "a.mp4|1|2|3", "libx 1", "{}"},
        {"audio", "a.mp4|1|2|3libx 1", "", "{'a':1,'b':{'c':'d'}}"},
        {"audio", "", "a.mp4|1|2|3libx 1", "{'a':1,'b':{'c':'d'}}"},
        {"audioa.mp4|1|2|3", "", "libx 1", "{'a':1,'b':{'c':'d'}}"},
    };
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *key = key_of(&rows[i]);
        g_assert_cmpuint(strlen(key), ==, 64);
        g_assert_cmpuint(strspn(key, "0123456789abcdef"), ==, 64);
        g_assert_true(g_hash_table_add(seen, key));
    }
}

/* The order in which an object's members were put in means nothing. */
static void test_canonical(void)
{
    static const Arguments turned = {"audio", "a.mp4|1|2|3", "libx 1", "{'b':{'c':'d'},'a':1}"};
    g_autofree char *one = key_of(&base), *other = key_of(&turned), *again = key_of(&base);
    g_assert_cmpstr(one, ==, other);
    g_assert_cmpstr(one, ==, again);
}

/* Pinned for this engine version: a change of it makes every store worthless, so it has to be
 * wanted. The hash is that of the JSON text below, by sha256sum. */
static void test_golden(void)
{
    g_autofree char *text =
        g_strdup_printf("{\"engine\":%d,\"identity\":\"a.mp4|1|2|3\",\"kind\":\"audio\","
                        "\"parameters\":{\"a\":1,\"b\":{\"c\":\"d\"}},\"versions\":\"libx 1\"}",
                        PMX_ENGINE_VERSION);
    g_autofree char *wanted = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    g_autofree char *key = key_of(&base);
    g_assert_cmpstr(key, ==, wanted);
    if (PMX_ENGINE_VERSION == 2)
        g_assert_cmpstr(key, ==,
                        "bfa4304ed046221b7651c8c0b5ab2028c25bd6146814da663aa0378be68b9ef3");
}

/* A path is bytes: a folder named in Latin-1 makes an identity that is no UTF-8. */
static void test_bytes(void)
{
    json_t *parameters = json_object();
    g_autofree char *one = pmx_key_new("audio", "caf\xe9.mp4|1", "v", parameters);
    g_autofree char *other = pmx_key_new("audio", "caf\xe8.mp4|1", "v", parameters);
    json_decref(parameters);
    g_assert_nonnull(one);
    g_assert_nonnull(other);
    g_assert_cmpstr(one, !=, other);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/key/distinct", test_distinct);
    g_test_add_func("/key/canonical", test_canonical);
    g_test_add_func("/key/golden", test_golden);
    g_test_add_func("/key/bytes", test_bytes);
    return g_test_run();
}
