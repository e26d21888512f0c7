/* SPDX-License-Identifier: MIT */
/* Access key pairs in a file: see credentials.h. */
#include "api/credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/problem.h"

static void wipe(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    g_free(secret);
}

static void pair_free(gpointer data)
{
    PmxKeyPair *pair = data;
    g_free(pair->group);
    g_free(pair->id);
    wipe(pair->secret);
    g_free(pair);
}

void pmx_credentials_free(PmxCredentials *credentials)
{
    if (!credentials)
        return;
    g_ptr_array_unref(credentials->pairs);
    g_free(credentials);
}

static PmxCredentials *credentials_new(void)
{
    PmxCredentials *credentials = g_new0(PmxCredentials, 1);
    credentials->pairs = g_ptr_array_new_with_free_func(pair_free);
    return credentials;
}

/* Takes `id` and `secret`. */
static void add_pair(PmxCredentials *credentials, const char *group, char *id, char *secret)
{
    PmxKeyPair *pair = g_new0(PmxKeyPair, 1);
    pair->group = g_strdup(group);
    pair->id = id;
    pair->secret = secret;
    g_ptr_array_insert(credentials->pairs, g_str_equal(group, "default") ? 0 : -1, pair);
}

/* --- reading --- */

static gboolean set_errno(GError **error, const char *what, const char *path)
{
    int code = errno;
    g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code), "%s %s: %s", what, path,
                g_strerror(code));
    return FALSE;
}

static gboolean take_group(PmxCredentials *credentials, GKeyFile *file, const char *group,
                           const char *path, GError **error)
{
    g_autofree char *type = g_key_file_get_string(file, group, "type", NULL);
    if (g_strcmp0(type, "access_key") != 0)
        return TRUE;
    g_autofree char *id = g_key_file_get_string(file, group, "access_key_id", NULL);
    char *secret = g_key_file_get_string(file, group, "access_key_secret", NULL);
    if (id && *id && !strchr(id, ':') && secret && *secret) {
        add_pair(credentials, group, g_steal_pointer(&id), secret);
        return TRUE;
    }
    wipe(secret);
    g_set_error(error, PMX_ERROR, PMX_CODE_INVALID,
                "%s: [%s] needs access_key_id (without a colon) and access_key_secret", path,
                group);
    return FALSE;
}

static PmxCredentials *parse(const char *text, gsize length, const char *path, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(PmxCredentials) credentials = credentials_new();
    /* GKeyFile's own message shows the line, which may be a secret. */
    if (!g_key_file_load_from_data(file, text, length, G_KEY_FILE_NONE, NULL)) {
        g_set_error(error, PMX_ERROR, PMX_CODE_INVALID,
                    "%s: a line is neither a [group] nor a \"key = value\" below one", path);
        return NULL;
    }
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    for (char **group = groups; *group; group++)
        if (!take_group(credentials, file, *group, path, error))
            return NULL;
    if (!credentials->pairs->len) {
        g_set_error(error, PMX_ERROR, PMX_CODE_INVALID,
                    "%s has no group with type = access_key, access_key_id and access_key_secret",
                    path);
        return NULL;
    }
    return g_steal_pointer(&credentials);
}

static gboolean check_private(int fd, const char *path, GError **error)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return set_errno(error, "cannot look at", path);
    if (status.st_mode & (S_IRWXG | S_IRWXO)) {
        g_set_error(error, PMX_ERROR, PMX_CODE_ACCESS_DENIED,
                    "%s holds secrets, and others may read it; run: chmod 600 %s", path, path);
        return FALSE;
    }
    return TRUE;
}

static gboolean slurp(int fd, char *buffer, gsize room, gsize *length)
{
    gssize n;
    *length = 0;
    while (*length < room && (n = read(fd, buffer + *length, room - *length)) != 0) {
        if (n < 0 && errno != EINTR)
            return FALSE;
        *length += n > 0 ? (gsize)n : 0;
    }
    return TRUE;
}

static PmxCredentials *read_from(int fd, const char *path, GError **error)
{
    enum { LARGEST = 64 << 10 };
    PmxCredentials *credentials = NULL;
    gsize length;
    g_autofree char *text = g_malloc(LARGEST);
    if (!check_private(fd, path, error))
        return NULL;
    if (!slurp(fd, text, LARGEST, &length))
        set_errno(error, "cannot read", path);
    else
        credentials = parse(text, length, path, error);
    explicit_bzero(text, LARGEST);
    return credentials;
}

PmxCredentials *pmx_credentials_read(const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        set_errno(error, "cannot open", path);
        return NULL;
    }
    PmxCredentials *credentials = read_from(fd, path, error);
    close(fd);
    return credentials;
}

/* --- making --- */

/* `prefix` and `length` random characters, five bits each; NULL with a sentence. */
static char *random_text(const char *prefix, gsize length, GError **error)
{
    static const char characters[32] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    guint8 bytes[64];
    g_assert(length <= sizeof bytes);
    if (getrandom(bytes, length, 0) != (gssize)length) {
        set_errno(error, "cannot get", "random bytes");
        return NULL;
    }
    GString *text = g_string_sized_new(strlen(prefix) + length);
    g_string_append(text, prefix);
    for (gsize i = 0; i < length; i++)
        g_string_append_c(text, characters[bytes[i] % sizeof characters]);
    explicit_bzero(bytes, sizeof bytes);
    return g_string_free(text, FALSE);
}

static gboolean write_all(int fd, const char *text, gsize length)
{
    while (length) {
        gssize n = write(fd, text, length);
        if (n < 0 && errno != EINTR)
            return FALSE;
        text += n > 0 ? n : 0;
        length -= n > 0 ? (gsize)n : 0;
    }
    return TRUE;
}

/* The folder keeps the name of a file only once it has been synced itself. */
static gboolean sync_folder(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gboolean synced = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return synced;
}

/* A name for the whole file, or none; never over one that another start has made meanwhile. */
static gboolean publish(const char *draft, const char *path, gboolean *made)
{
    *made = link(draft, path) == 0;
    return *made ? sync_folder(path) : errno == EEXIST;
}

static gboolean write_new(const char *path, const char *text, gboolean *made, GError **error)
{
    g_autofree char *draft = g_strconcat(path, ".XXXXXX", NULL);
    int fd = g_mkstemp_full(draft, O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return set_errno(error, "cannot make", path);
    gboolean written =
        write_all(fd, text, strlen(text)) && fsync(fd) == 0 && publish(draft, path, made);
    if (!written)
        set_errno(error, "cannot write", path);
    close(fd);
    unlink(draft);
    return written;
}

static gboolean make(const char *path, gboolean *made, GError **error)
{
    g_autofree char *id = random_text("PMX", 21, error);
    char *secret = id ? random_text("", 40, error) : NULL;
    if (!secret)
        return FALSE;
    char *text = g_strdup_printf("[default]\ntype = access_key\naccess_key_id = %s\n"
                                 "access_key_secret = %s\n",
                                 id, secret);
    gboolean written = write_new(path, text, made, error);
    wipe(text);
    wipe(secret);
    return written;
}

PmxCredentials *pmx_credentials_ensure(const char *path, gboolean *made, GError **error)
{
    *made = FALSE;
    if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT &&
        !make(path, made, error))
        return NULL;
    return pmx_credentials_read(path, error);
}
