/* SPDX-License-Identifier: MIT */
/* job/containers.h and job/track-language.h: the table, its sentences, BCP 47. */
#include "job/containers.h"

#include <string.h>

#include "job/track-language.h"

static void test_table(void)
{
    for (int i = 0; pmx_container_names[i]; i++) {
        const PmxContainerInfo *info = pmx_container_info(i);
        g_assert_cmpstr(info->name, ==, pmx_container_names[i]);
        g_assert_true(*info->video || *info->audio);
        g_assert_true(!info->several || info->audio[0]);
        g_assert_cmpint(info->metadata == PMX_METADATA_LISTED, ==, info->keys != NULL);
        for (guint k = 0; info->video[k]; k++)
            g_assert_true(pmx_container_copies(i, info->video[k]));
    }
    g_assert_false(pmx_container_copies(PMX_CONTAINER_MP4, "vorbis"));
    g_assert_true(pmx_container_copies(PMX_CONTAINER_WEBM, "vp9"));
    g_assert_false(pmx_container_copies(PMX_CONTAINER_MP3, NULL));
    g_assert_false(pmx_container_aac(PMX_CONTAINER_TS, PMX_AAC_LD));
    g_assert_false(pmx_container_aac(PMX_CONTAINER_FLV, PMX_AAC_ELD));
    g_assert_true(pmx_container_aac(PMX_CONTAINER_TS, PMX_AAC_HE_V2));
    g_assert_true(pmx_container_aac(PMX_CONTAINER_MKV, PMX_AAC_ELD));
    g_assert_cmpint(pmx_container_channels(PMX_CONTAINER_TS, PMX_AUDIO_AAC), ==, 6);
    g_assert_cmpint(pmx_container_channels(PMX_CONTAINER_TS, PMX_AUDIO_OPUS), >=, 8);
    g_assert_cmpint(pmx_container_channels(PMX_CONTAINER_MP4, PMX_AUDIO_AAC), >=, 8);
}

static void test_offers(void)
{
    g_autofree char *two =
        pmx_container_offer(pmx_container_info(PMX_CONTAINER_FLV)->audio, "audio");
    g_assert_cmpstr(two, ==, "AAC or MP3");
    g_autofree char *none =
        pmx_container_offer(pmx_container_info(PMX_CONTAINER_MP3)->video, "video");
    g_assert_cmpstr(none, ==, "no video");
    g_assert_cmpstr(pmx_codec_spelling("hevc"), ==, "H.265");
    g_assert_cmpstr(pmx_codec_spelling("prores"), ==, "prores");
}

static void test_extensions(void)
{
    g_assert_true(pmx_container_is_bare_extension(".MKV"));
    g_assert_false(pmx_container_is_bare_extension("a.mkv"));
    g_assert_false(pmx_container_is_bare_extension(".mk"));
}

static void test_tags(void)
{
    static const struct {
        const char *written, *tag, *code;
    } rows[] = {
        {"zh-Hans", "zh-Hans", "zho"}, {"ZH-hant-tw", "zh-Hant-TW", "zho"},
        {"pt-BR", "pt-BR", "por"},     {"es-419", "es-419", "spa"},
        {"de-1996", "de-1996", "deu"}, {"deu", NULL, "deu"},
        {"chi", NULL, "zho"},          {"de-", NULL, NULL},
        {"xx-Latn", NULL, NULL},       {"de_AT", NULL, NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *language = g_strdup(rows[i].written);
        g_autofree char *tag = pmx_track_language_split(&language);
        g_assert_cmpstr(tag, ==, rows[i].tag);
        if (rows[i].code)
            g_assert_cmpstr(language, ==, rows[i].code);
        g_free(language);
        g_autofree char *why = pmx_track_language_check(rows[i].written);
        g_assert_cmpint(why == NULL, ==, rows[i].code != NULL);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/containers/table", test_table);
    g_test_add_func("/containers/offers", test_offers);
    g_test_add_func("/containers/extensions", test_extensions);
    g_test_add_func("/containers/tags", test_tags);
    return g_test_run();
}
