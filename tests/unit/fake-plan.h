/* SPDX-License-Identifier: MIT */
/*
 * A small plan for fake-runner and the stage it is run on. For test-executor*.c only.
 *
 *     cut-1 ─┬─► video-0 (640, 1280) ─┬─► package "small": both 640, audio-1
 *            └─► video-1 (640, 1280) ─┼─► package "large": both 1280, audio-1, audio-2
 *     audio-1, audio-2 ───────────────┴─► package "sound": audio-2
 */
#pragma once

#include <string.h>

#include "exec/executor.h"

#include "temporary.h"

enum { SMALL, LARGE, SOUND, OUTPUTS };

typedef struct {
    char *root, *store, *out, *input, *runner;
    PmxPlan plan;
    PmxReader *inputs[1];
    PmxArtifacts *artifacts;
    PmxPlaces *places;
    PmxPool *pool;
    PmxExecutorSetup setup;
} Stage;

/* A key: the name in hexadecimal digits, filled up. */
static inline char *stage_key(const char *name)
{
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, name, -1);
}

static inline PmxTask *stage_task(Stage *stage, PmxTaskKind kind, const char *id)
{
    const PmxObject *object = pmx_task_object(kind);
    PmxTask *task = g_new0(PmxTask, 1);
    task->kind = kind;
    task->id = g_strdup(id);
    task->seconds = 2;
    task->makes = g_ptr_array_new_with_free_func(g_free);
    task->needs = g_ptr_array_new_with_free_func(g_free);
    task->video = g_malloc(object->size);
    pmx_object_init(object, task->video);
    g_ptr_array_add(stage->plan.tasks, task);
    return task;
}

static inline void stage_task_free(gpointer data)
{
    PmxTask *task = data;
    pmx_object_free(pmx_task_object(task->kind), task->video);
    g_ptr_array_unref(task->makes);
    g_ptr_array_unref(task->needs);
    g_free(task->id);
    g_free(task);
}

static inline void stage_add_video(Stage *stage, const char *id)
{
    static const gint64 widths[] = {640, 1280};
    PmxTask *task = stage_task(stage, PMX_TASK_VIDEO, id);
    task->video->frame_rate = (PmxRatio){25, 1};
    g_ptr_array_add(task->needs, stage_key("cut"));
    for (guint i = 0; i < G_N_ELEMENTS(widths); i++) {
        g_autofree char *name = g_strdup_printf("%s-%d", id, (int)widths[i]);
        PmxRendition *rendition = pmx_array_add(&pmx_rendition_object, &task->video->renditions);
        rendition->width = widths[i];
        rendition->height = widths[i] / 16 * 9;
        g_ptr_array_add(task->makes, stage_key(name));
    }
}

static inline void stage_add_audio(Stage *stage, const char *id, gint64 stream)
{
    PmxTask *task = stage_task(stage, PMX_TASK_AUDIO, id);
    task->audio->stream = stream;
    g_ptr_array_add(task->makes, stage_key(id));
}

/* `needs`: names of artifacts, blanks between. */
static inline void stage_add_package(Stage *stage, const char *name, const char *needs)
{
    g_autofree char *id = g_strconcat("package-", name, NULL);
    g_autofree char *file = g_strconcat(name, ".mp4", NULL);
    g_auto(GStrv) list = g_strsplit(needs, " ", -1);
    PmxTask *task = stage_task(stage, PMX_TASK_PACKAGE, id);
    PmxPackageTrack *track = pmx_array_add(&pmx_package_track_object, &task->package->audio);
    PmxPlanOutput *output = g_new0(PmxPlanOutput, 1);
    track->title = g_strdup(name);
    task->output = stage->plan.outputs->len;
    for (guint i = 0; list[i]; i++)
        g_ptr_array_add(task->needs, stage_key(list[i]));
    output->name = g_strdup(name);
    output->address = g_build_filename(stage->out, file, NULL);
    output->priority = 5;
    g_ptr_array_add(stage->plan.outputs, output);
}

static inline void stage_output_free(gpointer data)
{
    PmxPlanOutput *output = data;
    g_free(output->name);
    g_free(output->address);
    g_free(output);
}

static inline void stage_add_tasks(Stage *stage)
{
    stage_add_audio(stage, "audio-1", 1);
    stage_add_audio(stage, "audio-2", 2);
    PmxTask *cut = stage_task(stage, PMX_TASK_CUT, "cut-1");
    g_ptr_array_add(cut->makes, stage_key("cut"));
    stage_add_video(stage, "video-0");
    stage_add_video(stage, "video-1");
    stage_add_package(stage, "small", "video-0-640 video-1-640 audio-1");
    stage_add_package(stage, "large", "video-0-1280 video-1-1280 audio-1 audio-2");
    stage_add_package(stage, "sound", "audio-2");
}

static inline void stage_open_store(Stage *stage, gboolean keep)
{
    g_autoptr(GError) error = NULL;
    stage->artifacts = pmx_artifacts_open(stage->store, 0, keep, &error);
    g_assert_no_error(error);
    stage->setup.artifacts = stage->artifacts;
}

/* Another pool than the one of three cores and much memory. */
static inline void stage_set_pool(Stage *stage, guint slots, guint64 memory)
{
    pmx_pool_free(stage->pool);
    stage->setup.pool = stage->pool = pmx_pool_new(slots, memory);
}

/* A stage where the runner behaves as `script` says. */
static inline void stage_init(Stage *stage, const char *script)
{
    g_autoptr(GError) error = NULL;
    *stage = (Stage){.root = temporary_folder()};
    stage->store = g_build_filename(stage->root, "store", NULL);
    stage->out = g_build_filename(stage->root, "out", NULL);
    stage->input = g_build_filename(stage->root, "film.mp4", NULL);
    stage->runner = g_test_build_filename(G_TEST_BUILT, "fake-runner", NULL);
    stage->plan.tasks = g_ptr_array_new_with_free_func(stage_task_free);
    stage->plan.outputs = g_ptr_array_new_with_free_func(stage_output_free);
    g_assert_true(g_file_set_contents(stage->input, "the film", -1, &error));
    stage->inputs[0] = pmx_reader_open_file(stage->input, &error);
    g_assert_no_error(error);
    stage_add_tasks(stage);
    stage->places = pmx_places_local("/");
    stage->setup = (PmxExecutorSetup){.plan = &stage->plan,
                                      .inputs = stage->inputs,
                                      .runner = stage->runner,
                                      .places = stage->places,
                                      .patience = 30};
    stage_set_pool(stage, 3, G_GUINT64_CONSTANT(64) << 30);
    stage_open_store(stage, TRUE);
    g_setenv("FAKE_FOLDER", stage->root, TRUE);
    g_setenv("FAKE_INPUT", stage->input, TRUE);
    g_setenv("FAKE_SCRIPT", script, TRUE);
}

/* Closes the store, opens it again and forgets the log. */
static inline void stage_again(Stage *stage, const char *script)
{
    g_autofree char *log = g_build_filename(stage->root, "log", NULL);
    pmx_artifacts_free(stage->artifacts);
    stage_open_store(stage, TRUE);
    g_unlink(log);
    g_setenv("FAKE_SCRIPT", script, TRUE);
}

static inline void stage_clear(Stage *stage)
{
    pmx_pool_free(stage->pool);
    pmx_places_free(stage->places);
    pmx_artifacts_free(stage->artifacts);
    pmx_reader_free(stage->inputs[0]);
    g_ptr_array_unref(stage->plan.tasks);
    g_ptr_array_unref(stage->plan.outputs);
    temporary_remove(stage->root);
    g_free(stage->root);
    g_free(stage->store);
    g_free(stage->out);
    g_free(stage->input);
    g_free(stage->runner);
}

/* What the runners noted, a line each; the caller frees it with g_strfreev(). */
static inline char **stage_log(const Stage *stage)
{
    g_autofree char *path = g_build_filename(stage->root, "log", NULL), *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return g_new0(char *, 1);
    return g_strsplit(g_strchomp(text), "\n", -1);
}

/* How many lines begin with `event`, such as "start audio:1". */
static inline guint stage_count(const Stage *stage, const char *event)
{
    guint count = 0;
    g_auto(GStrv) lines = stage_log(stage);
    g_autofree char *whole = g_strconcat(event, " ", NULL);
    for (guint i = 0; lines[i]; i++)
        count += g_str_has_prefix(lines[i], whole);
    return count;
}

/* Folders that tasks of running jobs write into. */
static inline guint stage_scratches(const Stage *stage)
{
    guint count = 0;
    g_autofree char *jobs = g_build_filename(stage->store, "jobs", NULL);
    g_autoptr(GDir) dir = g_dir_open(jobs, 0, NULL);
    const char *job;
    while ((job = g_dir_read_name(dir))) {
        g_autofree char *folder = g_build_filename(jobs, job, NULL);
        g_autoptr(GDir) own = g_dir_open(folder, 0, NULL);
        const char *name;
        while ((name = g_dir_read_name(own)))
            count += g_str_has_prefix(name, "task-");
    }
    return count;
}

/* The file of an output holds `text`; NULL: it is not there. */
static inline void stage_assert_file(const Stage *stage, guint output, const char *text)
{
    const PmxPlanOutput *planned = g_ptr_array_index(stage->plan.outputs, output);
    g_autofree char *found = NULL;
    g_file_get_contents(planned->address, &found, NULL, NULL);
    g_assert_cmpstr(found, ==, text);
}
