/* SPDX-License-Identifier: MIT */
/*
 * The command line: one row a subcommand, one file each.
 *
 * A subcommand gets its words (argv[0] is its name, NULL at the end) and returns the exit status.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

enum {
    PMX_EXIT_OK = 0,
    PMX_EXIT_FAILED = 1,  /* some output failed */
    PMX_EXIT_INVALID = 2, /* the job or the command line is invalid; nothing was started */
};

typedef struct {
    const char *name;
    const char *summary;
    int (*run)(char **argv);
} PmxCommand;

int pmx_command_run(char **argv);
int pmx_command_plan(char **argv);
int pmx_command_probe(char **argv);
int pmx_command_template(char **argv);
int pmx_command_cache(char **argv);
int pmx_command_storage(char **argv);
int pmx_command_reference(char **argv);
int pmx_command_serve(char **argv);
int pmx_command_submit(char **argv);
int pmx_command_get(char **argv);
int pmx_command_list(char **argv);
int pmx_command_wait(char **argv);
int pmx_command_cancel(char **argv);
int pmx_command_pipeline(char **argv);
int pmx_command_events(char **argv);

/* Parses the options of `argv` (argv[0] is the subcommand's name) with GOption, short ones also
 * with their value attached (-j2); `usage` is what follows the name. On --help prints and exits; on
 * a wrong option prints a sentence and returns NULL. Returns what is left, argv[0] included; caller
 * frees with g_strfreev(). */
char **pmx_command_options(char **argv, const GOptionEntry *entries, const char *usage,
                           const char *summary);

/* Prints `json` (borrowed) on stdout, indented. */
void pmx_command_print_json(const json_t *json);
