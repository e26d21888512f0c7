/* SPDX-License-Identifier: MIT */
/* Reading the configuration: see configuration.h. */
#include "cli/configuration.h"

#include <string.h>

#include "base/fields-text.h"
#include "base/suggest.h"

#define VARIABLE_PREFIX "POLYMUX_"

/* What has been gathered before it is checked. */
typedef struct {
    json_t *values;      /* {group: {key: text}} */
    GHashTable *origins; /* "group.key" → the name to blame: a variable or an option */
    PmxProblems *problems;
} Gathering;

static const PmxObject *group_at(guint i)
{
    return pmx_configuration_groups[i].object;
}

static const PmxField *find_key(const PmxObject *group, const char *name)
{
    for (const PmxField *field = group->fields; field->name; field++)
        if (strcmp(field->name, name) == 0)
            return field;
    return NULL;
}

/* --- names --- */

char *pmx_configuration_variable(const char *group, const char *key)
{
    g_autofree char *name = g_strconcat(VARIABLE_PREFIX, group, "_", key, NULL);
    return g_strdelimit(g_ascii_strup(name, -1), "-", '_');
}

static char *origin_of(const Gathering *gathering, const char *group, const char *key)
{
    g_autofree char *place = g_strconcat(group, ".", key, NULL);
    const char *origin = g_hash_table_lookup(gathering->origins, place);
    return origin ? g_strdup(origin) : g_strdup_printf("[%s] %s", group, key);
}

/* "; did you mean "NAME"?" or "". */
static char *near_text(const char *near)
{
    return near ? g_strdup_printf("; did you mean \"%s\"?", near) : g_strdup("");
}

static const char *group_name_at(gconstpointer unused, guint i)
{
    (void)unused;
    return group_at(i) ? group_at(i)->name : NULL;
}

static const char *key_name_at(gconstpointer fields, guint i)
{
    return ((const PmxField *)fields)[i].name;
}

/* --- gathering --- */

/* Takes the value over; what came later wins. `origin` NULL: the file. */
static void put(Gathering *gathering, const char *group, const char *key, const char *value,
                const char *origin)
{
    json_t *members = json_object_get(gathering->values, group);
    if (json_object_set_new(members, key, json_string(value)) != 0) {
        g_autofree char *place = origin ? g_strdup(origin) : origin_of(gathering, group, key);
        pmx_problems_add(gathering->problems, PMX_CODE_INVALID, place, "must be text in UTF-8");
        return;
    }
    if (origin)
        g_hash_table_insert(gathering->origins, g_strconcat(group, ".", key, NULL),
                            g_strdup(origin));
}

/* The number, from 1, of the first line that GKeyFile does not take; 0: none is found. Its own
 * message would show the line, and with it perhaps a secret. */
static guint bad_line(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    gboolean grouped = FALSE;
    for (guint i = 0; lines[i]; i++) {
        g_autoptr(GKeyFile) file = g_key_file_new();
        g_autofree char *alone = g_strconcat(grouped ? "[group]\n" : "", lines[i], "\n", NULL);
        if (!g_key_file_load_from_data(file, alone, strlen(alone), G_KEY_FILE_NONE, NULL) &&
            *g_strstrip(lines[i]))
            return i + 1;
        grouped |= lines[i][0] == '[';
    }
    return 0;
}

static GKeyFile *load(const char *path, PmxProblems *problems)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    gsize length = 0;
    if (!g_file_get_contents(path, &text, &length, &error)) {
        pmx_problems_add(problems, PMX_CODE_RESOURCE_NOT_FOUND, "",
                         "the configuration cannot be read: %s", error->message);
        return NULL;
    }
    g_autoptr(GKeyFile) file = g_key_file_new();
    if (strlen(text) == length &&
        g_key_file_load_from_data(file, text, length, G_KEY_FILE_NONE, NULL))
        return g_steal_pointer(&file);
    guint line = bad_line(text);
    g_autofree char *where = line ? g_strdup_printf(", line %u", line) : g_strdup("");
    pmx_problems_add(problems, PMX_CODE_INVALID, "",
                     "%s%s: must be a [group], a \"key = value\" below one, or a comment that "
                     "begins with #",
                     path, where);
    return NULL;
}

static void gather_group(Gathering *gathering, GKeyFile *file, const char *group)
{
    g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);
    for (guint i = 0; keys && keys[i]; i++) {
        g_autofree char *value = g_key_file_get_value(file, group, keys[i], NULL);
        put(gathering, group, keys[i], value ? g_strchomp(value) : "", NULL);
    }
}

static void gather_file(Gathering *gathering, const char *path)
{
    g_autoptr(GKeyFile) file = path ? load(path, gathering->problems) : NULL;
    g_auto(GStrv) groups = file ? g_key_file_get_groups(file, NULL) : NULL;
    for (guint i = 0; groups && groups[i]; i++) {
        if (json_object_get(gathering->values, groups[i])) {
            gather_group(gathering, file, groups[i]);
            continue;
        }
        g_autofree char *place = g_strdup_printf("[%s]", groups[i]);
        g_autofree char *near = near_text(pmx_suggest(groups[i], group_name_at, NULL));
        pmx_problems_add(gathering->problems, PMX_CODE_INVALID, place, "is not a known group%s",
                         near);
    }
}

static void unknown_variable(Gathering *gathering, const PmxObject *group, const char *name,
                             const char *key)
{
    const char *near = pmx_suggest(key, key_name_at, group->fields);
    g_autofree char *variable = near ? pmx_configuration_variable(group->name, near) : NULL;
    g_autofree char *text = near_text(variable);
    pmx_problems_add(gathering->problems, PMX_CODE_INVALID, name,
                     "names no key of the group [%s]%s", group->name, text);
}

/* An empty variable counts as one that is not there: that is how containers unset them. */
static void gather_variable(Gathering *gathering, const PmxObject *group, const char *name,
                            const char *value)
{
    g_autofree char *prefix = pmx_configuration_variable(group->name, "");
    if (!g_str_has_prefix(name, prefix))
        return;
    g_autofree char *lower = g_ascii_strdown(name + strlen(prefix), -1);
    const char *key = g_strdelimit(lower, "_", '-');
    if (!find_key(group, key))
        unknown_variable(gathering, group, name, key);
    else if (*value)
        put(gathering, group->name, key, value, name);
}

static void gather_environment(Gathering *gathering, const char *const *environment)
{
    for (; environment && *environment; environment++) {
        const char *equals = strchr(*environment, '=');
        if (!equals || !g_str_has_prefix(*environment, VARIABLE_PREFIX))
            continue;
        g_autofree char *name = g_strndup(*environment, (gsize)(equals - *environment));
        for (guint i = 0; group_at(i); i++)
            gather_variable(gathering, group_at(i), name, equals + 1);
    }
}

static void gather_flags(Gathering *gathering, const PmxConfigurationFlag *flags)
{
    for (; flags && flags->group; flags++)
        if (flags->value)
            put(gathering, flags->group, flags->key, flags->value, flags->option);
}

static void gather(Gathering *gathering, const char *path, const char *const *environment,
                   const PmxConfigurationFlag *flags)
{
    for (guint i = 0; group_at(i); i++)
        json_object_set_new(gathering->values, group_at(i)->name, json_object());
    gather_file(gathering, path);
    gather_environment(gathering, environment);
    gather_flags(gathering, flags);
}

/* --- checking --- */

static void check_group(const Gathering *gathering, const PmxConfigurationGroup *group,
                        PmxConfiguration *configuration)
{
    g_autoptr(PmxProblems) found = pmx_problems_new();
    const char *name = group->object->name;
    pmx_object_parse(group->object, json_object_get(gathering->values, name), "",
                     (char *)configuration + group->offset, found);
    for (guint i = 0; i < found->items->len; i++) {
        const PmxProblem *problem = g_ptr_array_index(found->items, i);
        g_autofree char *place = origin_of(gathering, name, problem->path);
        pmx_problems_add(gathering->problems, problem->code, place, "%s", problem->message);
    }
}

static void complain(const Gathering *gathering, const char *group, const char *key,
                     const char *message)
{
    g_autofree char *place = origin_of(gathering, group, key);
    pmx_problems_add(gathering->problems, PMX_CODE_INVALID, place, "%s", message);
}

static void check_tls(const Gathering *gathering, const PmxServerSettings *server)
{
    if (server->tls_cert && !server->tls_key)
        complain(gathering, "server", "tls-key", "must be given too, as tls-cert is");
    if (server->tls_key && !server->tls_cert)
        complain(gathering, "server", "tls-cert", "must be given too, as tls-key is");
}

static void read_secret(const Gathering *gathering, PmxMnsSettings *mns)
{
    g_autoptr(GError) error = NULL;
    char *text = NULL;
    if (!g_file_get_contents(mns->key_secret_file, &text, NULL, &error)) {
        complain(gathering, "mns", "key-secret-file", error->message);
        return;
    }
    mns->key_secret = g_strstrip(g_strdelimit(text, "\n", '\0'));
    if (!*mns->key_secret)
        complain(gathering, "mns", "key-secret-file", "has nothing on its first line");
}

static void check_mns(const Gathering *gathering, PmxMnsSettings *mns)
{
    if (mns->key_secret && mns->key_secret_file)
        complain(gathering, "mns", "key-secret-file", "is given besides key-secret; leave one out");
    else if (mns->key_secret_file)
        read_secret(gathering, mns);
    if (mns->endpoint && !g_str_has_prefix(mns->endpoint, "https://") &&
        !g_str_has_prefix(mns->endpoint, "http://"))
        complain(gathering, "mns", "endpoint", "must begin with https:// or http://");
    if (mns->endpoint && !mns->key_id)
        complain(gathering, "mns", "key-id", "must be given, as endpoint is");
    if (mns->endpoint && !mns->key_secret && !mns->key_secret_file)
        complain(gathering, "mns", "key-secret",
                 "must be given, as endpoint is: here, in key-secret-file, or in the variable "
                 "POLYMUX_MNS_KEY_SECRET");
}

PmxConfiguration *pmx_configuration_read(const char *path, const char *const *environment,
                                         const PmxConfigurationFlag *flags, PmxProblems *problems)
{
    g_autoptr(GHashTable) origins = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    Gathering gathering = {json_object(), origins, problems};
    guint before = pmx_problems_count(problems);
    PmxConfiguration *configuration = g_new0(PmxConfiguration, 1);
    gather(&gathering, path, environment, flags);
    for (guint i = 0; group_at(i); i++)
        check_group(&gathering, &pmx_configuration_groups[i], configuration);
    check_tls(&gathering, &configuration->server);
    check_mns(&gathering, &configuration->mns);
    json_decref(gathering.values);
    if (pmx_problems_count(problems) == before)
        return configuration;
    pmx_configuration_free(configuration);
    return NULL;
}

void pmx_configuration_free(PmxConfiguration *configuration)
{
    if (!configuration)
        return;
    for (guint i = 0; group_at(i); i++)
        pmx_object_clear(group_at(i), (char *)configuration + pmx_configuration_groups[i].offset);
    g_free(configuration);
}

char *pmx_configuration_data(const char *configured)
{
    const char *state = g_getenv("STATE_DIRECTORY");
    if (configured)
        return g_canonicalize_filename(configured, NULL);
    if (state && *state)
        return g_strndup(state, strcspn(state, ":"));
    return g_build_filename(g_get_user_data_dir(), "polymux", NULL);
}
