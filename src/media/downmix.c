/* SPDX-License-Identifier: MIT */
/* See downmix.h. */
#include "media/downmix.h"

#include <string.h>

#define HALF_POWER 0.70710678118654752440

typedef struct {
    enum AVChannel channel;
    gboolean dropped; /* nowhere to go but to itself */
    struct {
        enum AVChannel channel;
        double weight; /* 0: no more */
    } to[2];
} Rule;

/* In order: the first whose targets are all there is taken, else the last one leads on. */
static const Rule rules[] = {
    {AV_CHAN_FRONT_LEFT, .to = {{AV_CHAN_FRONT_CENTER, HALF_POWER}}},
    {AV_CHAN_FRONT_RIGHT, .to = {{AV_CHAN_FRONT_CENTER, HALF_POWER}}},
    {AV_CHAN_FRONT_CENTER,
     .to = {{AV_CHAN_FRONT_LEFT, HALF_POWER}, {AV_CHAN_FRONT_RIGHT, HALF_POWER}}},
    {AV_CHAN_LOW_FREQUENCY, .dropped = TRUE},
    {AV_CHAN_LOW_FREQUENCY_2, .to = {{AV_CHAN_LOW_FREQUENCY, 1}}},
    {AV_CHAN_BACK_LEFT, .to = {{AV_CHAN_SIDE_LEFT, 1}}},
    {AV_CHAN_BACK_LEFT, .to = {{AV_CHAN_BACK_CENTER, HALF_POWER}}},
    {AV_CHAN_BACK_LEFT, .to = {{AV_CHAN_FRONT_LEFT, HALF_POWER}}},
    {AV_CHAN_BACK_RIGHT, .to = {{AV_CHAN_SIDE_RIGHT, 1}}},
    {AV_CHAN_BACK_RIGHT, .to = {{AV_CHAN_BACK_CENTER, HALF_POWER}}},
    {AV_CHAN_BACK_RIGHT, .to = {{AV_CHAN_FRONT_RIGHT, HALF_POWER}}},
    {AV_CHAN_SIDE_LEFT, .to = {{AV_CHAN_BACK_LEFT, 1}}},
    {AV_CHAN_SIDE_LEFT, .to = {{AV_CHAN_BACK_CENTER, HALF_POWER}}},
    {AV_CHAN_SIDE_LEFT, .to = {{AV_CHAN_FRONT_LEFT, HALF_POWER}}},
    {AV_CHAN_SIDE_RIGHT, .to = {{AV_CHAN_BACK_RIGHT, 1}}},
    {AV_CHAN_SIDE_RIGHT, .to = {{AV_CHAN_BACK_CENTER, HALF_POWER}}},
    {AV_CHAN_SIDE_RIGHT, .to = {{AV_CHAN_FRONT_RIGHT, HALF_POWER}}},
    {AV_CHAN_BACK_CENTER,
     .to = {{AV_CHAN_BACK_LEFT, HALF_POWER}, {AV_CHAN_BACK_RIGHT, HALF_POWER}}},
    {AV_CHAN_BACK_CENTER,
     .to = {{AV_CHAN_SIDE_LEFT, HALF_POWER}, {AV_CHAN_SIDE_RIGHT, HALF_POWER}}},
    {AV_CHAN_BACK_CENTER, .to = {{AV_CHAN_FRONT_LEFT, 0.5}, {AV_CHAN_FRONT_RIGHT, 0.5}}},
    {AV_CHAN_FRONT_LEFT_OF_CENTER,
     .to = {{AV_CHAN_FRONT_LEFT, HALF_POWER}, {AV_CHAN_FRONT_CENTER, HALF_POWER}}},
    {AV_CHAN_FRONT_LEFT_OF_CENTER, .to = {{AV_CHAN_FRONT_LEFT, 1}}},
    {AV_CHAN_FRONT_RIGHT_OF_CENTER,
     .to = {{AV_CHAN_FRONT_RIGHT, HALF_POWER}, {AV_CHAN_FRONT_CENTER, HALF_POWER}}},
    {AV_CHAN_FRONT_RIGHT_OF_CENTER, .to = {{AV_CHAN_FRONT_RIGHT, 1}}},
    {AV_CHAN_WIDE_LEFT, .to = {{AV_CHAN_FRONT_LEFT, 1}}},
    {AV_CHAN_WIDE_RIGHT, .to = {{AV_CHAN_FRONT_RIGHT, 1}}},
    {AV_CHAN_STEREO_LEFT, .to = {{AV_CHAN_FRONT_LEFT, 1}}},
    {AV_CHAN_STEREO_RIGHT, .to = {{AV_CHAN_FRONT_RIGHT, 1}}},
    {AV_CHAN_SURROUND_DIRECT_LEFT, .to = {{AV_CHAN_SIDE_LEFT, 1}}},
    {AV_CHAN_SURROUND_DIRECT_RIGHT, .to = {{AV_CHAN_SIDE_RIGHT, 1}}},
    /* What hangs above or below goes to the floor. */
    {AV_CHAN_TOP_FRONT_LEFT, .to = {{AV_CHAN_FRONT_LEFT, HALF_POWER}}},
    {AV_CHAN_TOP_FRONT_RIGHT, .to = {{AV_CHAN_FRONT_RIGHT, HALF_POWER}}},
    {AV_CHAN_TOP_FRONT_CENTER, .to = {{AV_CHAN_FRONT_CENTER, HALF_POWER}}},
    {AV_CHAN_TOP_CENTER, .to = {{AV_CHAN_FRONT_LEFT, 0.5}, {AV_CHAN_FRONT_RIGHT, 0.5}}},
    {AV_CHAN_TOP_SIDE_LEFT, .to = {{AV_CHAN_SIDE_LEFT, HALF_POWER}}},
    {AV_CHAN_TOP_SIDE_RIGHT, .to = {{AV_CHAN_SIDE_RIGHT, HALF_POWER}}},
    {AV_CHAN_TOP_BACK_LEFT, .to = {{AV_CHAN_BACK_LEFT, HALF_POWER}}},
    {AV_CHAN_TOP_BACK_RIGHT, .to = {{AV_CHAN_BACK_RIGHT, HALF_POWER}}},
    {AV_CHAN_TOP_BACK_CENTER, .to = {{AV_CHAN_BACK_CENTER, HALF_POWER}}},
    {AV_CHAN_BOTTOM_FRONT_LEFT, .to = {{AV_CHAN_FRONT_LEFT, HALF_POWER}}},
    {AV_CHAN_BOTTOM_FRONT_RIGHT, .to = {{AV_CHAN_FRONT_RIGHT, HALF_POWER}}},
    {AV_CHAN_BOTTOM_FRONT_CENTER, .to = {{AV_CHAN_FRONT_CENTER, HALF_POWER}}},
};

typedef struct {
    const AVChannelLayout *in, *out;
    double *matrix;
    int from; /* the channel that is being placed */
} Mix;

static gboolean has(const AVChannelLayout *layout, enum AVChannel channel)
{
    return av_channel_layout_index_from_channel(layout, channel) >= 0;
}

static gboolean fits(const Mix *mix, const Rule *rule)
{
    for (guint i = 0; i < G_N_ELEMENTS(rule->to) && rule->to[i].weight > 0; i++)
        if (!has(mix->out, rule->to[i].channel))
            return FALSE;
    return !rule->dropped;
}

static const Rule *rule_for(const Mix *mix, enum AVChannel channel)
{
    const Rule *last = NULL;
    for (guint i = 0; i < G_N_ELEMENTS(rules); i++) {
        if (rules[i].channel != channel)
            continue;
        last = &rules[i];
        if (fits(mix, last))
            break;
    }
    return last;
}

/* Each step leads nearer to the front, whose channels every layout has some of; the depth is for
 * layouts of nothing else. */
static gboolean place(const Mix *mix, enum AVChannel channel, double weight, int depth)
{
    int at = av_channel_layout_index_from_channel(mix->out, channel);
    if (at >= 0) {
        mix->matrix[at * mix->in->nb_channels + mix->from] += weight;
        return TRUE;
    }
    const Rule *rule = rule_for(mix, channel);
    if (!rule || depth > 5)
        return rule != NULL;
    for (guint i = 0; i < G_N_ELEMENTS(rule->to) && rule->to[i].weight > 0; i++) {
        /* Two that share a place add up in power. */
        gboolean shared = rule->to[i].weight == 1 && has(mix->in, rule->to[i].channel);
        if (!place(mix, rule->to[i].channel, weight * (shared ? HALF_POWER : rule->to[i].weight),
                   depth + 1))
            return FALSE;
    }
    return TRUE;
}

gboolean pmx_downmix(const AVChannelLayout *in, const AVChannelLayout *out, double *matrix)
{
    memset(matrix, 0, sizeof *matrix * (gsize)in->nb_channels * (gsize)out->nb_channels);
    for (int i = 0; i < in->nb_channels; i++) {
        const Mix mix = {in, out, matrix, i};
        if (!place(&mix, av_channel_layout_channel_from_index(in, (unsigned)i), 1, 0))
            return FALSE;
    }
    return TRUE;
}
