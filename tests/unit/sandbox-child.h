/* SPDX-License-Identifier: MIT */
/*
 * For the sandbox's tests: children that enter the sandbox and try one thing each.
 *
 * A check says how its call went as an errno (0: it worked), which becomes the child's exit
 * status. So a refusal is told from the error that the same call gives outside the sandbox.
 */
#pragma once

#include "exec/landlock.h"
#include "exec/sandbox.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define UNDER_SANITIZER 1
#endif
#endif
#if !defined(UNDER_SANITIZER)
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UNDER_SANITIZER 1
#else
#define UNDER_SANITIZER 0
#endif
#endif

/* No errno: the sandbox itself could not be entered. */
enum { NOT_ENTERED = 200 };

typedef struct {
    char *scratch;
    char *outside; /* a folder next to it, with a file "secret" */
    PmxSandboxLimits limits;
    int fd; /* to the parent, in the checks that want one; else -1 */
} Place;

typedef int Check(const Place *place);

typedef struct {
    const char *name;
    Check *check;
    int expected;      /* errno, or 0 when it must work */
    guint needs_abi;   /* of Landlock; else the check is skipped */
    bool no_sanitizer; /* sanitizers do without the layer */
} Case;

static inline int outcome(long result)
{
    return result < 0 ? errno : 0;
}

static inline Place *place_new(void)
{
    Place *place = g_new0(Place, 1);
    place->scratch = g_dir_make_tmp("sandbox-XXXXXX", NULL);
    place->outside = g_dir_make_tmp("sandbox-XXXXXX", NULL);
    g_autofree char *secret = g_build_filename(place->outside, "secret", NULL);
    g_assert_true(g_file_set_contents(secret, "secret", -1, NULL));
    place->limits = (PmxSandboxLimits){
        .scratch = place->scratch,
        .max_memory_bytes = 1 << 30,
        .max_file_bytes = 1 << 16,
        .parent = getpid(),
    };
    place->fd = -1;
    return place;
}

static inline void remove_below(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_remove(path);
    }
    g_rmdir(folder);
}

static inline void place_free(Place *place)
{
    remove_below(place->scratch);
    remove_below(place->outside);
    g_free(place->scratch);
    g_free(place->outside);
    g_free(place);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Place, place_free)

static inline bool enter(const PmxSandboxLimits *limits)
{
    g_autoptr(GError) error = NULL;
    if (!pmx_sandbox_enter(limits, &error))
        g_printerr("# %s\n", error ? error->message : "no error was set");
    return error == NULL;
}

/* Enters the sandbox, then checks. */
static inline int check_inside(Check *check, const Place *place)
{
    return enter(&place->limits) ? check(place) : NOT_ENTERED;
}

/* Runs `check` in a child, sandboxed or not; the child's wait status. */
static inline int run_child(Check *check, const Place *place, bool sandboxed)
{
    fflush(NULL);
    pid_t child = fork();
    g_assert_cmpint(child, >=, 0);
    if (child == 0)
        _exit(sandboxed ? check_inside(check, place) : check(place));
    int status = -1;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    return status;
}

static inline void assert_exit(int status, int expected)
{
    g_assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) != expected)
        g_test_message("errno %s, expected %s", g_strerror(WEXITSTATUS(status)),
                       expected ? g_strerror(expected) : "success");
    g_assert_cmpint(WEXITSTATUS(status), ==, expected);
}

static inline void assert_signal(int status, int expected)
{
    g_assert_true(WIFSIGNALED(status));
    g_assert_cmpint(WTERMSIG(status), ==, expected);
}

static inline void run_case(gconstpointer data)
{
    const Case *test = data;
    if (test->needs_abi > pmx_landlock_abi()) {
        g_autofree char *why =
            g_strdup_printf("the kernel has no Landlock of ABI %u", test->needs_abi);
        g_test_skip(why);
        return;
    }
    if (test->no_sanitizer && UNDER_SANITIZER) {
        g_test_skip("a sanitizer build does without this layer");
        return;
    }
    g_autoptr(Place) place = place_new();
    assert_exit(run_child(test->check, place, true), test->expected);
}

static inline void add_cases(const char *group, const Case *cases, guint n)
{
    for (guint i = 0; i < n; i++) {
        g_autofree char *path = g_strdup_printf("/sandbox/%s/%s", group, cases[i].name);
        g_test_add_data_func(path, &cases[i], run_case);
    }
}
