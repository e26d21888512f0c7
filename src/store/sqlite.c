/* SPDX-License-Identifier: MIT */
/*
 * The driver for SQLite (see driver.h); the only file that knows it. A write-ahead log lets readers
 * go on while the writer commits, and each commit is synced. The file is marked as ours
 * (application_id), so that another program's database is not written to.
 */
#include <errno.h>
#include <sqlite3.h>
#include <unistd.h>

#include "store/driver.h"
#include "store/sqlite-log.h"

enum {
    BUSY_MS = 3000,              /* how long another program's lock is waited for */
    STATEMENTS = 200,            /* kept prepared; more than the store has */
    APPLICATION = 0x506d7831,    /* "Pmx1" */
    WRITER_CACHE_KIB = 8192,     /* ids are random: inserting touches pages everywhere */
    READER_CACHE_KIB = 1024,     /* there are several of these */
    LOG_LIMIT = 64 * 1024 * 1024 /* bytes of the log's file that are kept when it is emptied */
};

typedef struct {
    PmxDb db;
    sqlite3 *sqlite;
    char *path;
    GHashTable *statements; /* SQL → sqlite3_stmt * */
    PmxSqliteLog *log;      /* the writer's; NULL for readers */
} Connection;

static sqlite3_stmt *statement_of(PmxRows *rows)
{
    return (sqlite3_stmt *)rows;
}

/* --- what went wrong --- */

/* What the operating system said last of the database's file or of its log's. SQLite's own word for
 * it may be lost by the time that it has rolled back. */
static int system_error(sqlite3 *sqlite, int code)
{
    int main_error = 0, log_error = 0;
    sqlite3_file *log = NULL;
    if (code != SQLITE_IOERR || sqlite3_system_errno(sqlite) != 0)
        return sqlite3_system_errno(sqlite);
    sqlite3_file_control(sqlite, "main", SQLITE_FCNTL_LAST_ERRNO, &main_error);
    sqlite3_file_control(sqlite, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (log && log->pMethods)
        log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &log_error);
    return log_error ? log_error : main_error;
}

/* A full disk, also where SQLite tells it like any other failure to write. */
static gboolean is_full(int code, int system)
{
    return code == SQLITE_FULL ||
           (code == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT || system == EFBIG));
}

static char *sentence(const Connection *connection, int code, int system)
{
    const char *path = connection->path;
    if (is_full(code, system))
        return g_strdup_printf("there is no room left on the disk for %s; make room", path);
    switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return g_strdup_printf("%s is locked by another program; end that, or try again", path);
    case SQLITE_READONLY:
        return g_strdup_printf("%s cannot be written to; it and its folder must be writable", path);
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
        return g_strdup_printf("%s cannot be %s: %s", path,
                               code == SQLITE_IOERR ? "read or written" : "opened",
                               system ? g_strerror(system) : sqlite3_errmsg(connection->sqlite));
    case SQLITE_NOTADB:
        return g_strdup_printf("%s is not a database; move it away, or name another file", path);
    case SQLITE_CORRUPT:
        return g_strdup_printf("%s is damaged; put back a copy of it, or move it away", path);
    default:
        return g_strdup_printf("%s: %s", path, sqlite3_errmsg(connection->sqlite));
    }
}

static gboolean fail(const Connection *connection, GError **error)
{
    int code = sqlite3_errcode(connection->sqlite) & 0xff;
    g_autofree char *text = sentence(connection, code, system_error(connection->sqlite, code));
    g_set_error_literal(error, PMX_ERROR, PMX_CODE_INTERNAL, text);
    return FALSE;
}

/* --- statements --- */

static void finalize(gpointer statement)
{
    sqlite3_finalize(statement);
}

static sqlite3_stmt *prepared(Connection *connection, const char *sql, GError **error)
{
    sqlite3_stmt *statement = g_hash_table_lookup(connection->statements, sql);
    if (statement)
        return statement;
    if (sqlite3_prepare_v3(connection->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement,
                           NULL) != SQLITE_OK) {
        fail(connection, error);
        return NULL;
    }
    if (g_hash_table_size(connection->statements) >= STATEMENTS)
        g_hash_table_remove_all(connection->statements);
    g_hash_table_insert(connection->statements, g_strdup(sql), statement);
    return statement;
}

static int bind(sqlite3_stmt *statement, int place, const PmxArg *arg)
{
    switch (arg->type) {
    case PMX_ARG_INT:
        return sqlite3_bind_int64(statement, place, arg->number);
    case PMX_ARG_REAL:
        return sqlite3_bind_double(statement, place, arg->real);
    case PMX_ARG_TEXT: /* NULL binds NULL */
        return sqlite3_bind_text(statement, place, arg->text, -1, SQLITE_STATIC);
    default:
        return sqlite3_bind_null(statement, place);
    }
}

static void finish(PmxRows *rows)
{
    sqlite3_reset(statement_of(rows));
    sqlite3_clear_bindings(statement_of(rows));
}

static PmxRows *start(PmxDb *db, const char *sql, const PmxArg *args, GError **error)
{
    Connection *connection = (Connection *)db;
    sqlite3_stmt *statement = prepared(connection, sql, error);
    int place = 1;
    if (!statement)
        return NULL;
    for (const PmxArg *arg = args; arg && arg->type != PMX_ARG_END; arg++) {
        if (bind(statement, place++, arg) == SQLITE_OK)
            continue;
        fail(connection, error);
        finish((PmxRows *)statement);
        return NULL;
    }
    return (PmxRows *)statement;
}

static PmxStep step(PmxDb *db, PmxRows *rows, GError **error)
{
    int result = sqlite3_step(statement_of(rows));
    if (result == SQLITE_ROW)
        return PMX_STEP_ROW;
    if (result == SQLITE_DONE)
        return PMX_STEP_END;
    fail((Connection *)db, error);
    return PMX_STEP_FAILED;
}

static PmxArg column(PmxRows *rows, guint place)
{
    sqlite3_stmt *statement = statement_of(rows);
    switch (sqlite3_column_type(statement, (int)place)) {
    case SQLITE_INTEGER:
        return PMX_INT(sqlite3_column_int64(statement, (int)place));
    case SQLITE_FLOAT:
        return (PmxArg){.type = PMX_ARG_REAL, .real = sqlite3_column_double(statement, (int)place)};
    case SQLITE_NULL:
        return (PmxArg){.type = PMX_ARG_NULL};
    default:
        return PMX_TEXT((const char *)sqlite3_column_text(statement, (int)place));
    }
}

static guint64 changed(PmxDb *db)
{
    return (guint64)sqlite3_changes64(((Connection *)db)->sqlite);
}

/* --- transactions --- */

static gboolean begin(PmxDb *db, PmxAccess access, GError **error)
{
    return pmx_db_run(db, access == PMX_ACCESS_WRITE ? "BEGIN IMMEDIATE" : "BEGIN", NULL, NULL,
                      error);
}

static gboolean in_transaction(PmxDb *db)
{
    return !sqlite3_get_autocommit(((Connection *)db)->sqlite);
}

/* --- opening --- */

static gboolean refuse(GError **error, const char *format, const char *path)
{
    g_autofree char *text = g_strdup_printf(format, path);
    g_set_error_literal(error, PMX_ERROR, PMX_CODE_INTERNAL, text);
    return FALSE;
}

/* SQLite says "unable to open database file" to all of these, or opens read-only in silence. */
static gboolean check_place(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
        return refuse(error, "there is no folder %s; make it first", folder);
    if (access(folder, W_OK | X_OK) != 0)
        return refuse(error, "the folder %s cannot be written to; it must be writable", folder);
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        return refuse(error, "%s is a folder; name a file", path);
    if (access(path, F_OK) == 0 && access(path, R_OK | W_OK) != 0)
        return refuse(error, "%s cannot be read and written; it must be writable", path);
    return TRUE;
}

static gboolean run_all(PmxDb *db, const char *const *statements, GError **error)
{
    for (; *statements; statements++)
        if (!pmx_db_run(db, *statements, NULL, NULL, error))
            return FALSE;
    return TRUE;
}

static gboolean run_number(PmxDb *db, const char *format, int number, GError **error)
{
    g_autofree char *sql = g_strdup_printf(format, number);
    return pmx_db_run(db, sql, NULL, NULL, error);
}

/* The first to read the file: what is no database is found out here. */
static gboolean check_owner(Connection *connection, GError **error)
{
    PmxDb *db = &connection->db;
    gint64 application, tables;
    if (!pmx_db_number(db, "PRAGMA application_id", NULL, 0, &application, error) ||
        !pmx_db_number(db, "SELECT COUNT(*) FROM sqlite_schema", NULL, 0, &tables, error))
        return FALSE;
    if (application == APPLICATION || (application == 0 && tables == 0))
        return TRUE;
    return refuse(error, "%s is another program's database; name another file", connection->path);
}

static gboolean use_log(Connection *connection, GError **error)
{
    g_autofree char *mode = NULL;
    if (!pmx_db_text(&connection->db, "PRAGMA journal_mode = WAL", NULL, &mode, error))
        return FALSE;
    if (g_strcmp0(mode, "wal") == 0)
        return TRUE;
    return refuse(error, "%s cannot have a write-ahead log; put it on a local disk",
                  connection->path);
}

static gboolean prepare_writer(Connection *connection, GError **error)
{
    static const char *const settings[] = {"PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON",
                                           "PRAGMA temp_store = MEMORY", NULL};
    PmxDb *db = &connection->db;
    if (!check_owner(connection, error) || !use_log(connection, error) ||
        !run_all(db, settings, error) ||
        !run_number(db, "PRAGMA application_id = %d", APPLICATION, error) ||
        !run_number(db, "PRAGMA journal_size_limit = %d", LOG_LIMIT, error) ||
        !run_number(db, "PRAGMA cache_size = -%d", WRITER_CACHE_KIB, error))
        return FALSE;
    connection->log = pmx_sqlite_log_new(connection->sqlite, connection->path);
    return TRUE;
}

static gboolean prepare(Connection *connection, PmxAccess access, GError **error)
{
    sqlite3 *sqlite = connection->sqlite;
    sqlite3_extended_result_codes(sqlite, 1);
    sqlite3_busy_timeout(sqlite, BUSY_MS);
    /* Without these a misspelt column in double quotes would be a text, and a file that somebody
     * tampered with could run functions. */
    sqlite3_db_config(sqlite, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(sqlite, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(sqlite, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return access == PMX_ACCESS_WRITE
               ? prepare_writer(connection, error)
               : run_number(&connection->db, "PRAGMA cache_size = -%d", READER_CACHE_KIB, error);
}

static void disconnect(PmxDb *db)
{
    Connection *connection = (Connection *)db;
    pmx_sqlite_log_free(connection->log);
    g_hash_table_unref(connection->statements);
    sqlite3_close(connection->sqlite);
    g_free(connection->path);
    g_free(connection);
}

static PmxDb *connect_to(const char *path, PmxAccess access, GError **error)
{
    int flags = access == PMX_ACCESS_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                           : SQLITE_OPEN_READONLY;
    if (access == PMX_ACCESS_WRITE && !check_place(path, error))
        return NULL;
    Connection *connection = g_new0(Connection, 1);
    connection->db.driver = &pmx_sqlite;
    connection->path = g_strdup(path);
    connection->statements = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, finalize);
    int result = sqlite3_open_v2(path, &connection->sqlite, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (result == SQLITE_OK ? prepare(connection, access, error) : fail(connection, error))
        return &connection->db;
    disconnect(&connection->db);
    return NULL;
}

const PmxDriver pmx_sqlite = {.open = connect_to,
                              .close = disconnect,
                              .begin = begin,
                              .in_transaction = in_transaction,
                              .start = start,
                              .step = step,
                              .column = column,
                              .changed = changed,
                              .finish = finish};
