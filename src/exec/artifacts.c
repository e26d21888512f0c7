/* SPDX-License-Identifier: MIT */
/* See artifacts.h. */
#include "exec/artifacts.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/size.h"

struct PmxArtifacts {
    char *root, *objects, *jobs;
    char *own; /* this process's folder below jobs */
    int lock;  /* held on its lock file */
    guint64 limit;
    guint scratches;
    GHashTable *pins; /* key → how often it was found; keys are owned */
};

static gboolean fail(GError **error, const char *what, const char *path)
{
    int number = errno;
    g_set_error(error, PMX_ERROR, PMX_CODE_INTERNAL, "%s \"%s\": %s", what, path,
                g_strerror(number));
    return FALSE;
}

static void remove_tree(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        struct stat info;
        if (g_lstat(child, &info) == 0 && S_ISDIR(info.st_mode))
            remove_tree(child);
        else
            g_unlink(child);
    }
    g_rmdir(path);
}

/* --- this process's folder, and those of dead ones --- */

static int take_lock(const char *folder, int flags)
{
    g_autofree char *path = g_build_filename(folder, "lock", NULL);
    int fd = g_open(path, O_RDWR | O_CLOEXEC | flags, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void remove_dead_jobs(const PmxArtifacts *artifacts)
{
    g_autoptr(GDir) dir = g_dir_open(artifacts->jobs, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *folder = g_build_filename(artifacts->jobs, name, NULL);
        int lock = take_lock(folder, 0);
        if (lock < 0)
            continue;
        remove_tree(folder);
        close(lock);
    }
}

static gboolean make_own(PmxArtifacts *artifacts, GError **error)
{
    artifacts->own = g_build_filename(artifacts->jobs, "XXXXXX", NULL);
    if (!g_mkdtemp(artifacts->own))
        return fail(error, "cannot make a folder in the artifact store", artifacts->jobs);
    artifacts->lock = take_lock(artifacts->own, O_CREAT);
    return artifacts->lock >= 0 || fail(error, "cannot lock the artifact store", artifacts->own);
}

static gboolean lock_wait(int fd)
{
    int status;
    do
        status = flock(fd, LOCK_EX);
    while (status < 0 && errno == EINTR);
    return status == 0;
}

/* A folder just made is not locked yet and would look like one of a dead process: so making and
 * removing take turns. */
static gboolean take_place(PmxArtifacts *artifacts, GError **error)
{
    g_autofree char *path = g_build_filename(artifacts->root, "lock", NULL);
    int gate = g_open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    gboolean ok =
        (gate >= 0 && lock_wait(gate)) || fail(error, "cannot lock the artifact store", path);
    if (ok) {
        remove_dead_jobs(artifacts);
        ok = make_own(artifacts, error);
    }
    if (gate >= 0)
        close(gate);
    return ok;
}

PmxArtifacts *pmx_artifacts_open(const char *root, guint64 limit, gboolean keep, GError **error)
{
    g_autoptr(PmxArtifacts) artifacts = g_new0(PmxArtifacts, 1);
    artifacts->lock = -1;
    artifacts->pins = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (!g_utf8_validate(root, -1, NULL)) {
        g_set_error(error, PMX_ERROR, PMX_CODE_INVALID,
                    "the artifact store's path must be UTF-8; set POLYMUX_CACHE to another folder");
        return NULL;
    }
    artifacts->root = g_canonicalize_filename(root, NULL);
    artifacts->objects = g_build_filename(artifacts->root, "objects", NULL);
    artifacts->jobs = g_build_filename(artifacts->root, "jobs", NULL);
    artifacts->limit = limit;
    if (g_mkdir_with_parents(artifacts->objects, 0700) != 0 ||
        g_mkdir_with_parents(artifacts->jobs, 0700) != 0) {
        fail(error, "cannot make the artifact store", root);
        return NULL;
    }
    if (!take_place(artifacts, error))
        return NULL;
    if (!keep) {
        g_free(artifacts->objects);
        artifacts->objects = g_build_filename(artifacts->own, "objects", NULL);
        artifacts->limit = 0;
    }
    return g_steal_pointer(&artifacts);
}

/* --- objects --- */

static char *object_path(const PmxArtifacts *artifacts, const char *key)
{
    g_autofree char *shelf = g_strndup(key, 2);
    return g_build_filename(artifacts->objects, shelf, key + 2, NULL);
}

static char *pin_path(const PmxArtifacts *artifacts, const char *key)
{
    return g_build_filename(artifacts->own, key, NULL);
}

char *pmx_artifacts_find(PmxArtifacts *artifacts, const char *key)
{
    g_autofree char *object = object_path(artifacts, key);
    g_autofree char *pin = pin_path(artifacts, key);
    /* The store may have dropped its own link meanwhile; what is pinned is still there. */
    if (link(object, pin) < 0 && errno != EEXIST && g_access(pin, F_OK) != 0)
        return NULL;
    /* The time of last use is what the limit goes by. */
    utimensat(AT_FDCWD, pin, NULL, 0);
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(artifacts->pins, key));
    g_hash_table_replace(artifacts->pins, g_strdup(key), GUINT_TO_POINTER(count + 1));
    return g_steal_pointer(&pin);
}

void pmx_artifacts_release(PmxArtifacts *artifacts, const char *key)
{
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(artifacts->pins, key));
    if (count > 1) {
        g_hash_table_replace(artifacts->pins, g_strdup(key), GUINT_TO_POINTER(count - 1));
        return;
    }
    g_autofree char *pin = pin_path(artifacts, key);
    if (g_hash_table_remove(artifacts->pins, key))
        g_unlink(pin);
}

/* A link to nothing more than a name would survive a power cut without its bytes. */
static gboolean sync_file(const char *path)
{
    int fd = g_open(path, O_RDONLY | O_CLOEXEC, 0);
    gboolean ok = fd >= 0 && fdatasync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

/* A link left by a runner would make us keep and serve another file. */
static gboolean is_plain(const char *path)
{
    GStatBuf info;
    if (g_lstat(path, &info) != 0)
        return FALSE;
    errno = EINVAL;
    return S_ISREG(info.st_mode) && info.st_nlink == 1;
}

gboolean pmx_artifacts_put(PmxArtifacts *artifacts, const char *key, const char *path,
                           GError **error)
{
    g_autofree char *object = object_path(artifacts, key);
    g_autofree char *shelf = g_path_get_dirname(object);
    g_autofree char *pin = pin_path(artifacts, key);
    if (!is_plain(path) || !sync_file(path) || g_rename(path, pin) != 0)
        return fail(error, "cannot keep the artifact", path);
    if (g_mkdir_with_parents(shelf, 0700) != 0 || (link(pin, object) < 0 && errno != EEXIST))
        return fail(error, "cannot keep the artifact", object);
    return TRUE;
}

void pmx_artifacts_drop(PmxArtifacts *artifacts, const char *key)
{
    g_autofree char *object = object_path(artifacts, key);
    g_autofree char *pin = pin_path(artifacts, key);
    g_unlink(object);
    g_unlink(pin);
}

char *pmx_artifacts_scratch(PmxArtifacts *artifacts, GError **error)
{
    g_autofree char *name = g_strdup_printf("task-%u", artifacts->scratches++);
    g_autofree char *path = g_build_filename(artifacts->own, name, NULL);
    if (g_mkdir(path, 0700) == 0)
        return g_steal_pointer(&path);
    fail(error, "cannot make the scratch folder", path);
    return NULL;
}

void pmx_artifacts_discard(const char *scratch)
{
    remove_tree(scratch);
}

/* --- the limit --- */

typedef struct {
    char *path;
    guint64 size;
    gint64 used; /* nanoseconds since 1970 */
    gboolean pinned;
} Object;

static void object_free(gpointer data)
{
    Object *object = data;
    g_free(object->path);
    g_free(object);
}

static void list_shelf(const char *shelf, GPtrArray *list)
{
    g_autoptr(GDir) dir = g_dir_open(shelf, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(shelf, name, NULL);
        struct stat info;
        if (g_lstat(path, &info) != 0 || !S_ISREG(info.st_mode))
            continue;
        Object *object = g_new0(Object, 1);
        object->path = g_steal_pointer(&path);
        object->size = (guint64)info.st_size;
        object->used = (gint64)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec;
        object->pinned = info.st_nlink > 1;
        g_ptr_array_add(list, object);
    }
}

static GPtrArray *list_objects(const PmxArtifacts *artifacts)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(object_free);
    g_autoptr(GDir) dir = g_dir_open(artifacts->objects, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *shelf = g_build_filename(artifacts->objects, name, NULL);
        list_shelf(shelf, list);
    }
    return list;
}

static gint oldest_first(gconstpointer a, gconstpointer b)
{
    const Object *left = *(Object *const *)a, *right = *(Object *const *)b;
    return (left->used > right->used) - (left->used < right->used);
}

/* Drops what was last used before `oldest` (nanoseconds since 1970), and more down to `limit`. */
static guint64 drop_down_to(const PmxArtifacts *artifacts, guint64 limit, gint64 oldest)
{
    g_autoptr(GPtrArray) list = list_objects(artifacts);
    guint64 total = 0, dropped = 0;
    for (guint i = 0; i < list->len; i++)
        total += ((Object *)g_ptr_array_index(list, i))->size;
    g_ptr_array_sort(list, oldest_first);
    for (guint i = 0; i < list->len; i++) {
        const Object *object = g_ptr_array_index(list, i);
        if (total <= limit && object->used >= oldest)
            break;
        if (object->pinned || g_unlink(object->path) != 0)
            continue;
        total -= object->size;
        dropped++;
    }
    return dropped;
}

void pmx_artifacts_free(PmxArtifacts *artifacts)
{
    if (!artifacts)
        return;
    g_hash_table_unref(artifacts->pins);
    if (artifacts->own)
        remove_tree(artifacts->own);
    if (artifacts->lock >= 0)
        close(artifacts->lock);
    if (artifacts->limit > 0 && artifacts->objects)
        drop_down_to(artifacts, artifacts->limit, 0);
    g_free(artifacts->root);
    g_free(artifacts->objects);
    g_free(artifacts->jobs);
    g_free(artifacts->own);
    g_free(artifacts);
}

const char *pmx_artifacts_full(const PmxArtifacts *artifacts)
{
    enum { ROOM = 64 * 1024 }; /* bytes: less than any writer writes at once */
    struct statvfs disk;
    gboolean full = statvfs(artifacts->own, &disk) == 0 && disk.f_bavail * disk.f_frsize < ROOM;
    return full ? artifacts->root : NULL;
}

PmxArtifactsUse pmx_artifacts_use(const PmxArtifacts *artifacts)
{
    PmxArtifactsUse use = {0};
    g_autoptr(GPtrArray) list = list_objects(artifacts);
    for (guint i = 0; i < list->len; i++) {
        const Object *object = g_ptr_array_index(list, i);
        use.count++;
        use.bytes += object->size;
        use.used += object->pinned;
    }
    return use;
}

guint64 pmx_artifacts_clear(PmxArtifacts *artifacts)
{
    return drop_down_to(artifacts, 0, 0);
}

void pmx_artifacts_trim(PmxArtifacts *artifacts, gint64 oldest)
{
    drop_down_to(artifacts, artifacts->limit > 0 ? artifacts->limit : G_MAXUINT64, oldest * 1000);
}

char *pmx_artifacts_default_root(void)
{
    const char *own = g_getenv("POLYMUX_CACHE");
    return own && *own ? g_strdup(own) : g_build_filename(g_get_user_cache_dir(), "polymux", NULL);
}

gboolean pmx_artifacts_default_limit(guint64 *limit, GError **error)
{
    const char *text = g_getenv("POLYMUX_CACHE_SIZE");
    *limit = (guint64)20 << 30;
    if (!text || !*text || pmx_size_from_text(text, limit, error))
        return TRUE;
    g_prefix_error(error, "POLYMUX_CACHE_SIZE: ");
    return FALSE;
}
