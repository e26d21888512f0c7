/* SPDX-License-Identifier: MIT */
/* Jobs as they are asked for. See service.h. */
#include "service/private.h"

void pmx_job_view_free(PmxJobView *view)
{
    if (!view)
        return;
    pmx_job_record_free(view->job);
    g_clear_pointer(&view->parts, g_ptr_array_unref);
    g_free(view);
}

typedef struct {
    const char *id;
    PmxJobView *view;
} Getting;

static gboolean get(PmxDb *db, gpointer data, GError **error)
{
    Getting *getting = data;
    GError *failure = NULL;
    getting->view->job = pmx_jobs_get(db, getting->id, &failure);
    if (getting->view->job)
        getting->view->parts = pmx_parts_of(db, getting->id, &failure);
    return pmx_error_none(failure, error);
}

PmxJobView *pmx_service_job(PmxService *service, const char *id, PmxProblems *problems)
{
    g_autoptr(PmxJobView) view = g_new0(PmxJobView, 1);
    Getting getting = {id, view};
    if (!pmx_service_read(service, get, &getting, problems))
        return NULL;
    if (!view->job) {
        pmx_service_missing(problems, "job", id);
        return NULL;
    }
    pmx_engine_progress(service->engine, view);
    return g_steal_pointer(&view);
}

/* --- lists --- */

typedef struct {
    const PmxJobFilter *filter;
    GPtrArray *rows;
    char *next;
} Listing;

static gboolean list(PmxDb *db, gpointer data, GError **error)
{
    Listing *listing = data;
    listing->rows = pmx_jobs_list(db, listing->filter, &listing->next, error);
    return listing->rows != NULL;
}

static void view_free(gpointer view)
{
    pmx_job_view_free(view);
}

GPtrArray *pmx_service_jobs(PmxService *service, const PmxJobFilter *filter, char **next,
                            PmxProblems *problems)
{
    Listing listing = {filter, NULL, NULL};
    if (!pmx_service_read(service, list, &listing, problems))
        return NULL;
    g_autoptr(GPtrArray) rows = listing.rows;
    GPtrArray *views = g_ptr_array_new_with_free_func(view_free);
    g_ptr_array_set_free_func(rows, NULL);
    for (guint i = 0; i < rows->len; i++) {
        PmxJobView *view = g_new0(PmxJobView, 1);
        view->job = g_ptr_array_index(rows, i);
        pmx_engine_progress(service->engine, view);
        g_ptr_array_add(views, view);
    }
    *next = listing.next;
    return views;
}

gboolean pmx_service_cancel(PmxService *service, const char *id, PmxProblems *problems)
{
    return pmx_engine_cancel(service->engine, id, problems);
}
