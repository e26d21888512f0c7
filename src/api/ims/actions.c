/* SPDX-License-Identifier: MIT */
/* The table of actions: see actions.h. */
#include "api/ims/actions.h"

#include "base/reference.h"
#include "base/suggest.h"

static const PmxImsAction *const actions[] = {
    &pmx_ims_submit_media_convert_job,
    &pmx_ims_get_media_convert_job,
    &pmx_ims_list_media_convert_jobs,
    &pmx_ims_cancel_media_convert_job,
    &pmx_ims_set_event_callback,
    &pmx_ims_get_event_callback,
    &pmx_ims_create_custom_template,
    &pmx_ims_update_custom_template,
    &pmx_ims_delete_custom_template,
    &pmx_ims_get_custom_template,
    &pmx_ims_list_custom_templates,
    &pmx_ims_set_default_custom_template,
    &pmx_ims_list_system_templates,
    &pmx_ims_get_system_template,
    &pmx_ims_create_pipeline,
    &pmx_ims_update_pipeline,
    &pmx_ims_get_pipeline,
    &pmx_ims_list_pipelines,
    &pmx_ims_delete_pipeline,
    &pmx_ims_get_storage_list,
    &pmx_ims_set_default_storage_location,
    &pmx_ims_get_default_storage_location,
    &pmx_ims_submit_media_info_job,
    &pmx_ims_get_media_info_job,
};

const PmxImsAction *pmx_ims_action_at(guint i)
{
    return i < G_N_ELEMENTS(actions) ? actions[i] : NULL;
}

const PmxImsAction *pmx_ims_action_find(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(actions); i++)
        if (g_str_equal(actions[i]->name, name))
            return actions[i];
    return NULL;
}

static const char *name_at(G_GNUC_UNUSED gconstpointer names, guint i)
{
    return i < G_N_ELEMENTS(actions) ? actions[i]->name : NULL;
}

const char *pmx_ims_action_near(const char *name)
{
    return pmx_suggest(name, name_at, NULL);
}

char *pmx_ims_reference_markdown(void)
{
    GString *page = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(actions); i++) {
        g_autofree char *section = pmx_reference_markdown(actions[i]->parameters);
        g_string_append_printf(page, "%s%s", i > 0 ? "\n" : "", section);
    }
    return g_string_free(page, FALSE);
}
