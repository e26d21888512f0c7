/* SPDX-License-Identifier: MIT */
/* Reading a configuration whose words a test says. */
#pragma once

#include "cli/configuration.h"
#include "temporary.h"

/* Reads a file with these words. */
static inline PmxConfiguration *read_text(const char *text, const char *const *environment,
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
static inline void check_told(const char *text, const char *const *environment,
                              const PmxConfigurationFlag *flags, const char *expected)
{
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    g_autoptr(PmxConfiguration) configuration = read_text(text, environment, flags, problems);
    g_autofree char *told = pmx_problems_to_text(problems);
    g_assert_null(configuration);
    g_assert_cmpstr(told, ==, expected);
}
