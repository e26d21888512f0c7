/* SPDX-License-Identifier: MIT */
/* See content-type.h. The types: iana.org/assignments/media-types. */
#include "storage/content-type.h"

#include <glib.h>
#include <string.h>

static const struct {
    const char *extension, *type;
} types[] = {
    {"mp4", "video/mp4"},
    {"m4v", "video/mp4"},
    {"m4a", "audio/mp4"},
    {"mov", "video/quicktime"},
    {"mkv", "video/matroska"},
    {"webm", "video/webm"},
    {"ts", "video/mp2t"},
    {"m3u8", "application/vnd.apple.mpegurl"},
    {"mpd", "application/dash+xml"},
    {"aac", "audio/aac"},
    {"mp3", "audio/mpeg"},
    {"flv", "video/x-flv"},
    {"ogg", "audio/ogg"},
    {"flac", "audio/flac"},
    {"wav", "audio/vnd.wave"},
    {"mxf", "application/mxf"},
    {"webp", "image/webp"},
    {"vtt", "text/vtt"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"png", "image/png"},
    {"gif", "image/gif"},
    {"json", "application/json"},
};

const char *pmx_content_type(const char *name)
{
    const char *slash = strrchr(name, '/'), *dot = strrchr(slash ? slash : name, '.');
    for (guint i = 0; dot && i < G_N_ELEMENTS(types); i++)
        if (g_ascii_strcasecmp(dot + 1, types[i].extension) == 0)
            return types[i].type;
    return "application/octet-stream";
}
