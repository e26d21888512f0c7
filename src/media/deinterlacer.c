/* SPDX-License-Identifier: MIT */
/* See deinterlacer.h. */
#include "media/deinterlacer.h"

#include "media/averror.h"
#include "media/filter.h"

/*
 * bwdif filters the first frame that it is given, and no other, without what is before it; and when
 * it passes progressive frames by itself, it remembers that too long. So frames that need nothing go
 * around it, and a graph is fed from the frame before the first that does.
 */
struct PmxDeinterlacer {
    gboolean all;
    AVFrame *before, *current; /* the two frames before what comes next; NULL: none */
    PmxFilter *bwdif;          /* when it runs, it was fed up to `current` */
    GQueue ready;              /* of AVFrame * */
};

PmxDeinterlacer *pmx_deinterlacer_new(gboolean all)
{
    PmxDeinterlacer *deinterlacer = g_new0(PmxDeinterlacer, 1);
    deinterlacer->all = all;
    deinterlacer->bwdif = pmx_filter_new("bwdif=mode=send_frame:parity=auto:deint=all");
    g_queue_init(&deinterlacer->ready);
    return deinterlacer;
}

static void free_frame(gpointer data)
{
    AVFrame *frame = data;
    av_frame_free(&frame);
}

void pmx_deinterlacer_free(PmxDeinterlacer *deinterlacer)
{
    if (!deinterlacer)
        return;
    pmx_filter_free(deinterlacer->bwdif);
    av_frame_free(&deinterlacer->before);
    av_frame_free(&deinterlacer->current);
    g_queue_clear_full(&deinterlacer->ready, free_frame);
    g_free(deinterlacer);
}

/* Has it fed up to `current`. What comes out meanwhile nobody needs. */
static int catch_up(PmxDeinterlacer *deinterlacer)
{
    g_autoptr(AVFrame) unused = av_frame_alloc();
    if (!deinterlacer->before)
        return pmx_filter_put(deinterlacer->bwdif, deinterlacer->current);
    int status = pmx_filter_put(deinterlacer->bwdif, deinterlacer->before);
    return status < 0 ? status : pmx_filter_one(deinterlacer->bwdif, deinterlacer->current, unused);
}

static int filter(PmxDeinterlacer *deinterlacer, const AVFrame *next)
{
    AVFrame *made = av_frame_alloc();
    int status = pmx_filter_runs(deinterlacer->bwdif) ? 0 : catch_up(deinterlacer);
    if (status >= 0)
        status = pmx_filter_one(deinterlacer->bwdif, next, made);
    if (status < 0) {
        av_frame_free(&made);
        return status;
    }
    made->pts = deinterlacer->current->pts;
    made->interlaced_frame = 0;
    g_queue_push_tail(&deinterlacer->ready, made);
    return 0;
}

static gboolean belong_together(const AVFrame *a, const AVFrame *b)
{
    return a && b && a->width == b->width && a->height == b->height && a->format == b->format;
}

/* Makes `current` ready, of which `next` (NULL: none) is the neighbour. */
static int finish_current(PmxDeinterlacer *deinterlacer, const AVFrame *next)
{
    if (deinterlacer->all || deinterlacer->current->interlaced_frame)
        return filter(deinterlacer, next);
    pmx_filter_reset(deinterlacer->bwdif);
    g_queue_push_tail(&deinterlacer->ready, av_frame_clone(deinterlacer->current));
    return 0;
}

gboolean pmx_deinterlacer_push(PmxDeinterlacer *deinterlacer, AVFrame *frame, GError **error)
{
    /* A stream may change its picture size or format; what came before ends there. */
    gboolean joined = belong_together(deinterlacer->current, frame);
    int status = deinterlacer->current ? finish_current(deinterlacer, joined ? frame : NULL) : 0;
    if (!joined)
        pmx_filter_reset(deinterlacer->bwdif);
    av_frame_free(&deinterlacer->before);
    deinterlacer->before = joined ? g_steal_pointer(&deinterlacer->current) : NULL;
    av_frame_free(&deinterlacer->current);
    if (frame) {
        deinterlacer->current = av_frame_alloc();
        av_frame_move_ref(deinterlacer->current, frame);
    }
    return status >= 0 ||
           pmx_av_fail(error, PMX_CODE_INTERNAL, status, "pictures cannot be deinterlaced");
}

gboolean pmx_deinterlacer_take(PmxDeinterlacer *deinterlacer, AVFrame *frame)
{
    AVFrame *ready = g_queue_pop_head(&deinterlacer->ready);
    av_frame_unref(frame);
    if (!ready)
        return FALSE;
    av_frame_move_ref(frame, ready);
    av_frame_free(&ready);
    return TRUE;
}
