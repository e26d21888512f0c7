/* SPDX-License-Identifier: MIT */
/*
 * Whole plans against golden files: tests/golden/NAME.job.json and NAME.facts-N.json become
 * NAME.plan.json and NAME.plan.dot. UPDATE_GOLDEN=1 writes the latter two anew.
 */
#include "plan/plan.h"

#include "single-quoted.h"

static const char *const names[] = {"scenario-1", "scenario-2", "scenario-3",
                                    "ladder",     "sharing",    "rated"};

typedef struct {
    json_t *config;
    PmxTemplates *templates;
    PmxJob *job;
    GPtrArray *facts; /* of PmxFacts * */
    PmxProblems *problems;
    PmxPlan *plan;
} Case;

static char *golden(const char *name, const char *suffix)
{
    g_autofree char *file = g_strconcat(name, suffix, NULL);
    return g_test_build_filename(G_TEST_DIST, "golden", file, NULL);
}

static json_t *load(const char *name, const char *suffix)
{
    g_autofree char *path = golden(name, suffix);
    json_error_t error;
    json_t *json = json_load_file(path, 0, &error);
    if (!json)
        g_error("%s: %s", path, error.text);
    return json;
}

static void free_facts(gpointer data)
{
    pmx_facts_free(data);
}

static void load_facts(Case *c, const char *name)
{
    for (guint i = 0; i < c->job->inputs->len; i++) {
        g_autofree char *suffix = g_strdup_printf(".facts-%u.json", i);
        g_autoptr(GError) error = NULL;
        json_t *json = load(name, suffix);
        g_ptr_array_add(c->facts, pmx_object_read(&pmx_facts_object, json, &error));
        json_decref(json);
        g_assert_no_error(error);
    }
}

static void plan_case(Case *c)
{
    PmxPlanInput inputs[8];
    static const char *const identities[] = {"first", "second", "third", "fourth"};
    for (guint i = 0; i < c->facts->len; i++)
        inputs[i] = (PmxPlanInput){g_ptr_array_index(c->facts, i), identities[i]};
    c->problems = pmx_problems_new();
    c->plan = pmx_plan_new(c->job, inputs, 0, c->problems);
}

/* `config` (taken) with the facts of golden case `name`. */
static Case *case_new(json_t *config, const char *name)
{
    const PmxJobOptions options = {.have_fdk_aac = TRUE};
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    Case *c = g_new0(Case, 1);
    c->config = config;
    c->templates = pmx_templates_new();
    c->facts = g_ptr_array_new_with_free_func(free_facts);
    c->job = pmx_job_parse(config, c->templates, &options, problems);
    if (!c->job) {
        g_autofree char *text = pmx_problems_to_text(problems);
        g_error("%s: %s", name, text);
    }
    load_facts(c, name);
    plan_case(c);
    return c;
}

static void case_free(Case *c)
{
    pmx_plan_free(c->plan);
    pmx_problems_free(c->problems);
    g_ptr_array_unref(c->facts);
    pmx_job_free(c->job);
    pmx_templates_free(c->templates);
    json_decref(c->config);
    g_free(c);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Case, case_free)

static char *plan_text(const Case *c)
{
    json_t *json = pmx_plan_to_json(c->plan, c->job);
    char *text = json_dumps(json, JSON_INDENT(2));
    json_decref(json);
    char *line = g_strconcat(text, "\n", NULL);
    free(text);
    return line;
}

static void compare(const char *name, const char *suffix, const char *text)
{
    g_autofree char *path = golden(name, suffix);
    g_autofree char *wanted = NULL;
    g_autoptr(GError) error = NULL;
    if (g_getenv("UPDATE_GOLDEN"))
        g_file_set_contents(path, text, -1, &error);
    else
        g_file_get_contents(path, &wanted, NULL, &error);
    g_assert_no_error(error);
    if (wanted && strcmp(wanted, text) != 0) {
        g_autofree char *made = g_strconcat(path, ".new", NULL);
        g_file_set_contents(made, text, -1, NULL);
        g_test_message("differs: diff %s %s (UPDATE_GOLDEN=1 accepts it)", path, made);
        g_test_fail();
    }
}

static void test_golden(gconstpointer data)
{
    g_autoptr(Case) c = case_new(load(data, ".job.json"), data);
    g_assert_nonnull(c->plan);
    g_autofree char *text = plan_text(c), *dot = pmx_plan_to_dot(c->plan);
    compare(data, ".plan.json", text);
    compare(data, ".plan.dot", dot);
    pmx_plan_free(c->plan);
    pmx_problems_free(c->problems);
    plan_case(c);
    g_autofree char *again = plan_text(c);
    g_assert_cmpstr(text, ==, again);
}

/* --- what holds for every plan --- */

static void test_graph(gconstpointer data)
{
    g_autoptr(Case) c = case_new(load(data, ".job.json"), data);
    g_autoptr(GHashTable) made = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) needed = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);
    guint packages = 0;
    for (guint i = 0; i < c->plan->tasks->len; i++) {
        const PmxTask *task = g_ptr_array_index(c->plan->tasks, i);
        g_assert_true(g_hash_table_add(ids, task->id));
        for (guint k = 0; k < task->needs->len; k++) {
            g_assert_true(g_hash_table_contains(made, task->needs->pdata[k]));
            g_hash_table_add(needed, task->needs->pdata[k]);
        }
        for (guint k = 0; k < task->makes->len; k++)
            g_assert_true(g_hash_table_add(made, task->makes->pdata[k]));
        g_assert_cmpint(task->makes->len == 0, ==, task->kind == PMX_TASK_PACKAGE);
        packages += task->kind == PMX_TASK_PACKAGE;
        g_assert_true(task->seconds > 0 || task->kind == PMX_TASK_BUDGET);
    }
    g_assert_cmpuint(packages, ==, c->job->outputs->len);
    g_assert_cmpuint(g_hash_table_size(made), ==, g_hash_table_size(needed)); /* nothing in vain */
}

/* --- what is shared --- */

static guint count_kind(const PmxPlan *plan, PmxTaskKind kind)
{
    guint count = 0;
    for (guint i = 0; i < plan->tasks->len; i++)
        count += ((const PmxTask *)g_ptr_array_index(plan->tasks, i))->kind == kind;
    return count;
}

/* Keys that tasks of `kind` make. */
static GHashTable *keys_of(const PmxPlan *plan, PmxTaskKind kind)
{
    GHashTable *keys = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < plan->tasks->len; i++) {
        const PmxTask *task = g_ptr_array_index(plan->tasks, i);
        for (guint k = 0; task->kind == kind && k < task->makes->len; k++)
            g_hash_table_add(keys, task->makes->pdata[k]);
    }
    return keys;
}

static guint common(GHashTable *a, GHashTable *b)
{
    guint count = 0;
    GHashTableIter iterator;
    gpointer key;
    g_hash_table_iter_init(&iterator, a);
    while (g_hash_table_iter_next(&iterator, &key, NULL))
        count += g_hash_table_contains(b, key);
    return count;
}

/* Eight outputs, three languages, 31.4 s: three segments, two cuts, three tracks. */
static void test_ladder(void)
{
    g_autoptr(Case) c = case_new(load("ladder", ".job.json"), "ladder");
    g_autoptr(GHashTable) video = keys_of(c->plan, PMX_TASK_VIDEO);
    g_assert_cmpuint(count_kind(c->plan, PMX_TASK_VIDEO), ==, 3);
    g_assert_cmpuint(count_kind(c->plan, PMX_TASK_CUT), ==, 2);
    g_assert_cmpuint(count_kind(c->plan, PMX_TASK_AUDIO), ==, 3);
    g_assert_cmpuint(g_hash_table_size(video), ==, 3 * 8);
}

typedef struct {
    const char *name;
    const char *patch; /* merged into every output's OverrideParams */
    gboolean same_cuts, same_video;
    guint same_audio, audio; /* keys in common with the unchanged job; keys at all */
} Change;

static const Change changes[] = {
    {"nothing", "{}", TRUE, TRUE, 3, 3},
    {"a-language-less", "{'Audios':[{'InputRef':'video'},{'InputRef':'EnglishAudio'}]}", TRUE, TRUE,
     2, 2},
    {"tags-and-titles",
     "{'Audios':[{'InputRef':'JapaneseAudio','Title':'x','LanguageControl':'Configured',"
     "'Language':'fra'},{'InputRef':'video','Default':true},{'InputRef':'EnglishAudio'}]}",
     TRUE, TRUE, 3, 3},
    {"one-track-other-rate",
     "{'Audios':[{'InputRef':'video'},{'InputRef':'EnglishAudio','Bitrate':48}]}", TRUE, TRUE, 1,
     2},
    {"channels", "{'Audio':{'Channels':1}}", TRUE, TRUE, 0, 3},
    {"crf", "{'Video':{'Crf':20}}", TRUE, FALSE, 3, 3},
    {"preset", "{'Video':{'Preset':'slow'}}", TRUE, FALSE, 3, 3},
    {"gop", "{'Video':{'Gop':'5s'}}", TRUE, FALSE, 3, 3},
    {"gop-frames", "{'Video':{'Gop':'250'}}", TRUE, TRUE, 3, 3},
    {"gop-odd", "{'Video':{'Gop':'99'}}", FALSE, FALSE, 3, 3},
};

static void patch_outputs(json_t *config, const char *patch)
{
    size_t i;
    json_t *output, *over = json_of(patch);
    json_t *group = json_array_get(json_object_get(config, "OutputGroups"), 0);
    json_array_foreach (json_object_get(group, "Outputs"), i, output)
        json_object_update(json_object_get(output, "OverrideParams"), over);
    json_decref(over);
}

/* What has to be made again when a job changes: no more than what the change is about. */
static void test_change(gconstpointer data)
{
    const Change *change = data;
    json_t *config = load("ladder", ".job.json");
    g_autoptr(Case) before = case_new(load("ladder", ".job.json"), "ladder");
    patch_outputs(config, change->patch);
    g_autoptr(Case) after = case_new(config, "ladder");
    g_assert_nonnull(after->plan);
    static const PmxTaskKind kinds[] = {PMX_TASK_CUT, PMX_TASK_VIDEO, PMX_TASK_AUDIO};
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(GHashTable) old = keys_of(before->plan, kinds[i]);
        g_autoptr(GHashTable) new = keys_of(after->plan, kinds[i]);
        const guint size = g_hash_table_size(old);
        const guint same[] = {change->same_cuts ? size : 0, change->same_video ? size : 0,
                              change->same_audio};
        g_assert_cmpuint(common(old, new), ==, same[i]);
        if (kinds[i] == PMX_TASK_AUDIO)
            g_assert_cmpuint(g_hash_table_size(new), ==, change->audio);
    }
}

/* The same file under two names is one film: it is decoded and encoded once. */
static void test_twice(void)
{
    json_t *config = load("scenario-1", ".job.json");
    json_t *group = json_array_get(json_object_get(config, "OutputGroups"), 0);
    json_t *outputs = json_object_get(group, "Outputs");
    json_t *other = json_deep_copy(json_array_get(outputs, 0));
    json_t *video = json_of("{'InputRef':'EnglishAudio'}");
    json_object_set_new(other, "OutputFileName", json_string("other"));
    json_object_set_new(json_object_get(other, "OverrideParams"), "Video", video);
    json_array_append_new(outputs, other);
    g_autoptr(Case) c = case_new(config, "scenario-1");
    pmx_plan_free(c->plan);
    load_facts(c, "scenario-1"); /* each input is looked into by itself */
    const PmxPlanInput same = {g_ptr_array_index(c->facts, 0), "one"};
    const PmxPlanInput inputs[] = {same, {g_ptr_array_index(c->facts, 3), "one"}, same};
    pmx_problems_free(c->problems);
    c->problems = pmx_problems_new();
    c->plan = pmx_plan_new(c->job, inputs, 0, c->problems);
    g_autoptr(GHashTable) video_keys = keys_of(c->plan, PMX_TASK_VIDEO);
    g_assert_cmpuint(count_kind(c->plan, PMX_TASK_AUDIO), ==, 1);
    g_assert_cmpuint(g_hash_table_size(video_keys), ==, 3);
    g_assert_cmpuint(count_kind(c->plan, PMX_TASK_VIDEO), ==, 3);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *text = g_strconcat("/plan/golden/", names[i], NULL);
        g_autofree char *graph = g_strconcat("/plan/graph/", names[i], NULL);
        g_test_add_data_func(text, names[i], test_golden);
        g_test_add_data_func(graph, names[i], test_graph);
    }
    for (guint i = 0; i < G_N_ELEMENTS(changes); i++) {
        g_autofree char *name = g_strconcat("/plan/change/", changes[i].name, NULL);
        g_test_add_data_func(name, &changes[i], test_change);
    }
    g_test_add_func("/plan/ladder", test_ladder);
    g_test_add_func("/plan/twice", test_twice);
    return g_test_run();
}
