/* SPDX-License-Identifier: MIT */
/* Errands: base/errand. Run under TSan as well. */
#include "base/errand.h"

typedef struct {
    GMainLoop *loop;
    GThread *home;
    gboolean fails;
    guint done, freed;
    char *result;
    char *message;
    GMutex lock;
    GCond started;
    gboolean running;
} Scene;

static gpointer work(gpointer data, GCancellable *cancel, GError **error)
{
    const Scene *scene = data;
    g_assert_true(g_thread_self() != scene->home);
    g_assert_false(g_cancellable_is_cancelled(cancel));
    if (!scene->fails)
        return g_strdup("result");
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "it went wrong");
    return NULL;
}

static void done(gpointer result, const GError *error, gpointer data)
{
    Scene *scene = data;
    g_assert_true(g_thread_self() == scene->home);
    scene->done++;
    scene->result = result;
    scene->message = error ? g_strdup(error->message) : NULL;
    g_main_loop_quit(scene->loop);
}

static void test_done(void)
{
    static const PmxErrandKind kind = {work, done, NULL};
    for (guint i = 0; i < 2; i++) {
        Scene scene = {.loop = g_main_loop_new(NULL, FALSE), .home = g_thread_self(), .fails = i};
        pmx_errand_start(&kind, &scene);
        g_assert_cmpuint(scene.done, ==, 0);
        g_main_loop_run(scene.loop);
        g_assert_cmpuint(scene.done, ==, 1);
        g_assert_cmpstr(scene.result, ==, i ? NULL : "result");
        g_assert_cmpstr(scene.message, ==, i ? "it went wrong" : NULL);
        g_free(scene.result);
        g_free(scene.message);
        g_main_loop_unref(scene.loop);
    }
}

/* Until it is told to end. */
static gpointer wait_for_cancel(gpointer data, GCancellable *cancel, GError **error)
{
    Scene *scene = data;
    (void)error;
    g_mutex_lock(&scene->lock);
    scene->running = TRUE;
    g_cond_signal(&scene->started);
    g_mutex_unlock(&scene->lock);
    while (!g_cancellable_is_cancelled(cancel))
        g_thread_yield();
    return scene;
}

static void freed(gpointer data)
{
    ((Scene *)data)->freed++;
}

static void test_cancel(void)
{
    static const PmxErrandKind kind = {wait_for_cancel, done, freed};
    Scene scene = {.home = g_thread_self()};
    g_mutex_init(&scene.lock);
    g_cond_init(&scene.started);
    PmxErrand *errand = pmx_errand_start(&kind, &scene);
    g_mutex_lock(&scene.lock);
    while (!scene.running)
        g_cond_wait(&scene.started, &scene.lock);
    g_mutex_unlock(&scene.lock);
    pmx_errand_cancel(errand);
    g_assert_cmpuint(scene.freed, ==, 1);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_assert_cmpuint(scene.done, ==, 0);
    g_cond_clear(&scene.started);
    g_mutex_clear(&scene.lock);
    pmx_errand_cancel(NULL);
}

/* It has come back already, and nobody has been told yet. */
static void test_cancel_late(void)
{
    static const PmxErrandKind kind = {work, done, g_free};
    Scene scene = {.home = g_thread_self()};
    PmxErrand *errand = pmx_errand_start(&kind, &scene);
    while (!g_main_context_pending(NULL))
        g_thread_yield();
    pmx_errand_cancel(errand);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_assert_cmpuint(scene.done, ==, 0);
}

static void test_wait(void)
{
    g_autoptr(GError) error = NULL;
    Scene scene = {.home = g_thread_self()};
    g_autofree char *result = pmx_errand_wait(work, &scene, g_free, NULL, &error);
    g_assert_cmpstr(result, ==, "result");
    g_assert_no_error(error);
    scene.fails = TRUE;
    g_assert_null(pmx_errand_wait(work, &scene, g_free, NULL, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_FAILED);
}

/* From the main loop, as a signal's handler does. */
static gboolean end_wait(gpointer cancel)
{
    g_cancellable_cancel(cancel);
    return G_SOURCE_REMOVE;
}

static void test_wait_cancelled(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GCancellable) cancel = g_cancellable_new();
    Scene scene = {.home = g_thread_self()};
    g_mutex_init(&scene.lock);
    g_cond_init(&scene.started);
    g_idle_add(end_wait, cancel);
    g_assert_null(pmx_errand_wait(wait_for_cancel, &scene, freed, cancel, &error));
    g_assert_cmpstr(error->message, ==, "interrupted");
    g_assert_cmpuint(scene.freed, ==, 1);
    g_clear_error(&error);
    g_assert_null(pmx_errand_wait(work, &scene, g_free, cancel, &error));
    g_assert_cmpstr(error->message, ==, "interrupted");
    g_cond_clear(&scene.started);
    g_mutex_clear(&scene.lock);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/errand/done", test_done);
    g_test_add_func("/errand/cancel", test_cancel);
    g_test_add_func("/errand/cancel-late", test_cancel_late);
    g_test_add_func("/errand/wait", test_wait);
    g_test_add_func("/errand/wait-cancelled", test_wait_cancelled);
    return g_test_run();
}
