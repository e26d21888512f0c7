/* SPDX-License-Identifier: MIT */
/* Addresses of outputs: see output-address.h. Pure. */
#include "job/output-address.h"

#include <string.h>

#include "job/containers.h"
#include "job/params.h"

/* Bytes of "scheme://" (RFC 3986, 3.1) at the start of `address`, or 0. */
static gsize scheme_length(const char *address)
{
    gsize n = 0;
    while (g_ascii_isalnum(address[n]) || (n > 0 && address[n] && strchr("+-.", address[n])))
        n++;
    return n > 0 && g_ascii_isalpha(address[0]) && g_str_has_prefix(address + n, "://") ? n + 3 : 0;
}

static gboolean has_component(const char *path, const char *wanted)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    return g_strv_contains((const char *const *)parts, wanted);
}

/* The last component; points into `address`. */
static const char *last_component(const char *address)
{
    const char *slash = strrchr(address, '/');
    return slash ? slash + 1 : address;
}

char *pmx_check_output_address(const char *address)
{
    char *why = pmx_check_plain_text(address);
    if (why || !*address)
        return why;
    const char *last = last_component(address + scheme_length(address));
    if (!*last || strcmp(last, ".") == 0 || strcmp(last, "..") == 0)
        return g_strdup("must name a file, not a folder");
    if (pmx_container_is_bare_extension(last))
        return g_strdup("must have a name before the extension");
    return NULL;
}

char *pmx_check_output_name(const char *name)
{
    if (has_component(name, ".."))
        return g_strdup("must not have \"..\" in it: outputs stay below OutputFileBase");
    return pmx_check_output_address(name);
}

char *pmx_output_address_join(const char *base, const char *name)
{
    gsize scheme = scheme_length(base), length = strlen(base);
    while (length > scheme && base[length - 1] == '/')
        length--;
    while (*name == '/')
        name++;
    g_autofree char *folder = g_strndup(base, length);
    return g_strconcat(folder, "/", name, NULL);
}

char *pmx_output_address_rebase(const char *base, const char *address)
{
    gboolean keeps = !scheme_length(address) && *address != '/' && !has_component(address, "..");
    return pmx_output_address_join(base, keeps ? address : last_component(address));
}

char *pmx_output_address_complete(const char *address, const char *extension)
{
    gsize length = strlen(address), tail = strlen(extension);
    gboolean has = length > tail && !g_ascii_strcasecmp(address + length - tail, extension);
    return g_strconcat(address, has ? "" : extension, NULL);
}

static char *normalised(const char *path)
{
    while (path[0] == '/' && path[1] == '/') /* two at the start have a meaning of their own */
        path++;
    return g_canonicalize_filename(path, "/");
}

char *pmx_output_address_key(const char *address)
{
    g_autofree char *local = g_filename_from_uri(address, NULL, NULL);
    const char *text = local ? local : address;
    gsize scheme = scheme_length(text);
    g_autofree char *prefix = g_ascii_strdown(text, (gssize)scheme);
    g_autofree char *path = normalised(text + scheme);
    /* A relative path must not meet the absolute one that it looks like. */
    return g_strconcat(scheme > 0 || *text == '/' ? prefix : ".", path, NULL);
}
