/* SPDX-License-Identifier: MIT */
/* Tests of cli/configuration.h and cli/kinds.h. */
#include "cli/configuration.h"

#include <string.h>

#include "cli/kinds.h"
#include "temporary.h"

/* Reads a file with these words. */
static PmxConfiguration *read_text(const char *text, const char *const *environment,
                                   const PmxConfigurationFlag *flags, PmxProblems *problems)
{
    g_autofree char *folder = temporary_folder();
    g_autofree char *path = g_build_filename(folder, "polymux.conf", NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    PmxConfiguration *configuration = pmx_configuration_read(path, environment, flags, problems);
    temporary_remove(folder);
    return configuration;
}

/* Exactly these lines are told, in this order; `expected` ends with a line feed. */
static void check_told(const char *text, const char *const *environment,
                       const PmxConfigurationFlag *flags, const char *expected)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxConfiguration) configuration = read_text(text, environment, flags, problems);
    g_autofree char *told = pmx_problems_to_text(problems);
    g_assert_null(configuration);
    g_assert_cmpstr(told, ==, expected);
}

static void defaults(void)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxConfiguration) read = pmx_configuration_read(NULL, NULL, NULL, problems);
    g_assert_nonnull(read);
    g_assert_cmpstr(read->server.listen, ==, "127.0.0.1:8080");
    g_assert_null(read->server.data);
    g_assert_cmpint(read->artifacts.limit, ==, G_GINT64_CONSTANT(20) << 30);
    g_assert_cmpint(read->events.give_up, ==, 24 * 3600 * 1000);
    g_assert_false(read->server.open_metrics);
}

static void layers(void)
{
    const char *text = "[server]\nworkers = 2 \nthreads=3\ndata = /srv/a folder\nmemory=4G\n"
                       "[events]\ngive-up=7d\nfirst-pause=250ms\n";
    const char *const environment[] = {"POLYMUX_SERVER_WORKERS=4",
                                       "POLYMUX_SERVER_THREADS=5",
                                       "POLYMUX_CACHE=/x",
                                       "POLYMUX_SERVER_MEMORY=",
                                       "HOME=/root",
                                       NULL};
    const PmxConfigurationFlag flags[] = {
        {"server", "workers", "--workers", "6"}, {"server", "listen", "--listen", NULL}, {0}};
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxConfiguration) read = read_text(text, environment, flags, problems);
    g_assert_nonnull(read);
    g_assert_cmpint(read->server.workers, ==, 6);
    g_assert_cmpint(read->server.threads, ==, 5);
    g_assert_cmpint(read->server.memory, ==, G_GINT64_CONSTANT(4) << 30);
    g_assert_cmpstr(read->server.data, ==, "/srv/a folder");
    g_assert_cmpint(read->events.give_up, ==, G_GINT64_CONSTANT(7) * 86400 * 1000);
    g_assert_cmpint(read->events.first_pause, ==, 250);
}

static void all_mistakes_at_once(void)
{
    check_told("[server]\nworkers = many\nlisten = 8080\nopen-metrics = yes\ntls-cret = x\n"
               "[artifact]\nlimit = 1G\n[jobs]\ndays = -1\n[events]\ngive-up = 24\n",
               NULL, NULL,
               "[artifact]: is not a known group; did you mean \"artifacts\"?\n"
               "[server] listen: must be ADDRESS:PORT, such as 127.0.0.1:8080, 0.0.0.0:8080 or "
               "[::1]:8080, not \"8080\"\n"
               "[server] workers: must be a whole number, not \"many\"\n"
               "[server] open-metrics: must be true or false, not \"yes\"\n"
               "[server] tls-cret: is not a known key; did you mean \"tls-cert\"?\n"
               "[jobs] days: must be from 0 to 36500, not -1\n"
               "[events] give-up: must be a time such as 500ms, 10s, 15m, 24h or 7d, not "
               "\"24\"\n");
}

/* Whoever has set it must be named: a file that is right is not to be searched for the mistake. */
static void blame(void)
{
    const char *const environment[] = {"POLYMUX_SERVER_THREADS=x", "POLYMUX_SERVER_WORKER=1",
                                       "POLYMUX_SERVER_PORT=1", NULL};
    const PmxConfigurationFlag flags[] = {{"server", "workers", "--workers", "-1"}, {0}};
    check_told("[server]\nthreads = 1\nworkers = 1\n", environment, flags,
               "POLYMUX_SERVER_WORKER: names no key of the group [server]; did you mean "
               "\"POLYMUX_SERVER_WORKERS\"?\n"
               "POLYMUX_SERVER_PORT: names no key of the group [server]\n"
               "--workers: must be from 0 to 4096, not -1\n"
               "POLYMUX_SERVER_THREADS: must be a whole number, not \"x\"\n");
}

static void allowed_hosts(void)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxConfiguration) read =
        read_text("[network]\nallow-hosts = a.example, 10.0.0.0/8\n", NULL, NULL, problems);
    g_assert_nonnull(read);
    g_assert_cmpstr(read->network.allow_hosts, ==, "a.example, 10.0.0.0/8");
    check_told("[network]\nallow-hosts = a.example, 10.0.0.0/33\n", NULL, NULL,
               "[network] allow-hosts: must be names (intra.example.com, *.example.com), addresses "
               "or networks (10.0.0.0/8, fd00::/8), with :PORT behind them or not, which "
               "\"10.0.0.0/33\" is not\n");
}

static void check_line(const char *text, const char *line)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxConfiguration) configuration = read_text(text, NULL, NULL, problems);
    g_autofree char *told = pmx_problems_to_text(problems);
    g_assert_null(configuration);
    g_assert_nonnull(strstr(told, line));
    g_assert_null(strstr(told, "hidden"));
}

static void broken_files(void)
{
    check_line("[server]\nworkers = 1\n\n# note\nkey-secret hidden\n", "line 5: must be");
    check_line("workers = hidden\n[server]\n", "line 1: must be");
    check_line("[server\nworkers = 1\n", "line 1: must be");
    check_line("[server]\r\nworkers = 1\r\n[mns] hidden\r\n", "line 3: must be");
    check_line("[server]\nlisten = \xff\xfe\n", "UTF-8");
}

static void missing_file(void)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_assert_null(pmx_configuration_read("/nowhere/polymux.conf", NULL, NULL, problems));
    g_autofree char *told = pmx_problems_to_text(problems);
    g_assert_nonnull(strstr(told, "/nowhere/polymux.conf"));
}

static void pairs(void)
{
    check_told("[server]\ntls-cert = a.pem\n", NULL, NULL,
               "[server] tls-key: must be given too, as tls-cert is\n");
    check_told("[mns]\nendpoint = account.mns\nkey-secret = hidden\nkey-secret-file = /nowhere\n",
               NULL, NULL,
               "[mns] key-secret-file: is given besides key-secret; leave one out\n"
               "[mns] endpoint: must begin with https:// or http://\n"
               "[mns] key-id: must be given, as endpoint is\n");
}

static void secret_file(void)
{
    g_autofree char *folder = temporary_folder();
    g_autofree char *path = g_build_filename(folder, "secret", NULL);
    g_autofree char *text = g_strdup_printf("[mns]\nkey-secret-file = %s\n", path);
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_assert_true(g_file_set_contents(path, " hush \nanother line\n", -1, NULL));
    g_autoptr(PmxConfiguration) read = read_text(text, NULL, NULL, problems);
    g_assert_nonnull(read);
    g_assert_cmpstr(read->mns.key_secret, ==, "hush");
    g_assert_true(g_file_set_contents(path, "\n", -1, NULL));
    check_told(text, NULL, NULL, "[mns] key-secret-file: has nothing on its first line\n");
    temporary_remove(folder);
}

/* The sample in the repository is what the tables make, and it is a configuration. */
static void sample(void)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "..", "etc", "polymux.conf", NULL);
    g_autofree char *made = pmx_configuration_sample();
    g_autofree char *kept = NULL;
    g_assert_true(g_file_get_contents(path, &kept, NULL, NULL));
    g_assert_cmpstr(kept, ==, made);
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxConfiguration) read = pmx_configuration_read(path, NULL, NULL, problems);
    g_assert_nonnull(read);
}

/* With its comment signs taken away from the keys that have a default, it reads as the defaults. */
static void sample_uncommented(void)
{
    g_autofree char *made = pmx_configuration_sample();
    g_autoptr(GRegex) keys = g_regex_new("^#([a-z-]+ = .+)$", G_REGEX_MULTILINE, 0, NULL);
    g_autofree char *bare = g_regex_replace(keys, made, -1, 0, "\\1", 0, NULL);
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxConfiguration) read = read_text(bare, NULL, NULL, problems);
    g_autoptr(PmxConfiguration) fallback = pmx_configuration_read(NULL, NULL, NULL, problems);
    g_assert_nonnull(read);
    g_assert_nonnull(strstr(bare, "\nworkers = 0\n"));
    for (guint i = 0; pmx_configuration_groups[i].object; i++) {
        const PmxConfigurationGroup *group = &pmx_configuration_groups[i];
        json_t *a = pmx_object_dump(group->object, (char *)read + group->offset);
        json_t *b = pmx_object_dump(group->object, (char *)fallback + group->offset);
        g_assert_true(json_equal(a, b));
        json_decref(a);
        json_decref(b);
    }
}

static void check_duration(const char *text, gint64 expected)
{
    gint64 value = -1;
    gboolean fine = pmx_duration_kind.parse(text, &value);
    g_assert_cmpint(fine ? value : -1, ==, expected);
}

static void durations(void)
{
    check_duration("500ms", 500);
    check_duration("10s", 10000);
    check_duration("2h", 7200000);
    check_duration("1d", 86400000);
    check_duration("0s", -1);
    check_duration("10", -1);
    check_duration("1.5h", -1);
    check_duration("-1s", -1);
    check_duration("10 s", -1);
    check_duration("99999999999999999999d", -1);
    check_duration("9223372036854775807d", -1);
    gint64 value = 90000;
    g_autofree char *text = pmx_duration_kind.format(&value);
    g_assert_cmpstr(text, ==, "90s");
}

static void check_listen(const char *text, const char *expected, guint expected_port)
{
    g_autofree char *address = NULL;
    guint16 port = 0;
    gboolean fine = pmx_listen_parse(text, &address, &port);
    g_assert_cmpstr(fine ? address : NULL, ==, expected);
    g_assert_true(!expected || port == expected_port);
}

static void listen_addresses(void)
{
    check_listen("127.0.0.1:8080", "127.0.0.1", 8080);
    check_listen("[::1]:0", "::1", 0);
    check_listen("localhost:65535", "127.0.0.1", 65535);
    check_listen("127.0.0.1", NULL, 0);
    check_listen("127.0.0.1:65536", NULL, 0);
    check_listen("127.0.0.1:http", NULL, 0);
    check_listen("::1:80", NULL, 0);
    check_listen(":80", NULL, 0);
    check_listen("example.com:80", NULL, 0);
    check_listen("[127.0.0.1:80", NULL, 0);
}

static void data_folder(void)
{
    g_autofree char *given = pmx_configuration_data("/srv/x/../media");
    g_assert_cmpstr(given, ==, "/srv/media");
    g_setenv("STATE_DIRECTORY", "/var/lib/polymux:/var/lib/other", TRUE);
    g_autofree char *managed = pmx_configuration_data(NULL);
    g_assert_cmpstr(managed, ==, "/var/lib/polymux");
    g_unsetenv("STATE_DIRECTORY");
    g_autofree char *own = pmx_configuration_data(NULL);
    g_assert_true(g_str_has_suffix(own, "/polymux"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/configuration/defaults", defaults);
    g_test_add_func("/configuration/layers", layers);
    g_test_add_func("/configuration/all-mistakes-at-once", all_mistakes_at_once);
    g_test_add_func("/configuration/blame", blame);
    g_test_add_func("/configuration/allowed-hosts", allowed_hosts);
    g_test_add_func("/configuration/broken-files", broken_files);
    g_test_add_func("/configuration/missing-file", missing_file);
    g_test_add_func("/configuration/pairs", pairs);
    g_test_add_func("/configuration/secret-file", secret_file);
    g_test_add_func("/configuration/sample", sample);
    g_test_add_func("/configuration/sample-uncommented", sample_uncommented);
    g_test_add_func("/configuration/durations", durations);
    g_test_add_func("/configuration/listen", listen_addresses);
    g_test_add_func("/configuration/data-folder", data_folder);
    return g_test_run();
}
