/* SPDX-License-Identifier: MIT */
/* Looking in the depot for what would otherwise be made. */
#include "exec/executor-private.h"

enum { AT_ONCE = 8 };

gboolean pmx_work_is_to_fetch(const PmxWork *work)
{
    return work->executor->setup.depot && !work->looked && work->indices->len > 0;
}

gboolean pmx_work_may_fetch(const PmxWork *work)
{
    return work->executor->fetching < AT_ONCE;
}

static char *file_of(const PmxWork *work, guint i)
{
    return g_strdup_printf("%s/%u.pmx", work->scratch, i);
}

/* In a thread. The list and the scratch folder stay as they are meanwhile. */
static gpointer fetch(gpointer data, GCancellable *cancel, GError **error)
{
    const PmxWork *work = data;
    (void)error;
    for (guint i = 0; i < work->indices->len; i++) {
        g_autofree char *file = file_of(work, i);
        pmx_depot_get(work->executor->setup.depot, pmx_work_key_name(work, i), file, cancel);
    }
    return NULL;
}

static void keep_fetched(const PmxWork *work)
{
    for (guint i = 0; i < work->indices->len; i++) {
        g_autofree char *file = file_of(work, i);
        g_autoptr(GError) error = NULL;
        if (g_file_test(file, G_FILE_TEST_IS_REGULAR) &&
            !pmx_artifacts_put(work->executor->setup.artifacts, pmx_work_key_name(work, i), file,
                               &error))
            g_message("a fetched artifact cannot be kept: %s", error->message);
    }
}

static void fetched(gpointer result, const GError *error, gpointer data)
{
    PmxWork *work = data;
    (void)result, (void)error;
    work->fetching = NULL;
    work->executor->fetching--;
    keep_fetched(work);
    pmx_artifacts_discard(work->scratch);
    g_clear_pointer(&work->scratch, g_free);
    work->over(work);
}

gboolean pmx_work_fetch(PmxWork *work, PmxWorkOver over, GError **error)
{
    static const PmxErrandKind kind = {fetch, fetched, NULL};
    work->looked = TRUE;
    work->over = over;
    work->scratch = pmx_artifacts_scratch(work->executor->setup.artifacts, error);
    if (!work->scratch)
        return FALSE;
    work->executor->fetching++;
    work->fetching = pmx_errand_start(&kind, work);
    return TRUE;
}
