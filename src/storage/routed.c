/* SPDX-License-Identifier: MIT */
/* See routed.h. */
#include "storage/routed.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "net/url.h"
#include "storage/content-type.h"
#include "storage/folder.h"
#include "storage/object-reader.h"
#include "storage/places-kind.h"
#include "storage/upload.h"
#include "storage/web-reader.h"

/* Of inputs far away, for all jobs together, where the disk is not to keep them. */
enum { KEPT_MEGABYTES = 256, PRIVATE = 0700 };

typedef struct {
    PmxPlaces base;
    PmxStorages *storages;
    PmxChunks *chunks;
    char *folder, *spool;
    char **files; /* or NULL */
    PmxPlaces *rest;
    gboolean rest_is_buckets;

    GMutex lock;
    /* protected by the lock */
    PmxUploads *uploads;  /* NULL: not needed yet */
    GHashTable *writable; /* PmxBucket * → when it was seen to be so */
} Routed;

typedef enum { TO_REMOTE, TO_FOLDER, TO_WEB, TO_REST } Way;

/* Where an address leads. */
typedef struct {
    Way way;
    PmxBucket *bucket;   /* TO_REMOTE */
    char *folder, *key;  /* TO_FOLDER: and both of them; TO_REMOTE: the key */
    char *missing;       /* TO_FOLDER: what to say where there is no such folder */
    char *name;          /* the same for all spellings */
    const char *near;    /* TO_REST: a bucket of a storage that may be meant; or NULL */
    const char *address; /* as it was written */
} Route;

static void route_clear(Route *route)
{
    g_free(route->folder);
    g_free(route->key);
    g_free(route->missing);
    g_free(route->name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Route, route_clear)

static gboolean refuse(GError **error, PmxCode code, const char *address, const char *why)
{
    g_autofree char *shown = pmx_url_shown(address);
    g_set_error(error, PMX_ERROR, (int)code, "\"%s\" %s", shown, why);
    return FALSE;
}

/* --- objects of storages --- */

static gboolean to_folder(const char *path, const char *key, Route *route, GError **error)
{
    const char *wrong = pmx_folder_wrong_key(key);
    route->way = TO_FOLDER;
    route->folder = g_strdup(path);
    route->key = g_strdup(key);
    return !wrong || refuse(error, PMX_CODE_INVALID, route->address, wrong);
}

static gboolean to_object(const Routed *routed, const PmxAddress *address, Route *route,
                          GError **error)
{
    const PmxStorage *storage = address->storage;
    route->name = g_strdup(address->name);
    if (storage->type == PMX_BUCKET_FOLDER) {
        g_autofree char *key = g_strconcat(storage->prefix, address->key, NULL);
        route->missing = g_strdup_printf("the folder \"%s\" of [storage %s] is not there",
                                         storage->endpoint, storage->name);
        return to_folder(storage->endpoint, key, route, error);
    }
    route->way = TO_REMOTE;
    route->key = g_strdup(address->key);
    route->bucket = pmx_storages_bucket(routed->storages, storage, address->bucket, error);
    return route->bucket && pmx_bucket_check_key(route->bucket, route->key, error);
}

/* --- the web --- */

/* Where no storage is OSS's, public addresses of OSS are buckets of `rest`. */
static gboolean rest_takes(const Routed *routed, const char *address)
{
    g_autoptr(GError) error = NULL;
    if (!routed->rest_is_buckets || pmx_storages_have(routed->storages, PMX_BUCKET_OSS))
        return FALSE;
    return pmx_places_check(routed->rest, address, &error) ||
           !g_error_matches(error, PMX_ERROR, PMX_CODE_NOT_SUPPORTED);
}

static gboolean to_web(const Routed *routed, gboolean output, Route *route, GError **error)
{
    gboolean rest = rest_takes(routed, route->address);
    route->way = rest ? TO_REST : TO_WEB;
    return rest || !output ||
           refuse(error, PMX_CODE_NOT_SUPPORTED, route->address,
                  "can be read and not written: outputs go to oss:// or s3:// addresses, or to "
                  "the https:// address of a [storage NAME] of the configuration");
}

/* --- files --- */

static gboolean is_file_address(const char *address)
{
    return g_ascii_strncasecmp(address, "file:", strlen("file:")) == 0;
}

/* What stands behind `folder`/ in the path; NULL: it is elsewhere. */
static const char *below(const char *path, const char *folder)
{
    gsize length = strlen(folder);
    while (length > 0 && folder[length - 1] == '/')
        length--;
    return strncmp(path, folder, length) == 0 && path[length] == '/' ? path + length + 1 : NULL;
}

static gboolean to_file(const Routed *routed, Route *route, GError **error)
{
    g_autofree char *host = NULL;
    g_autofree char *path = g_filename_from_uri(route->address, &host, NULL);
    if (!path || (host && g_ascii_strcasecmp(host, "localhost") != 0))
        return refuse(error, PMX_CODE_NOT_SUPPORTED, route->address,
                      "is no address of a file here: give file:///PATH");
    for (char *const *files = routed->files; *files; files++) {
        const char *key = below(path, *files);
        if (!key)
            continue;
        route->name = g_strdup(path);
        route->missing = g_strdup_printf("the folder \"%s\" is not there", *files);
        return to_folder(*files, key, route, error);
    }
    return refuse(error, PMX_CODE_ACCESS_DENIED, route->address,
                  "is not below a folder that file:// addresses may lead to; those are listed in "
                  "files, under [server] in the configuration");
}

/* --- which way --- */

static gboolean to_unknown(const Routed *routed, const PmxAddress *address, Route *route,
                           GError **error)
{
    route->way = TO_REST;
    route->near = pmx_storages_near_bucket(routed->storages, address->bucket);
    gboolean oss = g_ascii_strncasecmp(route->address, "oss:", strlen("oss:")) == 0;
    return (oss && routed->rest_is_buckets) ||
           pmx_storages_refuse_unknown(routed->storages, route->address, address, error);
}

static gboolean find(const PmxPlaces *places, const char *text, gboolean output, Route *route,
                     GError **error)
{
    const Routed *routed = (const Routed *)places;
    g_auto(PmxAddress) address = {0};
    *route = (Route){.way = TO_REST, .address = text};
    if (!pmx_storages_recognise(routed->storages, text, &address, error))
        return FALSE;
    switch (address.kind) {
    case PMX_ADDRESS_OBJECT:
        return to_object(routed, &address, route, error);
    case PMX_ADDRESS_UNKNOWN:
        return to_unknown(routed, &address, route, error);
    case PMX_ADDRESS_WEB:
        return to_web(routed, output, route, error);
    default:
        return !routed->files || !is_file_address(text) || to_file(routed, route, error);
    }
}

/* `rest` knows no storages. */
static void name_near(const Route *route, GError **error)
{
    if (!route->near || !error || !*error || !strstr((*error)->message, "there is no bucket"))
        return;
    GError *better = g_error_new((*error)->domain, (*error)->code, "%s; did you mean \"%s\"?",
                                 (*error)->message, route->near);
    g_error_free(*error);
    *error = better;
}

/* The folder's descriptor; -1 with `error`. */
static int open_folder(const Route *route, GError **error)
{
    return pmx_folder_open(route->folder, route->address, route->missing, error);
}

static char *resolve(const PmxPlaces *places, const char *address, gboolean output, GError **error)
{
    g_auto(Route) route = {0};
    const Routed *routed = (const Routed *)places;
    if (!find(places, address, output, &route, error))
        return NULL;
    if (route.way != TO_REST)
        return g_strdup(address);
    const PmxPlaces *rest = routed->rest;
    return rest->kind->resolve(rest, address, output, error);
}

static char *name_of(const PmxPlaces *places, const char *address, GError **error)
{
    g_auto(Route) route = {0};
    const PmxPlaces *rest = ((const Routed *)places)->rest;
    if (!find(places, address, FALSE, &route, error))
        return NULL;
    if (route.way == TO_REST)
        return rest->kind->name(rest, address, error);
    return g_strdup(route.name ? route.name : address);
}

/* --- reading --- */

static PmxReader *open_in_folder(const Route *route, GError **error)
{
    int folder = open_folder(route, error);
    if (folder < 0)
        return NULL;
    PmxReader *reader =
        pmx_folder_read(&(PmxFolderObject){folder, route->key, route->address}, route->name, error);
    close(folder);
    return reader;
}

static PmxReader *open_in_web(const Routed *routed, const char *address,
                              const PmxPatience *patience, GError **error)
{
    if (g_mkdir_with_parents(routed->spool, PRIVATE) == 0)
        return pmx_web_reader_open(pmx_storages_web(routed->storages), address, routed->chunks,
                                   routed->spool, patience, error);
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "the folder \"%s\" cannot be made: %s",
                routed->spool, g_strerror(errno));
    return NULL;
}

static PmxReader *open_in_rest(const Routed *routed, const Route *route,
                               const PmxPatience *patience, GError **error)
{
    PmxReader *reader = pmx_places_open(routed->rest, route->address, patience, error);
    if (!reader)
        name_near(route, error);
    return reader;
}

static PmxReader *open_input(const PmxPlaces *places, const char *address,
                             const PmxPatience *patience, GError **error)
{
    g_auto(Route) route = {0};
    const Routed *routed = (const Routed *)places;
    if (!find(places, address, FALSE, &route, error))
        return NULL;
    switch (route.way) {
    case TO_REMOTE:
        return pmx_object_reader_open(route.bucket, route.key, route.name, routed->chunks, patience,
                                      error);
    case TO_FOLDER:
        return open_in_folder(&route, error);
    case TO_WEB:
        return open_in_web(routed, address, patience, error);
    default:
        return open_in_rest(routed, &route, patience, error);
    }
}

/* --- writing --- */

static gboolean seen_writable(Routed *routed, PmxBucket *bucket)
{
    g_mutex_lock(&routed->lock);
    const gint64 *when = g_hash_table_lookup(routed->writable, bucket);
    gboolean seen = when && g_get_monotonic_time() - *when < G_TIME_SPAN_MINUTE;
    g_mutex_unlock(&routed->lock);
    return seen;
}

static void note_writable(Routed *routed, PmxBucket *bucket)
{
    gint64 now = g_get_monotonic_time();
    g_mutex_lock(&routed->lock);
    g_hash_table_insert(routed->writable, bucket, g_memdup2(&now, sizeof now));
    g_mutex_unlock(&routed->lock);
}

PmxUploads *pmx_places_uploads(const PmxPlaces *places, GError **error)
{
    Routed *routed = (Routed *)places;
    g_autofree char *folder = g_build_filename(routed->folder, "uploads", NULL);
    g_mutex_lock(&routed->lock);
    if (!routed->uploads)
        routed->uploads = pmx_uploads_open(folder, error);
    PmxUploads *uploads = routed->uploads;
    g_mutex_unlock(&routed->lock);
    return uploads;
}

static PmxUploadTarget target_of(const Route *route)
{
    return (PmxUploadTarget){route->bucket, route->key, route->name, pmx_content_type(route->key),
                             0};
}

/* Tells whether keys and bucket are right before hours of work are spent for it. */
static gboolean remote_writable(const PmxPlaces *places, const Route *route,
                                const PmxPatience *patience, GError **error)
{
    Routed *routed = (Routed *)places;
    const PmxPatience first = pmx_patience_first(patience);
    const PmxUploadTarget target = target_of(route);
    if (seen_writable(routed, route->bucket))
        return TRUE;
    PmxUploads *uploads = pmx_places_uploads(places, error);
    if (!uploads || !pmx_upload_try(uploads, &target, &first, error))
        return FALSE;
    note_writable(routed, route->bucket);
    return TRUE;
}

static gboolean folder_writable(const Route *route, GError **error)
{
    int folder = open_folder(route, error);
    if (folder < 0)
        return FALSE;
    gboolean ok =
        pmx_folder_writable(&(PmxFolderObject){folder, route->key, route->address}, error);
    close(folder);
    return ok;
}

static gboolean writable(const PmxPlaces *places, const char *address, const PmxPatience *patience,
                         GError **error)
{
    g_auto(Route) route = {0};
    if (!find(places, address, TRUE, &route, error))
        return FALSE;
    if (route.way == TO_REMOTE)
        return remote_writable(places, &route, patience, error);
    if (route.way == TO_FOLDER)
        return folder_writable(&route, error);
    if (pmx_places_writable(((const Routed *)places)->rest, address, patience, error))
        return TRUE;
    name_near(&route, error);
    return FALSE;
}

static gboolean publish_in_folder(const Route *route, const char *from, GError **error)
{
    int folder = open_folder(route, error);
    if (folder < 0)
        return FALSE;
    gboolean ok =
        pmx_folder_publish(&(PmxFolderObject){folder, route->key, route->address}, from, error);
    close(folder);
    return ok;
}

static gboolean upload(const PmxPlaces *places, const Route *route, const char *from,
                       const PmxPatience *patience, GError **error)
{
    PmxUploads *uploads = pmx_places_uploads(places, error);
    const PmxUploadTarget target = target_of(route);
    return uploads && pmx_upload(uploads, from, &target, patience, error);
}

static gboolean publish(const PmxPlaces *places, const char *from, const char *address,
                        const PmxPatience *patience, GError **error)
{
    g_auto(Route) route = {0};
    if (!find(places, address, TRUE, &route, error))
        return FALSE;
    if (route.way == TO_REMOTE)
        return upload(places, &route, from, patience, error);
    if (route.way == TO_FOLDER)
        return publish_in_folder(&route, from, error);
    return pmx_places_publish(((const Routed *)places)->rest, from, address, patience, error);
}

/* --- life --- */

static void clear(PmxPlaces *places)
{
    Routed *routed = (Routed *)places;
    pmx_places_free(routed->rest);
    pmx_uploads_free(routed->uploads);
    pmx_chunks_free(routed->chunks);
    pmx_storages_free(routed->storages);
    g_strfreev(routed->files);
    g_free(routed->folder);
    g_free(routed->spool);
    g_hash_table_unref(routed->writable);
    g_mutex_clear(&routed->lock);
}

PmxPlaces *pmx_places_routed(const PmxRoutes *routes)
{
    static const PmxPlacesKind kind = {resolve, name_of, open_input, writable, publish, clear};
    Routed *routed = g_new0(Routed, 1);
    routed->base.kind = &kind;
    routed->base.limits = routes->limits;
    routed->storages = pmx_storages_new(&routes->storages);
    routed->folder = g_strdup(routes->folder);
    routed->spool = g_build_filename(routes->folder, "spool", NULL);
    routed->chunks = pmx_chunks_new(&(PmxChunkRoom){.memory = (guint64)KEPT_MEGABYTES << 20,
                                                    .disk = routes->kept_on_disk,
                                                    .folder = routed->spool});
    routed->files = g_strdupv((char **)routes->files);
    routed->rest = routes->rest;
    routed->rest_is_buckets = routes->rest_is_buckets;
    routed->writable = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    g_mutex_init(&routed->lock);
    return &routed->base;
}

PmxStorages *pmx_places_storages(const PmxPlaces *places)
{
    return ((const Routed *)places)->storages;
}

/* --- what a kill left --- */

static PmxBucket *bucket_of(const char *address, char **key, gpointer places)
{
    g_auto(Route) route = {0};
    if (!find(places, address, TRUE, &route, NULL) || route.way != TO_REMOTE)
        return NULL;
    *key = g_steal_pointer(&route.key);
    return route.bucket;
}

guint pmx_places_clean(const PmxPlaces *places, GCancellable *cancel)
{
    Routed *routed = (Routed *)places;
    g_autofree char *folder = g_build_filename(routed->folder, "uploads", NULL);
    PmxUploads *uploads =
        g_file_test(folder, G_FILE_TEST_IS_DIR) ? pmx_places_uploads(places, NULL) : NULL;
    return uploads ? pmx_uploads_clean(uploads, bucket_of, routed, cancel) : 0;
}
