/* SPDX-License-Identifier: MIT */
/* The configuration becomes structs, and is checked: see configuration.h. */
#include <string.h>

#include "cli/configuration-private.h"

static const PmxConfigurationGroup *group_at(guint i)
{
    const PmxConfigurationGroup *group = &pmx_configuration_groups[i];
    return group->object ? group : NULL;
}

/* --- problems --- */

char *pmx_gathering_origin(const PmxGathering *gathering, const char *title, const char *key)
{
    g_autofree char *place = g_strconcat(title, ".", key, NULL);
    const char *origin = g_hash_table_lookup(gathering->origins, place);
    return origin ? g_strdup(origin) : g_strdup_printf("[%s] %s", title, key);
}

void pmx_gathering_complain(const PmxGathering *gathering, const char *title, const char *key,
                            const char *message)
{
    g_autofree char *place = pmx_gathering_origin(gathering, title, key);
    pmx_problems_add(gathering->problems, PMX_CODE_INVALID, place, "%s", message);
}

char *pmx_gathering_first_line(const PmxGathering *gathering, const char *title, const char *key,
                               const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, &error)) {
        pmx_gathering_complain(gathering, title, key, error->message);
        return NULL;
    }
    char *line = g_strstrip(g_strdelimit(text, "\n", '\0'));
    if (*line)
        return g_strdup(line);
    pmx_gathering_complain(gathering, title, key, "has nothing on its first line");
    return NULL;
}

/* --- one group by itself --- */

static void parse(const PmxGathering *gathering, const PmxObject *object, const char *title,
                  void *out)
{
    g_autoptr(PmxProblems) found = pmx_problems_new();
    pmx_object_parse(object, json_object_get(gathering->values, title), "", out, found);
    for (guint i = 0; i < found->items->len; i++) {
        const PmxProblem *problem = g_ptr_array_index(found->items, i);
        g_autofree char *place = pmx_gathering_origin(gathering, title, problem->path);
        pmx_problems_add(gathering->problems, problem->code, place, "%s", problem->message);
    }
}

/* A struct for each title; its first member is the name. */
static void parse_named(const PmxGathering *gathering, const PmxObject *object, GPtrArray *list)
{
    const char *title;
    json_t *members;
    json_object_foreach (gathering->values, title, members) {
        const char *name = pmx_title_name(object, title);
        if (!name)
            continue;
        char **settings = g_malloc0(object->size);
        parse(gathering, object, title, settings);
        *settings = g_strdup(name);
        g_ptr_array_add(list, settings);
    }
}

static void parse_all(const PmxGathering *gathering, PmxConfiguration *configuration)
{
    for (guint i = 0; group_at(i); i++) {
        const PmxConfigurationGroup *group = group_at(i);
        void *out = (char *)configuration + group->offset;
        if (group->named)
            parse_named(gathering, group->object, *(GPtrArray **)out = g_ptr_array_new());
        else
            parse(gathering, group->object, group->object->name, out);
    }
}

/* --- what keys mean together --- */

static void check_tls(const PmxGathering *gathering, const PmxServerSettings *server)
{
    if (server->tls_cert && !server->tls_key)
        pmx_gathering_complain(gathering, "server", "tls-key", "must be given too, as tls-cert is");
    if (server->tls_key && !server->tls_cert)
        pmx_gathering_complain(gathering, "server", "tls-cert", "must be given too, as tls-key is");
}

static void check_mns(const PmxGathering *gathering, PmxMnsSettings *mns)
{
    if (mns->key_secret && mns->key_secret_file)
        pmx_gathering_complain(gathering, "mns", "key-secret-file",
                               "is given besides key-secret; leave one out");
    else if (mns->key_secret_file)
        mns->key_secret =
            pmx_gathering_first_line(gathering, "mns", "key-secret-file", mns->key_secret_file);
    if (mns->endpoint && !g_str_has_prefix(mns->endpoint, "https://") &&
        !g_str_has_prefix(mns->endpoint, "http://"))
        pmx_gathering_complain(gathering, "mns", "endpoint", "must begin with https:// or http://");
    if (mns->endpoint && !mns->key_id)
        pmx_gathering_complain(gathering, "mns", "key-id", "must be given, as endpoint is");
    if (mns->endpoint && !mns->key_secret && !mns->key_secret_file)
        pmx_gathering_complain(
            gathering, "mns", "key-secret",
            "must be given, as endpoint is: here, in key-secret-file, or in the variable "
            "POLYMUX_MNS_KEY_SECRET");
}

/* --- all of it --- */

PmxConfiguration *pmx_configuration_read(const char *path, const char *const *environment,
                                         const PmxConfigurationFlag *flags, PmxProblems *problems)
{
    g_autoptr(GHashTable) origins = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    PmxGathering gathering = {json_object(), origins, problems};
    guint before = pmx_problems_count(problems);
    g_autoptr(PmxConfiguration) configuration = g_new0(PmxConfiguration, 1);
    pmx_gather(&gathering, path, environment, flags);
    parse_all(&gathering, configuration);
    check_tls(&gathering, &configuration->server);
    check_mns(&gathering, &configuration->mns);
    pmx_storages_settle(&gathering, configuration->storages);
    json_decref(gathering.values);
    return pmx_problems_count(problems) == before ? g_steal_pointer(&configuration) : NULL;
}

static void free_named(const PmxObject *object, GPtrArray *list)
{
    for (guint i = 0; i < list->len; i++) {
        g_free(*(char **)g_ptr_array_index(list, i));
        pmx_object_free(object, g_ptr_array_index(list, i));
    }
    g_ptr_array_unref(list);
}

void pmx_configuration_free(PmxConfiguration *configuration)
{
    if (!configuration)
        return;
    for (guint i = 0; group_at(i); i++) {
        void *settings = (char *)configuration + group_at(i)->offset;
        if (group_at(i)->named)
            free_named(group_at(i)->object, *(GPtrArray **)settings);
        else
            pmx_object_clear(group_at(i)->object, settings);
    }
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
