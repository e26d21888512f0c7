/* SPDX-License-Identifier: MIT */
/* See vbv.h. Pure. */
#include "plan/vbv.h"

PmxVbvRun pmx_vbv_run(const PmxVbv *vbv, double start, const guint32 *bits, gsize count,
                      double seconds)
{
    PmxVbvRun run = {.least = start, .end = start};
    for (gsize i = 0; i < count; i++) {
        run.end -= bits[i];
        run.least = MIN(run.least, run.end);
        run.end = MIN(run.end + vbv->rate * seconds, vbv->size);
    }
    return run;
}
