/* SPDX-License-Identifier: MIT */
/* See sound_encoder.h. */
#include "media/sound_encoder.h"

#include "job/audio-codecs.h"
#include "media/sound_kind.h"

struct PmxSound {
    const PmxSoundKind *kind;
    PmxSoundSettings settings;
    gpointer encoder;
};

PmxSound *pmx_sound_new(const PmxSoundSettings *settings, GError **error)
{
    const PmxSoundKind *kind =
        settings->codec == PMX_AUDIO_AAC ? &pmx_sound_aac_kind : &pmx_sound_lavc_kind;
    gpointer encoder = kind->open(settings, error);
    if (!encoder)
        return NULL;
    PmxSound *sound = g_new0(PmxSound, 1);
    *sound = (PmxSound){kind, *settings, encoder};
    return sound;
}

void pmx_sound_free(PmxSound *sound)
{
    if (!sound)
        return;
    sound->kind->close(sound->encoder);
    g_free(sound);
}

gboolean pmx_sound_encode(PmxSound *sound, const float *samples, gsize count, PmxSoundFunc take,
                          gpointer data, GError **error)
{
    return sound->kind->encode(sound->encoder, samples, count, take, data, error);
}

int pmx_sound_samples_a_tick(const PmxSound *sound)
{
    gboolean sbr =
        sound->settings.codec == PMX_AUDIO_AAC &&
        (sound->settings.profile == PMX_AAC_HE || sound->settings.profile == PMX_AAC_HE_V2);
    return sbr ? 2 : 1;
}

void pmx_sound_describe(const PmxSound *sound, PmxArtifactHead *head)
{
    int scale = pmx_sound_samples_a_tick(sound);
    head->codec = (char *)pmx_audio_codec_lav_name(sound->settings.codec);
    head->time_base = pmx_ratio(1, sound->settings.rate / scale);
    head->profile = FF_PROFILE_UNKNOWN;
    head->level = FF_LEVEL_UNKNOWN;
    head->sample_rate = sound->settings.rate / scale;
    head->channels = sound->settings.channels;
    head->layout = (char *)pmx_sound_layout(&sound->settings);
    head->bit_rate = sound->settings.bitrate;
    sound->kind->describe(sound->encoder, head);
    head->frame_size /= scale;
}

const char *pmx_sound_layout(const PmxSoundSettings *settings)
{
    return pmx_audio_codec_layout(settings->codec, settings->channels);
}
