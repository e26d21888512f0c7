/* SPDX-License-Identifier: MIT */
/* Templates: the ready-made ones and those of users. See service.h. */
#include <string.h>

#include "base/suggest.h"
#include "job/params.h"
#include "job/template-subtype.h"
#include "service/private.h"

enum { TRANSCODE = 1, NAME_BYTES = 255 };

/* --- the set that jobs are parsed with --- */

static void template_free(gpointer record)
{
    pmx_template_record_free(record);
}

static void note_ready_made(PmxService *service)
{
    g_autoptr(PmxTemplates) templates = pmx_templates_new();
    const char *id;
    service->ready_made = g_ptr_array_new_with_free_func(template_free);
    for (guint i = 0; (id = pmx_templates_id_at(templates, i)); i++) {
        PmxTemplateRecord *record = g_new0(PmxTemplateRecord, 1);
        record->id = g_strdup(id);
        record->name = g_strdup(id);
        record->type = TRANSCODE;
        record->subtype = PMX_SUBTYPE_NORMAL;
        record->config = json_deep_copy(pmx_templates_get(templates, id));
        g_ptr_array_add(service->ready_made, record);
    }
}

static gboolean read_all(PmxDb *db, gpointer data, GError **error)
{
    GPtrArray **rows = data;
    *rows = pmx_custom_templates_all(db, error);
    return *rows != NULL;
}

static gboolean load(PmxService *service, GError **error)
{
    g_autoptr(GPtrArray) rows = NULL;
    if (!pmx_store_read(service->store, read_all, &rows, error))
        return FALSE;
    PmxTemplates *templates = pmx_templates_new();
    for (guint i = 0; i < rows->len; i++) {
        const PmxTemplateRecord *row = g_ptr_array_index(rows, i);
        json_t *config = pmx_template_of_subtype(row->config, row->subtype);
        pmx_templates_add(templates, row->id, config);
        json_decref(config);
    }
    g_rw_lock_writer_lock(&service->templates_lock);
    PmxTemplates *before = service->templates;
    service->templates = templates;
    g_rw_lock_writer_unlock(&service->templates_lock);
    pmx_templates_free(before);
    return TRUE;
}

gboolean pmx_service_templates_open(PmxService *service, GError **error)
{
    note_ready_made(service);
    return load(service, error);
}

void pmx_service_templates_close(PmxService *service)
{
    g_clear_pointer(&service->ready_made, g_ptr_array_unref);
    g_clear_pointer(&service->templates, pmx_templates_free);
}

json_t *pmx_service_templates_used(const PmxService *service, const PmxJob *job)
{
    json_t *used = NULL;
    for (guint i = 0; i < job->outputs->len; i++) {
        const char *id = ((PmxOutput *)g_ptr_array_index(job->outputs, i))->template_id;
        if (!id || pmx_service_system_template((PmxService *)service, id))
            continue;
        const json_t *config = pmx_templates_get(service->templates, id);
        used = used ? used : json_object();
        json_object_set_new(used, id, json_deep_copy(config));
    }
    return used;
}

/* --- ready-made ones --- */

const PmxTemplateRecord *pmx_service_system_template(PmxService *service, const char *id)
{
    for (guint i = 0; i < service->ready_made->len; i++) {
        const PmxTemplateRecord *record = g_ptr_array_index(service->ready_made, i);
        if (g_strcmp0(record->id, id) == 0)
            return record;
    }
    return NULL;
}

const GPtrArray *pmx_service_system_templates(PmxService *service)
{
    return service->ready_made;
}

/* --- checks --- */

static void check_kind(gint64 type, gint64 subtype, PmxProblems *problems)
{
    if (type != TRANSCODE)
        pmx_problems_add(problems, PMX_CODE_NOT_SUPPORTED, "Type",
                         "must be 1 (transcode): this version of Polymux makes nothing else");
    if (subtype < PMX_SUBTYPE_NORMAL || subtype > PMX_SUBTYPE_REMUX)
        pmx_problems_add(problems, PMX_CODE_NOT_SUPPORTED, "Subtype",
                         "must be 1 (Normal), 2 (AudioTranscode) or 3 (Remux): this version of "
                         "Polymux does not know the others");
}

static void check_name(const char *name, PmxProblems *problems)
{
    if (!name || !*name)
        pmx_problems_add(problems, PMX_CODE_MISSING_PARAMETER, "Name", "is required");
    else if (strlen(name) > NAME_BYTES)
        pmx_problems_add(problems, PMX_CODE_OUT_OF_RANGE, "Name",
                         "must be at most %d bytes long, not %zu", NAME_BYTES, strlen(name));
}

static void check_config(const json_t *config, gint64 subtype, PmxProblems *problems)
{
    PmxParams params;
    pmx_template_check_subtype(config, subtype, problems);
    pmx_object_parse(&pmx_params_object, config, "TemplateConfig", &params, problems);
    pmx_object_clear(&pmx_params_object, &params);
}

/* An id of the user's own goes into URLs. */
static void check_id(PmxService *service, const char *id, PmxProblems *problems)
{
    if (!g_regex_match_simple("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", id, 0, 0))
        pmx_problems_add(problems, PMX_CODE_INVALID, "TemplateId",
                         "must be 1 to 64 letters, digits, dots, hyphens and underscores");
    else if (pmx_service_system_template(service, id))
        pmx_problems_add(problems, PMX_CODE_INVALID, "TemplateId",
                         "\"%s\" is a ready-made template; take another id", id);
}

/* --- custom ones --- */

static gboolean insert(PmxDb *db, gpointer record, GError **error)
{
    const PmxTemplateRecord *row = record;
    g_autoptr(GError) failure = NULL;
    g_autoptr(PmxTemplateRecord) known = pmx_custom_templates_get(db, row->id, &failure);
    if (failure) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    if (!known)
        return pmx_custom_templates_insert(db, row, error);
    g_set_error(error, PMX_ERROR, PMX_CODE_INVALID,
                "there is a template with the id \"%s\" already", row->id);
    return FALSE;
}

static gboolean reload(PmxService *service, PmxProblems *problems)
{
    g_autoptr(GError) error = NULL;
    if (load(service, &error))
        return TRUE;
    pmx_service_fail(problems, "", error);
    return FALSE;
}

PmxTemplateRecord *pmx_service_template_create(PmxService *service, const char *id,
                                               const char *name, gint64 type, gint64 subtype,
                                               const json_t *config, PmxProblems *problems)
{
    guint before = pmx_problems_count(problems);
    check_kind(type, subtype, problems);
    check_name(name, problems);
    check_config(config, subtype, problems);
    if (id)
        check_id(service, id, problems);
    if (pmx_problems_count(problems) > before)
        return NULL;
    g_autoptr(PmxTemplateRecord) record = g_new0(PmxTemplateRecord, 1);
    record->id = id ? g_strdup(id) : pmx_service_id();
    record->name = g_strdup(name);
    record->type = type;
    record->subtype = subtype;
    record->created = record->modified = pmx_moment_now();
    record->config = json_deep_copy(config);
    if (!pmx_service_write(service, insert, record, problems) || !reload(service, problems))
        return NULL;
    return g_steal_pointer(&record);
}

typedef struct {
    const char *id, *name;
    const json_t *config;
    PmxTemplateRecord *record;
} Update;

static gboolean get(PmxDb *db, gpointer data, GError **error)
{
    Update *update = data;
    GError *failure = NULL;
    update->record = pmx_custom_templates_get(db, update->id, &failure);
    return pmx_error_none(failure, error);
}

static gboolean change(PmxDb *db, gpointer data, GError **error)
{
    Update *update = data;
    if (!get(db, data, error))
        return FALSE;
    if (!update->record)
        return TRUE;
    PmxTemplateRecord *record = update->record;
    if (update->name) {
        g_free(record->name);
        record->name = g_strdup(update->name);
    }
    if (update->config) {
        json_decref(record->config);
        record->config = json_deep_copy(update->config);
    }
    record->modified = pmx_moment_now();
    return pmx_custom_templates_update(db, record, error);
}

static const char *ready_made_id(gconstpointer service, guint i)
{
    const GPtrArray *all = ((const PmxService *)service)->ready_made;
    return i < all->len ? ((PmxTemplateRecord *)g_ptr_array_index(all, i))->id : NULL;
}

static void missing(PmxService *service, const char *id, PmxProblems *problems)
{
    const char *near = id ? pmx_suggest(id, ready_made_id, service) : NULL;
    if (pmx_service_system_template(service, id))
        pmx_problems_add(problems, PMX_CODE_INVALID, "TemplateId",
                         "\"%s\" is a ready-made template, which cannot be changed", id);
    else
        pmx_problems_add(problems, PMX_CODE_RESOURCE_NOT_FOUND, "TemplateId",
                         "The resource operated \"%s\" cannot be found: there is no such "
                         "template%s%s%s",
                         id ? id : "", near ? "; did you mean \"" : "", near ? near : "",
                         near ? "\"?" : "");
}

/* A template keeps its subtype. */
static void check_new_config(PmxService *service, const char *id, const json_t *config,
                             PmxProblems *problems)
{
    g_autoptr(PmxProblems) unread = pmx_problems_new(); /* the change itself tells of them */
    g_autoptr(PmxTemplateRecord) record = pmx_service_template(service, id, unread);
    check_config(config, record ? record->subtype : PMX_SUBTYPE_NORMAL, problems);
}

PmxTemplateRecord *pmx_service_template_update(PmxService *service, const char *id,
                                               const char *name, const json_t *config,
                                               PmxProblems *problems)
{
    guint before = pmx_problems_count(problems);
    Update update = {id, name, config, NULL};
    if (name)
        check_name(name, problems);
    if (config)
        check_new_config(service, id, config, problems);
    if (pmx_problems_count(problems) > before)
        return NULL;
    gboolean ok = pmx_service_write(service, change, &update, problems);
    g_autoptr(PmxTemplateRecord) record = update.record;
    if (ok && !record)
        missing(service, id, problems);
    return ok && record && reload(service, problems) ? g_steal_pointer(&record) : NULL;
}

PmxTemplateRecord *pmx_service_template(PmxService *service, const char *id, PmxProblems *problems)
{
    Update update = {.id = id};
    if (pmx_service_read(service, get, &update, problems) && !update.record)
        missing(service, id, problems);
    return update.record;
}

typedef struct {
    const char *id;
    gboolean found;
} Named;

static gboolean drop(PmxDb *db, gpointer data, GError **error)
{
    Named *named = data;
    return pmx_custom_templates_delete(db, named->id, &named->found, error);
}

static gboolean make_default(PmxDb *db, gpointer data, GError **error)
{
    Named *named = data;
    return pmx_custom_templates_set_default(db, named->id, &named->found, error);
}

static gboolean write_named(PmxService *service, PmxStoreWork work, const char *id,
                            PmxProblems *problems)
{
    Named named = {id, FALSE};
    gboolean ok = pmx_service_write(service, work, &named, problems);
    if (ok && !named.found)
        missing(service, id, problems);
    return ok && named.found;
}

gboolean pmx_service_template_delete(PmxService *service, const char *id, PmxProblems *problems)
{
    return write_named(service, drop, id, problems) && reload(service, problems);
}

gboolean pmx_service_template_set_default(PmxService *service, const char *id,
                                          PmxProblems *problems)
{
    return write_named(service, make_default, id, problems);
}

/* --- lists --- */

typedef struct {
    const PmxTemplateFilter *filter;
    GPtrArray *rows;
    gint64 total;
} Listing;

static gboolean list(PmxDb *db, gpointer data, GError **error)
{
    Listing *listing = data;
    listing->rows = pmx_custom_templates_list(db, listing->filter, &listing->total, error);
    return listing->rows != NULL;
}

GPtrArray *pmx_service_templates(PmxService *service, const PmxTemplateFilter *filter,
                                 gint64 *total, PmxProblems *problems)
{
    Listing listing = {filter, NULL, 0};
    if (pmx_service_read(service, list, &listing, problems))
        *total = listing.total;
    return listing.rows;
}

typedef struct {
    gint64 type, subtype;
    PmxTemplateRecord *record;
} Default;

static gboolean get_default(PmxDb *db, gpointer data, GError **error)
{
    Default *wanted = data;
    GError *failure = NULL;
    wanted->record = pmx_custom_templates_default(db, wanted->type, wanted->subtype, &failure);
    return pmx_error_none(failure, error);
}

PmxTemplateRecord *pmx_service_template_default(PmxService *service, gint64 type, gint64 subtype,
                                                PmxProblems *problems)
{
    Default wanted = {type, subtype, NULL};
    if (pmx_service_read(service, get_default, &wanted, problems) && !wanted.record)
        pmx_problems_add(problems, PMX_CODE_RESOURCE_NOT_FOUND, "",
                         "The resource operated \"default template\" cannot be found: none is set "
                         "for this Type and Subtype");
    return wanted.record;
}
