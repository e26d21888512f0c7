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

/* What a border leaves of the picture is not known before it runs. */
static void check_pad(PmxBuildOutput *building)
{
    static const char *const keys[] = {"Pad", "Crop", NULL};
    const PmxVideo *video = &building->output->video;
    if (video->pad.width && video->crop.found && !(video->width && video->height))
        pmx_build_report(building, PMX_CODE_INVALID, pmx_build_blame(building, "Video", keys),
                         g_strdup("with Crop border needs both Width and Height, so that the "
                                  "picture surely fits"));
}

void pmx_build_picture(PmxBuildOutput *building)
{
    check_rates(building);
    check_pad(building);
}
