/* SPDX-License-Identifier: MIT */
/* See stretch.h. */
#include "media/stretch.h"

#include <rubberband/rubberband-c.h>
#include <string.h>

enum { BLOCK = 1024, CHANNELS_MAX = 8 };

struct PmxStretch {
    RubberBandState state;
    int channels;
    PmxRatio tempo;
    PmxSamplesFunc take;
    gpointer data;
    gint64 in, out; /* samples a channel */
    gint64 skip;    /* of what comes out next, the engine's own delay */
    float *planes;  /* channels x BLOCK */
    float *mixed;   /* the same, interleaved */
};

static void split(PmxStretch *stretch, float **planes)
{
    for (int c = 0; c < stretch->channels; c++)
        planes[c] = stretch->planes + (gsize)c * BLOCK;
}

/* The engine wants silence before the first sample, and gives out a delay for it that is cut. */
static void lead_in(PmxStretch *stretch)
{
    float *planes[CHANNELS_MAX];
    split(stretch, planes);
    memset(stretch->planes, 0, sizeof(float) * BLOCK * (gsize)stretch->channels);
    stretch->skip = rubberband_get_start_delay(stretch->state);
    for (guint left = rubberband_get_preferred_start_pad(stretch->state); left > 0;) {
        guint part = MIN(left, BLOCK);
        rubberband_process(stretch->state, (const float *const *)planes, part, 0);
        left -= part;
    }
}

PmxStretch *pmx_stretch_new(int channels, int rate, PmxRatio tempo, PmxSamplesFunc take,
                            gpointer data)
{
    PmxStretch *stretch = g_new0(PmxStretch, 1);
    *stretch = (PmxStretch){.channels = channels, .tempo = tempo, .take = take, .data = data};
    stretch->state =
        rubberband_new((unsigned)rate, (unsigned)channels,
                       RubberBandOptionProcessRealTime | RubberBandOptionEngineFiner |
                           RubberBandOptionThreadingNever | RubberBandOptionChannelsTogether,
                       (double)tempo.den / (double)tempo.num, 1);
    rubberband_set_max_process_size(stretch->state, BLOCK);
    stretch->planes = g_new0(float, (gsize)channels *BLOCK);
    stretch->mixed = g_new0(float, (gsize)channels *BLOCK);
    lead_in(stretch);
    return stretch;
}

void pmx_stretch_free(PmxStretch *stretch)
{
    if (!stretch)
        return;
    rubberband_delete(stretch->state);
    g_free(stretch->planes);
    g_free(stretch->mixed);
    g_free(stretch);
}

static gint64 wanted(const PmxStretch *stretch)
{
    PmxRatio stretched = {stretch->tempo.den, stretch->tempo.num};
    return pmx_rescale(stretch->in, stretched, (PmxRatio){1, 1});
}

static gboolean give(PmxStretch *stretch, gint64 from, gint64 count, GError **error)
{
    float *to = stretch->mixed;
    for (gint64 i = from; i < from + count; i++)
        for (int c = 0; c < stretch->channels; c++)
            *to++ = stretch->planes[(gsize)c * BLOCK + (gsize)i];
    stretch->out += count;
    return count == 0 || stretch->take(stretch->mixed, (gsize)count, stretch->data, error);
}

/* Gives on what has come out, no more than `room` samples of it. */
static gboolean drain(PmxStretch *stretch, gint64 room, GError **error)
{
    float *planes[CHANNELS_MAX];
    split(stretch, planes);
    int ready;
    while ((ready = rubberband_available(stretch->state)) > 0) {
        gint64 got = rubberband_retrieve(stretch->state, planes, (unsigned)MIN(ready, BLOCK));
        gint64 skip = MIN(got, stretch->skip), count = MIN(got - skip, room);
        stretch->skip -= skip;
        room -= count;
        if (!give(stretch, skip, count, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean push(PmxStretch *stretch, const float *samples, gsize count, GError **error)
{
    float *planes[CHANNELS_MAX];
    split(stretch, planes);
    for (gsize i = 0; i < count; i++)
        for (int c = 0; c < stretch->channels; c++)
            planes[c][i] = *samples++;
    rubberband_process(stretch->state, (const float *const *)planes, (unsigned)count, 0);
    stretch->in += (gint64)count;
    return drain(stretch, G_MAXINT64, error);
}

gboolean pmx_stretch_push(PmxStretch *stretch, const float *samples, gsize count, GError **error)
{
    for (gsize at = 0; at < count; at += BLOCK)
        if (!push(stretch, samples + at * (gsize)stretch->channels, MIN(BLOCK, count - at), error))
            return FALSE;
    return TRUE;
}

/* The engine may come out a little short; the rest is silence. */
static gboolean fill(PmxStretch *stretch, GError **error)
{
    memset(stretch->planes, 0, sizeof(float) * BLOCK * (gsize)stretch->channels);
    for (gint64 left = wanted(stretch) - stretch->out; left > 0; left -= BLOCK)
        if (!give(stretch, 0, MIN(left, BLOCK), error))
            return FALSE;
    return TRUE;
}

gboolean pmx_stretch_finish(PmxStretch *stretch, GError **error)
{
    float *planes[CHANNELS_MAX];
    split(stretch, planes);
    rubberband_process(stretch->state, (const float *const *)planes, 0, 1);
    return drain(stretch, MAX(0, wanted(stretch) - stretch->out), error) && fill(stretch, error);
}
