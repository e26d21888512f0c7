/* SPDX-License-Identifier: MIT */
/*
 * What a service manager is told (sd_notify(3)): a datagram to the socket that $NOTIFY_SOCKET names.
 * Without one nothing is told. One thread; needs the default main context for the watchdog.
 */
#pragma once

#include <glib.h>

/* Sends lines such as "READY=1" or "STATUS=…". */
void pmx_supervisor_tell(const char *lines);

/* "RELOADING=1" with the time that Type=notify-reload wants beside it. */
void pmx_supervisor_tell_reloading(void);

/* Signs of life while the main context runs, twice in the time that $WATCHDOG_USEC allows. Id of
 * the source, 0: nobody waits for them. */
guint pmx_supervisor_watch(void);

/* Whether the standard output goes into a log that others may read. */
gboolean pmx_supervisor_logs(void);
