/* SPDX-License-Identifier: MIT */
/* See versions.h. */
#include "media/versions.h"

#include <elf.h>
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>
#include <libavutil/cpu.h>
#include <libswresample/swresample.h>
#include <link.h>
#include <string.h>

#include "media/aac.h"

/* Libraries whose code decides what bytes come out. */
static gboolean matters(const char *path)
{
    static const char *const names[] = {
        "/libav",      "/libsw",   "/libx26",      "/libSvtAv1",   "/libfdk-aac",
        "/libmp3lame", "/libopus", "/libvorbis",   "/libebur128",  "/librubberband",
        "/libzimg",    "/libwebp", "/libfreetype", "/libharfbuzz", "/libpostproc",
    };
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (strstr(path, names[i]))
            return TRUE;
    return FALSE;
}

/* Adds the NT_GNU_BUILD_ID note (ELF gABI, "Note Section") found in one segment of notes. */
static void add_notes(GChecksum *sum, const char *at, gsize length)
{
    while (length >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) note;
        memcpy(&note, at, sizeof note);
        gsize name = (note.n_namesz + 3u) & ~3u, desc = (note.n_descsz + 3u) & ~3u;
        if (sizeof note + name + desc > length)
            return;
        if (note.n_type == NT_GNU_BUILD_ID)
            g_checksum_update(sum, (const guchar *)at + sizeof note + name, note.n_descsz);
        at += sizeof note + name + desc;
        length -= sizeof note + name + desc;
    }
}

static int visit(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size;
    if (!info->dlpi_name || !matters(info->dlpi_name))
        return 0;
    for (guint i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_NOTE)
            add_notes(data, (const char *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr),
                      info->dlpi_phdr[i].p_memsz);
    return 0;
}

static char *version(unsigned number)
{
    return g_strdup_printf("%u.%u.%u", AV_VERSION_MAJOR(number), AV_VERSION_MINOR(number),
                           AV_VERSION_MICRO(number));
}

static const char *processor(void)
{
#if defined(__x86_64__)
    return av_get_cpu_flags() & AV_CPU_FLAG_SSE42 ? "x86-64 with SSE4.2" : "x86-64";
#elif defined(__aarch64__)
    return "aarch64";
#else
    return "other";
#endif
}

char *pmx_versions(void)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    dl_iterate_phdr(visit, sum);
    g_autofree char *codec = version(avcodec_version()), *format = version(avformat_version());
    g_autofree char *filter = version(avfilter_version()),
                    *resample = version(swresample_version());
    g_autofree char *aac = pmx_aac_version();
    return g_strdup_printf(
        "libavcodec %s, libavformat %s, libavfilter %s, libswresample %s, fdk-aac %s, build %.16s, "
        "%s",
        codec, format, filter, resample, aac ? aac : "none", g_checksum_get_string(sum),
        processor());
}
