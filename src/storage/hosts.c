/* SPDX-License-Identifier: MIT */
/* See hosts.h. */
#include "storage/hosts.h"

#include <string.h>

#include "storage/dialect.h"
#include "storage/endpoint.h"

struct PmxHosts {
    char **names;        /* as the header Host has them; NULL at the end */
    gboolean path_style; /* the bucket may stand in the path */
};

/* With the region in the place of %s. */
static const char *const oss_names[] = {
    "oss-%s.aliyuncs.com",         "oss-%s-internal.aliyuncs.com",         "%s.oss.aliyuncs.com",
    "oss-accelerate.aliyuncs.com", "oss-accelerate-overseas.aliyuncs.com", NULL};
static const char *const aws_names[] = {"s3.%s.amazonaws.com",
                                        "s3-%s.amazonaws.com",
                                        "s3.dualstack.%s.amazonaws.com",
                                        "s3.amazonaws.com",
                                        "s3-accelerate.amazonaws.com",
                                        "s3-accelerate.dualstack.amazonaws.com",
                                        NULL};
static const char *const aws_cn_names[] = {"s3.%s.amazonaws.com.cn",
                                           "s3.dualstack.%s.amazonaws.com.cn", NULL};

/* NULL: the endpoint is nobody's but its owner's. */
static const char *const *names_of(const PmxBucketOptions *options, const char *endpoint)
{
    if (options->type == PMX_BUCKET_OSS)
        return g_str_has_suffix(endpoint, ".aliyuncs.com") ? oss_names : NULL;
    if (g_str_has_suffix(endpoint, ".amazonaws.com.cn"))
        return aws_cn_names;
    return g_str_has_suffix(endpoint, ".amazonaws.com") ? aws_names : NULL;
}

/* NULL: neither the options nor the endpoint say it. */
static char *region_of(const PmxBucketOptions *options, const char *endpoint)
{
    const char *given = options->region;
    if (!given || !*given)
        return pmx_dialect_region_of_host(options->type, endpoint);
    return g_strdup(options->type == PMX_BUCKET_OSS && g_str_has_prefix(given, "oss-")
                        ? given + strlen("oss-")
                        : given);
}

static void add_name(GStrvBuilder *names, const char *pattern, const char *region)
{
    const char *place = strstr(pattern, "%s");
    g_autofree char *name = place && region ? g_strdup_printf("%.*s%s%s", (int)(place - pattern),
                                                              pattern, region, place + strlen("%s"))
                                            : g_strdup(pattern);
    if (!place || region)
        g_strv_builder_add(names, name);
}

PmxHosts *pmx_hosts_new(const PmxBucketOptions *options, GError **error)
{
    g_auto(PmxEndpoint) endpoint = {0};
    if (!pmx_endpoint_parse(options->endpoint, options->path_style, &endpoint, error))
        return NULL;
    g_autofree char *region = region_of(options, endpoint.name);
    const char *const *patterns = names_of(options, endpoint.name);
    GStrvBuilder *names = g_strv_builder_new();
    g_strv_builder_add(names, endpoint.host);
    for (; patterns && *patterns; patterns++)
        add_name(names, *patterns, region);
    PmxHosts *hosts = g_new0(PmxHosts, 1);
    hosts->names = g_strv_builder_end(names);
    /* S3 servers take both. OSS knows buckets by the host only, where that can have one. */
    hosts->path_style = options->type == PMX_BUCKET_S3 || endpoint.path_style;
    g_strv_builder_unref(names);
    return hosts;
}

void pmx_hosts_free(PmxHosts *hosts)
{
    if (!hosts)
        return;
    g_strfreev(hosts->names);
    g_free(hosts);
}

/* BUCKET of BUCKET.NAME; NULL: it is another host. Caller frees. */
static char *before(const char *host, const char *name)
{
    gsize length = strlen(host), tail = strlen(name);
    return length > tail + 1 && host[length - tail - 1] == '.' && g_str_has_suffix(host, name)
               ? g_strndup(host, length - tail - 1)
               : NULL;
}

static char *from_path(const char *path, const char **key)
{
    const char *slash = strchr(path + 1, '/');
    *key = slash ? slash + 1 : "";
    return slash ? g_strndup(path + 1, (gsize)(slash - path - 1)) : g_strdup(path + 1);
}

gboolean pmx_hosts_find(const PmxHosts *hosts, const PmxObjectUrl *url, char **bucket,
                        const char **key)
{
    for (guint i = 0; hosts->names[i]; i++) {
        char *found = before(url->host, hosts->names[i]);
        if (found) {
            *bucket = found;
            *key = *url->path ? url->path + 1 : "";
            return TRUE;
        }
        if (hosts->path_style && *url->path && strcmp(url->host, hosts->names[i]) == 0) {
            *bucket = from_path(url->path, key);
            return TRUE;
        }
    }
    return FALSE;
}
