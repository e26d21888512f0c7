/* SPDX-License-Identifier: MIT */
/* One output's rate control: what is said of it goes together, and the encoder can do it (see
 * build.h). Pure. */
#include "job/build.h"

/* What an encoder can be told, one of them at a time. */
typedef enum { NOTHING, BITRATE, CRF, QSCALE } Aim;
static const char *const aim_keys[] = {[BITRATE] = "Bitrate", [CRF] = "Crf", [QSCALE] = "Qscale"};

typedef struct {
    PmxBuildOutput *building;
    const PmxTransConfig *trans;
    Aim aim;
    gboolean own;        /* OverrideParams has the aim */
    gboolean mode_given; /* and meant */
} Rate;

static gboolean written(const Rate *rate, const char *section, const char *key)
{
    return pmx_build_given(json_object_get(rate->building->over, section), key);
}

static gboolean merged(const Rate *rate, const char *section, const char *key)
{
    return pmx_build_given(json_object_get(rate->building->merged, section), key);
}

/* Takes `message`. Where the template has the key, only its id has a path, so the key is told besides. */
static void refuse(const Rate *rate, const char *section, const char *key, char *message)
{
    const char *const keys[] = {key, NULL};
    if (!written(rate, section, key)) {
        g_autofree char *bare = message;
        message = g_strdup_printf("the template's %s.%s: %s", section, key, bare);
    }
    pmx_build_report(rate->building, PMX_CODE_INVALID,
                     pmx_build_blame(rate->building, section, keys), message);
}

/* --- which of the three --- */

/* The one that is given; the first two exclude one another. */
static Aim find_aim(const Rate *rate,
                    gboolean (*given)(const Rate *rate, const char *section, const char *key))
{
    Aim found = NOTHING;
    for (Aim aim = BITRATE; aim <= QSCALE; aim++) {
        if (!given(rate, "Video", aim_keys[aim]))
            continue;
        if (found)
            refuse(rate, "Video", aim_keys[aim],
                   g_strdup_printf("%s and %s exclude one another; leave one of them out",
                                   aim_keys[found], aim_keys[aim]));
        found = aim;
    }
    return found;
}

static gboolean fits(Aim aim, PmxTransMode mode)
{
    switch (mode) {
    case PMX_TRANS_CBR:
    case PMX_TRANS_TWOPASS:
        return aim == BITRATE;
    case PMX_TRANS_CRF:
        return aim == CRF || aim == NOTHING;
    default:
        return TRUE; /* onepass without Bitrate is fixCRF */
    }
}

/* What OverrideParams says goes before the template, and with it what it goes together with. */
static void choose_aim(Rate *rate)
{
    rate->aim = find_aim(rate, written);
    rate->own = rate->aim != NOTHING;
    if (!rate->own)
        rate->aim = find_aim(rate, merged);
    rate->mode_given = written(rate, "TransConfig", "TransMode") ||
                       (merged(rate, "TransConfig", "TransMode") &&
                        (!rate->own || fits(rate->aim, rate->trans->mode)));
}

static void check_mode(const Rate *rate)
{
    const char *mode = pmx_trans_mode_names[rate->trans->mode];
    if (!rate->mode_given || fits(rate->aim, rate->trans->mode))
        return;
    if (rate->trans->mode == PMX_TRANS_CRF)
        refuse(rate, "TransConfig", "TransMode",
               g_strdup_printf("fixCRF goes with Video.Crf, not with Video.%s; leave one of them "
                               "out",
                               aim_keys[rate->aim]));
    else
        refuse(rate, "TransConfig", "TransMode",
               g_strdup_printf("%s needs Video.Bitrate; give it, or leave this out", mode));
}

static PmxRateMode mode_of(const Rate *rate)
{
    if (rate->aim == QSCALE)
        return PMX_RATE_QP;
    if (rate->aim != BITRATE)
        return PMX_RATE_CRF;
    if (!rate->mode_given)
        return PMX_RATE_ONEPASS;
    return rate->trans->mode == PMX_TRANS_CBR       ? PMX_RATE_CBR
           : rate->trans->mode == PMX_TRANS_TWOPASS ? PMX_RATE_TWOPASS
                                                    : PMX_RATE_ONEPASS;
}

/* --- limits of the encoders --- */

static void check_quality(const Rate *rate)
{
    const PmxVideo *video = &rate->building->output->video;
    gboolean lossless = (rate->aim == CRF && video->crf >= 0 && video->crf < 1) ||
                        (rate->aim == QSCALE && video->qscale == 0);
    if (video->codec == PMX_CODEC_H264 && video->pixels == PMX_PIXELS_8 && lossless)
        refuse(rate, "Video", aim_keys[rate->aim],
               g_strdup("below 1 H.264 is lossless, which none of its profiles here has; give 1 or "
                        "more"));
    if (video->codec == PMX_CODEC_AV1 && rate->aim == CRF &&
        video->crf != (double)(gint64)video->crf)
        refuse(rate, "Video", "Crf", g_strdup("must be a whole number for AV1"));
}

static void check_pixels(const Rate *rate)
{
    static const char *const names[] = {"baseline", "main", "high"};
    const PmxVideo *video = &rate->building->output->video;
    if (video->codec == PMX_CODEC_H264 && video->pixels == PMX_PIXELS_10 && video->profile != 2)
        refuse(rate, "Video", "PixFmt",
               g_strdup_printf("10 bits need Profile high (it becomes High 10), not %s",
                               names[video->profile]));
}

static void check_preset(const Rate *rate)
{
    const PmxVideo *video = &rate->building->output->video;
    if (video->codec != PMX_CODEC_AV1 && g_ascii_isdigit(video->preset[0]))
        refuse(rate, "Video", "Preset",
               g_strdup("is a number for AV1 only; name one from ultrafast to placebo"));
}

static void check_buffer(const Rate *rate)
{
    const PmxVideo *video = &rate->building->output->video;
    if (video->maxrate > 0 && rate->aim == QSCALE)
        refuse(rate, "Video", "Maxrate",
               g_strdup("cannot be held with Qscale, which takes what it takes; use Crf instead, "
                        "or leave it out"));
    else if (video->maxrate > 0 && video->codec == PMX_CODEC_AV1)
        refuse(rate, "Video", "Maxrate",
               g_strdup("cannot be held by the AV1 encoder; leave it out, or use H.264 or H.265"));
    if (video->maxrate == 0 && rate->building->output->rate != PMX_RATE_CBR &&
        written(rate, "Video", "Bufsize"))
        refuse(rate, "Video", "Bufsize",
               g_strdup("has no effect without Maxrate; give that too, or leave it out"));
}

static void check_limits(const Rate *rate)
{
    const PmxVideo *video = &rate->building->output->video;
    gboolean cbr = rate->building->output->rate == PMX_RATE_CBR;
    if (cbr && video->codec == PMX_CODEC_AV1)
        refuse(rate, "TransConfig", "TransMode",
               g_strdup("CBR is for H.264 and H.265 only; AV1 takes onepass and twopass"));
    else if (cbr && video->maxrate > 0 && video->bitrate > 0 && video->maxrate != video->bitrate)
        refuse(rate, "Video", "Maxrate",
               g_strdup("with CBR the highest rate is Bitrate itself; leave it out"));
    else if (rate->aim == BITRATE && video->maxrate > 0 && video->maxrate < video->bitrate)
        refuse(rate, "Video", "Maxrate",
               g_strdup_printf("is less than Bitrate, %" G_GINT64_FORMAT, video->bitrate));
}

/* A template's go with its Bitrate, and both are passed over where OverrideParams has Crf or Qscale. */
static void check_checks(const Rate *rate)
{
    const char *key = rate->trans->check_video_bitrate_fail ? "IsCheckVideoBitrateFail"
                      : rate->trans->check_video_bitrate    ? "IsCheckVideoBitrate"
                                                            : NULL;
    gboolean passed_over = rate->own && key && !written(rate, "TransConfig", key);
    if (key && rate->aim != BITRATE && !passed_over)
        refuse(rate, "TransConfig", key,
               g_strdup("compares with Video.Bitrate, which is not given; give it, or leave this "
                        "out"));
}

void pmx_build_rate(PmxBuildOutput *building)
{
    PmxTransConfig trans;
    PmxVideo video; /* read once more, only for whether it can be */
    gboolean ok = pmx_build_section(building, "TransConfig", &pmx_trans_config_object, &trans);
    ok &= pmx_build_section(building, "Video", &pmx_video_object, &video);
    pmx_object_clear(&pmx_video_object, &video);
    Rate rate = {.building = building, .trans = &trans};
    /* What is copied, GIF and WebP have nothing of the kind. */
    if (!ok || building->output->video.remove || building->output->video.codec > PMX_CODEC_AV1)
        return;
    choose_aim(&rate);
    check_mode(&rate);
    building->output->rate = (int)mode_of(&rate);
    check_quality(&rate);
    check_pixels(&rate);
    check_preset(&rate);
    check_buffer(&rate);
    check_limits(&rate);
    check_checks(&rate);
    building->output->check_bitrate = trans.check_video_bitrate;
    building->output->check_bitrate_fail = trans.check_video_bitrate_fail;
}
