/* SPDX-License-Identifier: MIT */
/* The store: writer thread with group commit, readers' pool (see store.h). */
#include "store/store.h"

#include "store/driver.h"
#include "store/schema.h"

/* Connections that read at once; whoever comes when all are busy waits for one. */
enum { READERS = 8 };

/* One pmx_store_write(), on the waiting caller's stack. */
typedef struct {
    PmxStoreWork work;
    gpointer data;
    GError *error; /* set: it failed */
    gboolean done; /* protected by the store's lock */
} Request;

struct PmxStore {
    /* fixed after opening */
    const PmxDriver *driver;
    char *address;
    GThread *writer;

    /* the writer's thread only */
    PmxDb *db;

    GMutex lock;
    /* protected by the lock */
    GPtrArray *queue; /* of Request *, borrowed */
    gboolean ending;
    GPtrArray *readers; /* of PmxDb *: connections that nobody uses */
    guint readers_out;  /* connections that somebody uses */
    GCond wake;         /* the writer: there is something in the queue, or the end has come */
    GCond done;         /* writers' callers: a batch is done */
    GCond reader;       /* a connection has been given back */
};

/* --- transactions --- */

static gboolean run(PmxDb *db, const char *sql, GError **error)
{
    return pmx_db_run(db, sql, NULL, NULL, error);
}

/* A work that fails always says why. */
static gboolean run_work(PmxDb *db, PmxStoreWork work, gpointer data, GError **error)
{
    g_autoptr(GError) why = NULL;
    if (work(db, data, &why) && !why)
        return TRUE;
    if (!why)
        g_set_error(&why, PMX_ERROR, PMX_CODE_INTERNAL, "the store's work failed");
    g_propagate_error(error, g_steal_pointer(&why));
    return FALSE;
}

/* Keeps what the request did, or undoes it and nothing of those before it. FALSE, with the
 * request's error set, when neither can be done. */
static gboolean settle(PmxDb *db, Request *request)
{
    if (request->error && !run(db, "ROLLBACK TO SAVEPOINT work", NULL))
        return FALSE;
    return run(db, "RELEASE SAVEPOINT work", request->error ? NULL : &request->error);
}

/* FALSE, with the request's error set, when the whole transaction is lost. */
static gboolean run_request(PmxDb *db, Request *request)
{
    if (!run(db, "SAVEPOINT work", &request->error))
        return FALSE;
    run_work(db, request->work, request->data, &request->error);
    if (db->driver->in_transaction(db))
        return settle(db, request);
    if (!request->error)
        g_set_error(&request->error, PMX_ERROR, PMX_CODE_INTERNAL,
                    "the database gave the transaction up");
    return FALSE;
}

static void roll_back(PmxDb *db)
{
    if (db->driver->in_transaction(db))
        run(db, "ROLLBACK", NULL);
}

static void fail_all(GPtrArray *batch, guint from, guint to, const GError *why)
{
    for (guint i = from; i < to; i++) {
        Request *request = g_ptr_array_index(batch, i);
        if (!request->error)
            request->error = g_error_copy(why);
    }
}

/* Runs the requests from `from` on in one transaction and commits. A database may end a transaction
 * of its own accord (when the disk is full): then what was run has failed together, and the rest
 * is left to a transaction of its own. Returns the first request that was not run. */
static guint run_transaction(PmxDb *db, GPtrArray *batch, guint from)
{
    g_autoptr(GError) why = NULL;
    if (!db->driver->begin(db, PMX_ACCESS_WRITE, &why)) {
        fail_all(batch, from, batch->len, why);
        return batch->len;
    }
    for (guint i = from; i < batch->len; i++) {
        Request *request = g_ptr_array_index(batch, i);
        if (run_request(db, request))
            continue;
        fail_all(batch, from, i, request->error);
        roll_back(db);
        return i + 1;
    }
    if (!run(db, "COMMIT", &why)) {
        fail_all(batch, from, batch->len, why);
        roll_back(db);
    }
    return batch->len;
}

/* --- the writer --- */

/* Waits for requests and takes all that are there; none when the end has come. */
static GPtrArray *take_batch(PmxStore *store)
{
    g_mutex_lock(&store->lock);
    while (store->queue->len == 0 && !store->ending)
        g_cond_wait(&store->wake, &store->lock);
    GPtrArray *batch = g_steal_pointer(&store->queue);
    store->queue = g_ptr_array_new();
    g_mutex_unlock(&store->lock);
    return batch;
}

static void tell_batch(PmxStore *store, GPtrArray *batch)
{
    g_mutex_lock(&store->lock);
    for (guint i = 0; i < batch->len; i++)
        ((Request *)g_ptr_array_index(batch, i))->done = TRUE;
    g_cond_broadcast(&store->done);
    g_mutex_unlock(&store->lock);
}

static gpointer write_batches(gpointer data)
{
    PmxStore *store = data;
    for (;;) {
        g_autoptr(GPtrArray) batch = take_batch(store);
        if (batch->len == 0)
            return NULL;
        for (guint next = 0; next < batch->len;)
            next = run_transaction(store->db, batch, next);
        tell_batch(store, batch);
    }
}

gboolean pmx_store_write(PmxStore *store, PmxStoreWork work, gpointer data, GError **error)
{
    Request request = {.work = work, .data = data};
    g_assert(g_thread_self() != store->writer);
    g_mutex_lock(&store->lock);
    g_ptr_array_add(store->queue, &request);
    g_cond_signal(&store->wake);
    while (!request.done)
        g_cond_wait(&store->done, &store->lock);
    g_mutex_unlock(&store->lock);
    if (!request.error)
        return TRUE;
    g_propagate_error(error, request.error);
    return FALSE;
}

/* --- readers --- */

static PmxDb *take_reader(PmxStore *store, GError **error)
{
    PmxDb *db = NULL;
    g_mutex_lock(&store->lock);
    while (store->readers_out >= READERS)
        g_cond_wait(&store->reader, &store->lock);
    store->readers_out++;
    if (store->readers->len > 0)
        db = g_ptr_array_steal_index_fast(store->readers, store->readers->len - 1);
    g_mutex_unlock(&store->lock);
    return db ? db : store->driver->open(store->address, PMX_ACCESS_READ, error);
}

/* `db` NULL: none could be opened. */
static void give_reader(PmxStore *store, PmxDb *db)
{
    g_mutex_lock(&store->lock);
    store->readers_out--;
    if (db)
        g_ptr_array_add(store->readers, db);
    g_cond_signal(&store->reader);
    g_mutex_unlock(&store->lock);
}

gboolean pmx_store_read(PmxStore *store, PmxStoreWork work, gpointer data, GError **error)
{
    PmxDb *db = take_reader(store, error);
    gboolean ok = FALSE;
    if (db && db->driver->begin(db, PMX_ACCESS_READ, error)) {
        ok = run_work(db, work, data, error);
        roll_back(db);
    }
    give_reader(store, db);
    return ok;
}

/* --- opening and closing --- */

static void disconnect(gpointer data)
{
    PmxDb *db = data;
    db->driver->close(db);
}

PmxStore *pmx_store_open(const char *path, GError **error)
{
    PmxDb *db = pmx_sqlite.open(path, PMX_ACCESS_WRITE, error);
    if (!db)
        return NULL;
    if (!pmx_schema_upgrade(db, pmx_schema, error)) {
        disconnect(db);
        return NULL;
    }
    PmxStore *store = g_new0(PmxStore, 1);
    store->driver = db->driver;
    store->address = g_strdup(path);
    store->db = db;
    store->queue = g_ptr_array_new();
    store->readers = g_ptr_array_new_with_free_func(disconnect);
    g_mutex_init(&store->lock);
    g_cond_init(&store->wake);
    g_cond_init(&store->done);
    g_cond_init(&store->reader);
    store->writer = g_thread_new("store", write_batches, store);
    return store;
}

static void stop_writer(PmxStore *store)
{
    g_mutex_lock(&store->lock);
    store->ending = TRUE;
    g_cond_signal(&store->wake);
    g_mutex_unlock(&store->lock);
    g_thread_join(store->writer);
}

void pmx_store_free(PmxStore *store)
{
    if (!store)
        return;
    stop_writer(store);
    /* The last connection to close empties the log into the database. */
    g_ptr_array_unref(store->readers);
    disconnect(store->db);
    g_ptr_array_unref(store->queue);
    g_mutex_clear(&store->lock);
    g_cond_clear(&store->wake);
    g_cond_clear(&store->done);
    g_cond_clear(&store->reader);
    g_free(store->address);
    g_free(store);
}
