/* SPDX-License-Identifier: MIT */
/* What is told of damaged inputs: plan/damage. */
#include "plan/damage.h"

#include <string.h>

static PmxFacts *facts_from(const char *text)
{
    g_autoptr(GError) error = NULL;
    json_t *json = json_loads(text, 0, NULL);
    PmxFacts *facts = pmx_object_read(&pmx_facts_object, json, &error);
    g_assert_no_error(error);
    json_decref(json);
    return facts;
}

static void test_notes(void)
{
    g_autoptr(PmxFacts) facts = facts_from("{\"warnings\": [{\"text\": \"it is cut off\"}]}");
    const PmxPlanInput inputs[] = {{.facts = facts}, {.facts = facts}};
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    pmx_damage_tell(inputs, 1, warnings);
    pmx_damage_tell(inputs, 1, warnings);
    g_assert_cmpuint(warnings->len, ==, 1);
    g_assert_cmpstr(g_ptr_array_index(warnings, 0), ==, "Inputs[1]: it is cut off");
}

static void test_audio(void)
{
    g_autoptr(PmxFacts) facts =
        facts_from("{\"streams\": [{\"index\": 0, \"kind\": \"video\"},"
                   " {\"index\": 1, \"kind\": \"audio\", \"problem\": \"it is encrypted\"},"
                   " {\"index\": 2, \"kind\": \"audio\", \"decodable\": true}]}");
    const PmxPlanInput inputs[] = {{.facts = facts}};
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_assert_true(pmx_damage_audio(inputs, 0, warnings));
    g_assert_cmpuint(warnings->len, ==, 1);
    g_assert_nonnull(strstr(g_ptr_array_index(warnings, 0), "track 1"));
    g_assert_nonnull(strstr(g_ptr_array_index(warnings, 0), "it is encrypted"));
    ((PmxStream *)g_ptr_array_index(facts->streams, 2))->decodable = FALSE;
    g_assert_false(pmx_damage_audio(inputs, 0, warnings));
    g_assert_cmpuint(warnings->len, ==, 2);
}

static void test_text(void)
{
    g_autofree char *one = pmx_damage_text(1), *more = pmx_damage_text(17);
    g_assert_true(g_str_has_prefix(one, "1 damaged packet of the inputs was left out"));
    g_assert_true(g_str_has_prefix(more, "17 damaged packets of the inputs were left out"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/damage/notes", test_notes);
    g_test_add_func("/damage/audio", test_audio);
    g_test_add_func("/damage/text", test_text);
    return g_test_run();
}
