/* SPDX-License-Identifier: MIT */
/*
 * The border task: the black bars that a film has from beginning to end.
 *
 *     pictures spread over the film ─► upright, grey ─► what is not black, of all together ─► "0.pmx"
 *
 * A line belongs to a bar when its mean is black in every picture that is looked at: so bars stay
 * the same for the whole film, a dark scene cuts nothing off, and neither do subtitles in a bar. The
 * pictures stand at fixed places of the film, whatever it is cut into.
 */
#include "media/averror.h"
#include "media/border.h"
#include "media/decoder.h"
#include "media/filter.h"
#include "media/finding.h"
#include "media/scaler.h"
#include "plan/task.h"

/* How many pictures are looked at: one a second, within these. */
enum { LOOKS_MIN = 12, LOOKS_MAX = 60 };

/* A line is black up to this mean of 0..255; libavfilter's cropdetect has 24 of 16..235. */
enum { BLACK = 9 };

/* --- looking --- */

static gboolean row_shows(const AVFrame *gray, int y)
{
    guint64 sum = 0;
    for (int x = 0; x < gray->width; x++)
        sum += gray->data[0][(gint64)y * gray->linesize[0] + x];
    return sum > (guint64)BLACK * (guint64)gray->width;
}

static gboolean column_shows(const AVFrame *gray, int x)
{
    guint64 sum = 0;
    for (int y = 0; y < gray->height; y++)
        sum += gray->data[0][(gint64)y * gray->linesize[0] + x];
    return sum > (guint64)BLACK * (guint64)gray->height;
}

typedef gboolean (*Shows)(const AVFrame *gray, int line);

/* The lines from the first to the last that show something, widened by those known. */
static void widen(const AVFrame *gray, Shows shows, int count, gint64 *start, gint64 *length)
{
    gint64 known = *length, first = known ? *start : count, end = known ? *start + known : 0;
    int line = 0;
    while (line < first && !shows(gray, line))
        line++;
    first = MIN(first, line);
    line = count;
    while (line > end && !shows(gray, line - 1))
        line--;
    end = MAX(end, line);
    if (first < end) {
        *start = first;
        *length = end - first;
    }
}

void pmx_border_look(const AVFrame *gray, PmxBox *seen)
{
    widen(gray, row_shows, gray->height, &seen->top, &seen->height);
    widen(gray, column_shows, gray->width, &seen->left, &seen->width);
}

PmxBox pmx_border_box(const PmxBox *seen, gint64 width, gint64 height)
{
    enum { LEAST = 16 };
    gint64 left = seen->left / 2 * 2, top = seen->top / 2 * 2;
    gint64 right = MIN((seen->left + seen->width + 1) / 2 * 2, width / 2 * 2);
    gint64 bottom = MIN((seen->top + seen->height + 1) / 2 * 2, height / 2 * 2);
    PmxBox box = {right - left, bottom - top, left, top, FALSE};
    if (!seen->width || !seen->height || box.width < LEAST || box.height < LEAST ||
        (box.width >= width / 2 * 2 && box.height >= height / 2 * 2))
        return (PmxBox){0};
    return box;
}

/* --- over the film --- */

typedef struct {
    PmxRun *run;
    PmxDecoder *decoder;
    const PmxBorderTask *task;
    PmxFilter *upright; /* and grey */
    gint64 width, height;
    PmxBox seen;
} Search;

static PmxFilter *upright_and_gray(const PmxBorderTask *task)
{
    g_autofree char *chain =
        g_strdup_printf("%s,scale=flags=area+accurate_rnd+bitexact:out_range=pc,format=gray",
                        pmx_scaler_upright(task->rotation));
    return pmx_filter_new(chain);
}

static gboolean look_at(Search *search, AVFrame *frame, GError **error)
{
    g_autoptr(AVFrame) gray = av_frame_alloc();
    if (frame->color_range == AVCOL_RANGE_UNSPECIFIED)
        frame->color_range = AVCOL_RANGE_MPEG;
    int status = pmx_filter_one(search->upright, frame, gray);
    if (status < 0)
        return pmx_av_fail(error, PMX_CODE_INTERNAL, status, "black bars cannot be looked for");
    search->width = gray->width;
    search->height = gray->height;
    pmx_border_look(gray, &search->seen);
    return TRUE;
}

/* The first picture from `ticks` on; where there is none, none is looked at. */
static gboolean look_from(Search *search, gint64 ticks, AVFrame *frame, GError **error)
{
    PmxNext next;
    pmx_decoder_set_sparse(search->decoder, FALSE);
    if (!pmx_decoder_seek(search->decoder, ticks, error))
        return FALSE;
    pmx_decoder_set_sparse(search->decoder, TRUE);
    do {
        if (pmx_run_due(search->run))
            pmx_run_progress(search->run, json_object());
        next = pmx_decoder_next(search->decoder, frame, error);
    } while (next == PMX_NEXT_FRAME && frame->pts < ticks);
    return next != PMX_NEXT_ERROR && (next == PMX_NEXT_END || look_at(search, frame, error));
}

static gboolean look_all_over(Search *search, GError **error)
{
    const PmxBorderTask *task = search->task;
    AVRational tick = pmx_decoder_stream(search->decoder)->time_base;
    gint64 length = MAX(0, task->end - task->start);
    gint64 count = CLAMP((gint64)((double)length * av_q2d(tick)), LOOKS_MIN, LOOKS_MAX);
    g_autoptr(AVFrame) frame = av_frame_alloc();
    for (gint64 i = 0; i < count; i++) {
        gint64 ticks = task->start + av_rescale(length, 2 * i + 1, 2 * count);
        if (!look_from(search, ticks, frame, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean write_result(const Search *search, GError **error)
{
    PmxBox box = pmx_border_box(&search->seen, search->width, search->height);
    g_autofree char *form = pmx_box_kind.format(&box);
    return pmx_finding_write(search->run, json_pack("{s:s}", "box", form), error);
}

static gboolean find_border(PmxRun *run, const PmxBorderTask *task, GError **error)
{
    PmxSourceRef ref;
    if (!pmx_run_source(run, 0, &ref, error))
        return FALSE;
    g_autoptr(PmxSource) source = pmx_source_open(&ref, error);
    g_autoptr(PmxDecoder) decoder =
        source ? pmx_decoder_open(source, (int)task->stream, error) : NULL;
    if (!decoder)
        return FALSE;
    g_autoptr(PmxFilter) upright = upright_and_gray(task);
    Search search = {.run = run, .decoder = decoder, .task = task, .upright = upright};
    pmx_decoder_coarse(decoder);
    return look_all_over(&search, error) && write_result(&search, error);
}

json_t *pmx_border_run(PmxRun *run, GError **error)
{
    PmxBorderTask *task = pmx_object_read(&pmx_border_task_object, run->order->body, error);
    gboolean ok = task && find_border(run, task, error);
    pmx_object_free(&pmx_border_task_object, task);
    return ok ? json_object() : NULL;
}

gboolean pmx_border_read(PmxRun *run, guint n, PmxBox *box, GError **error)
{
    enum { MOST = 256 };
    json_t *json = pmx_finding_read(run, n, MOST);
    const char *form = json_string_value(json_object_get(json, "box"));
    gboolean ok = form && pmx_box_kind.parse(form, box);
    json_decref(json);
    return ok || pmx_finding_damaged(run, n, "a kept border", error);
}
