/* SPDX-License-Identifier: MIT */
/* Checks over several parameters of the picture (see build.h). Pure. */
#include "job/build.h"

static void check_rates(PmxBuildOutput *building)
{
    static const char *const keys[] = {"Fps", "MaxFps", NULL};
    const PmxVideo *video = &building->output->video;
    if (video->fps > video->max_fps)
        pmx_build_report(building, PMX_CODE_INVALID, pmx_build_blame(building, "Video", keys),
                         g_strdup_printf("%g is more than MaxFps, %g; leave one of them out",
                                         video->fps, video->max_fps));
}

void pmx_build_picture(PmxBuildOutput *building)
{
    check_rates(building);
}
