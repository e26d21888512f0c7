/* SPDX-License-Identifier: MIT */
/* AAC through libfdk-aac, the only file that includes it: see aac.h. */
#include "media/aac.h"

#include <fdk-aac/aacenc_lib.h>

#include "job/job.h"

/* ISO/IEC 14496-3 table 1.17: audio object types as the library numbers them. */
static const UINT object_types[] = {[PMX_AAC_LOW] = AOT_AAC_LC,
                                    [PMX_AAC_HE] = AOT_SBR,
                                    [PMX_AAC_HE_V2] = AOT_PS,
                                    [PMX_AAC_LD] = AOT_ER_AAC_LD,
                                    [PMX_AAC_ELD] = AOT_ER_AAC_ELD};

/* Channel configurations of ISO/IEC 14496-3 table 1.19, by number of channels: 4 is front, centre
 * and one back; 8 is configuration 12, 7.1 with sides and backs. */
static const UINT channel_modes[] = {[1] = MODE_1,     [2] = MODE_2,       [4] = MODE_1_2_1,
                                     [5] = MODE_1_2_2, [6] = MODE_1_2_2_1, [8] = MODE_7_1_BACK};

struct PmxAac {
    HANDLE_AACENCODER handle;
    AACENC_InfoStruct info;
    int channels;
    GArray *held;      /* of gint16: less than a frame's samples, not yet given to the library */
    guint8 unit[8192]; /* 6144 bits a channel is the format's limit (14496-3, 4.5.3.3) */
};

static gboolean fail(GError **error, const char *what, AACENC_ERROR status)
{
    g_set_error(error, PMX_ERROR, PMX_CODE_NOT_SUPPORTED,
                "the AAC encoder refuses %s (fdk-aac error 0x%x)", what, (unsigned)status);
    return FALSE;
}

static gboolean set_parameters(PmxAac *aac, const PmxAacSettings *settings, GError **error)
{
    const struct {
        AACENC_PARAM name;
        UINT value;
        const char *what;
    } parameters[] = {
        {AACENC_AOT, object_types[settings->profile], "this profile"},
        {AACENC_SAMPLERATE, (UINT)settings->rate, "this sample rate"},
        {AACENC_CHANNELMODE, channel_modes[settings->channels], "this number of channels"},
        {AACENC_CHANNELORDER, 1, "the channel order"}, /* as in WAV */
        {AACENC_BITRATE, (UINT)settings->bitrate, "this bit rate"},
        {AACENC_TRANSMUX, TT_MP4_RAW, "raw access units"},
        {AACENC_SIGNALING_MODE, 1,
         "its signalling"}, /* explicit, backward compatible: old decoders play the core */
        {AACENC_AFTERBURNER, 1, "its quality setting"},
        /* AAC-ELD with SBR is another thing, which libavcodec cannot decode. */
        {AACENC_SBR_MODE, settings->profile == PMX_AAC_HE || settings->profile == PMX_AAC_HE_V2,
         "its SBR setting"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(parameters); i++) {
        AACENC_ERROR status =
            aacEncoder_SetParam(aac->handle, parameters[i].name, parameters[i].value);
        if (status != AACENC_OK)
            return fail(error, parameters[i].what, status);
    }
    AACENC_ERROR status = aacEncEncode(aac->handle, NULL, NULL, NULL, NULL);
    if (status == AACENC_OK)
        status = aacEncInfo(aac->handle, &aac->info);
    return status == AACENC_OK ||
           fail(error, "this combination of profile, bit rate, sample rate and channels", status);
}

PmxAac *pmx_aac_new(const PmxAacSettings *settings, GError **error)
{
    g_autoptr(PmxAac) aac = g_new0(PmxAac, 1);
    aac->channels = settings->channels;
    aac->held = g_array_new(FALSE, FALSE, sizeof(gint16));
    AACENC_ERROR status = aacEncOpen(&aac->handle, 0, (UINT)settings->channels);
    if (status != AACENC_OK) {
        fail(error, "to open", status);
        return NULL;
    }
    return set_parameters(aac, settings, error) ? g_steal_pointer(&aac) : NULL;
}

void pmx_aac_free(PmxAac *aac)
{
    if (!aac)
        return;
    aacEncClose(&aac->handle);
    g_array_unref(aac->held);
    g_free(aac);
}

int pmx_aac_frame_length(const PmxAac *aac)
{
    return (int)aac->info.frameLength;
}

int pmx_aac_priming(const PmxAac *aac)
{
    return (int)aac->info.nDelay;
}

const guint8 *pmx_aac_config(const PmxAac *aac, gsize *length)
{
    *length = aac->info.confSize;
    return aac->info.confBuf;
}

/* One call of the library: takes what it can of the input, gives at most one access unit. */
static AACENC_ERROR step(PmxAac *aac, const gint16 *samples, int values, AACENC_OutArgs *done)
{
    void *in = (void *)samples, *out = aac->unit;
    INT in_id = IN_AUDIO_DATA, in_size = MAX(values, 0) * 2, in_element = 2;
    INT out_id = OUT_BITSTREAM_DATA, out_size = sizeof aac->unit, out_element = 1;
    AACENC_BufDesc input = {1, &in, &in_id, &in_size, &in_element};
    AACENC_BufDesc output = {1, &out, &out_id, &out_size, &out_element};
    AACENC_InArgs arguments = {.numInSamples = values};
    return aacEncEncode(aac->handle, &input, &output, &arguments, done);
}

static gboolean give(PmxAac *aac, const AACENC_OutArgs *done, PmxAacFunc take, gpointer data,
                     GError **error)
{
    return done->numOutBytes == 0 || take(aac->unit, (gsize)done->numOutBytes, data, error);
}

static gboolean drain(PmxAac *aac, PmxAacFunc take, gpointer data, GError **error)
{
    gint16 none = 0;
    for (;;) {
        AACENC_OutArgs done = {0};
        AACENC_ERROR status = step(aac, &none, -1, &done);
        if (status == AACENC_ENCODE_EOF)
            return TRUE;
        if (status != AACENC_OK)
            return fail(error, "to finish", status);
        if (!give(aac, &done, take, data, error))
            return FALSE;
    }
}

static gboolean feed(PmxAac *aac, const gint16 *samples, gsize left, PmxAacFunc take, gpointer data,
                     GError **error)
{
    while (left > 0) {
        AACENC_OutArgs done = {0};
        AACENC_ERROR status = step(aac, samples, (int)MIN(left, 1 << 20), &done);
        if (status != AACENC_OK)
            return fail(error, "these samples", status);
        if (!give(aac, &done, take, data, error))
            return FALSE;
        samples += done.numInSamples;
        left -= (gsize)done.numInSamples;
    }
    return TRUE;
}

/* The library is given whole frames only: with parametric stereo, fdk-aac 2.0.2 garbles the sound
 * of a frame that it gets in parts. */
gboolean pmx_aac_encode(PmxAac *aac, const gint16 *samples, gsize count, PmxAacFunc take,
                        gpointer data, GError **error)
{
    const gint16 *held = (const gint16 *)aac->held->data;
    if (!samples)
        return feed(aac, held, aac->held->len, take, data, error) && drain(aac, take, data, error);
    guint frame = aac->info.frameLength * (guint)aac->channels;
    for (gsize left = count * (gsize)aac->channels; left > 0;) {
        guint part = (guint)MIN(left, frame - aac->held->len);
        g_array_append_vals(aac->held, samples, part);
        samples += part;
        left -= part;
        if (aac->held->len < frame)
            break;
        if (!feed(aac, (const gint16 *)aac->held->data, frame, take, data, error))
            return FALSE;
        g_array_set_size(aac->held, 0);
    }
    return TRUE;
}

char *pmx_aac_version(void)
{
    LIB_INFO info[FDK_MODULE_LAST] = {0};
    FDKinitLibInfo(info);
    if (aacEncGetLibInfo(info) == AACENC_OK)
        for (guint i = 0; i < FDK_MODULE_LAST; i++)
            if (info[i].module_id == FDK_AACENC)
                return g_strdup(info[i].versionStr);
    return g_strdup("unknown");
}
