/* SPDX-License-Identifier: MIT */
/*
 * SQLite's write-ahead log, emptied into the database beside the writer.
 *
 *     writer: COMMIT ─► pages in the log ─► pmx_sqlite_log_grew() ─┬─► its own thread: checkpoint
 *                                                                  └─► when far too many: here
 *
 * A checkpoint waits for the disk several times over. When the writer does it after a commit, as
 * SQLite would, everybody whose commit is next waits too. In a thread of its own it keeps nobody
 * from writing; but a log that is written to all the while is never quite emptied, and so never
 * begins anew. Therefore the writer does it itself once the log is long, which is seldom.
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

typedef struct PmxSqliteLog PmxSqliteLog;

/* Takes over the emptying of the log that `writer`, a connection to the file `path`, writes. The
 * connection must live until pmx_sqlite_log_free() has returned. Never NULL: where there can be no
 * second connection, the writer does it all. */
PmxSqliteLog *pmx_sqlite_log_new(sqlite3 *writer, const char *path);
/* Waits for a checkpoint that is under way. NULL is fine. */
void pmx_sqlite_log_free(PmxSqliteLog *log);
