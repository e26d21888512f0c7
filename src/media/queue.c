/* SPDX-License-Identifier: MIT */
/* See queue.h. */
#include "media/queue.h"

struct PmxFrameQueue {
    guint capacity;
    GMutex lock; /* protects what follows */
    GCond changed;
    GQueue frames;
    gboolean closed;
};

static void free_frame(gpointer data)
{
    AVFrame *frame = data;
    av_frame_free(&frame);
}

PmxFrameQueue *pmx_frame_queue_new(guint capacity)
{
    PmxFrameQueue *queue = g_new0(PmxFrameQueue, 1);
    queue->capacity = capacity;
    g_mutex_init(&queue->lock);
    g_cond_init(&queue->changed);
    g_queue_init(&queue->frames);
    return queue;
}

void pmx_frame_queue_free(PmxFrameQueue *queue)
{
    if (!queue)
        return;
    g_queue_clear_full(&queue->frames, free_frame);
    g_mutex_clear(&queue->lock);
    g_cond_clear(&queue->changed);
    g_free(queue);
}

gboolean pmx_frame_queue_put(PmxFrameQueue *queue, AVFrame *frame)
{
    g_mutex_lock(&queue->lock);
    while (!queue->closed && queue->frames.length >= queue->capacity)
        g_cond_wait(&queue->changed, &queue->lock);
    gboolean open = !queue->closed;
    if (open)
        g_queue_push_tail(&queue->frames, frame);
    g_cond_broadcast(&queue->changed);
    g_mutex_unlock(&queue->lock);
    if (!open)
        av_frame_free(&frame);
    return open;
}

AVFrame *pmx_frame_queue_take(PmxFrameQueue *queue)
{
    g_mutex_lock(&queue->lock);
    while (!queue->closed && queue->frames.length == 0)
        g_cond_wait(&queue->changed, &queue->lock);
    AVFrame *frame = g_queue_pop_head(&queue->frames);
    g_cond_broadcast(&queue->changed);
    g_mutex_unlock(&queue->lock);
    return frame;
}

void pmx_frame_queue_close(PmxFrameQueue *queue)
{
    g_mutex_lock(&queue->lock);
    queue->closed = TRUE;
    g_cond_broadcast(&queue->changed);
    g_mutex_unlock(&queue->lock);
}
