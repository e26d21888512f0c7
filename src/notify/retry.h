/* SPDX-License-Identifier: MIT */
/*
 * What becomes of a delivery after an attempt: delivered, due again later, or dead.
 *
 * Pauses double from the first up to an hour, and each is a random part of its length ("full
 * jitter"), so that the deliveries a receiver missed do not come back to it all together. The last
 * attempt is made when the time allowed is over. Pure.
 */
#pragma once

#include "notify/notify.h"

/* `problem`: what the attempt met, NULL when it was delivered. `chance` is in [0, 1). */
void pmx_retry_settle(PmxDeliveryRecord *delivery, const char *problem,
                      const PmxNotifyOptions *options, gint64 now, double chance);

/* After an attempt that no other can better. */
void pmx_retry_bury(PmxDeliveryRecord *delivery, const char *problem, gint64 now);
