/* SPDX-License-Identifier: MIT */
/* Chunks of inputs far away: storage/chunks. Run under TSan as well. */
#include "storage/chunks.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { KIB = 1024, MIB = 1024 * 1024 };

/* Somewhere far away: each byte follows from its offset, and what is asked for is counted. */
typedef struct {
    gint64 size;
    GMutex lock;
    GCond change;
    guint fetches;
    gint64 bytes;
    gsize longest;
    gboolean broken; /* every fetch fails */
    gboolean stuck;  /* every fetch waits until it is cancelled */
    guint waiting;
} Far;

static guint8 byte_at(gint64 offset)
{
    return (guint8)((guint64)offset * 2654435761u >> 13);
}

static void far_init(Far *far, gint64 size)
{
    *far = (Far){.size = size};
    g_mutex_init(&far->lock);
    g_cond_init(&far->change);
}

static void far_clear(Far *far)
{
    g_mutex_clear(&far->lock);
    g_cond_clear(&far->change);
}

static void note_cancel(GCancellable *cancel, gpointer data)
{
    Far *far = data;
    (void)cancel;
    g_mutex_lock(&far->lock);
    far->stuck = FALSE;
    g_cond_broadcast(&far->change);
    g_mutex_unlock(&far->lock);
}

static void wait_for_cancel(Far *far, GCancellable *cancel)
{
    gulong watch = g_cancellable_connect(cancel, G_CALLBACK(note_cancel), far, NULL);
    g_mutex_lock(&far->lock);
    far->waiting++;
    g_cond_broadcast(&far->change);
    while (far->stuck)
        g_cond_wait(&far->change, &far->lock);
    far->waiting--;
    g_mutex_unlock(&far->lock);
    g_cancellable_disconnect(cancel, watch);
}

static GBytes *fetch(gpointer data, gint64 offset, gsize length, GCancellable *cancel,
                     GError **error)
{
    Far *far = data;
    g_mutex_lock(&far->lock);
    far->fetches++;
    far->bytes += (gint64)length;
    far->longest = MAX(far->longest, length);
    gboolean broken = far->broken, stuck = far->stuck;
    g_mutex_unlock(&far->lock);
    g_assert_cmpint(offset, >=, 0);
    g_assert_cmpint(offset + (gint64)length, <=, far->size);
    if (stuck)
        wait_for_cancel(far, cancel);
    if (g_cancellable_set_error_if_cancelled(cancel, error))
        return NULL;
    if (broken) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "it is broken");
        return NULL;
    }
    guint8 *bytes = g_malloc(length);
    for (gsize i = 0; i < length; i++)
        bytes[i] = byte_at(offset + (gint64)i);
    return g_bytes_new_take(bytes, length);
}

static void assert_bytes(const guint8 *bytes, gint64 offset, gint64 count)
{
    for (gint64 i = 0; i < count; i++)
        if (bytes[i] != byte_at(offset + i))
            g_error("wrong byte at %" G_GINT64_FORMAT, offset + i);
}

/* As much of it as there is; how much. */
static gint64 read_all(PmxFlow *flow, gint64 offset, gint64 length)
{
    g_autofree guint8 *buffer = g_malloc((gsize)length);
    gint64 done = 0, n = 1;
    while (done < length && n > 0) {
        g_autoptr(GError) error = NULL;
        n = pmx_flow_read(flow, offset + done, buffer, (gsize)MIN(64 * KIB, length - done), NULL,
                          &error);
        g_assert_no_error(error);
        assert_bytes(buffer, offset + done, n);
        done += n;
    }
    return done;
}

static PmxChunks *in_memory(guint64 bytes)
{
    return pmx_chunks_new(&(PmxChunkRoom){.memory = bytes});
}

/* Read from end to end: each byte is fetched once, in few and long pieces. */
static void test_sequence(void)
{
    static const gint64 sizes[] = {1, PMX_CHUNK_BLOCK - 1, PMX_CHUNK_BLOCK, 5 * MIB + 3, 40 * MIB};
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        Far far;
        far_init(&far, sizes[i]);
        g_autoptr(PmxChunks) chunks = in_memory(64 * MIB);
        PmxFlow *flow = pmx_flow_new(chunks, "a", sizes[i], fetch, &far);
        g_assert_cmpint(read_all(flow, 0, sizes[i] + 100), ==, sizes[i]);
        g_assert_cmpint(pmx_flow_read(flow, sizes[i], &far, 1, NULL, NULL), ==, 0);
        pmx_flow_free(flow);
        g_assert_cmpint(far.bytes, ==, sizes[i]);
        g_assert_cmpuint(far.longest, <=, PMX_CHUNK_BLOCKS * PMX_CHUNK_BLOCK);
        g_assert_cmpuint(far.fetches, <=, 5 + sizes[i] / (PMX_CHUNK_BLOCKS * PMX_CHUNK_BLOCK));
        far_clear(&far);
    }
}

/* Here and there: no more than a block each. */
static void test_jumps(void)
{
    enum { JUMPS = 50 };
    Far far;
    far_init(&far, G_GINT64_CONSTANT(5) << 30);
    g_autoptr(PmxChunks) chunks = in_memory(64 * MIB);
    PmxFlow *flow = pmx_flow_new(chunks, "a", far.size, fetch, &far);
    for (gint64 i = 0; i < JUMPS; i++)
        g_assert_cmpint(read_all(flow, i * 97 * MIB + 5, 100), ==, 100);
    pmx_flow_free(flow);
    g_assert_cmpuint(far.fetches, ==, JUMPS);
    g_assert_cmpint(far.bytes, ==, JUMPS * (gint64)PMX_CHUNK_BLOCK);
    far_clear(&far);
}

/* Sound here, pictures there, in turns: both are read on. */
static void test_two_places(void)
{
    const gint64 there = 100 * MIB, length = 16 * MIB, piece = 64 * KIB;
    Far far;
    far_init(&far, 200 * MIB);
    g_autoptr(PmxChunks) chunks = in_memory(64 * MIB);
    PmxFlow *flow = pmx_flow_new(chunks, "a", far.size, fetch, &far);
    for (gint64 at = 0; at < length; at += piece) {
        read_all(flow, at, piece);
        read_all(flow, there + at, piece);
    }
    pmx_flow_free(flow);
    g_assert_cmpuint(far.fetches, <=, 20);
    g_assert_cmpint(far.bytes, <=, 2 * length + 2 * PMX_CHUNK_BLOCKS * PMX_CHUNK_BLOCK);
    far_clear(&far);
}

/* Two flows of the same content fetch it once; of another, apart. */
static void test_shared(void)
{
    Far far;
    far_init(&far, 4 * MIB);
    g_autoptr(PmxChunks) chunks = in_memory(64 * MIB);
    PmxFlow *one = pmx_flow_new(chunks, "a", far.size, fetch, &far);
    PmxFlow *two = pmx_flow_new(chunks, "a", far.size, fetch, &far);
    PmxFlow *other = pmx_flow_new(chunks, "b", far.size, fetch, &far);
    read_all(one, 0, far.size);
    read_all(two, 0, far.size);
    g_assert_cmpint(far.bytes, ==, far.size);
    read_all(other, 0, far.size);
    g_assert_cmpint(far.bytes, ==, 2 * far.size);
    pmx_flow_free(one);
    pmx_flow_free(two);
    pmx_flow_free(other);
    far_clear(&far);
}

/* Less is kept than was read; what is kept no more is fetched again. */
static void test_limit(void)
{
    Far far;
    far_init(&far, 60 * MIB);
    g_autoptr(PmxChunks) chunks = in_memory(8 * MIB);
    PmxFlow *flow = pmx_flow_new(chunks, "a", far.size, fetch, &far);
    read_all(flow, 0, far.size);
    gint64 before = far.bytes;
    read_all(flow, 0, MIB);
    pmx_flow_free(flow);
    g_assert_cmpint(far.bytes, >=, before + MIB);
    far_clear(&far);
}

static void test_broken(void)
{
    Far far;
    guint8 byte;
    g_autoptr(GError) error = NULL;
    far_init(&far, MIB);
    far.broken = TRUE;
    g_autoptr(PmxChunks) chunks = in_memory(8 * MIB);
    PmxFlow *flow = pmx_flow_new(chunks, "a", far.size, fetch, &far);
    g_assert_cmpint(pmx_flow_read(flow, 7, &byte, 1, NULL, &error), ==, -1);
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_FAILED);
    far.broken = FALSE;
    g_assert_cmpint(read_all(flow, 0, far.size), ==, far.size);
    pmx_flow_free(flow);
    far_clear(&far);
}

/* --- on the disk --- */

typedef struct {
    Far far;
    char *folder;
    PmxChunks *chunks;
    PmxFlow *flow;
} Shelved;

static void shelved_begin(Shelved *shelved, gint64 size, guint64 disk)
{
    far_init(&shelved->far, size);
    shelved->folder = g_dir_make_tmp("chunks-XXXXXX", NULL);
    g_autofree char *below = g_build_filename(shelved->folder, "spool", NULL);
    shelved->chunks =
        pmx_chunks_new(&(PmxChunkRoom){.memory = 9 * MIB, .disk = disk, .folder = below});
    shelved->flow = pmx_flow_new(shelved->chunks, "a", size, fetch, &shelved->far);
}

static void shelved_end(Shelved *shelved)
{
    g_autofree char *below = g_build_filename(shelved->folder, "spool", NULL);
    pmx_flow_free(shelved->flow);
    pmx_chunks_free(shelved->chunks);
    g_assert_cmpint(g_rmdir(below), ==, 0); /* it is empty: no file has a name */
    g_assert_cmpint(g_rmdir(shelved->folder), ==, 0);
    g_free(shelved->folder);
    far_clear(&shelved->far);
}

/* The file without a name below the folder, as a path that can be opened; caller frees. */
static char *nameless_file(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename("/proc/self/fd", name, NULL);
        g_autofree char *target = g_file_read_link(path, NULL);
        if (target && g_str_has_prefix(target, folder))
            return g_steal_pointer(&path);
    }
    g_error("there is no file below %s", folder);
}

/* Read twice, fetched once, though memory has not room for it. */
static void test_shelf(void)
{
    Shelved shelved;
    shelved_begin(&shelved, 40 * MIB + 5, 64 * MIB);
    read_all(shelved.flow, 0, shelved.far.size);
    read_all(shelved.flow, 0, shelved.far.size);
    g_assert_cmpint(shelved.far.bytes, ==, shelved.far.size);
    shelved_end(&shelved);
}

/* The disk gets back what is over the limit. */
static void test_shelf_limit(void)
{
    Shelved shelved;
    GStatBuf info;
    shelved_begin(&shelved, 60 * MIB, 8 * MIB);
    read_all(shelved.flow, 0, shelved.far.size);
    g_autofree char *file = nameless_file(shelved.folder);
    g_assert_cmpint(g_stat(file, &info), ==, 0);
    g_assert_cmpint(info.st_blocks * 512, <=, 8 * MIB + 2 * PMX_CHUNK_BLOCKS * PMX_CHUNK_BLOCK);
    g_assert_cmpint(info.st_blocks, >, 0);
    gint64 before = shelved.far.bytes;
    read_all(shelved.flow, 0, MIB);
    g_assert_cmpint(shelved.far.bytes, >=, before + MIB);
    shelved_end(&shelved);
}

/* What the disk does not take is kept in memory, as far as there is room. */
static void test_shelf_full(void)
{
    Shelved shelved;
    struct rlimit old, small = {.rlim_cur = 5 * MIB};
    getrlimit(RLIMIT_FSIZE, &old);
    small.rlim_max = old.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    shelved_begin(&shelved, 20 * MIB, 64 * MIB);
    setrlimit(RLIMIT_FSIZE, &small);
    read_all(shelved.flow, 0, shelved.far.size);
    setrlimit(RLIMIT_FSIZE, &old);
    g_assert_cmpint(shelved.far.bytes, ==, shelved.far.size);
    read_all(shelved.flow, 0, MIB);
    g_assert_cmpint(shelved.far.bytes, ==, shelved.far.size);
    read_all(shelved.flow, 8 * MIB, MIB);
    g_assert_cmpint(shelved.far.bytes, >=, shelved.far.size + MIB);
    shelved_end(&shelved);
}

/* A disk that does not give back what it took costs another fetch. */
static void test_shelf_lost(void)
{
    Shelved shelved;
    shelved_begin(&shelved, 4 * MIB, 64 * MIB);
    read_all(shelved.flow, 0, shelved.far.size);
    g_autofree char *file = nameless_file(shelved.folder);
    g_assert_cmpint(truncate(file, 0), ==, 0);
    g_assert_cmpint(read_all(shelved.flow, 0, shelved.far.size), ==, shelved.far.size);
    g_assert_cmpint(shelved.far.bytes, >=, 2 * shelved.far.size);
    shelved_end(&shelved);
}

/* No folder can be made there: memory has to do. */
static void test_no_shelf(void)
{
    Far far;
    far_init(&far, 4 * MIB);
    g_autoptr(PmxChunks) chunks = pmx_chunks_new(
        &(PmxChunkRoom){.memory = 64 * MIB, .disk = 64 * MIB, .folder = "/dev/null/spool"});
    PmxFlow *flow = pmx_flow_new(chunks, "a", far.size, fetch, &far);
    read_all(flow, 0, far.size);
    read_all(flow, 0, far.size);
    g_assert_cmpint(far.bytes, ==, far.size);
    pmx_flow_free(flow);
    far_clear(&far);
}

/* --- many at once --- */

typedef struct {
    PmxFlow *flow;
    Far *far;
    GCancellable *cancel;
    guint seed;
    gboolean cancelled;
} Reading;

static gpointer read_here_and_there(gpointer data)
{
    const Reading *reading = data;
    g_autoptr(GRand) random = g_rand_new_with_seed(reading->seed);
    for (guint i = 0; i < 40; i++) {
        gint64 at = g_rand_int_range(random, 0, (gint32)reading->far->size);
        read_all(reading->flow, at, MIN(300 * KIB, reading->far->size - at));
    }
    return NULL;
}

static void read_with_threads(const PmxChunkRoom *room)
{
    enum { THREADS = 6 };
    Far far;
    GThread *threads[THREADS];
    Reading readings[THREADS];
    far_init(&far, 12 * MIB);
    g_autoptr(PmxChunks) chunks = pmx_chunks_new(room);
    PmxFlow *flows[2] = {pmx_flow_new(chunks, "a", far.size, fetch, &far),
                         pmx_flow_new(chunks, "a", far.size, fetch, &far)};
    for (guint i = 0; i < THREADS; i++) {
        readings[i] = (Reading){.flow = flows[i % 2], .far = &far, .seed = i};
        threads[i] = g_thread_new("reading", read_here_and_there, &readings[i]);
    }
    for (guint i = 0; i < THREADS; i++)
        g_thread_join(threads[i]);
    pmx_flow_free(flows[0]);
    pmx_flow_free(flows[1]);
    far_clear(&far);
}

static void test_threads(void)
{
    g_autofree char *folder = g_dir_make_tmp("chunks-XXXXXX", NULL);
    read_with_threads(&(PmxChunkRoom){.memory = 3 * MIB});
    read_with_threads(&(PmxChunkRoom){.memory = MIB, .disk = 3 * MIB, .folder = folder});
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

static gpointer read_one(gpointer data)
{
    Reading *reading = data;
    guint8 byte;
    g_autoptr(GError) error = NULL;
    gint64 n = pmx_flow_read(reading->flow, 0, &byte, 1, reading->cancel, &error);
    reading->cancelled = n == -1 && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    return NULL;
}

/* One waits for the storage, the other for the first; each can be called off on its own. */
static void test_cancel(void)
{
    Far far;
    far_init(&far, MIB);
    far.stuck = TRUE;
    g_autoptr(PmxChunks) chunks = in_memory(3 * MIB);
    PmxFlow *flow = pmx_flow_new(chunks, "a", far.size, fetch, &far);
    g_autoptr(GCancellable) first = g_cancellable_new(), second = g_cancellable_new();
    Reading one = {.flow = flow, .cancel = first}, two = {.flow = flow, .cancel = second};
    GThread *thread_one = g_thread_new("one", read_one, &one);
    g_mutex_lock(&far.lock);
    while (far.waiting == 0)
        g_cond_wait(&far.change, &far.lock);
    g_mutex_unlock(&far.lock);
    GThread *thread_two = g_thread_new("two", read_one, &two);
    g_cancellable_cancel(second);
    g_thread_join(thread_two);
    g_assert_true(two.cancelled);
    g_cancellable_cancel(first);
    g_thread_join(thread_one);
    g_assert_true(one.cancelled);
    g_assert_cmpint(read_all(flow, 0, MIB), ==, MIB);
    pmx_flow_free(flow);
    far_clear(&far);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/chunks/sequence", test_sequence);
    g_test_add_func("/chunks/jumps", test_jumps);
    g_test_add_func("/chunks/two-places", test_two_places);
    g_test_add_func("/chunks/shared", test_shared);
    g_test_add_func("/chunks/limit", test_limit);
    g_test_add_func("/chunks/broken", test_broken);
    g_test_add_func("/chunks/shelf", test_shelf);
    g_test_add_func("/chunks/shelf-limit", test_shelf_limit);
    g_test_add_func("/chunks/shelf-full", test_shelf_full);
    g_test_add_func("/chunks/shelf-lost", test_shelf_lost);
    g_test_add_func("/chunks/no-shelf", test_no_shelf);
    g_test_add_func("/chunks/threads", test_threads);
    g_test_add_func("/chunks/cancel", test_cancel);
    return g_test_run();
}
