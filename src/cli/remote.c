/* SPDX-License-Identifier: MIT */
/* See remote.h. */
#include "cli/remote.h"

#include <string.h>

#include "api/credentials.h"
#include "cli/configuration.h"
#include "net/client.h"

enum { TIMEOUT_SECONDS = 60, ANSWER_LIMIT = 64 << 20 };

static const char default_endpoint[] = "http://127.0.0.1:8080";

void pmx_remote_options_clear(PmxRemoteOptions *options)
{
    g_clear_pointer(&options->endpoint, g_free);
    g_clear_pointer(&options->credentials, g_free);
}

static const char *variable(const char *name)
{
    const char *value = g_getenv(name);
    return value && *value ? value : NULL;
}

gboolean pmx_remote_wanted(const PmxRemoteOptions *options)
{
    return options->endpoint || options->credentials || variable("POLYMUX_ENDPOINT");
}

/* --- where and who --- */

static gboolean set_endpoint(PmxRemote *remote, const char *given, GError **error)
{
    const char *named = given ? given : variable("POLYMUX_ENDPOINT");
    g_autofree char *endpoint = g_strdup(named ? named : default_endpoint);
    while (g_str_has_suffix(endpoint, "/"))
        endpoint[strlen(endpoint) - 1] = '\0';
    const char *host = strstr(endpoint, "://");
    if (host && strchr("/?#", host[3]) == NULL && !strpbrk(host + 3, "@?# ") &&
        (g_str_has_prefix(endpoint, "http://") || g_str_has_prefix(endpoint, "https://"))) {
        remote->endpoint = g_steal_pointer(&endpoint);
        return TRUE;
    }
    g_set_error(error, PMX_ERROR, PMX_CODE_INVALID,
                "the endpoint must be an address such as %s or https://polymux.example.com, not "
                "\"%s\"",
                default_endpoint, named);
    return FALSE;
}

static gboolean key_from_environment(PmxRemote *remote, const char *prefix)
{
    g_autofree char *id = g_strconcat(prefix, "_ACCESS_KEY_ID", NULL);
    g_autofree char *secret = g_strconcat(prefix, "_ACCESS_KEY_SECRET", NULL);
    if (!variable(id) || !variable(secret))
        return FALSE;
    remote->key_id = g_strdup(variable(id));
    remote->key_secret = g_strdup(variable(secret));
    remote->origin = g_strdup_printf("the variables %s and %s", id, secret);
    return TRUE;
}

static gboolean key_from_file(PmxRemote *remote, const char *path, GError **error)
{
    g_autoptr(GError) failed = NULL;
    g_autoptr(PmxCredentials) credentials = pmx_credentials_read(path, &failed);
    if (!credentials) {
        g_set_error(error, PMX_ERROR, PMX_CODE_ACCESS_DENIED,
                    "no access key: %s. Give --credentials FILE, or set POLYMUX_ACCESS_KEY_ID and "
                    "POLYMUX_ACCESS_KEY_SECRET; the server keeps its own in DATA/credentials",
                    failed->message);
        return FALSE;
    }
    const PmxKeyPair *pair = g_ptr_array_index(credentials->pairs, 0);
    remote->key_id = g_strdup(pair->id);
    remote->key_secret = g_strdup(pair->secret);
    remote->origin = g_strdup(path);
    return TRUE;
}

static gboolean set_key(PmxRemote *remote, const char *file, GError **error)
{
    if (file)
        return key_from_file(remote, file, error);
    if (key_from_environment(remote, "POLYMUX") || key_from_environment(remote, "ALIBABA_CLOUD"))
        return TRUE;
    const char *shared = variable("ALIBABA_CLOUD_CREDENTIALS_FILE");
    g_autofree char *data = pmx_configuration_data(variable("POLYMUX_SERVER_DATA"));
    g_autofree char *own = g_build_filename(data, "credentials", NULL);
    return key_from_file(remote, shared ? shared : own, error);
}

PmxRemote *pmx_remote_new(const PmxRemoteOptions *options, GError **error)
{
    g_autoptr(PmxRemote) remote = g_new0(PmxRemote, 1);
    if (!set_endpoint(remote, options->endpoint, error) ||
        !set_key(remote, options->credentials, error))
        return NULL;
    return g_steal_pointer(&remote);
}

void pmx_remote_free(PmxRemote *remote)
{
    if (!remote)
        return;
    if (remote->key_secret)
        explicit_bzero(remote->key_secret, strlen(remote->key_secret));
    g_free(remote->endpoint);
    g_free(remote->key_id);
    g_free(remote->key_secret);
    g_free(remote->origin);
    g_free(remote);
}

/* --- what an error says --- */

void pmx_remote_silent(const PmxRemote *remote, const char *why, GError **error)
{
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL,
                "no answer from %s: %s. Is the server running (polymux serve)? Another one is "
                "named with --endpoint or POLYMUX_ENDPOINT",
                remote->endpoint, why);
}

/* What an answer finds wrong, a line each where it is more than one thing. Caller frees. */
static char *refusal_text(const json_t *refusal)
{
    const json_t *problems = json_object_get(refusal, "problems");
    g_autoptr(GString) text = g_string_new(json_array_size(problems) > 1 ? "refused:\n" : NULL);
    size_t i;
    const json_t *problem;
    json_array_foreach (problems, i, problem) {
        const char *path = pmx_remote_text(problem, "path");
        g_string_append_printf(text, "%s%s%s%s", i ? "\n" : "", path, *path ? ": " : "",
                               pmx_remote_text(problem, "message"));
    }
    return g_strdup(text->len > 0 ? text->str : pmx_remote_text(refusal, "message"));
}

/* An answer that is none of ours: something else listens there, or a proxy in between has failed. */
static void foreign_answer(const PmxRemote *remote, guint status, GError **error)
{
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL,
                "what answers at %s is no Polymux server, or one that is out of order (HTTP status "
                "%u)",
                remote->endpoint, status);
}

void pmx_remote_refused(const PmxRemote *remote, guint status, const char *body, gsize length,
                        GError **error)
{
    json_t *answer = json_loadb(body ? body : "", length, 0, NULL);
    const json_t *refusal = json_object_get(answer, "error");
    g_autofree char *text = json_is_object(refusal) ? refusal_text(refusal) : NULL;
    if (!text)
        foreign_answer(remote, status, error);
    else if (status == 401)
        g_set_error(error, PMX_ERROR, PMX_CODE_ACCESS_DENIED,
                    "the server at %s does not know the access key %s, or its secret is another; "
                    "it is from %s",
                    remote->endpoint, remote->key_id, remote->origin);
    else
        g_set_error_literal(error, PMX_ERROR, status < 500 ? PMX_CODE_INVALID : PMX_CODE_INTERNAL,
                            text);
    json_decref(answer);
}

int pmx_remote_fail(const GError *error)
{
    g_printerr("%s: %s\n", g_get_prgname(), error->message);
    return error->code == PMX_CODE_INTERNAL ? PMX_EXIT_FAILED : PMX_EXIT_INVALID;
}

/* --- calling --- */

static json_t *answer_of(const PmxRemote *remote, guint status, const char *text, gsize length,
                         GError **error)
{
    if (status >= 300) {
        pmx_remote_refused(remote, status, text, length, error);
        return NULL;
    }
    json_t *json = length > 0 ? json_loadb(text, length, 0, NULL) : json_null();
    if (!json)
        foreign_answer(remote, status, error);
    return json;
}

json_t *pmx_remote_call(const PmxRemote *remote, const char *method, const char *path, json_t *body,
                        GError **error)
{
    static const char *const headers[] = {"Content-Type: application/json",
                                          "Accept: application/json", NULL};
    g_autofree char *url = g_strconcat(remote->endpoint, "/v1/", path, NULL);
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    json_decref(body);
    const PmxClientRequest request = {
        .method = method,
        .url = url,
        .headers = text ? headers : headers + 1,
        .body = text,
        .body_length = text ? strlen(text) : 0,
        .timeout = TIMEOUT_SECONDS,
        .answer_limit = ANSWER_LIMIT,
        .user = remote->key_id,
        .password = remote->key_secret,
    };
    g_autoptr(GError) failed = NULL;
    guint status = 0;
    gsize length = 0;
    g_autofree char *answer = pmx_client_call(&request, NULL, NULL, &status, &length, &failed);
    free(text);
    if (answer)
        return answer_of(remote, status, answer, length, error);
    pmx_remote_silent(remote, failed->message, error);
    return NULL;
}

char *pmx_remote_path(const char *kind, const char *id, const char *more)
{
    g_autofree char *escaped = g_uri_escape_string(id, NULL, FALSE);
    return g_strconcat(kind, "/", escaped, more, NULL);
}

const char *pmx_remote_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}
