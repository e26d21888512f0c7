/* SPDX-License-Identifier: MIT */
/* Where the configuration's text comes from: see configuration-private.h. */
#include <string.h>

#include "base/suggest.h"
#include "cli/configuration-private.h"

#define VARIABLE_PREFIX "POLYMUX_"

static const PmxConfigurationGroup *group_at(guint i)
{
    const PmxConfigurationGroup *group = &pmx_configuration_groups[i];
    return group->object ? group : NULL;
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
    return g_strdelimit(g_ascii_strup(name, -1), "- ", '_');
}

const char *pmx_title_name(const PmxObject *group, const char *title)
{
    gsize length = strlen(group->name);
    return g_str_has_prefix(title, group->name) && title[length] == ' ' ? title + length + 1 : NULL;
}

/* "; did you mean "NAME"?" or "". */
static char *near_text(const char *near)
{
    return near ? g_strdup_printf("; did you mean \"%s\"?", near) : g_strdup("");
}

static const char *group_name_at(gconstpointer unused, guint i)
{
    (void)unused;
    return group_at(i) ? group_at(i)->object->name : NULL;
}

static const char *key_name_at(gconstpointer fields, guint i)
{
    return ((const PmxField *)fields)[i].name;
}

/* A name is a part of a variable's name too. */
static gboolean is_name(const char *name)
{
    gsize length = strlen(name);
    return length > 0 && length <= 63 && g_ascii_isalnum(*name) &&
           g_ascii_isalnum(name[length - 1]) &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

/* --- gathering --- */

/* Takes the value over; what came later wins. `origin` NULL: the file. */
static void put(PmxGathering *gathering, const char *title, const char *key, const char *value,
                const char *origin)
{
    json_t *members = json_object_get(gathering->values, title);
    if (json_object_set_new(members, key, json_string(value)) != 0) {
        g_autofree char *place =
            origin ? g_strdup(origin) : pmx_gathering_origin(gathering, title, key);
        pmx_problems_add(gathering->problems, PMX_CODE_INVALID, place, "must be text in UTF-8");
        return;
    }
    if (origin)
        g_hash_table_insert(gathering->origins, g_strconcat(title, ".", key, NULL),
                            g_strdup(origin));
}

static void add_group(PmxGathering *gathering, const char *title)
{
    if (!json_object_get(gathering->values, title))
        json_object_set_new(gathering->values, title, json_object());
}

/* --- the file --- */

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

/* GKeyFile makes one group of two that have the same title: of two storages one that is neither. Groups
 * without names mean the same wherever their keys stand. */
static void tell_doubles(const char *text, PmxProblems *problems)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GHashTable) first = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; lines[i]; i++) {
        const char *title = g_strstrip(lines[i]);
        guint before = GPOINTER_TO_UINT(g_hash_table_lookup(first, title));
        if (*title != '[' || !strchr(title, ' '))
            continue;
        if (before)
            pmx_problems_add(
                problems, PMX_CODE_INVALID, title,
                "is there twice, in the lines %u and %u; give one of them another name", before,
                i + 1);
        else
            g_hash_table_insert(first, (char *)title, GUINT_TO_POINTER(i + 1));
    }
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
        g_key_file_load_from_data(file, text, length, G_KEY_FILE_NONE, NULL)) {
        tell_doubles(text, problems);
        return g_steal_pointer(&file);
    }
    guint line = bad_line(text);
    g_autofree char *where = line ? g_strdup_printf(", line %u", line) : g_strdup("");
    pmx_problems_add(problems, PMX_CODE_INVALID, "",
                     "%s%s: must be a [group], a \"key = value\" below one, or a comment that "
                     "begins with #",
                     path, where);
    return NULL;
}

static void gather_keys(PmxGathering *gathering, GKeyFile *file, const char *title)
{
    g_auto(GStrv) keys = g_key_file_get_keys(file, title, NULL, NULL);
    for (guint i = 0; keys && keys[i]; i++) {
        g_autofree char *value = g_key_file_get_value(file, title, keys[i], NULL);
        put(gathering, title, keys[i], value ? g_strchomp(value) : "", NULL);
    }
}

static void unknown_group(const PmxGathering *gathering, const char *title)
{
    g_autofree char *place = g_strdup_printf("[%s]", title);
    g_autofree char *word = g_strndup(title, strcspn(title, " "));
    g_autofree char *near = near_text(pmx_suggest(word, group_name_at, NULL));
    pmx_problems_add(gathering->problems, PMX_CODE_INVALID, place, "is not a known group%s", near);
}

/* FALSE when the title, of a named group, has no name that can be used. */
static gboolean check_name(const PmxGathering *gathering, const PmxConfigurationGroup *group,
                           const char *title)
{
    const char *name = pmx_title_name(group->object, title);
    if (name && is_name(name))
        return TRUE;
    g_autofree char *place = g_strdup_printf("[%s]", title);
    pmx_problems_add(gathering->problems, PMX_CODE_INVALID, place,
                     "must have a name of a-z, 0-9 and - behind it, such as [%s %s]",
                     group->object->name, group->named);
    return FALSE;
}

static const PmxConfigurationGroup *find_group(const char *title)
{
    for (guint i = 0; group_at(i); i++) {
        const PmxConfigurationGroup *group = group_at(i);
        if (strcmp(title, group->object->name) == 0 ||
            (group->named && pmx_title_name(group->object, title)))
            return group;
    }
    return NULL;
}

static void gather_group(PmxGathering *gathering, GKeyFile *file, const char *title)
{
    const PmxConfigurationGroup *group = find_group(title);
    if (!group) {
        unknown_group(gathering, title);
    } else if (!group->named || check_name(gathering, group, title)) {
        add_group(gathering, title);
        gather_keys(gathering, file, title);
    }
}

static void gather_file(PmxGathering *gathering, const char *path)
{
    g_autoptr(GKeyFile) file = path ? load(path, gathering->problems) : NULL;
    g_auto(GStrv) titles = file ? g_key_file_get_groups(file, NULL) : NULL;
    for (guint i = 0; titles && titles[i]; i++)
        gather_group(gathering, file, titles[i]);
}

/* --- the environment --- */

/* What stands behind POLYMUX_GROUP_ in the name of a variable, spelt as keys are; NULL: it is another
 * group's. Caller frees. */
static char *behind_group(const PmxObject *group, const char *variable)
{
    g_autofree char *prefix = pmx_configuration_variable(group->name, "");
    if (!g_str_has_prefix(variable, prefix))
        return NULL;
    return g_strdelimit(g_ascii_strdown(variable + strlen(prefix), -1), "_", '-');
}

static void unknown_variable(const PmxGathering *gathering, const PmxObject *group,
                             const char *title, const char *variable, const char *key)
{
    const char *near = pmx_suggest(key, key_name_at, group->fields);
    g_autofree char *name = near ? pmx_configuration_variable(title, near) : NULL;
    g_autofree char *text = near_text(name);
    pmx_problems_add(gathering->problems, PMX_CODE_INVALID, variable,
                     "names no key of the group [%s]%s", title, text);
}

/* An empty variable counts as one that is not there: that is how containers unset them. */
static void gather_variable(PmxGathering *gathering, const PmxObject *group, const char *variable,
                            const char *value)
{
    g_autofree char *key = behind_group(group, variable);
    if (key && !find_key(group, key))
        unknown_variable(gathering, group, group->name, variable, key);
    else if (key && *value)
        put(gathering, group->name, key, value, variable);
}

/* Splits NAME-KEY; no key ends with another one behind a hyphen, so there is one way at most. */
static const char *split_name(const PmxObject *group, const char *rest, char **name)
{
    for (const PmxField *field = group->fields; field->name; field++) {
        g_autofree char *tail = g_strconcat("-", field->name, NULL);
        if (!g_str_has_suffix(rest, tail))
            continue;
        *name = g_strndup(rest, strlen(rest) - strlen(tail));
        return field->name;
    }
    return NULL;
}

static char *title_of(const PmxObject *group, const char *name)
{
    return g_strconcat(group->name, " ", name, NULL);
}

/* The longest title that is there and whose name `rest` begins with; NULL: none. Borrowed. */
static const char *title_within(const PmxGathering *gathering, const PmxObject *group,
                                const char *rest)
{
    const char *title, *best = NULL;
    gsize longest = 0;
    json_t *members;
    json_object_foreach (gathering->values, title, members) {
        const char *name = pmx_title_name(group, title);
        if (!name || !g_str_has_prefix(rest, name) || rest[strlen(name)] != '-' ||
            strlen(name) <= longest)
            continue;
        longest = strlen(name);
        best = title;
    }
    return best;
}

static void unknown_of_named(const PmxGathering *gathering, const PmxObject *group,
                             const char *variable, const char *rest)
{
    const char *title = title_within(gathering, group, rest);
    if (title)
        unknown_variable(gathering, group, title, variable,
                         rest + strlen(pmx_title_name(group, title)) + 1);
    else
        pmx_problems_add(gathering->problems, PMX_CODE_INVALID, variable,
                         "names no key of a group [%s NAME]", group->name);
}

typedef struct {
    const PmxGathering *gathering;
    const PmxObject *group;
} Named;

static const char *name_at(gconstpointer data, guint i)
{
    const Named *named = data;
    const char *title;
    json_t *members;
    json_object_foreach (named->gathering->values, title, members) {
        const char *name = pmx_title_name(named->group, title);
        if (name && i-- == 0)
            return name;
    }
    return NULL;
}

static void unknown_name(const PmxGathering *gathering, const PmxObject *group,
                         const char *variable, const char *name)
{
    const Named named = {gathering, group};
    const char *near = pmx_suggest(name, name_at, &named);
    g_autofree char *title = title_of(group, name), *meant = near ? title_of(group, near) : NULL;
    g_autofree char *type = pmx_configuration_variable(title, "type"), *text = near_text(meant);
    pmx_problems_add(gathering->problems, PMX_CODE_INVALID, variable,
                     "there is no group [%s], and no variable %s that would make one%s", title,
                     type, text);
}

/* With `types`, only what says the type is looked at: it makes the group. */
static void gather_of_named(PmxGathering *gathering, const PmxObject *group, const char *variable,
                            const char *value, gboolean types)
{
    g_autofree char *rest = behind_group(group, variable), *name = NULL;
    const char *key = rest ? split_name(group, rest, &name) : NULL;
    g_autofree char *title = key ? title_of(group, name) : NULL;
    if (!rest || !*value)
        return;
    if (types) {
        if (key && strcmp(key, "type") == 0 && is_name(name))
            add_group(gathering, title);
    } else if (!key) {
        unknown_of_named(gathering, group, variable, rest);
    } else if (!json_object_get(gathering->values, title)) {
        unknown_name(gathering, group, variable, name);
    } else {
        put(gathering, title, key, value, variable);
    }
}

static void gather_pass(PmxGathering *gathering, const char *const *environment, gboolean types)
{
    for (; environment && *environment; environment++) {
        const char *equals = strchr(*environment, '=');
        if (!equals || !g_str_has_prefix(*environment, VARIABLE_PREFIX))
            continue;
        g_autofree char *variable = g_strndup(*environment, (gsize)(equals - *environment));
        for (guint i = 0; group_at(i); i++) {
            if (group_at(i)->named)
                gather_of_named(gathering, group_at(i)->object, variable, equals + 1, types);
            else if (!types)
                gather_variable(gathering, group_at(i)->object, variable, equals + 1);
        }
    }
}

/* --- all of it --- */

static void gather_flags(PmxGathering *gathering, const PmxConfigurationFlag *flags)
{
    for (; flags && flags->group; flags++)
        if (flags->value)
            put(gathering, flags->group, flags->key, flags->value, flags->option);
}

void pmx_gather(PmxGathering *gathering, const char *path, const char *const *environment,
                const PmxConfigurationFlag *flags)
{
    for (guint i = 0; group_at(i); i++)
        if (!group_at(i)->named)
            add_group(gathering, group_at(i)->object->name);
    gather_file(gathering, path);
    gather_pass(gathering, environment, TRUE);
    gather_pass(gathering, environment, FALSE);
    gather_flags(gathering, flags);
}
