/* SPDX-License-Identifier: MIT */
/* See font.h. */
#include "media/font.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int font_named(const char *name)
{
    for (int i = 0; name && pmx_font_names[i]; i++)
        if (g_str_equal(pmx_font_names[i], name))
            return i;
    return 0; /* defaults are not written */
}

static void open_overlays(PmxFonts *fonts, const json_t *rendition)
{
    size_t i;
    const json_t *overlay;
    json_array_foreach (json_object_get(rendition, "overlays"), i, overlay) {
        int font = font_named(json_string_value(json_object_get(overlay, "font")));
        if (json_object_get(overlay, "text") && fonts->files[font] < 0)
            fonts->files[font] = g_open(pmx_font_places[font].path, O_RDONLY | O_CLOEXEC, 0);
    }
}

void pmx_fonts_open(PmxFonts *fonts, const PmxOrder *order)
{
    size_t i;
    const json_t *rendition;
    for (int font = 0; font < PMX_FONTS; font++)
        fonts->files[font] = -1;
    const json_t *renditions = json_object_get(order->body, "renditions");
    json_array_foreach (renditions, i, rendition) {
        open_overlays(fonts, rendition);
    }
}

static gboolean copy_to(int file, const char *path, GError **error)
{
    struct stat info;
    enum { MOST = 64 << 20 };
    if (fstat(file, &info) < 0 || info.st_size <= 0 || info.st_size > MOST) {
        g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "a font cannot be read");
        return FALSE;
    }
    g_autofree char *bytes = g_malloc((gsize)info.st_size);
    if (pread(file, bytes, (size_t)info.st_size, 0) != info.st_size) {
        g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "a font cannot be read");
        return FALSE;
    }
    return g_file_set_contents(path, bytes, info.st_size, error);
}

char *pmx_fonts_path(const PmxFonts *fonts, int font, const char *scratch, GError **error)
{
    g_autofree char *name = g_strdup_printf("font-%d", font);
    g_autofree char *path = g_build_filename(scratch, name, NULL);
    if (fonts->files[font] < 0) {
        g_set_error(error, PMX_ERROR, PMX_CODE_NOT_SUPPORTED,
                    "the font %s is not installed here; install the package %s, or name another",
                    pmx_font_names[font], pmx_font_places[font].package);
        return NULL;
    }
    if (!g_file_test(path, G_FILE_TEST_EXISTS) && !copy_to(fonts->files[font], path, error))
        return NULL;
    return g_steal_pointer(&path);
}
