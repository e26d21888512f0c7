/* SPDX-License-Identifier: MIT */
/* polymux: finds the subcommand and hands over. */
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/suggest.h"
#include "cli/command.h"

static const PmxCommand commands[] = {
    {"run", "make the files a job asks for", pmx_command_run},
    {"plan", "print a job's task graph", pmx_command_plan},
    {"probe", "show what is inside a media file", pmx_command_probe},
    {"template", "list, show, create, update or delete templates", pmx_command_template},
    {"cache", "show or clear the kept artifacts", pmx_command_cache},
    {"storage", "list the configured storages, or try them", pmx_command_storage},
    {"reference", "print the job or API reference (Markdown)", pmx_command_reference},
    {"serve", "serve the job API and REST", pmx_command_serve},
    {"submit", "hand a job to a server", pmx_command_submit},
    {"get", "show a server's job", pmx_command_get},
    {"list", "list a server's jobs", pmx_command_list},
    {"wait", "follow a server's jobs to their end", pmx_command_wait},
    {"cancel", "cancel a server's job", pmx_command_cancel},
    {"pipeline", "list, make, pause, resume or delete a server's pipelines", pmx_command_pipeline},
    {"events", "list a server's events, or send them again", pmx_command_events},
};

static const char *name_at(gconstpointer unused, guint i)
{
    (void)unused;
    return i < G_N_ELEMENTS(commands) ? commands[i].name : NULL;
}

static int help(void)
{
    g_print("Usage: polymux COMMAND [OPTION...]\n\n"
            "One video, many languages, one file each size.\n\nCommands:\n");
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        g_print("  %-10s %s\n", commands[i].name, commands[i].summary);
    g_print(
        "\n`polymux COMMAND --help` tells more; `polymux --version` the version. The manual: man polymux\n");
    return PMX_EXIT_OK;
}

static int unknown(const char *name)
{
    const char *near = pmx_suggest(name, name_at, NULL);
    g_printerr("polymux: \"%s\" is not a command%s%s%s (see polymux --help)\n", name,
               near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    return PMX_EXIT_INVALID;
}

/* Bytes as they are: paths are no text in some locale's encoding. */
static void print_bytes(const char *text)
{
    fputs(text, stdout);
}

static void print_error_bytes(const char *text)
{
    fputs(text, stderr);
}

static int run_command(int argc, char **argv)
{
    if (argc < 2) {
        help();
        return PMX_EXIT_INVALID;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0)
        return help();
    if (strcmp(argv[1], "--version") == 0) {
        g_print("polymux %s\n", PMX_VERSION);
        return PMX_EXIT_OK;
    }
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argv + 1);
    return unknown(argv[1]);
}

/* A standard stream that is closed must not become a file that is opened later on, a database or
 * an artifact: what is printed would go into it. Opened the wrong way round, it still fails. */
static gboolean hold_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", mode) != fd)
            return FALSE;
    }
    return TRUE;
}

/* Where nobody has set a locale, as in containers and under cron, text is UTF-8 and not ASCII. */
static void set_locale(void)
{
    setlocale(LC_ALL, "");
    if (strcmp(nl_langinfo(CODESET), "ANSI_X3.4-1968") == 0)
        setlocale(LC_CTYPE, "C.UTF-8");
}

int main(int argc, char **argv)
{
    if (!hold_standard_streams())
        return PMX_EXIT_FAILED;
    set_locale();
    g_set_print_handler(print_bytes);
    g_set_printerr_handler(print_error_bytes);
    int status = run_command(argc, argv);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    g_printerr("polymux: cannot write the output: %s\n", g_strerror(errno));
    return status == PMX_EXIT_OK ? PMX_EXIT_FAILED : status;
}
