/* SPDX-License-Identifier: MIT */
/*
 * `polymux serve`: the service with its fronts, from the configuration to the last signal.
 *
 *     configuration ─► data folder and its lock ─► key pairs ─► port ─► ready ─► SIGTERM ─► stop
 *
 * Everything is made in this order and freed in the opposite one, so that whatever is missing ends
 * the start before anything has changed for others.
 */
#include <glib-unix.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "cli/command.h"
#include "cli/configuration.h"
#include "cli/front.h"
#include "cli/kinds.h"
#include "cli/places.h"
#include "cli/supervisor.h"
#include "cli/welcome.h"
#include "exec/probe.h"

typedef struct {
    char *config, *data, *listen, *workers;
    gboolean sample;
} Options;

typedef struct {
    const Options *options;
    const PmxConfiguration *configuration;
    char *data, *credentials; /* paths */
    char *endpoint;
    PmxGuard *guard;
    gboolean first; /* the key pair was made by this start */
    PmxService *service;
    PmxAccess *access;
    PmxFront *front;
    GMainLoop *loop;
} Server;

/* NULL with `problems`. */
static PmxConfiguration *read_configuration(const Options *options, PmxProblems *problems)
{
    const PmxConfigurationFlag flags[] = {
        {"server", "data", "--data", options->data},
        {"server", "listen", "--listen", options->listen},
        {"server", "workers", "--workers", options->workers},
        {0},
    };
    g_auto(GStrv) environment = g_get_environ();
    return pmx_configuration_read(options->config, (const char *const *)environment, flags,
                                  problems);
}

/* --- what the parts are told --- */

static PmxServiceOptions service_options(const Server *server, const PmxStorageSetup *storages,
                                         char *const *files)
{
    const PmxConfiguration *from = server->configuration;
    return (PmxServiceOptions){
        .data = server->data,
        .workers = (guint)from->server.workers,
        .memory = (guint64)from->server.memory,
        .cache_limit = (guint64)from->artifacts.limit,
        .input_cache = (guint64)from->jobs.input_cache,
        .keep_jobs = from->jobs.days,
        .keep_artifacts = from->artifacts.days,
        .artifacts_storage = from->artifacts.storage,
        .user = from->events.user_id,
        .media_infos = (guint)from->jobs.media_infos,
        .storages = storages,
        .storage_count = from->storages->len,
        .files = (const char *const *)files,
        .limits = pmx_configured_limits(from),
        .notify = {.timeout = (guint)MAX(1, from->events.timeout / 1000),
                   .give_up = (guint64)MAX(1, from->events.give_up / 1000),
                   .first_pause = (guint64)from->events.first_pause,
                   .at_once = (guint)from->events.at_once,
                   .at_once_host = (guint)from->events.at_once_receiver,
                   .mns_endpoint = from->mns.endpoint,
                   .mns_key_id = from->mns.key_id,
                   .mns_key_secret = from->mns.key_secret,
                   .user_agent = (char *)"polymux/" PMX_VERSION,
                   .guard = server->guard},
    };
}

static gboolean read_pem(const char *key, const char *path, char **text, GError **error)
{
    if (!path || g_file_get_contents(path, text, NULL, error))
        return TRUE;
    g_prefix_error(error, "[server] %s: ", key);
    return FALSE;
}

/* --- starting --- */

static gboolean start_service(Server *server, GError **error)
{
    server->guard = pmx_guard_new(server->configuration->network.allow_hosts, error);
    g_autofree PmxStorageSetup *storages = pmx_configured_storages(server->configuration);
    g_auto(GStrv) files = pmx_folders_split(server->configuration->server.files);
    const PmxServiceOptions options = service_options(server, storages, files);
    if (server->guard && pmx_runner_check(error))
        server->service = pmx_service_new(&options, error);
    return server->service != NULL;
}

static gboolean start_access(Server *server, GError **error)
{
    g_autoptr(PmxCredentials) credentials =
        pmx_credentials_ensure(server->credentials, &server->first, error);
    if (credentials)
        server->access = pmx_access_new(credentials);
    return server->access != NULL;
}

static gboolean listen_at(Server *server, const PmxHttpOptions *http, GError **error)
{
    const PmxServerSettings *from = &server->configuration->server;
    const PmxFrontOptions options = {server->service, server->access, http, from->open_metrics};
    server->front = pmx_front_new(&options, error);
    if (server->front)
        return TRUE;
    if (g_error_matches(*error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE)) {
        g_clear_error(error);
        g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL,
                    "another program listens on %s already; stop it, or choose another port with "
                    "--listen or [server] listen (port 0 takes any free one)",
                    from->listen);
    }
    return FALSE;
}

static char *endpoint_of(const char *address, guint16 port, gboolean tls)
{
    gboolean bracket = strchr(address, ':') != NULL;
    return g_strdup_printf("%s://%s%s%s:%u", tls ? "https" : "http", bracket ? "[" : "", address,
                           bracket ? "]" : "", port);
}

static gboolean start_front(Server *server, GError **error)
{
    const PmxServerSettings *from = &server->configuration->server;
    g_autofree char *host = NULL, *certificate = NULL, *key = NULL;
    guint16 port = 0;
    pmx_listen_parse(from->listen, &host, &port);
    if (!read_pem("tls-cert", from->tls_cert, &certificate, error) ||
        !read_pem("tls-key", from->tls_key, &key, error))
        return FALSE;
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);
    g_autoptr(GSocketAddress) place = g_inet_socket_address_new(address, port);
    const PmxHttpOptions http = {.address = G_INET_SOCKET_ADDRESS(place),
                                 .certificate = certificate,
                                 .key = key,
                                 .threads = (guint)from->threads,
                                 .connections = (guint)from->connections};
    gboolean listens = listen_at(server, &http, error);
    if (listens)
        server->endpoint = endpoint_of(host, pmx_front_port(server->front), certificate != NULL);
    if (key)
        explicit_bzero(key, strlen(key));
    if (listens && !certificate && !g_inet_address_get_is_loopback(address))
        g_printerr("polymux serve: warning: %s can be reached from other machines without TLS: "
                   "job data travels in the clear, and so do keys with HTTP Basic. Set tls-cert "
                   "and tls-key, or listen on 127.0.0.1 behind a front that has TLS\n",
                   server->endpoint);
    return listens;
}

/* --- signals --- */

static gboolean on_stop(gpointer data)
{
    Server *server = data;
    pmx_supervisor_tell("STOPPING=1\nSTATUS=stopping");
    g_main_loop_quit(server->loop);
    return G_SOURCE_CONTINUE;
}

/* Wrong credentials leave those that were. */
static void reload_credentials(const Server *server)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PmxCredentials) credentials = pmx_credentials_read(server->credentials, &error);
    if (credentials) {
        pmx_access_replace(server->access, credentials);
        g_print("credentials read again: %u key pairs\n", credentials->pairs->len);
    } else {
        g_printerr("polymux serve: the credentials stay as they were: %s\n", error->message);
    }
}

/* And so does a wrong configuration, of which nothing else is taken over before the next start. */
static void reload_storage_keys(const Server *server)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxConfiguration) configuration = read_configuration(server->options, problems);
    if (!configuration) {
        g_autofree char *text = pmx_problems_to_text(problems);
        g_printerr("polymux serve: the keys of storages stay as they were: the configuration is "
                   "wrong:\n%s",
                   text);
        return;
    }
    g_autofree PmxStorageSetup *storages = pmx_configured_storages(configuration);
    guint count = configuration->storages->len;
    if (count > 0)
        g_print("keys of storages read again: %u changed\n",
                pmx_service_set_storage_keys(server->service, storages, count));
}

static gboolean on_reload(gpointer data)
{
    const Server *server = data;
    pmx_supervisor_tell_reloading();
    reload_credentials(server);
    reload_storage_keys(server);
    fflush(stdout);
    pmx_supervisor_tell("READY=1");
    return G_SOURCE_CONTINUE;
}

/* --- running --- */

static void tell_ready(const Server *server)
{
    g_autofree char *status = g_strdup_printf("READY=1\nSTATUS=listening on %s", server->endpoint);
    g_autoptr(PmxCredentials) credentials =
        server->first ? pmx_credentials_read(server->credentials, NULL) : NULL;
    if (credentials) {
        const PmxWelcome welcome = {server->data, server->endpoint,
                                    g_ptr_array_index(credentials->pairs, 0),
                                    pmx_supervisor_logs()};
        pmx_welcome_print(&welcome);
    }
    g_print("listening on %s\n", server->endpoint);
    fflush(stdout);
    pmx_supervisor_tell(status);
}

/* A second signal, which comes after the sources are gone, ends the process at once. */
static void run(Server *server)
{
    guint sources[] = {g_unix_signal_add(SIGTERM, on_stop, server),
                       g_unix_signal_add(SIGINT, on_stop, server),
                       g_unix_signal_add(SIGHUP, on_reload, server), pmx_supervisor_watch()};
    tell_ready(server);
    g_main_loop_run(server->loop);
    for (guint i = 0; i < G_N_ELEMENTS(sources); i++)
        if (sources[i])
            g_source_remove(sources[i]);
}

static int serve(const Options *options, const PmxConfiguration *configuration)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *data = pmx_configuration_data(configuration->server.data);
    g_autofree char *credentials = g_build_filename(data, "credentials", NULL);
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    Server server = {options, configuration, data, credentials, .loop = loop};
    gboolean started = start_service(&server, &error) && start_access(&server, &error) &&
                       start_front(&server, &error);
    if (started)
        run(&server);
    else
        g_printerr("polymux serve: %s\n", error->message);
    pmx_front_free(server.front);
    pmx_access_free(server.access);
    pmx_service_free(server.service);
    pmx_guard_unref(server.guard);
    g_free(server.endpoint);
    return started ? PMX_EXIT_OK : PMX_EXIT_FAILED;
}

/* --- the process --- */

/* Threads come and go with the load; with an arena each, what they freed would never be given back.
 * With very few they wait for each other: with two, the slowest hundredth of the answers to eight
 * clients took twice as long. Connections and the pipes of runners need more files than the usual limit. */
static void prepare_process(void)
{
    enum { ARENAS = 8 };
    struct rlimit files;
    mallopt(M_ARENA_MAX, ARENAS);
    signal(SIGPIPE, SIG_IGN);
    if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur == files.rlim_max)
        return;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

static int serve_configured(const Options *options)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxConfiguration) configuration = read_configuration(options, problems);
    if (configuration) {
        prepare_process();
        return serve(options, configuration);
    }
    g_autofree char *text = pmx_problems_to_text(problems);
    g_printerr("polymux serve: the configuration is wrong (polymux serve --sample-config shows "
               "every key):\n%s",
               text);
    return PMX_EXIT_INVALID;
}

static int print_sample(void)
{
    g_autofree char *sample = pmx_configuration_sample();
    g_print("%s", sample);
    return PMX_EXIT_OK;
}

static void clear(Options *options)
{
    g_free(options->config);
    g_free(options->data);
    g_free(options->listen);
    g_free(options->workers);
}

int pmx_command_serve(char **argv)
{
    Options options = {0};
    const GOptionEntry entries[] = {
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &options.config, "Read the configuration FILE",
         "FILE"},
        {"data", 0, 0, G_OPTION_ARG_FILENAME, &options.data,
         "The data folder: database, buckets, credentials", "DIR"},
        {"listen", 0, 0, G_OPTION_ARG_STRING, &options.listen,
         "Listen there (127.0.0.1:8080); port 0 takes any free one", "ADDR:PORT"},
        {"workers", 'j', 0, G_OPTION_ARG_STRING, &options.workers, "Use N cores (0: all of them)",
         "N"},
        {"sample-config", 0, 0, G_OPTION_ARG_NONE, &options.sample,
         "Print a configuration with every key, and end", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_auto(GStrv) words = pmx_command_options(
        argv, entries, "",
        "Serves the job API on / and REST on /v1 until it is told to stop (SIGTERM, Ctrl-C). Jobs "
        "that are\nat work then go on at the next start. SIGHUP reads the credentials and the keys "
        "of storages again.\n\n"
        "Exit status: 0 stopped as told, 1 it could not start, 2 the configuration is invalid.");
    int status = PMX_EXIT_INVALID;
    if (words && words[1])
        g_printerr("polymux serve: takes options only (see polymux serve --help)\n");
    else if (words)
        status = options.sample ? print_sample() : serve_configured(&options);
    clear(&options);
    return status;
}
