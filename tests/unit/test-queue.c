/* SPDX-License-Identifier: MIT */
/* The bounded queue between the scaler and an encoder: media/queue, with a thread on each side. */
#include "media/queue.h"

enum { CAPACITY = 3 };

static AVFrame *frame_of(gint64 n)
{
    AVFrame *frame = av_frame_alloc();
    frame->pts = n;
    return frame;
}

/* Gives frames 0, 1, 2 ... until it is told to stop, by count or by the taker's close. */
typedef struct {
    PmxFrameQueue *queue;
    gint64 count;     /* to give */
    gboolean closes;  /* when done */
    guint pause;      /* microseconds at most, between two */
    gint64 given;     /* result: how many were taken in */
    gint in_progress; /* atomic: frames given so far */
} Giver;

static void wait_a_little(guint pause)
{
    if (pause)
        g_usleep((gulong)g_random_int_range(0, (gint32)pause));
}

static gpointer give(gpointer data)
{
    Giver *giver = data;
    while (giver->given < giver->count) {
        if (!pmx_frame_queue_put(giver->queue, frame_of(giver->given)))
            break;
        giver->given++;
        g_atomic_int_inc(&giver->in_progress);
        wait_a_little(giver->pause);
    }
    if (giver->closes)
        pmx_frame_queue_close(giver->queue);
    return NULL;
}

/* Takes up to `count` frames, asserting their order; how many there were. */
static gint64 take(PmxFrameQueue *queue, gint64 count, guint pause)
{
    gint64 taken = 0;
    AVFrame *frame;
    while (taken < count && (frame = pmx_frame_queue_take(queue))) {
        g_assert_cmpint(frame->pts, ==, taken);
        av_frame_free(&frame);
        taken++;
        wait_a_little(pause);
    }
    return taken;
}

/* The giver ends: everything given arrives, in order, then NULL for ever. */
static void test_giver_closes(void)
{
    static const struct {
        gint64 count;
        guint give_pause, take_pause;
    } rows[] = {{0, 0, 0}, {1, 0, 0}, {CAPACITY, 0, 0}, {3000, 0, 0}, {60, 900, 0}, {60, 0, 900}};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        PmxFrameQueue *queue = pmx_frame_queue_new(CAPACITY);
        Giver giver = {queue, rows[i].count, TRUE, rows[i].give_pause, 0, 0};
        GThread *thread = g_thread_new("giver", give, &giver);
        g_assert_cmpint(take(queue, G_MAXINT64, rows[i].take_pause), ==, rows[i].count);
        g_assert_null(pmx_frame_queue_take(queue));
        g_thread_join(thread);
        g_assert_cmpint(giver.given, ==, rows[i].count);
        pmx_frame_queue_free(queue);
    }
}

/* The taker fails: a giver that waits at a full queue wakes, its frame is dropped, not leaked. */
static void test_taker_closes(void)
{
    for (gint64 count = 0; count < 20; count++) {
        PmxFrameQueue *queue = pmx_frame_queue_new(CAPACITY);
        Giver giver = {queue, G_MAXINT64, FALSE, 0, 0, 0};
        GThread *thread = g_thread_new("giver", give, &giver);
        g_assert_cmpint(take(queue, count, 50), ==, count);
        pmx_frame_queue_close(queue);
        g_thread_join(thread);
        g_assert_cmpint(giver.given, >=, count);
        g_assert_cmpint(giver.given, <=, count + CAPACITY);
        g_assert_false(pmx_frame_queue_put(queue, frame_of(0)));
        pmx_frame_queue_free(queue); /* with what nobody took */
    }
}

/* A taker that waits for a frame wakes at the close. */
static gpointer take_one(gpointer queue)
{
    return pmx_frame_queue_take(queue);
}

static void test_wakes_taker(void)
{
    PmxFrameQueue *queue = pmx_frame_queue_new(CAPACITY);
    GThread *thread = g_thread_new("taker", take_one, queue);
    g_usleep(20000);
    pmx_frame_queue_close(queue);
    g_assert_null(g_thread_join(thread));
    pmx_frame_queue_close(queue); /* twice is fine */
    pmx_frame_queue_free(queue);
    pmx_frame_queue_free(NULL);
}

/* What was queued before the close is still given out. */
static void test_drains(void)
{
    PmxFrameQueue *queue = pmx_frame_queue_new(CAPACITY);
    g_assert_true(pmx_frame_queue_put(queue, frame_of(0)));
    g_assert_true(pmx_frame_queue_put(queue, frame_of(1)));
    pmx_frame_queue_close(queue);
    g_assert_false(pmx_frame_queue_put(queue, frame_of(2)));
    g_assert_cmpint(take(queue, G_MAXINT64, 0), ==, 2);
    pmx_frame_queue_free(queue);
}

/* Never more than the capacity: memory does not grow with a slow taker. */
static void test_bounded(void)
{
    PmxFrameQueue *queue = pmx_frame_queue_new(CAPACITY);
    Giver giver = {queue, 100, TRUE, 0, 0, 0};
    GThread *thread = g_thread_new("giver", give, &giver);
    for (gint n = 0; n < 20; n++) {
        g_usleep(3000);
        g_assert_cmpint(g_atomic_int_get(&giver.in_progress), <=, n + CAPACITY);
        AVFrame *frame = pmx_frame_queue_take(queue);
        g_assert_cmpint(frame->pts, ==, n);
        av_frame_free(&frame);
    }
    for (guint i = 0; i < 30000 && g_atomic_int_get(&giver.in_progress) < 20 + CAPACITY; i++)
        g_usleep(1000);
    g_usleep(3000); /* for one too many to show itself */
    g_assert_cmpint(g_atomic_int_get(&giver.in_progress), ==, 20 + CAPACITY);
    pmx_frame_queue_close(queue);
    g_thread_join(thread);
    pmx_frame_queue_free(queue);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/queue/giver-closes", test_giver_closes);
    g_test_add_func("/queue/taker-closes", test_taker_closes);
    g_test_add_func("/queue/wakes-taker", test_wakes_taker);
    g_test_add_func("/queue/drains", test_drains);
    g_test_add_func("/queue/bounded", test_bounded);
    return g_test_run();
}
