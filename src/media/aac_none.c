/* SPDX-License-Identifier: MIT */
/* The AAC encoder of a build without libfdk-aac: see aac.h. Jobs that need it are refused before
 * they come here. */
#include "media/aac.h"

static gboolean absent(GError **error)
{
    g_set_error(error, PMX_ERROR, PMX_CODE_NOT_SUPPORTED,
                "this build has no AAC encoder: install libfdk-aac-dev, build again");
    return FALSE;
}

PmxAac *pmx_aac_new(const PmxAacSettings *settings, GError **error)
{
    (void)settings;
    absent(error);
    return NULL;
}

void pmx_aac_free(PmxAac *aac)
{
    (void)aac;
}

int pmx_aac_frame_length(const PmxAac *aac)
{
    (void)aac;
    return 0;
}

int pmx_aac_priming(const PmxAac *aac)
{
    (void)aac;
    return 0;
}

const guint8 *pmx_aac_config(const PmxAac *aac, gsize *length)
{
    (void)aac;
    *length = 0;
    return NULL;
}

gboolean pmx_aac_encode(PmxAac *aac, const gint16 *samples, gsize count, PmxAacFunc take,
                        gpointer data, GError **error)
{
    (void)aac, (void)samples, (void)count, (void)take, (void)data;
    return absent(error);
}

char *pmx_aac_version(void)
{
    return NULL;
}
