/* SPDX-License-Identifier: MIT */
/* The job itself: made, asked, freed. See job.h. Pure. */
#include "job/job.h"

#include "job/build.h"

static void input_free(gpointer input)
{
    g_free(((PmxInput *)input)->image);
    pmx_object_free(&pmx_input_object, input);
}

static void audio_clear(PmxAudio *audio)
{
    g_free(audio->path);
    g_free(audio->tag);
    pmx_object_clear(&pmx_audio_track_object, audio);
}

void pmx_build_audio_free(gpointer audio)
{
    audio_clear(audio);
    g_free(audio);
}

static void output_free(gpointer data)
{
    PmxOutput *output = data;
    g_free(output->name);
    g_free(output->path);
    g_free(output->params_path);
    g_free(output->group);
    g_free(output->template_id);
    g_free(output->address);
    pmx_object_clear(&pmx_video_object, &output->video);
    g_ptr_array_unref(output->watermarks);
    g_ptr_array_unref(output->audios);
    g_clear_pointer(&output->metadata, g_ptr_array_unref);
    g_clear_pointer(&output->subtitles, g_ptr_array_unref);
    audio_clear(&output->audio);
    g_free(output);
}

PmxJob *pmx_build_job_new(PmxConfig *request)
{
    PmxJob *job = g_new0(PmxJob, 1);
    job->name = g_steal_pointer(&request->name);
    job->inputs = g_steal_pointer(&request->inputs);
    if (!job->inputs)
        job->inputs = g_ptr_array_new();
    g_ptr_array_set_free_func(job->inputs, input_free);
    job->outputs = g_ptr_array_new_with_free_func(output_free);
    return job;
}

PmxOutput *pmx_build_output_new(PmxJob *job)
{
    PmxOutput *output = g_new0(PmxOutput, 1);
    output->audios = g_ptr_array_new_with_free_func(pmx_build_audio_free);
    output->watermarks = g_ptr_array_new_with_free_func(pmx_watermark_free);
    g_ptr_array_add(job->outputs, output);
    return output;
}

void pmx_job_free(PmxJob *job)
{
    if (!job)
        return;
    g_free(job->name);
    g_ptr_array_unref(job->inputs);
    g_ptr_array_unref(job->outputs);
    g_free(job);
}

/* --- what an InputRef names --- */

char *pmx_job_input_path(const PmxJob *job, guint input)
{
    const PmxInput *of = g_ptr_array_index(job->inputs, input);
    return of->image ? g_strdup(of->image) : g_strdup_printf("Inputs[%u].InputFile.Media", input);
}

static const PmxAudioSelector *selector_named(const PmxInput *input, const char *ref)
{
    for (guint i = 0; input->selectors && i < input->selectors->len; i++) {
        const PmxAudioSelector *selector = g_ptr_array_index(input->selectors, i);
        if (g_strcmp0(selector->name, ref) == 0)
            return selector;
    }
    return NULL;
}

gboolean pmx_job_find_ref(const PmxJob *job, const char *ref, guint *input,
                          const PmxAudioSelector **selector)
{
    gboolean found = FALSE;
    *selector = NULL;
    for (guint i = 0; ref && i < job->inputs->len; i++) {
        const PmxInput *candidate = g_ptr_array_index(job->inputs, i);
        *selector = selector_named(candidate, ref);
        if (*selector || (!found && g_strcmp0(candidate->name, ref) == 0)) {
            *input = i;
            found = TRUE;
        }
        if (*selector)
            break;
    }
    return found;
}
