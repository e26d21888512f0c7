/* SPDX-License-Identifier: MIT */
/* Emptying SQLite's write-ahead log: see sqlite-log.h. */
#include "store/sqlite-log.h"

enum {
    PAGES = 1000, /* new ones that are worth a checkpoint */
    MOST = 16000  /* with 4 KiB a page, as long as the file is kept: see sqlite.c */
};

struct PmxSqliteLog {
    /* fixed after new */
    sqlite3 *writer;
    sqlite3 *own; /* the thread's connection, or NULL: there is none, and no thread */
    GThread *thread;

    GMutex lock;
    /* protected by the lock */
    GCond wake;
    int pages; /* in the log */
    int done;  /* how many there were when the last checkpoint began */
    gboolean ending;
};

/* A failure (a full disk, another program's lock) leaves the log as it is; the next one tries again,
 * and a commit that has no room for the log tells its caller. */
static void checkpoint(sqlite3 *sqlite)
{
    sqlite3_wal_checkpoint_v2(sqlite, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

/* FALSE at the end. */
static gboolean wait_for_pages(PmxSqliteLog *log)
{
    g_mutex_lock(&log->lock);
    while (!log->ending && log->pages - log->done < PAGES)
        g_cond_wait(&log->wake, &log->lock);
    log->done = log->pages;
    gboolean goes_on = !log->ending;
    g_mutex_unlock(&log->lock);
    return goes_on;
}

static gpointer empty(gpointer data)
{
    PmxSqliteLog *log = data;
    while (wait_for_pages(log))
        checkpoint(log->own);
    return NULL;
}

/* In the writer's thread, after a commit. */
static int grew(void *data, sqlite3 *writer, const char *name, int pages)
{
    PmxSqliteLog *log = data;
    (void)name;
    g_mutex_lock(&log->lock);
    log->done = pages < log->pages ? 0 : log->done; /* it has begun anew */
    log->pages = pages;
    if (log->pages - log->done >= PAGES)
        g_cond_signal(&log->wake);
    g_mutex_unlock(&log->lock);
    if (pages >= (log->own ? MOST : PAGES))
        checkpoint(writer);
    return SQLITE_OK;
}

/* A connection knows of the log only after it has read: before, its checkpoints do nothing. */
static sqlite3 *connect_to(const char *path)
{
    sqlite3 *sqlite = NULL;
    if (sqlite3_open_v2(path, &sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) ==
            SQLITE_OK &&
        sqlite3_exec(sqlite, "SELECT COUNT(*) FROM sqlite_schema", NULL, NULL, NULL) == SQLITE_OK)
        return sqlite;
    sqlite3_close(sqlite);
    return NULL;
}

PmxSqliteLog *pmx_sqlite_log_new(sqlite3 *writer, const char *path)
{
    PmxSqliteLog *log = g_new0(PmxSqliteLog, 1);
    log->writer = writer;
    g_mutex_init(&log->lock);
    g_cond_init(&log->wake);
    log->own = connect_to(path);
    if (log->own)
        log->thread = g_thread_new("store-log", empty, log);
    sqlite3_wal_hook(writer, grew, log);
    return log;
}

static void end_thread(PmxSqliteLog *log)
{
    g_mutex_lock(&log->lock);
    log->ending = TRUE;
    g_cond_signal(&log->wake);
    g_mutex_unlock(&log->lock);
    g_thread_join(log->thread);
}

void pmx_sqlite_log_free(PmxSqliteLog *log)
{
    if (!log)
        return;
    sqlite3_wal_hook(log->writer, NULL, NULL);
    if (log->thread)
        end_thread(log);
    sqlite3_close(log->own);
    g_cond_clear(&log->wake);
    g_mutex_clear(&log->lock);
    g_free(log);
}
