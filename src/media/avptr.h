/* SPDX-License-Identifier: MIT */
/* g_autoptr for libav's objects. Used by the media room only. */
#pragma once

#include <glib.h>
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>
#include <libswresample/swresample.h>

#define PMX_AV_CLEANUP(Type, free_function)                                                        \
    static inline void pmx_##Type##_free(Type *object)                                             \
    {                                                                                              \
        free_function(&object);                                                                    \
    }                                                                                              \
    G_DEFINE_AUTOPTR_CLEANUP_FUNC(Type, pmx_##Type##_free)

PMX_AV_CLEANUP(AVFrame, av_frame_free)
PMX_AV_CLEANUP(AVPacket, av_packet_free)
PMX_AV_CLEANUP(AVCodecContext, avcodec_free_context)
PMX_AV_CLEANUP(AVDictionary, av_dict_free)
PMX_AV_CLEANUP(AVFilterGraph, avfilter_graph_free)
PMX_AV_CLEANUP(AVFilterInOut, avfilter_inout_free)
PMX_AV_CLEANUP(SwrContext, swr_free)
