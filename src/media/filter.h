/* SPDX-License-Identifier: MIT */
/*
 * A chain of libavfilter's filters for pictures, linked when the first frame comes and again when
 * frames of another size or format do. One thread, and the same samples on every processor.
 *
 * What fails is an AVERROR code, for pmx_av_fail().
 */
#pragma once

#include <glib.h>
#include <libavutil/frame.h>

typedef struct PmxFilter PmxFilter;

/* `chain` in libavfilter's notation, such as "hflip,format=gray"; copied. */
PmxFilter *pmx_filter_new(const char *chain);
void pmx_filter_free(PmxFilter *filter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PmxFilter, pmx_filter_free)

/* Begins anew with the next frame; what was not taken is lost. */
void pmx_filter_reset(PmxFilter *filter);

/* Whether a frame was put since it began. */
gboolean pmx_filter_runs(const PmxFilter *filter);

/* `frame` stays the caller's; NULL: it was the last. */
int pmx_filter_put(PmxFilter *filter, const AVFrame *frame);

/* `made` has to be empty; AVERROR(EAGAIN): another frame has to be put first. */
int pmx_filter_take(PmxFilter *filter, AVFrame *made);

/* Both, for chains that make one frame of each at once. */
int pmx_filter_one(PmxFilter *filter, const AVFrame *frame, AVFrame *made);
