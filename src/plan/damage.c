/* SPDX-License-Identifier: MIT */
/* See damage.h. */
#include "plan/damage.h"

/* Takes `text`. */
static void tell(GPtrArray *warnings, char *text)
{
    if (g_ptr_array_find_with_equal_func(warnings, text, g_str_equal, NULL))
        g_free(text);
    else
        g_ptr_array_add(warnings, text);
}

void pmx_damage_tell(const PmxPlanInput *inputs, guint source, GPtrArray *warnings)
{
    const GPtrArray *notes = inputs[source].facts->warnings;
    for (guint i = 0; notes && i < notes->len; i++)
        tell(warnings, g_strdup_printf("Inputs[%u]: %s", source,
                                       ((const PmxNote *)g_ptr_array_index(notes, i))->text));
}

gboolean pmx_damage_audio(const PmxPlanInput *inputs, guint source, GPtrArray *warnings)
{
    const GPtrArray *streams = inputs[source].facts->streams;
    gboolean any = FALSE;
    for (guint i = 0; streams && i < streams->len; i++) {
        const PmxStream *stream = g_ptr_array_index(streams, i);
        if (stream->kind != PMX_STREAM_AUDIO)
            continue;
        any |= stream->decodable;
        if (!stream->decodable)
            tell(warnings,
                 g_strdup_printf("Inputs[%u]: the audio track %" G_GINT64_FORMAT
                                 " is left out, it cannot be read: %s",
                                 source, stream->index,
                                 stream->problem ? stream->problem : "nothing in it decodes"));
    }
    return any;
}

char *pmx_damage_text(gint64 packets)
{
    return g_strdup_printf("%" G_GINT64_FORMAT
                           " damaged packet%s of the inputs %s left out or did not "
                           "decode whole; what %s held is missing",
                           packets, packets == 1 ? "" : "s", packets == 1 ? "was" : "were",
                           packets == 1 ? "it" : "they");
}
