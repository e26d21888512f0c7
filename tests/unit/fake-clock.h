/* SPDX-License-Identifier: MIT */
/* A clock on which waiting takes no time. For tests only. */
#pragma once

#include "base/clock.h"

typedef struct {
    PmxClock clock;
    gint64 started; /* the moment */
    gint64 ticks;   /* microseconds since */
    double chance;
    GArray *waits; /* of gint64, microseconds each */
} FakeClock;

static inline gint64 fake_moment(gpointer data)
{
    const FakeClock *fake = data;
    return fake->started + fake->ticks / 1000;
}

static inline gint64 fake_ticks(gpointer data)
{
    return ((const FakeClock *)data)->ticks;
}

static inline double fake_chance(gpointer data)
{
    return ((const FakeClock *)data)->chance;
}

static inline void fake_wait(gint64 microseconds, GCancellable *cancel, gpointer data)
{
    (void)cancel;
    FakeClock *fake = data;
    g_array_append_val(fake->waits, microseconds);
    fake->ticks += microseconds;
}

static inline void fake_clock_init(FakeClock *fake, gint64 moment)
{
    *fake = (FakeClock){.clock = {fake_moment, fake_ticks, fake_chance, fake_wait, fake},
                        .started = moment,
                        .waits = g_array_new(FALSE, FALSE, sizeof(gint64))};
}

static inline void fake_clock_clear(FakeClock *fake)
{
    g_array_unref(fake->waits);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FakeClock, fake_clock_clear)
