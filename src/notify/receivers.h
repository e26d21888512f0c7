/* SPDX-License-Identifier: MIT */
/*
 * Receivers: who may be sent something now.
 *
 * A receiver is the beginning of a delivery's target, up to the path ("https://example.com/"), or
 * the name of a queue and a slash. It has so many deliveries under way and no more, and only one
 * once it left an attempt without an answer, until it gives one. Not thread-safe.
 */
#pragma once

#include <glib.h>

typedef struct PmxReceivers PmxReceivers;

PmxReceivers *pmx_receivers_new(guint at_once);
void pmx_receivers_free(PmxReceivers *receivers);

/* Takes a place at the receiver of `target`; FALSE: it has none. */
gboolean pmx_receivers_take(PmxReceivers *receivers, const char *target);

/* Gives the place back. */
void pmx_receivers_give(PmxReceivers *receivers, const char *target, gboolean answered);

/* Those without a place, NULL at the end. Caller frees with g_strfreev(). */
char **pmx_receivers_full(PmxReceivers *receivers);
