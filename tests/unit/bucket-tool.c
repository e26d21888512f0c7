/* SPDX-License-Identifier: MIT */
/*
 * Buckets at the command line, for tests/system/buckets.py:
 *
 *     bucket-tool NAME=VALUE…
 *
 * Each line that it reads is a JSON array, ["COMMAND", "ARGUMENT", …]; each that it prints is what came
 * of it, {"told": […]} or {"code": …, "message": …}.
 */
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/bucket.h"
#include "storage/object-reader.h"
#include "storage/upload.h"

typedef struct {
    PmxBucket *bucket;
    PmxPatience patience;
    GError *error;
    json_t *told;
} Tool;

static void tell(Tool *tool, json_t *json)
{
    json_array_append_new(tool->told, json);
}

static gboolean tell_stored(Tool *tool, PmxStored *stored)
{
    if (!stored)
        return FALSE;
    tell(tool,
         json_pack("{s:s, s:I, s:s, s:I}", "key", stored->key, "size", (json_int_t)stored->size,
                   "etag", stored->etag, "modified", (json_int_t)stored->modified));
    pmx_stored_free(stored);
    return TRUE;
}

/* All of a file, or nothing with status 2. */
static PmxFileRange file_at(const char *path)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0) {
        perror(path);
        exit(2);
    }
    return (PmxFileRange){fd, 0, (guint64)info.st_size};
}

/* --- the commands --- */

static gboolean head(Tool *tool, const char **words)
{
    return tell_stored(tool,
                       pmx_bucket_head(tool->bucket, words[0], &tool->patience, &tool->error));
}

/* KEY OFFSET LENGTH ETAG FILE */
static gboolean read_part(Tool *tool, const char **words)
{
    const PmxRange range = {words[0], g_ascii_strtoull(words[1], NULL, 10),
                            g_ascii_strtoull(words[2], NULL, 10), words[3]};
    PmxStored *stored = NULL;
    g_autoptr(GBytes) bytes =
        pmx_bucket_read(tool->bucket, &range, &tool->patience, &stored, &tool->error);
    return bytes &&
           g_file_set_contents(words[4], g_bytes_get_data(bytes, NULL),
                               (gssize)g_bytes_get_size(bytes), &tool->error) &&
           tell_stored(tool, stored);
}

/* KEY TYPE FILE */
static gboolean put(Tool *tool, const char **words)
{
    const PmxFileRange content = file_at(words[2]);
    gboolean ok =
        pmx_bucket_put(tool->bucket, words[0], words[1], &content, &tool->patience, &tool->error);
    close(content.fd);
    return ok;
}

/* KEY TYPE */
static gboolean begin(Tool *tool, const char **words)
{
    g_autoptr(PmxUploading) uploading =
        pmx_bucket_begin(tool->bucket, words[0], words[1], &tool->patience, &tool->error);
    if (uploading)
        tell(tool, json_pack("{s:s, s:s}", "key", uploading->key, "id", uploading->id));
    return uploading != NULL;
}

static void part_free(gpointer part)
{
    pmx_part_free(part);
}

/* All parts, the last first. */
static gboolean send_parts(Tool *tool, const PmxUploading *uploading, const PmxFileRange *whole,
                           guint64 size, GPtrArray *parts)
{
    for (guint64 count = (whole->length + size - 1) / size; count > 0; count--) {
        guint64 at = (count - 1) * size;
        const PmxFileRange content = {whole->fd, at, MIN(size, whole->length - at)};
        PmxPart *part = pmx_bucket_part(tool->bucket, uploading, (guint)count, &content,
                                        &tool->patience, &tool->error);
        if (!part)
            return FALSE;
        g_ptr_array_insert(parts, 0, part);
    }
    return TRUE;
}

/* KEY ID BYTES FILE: parts of so many bytes each, and the end. */
static gboolean finish(Tool *tool, const char **words)
{
    const PmxUploading uploading = {(char *)words[0], (char *)words[1], 0};
    const PmxFileRange whole = file_at(words[3]);
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(part_free);
    gboolean ok =
        send_parts(tool, &uploading, &whole, g_ascii_strtoull(words[2], NULL, 10), parts) &&
        pmx_bucket_complete(tool->bucket, &uploading, parts, &tool->patience, &tool->error);
    close(whole.fd);
    return ok;
}

/* KEY ID */
static gboolean give_up(Tool *tool, const char **words)
{
    const PmxUploading uploading = {(char *)words[0], (char *)words[1], 0};
    return pmx_bucket_abort(tool->bucket, &uploading, &tool->patience, &tool->error);
}

static gboolean uploads(Tool *tool, const char **words)
{
    g_autoptr(GPtrArray) all =
        pmx_bucket_uploads(tool->bucket, words[0], &tool->patience, &tool->error);
    for (guint i = 0; all && i < all->len; i++) {
        const PmxUploading *one = g_ptr_array_index(all, i);
        tell(tool, json_pack("{s:s, s:s, s:I}", "key", one->key, "id", one->id, "begun",
                             (json_int_t)one->begun));
    }
    return all != NULL;
}

static gboolean delete_object(Tool *tool, const char **words)
{
    return pmx_bucket_delete(tool->bucket, words[0], &tool->patience, &tool->error);
}

static gboolean list(Tool *tool, const char **words)
{
    g_autofree char *from = NULL;
    do {
        g_autoptr(PmxPage) page =
            pmx_bucket_list(tool->bucket, words[0], from, &tool->patience, &tool->error);
        if (!page)
            return FALSE;
        while (page->stored->len > 0)
            tell_stored(tool, g_ptr_array_steal_index(page->stored, 0));
        g_free(from);
        from = g_strdup(page->next);
    } while (from);
    return TRUE;
}

/* KEY TYPE FILE BYTES: as a finished output is written, in parts of so many bytes; 0: as it likes. */
static gboolean upload(Tool *tool, const char **words)
{
    const PmxUploadTarget target = {tool->bucket, words[0], words[0], words[1],
                                    g_ascii_strtoull(words[3], NULL, 10)};
    return pmx_upload(NULL, words[2], &target, NULL, &tool->error);
}

/* One of several readers at once. */
typedef struct {
    PmxReader *reader;
    gint64 bytes;
    gboolean failed;
} Following;

static gpointer follow(gpointer data)
{
    enum { PIECE = 64 * 1024 };
    Following *following = data;
    g_autofree char *piece = g_malloc(PIECE);
    for (gint64 at = 0, n; at < following->bytes && !following->failed; at += n) {
        n = pmx_reader_read(following->reader, at, piece, PIECE, NULL);
        following->failed = n <= 0;
    }
    return NULL;
}

/* FALSE: one has failed. */
static gboolean follow_all(Following *all, guint count)
{
    g_autofree GThread **threads = g_new0(GThread *, count);
    gboolean ok = TRUE;
    for (guint i = 0; i < count; i++)
        threads[i] = g_thread_new("follow", follow, &all[i]);
    for (guint i = 0; i < count; i++) {
        g_thread_join(threads[i]);
        ok = ok && !all[i].failed;
    }
    return ok;
}

/* PREFIX COUNT BYTES MEMORY DISK FOLDER: the objects PREFIX0, PREFIX1 … open at once, so much of each
 * read in its order, with a cache of so many bytes. */
static gboolean read_on(Tool *tool, const char **words)
{
    const guint count = (guint)g_ascii_strtoull(words[1], NULL, 10);
    g_autoptr(PmxChunks) chunks =
        pmx_chunks_new(&(PmxChunkRoom){.memory = g_ascii_strtoull(words[3], NULL, 10),
                                       .disk = g_ascii_strtoull(words[4], NULL, 10),
                                       .folder = words[5]});
    g_autofree Following *all = g_new0(Following, count);
    guint open = 0;
    for (; open < count && !tool->error; open++) {
        g_autofree char *key = g_strdup_printf("%s%u", words[0], open);
        all[open].bytes = g_ascii_strtoll(words[2], NULL, 10);
        all[open].reader =
            pmx_object_reader_open(tool->bucket, key, key, chunks, &tool->patience, &tool->error);
    }
    if (!tool->error && !follow_all(all, count))
        g_set_error(&tool->error, PMX_ERROR, PMX_CODE_INTERNAL, "one could not be read");
    for (guint i = 0; i < open; i++)
        g_clear_pointer(&all[i].reader, pmx_reader_free);
    return !tool->error;
}

static const struct {
    const char *name;
    int words;
    gboolean (*run)(Tool *tool, const char **words);
} commands[] = {
    {"head", 1, head},       {"read", 5, read_part},       {"put", 3, put},
    {"begin", 2, begin},     {"finish", 4, finish},        {"abort", 2, give_up},
    {"uploads", 1, uploads}, {"delete", 1, delete_object}, {"list", 1, list},
    {"upload", 4, upload},   {"read-on", 6, read_on},
};

/* --- the options --- */

static PmxBucketType type_of(const char *name)
{
    return g_strcmp0(name, "s3") == 0    ? PMX_BUCKET_S3
           : g_strcmp0(name, "oss") == 0 ? PMX_BUCKET_OSS
                                         : PMX_BUCKET_FOLDER;
}

static GHashTable *options_of(char **words)
{
    GHashTable *options = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (; *words; words++) {
        gsize name = strcspn(*words, "=");
        g_hash_table_insert(options, g_strndup(*words, name), *words + name + 1);
    }
    return options;
}

static gint64 number_of(GHashTable *options, const char *name)
{
    const char *text = g_hash_table_lookup(options, name);
    return text ? g_ascii_strtoll(text, NULL, 10) : 0;
}

static PmxBucket *open_bucket(GHashTable *given, PmxClient *client, GError **error)
{
    const PmxBucketOptions options = {.type = type_of(g_hash_table_lookup(given, "type")),
                                      .endpoint = g_hash_table_lookup(given, "endpoint"),
                                      .region = g_hash_table_lookup(given, "region"),
                                      .access_key = g_hash_table_lookup(given, "access-key"),
                                      .secret = g_hash_table_lookup(given, "secret"),
                                      .token = g_hash_table_lookup(given, "token"),
                                      .path_style = g_hash_table_contains(given, "path-style"),
                                      .prefix = g_hash_table_lookup(given, "prefix"),
                                      .signature = (guint)number_of(given, "signature"),
                                      .acl = g_hash_table_lookup(given, "acl"),
                                      .storage_class = g_hash_table_lookup(given, "storage-class")};
    return pmx_bucket_new(&options, g_hash_table_lookup(given, "bucket"), client, NULL, error);
}

static gboolean run(Tool *tool, int count, const char **words)
{
    for (guint i = 0; count > 0 && i < G_N_ELEMENTS(commands); i++)
        if (strcmp(words[0], commands[i].name) == 0 && count == commands[i].words + 1)
            return commands[i].run(tool, words + 1);
    fputs("bucket-tool: wrong usage\n", stderr);
    exit(2);
}

static void answer(Tool *tool, gboolean ok)
{
    const char *code = ok ? NULL
                       : tool->error->domain == PMX_ERROR
                           ? pmx_code_name((PmxCode)tool->error->code)
                           : g_quark_to_string(tool->error->domain);
    json_t *line = ok ? json_pack("{s:O}", "told", tool->told)
                      : json_pack("{s:s, s:s}", "code", code, "message", tool->error->message);
    json_dumpf(line, stdout, JSON_COMPACT);
    puts("");
    fflush(stdout);
    json_decref(line);
    g_clear_error(&tool->error);
}

/* FALSE at the end. */
static gboolean serve(Tool *tool, gint64 seconds)
{
    enum { MOST_WORDS = 8 };
    const char *words[MOST_WORDS] = {NULL};
    json_t *line = json_loadf(stdin, JSON_DISABLE_EOF_CHECK, NULL);
    if (!line)
        return FALSE;
    for (size_t i = 0; i < MIN(json_array_size(line), MOST_WORDS); i++)
        words[i] = json_string_value(json_array_get(line, i));
    gint64 now = g_get_monotonic_time();
    tool->patience.deadline = seconds ? now + seconds * G_TIME_SPAN_SECOND : 0;
    tool->told = json_array();
    answer(tool, run(tool, (int)json_array_size(line), words));
    json_decref(tool->told);
    json_decref(line);
    return TRUE;
}

int main(int argc, char **argv)
{
    (void)argc;
    g_autoptr(GHashTable) options = options_of(argv + 1);
    g_autoptr(PmxClient) client = pmx_client_new(8, 8, "bucket-tool");
    Tool tool = {.patience.stall = (guint)number_of(options, "stall")};
    tool.bucket = open_bucket(options, client, &tool.error);
    if (!tool.bucket) {
        fprintf(stderr, "%s\n", tool.error->message);
        return 2;
    }
    while (serve(&tool, number_of(options, "seconds")))
        ;
    pmx_bucket_free(tool.bucket);
    return 0;
}
