/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a job: it parses, or says why not, and what an output was read into reads back as
 * the same after writing.
 */
#include "job/job.h"
#include "job/params.h"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static void round_trip(const PmxObject *object, const void *value)
{
    g_autoptr(GError) error = NULL;
    json_t *once = pmx_object_dump(object, value);
    void *copy = pmx_object_read(object, once, &error);
    g_assert_no_error(error);
    json_t *twice = pmx_object_dump(object, copy);
    g_assert_true(json_equal(once, twice));
    pmx_object_free(object, copy);
    json_decref(twice);
    json_decref(once);
}

static void round_trips(const PmxJob *job)
{
    for (guint i = 0; i < job->outputs->len; i++) {
        const PmxOutput *output = g_ptr_array_index(job->outputs, i);
        round_trip(&pmx_video_object, &output->video);
        round_trip(&pmx_audio_object, &output->audio);
        for (guint t = 0; t < output->audios->len; t++)
            round_trip(&pmx_audio_track_object, g_ptr_array_index(output->audios, t));
    }
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
    json_t *config = json_loadb((const char *)data, size, JSON_ALLOW_NUL, NULL);
    g_autoptr(PmxTemplates) templates = pmx_templates_new();
    g_autoptr(PmxProblems) problems = pmx_problems_new();
    const PmxJobOptions options = {.output_base = size % 2 ? "out" : NULL, .have_fdk_aac = TRUE};
    g_autoptr(PmxJob) job = pmx_job_parse(config, templates, &options, problems);
    g_assert_true((job == NULL) == (pmx_problems_count(problems) > 0));
    if (job)
        round_trips(job);
    g_free(pmx_problems_to_text(problems));
    json_decref(config);
    return 0;
}
