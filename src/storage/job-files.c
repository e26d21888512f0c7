/* SPDX-License-Identifier: MIT */
/* See job-files.h. */
#include "storage/job-files.h"

/* Takes `path`, which is where the address stands in the job. */
static void claim(GHashTable *files, char *name, char *path)
{
    if (name)
        g_hash_table_insert(files, name, path);
    else
        g_free(path);
}

static void claim_inputs(const PmxPlaces *places, const PmxJob *job, GHashTable *files)
{
    for (guint i = 0; i < job->inputs->len; i++) {
        const PmxInput *input = g_ptr_array_index(job->inputs, i);
        claim(files, pmx_places_name(places, input->file.media), pmx_job_input_path(job, i));
    }
}

gboolean pmx_job_files_check(const PmxPlaces *places, const PmxJob *job, PmxProblems *problems)
{
    g_autoptr(GHashTable) files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    gboolean fine = TRUE;
    claim_inputs(places, job, files);
    for (guint i = 0; i < job->outputs->len; i++) {
        const PmxOutput *output = g_ptr_array_index(job->outputs, i);
        char *name = pmx_places_name(places, output->address);
        const char *first = name ? g_hash_table_lookup(files, name) : NULL;
        if (first)
            pmx_problems_add(problems, PMX_CODE_INVALID, output->path,
                             "\"%s\" is the same file as %s; give it another name", output->address,
                             first);
        fine &= !first;
        claim(files, name, g_strdup(output->path));
    }
    return fine;
}
