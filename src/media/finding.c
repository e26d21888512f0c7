/* SPDX-License-Identifier: MIT */
/* See finding.h. */
#include "media/finding.h"

#include <stdlib.h>

gboolean pmx_finding_write(const PmxRun *run, json_t *json, GError **error)
{
    g_autofree char *path = pmx_run_file(run, "0.pmx");
    char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    gboolean ok = g_file_set_contents(path, text, -1, error);
    free(text);
    json_decref(json);
    return ok;
}

static json_t *load(const PmxSourceRef *ref)
{
    g_autofree char *text = g_malloc((gsize)ref->size + 1);
    for (gint64 at = 0; at < ref->size;) {
        gint64 got = pmx_source_read_at(ref, at, text + at, (gsize)(ref->size - at));
        if (got <= 0)
            return NULL;
        at += got;
    }
    return json_loadb(text, (gsize)ref->size, 0, NULL);
}

json_t *pmx_finding_read(PmxRun *run, guint n, gsize most)
{
    PmxSourceRef ref;
    if (!pmx_run_source(run, n, &ref, NULL) || ref.size < 0 || (guint64)ref.size > most)
        return NULL;
    return load(&ref);
}

gboolean pmx_finding_damaged(PmxRun *run, guint n, const char *what, GError **error)
{
    run->bad_input = (int)n;
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "%s is damaged", what);
    return FALSE;
}
